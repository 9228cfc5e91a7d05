"""Stories: a call is replayed, and the first line that differs is named."""

import pytest
from support.stories import StoryFailed, parse, replay

from ivr.cli.call import story_of
from ivr.phone.caller import Caller
from ivr.phone.webhook_form import Fields

RING = "https://line.example/ivr/call"
HOTLINE = "+12025550123"
GATHER = '<Gather numDigits="1" finishOnKey="" timeout="10" action="{}">{}</Gather>'
OPENING = (
    GATHER.format(f"{RING}/en/main", '<Say language="en-US">Hello.</Say><Say language="es-US">Oprima ocho.</Say>')
    + '<Say language="en-US">Connecting you.</Say>'
    + f'<Dial action="{RING}/outcome"><Number>{HOTLINE}</Number></Dial>'
)
LINE = {
    RING: OPENING,
    f"{RING}/en/main": GATHER.format(f"{RING}/es/main", '<Say language="es-US">Menú.</Say>'),
    f"{RING}/es/main": OPENING,
    f"{RING}/outcome": '<Say language="en-US">Goodbye.</Say>',
}


def line(address: str, form: Fields) -> bytes:
    return f"<Response>{LINE[address]}</Response>".encode()


@pytest.fixture
def caller() -> Caller:
    return Caller(line, RING)


STORY = f"""
# Spanish, back, then silence until the line dials
rings
    at /call/en/main
    speaks es-US
presses 8
    at /es/main
presses #
silent
    dials {HOTLINE}
busy
    ended
"""


def test_story_is_replayed(caller: Caller) -> None:
    replay(parse(STORY), caller)
    assert [act.text for act in caller.acts] == ["rings", "presses 8", "presses #", "silent", "busy"]


def test_call_is_written_as_a_story_that_replays_it(caller: Caller) -> None:
    replay(parse(STORY), caller)
    kept = story_of(caller)
    assert kept.splitlines()[:4] == ["rings", "    at /call/en/main", "presses 8", "    at /call/es/main"]
    again = Caller(line, RING)
    replay(parse(kept), again)
    assert again.acts == caller.acts


@pytest.mark.parametrize(
    ("story", "sentence"),
    [
        ("# nothing", "line 1: a story begins with `rings`"),
        ("presses 1", "line 1: a story begins with `rings`"),
        ("rings\npresses 12", "line 2: `presses 12` is not a line of a story"),
        ("rings\n\nat /call/es/main", "line 3: expected `at /call/es/main`, found `at /call/en/main`"),
        ("rings\nspeaks en-US", "line 2: expected `speaks en-US`, found `speaks es-US`"),
        (
            "rings\nhangs up\nsilent",
            "line 3, `silent`: silent: the line does not listen, the caller is ended",
        ),
        (f"rings\ndials {HOTLINE}", f"line 2: expected `dials {HOTLINE}`, found `at /call/en/main`"),
    ],
)
def test_story_that_differs_names_the_line(caller: Caller, story: str, sentence: str) -> None:
    with pytest.raises(StoryFailed) as broken:
        replay(parse(story), caller)
    assert sentence in str(broken.value)


def test_silent_line_speaks_no_language() -> None:
    with pytest.raises(StoryFailed, match="found `speaks nothing`"):
        replay(parse("rings\nspeaks en-US"), Caller(lambda address, form: b"<Response/>", RING))
