"""Telephone numbers and the facts that may be spoken, each with its source: prompts/numbers.toml and sources.toml.

Every telephone number stands in numbers.toml and in no other file of the content; texts name it.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any, Literal, NamedTuple, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from ivr.content.files import toml_of, wrong_fields
from ivr.errors import BadFacts, Fault

HOTLINE = "hotline"
"""The name of the number that key 0 and the fallback document dial."""
PINNED_HOTLINE = "+18883737888"
"""The number of the National Human Trafficking Hotline. numbers.toml must have the same, so a wrong digit that was
typed in both `say` and `dial` is noticed. IVR_HOTLINE replaces it on purpose."""
E164 = re.compile(r"\+1[2-9]\d{2}[2-9]\d{6}")
PREMIUM = re.compile(r"\+1(900|\d{3}976)")
EMERGENCY = frozenset({"911", "112", "999", "933"})


class _Row(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


Row = TypeVar("Row", bound=_Row)


class _Compared(_Row):
    """A row with the dates on which it was compared with its source: `copy` in the file is the date of the comparison
    with a stored copy, `live` the date on which a person opened the page. None: not done yet."""

    compared: date | None = Field(default=None, alias="copy")
    opened: date | None = Field(default=None, alias="live")

    @property
    def last_compared(self) -> date | None:
        """The later of the two dates."""
        return max((day for day in (self.compared, self.opened) if day), default=None)


class Number(_Compared):
    """A telephone number. `say` has the groups in which it is read out ("1-888-373-7888"). `dial` is in E.164; None:
    the line never dials it."""

    say: str
    dial: str | None = None
    fact: str
    source: str = ""

    @property
    def groups(self) -> tuple[str, ...]:
        """The digits of each group: ("1", "888", "373", "7888")."""
        return tuple(self.say.split("-"))


class Source(_Row):
    """A document that supports a fact."""

    title: str
    address: str = ""
    date: str = ""


class Fact(_Compared):
    """A fact that the line speaks, or must not speak (`spoken` is false).

    `with` in the file names facts that must be said beside it; `open` is the page or the call that a person must still
    compare it with.
    """

    says: str
    sources: list[Source] = []
    confidence: Literal["official", "seed", "secondary", "unverified", "own"]
    spoken: bool = True
    reason: str = ""
    hedge: str = ""
    beside: list[str] = Field(default=[], alias="with")
    to_open: str = Field(default="", alias="open")


def grouped(number: str) -> str:
    """An E.164 number in the groups in which it is read out: "1-888-373-7888" for "+18883737888"."""
    return f"1-{number[2:5]}-{number[5:8]}-{number[8:]}"


class Facts(NamedTuple):
    """The numbers by name, the facts by id ("HL-01"), and the digits that must never be spoken or dialled."""

    numbers: Mapping[str, Number]
    facts: Mapping[str, Fact]
    never: tuple[str, ...]


def load_facts(folder: Path, hotline: str = PINNED_HOTLINE) -> Facts:
    """Read `numbers.toml` and `sources.toml` in `folder`. Raises BadFacts with every fault in them.

    `hotline` (E.164) must be the number of the hotline. If it is not the pinned number, because an operator has set
    another one, it also replaces the pinned number in the file.
    """
    faults: list[Fault] = []
    raw = _read(folder / "numbers.toml", faults)
    never = tuple(_never(folder / "numbers.toml", raw.pop("never", []), faults))
    numbers = dict(_rows(folder / "numbers.toml", raw, Number, faults))
    own = numbers.get(HOTLINE)
    if own and hotline != PINNED_HOTLINE and (own.dial, own.say) == (PINNED_HOTLINE, grouped(PINNED_HOTLINE)):
        numbers[HOTLINE] = own.model_copy(update={"dial": hotline, "say": grouped(hotline)})
    facts = dict(_rows(folder / "sources.toml", _read(folder / "sources.toml", faults), Fact, faults))
    for name, number in numbers.items():
        faults.extend(_number_faults(f"{folder / 'numbers.toml'}: [{name}]", number, never))
    faults.extend(_hotline_faults(folder / "numbers.toml", numbers, hotline, faults))
    if faults:
        raise BadFacts(faults)
    return Facts(numbers, facts, never)


def _read(path: Path, faults: list[Fault]) -> dict[str, Any]:
    try:
        return toml_of(path, BadFacts)
    except BadFacts as error:
        faults.extend(error.faults)
        return {}


def _never(path: Path, digits: Any, faults: list[Fault]) -> list[str]:
    if isinstance(digits, list) and all(isinstance(one, str) and re.fullmatch("[0-9]+", one) for one in digits):
        return digits
    faults.append(Fault(f"{path}: never", f"found {digits!r}", 'Write digits in quotes: never = ["8663737888"].'))
    return []


def _rows(path: Path, raw: dict[str, Any], kind: type[Row], faults: list[Fault]) -> Iterator[tuple[str, Row]]:
    for name, table in raw.items():
        try:
            row = kind.model_validate(table)
        except ValidationError as error:
            for field, found in wrong_fields(error):
                remedy = "The head of the file says what each field is."
                faults.append(Fault(f"{path}: [{name}]", f"{field}: {found}" if field else found, remedy))
            continue
        if isinstance(row, _Compared) and not row.last_compared and getattr(row, "confidence", "") != "own":
            remedy = "Write the day on which it was compared with its source; the head of the file says how."
            faults.append(Fault(f"{path}: [{name}]", "copy: it is missing", remedy))
        yield name, row


def _number_faults(where: str, number: Number, never: tuple[str, ...]) -> Iterator[Fault]:
    digits = "".join(number.groups)
    if not re.fullmatch(r"[0-9]+(-[0-9]+)*", number.say):
        yield Fault(where, f"say is {number.say!r}", 'Write digits in groups: say = "1-888-373-7888".')
    elif len(digits) == 11 and not E164.fullmatch("+" + digits):
        yield Fault(where, f"{number.say} is not a North American number", "Compare every digit with the source.")
    elif PREMIUM.match("+" + digits):
        yield Fault(where, f"{number.say} charges the caller", "It must not be spoken or dialled: take it out.")
    elif len(digits) not in (3, 5, 6, 11):
        yield Fault(
            where,
            f"{number.say} has {len(digits)} digits",
            "A telephone number has 11 with its leading 1, a short code 3, 5 or 6.",
        )
    if any(digits in (barred, "1" + barred) for barred in never):
        yield Fault(where, f"{number.say} is on the list `never`", "It must not be spoken or dialled: take it out.")
    if number.dial is not None:
        yield from _dial_faults(where, number.dial, digits)


def _dial_faults(where: str, dial: str, digits: str) -> Iterator[Fault]:
    if dial.lstrip("+") in EMERGENCY:
        yield Fault(where, f"dial is {dial}", "The line never dials emergency numbers: remove `dial`.")
    elif not E164.fullmatch(dial):
        yield Fault(where, f"dial is {dial!r}", 'Write it as +1 and ten digits: dial = "+18883737888".')
    elif dial != "+" + digits:
        yield Fault(where, f"it is spoken as {digits} and dialled as {dial}", "Both must be the same number.")


def _hotline_faults(path: Path, numbers: Mapping[str, Number], hotline: str, before: list[Fault]) -> Iterator[Fault]:
    if before:
        return
    dial = numbers[HOTLINE].dial if HOTLINE in numbers else None
    if dial is None:
        yield Fault(str(path), f"there is no [{HOTLINE}] with a `dial`", "Key 0 needs it: add the table.")
    elif dial != hotline:
        remedy = f"Correct both. If the hotline has really changed its number, set IVR_HOTLINE={dial}."
        yield Fault(f"{path}: [{HOTLINE}]", f"say and dial are {dial}, and the hotline is {hotline}", remedy)
