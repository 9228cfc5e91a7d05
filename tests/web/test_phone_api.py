"""The phone page's API: requests of a browser and their answers."""

import json
from typing import Any

import pytest
from support.page_client import act, app_of, ask, page_of

from ivr.call.state import KEYS
from ivr.line.line import Line
from ivr.phone.webhook_form import OUTCOMES
from ivr.server.webhook import Webhook
from ivr.web.rate_limit import RateLimiter


def test_new_call_returns_everything_that_a_silent_caller_hears(app: Webhook) -> None:
    steps = act(app)
    assert [step["does"] for step in steps] == [*["listen"] * (len(steps) - 1), "dial"]
    assert steps[0]["at"].startswith("/call/en/opening/")
    assert [caption["lang"] for caption in steps[0]["captions"]][:2] == ["en-US", "es-US"]
    assert all(step["wait"] >= 10 for step in steps[:-1])
    assert sum(step["wait"] for step in steps) > 60


def test_every_key_and_every_outcome_returns_captions(app: Webhook) -> None:
    for key in KEYS:
        assert act(app, at="/call/en/main", key=key)[0]["captions"]
    for outcome in OUTCOMES:
        steps = act(app, at="/call/es/connect", outcome=outcome)
        assert steps[0]["captions"][0]["lang"] == "es-US"


@pytest.mark.parametrize(
    "body",
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
def test_invalid_request_is_a_new_call(app: Webhook, body: dict[str, Any]) -> None:
    assert act(app, **body) == act(app)


@pytest.mark.parametrize(
    "body", [b"", b"[1]", b"null", b"{", b"\xff\xfe", b"[" * 900, b'{"key": "' + b"1" * 5000 + b'"}', b"x" * 100_000]
)
def test_invalid_body_is_a_new_call(app: Webhook, body: bytes) -> None:
    answer = ask(app, "/phone/call", "POST", content=body)
    assert answer.status_code == 200
    assert answer.json()["steps"] == act(app)


def test_address_of_an_unreachable_place_returns_captions(app: Webhook) -> None:
    assert act(app, at="/call/en/main/tries-3", key="1")[0]["captions"]
    assert act(app, at="/call/en/connect/misses-2", key="5")[0]["captions"]


def test_answer_has_no_url_and_no_token(app: Webhook) -> None:
    answer = ask(app, "/phone/call", "POST", json={"at": "/call/en/main", "key": "0"})
    assert "http" not in answer.text
    assert "0123456789abcdef" not in answer.text
    assert answer.headers["cache-control"] == "no-store"


def test_get_of_the_phone_api_is_refused(app: Webhook) -> None:
    assert ask(app, "/phone/call").status_code in (404, 405)


def test_phone_page_is_rate_limited_and_calls_are_not(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ivr.web.routes.PHONE_REQUEST_BURST", 2)
    monkeypatch.setattr("ivr.web.routes.PHONE_REQUEST_RATE", 0.001)
    app = app_of(line)
    codes = [ask(app, "/phone/call", "POST", json={}).status_code for _ in range(3)]
    assert codes == [200, 200, 429]
    assert ask(app, "/read/en").status_code == 200
    assert ask(app, "/call", "POST").status_code == 403  # not limited: refused because it is unsigned


def test_rate_limiter_allows_a_burst_and_then_a_rate() -> None:
    now = [0.0]
    limiter = RateLimiter(2, 3, lambda: now[0])
    assert [limiter.allows() for _ in range(4)] == [True, True, True, False]
    now[0] += 0.5
    assert [limiter.allows() for _ in range(2)] == [True, False]
    now[0] += 3600
    assert [limiter.allows() for _ in range(4)] == [True, True, True, False]


def test_outcomes_can_be_chosen_only_where_the_line_is_tried_out(line: Line) -> None:
    def offered(token: str) -> list[str]:
        page = page_of(ask(app_of(line, twilio_auth_token=token), "/"))
        return list(page.xpath("//@data-outcome"))

    assert offered("0123456789abcdef" * 2) == ["completed"]
    assert offered("try-" + "0" * 32) == ["completed", "busy", "no-answer", "failed"]


def test_answer_is_under_20_kilobytes(app: Webhook) -> None:
    assert len(json.dumps(act(app))) < 20_000
