"""Stories: each file of calls/ is a call, replayed on the toy line; its name is the promise that it tests."""

from pathlib import Path

import pytest
from support.stories import parse, replay

from ivr.call.state import Place
from ivr.line.line import Line
from ivr.phone.caller import Caller
from ivr.simulator import in_process

CALLS = Path(__file__).parent / "calls"
STORIES = sorted(CALLS.rglob("*.txt"))


def caller_of(line: Line) -> Caller:
    return Caller(in_process(line), line.options.public_url + "/call")


@pytest.mark.parametrize("path", STORIES, ids=lambda path: path.stem)
def test_story(path: Path, line: Line, line_goodbye: Line) -> None:
    chosen = line_goodbye if path.parent.name == "goodbye" else line
    replay(parse(path.read_text("utf-8")), caller_of(chosen))


def test_stories_cover_both_policies_and_both_languages() -> None:
    told = [path.read_text("utf-8") for path in STORIES]
    assert {path.parent.name for path in STORIES} == {"calls", "goodbye"}
    assert all(any(f"/call/{locale}/" in story for story in told) for locale in ("en", "es"))


def test_silent_caller_hears_every_reading_in_order(line: Line) -> None:
    caller = caller_of(line)
    caller.rings()
    opening = Place("opening", "en", language_chosen=False)
    readings = [[words(spoken.words) for spoken in line.schedule.prompts(step)] for step in line.steps(opening)]
    while caller.state == "listening":
        caller.waits()
    assert [words(heard.text) for heard in caller.heard] == [text for reading in readings for text in reading]
    menu = words(line.content.shared_text("main", "en").words)
    assert [menu in reading for reading in readings] == [True, True, False, False, False]
    assert [heard.interruptible for heard in caller.heard] == [True] * (len(caller.heard) - 2) + [False, False]


def words(text: str) -> str:
    """`text` without its pauses."""
    return " ".join(text.replace("…", " ").split())


def test_silence_after_the_last_key_lasts_two_minutes(line: Line, line_goodbye: Line) -> None:
    for chosen in (line, line_goodbye):
        for presses in ([], ["8"], ["1"], ["2"], ["9"], ["8", "2", "1", "7"], ["6", "6", "6"]):
            caller = caller_of(chosen)
            caller.rings()
            for key in presses:
                caller.presses(key)
            since = caller.clock
            while caller.state == "listening":
                caller.waits()
            assert caller.clock - since >= 120, presses


def test_only_connect_and_goodbye_cannot_be_interrupted(line: Line) -> None:
    caller = caller_of(line)
    caller.rings()
    for key in "8217":
        caller.presses(key)
    caller.presses("0")
    caller.dial_ends("completed")
    caller.waits()
    uncut = [words(heard.text) for heard in caller.heard if not heard.interruptible]
    assert uncut == [words(line.content.shared_text(text, "es").words) for text in ("connect", "goodbye")]
