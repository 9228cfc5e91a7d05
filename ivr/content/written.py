"""Written forms (prompts/written.toml): what a page writes where the voice spells out an address or a word.

A text marks the words that a page replaces: `Go to {{ site }} report dot cyber tip dot org {{ end }}.`, where `site` is
`written.cybertip` and `end` is `written.end`. The voice says the words between the marks; the page writes the form.
"""

import re
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from ivr.content.files import Table, attempt, checked_row, read_toml
from ivr.errors import Fault

END = "end"
"""The name of the mark at the end of the replaced words, in a text (`written.end`) and in a catalogue (`%(end)s`)."""
_ROW_REMEDY = "The comment at the top of prompts/written.toml explains each field."
_LINK = re.compile(r"(?:https://|mailto:)(?P<rest>\S+)")


class WrittenForm(Table):
    """What a page writes in place of spoken words.

    `write` is the address or the word ("report.cybertip.org", "HELP"), "" where only a listener needs the words;
    `link` is the address to open ("https://report.cybertip.org/", "mailto:help@example.org"), "" for a word; `fact` is
    the id of the fact that documents it.
    """

    write: str
    link: str = ""
    fact: str = ""


def read_written(path: Path, faults: list[Fault]) -> Iterator[tuple[str, WrittenForm]]:
    """The rows of a written.toml with their names; none if there is no file. Faults are added to `faults`."""
    tables = attempt(lambda: read_toml(path), faults) if path.exists() else {}
    for name, table in (tables or {}).items():
        if form := attempt(partial(checked_row, path, name, table, WrittenForm, _ROW_REMEDY), faults):
            where = f"{path}: [{name}]"
            faults.extend(Fault(where, *found_and_remedy) for found_and_remedy in _form_faults(name, form))
            yield name, form


def _form_faults(name: str, form: WrittenForm) -> Iterator[tuple[str, str]]:
    """Each fault of a written form, and its remedy."""
    if name == END:
        yield f"`{END}` is the name of the mark after the words", "Give it another name."
    if not form.link:
        return
    link, written = _LINK.fullmatch(form.link), (form.write, form.write.lower())
    if not link:
        yield f"link is {form.link!r}", 'Write a link that begins with "https://" or "mailto:".'
    elif link["rest"].rstrip("/").removeprefix("www.") not in {address.removeprefix("www.") for address in written}:
        yield f"{form.write!r} leads to {form.link}", "Write the address that the link opens."
    if not form.fact:
        yield "it has a link and no fact", "Name the fact in sources.toml that documents the address."
