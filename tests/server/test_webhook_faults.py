"""A fault behind the signature costs no call: the caller gets the fallback document."""

import asyncio
from pathlib import Path
from typing import Any

import pytest
from support.app_client import ask, place, post
from support.signed_calls import settings_for
from support.toy_line import MAIN, OPENING

from ivr import readiness
from ivr.errors import BadSettings, Fault
from ivr.line.line import Line
from ivr.phone.parser import read_document
from ivr.phone.verbs import Dial
from ivr.readiness import Readiness, readiness_of
from ivr.server.app import make_app
from ivr.server.webhook import Webhook
from ivr.settings import Settings

ERRORS = [
    KeyError("x"), RecursionError(), MemoryError(), AssertionError(), OSError(), Fault, SystemExit(1), GeneratorExit(),
    KeyboardInterrupt(), BaseException(),
]  # fmt: skip


@pytest.mark.parametrize("error", ERRORS, ids=repr)
def test_any_error_in_the_line_gets_the_fallback_document(
    settings: Settings, ready: Readiness, monkeypatch: pytest.MonkeyPatch, error: Any
) -> None:
    def fails(*_: object) -> None:
        raise error

    monkeypatch.setattr(Line, "respond", fails)
    answer = post(make_app(settings, ready), "/call")
    assert (answer.status_code, answer.content) == (200, ready.fallback_document)
    assert answer.headers["content-type"] == "text/xml; charset=utf-8"


@pytest.mark.parametrize("error", ERRORS, ids=repr)
@pytest.mark.parametrize("name", ["_path_of_a_call", "_response", "_verified_form", "_document", "_count"])
def test_any_error_in_the_webhook_costs_no_call(
    app: Webhook, ready: Readiness, monkeypatch: pytest.MonkeyPatch, name: str, error: Any
) -> None:
    def fails(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr(Webhook, name, fails)
    answer = post(app, "/call")
    assert answer.status_code == 200
    assert name == "_count" or answer.content == ready.fallback_document


def test_stop_of_the_line_is_no_fault(app: Webhook, monkeypatch: pytest.MonkeyPatch) -> None:
    """A task that is cancelled ends: uvicorn waits for it."""

    async def cancelled(*_: object) -> None:
        raise asyncio.CancelledError

    monkeypatch.setattr(Webhook, "_response", cancelled)
    with pytest.raises(asyncio.CancelledError):
        post(app, "/call")


def test_error_of_the_log_costs_no_call(app: Webhook, ready: Readiness, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: object, **__: object) -> None:
        raise OSError("the disk is full")

    monkeypatch.setattr("ivr.log.count", fails)
    assert place(post(app, "/call")) == OPENING
    monkeypatch.setattr(Line, "respond", fails)
    answer = post(app, "/call")
    assert (answer.status_code, answer.content) == (200, ready.fallback_document)


def test_line_that_fails_a_proof_answers_calls_with_the_fallback_document(tiny: Path) -> None:
    settings = settings_for(tiny, line_number="+18883737888")
    unready = readiness_of(settings)
    app = make_app(settings, unready)
    health = ask(app, "GET", "/health/ready")
    assert health.status_code == 503
    assert health.json()["ready"] is False
    assert "The line would call itself" in health.json()["faults"][0]
    answer = post(app, f"/call/en/main/{MAIN}", [("Digits", "1")])
    assert (answer.status_code, answer.content) == (200, unready.fallback_document)
    assert [verb.number for verb in read_document(answer.content) if isinstance(verb, Dial)] == ["+18883737888"] * 2
    assert post(app, "/call", token="another").status_code == 403


def test_unusable_content_leaves_the_kept_fallback_document(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, line: Line
) -> None:
    kept = tmp_path / "fallback.xml"
    kept.write_bytes(line.fallback_document)
    monkeypatch.setattr(readiness, "FALLBACK_FILE", kept)
    (tmp_path / "prompts").mkdir()
    (tmp_path / "prompts" / "flow.toml").write_text("cut = ")
    settings = settings_for(tmp_path)
    app = make_app(settings, readiness_of(settings))
    assert ask(app, "GET", "/health/ready").status_code == 503
    assert "flow.toml" in ask(app, "GET", "/health/ready").text
    assert post(app, "/call").content == line.fallback_document


def test_without_content_and_kept_fallback_document_there_is_no_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(readiness, "FALLBACK_FILE", tmp_path / "fallback.xml")
    with pytest.raises(BadSettings, match=r"fallback.xml cannot be read .*: no call could be answered"):
        readiness_of(settings_for(tmp_path))
