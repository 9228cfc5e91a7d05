"""The telephone in the terminal: lines with their seconds, for a call by hand and a call with given keys."""

import pytest

from ivr.phone.caller import Caller, ImpossibleAct
from ivr.phone.terminal import call_by_hand, call_with_keys
from ivr.phone.webhook_form import Fields

RING = "https://line.example/ivr/call"
HOTLINE = "+12025550123"
GATHER = '<Gather numDigits="1" finishOnKey="" timeout="10" action="{}">{}</Gather>'
OPENING = (
    GATHER.format(
        f"{RING}/en/main",
        '<Say language="en-US">You have reached the line.</Say><Say language="es-US">Oprima ocho.</Say>',
    )
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


def test_call_with_keys_prints_words_and_acts_with_seconds(caller: Caller) -> None:
    assert call_with_keys(caller, ["8", "1", "-", "3"], ["busy"]) == [
        "   0.0 s  caller rings",
        "   0.0 s  en-US  «You have reached the line.»",
        "   2.0 s  es-US  «Oprima ocho.»",
        "   2.8 s  caller presses 8",
        "   2.8 s  es-US  «Menú.»",
        "   3.2 s  caller presses 1",
        "   3.2 s  en-US  «You have reached the line.»",
        "   5.2 s  es-US  «Oprima ocho.»",
        "   6.0 s  caller stays silent",
        "  16.0 s  en-US  «Connecting you.»",
        f"  16.8 s  the line dials {HOTLINE}: busy",
        "  16.8 s  en-US  «Goodbye.»",
        "  17.2 s  the line ends the call",
        "  17.2 s  not pressed, because the call has ended: 3",
    ]


def test_call_with_keys_stops_after_the_last_key(caller: Caller) -> None:
    assert call_with_keys(caller, [])[-1] == "   2.8 s  no more keys; the line listens at /call/en/main"
    assert call_with_keys(Caller(line, RING), ["hangup"])[-1] == "   2.8 s  caller hangs up"


@pytest.mark.parametrize(("tokens", "outcome"), [(["83"], "busy"), (["x"], "busy"), (["8"], "asleep")])
def test_unknown_key_or_outcome_raises_before_the_ring(caller: Caller, tokens: list[str], outcome: str) -> None:
    with pytest.raises(ImpossibleAct):
        call_with_keys(caller, tokens, [outcome])
    assert caller.state == "idle"


def test_each_dialled_call_ends_in_its_own_outcome_and_the_last_one_holds_for_the_rest() -> None:
    dial = f'<Dial action="/next" timeout="45" callerId="+12025550123"><Number>{HOTLINE}</Number></Dial>'
    answers = iter([f"<Response>{dial}</Response>".encode()] * 3 + [b"<Response><Hangup/></Response>"])
    lines = call_with_keys(Caller(lambda *_: next(answers), RING), [], ["busy", "no-answer"])
    ends = [line.rpartition(": ")[2] for line in lines if HOTLINE in line]
    assert ends == ["busy", "no-answer", "no-answer"]


def test_caller_who_hangs_up_while_it_rings_leaves_a_line(caller: Caller) -> None:
    lines = call_with_keys(caller, ["8", "1", "-"], ["hangup"])
    assert lines[-1] == f"  16.8 s  the line dials {HOTLINE}: caller hangs up"
    assert caller.state == "ended"


def conversation(*typed: str) -> list[str]:
    """The lines for a person who types `typed` and then closes the terminal."""
    lines: list[str] = []
    typing = iter(typed)

    def read_line() -> str:
        try:
            return next(typing)
        except StopIteration:
            raise EOFError from None

    call_by_hand(Caller(line, RING), read_line, lines.append)
    return lines


def test_person_hears_the_line_and_presses_keys() -> None:
    lines = conversation("8", "1", "", "nonsense", "busy")
    assert lines[3] == "key (0-9 * #), enter = stay silent, h = hang up:"
    assert lines[4] == "   2.8 s  caller presses 8"
    assert f"{HOTLINE} rings. How does it end? completed, answered, busy" in " ".join(lines)
    assert "«nonsense» is not possible here." in lines
    assert lines[-1].endswith("the line ends the call")


def test_enter_during_a_dial_is_no_answer() -> None:
    assert f"  13.6 s  the line dials {HOTLINE}: no-answer" in conversation("-", "")


@pytest.mark.parametrize("typed", [("h",), ("hangup",), ()])
def test_h_or_closed_terminal_hangs_up(typed: tuple[str, ...]) -> None:
    assert conversation(*typed)[-1] == "   2.8 s  caller hangs up"
