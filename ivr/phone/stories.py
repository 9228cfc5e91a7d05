"""A call as a story in plain lines, that people write and tests replay. Files and a line's words stay out.

    # a caller asks for Spanish, then for a person
    rings
        at /call
    presses 8
        speaks es-US
    presses 0
        dials +12025550123
    busy
        at /call/es/not_connected
    hangs up

Acts: `rings`, `presses <key>`, `silent`, `hangs up`, and how the far end behaves: `completed`, `answered`,
`busy`, `no-answer`, `failed`, `canceled`, `bridged`. What must then be true: `at <end of the address to which
a key would go>`, `dials <number>`, `speaks <language of the last thing heard>`, `ended`. A line that begins
with # is a comment.
"""

import re
from typing import NamedTuple

from ivr.phone.caller import OUTCOMES, Caller, Impossible
from ivr.phone.errors import Refused
from ivr.phone.schema import E164

_LINE = re.compile(
    rf"(?P<does>rings|silent|hangs up|ended|{'|'.join(OUTCOMES)})"
    rf"|presses (?P<presses>[0-9*#])|at (?P<at>/\S*)|dials (?P<dials>{E164})|speaks (?P<speaks>[A-Za-z0-9-]+)"
)


class Line(NamedTuple):
    """One line of a story: its number in the text, what it says, and of what (key, address, number)."""

    number: int
    does: str
    about: str = ""

    def __str__(self) -> str:
        return f"{self.does} {self.about}".strip()


class StoryBroken(Exception):
    """A story that cannot be read, or a call that went another way: the line and what was found."""


def parse(text: str) -> tuple[Line, ...]:
    """The lines of a story, without comments and blank ones."""
    numbered = ((number, line.strip()) for number, line in enumerate(text.splitlines(), 1))
    story = tuple(_line(number, line) for number, line in numbered if line and not line.startswith("#"))
    if not story or story[0].does != "rings":
        raise StoryBroken("line 1: a story begins with `rings`")
    return story


def replay(story: tuple[Line, ...], caller: Caller) -> None:
    """Let `caller`, who has not rung yet, live through `story`. Raises StoryBroken where it is false."""
    for line in story:
        try:
            _plays(line, caller)
        except (Impossible, Refused) as fault:
            raise StoryBroken(f"line {line.number}, `{line}`: {fault}") from fault


def keep(caller: Caller) -> str:
    """The call that `caller` has made, as a story that replays it."""
    return "".join(f"{step.does}\n    {step.leads_to}\n" for step in caller.steps)


def _line(number: int, line: str) -> Line:
    found = _LINE.fullmatch(line)
    if found is None:
        raise StoryBroken(f"line {number}: `{line}` is not a line of a story; see the list of acts and expectations")
    if does := found["does"]:
        return Line(number, does)
    does = str(found.lastgroup)
    return Line(number, does, found[does])


def _plays(line: Line, caller: Caller) -> None:
    match line.does:
        case "rings":
            caller.rings()
        case "presses":
            caller.presses(line.about)
        case "silent":
            caller.waits()
        case "hangs up":
            caller.hangs_up()
        case "at" | "dials" | "ended" | "speaks":
            _expects(line, caller)
        case outcome:
            caller.far_end(outcome)


def _expects(line: Line, caller: Caller) -> None:
    found = _spoken(caller) if line.does == "speaks" else caller.position
    is_so = found == str(line) or (line.does == "at" and found.startswith("at ") and found.endswith(line.about))
    if not is_so:
        raise StoryBroken(f"line {line.number}: expected `{line}`, found `{found}`")


def _spoken(caller: Caller) -> str:
    caller.listens()
    return f"speaks {caller.heard[-1].language}" if caller.heard else "speaks nothing"
