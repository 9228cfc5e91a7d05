"""Faults planted in the files of the toy line, one at a time, and the sentences of `ivr check` about each.

tests/content/faults/*.toml holds them: one file for each file of the toy line that is spoiled, one table for each
fault. A table says how the good file is changed:

    replace     old text, new text (or several pairs); each old text is in the file exactly once
    from        the file begins at this text
    until       the file ends before this text
    append      text added at the end
    encoding    how the file is written, UTF-8 when absent
    whole       the whole text of the file

and `sentences` are the faults that `ivr check` then reports, one a line, all of them. `{root}` is the line's folder. A
change that is no fault has `row` instead: a row of the report.
"""

import tomllib
from pathlib import Path
from typing import Any, NamedTuple

from ivr.check.report import Report, check_all
from ivr.line.options import Options

from .paths import TESTS

FOLDER = TESTS / "content" / "faults"
FILES = sorted(path.stem for path in FOLDER.glob("*.toml"))
"""The kinds of faults, such as "catalogue": one for each TOML file."""


class ContentFault(NamedTuple):
    """One planted fault: `ContentFault("flow", "no_kind", "prompts/flow.toml", {"replace": …, "sentences": …})`."""

    kind: str
    name: str
    path: str
    recipe: dict[str, Any]

    def plant(self, root: Path) -> Path:
        """Spoil the file of the line under `root`: the file."""
        file = root / self.path
        file.write_bytes(self.spoil(file.read_text("utf-8")))
        return file

    def spoil(self, text: str) -> bytes:
        """The bytes of the spoiled file, made from its good text."""
        pairs = self.recipe.get("replace", [])
        for old, new in zip(pairs[::2], pairs[1::2], strict=True):
            assert text.count(old) == 1, f"{self.name}: {old!r} is {text.count(old)} times in {self.path}"
            text = text.replace(old, new)
        if end := self.recipe.get("until"):
            text = text[: text.index(end)]
        text = text[text.index(self.recipe.get("from", "")) :]
        text = self.recipe.get("whole", text) + self.recipe.get("append", "")
        return text.encode(self.recipe.get("encoding", "utf-8"))

    def sentences(self, root: Path) -> list[str]:
        """The expected sentences about the line under `root`."""
        return str(self.recipe.get("sentences", "")).replace("{root}", str(root)).splitlines()


def planted(kind: str) -> list[ContentFault]:
    """All planted faults of a kind, such as "catalogue"."""
    table = tomllib.loads((FOLDER / f"{kind}.toml").read_text("utf-8"))
    path = table.pop("file")
    return [ContentFault(kind, name, path, recipe) for name, recipe in table.items()]


def fault_named(kind: str, name: str) -> ContentFault:
    """One planted fault, such as `fault_named("catalogue", "duplicate")`."""
    return {fault.name: fault for fault in planted(kind)}[name]


def reported(root: Path) -> list[str]:
    """The sentences of `ivr check` about the line under `root`."""
    return list(map(str, report(root).faults))


def report(root: Path) -> Report:
    """The report of `ivr check` about the line under `root`."""
    return check_all(root, Options())
