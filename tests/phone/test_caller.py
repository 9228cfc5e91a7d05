"""Calls played by hand on a line of three documents: what Twilio's manual promises, a caller gets."""

import pytest

from ivr.phone.caller import FORM, OUTCOMES, Caller, Form, Heard, Impossible, Recording
from ivr.phone.parser import Refused

RING = "https://line.example/ivr/call"
HOTLINE = "+12025550123"
GATHER = '<Gather numDigits="1" finishOnKey="" timeout="10" action="{}">{}</Gather>'
ENGLISH = '<Say language="en-US" voice="Polly.Joanna-Neural">{}</Say>'
SPANISH = '<Say language="es-US" voice="Polly.Lupe-Neural">{}</Say>'
DIAL = f'<Dial timeout="30" action="{RING}/outcome"><Number>{HOTLINE}</Number></Dial>'

LINE = {
    RING: GATHER.format(
        f"{RING}/en/main", ENGLISH.format("You have reached the line.") + SPANISH.format("Oprima ocho.")
    )
    + ENGLISH.format('<prosody rate="50%">Connecting <break time="500ms"/> you.</prosody>')
    + DIAL,
    f"{RING}/en/main": GATHER.format("/ivr/call/es/main", SPANISH.format("Menú.")) + "<Hangup/>",
    f"{RING}/es/main": f"<Redirect>{RING}</Redirect>",
    f"{RING}/outcome": ENGLISH.format("Goodbye."),
}


class Line:
    """The far end of the cable: it answers from LINE and keeps what it was asked."""

    def __init__(self, **documents: str) -> None:
        self.documents = LINE | {f"{RING}{path}": document for path, document in documents.items()}
        self.asked: list[tuple[str, dict[str, str]]] = []

    def __call__(self, address: str, form: Form) -> bytes:
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


def test_a_ring_asks_as_twilio_asks_and_stands_in_the_first_gather(line: Line, caller: Caller) -> None:
    assert (caller.state, caller.position, caller.standing) == ("idle", "idle", None)
    caller.rings()
    assert line.asked == [(RING, dict(FORM))]
    assert caller.standing
    assert caller.standing.action == f"{RING}/en/main"
    assert (caller.position, caller.heard, caller.clock) == ("at /call/en/main", [], 0.0)


def test_a_key_is_sent_to_the_gather_it_was_pressed_in_after_its_words(line: Line, caller: Caller) -> None:
    caller.rings()
    caller.presses("8")
    address, form = line.asked[-1]
    assert (address, form["Digits"], form["CallStatus"]) == (f"{RING}/en/main", "8", "in-progress")
    assert [heard.language for heard in caller.heard] == ["en-US", "es-US"]
    assert caller.keys == ["8"]


def test_a_key_cuts_the_speech(caller: Caller) -> None:
    caller.rings()
    caller.presses("8", cutting=True)
    assert (caller.heard, caller.clock) == ([], 0.0)


def test_what_is_heard_out_before_a_key_is_heard_once(caller: Caller) -> None:
    caller.rings()
    caller.listens()
    caller.presses("8", cutting=True)
    assert [heard.text for heard in caller.heard] == ["You have reached the line.", "Oprima ocho."]


def test_silence_goes_on_to_the_next_verb_without_asking(line: Line, caller: Caller) -> None:
    caller.rings()
    caller.waits()
    assert len(line.asked) == 1
    assert (caller.position, caller.dialled) == (f"dials {HOTLINE}", [HOTLINE])
    assert caller.dialling
    assert caller.dialling.timeout == 30


def test_seconds_count_words_pace_pauses_and_timeouts(caller: Caller) -> None:
    caller.rings()
    caller.waits()
    spoken = (5 + 2) / 2.5 + 10
    assert caller.heard[-1] == Heard(spoken, "en-US", "Polly.Joanna-Neural", "Connecting you.", False, 2.1)
    assert caller.heard[0].interruptible
    assert caller.clock == pytest.approx(spoken + 2.1)


def test_a_relative_address_is_that_of_the_document_and_a_redirect_is_followed(line: Line, caller: Caller) -> None:
    caller.rings()
    caller.presses("8")
    assert caller.position == "at /call/es/main"
    caller.presses("1")
    assert [address for address, _ in line.asked[-2:]] == [f"{RING}/es/main", RING]


@pytest.mark.parametrize("outcome", OUTCOMES)
def test_the_far_end_is_reported_to_the_dial_and_the_document_decides(line: Line, outcome: str) -> None:
    caller = Caller(line, RING)
    caller.rings()
    caller.waits()
    before = caller.clock
    caller.far_end(outcome, talked=90)
    form = line.asked[-1][1]
    assert line.asked[-1][0] == f"{RING}/outcome"
    assert (form["DialCallStatus"], form["DialBridged"] == "true") == OUTCOMES[outcome]
    talked = 90.0 if "DialCallDuration" in form else 35.0 if outcome == "no-answer" else 0.0
    assert caller.clock == pytest.approx(before + talked + 1 / 2.5)
    assert (caller.heard[-1].text, caller.state) == ("Goodbye.", "ended")


def test_silence_while_it_rings_is_no_answer(line: Line, caller: Caller) -> None:
    caller.rings()
    caller.waits()
    caller.waits()
    assert line.asked[-1][1]["DialCallStatus"] == "no-answer"


def test_a_dial_without_an_action_goes_on_with_the_next_verb() -> None:
    caller = ringing(f"<Dial><Number>{HOTLINE}</Number></Dial><Dial><Number>+12025550124</Number></Dial>")
    caller.far_end("busy")
    assert (caller.state, caller.dialled) == ("dialling", [HOTLINE, "+12025550124"])


def test_a_document_that_ends_ends_the_call() -> None:
    assert ringing("<Say>Hello.</Say>").state == "ended"


def test_more_digits_are_gathered_until_the_finish_key_the_number_or_silence() -> None:
    line = Line(**{"": f'<Gather action="{RING}/a"/>', "/a": '<Gather action="a" numDigits="2"/><Hangup/>'})
    caller = Caller(line, RING)
    caller.rings()
    for key in "12#":
        caller.presses(key)
    for key in "34":
        caller.presses(key)
    caller.presses("5")
    caller.waits()
    assert [form.get("Digits") for _, form in line.asked] == [None, "12", "34", "5"]


def test_a_finish_key_alone_is_silence() -> None:
    caller = ringing('<Gather action="/a"/><Hangup/>')
    caller.presses("#")
    assert caller.state == "ended"


def test_silence_is_sent_where_the_gather_asks_for_it() -> None:
    line = Line(**{"": f'<Gather action="{RING}/outcome" actionOnEmptyResult="true"/>'})
    caller = Caller(line, RING)
    caller.rings()
    caller.waits()
    assert line.asked[-1][1]["Digits"] == ""


def test_a_sound_file_is_heard_as_often_as_it_loops_and_as_long_as_its_recording() -> None:
    line = Line(**{"": '<Play loop="2">a.wav</Play>'})
    caller = Caller(line, RING, recordings=lambda address: Recording("es", f"Hola de {address}", 3.0))
    caller.rings()
    assert caller.heard[1] == Heard(3.0, "es", "recording", "Hola de https://line.example/ivr/a.wav", False, 3.0)
    assert ringing("<Play>a.wav</Play>").heard[0].text == "[https://line.example/ivr/a.wav]"


def test_a_call_that_goes_in_circles_is_refused() -> None:
    with pytest.raises(Refused, match="in circles"):
        ringing(f"<Redirect>{RING}</Redirect>")


def test_a_request_by_get_is_refused() -> None:
    with pytest.raises(Refused, match="can only POST"):
        ringing('<Redirect method="GET">/a</Redirect>')


def test_a_document_that_twilio_would_not_play_is_refused_in_the_middle_of_a_call() -> None:
    caller = ringing(GATHER.format(f"{RING}/bad", ""), **{"/bad": "<Record/>"})
    with pytest.raises(Refused, match="<Record>"):
        caller.presses("1")


def test_a_caller_can_hang_up_at_any_moment_of_a_call_and_then_nothing_more(caller: Caller) -> None:
    with pytest.raises(Impossible, match="there is no call"):
        caller.hangs_up()
    caller.rings()
    caller.hangs_up()
    for act in (
        caller.rings,
        caller.waits,
        caller.hangs_up,
        lambda: caller.presses("1"),
        lambda: caller.far_end("busy"),
    ):
        with pytest.raises(Impossible):
            act()


def test_a_key_that_no_telephone_has_and_an_outcome_that_cannot_be_are_impossible(caller: Caller) -> None:
    with pytest.raises(Impossible, match="keys 0 to 9"):
        caller.presses("12")
    with pytest.raises(Impossible, match="the far end can be"):
        caller.far_end("asleep")
