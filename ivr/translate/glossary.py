"""The glossary of a language as CSV, which Weblate's glossaries and other translation tools read.

It is taken from the tables in STYLE.md that have three columns: the source language, the language (headed by its own
name), and a note. The columns of the file are those that translate-toolkit reads:
https://docs.translatehouse.org/projects/translate-toolkit/en/latest/formats/csv.html
"""

import csv
import io
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from ivr.content.files import read_text, read_toml
from ivr.content.layer import Stack, stack_of
from ivr.errors import BadLocale, OperationFailed

FIELDS = ("source", "target", "translator_comments")


class Term(NamedTuple):
    """One term: `Term("warning signs", "señales de alerta", "")`."""

    source: str
    target: str
    note: str


def glossary(root: Path, tag: str) -> list[Term]:
    """The translated terms in the STYLE.md of a language. Raises BadLocale or OperationFailed if there is no term."""
    stack = stack_of(root)
    style, name = stack.path(f"locales/{tag}/STYLE.md"), _name(stack, f"locales/{tag}/locale.toml")
    terms = list(_terms(read_text(style, BadLocale), name))
    if not terms:
        raise OperationFailed(
            f"{style} has no glossary: expected a table with three columns, the second headed “{name}”, "
            "and a translation in it."
        )
    return terms


def as_csv(terms: list[Term]) -> str:
    """The terms as CSV, with a row of the names of the columns."""
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(FIELDS)
    writer.writerows(terms)
    return file.getvalue()


def _name(stack: Stack, path: str) -> str:
    """The language's own name. A layer's locale.toml may have none: it has only the fields that differ."""
    files = stack.existing(path) or (stack.path(path),)
    names = [fields["name"] for file in files if "name" in (fields := read_toml(file, BadLocale))]
    return str(names[-1]) if names else ""


def _terms(markdown: str, name: str) -> Iterator[Term]:
    is_glossary = False
    for line in markdown.splitlines():
        cells = _cells(line)
        if len(cells) != len(FIELDS):
            is_glossary = False
        elif cells[1] == name:
            is_glossary = True
        elif is_glossary and cells[1].strip("-: "):
            yield from _pairs(*cells)


def _cells(line: str) -> list[str]:
    """The cells of a row of a table, without marks of emphasis; [] for any other line."""
    if not line.strip().startswith("|"):
        return []
    return [re.sub(r"[*`]", "", cell).strip() for cell in re.split(r"(?<!\\)\|", line.strip()[1:].removesuffix("|"))]


def _pairs(source: str, target: str, note: str) -> Iterator[Term]:
    """A Term for each term of `source` ("T visa; U visa"): with its own translation, else with all of `target`."""
    sources, targets = ([term.strip(" …") for term in cell.split(";")] for cell in (source, target))
    matched = targets if len(targets) == len(sources) else [target] * len(sources)
    yield from (Term(term, translation, note) for term, translation in zip(sources, matched, strict=True))
