"""The virtual caller on a line of four documents: it acts as Twilio's manual says."""

import pytest

from ivr.phone.caller import Caller, ImpossibleAct
from ivr.phone.verbs import Heard, PlayedSound
from ivr.phone.webhook_form import FORM, OUTCOMES, Fields
from ivr.phone.xml import InvalidTwiml

RING = "https://line.example/ivr/call"
HOTLINE = "+12025550123"
GATHER = '<Gather numDigits="1" finishOnKey="" timeout="10" action="{}">{}</Gather>'
ENGLISH = '<Say language="en-US" voice="Polly.Joanna-Neural">{}</Say>'
SPANISH = '<Say language="es-US" voice="Polly.Lupe-Neural">{}</Say>'
DIAL = f'<Dial timeout="30" action="{RING}/outcome"><Number>{HOTLINE}</Number></Dial>'

OPENING = (
    GATHER.format(f"{RING}/en/main", ENGLISH.format("You have reached the line.") + SPANISH.format("Oprima ocho."))
    + ENGLISH.format('<prosody rate="50%">Connecting <break time="500ms"/> you.</prosody>')
    + DIAL
)
LINE = {
    RING: OPENING,
    f"{RING}/en/main": GATHER.format("/ivr/call/es/main", SPANISH.format("Menú.")) + "<Hangup/>",
    f"{RING}/es/main": OPENING,
    f"{RING}/outcome": ENGLISH.format("Goodbye."),
}


class Line:
    """A server that answers from LINE and keeps the requests."""

    def __init__(self, **documents: str) -> None:
        self.documents = LINE | {f"{RING}{path}": document for path, document in documents.items()}
        self.asked: list[tuple[str, dict[str, str]]] = []

    def __call__(self, address: str, form: Fields) -> bytes:
        self.asked.append((address, dict(form)))
        return f"<Response>{self.documents[address]}</Response>".encode()


@pytest.fixture
def line() -> Line:
    return Line()


@pytest.fixture
def caller(line: Line) -> Caller:
    return Caller(line, RING)


def ringing(inside: str, **documents: str) -> Caller:
    """A caller who has rung a line whose first document is `inside`."""
    caller = Caller(Line(**{"": inside} | documents), RING)
    caller.rings()
    return caller


def test_connection_overrides_are_no_part_of_the_position() -> None:
    overrides = "#rc=1&amp;rp=ct,rt,5xx&amp;ct=2000&amp;rt=3000"
    assert ringing(GATHER.format(f"{RING}/en/main{overrides}", "")).position == "at /call/en/main"


def test_ring_sends_the_fields_of_twilio_and_stops_in_the_first_gather(line: Line, caller: Caller) -> None:
    assert (caller.state, caller.position, caller.gather) == ("idle", "idle", None)
    caller.rings()
    assert line.asked == [(RING, dict(FORM))]
    assert caller.gather
    assert caller.gather.action == f"{RING}/en/main"
    assert (caller.position, caller.heard, caller.clock) == ("at /call/en/main", [], 0.0)


def test_key_is_sent_to_the_action_of_its_gather_after_the_words(line: Line, caller: Caller) -> None:
    caller.rings()
    caller.presses("8")
    address, form = line.asked[-1]
    assert (address, form["Digits"], form["CallStatus"]) == (f"{RING}/en/main", "8", "in-progress")
    assert [heard.language for heard in caller.heard] == ["en-US", "es-US"]
    assert caller.keys == ["8"]


def test_key_stops_the_speech(caller: Caller) -> None:
    caller.rings()
    caller.presses("8", interrupting=True)
    assert (caller.heard, caller.clock) == ([], 0.0)


def test_words_heard_before_a_key_are_heard_once(caller: Caller) -> None:
    caller.rings()
    caller.hears_out()
    caller.presses("8", interrupting=True)
    assert [heard.text for heard in caller.heard] == ["You have reached the line.", "Oprima ocho."]


def test_silence_goes_on_to_the_next_verb_without_a_request(line: Line, caller: Caller) -> None:
    caller.rings()
    caller.waits()
    assert len(line.asked) == 1
    assert (caller.position, caller.dialled) == (f"dials {HOTLINE}", [HOTLINE])
    assert caller.dial
    assert caller.dial.timeout == 30


def test_clock_counts_words_pace_pauses_and_timeouts(caller: Caller) -> None:
    caller.rings()
    caller.waits()
    spoken = (5 + 2) / 2.5 + 10
    assert caller.heard[-1] == Heard(spoken, "en-US", "Polly.Joanna-Neural", "Connecting you.", False, 2.1)
    assert caller.heard[0].interruptible
    assert caller.clock == pytest.approx(spoken + 2.1)


def test_relative_address_is_resolved(line: Line, caller: Caller) -> None:
    caller.rings()
    caller.presses("8")
    assert caller.position == "at /call/es/main"
    caller.presses("1")
    assert [address for address, _ in line.asked[-2:]] == [f"{RING}/en/main", f"{RING}/es/main"]


@pytest.mark.parametrize("outcome", OUTCOMES)
def test_outcome_is_sent_to_the_action_of_the_dial(line: Line, outcome: str) -> None:
    caller = Caller(line, RING)
    caller.rings()
    caller.waits()
    before = caller.clock
    caller.dial_ends(outcome, talked=90)
    form = line.asked[-1][1]
    assert line.asked[-1][0] == f"{RING}/outcome"
    assert (form["DialCallStatus"], form["DialBridged"] == "true") == OUTCOMES[outcome]
    talked = 90.0 if "DialCallDuration" in form else 35.0 if outcome == "no-answer" else 0.0
    assert caller.clock == pytest.approx(before + talked + 1 / 2.5)
    assert (caller.heard[-1].text, caller.state) == ("Goodbye.", "ended")


def test_silence_during_a_dial_is_no_answer(line: Line, caller: Caller) -> None:
    caller.rings()
    caller.waits()
    caller.waits()
    assert line.asked[-1][1]["DialCallStatus"] == "no-answer"


def test_dial_without_action_goes_on_with_the_next_verb() -> None:
    caller = ringing(f"<Dial><Number>{HOTLINE}</Number></Dial><Dial><Number>+12025550124</Number></Dial>")
    caller.dial_ends("busy")
    assert (caller.state, caller.dialled) == ("dialling", [HOTLINE, "+12025550124"])


def test_call_ends_after_the_last_verb() -> None:
    assert ringing("<Say>Hello.</Say>").state == "ended"


def test_sound_file_is_heard_for_its_seconds() -> None:
    line = Line(**{"": "<Play>a.wav</Play><Play>b.wav</Play>"})
    caller = Caller(line, RING, sound_at=lambda address: PlayedSound("es", f"Hola de {address}", 3.0))
    caller.rings()
    assert caller.heard[1] == Heard(3.0, "es", "recording", "Hola de https://line.example/ivr/b.wav", False, 3.0)
    assert ringing("<Play>a.wav</Play>").heard[0].text == "[https://line.example/ivr/a.wav]"


def test_invalid_document_raises_during_the_call() -> None:
    caller = ringing(GATHER.format(f"{RING}/bad", ""), **{"/bad": "<Record/>"})
    with pytest.raises(InvalidTwiml, match="<Record>"):
        caller.presses("1")


def test_no_act_is_possible_after_hanging_up(caller: Caller) -> None:
    with pytest.raises(ImpossibleAct, match="there is no call"):
        caller.hangs_up()
    caller.rings()
    caller.hangs_up()
    for act in (
        caller.rings,
        caller.waits,
        caller.hangs_up,
        lambda: caller.presses("1"),
        lambda: caller.dial_ends("busy"),
    ):
        with pytest.raises(ImpossibleAct):
            act()


def test_unknown_key_and_unknown_outcome_raise(caller: Caller) -> None:
    with pytest.raises(ImpossibleAct, match="keys 0 to 9"):
        caller.presses("12")
    with pytest.raises(ImpossibleAct, match="a dialled call can end as"):
        caller.dial_ends("asleep")
