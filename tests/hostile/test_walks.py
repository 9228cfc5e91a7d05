"""Random calls over the whole line, through the webhook, signed: the invariants hold after every step.

WALKS is their number: 2,000 where CI is set, 50,000 with `make walks`. Hypothesis shows a failing call in its shortest
form.
"""

import os
from collections.abc import Iterator
from functools import lru_cache

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from support.asgi_client import PUBLIC, TOKEN, Asked
from support.fake_twilio import CONTENT_TYPE, HOTLINE, check_document, is_safe

from ivr.phone.caller import Caller
from ivr.phone.parser import read_document
from ivr.phone.verbs import Dial
from ivr.phone.webhook_form import FORM, OUTCOMES, Fields
from ivr.readiness import readiness_of
from ivr.server.app import make_app
from ivr.settings import Settings

WALKS = int(os.environ.get("WALKS") or (2000 if os.environ.get("CI") else 200))
CANARIES: Fields = [*FORM, ("From", "+19995550147"), ("FromCity", "CANARYVILLE"), ("SpeechResult", "canary speech")]


CHECKED: set[str] = set()
LOOKED_AT: set[tuple[str, ...]] = set()


@pytest.fixture(autouse=True)
def remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each document is read once."""
    monkeypatch.setattr("ivr.phone.caller.read_document", lru_cache(8192)(read_document.__wrapped__))


@lru_cache(maxsize=2)
def client(silence: str) -> Asked:
    """The line itself, as an operator serves it."""
    given = Settings(
        _env_file=None, twilio_auth_token=TOKEN, public_url=PUBLIC, line_number="+12025550123", ivr_usage="off",
        ivr_web_phone="off", ivr_readable="off", ivr_silence=silence,
    )  # fmt: skip
    ready = readiness_of(given)
    assert ready.ready
    return Asked(make_app(given, ready))


def _is_new(*what: str) -> bool:
    """Whether this is checked for the first time."""
    before = len(LOOKED_AT)
    LOOKED_AT.add(what)
    return len(LOOKED_AT) > before


class Walk(RuleBasedStateMachine):
    """One caller: keys, silence, and the outcomes of dials."""

    silence = "connect"

    @initialize(language=st.sampled_from(["", "en", "es", "xx"]))
    def rings(self, language: str) -> None:
        """A call begins, or arrives at an address of another release."""
        self.asked: list[tuple[str, Fields]] = []
        self.begins_at(f"{PUBLIC}/call" + (f"/{language}/of/old/place" if language else ""))

    @precondition(lambda self: self.caller.state == "ended")
    @rule()
    def calls_again(self) -> None:
        assert is_safe(self.caller), "the call has ended without a person or the number"
        self.begins_at(f"{PUBLIC}/call")

    def begins_at(self, address: str) -> None:
        self.caller = Caller(self.post, address, CANARIES)
        self.caller.rings()

    def post(self, address: str, form: Fields) -> bytes:
        self.asked.append((address, form))
        answer = client(self.silence).post(address, form)
        assert answer.status == 200
        assert set(answer.headers) == {"content-type", "content-length", "cache-control"}
        assert answer.headers["content-type"] == CONTENT_TYPE
        told = answer.body.decode("utf-8")
        if told not in CHECKED:
            check_document(answer.body)
            CHECKED.add(told)
        assert not any(value in told for name, value in form if len(value) > 4 and name != "To")
        return answer.body

    @precondition(lambda self: self.caller.state == "listening")
    @rule(key=st.sampled_from("0123456789*#"), interrupting=st.booleans())
    def presses(self, key: str, interrupting: bool) -> None:
        self.caller.presses(key, interrupting)

    @precondition(lambda self: self.caller.state == "listening")
    @rule()
    def is_silent(self) -> None:
        self.caller.waits()

    @precondition(lambda self: self.caller.state == "dialling")
    @rule(outcome=st.sampled_from(sorted(OUTCOMES)))
    def dial_ends(self, outcome: str) -> None:
        self.caller.dial_ends(outcome)

    @precondition(lambda self: self.caller.state == "listening")
    @rule(digits=st.text(max_size=4), more=st.text(max_size=20))
    def malformed_digits(self, digits: str, more: str) -> None:
        """The answer is a document that can be played."""
        assert self.caller.gather
        self.post(self.caller.gather.action, [*CANARIES, ("Digits", digits), (f"X{more}", digits)])

    @invariant()
    def the_same_question_gets_the_same_answer(self) -> None:
        address, form = self.asked[-1]
        if _is_new(self.silence, address, repr([value for name, value in form if name.startswith(("Di", "Dial"))])):
            assert self.post(address, form) == self.post(address, [*form, ("Added", "by Twilio one day")])

    @invariant()
    def a_person_is_one_key_away(self) -> None:
        gather = self.caller.gather
        if gather and _is_new(self.silence, gather.action):
            first = read_document(self.post(gather.action, [*FORM, ("Digits", "0")]))
            dials = [verb for verb in first if isinstance(verb, Dial)]
            assert [dial.number for dial in dials] == [HOTLINE]
            reminder = self.post(gather.action, [*FORM, ("Digits", "9")])
            assert b"nueve uno uno" in reminder or b"nine one one" in reminder.replace(b'<break time="0.4s"/>', b"")

    @invariant()
    def nothing_but_the_hotline_is_dialled(self) -> None:
        assert set(self.caller.dialled) <= {HOTLINE}

    def teardown(self) -> None:
        """Silence from here on ends with a dial, or the number was spoken."""
        for _ in range(60):
            if self.caller.state in ("ended", "idle"):
                break
            self.caller.waits()
        assert self.caller.state == "ended"
        assert is_safe(self.caller)


@pytest.fixture(autouse=True)
def closed() -> Iterator[None]:
    yield
    for silence in ("connect", "goodbye"):
        if client.cache_info().currsize:
            client(silence).close()
    client.cache_clear()


class WalkToGoodbye(Walk):
    """The same with IVR_SILENCE=goodbye."""

    silence = "goodbye"


@pytest.mark.parametrize("walk", [Walk, WalkToGoodbye])
def test_random_calls_always_reach_a_person(walk: type[Walk]) -> None:
    run_state_machine_as_test(
        walk,
        settings=settings(
            max_examples=max(1, WALKS // 2), stateful_step_count=20, deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )  # fmt: skip
