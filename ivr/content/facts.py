"""Telephone numbers (prompts/numbers.toml) and facts (prompts/sources.toml), each with its source.

A telephone number is written in numbers.toml only; the hotline's number is also pinned here.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any, Literal, NamedTuple, TypeVar

from pydantic import Field

from ivr.content.files import Table, attempt, checked_row, read_toml
from ivr.content.written import WrittenForm, read_written
from ivr.errors import BadContent, Fault

HOTLINE = "hotline"
"""The name of the number that key 0 and the fallback document dial."""
PINNED_HOTLINE = "+18883737888"
"""The number of the National Human Trafficking Hotline. It is repeated here so that a wrong digit in both `say` and
`dial` of numbers.toml is a fault. IVR_HOTLINE changes it on purpose."""
NORTH_AMERICAN = re.compile(r"\+1[2-9]\d{2}[2-9]\d{6}", re.ASCII)
PREMIUM = re.compile(r"\+1(900|\d{3}976)")
LOCAL_DIGITS = 10
"""Digits of a telephone number without the leading 1; the line says a local number without it."""
_ROW_REMEDY = "The comment at the top of the file explains each field."
EMERGENCY = frozenset({"911", "112", "999", "933"})
"""Emergency numbers, and 933, which telephone networks have for tests of 911."""


class DatedRow(Table):
    """A row with the days on which it was compared with its source; None if that was not done.

    `copy_day` (`copy` in the file): a stored copy of the source. `live_day` (`live`): a person opened the page itself.
    """

    copy_day: date | None = Field(default=None, alias="copy")
    live_day: date | None = Field(default=None, alias="live")

    @property
    def last_compared(self) -> date | None:
        """The later of the two days."""
        return max((day for day in (self.copy_day, self.live_day) if day), default=None)


class Number(DatedRow):
    """A telephone number.

    `say` has the groups in which it is read out ("1-888-373-7888"); `dial` is the number in E.164 if the line may dial
    it ("+18883737888"); `fact` is the id of the fact that documents it; `source` is the page to open for a comparison.
    """

    say: str
    dial: str | None = None
    fact: str
    source: str = ""

    @property
    def groups(self) -> tuple[str, ...]:
        """The groups of digits: ("1", "888", "373", "7888")."""
        return tuple(self.say.split("-"))


class Source(Table):
    """A document that a fact is taken from."""

    title: str
    address: str = ""
    date: str = ""


class Fact(DatedRow):
    """A statement that the line says, or that it must not say (`spoken` is false, `reason` says why).

    - `id`: the name of its table ("HL-07"). `says` has telephone numbers where the file has a name in braces.
    - `confidence`: the kind of its source; sources.toml explains the kinds. "own" is a statement about the line itself.
    - `hedge`: a caution that texts must keep.
    - `beside` (`with` in the file): the ids of facts that a text must say together with it.
    - `to_open` (`open` in the file): the page, or the call, with which a person still has to compare it.
    """

    id: str = ""
    says: str
    sources: tuple[Source, ...] = ()
    confidence: Literal["official", "seed", "secondary", "unverified", "own"]
    spoken: bool = True
    reason: str = ""
    hedge: str = ""
    beside: tuple[str, ...] = Field(default=(), alias="with")
    to_open: str = Field(default="", alias="open")


def grouped(number: str) -> str:
    """An E.164 number in the groups in which it is read out: "1-888-373-7888" for "+18883737888"."""
    return f"1-{number[2:5]}-{number[5:8]}-{number[8:]}"


Row = TypeVar("Row", bound=DatedRow)


class Facts(NamedTuple):
    """Numbers by name, facts by id, and written forms by name (`ivr.content.written`).

    `refused_digits` is the list `never` of numbers.toml: numbers that must not be spoken or dialled ("8663737888").
    `of_layer` are the names of the numbers and written forms, and the ids of the facts, that a layer adds.
    """

    numbers: Mapping[str, Number]
    facts: Mapping[str, Fact]
    refused_digits: tuple[str, ...]
    of_layer: frozenset[str] = frozenset()
    written: Mapping[str, WrittenForm] = {}

    def fact(self, name: str) -> Fact:
        """The fact `name`. Raises BadContent for an unknown name."""
        if name not in self.facts:
            raise BadContent.at(
                "sources.toml", f"there is no fact {name}", "Add it with its source, or correct the text."
            )
        return self.facts[name]


def load_facts(folder: Path, hotline: str = PINNED_HOTLINE, layer_folder: Path | None = None) -> Facts:
    """Read numbers.toml, sources.toml and written.toml in `folder` (prompts/), and those in the prompts/ of a layer.

    The hotline in the file must have the number `hotline` (E.164). If an operator has set another number than the
    pinned one, the file may still have the pinned one, and the operator's number replaces it. Raises BadContent with
    every fault at once.
    """
    faults: list[Fault] = []
    release = _with_hotline(_read_folder(folder, faults), hotline)
    added = _read_folder(layer_folder, faults, optional=True) if layer_folder else Facts({}, {}, ())
    refused = (*release.refused_digits, *added.refused_digits)
    for where, rows in ((folder, release), (layer_folder, added)):
        for name, number in rows.numbers.items():
            faults.extend(_number_faults(f"{where}/numbers.toml: [{name}]", number, refused))
    if layer_folder:
        faults.extend(_layer_faults(layer_folder, release, added))
    if not faults:  # any other fault can be the reason for a wrong hotline
        faults.extend(_hotline_faults(folder / "numbers.toml", release.numbers, hotline))
    if faults:
        raise BadContent(faults)
    numbers, written = {**release.numbers, **added.numbers}, {**release.written, **added.written}
    facts = {name: _completed(name, fact, numbers) for name, fact in {**release.facts, **added.facts}.items()}
    of_layer = frozenset((*added.numbers, *added.facts, *added.written))
    return Facts(numbers, facts, refused, of_layer, written)


def _completed(name: str, fact: Fact, numbers: Mapping[str, Number]) -> Fact:
    """`fact` with its id, and with the telephone number in place of each `{name}` in `says`."""
    say = {number_name: number.say for number_name, number in numbers.items()}
    says = re.sub(r"\{(\w+)\}", lambda match: say.get(match[1], match[0]), fact.says)
    return fact.model_copy(update={"id": name, "says": says})


def _read_folder(folder: Path, faults: list[Fault], optional: bool = False) -> Facts:
    """The rows of the three files of one folder. Faults are added to `faults`.

    written.toml may be absent, and if `optional` the others too.
    """
    numbers_path, sources_path = folder / "numbers.toml", folder / "sources.toml"
    tables, sources = (
        {} if optional and not path.exists() else attempt(partial(read_toml, path), faults) or {}
        for path in (numbers_path, sources_path)
    )
    refused = tuple(_refused_digits(numbers_path, tables.pop("never", []), faults))
    numbers = dict(_rows(numbers_path, tables, Number, faults))
    facts = dict(_rows(sources_path, sources, Fact, faults))
    return Facts(numbers, facts, refused, written=dict(read_written(folder / "written.toml", faults)))


def _layer_faults(folder: Path, release: Facts, added: Facts) -> Iterator[Fault]:
    """A number that the layer dials, and rows that would hide a row of the release and its later corrections."""
    for name, number in added.numbers.items():
        where = f"{folder}/numbers.toml: [{name}]"
        if number.dial is not None:
            remedy = "The line dials the hotline alone: remove `dial`. IVR_HOTLINE changes the hotline's number."
            yield Fault(where, f"dial is {number.dial}", remedy)
        if name in release.numbers:
            yield Fault(where, "the release has a number of this name", "Give yours another name.")
    for name in added.written.keys() & release.written.keys():
        found = "the release has a written form of this name"
        yield Fault(f"{folder}/written.toml: [{name}]", found, "Give yours another name.")
    for name in added.facts.keys() & release.facts.keys():
        remedy = "Give yours another id, such as one that begins with your initials."
        yield Fault(f"{folder}/sources.toml: [{name}]", "the release has a fact of this id", remedy)


def _with_hotline(release: Facts, hotline: str) -> Facts:
    """`release` with the operator's `hotline` in the place of the pinned one, if the file has the pinned one."""
    row = release.numbers.get(HOTLINE)
    if row and hotline != PINNED_HOTLINE and (row.dial, row.say) == (PINNED_HOTLINE, grouped(PINNED_HOTLINE)):
        row = row.model_copy(update={"dial": hotline, "say": grouped(hotline)})
        return release._replace(numbers={**release.numbers, HOTLINE: row})
    return release


def _refused_digits(path: Path, digits: Any, faults: list[Fault]) -> list[str]:
    """The list `never` of numbers.toml; [] if it is malformed: the fault is added to `faults`."""
    if isinstance(digits, list) and all(
        isinstance(number, str) and re.fullmatch("[0-9]+", number) for number in digits
    ):
        return digits
    faults.append(Fault(f"{path}: never", f"found {digits!r}", 'Write digits in quotes: never = ["8663737888"].'))
    return []


def _rows(path: Path, tables: dict[str, Any], row_class: type[Row], faults: list[Fault]) -> Iterator[tuple[str, Row]]:
    """The tables of a file, with their names, without malformed ones. Every fault of a table is added to `faults`."""
    for name, table in tables.items():
        row = attempt(partial(checked_row, path, name, table, row_class, _ROW_REMEDY), faults)
        if row is None:
            continue
        if not row.last_compared and getattr(row, "confidence", "") != "own":
            remedy = (
                "Write the day: `copy` if a stored copy was compared, `live` if you opened the page or called the "
                "number, as in live = 2026-11-29."
            )
            faults.append(Fault(f"{path}: [{name}]", "`copy` and `live` are missing", remedy))
        yield name, row


def _number_faults(where: str, number: Number, refused_digits: tuple[str, ...]) -> Iterator[Fault]:
    digits = "".join(number.groups)
    full = "1" + digits if len(digits) == LOCAL_DIGITS else digits
    if not re.fullmatch(r"[0-9]+(-[0-9]+)*", number.say):
        yield Fault(where, f"say is {number.say!r}", 'Write digits in groups: say = "1-888-373-7888".')
    elif len(full) == 11 and not NORTH_AMERICAN.fullmatch("+" + full):
        yield Fault(where, f"{number.say} is not a North American number", "Compare every digit with the source.")
    elif PREMIUM.match("+" + full):
        yield Fault(where, f"{number.say} charges the caller", "It must not be spoken or dialled: remove it.")
    elif len(full) not in (3, 5, 6, 11):
        remedy = "A telephone number has 10, or 11 with its leading 1, a short code 3, 5 or 6."
        yield Fault(where, f"{number.say} has {len(digits)} digits", remedy)
    if any(full in (refused, "1" + refused) for refused in refused_digits):
        yield Fault(where, f"{number.say} is on the list `never`", "It must not be spoken or dialled: remove it.")
    if number.dial is not None:
        yield from _dial_faults(where, number.dial, digits)


def _dial_faults(where: str, dial: str, digits: str) -> Iterator[Fault]:
    if dial.lstrip("+") in EMERGENCY:
        yield Fault(where, f"dial is {dial}", "The line never dials emergency numbers: remove `dial`.")
    elif not NORTH_AMERICAN.fullmatch(dial):
        yield Fault(where, f"dial is {dial!r}", 'Write it as +1 and ten digits: dial = "+18883737888".')
    elif dial.removeprefix("+1") != digits.removeprefix("1"):
        yield Fault(where, f"it is spoken as {digits} and dialled as {dial}", "Both must be the same number.")


def _hotline_faults(path: Path, numbers: Mapping[str, Number], hotline: str) -> Iterator[Fault]:
    dial = numbers[HOTLINE].dial if HOTLINE in numbers else None
    if dial is None:
        yield Fault(str(path), f"there is no [{HOTLINE}] with a `dial`", "Key 0 needs it: add the table.")
    elif dial != hotline:
        remedy = f"Correct both. If the hotline has really changed its number, set IVR_HOTLINE={dial}."
        yield Fault(f"{path}: [{HOTLINE}]", f"say and dial are {dial}, and the hotline is {hotline}", remedy)
