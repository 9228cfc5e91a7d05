"""A call as a story: plain text that people write, or `ivr call --keep`, and tests replay.

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

Acts: `rings`, `presses <key>`, `silent`, `hangs up`, and how a dialled call ends: `completed`, `answered`, `busy`,
`no-answer`, `failed`, `canceled`, `bridged`. Expectations: `at <end of the address to which a key is sent>`, in
which * matches the rest of a segment, `dials <number>`, `speaks <language of the last words>`, `ended`. A line that
begins with # is a comment.
"""

import re
from typing import NamedTuple

from ivr.phone.caller import Caller, ImpossibleAct
from ivr.phone.schema import E164
from ivr.phone.webhook_form import OUTCOMES
from ivr.phone.xml import InvalidTwiml

_LINE = re.compile(
    rf"(?P<keyword>rings|silent|hangs up|ended|{'|'.join(OUTCOMES)})"
    rf"|presses (?P<presses>[0-9*#])|at (?P<at>/\S*)|dials (?P<dials>{E164})|speaks (?P<speaks>[A-Za-z0-9-]+)"
)


class StoryLine(NamedTuple):
    """One line of a story: its number in the text, its keyword, and a key, an address, a number or a language.

    Example: `StoryLine(4, "presses", "8")` for "presses 8" in line 4.
    """

    number: int
    keyword: str
    argument: str = ""

    def __str__(self) -> str:
        return f"{self.keyword} {self.argument}".strip()


class StoryFailed(Exception):
    """A story cannot be read, or the call went another way: the message has the line and what was found."""


def parse(text: str) -> tuple[StoryLine, ...]:
    """The lines of a story, without comments and blank lines. Raises StoryFailed."""
    numbered = ((number, line.strip()) for number, line in enumerate(text.splitlines(), 1))
    story = tuple(_line(number, line) for number, line in numbered if line and not line.startswith("#"))
    if not story or story[0].keyword != "rings":
        raise StoryFailed("line 1: a story begins with `rings`")
    return story


def replay(story: tuple[StoryLine, ...], caller: Caller) -> None:
    """Let `caller`, who has not rung yet, make the call of `story`. Raises StoryFailed at the first difference."""
    for line in story:
        try:
            _replay_line(line, caller)
        except (ImpossibleAct, InvalidTwiml) as error:
            raise StoryFailed(f"line {line.number}, `{line}`: {error}") from error


def _line(number: int, line: str) -> StoryLine:
    match = _LINE.fullmatch(line)
    if match is None:
        raise StoryFailed(f"line {number}: `{line}` is not a line of a story; see tests/support/stories.py")
    if keyword := match["keyword"]:
        return StoryLine(number, keyword)
    keyword = str(match.lastgroup)
    return StoryLine(number, keyword, match[keyword])


def _replay_line(line: StoryLine, caller: Caller) -> None:
    match line.keyword:
        case "rings":
            caller.rings()
        case "presses":
            caller.presses(line.argument)
        case "silent":
            caller.waits()
        case "hangs up":
            caller.hangs_up()
        case "at" | "dials" | "ended" | "speaks":
            _check_expectation(line, caller)
        case outcome:
            caller.dial_ends(outcome)


def _check_expectation(line: StoryLine, caller: Caller) -> None:
    found = _last_language(caller) if line.keyword == "speaks" else caller.position
    if found != str(line) and not (line.keyword == "at" and _ends_with(found, line.argument)):
        raise StoryFailed(f"line {line.number}: expected `{line}`, found `{found}`")


def _ends_with(found: str, address: str) -> bool:
    """Whether `found`, such as "at /call/en/main/choices-7c1e", ends with `address`, such as "/main/choices-*"."""
    pattern = re.escape(address).replace(r"\*", "[^/]*")
    return re.fullmatch(rf"at .*{pattern}", found) is not None


def _last_language(caller: Caller) -> str:
    caller.hears_out()
    return f"speaks {caller.heard[-1].language}" if caller.heard else "speaks nothing"
