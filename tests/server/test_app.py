"""The application beside the webhook: health addresses, and no other page."""

from pathlib import Path

import pytest
from support.app_client import ask
from support.signed_calls import BASE, TOKEN, settings_for

from ivr import readiness
from ivr.readiness import Readiness, readiness_of
from ivr.server.webhook import Webhook
from ivr.settings import Settings


def test_line_that_refuses_its_own_signature_is_not_ready(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(readiness.signature, "sign", lambda *_: "x" * 28)
    unready = readiness_of(settings)
    assert not unready.ready
    assert "a request that the line signed itself was not accepted" in str(unready.faults[-1])


def test_health_says_that_the_process_lives_and_whether_the_line_is_ready(app: Webhook, ready: Readiness) -> None:
    live, health = ask(app, "GET", "/health/live"), ask(app, "GET", "/health/ready")
    assert (live.status_code, live.json()["alive"]) == (200, True)
    assert health.status_code == 200
    assert health.json() == ready.report()
    assert health.json()["published"] == ["en", "es"]
    assert health.json()["places"] > 100
    for secret in (TOKEN, "+12025550123"):
        assert secret not in live.text + health.text


@pytest.mark.parametrize("path", ["/health/live", "/health/ready", "/health/serving"])
def test_health_answers_head_as_get_without_a_body(app: Webhook, path: str) -> None:
    head, get = ask(app, "HEAD", path), ask(app, "GET", path)
    assert (head.status_code, head.headers["content-type"]) == (get.status_code, get.headers["content-type"])


def test_trial_token_is_noted_in_the_health_report(tiny: Path) -> None:
    settings = settings_for(tiny, twilio_auth_token="try-123", line_number="")
    assert readiness_of(settings).report()["notes"] == ["trying out: not Twilio's token"]


@pytest.mark.parametrize(
    "path",
    ["/docs", "/redoc", "/openapi.json", "/docs/oauth2-redirect", "/metrics", "/debug", "/.env", "/.git/config",
     "/health/live/", "/health/ready/", "/health", "/PROBE_CALL", "/callx", "/xcall", "/%63all", "//call", "/call\\en"],
)  # fmt: skip
def test_unknown_path_gets_404_and_no_redirect(app: Webhook, path: str) -> None:
    answer = ask(app, "GET", BASE + path)
    assert answer.status_code == 404
    assert "location" not in answer.headers
    assert "server" not in answer.headers
    assert "set-cookie" not in answer.headers
