"""The telephone on a page: what a browser may send, and what it gets."""

import json
from typing import Any

import pytest
from support.page_client import act, app_of, ask, page_of

from ivr.call.state import KEYS
from ivr.line.line import Line
from ivr.phone.caller import OUTCOMES
from ivr.server.webhook import Webhook
from ivr.web.rate_limit import Limiter


def test_a_ring_gives_the_whole_silent_future(app: Webhook) -> None:
    steps = act(app)
    assert [step["does"] for step in steps] == [*["listen"] * (len(steps) - 1), "dial"]
    assert steps[0]["at"] == "/call/en/opening"
    assert [caption["lang"] for caption in steps[0]["captions"]][:2] == ["en-US", "es-US"]
    assert all(step["wait"] >= 10 for step in steps[:-1])
    assert sum(step["wait"] for step in steps) > 60


def test_every_key_and_every_end_of_a_dial_lead_on(app: Webhook) -> None:
    for key in KEYS:
        assert act(app, at="/call/en/main", key=key)[0]["captions"]
    for outcome in OUTCOMES:
        steps = act(app, at="/call/es/connect", outcome=outcome)
        assert steps[0]["captions"][0]["lang"] == "es-US"


@pytest.mark.parametrize(
    "asked",
    [
        {"at": "https://elsewhere.example/call", "key": "1"},
        {"at": "/call/en/nowhere", "key": "1"},
        {"at": "/call/en/main/../../etc", "key": "1"},
        {"at": "/call/en/main", "key": "11"},
        {"at": "/call/en/main", "key": ""},
        {"at": "/call/en/main", "key": 1},
        {"at": "/call/en/main", "outcome": "lost"},
        {"at": ["/call/en/main"], "key": {"1": 1}},
        {"key": "1"},
        {"at": None, "outcome": None},
    ],
)
def test_what_is_forged_is_a_ring(app: Webhook, asked: dict[str, Any]) -> None:
    assert act(app, **asked) == act(app)


@pytest.mark.parametrize(
    "body", [b"", b"[1]", b"null", b"{", b"\xff\xfe", b"[" * 900, b'{"key": "' + b"1" * 5000 + b'"}', b"x" * 100_000]
)
def test_what_is_not_ours_is_a_ring(app: Webhook, body: bytes) -> None:
    answer = ask(app, "/phone/call", "POST", content=body)
    assert answer.status_code == 200
    assert answer.json()["steps"] == act(app)


def test_no_address_of_a_place_that_cannot_be_reached_breaks_the_call(app: Webhook) -> None:
    assert act(app, at="/call/en/main/tries-3", key="1")[0]["captions"]
    assert act(app, at="/call/en/connect/misses-2", key="5")[0]["captions"]


def test_an_answer_holds_no_url_and_no_token(app: Webhook) -> None:
    answer = ask(app, "/phone/call", "POST", json={"at": "/call/en/main", "key": "0"})
    assert "http" not in answer.text
    assert "0123456789abcdef" not in answer.text
    assert answer.headers["cache-control"] == "no-store"


def test_keys_are_a_post_and_no_address_holds_one(app: Webhook) -> None:
    assert ask(app, "/phone/call").status_code in (404, 405)


def test_the_whole_page_has_one_limit_and_calls_have_none(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ivr.web.routes.ACTS_AT_ONCE", 2)
    monkeypatch.setattr("ivr.web.routes.ACTS_A_SECOND", 0.001)
    app = app_of(line)
    codes = [ask(app, "/phone/call", "POST", json={}).status_code for _ in range(3)]
    assert codes == [200, 200, 429]
    assert ask(app, "/read/en").status_code == 200
    assert ask(app, "/call", "POST").status_code == 403  # the door answers as ever: this one was not signed


def test_the_limiter_lets_a_burst_and_then_a_rate_through() -> None:
    now = [0.0]
    limiter = Limiter(2, 3, lambda: now[0])
    assert [limiter.allows() for _ in range(4)] == [True, True, True, False]
    now[0] += 0.5
    assert [limiter.allows() for _ in range(2)] == [True, False]
    now[0] += 3600
    assert [limiter.allows() for _ in range(4)] == [True, True, True, False]


def test_outcomes_are_offered_only_while_trying_out(line: Line) -> None:
    def offered(token: str) -> list[str]:
        page = page_of(ask(app_of(line, twilio_auth_token=token), "/"))
        return list(page.xpath("//@data-outcome"))

    assert offered("0123456789abcdef" * 2) == ["completed"]
    assert offered("try-" + "0" * 32) == ["completed", "busy", "no-answer", "failed"]


def test_steps_are_small(app: Webhook) -> None:
    assert len(json.dumps(act(app))) < 20_000
