"""The event that a request reports: a call that begins, a key, the end of a dial, the end of a call."""

import pytest

from ivr.call.state import CallEnded, DialEnded, DialOutcome, Event, Key, NoKey, Ring
from ivr.call.urls import RING
from ivr.line.request import event_of
from ivr.signature import Form

NEW: Form = [("CallStatus", "ringing")]
GOING_ON: Form = [("CallStatus", "in-progress")]
NOT_ISSUED = [RING, "/call/", "/call//", "", "/", "//call", "/Call", "/voice", "\x00"]
MAIN, OUTCOME = "/call/en/main", "/call/en/connect/outcome"


@pytest.mark.parametrize("address", [*NOT_ISSUED, MAIN, f"{MAIN}/", OUTCOME])
def test_ringing_call_is_a_new_call_at_every_address(address: str) -> None:
    assert event_of(address, NEW) == Ring()
    assert type(event_of(address, NEW)) is Ring


@pytest.mark.parametrize("address", NOT_ISSUED)
def test_call_that_another_application_hands_over_is_a_new_call(address: str) -> None:
    for form in ([], GOING_ON, [*GOING_ON, ("Digits", "1")]):
        assert type(event_of(address, form)) is Ring


@pytest.mark.parametrize(
    ("address", "form", "event"),
    [
        (MAIN, [*GOING_ON, ("Digits", "1")], Key("1")),
        (MAIN, [*NEW, ("Digits", "1")], Key("1")),
        (MAIN, [("CallStatus", "completed"), ("Digits", "0")], Key("0")),
        (MAIN, GOING_ON, NoKey()),
        (MAIN, [*GOING_ON, ("Digits", "")], NoKey()),
        (MAIN, [*NEW, *NEW], NoKey()),
        (MAIN, [("CallStatus", "sleeping")], NoKey()),
        (OUTCOME, GOING_ON, DialEnded("unknown")),
        (OUTCOME, [*NEW, ("DialCallStatus", "busy")], DialEnded("busy")),
        (OUTCOME, [*GOING_ON, ("DialCallStatus", "busy"), ("DialCallStatus", "busy")], DialEnded("unknown")),
        (OUTCOME, [*GOING_ON, ("DialCallStatus", "completed"), ("DialBridged", "false")], DialEnded("connected")),
        (OUTCOME, [*GOING_ON, ("DialCallStatus", "canceled"), ("DialBridged", "true")], DialEnded("connected")),
    ],
)
def test_key_silence_and_outcome_of_a_dial(address: str, form: Form, event: Event) -> None:
    assert (type(event_of(address, form)), event_of(address, form)) == (type(event), event)


@pytest.mark.parametrize("status", ["completed", "busy", "failed", "no-answer", "canceled"])
@pytest.mark.parametrize("address", [RING, "/", MAIN])
def test_status_callback_is_no_new_call(address: str, status: str) -> None:
    assert type(event_of(address, [("CallStatus", status), ("CallDuration", "33")])) is CallEnded


@pytest.mark.parametrize("status", ["initiated", "ringing", "in-progress", "completed"])
def test_progress_of_a_call_is_no_new_call(status: str) -> None:
    assert type(event_of(RING, [("CallStatus", status), ("CallbackSource", "call-progress-events")])) is CallEnded


@pytest.mark.parametrize(
    ("outcome", "event"),
    [
        ("no-answer", CallEnded()),
        ("canceled", CallEnded()),
        ("", CallEnded()),
        ("busy", DialEnded("busy")),
        ("failed", DialEnded("failed")),
        ("completed", DialEnded("connected")),
    ],
)
def test_caller_who_hangs_up_while_it_rings_is_no_unanswered_dial(outcome: DialOutcome, event: Event) -> None:
    hung_up = event_of(OUTCOME, [("CallStatus", "completed"), ("DialCallStatus", outcome)])
    assert (type(hung_up), hung_up) == (type(event), event)
