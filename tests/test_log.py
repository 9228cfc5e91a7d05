"""The journal: only what stands on its list is ever written, and writing never keeps a caller waiting."""

import asyncio
import base64
import hashlib
import io
import json
import logging
import re
import select
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import get_args
from urllib.parse import quote, urlencode

import httpx2
import pytest

from ivr import __version__, log
from ivr.line.line import Line
from ivr.readiness import Readiness, get_ready
from ivr.server.app import make_app
from ivr.settings import Settings
from ivr.signature import sign

TOKEN = "c0ffeec0ffeec0ffeec0ffeec0ffee00"
BASE = "https://line.example.org"
CANARIES = {
    "AccountSid": "ACfeedfacefeedfacefeedfacefeedface",
    "CallSid": "CAdeadbeefdeadbeefdeadbeefdeadbeef",
    "From": "+19995550147",
    "To": "+19995550148",
    "CallerName": "canary-name",
    "FromCity": "CANARYVILLE",
    "FromZip": "99547",
    "Digits": "5473926",
    "SpeechResult": "canary speech",
    "DialCallSid": "CAcafecafecafecafecafecafecafecafe",
    "DialCallStatus": "canary-status",
    "RecordingUrl": "https://canary.example.com/a.wav",
}
ALLOWED = {"minute", "level", "event", "node", "locale", "took", "release"}


class Written:
    """A journal opened as `ivr serve` opens it, and what it writes to standard error."""

    def __init__(self) -> None:
        self.stream, before = io.StringIO(), sys.stderr
        sys.stderr = self.stream
        try:
            self._listener = log.open_journal()
        finally:
            sys.stderr = before
        self._open = True

    def close(self) -> None:
        """Wait until all that was noted is written."""
        if self._open:
            self._listener.stop()
        self._open = False

    def lines(self) -> list[str]:
        """All lines that were written; nothing is written after them."""
        self.close()
        return self.stream.getvalue().splitlines()


@pytest.fixture
def written() -> Iterator[Written]:
    logger, raising = logging.getLogger("ivr.log"), logging.raiseExceptions
    kept = logger.handlers[:], logger.level, logger.propagate
    opened = Written()
    yield opened
    opened.close()
    logging.raiseExceptions = raising
    logger.handlers[:], logger.level, logger.propagate = kept


@pytest.fixture(scope="module")
def ready(tiny: Path) -> Readiness:
    return get_ready(settings_for(tiny))


def settings_for(tiny: Path) -> Settings:
    return Settings(
        _env_file=None, twilio_auth_token=TOKEN, public_url=BASE, line_number="+12025550123", ivr_content=tiny
    )


def calls(tiny: Path, ready: Readiness) -> list[int]:
    """Requests of every kind, full of canaries: the answers' status."""
    app = make_app(settings_for(tiny), ready)
    form = list(CANARIES.items())
    body = urlencode(form)

    async def run() -> list[int]:
        async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app=app), base_url=BASE) as client:
            status = []
            for path in (
                "/call",
                "/call/en/main",
                "/call/es/connect/outcome",
                "/call/en/5473926",
                "/call/canary/+19995550147",
                "/call/en/main?From=%2B19995550147",
            ):
                for token in (TOKEN, "canary-token"):
                    headers = {
                        "X-Twilio-Signature": sign(token, BASE + path, form),
                        "User-Agent": "canary-agent",
                        "X-Forwarded-For": "203.0.113.47",
                    }
                    status.append((await client.post(path, content=body, headers=headers)).status_code)
            status.append((await client.get(f"/call?{body}")).status_code)
            status.append((await client.get(f"/canary?{body}")).status_code)
            return status

    return asyncio.run(run())


def disguises(value: str) -> set[str]:
    """A canary as it is, as it stands in an address, its end, and as it is hidden by those who think that hides it."""
    raw = value.encode()
    hashed = {hashlib.new(name, raw).hexdigest() for name in ("md5", "sha1", "sha256")}
    return {value, quote(value), quote(value, safe=""), value[-4:], base64.b64encode(raw).decode(), *hashed}


def test_nothing_of_a_caller_is_ever_written(
    tiny: Path, ready: Readiness, written: Written, capfd: pytest.CaptureFixture[str]
) -> None:
    assert set(calls(tiny, ready)) == {200, 403, 404}
    text = "\n".join(written.lines())
    everything = text + "".join(capfd.readouterr())
    assert len(text.splitlines()) == 13
    for name, value in CANARIES.items():
        assert not any(disguise in everything for disguise in disguises(value)), name
    for more in ("canary", "203.0.113.47", TOKEN, "Twilio", "call/"):
        assert more not in everything


def test_a_failure_that_holds_a_caller_s_number_does_not_write_it(
    tiny: Path, ready: Readiness, written: Written, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    def fails(_: Line, address: str, form: object) -> None:
        raise ValueError(f"{address} {form} {CANARIES}")

    monkeypatch.setattr(Line, "respond", fails)
    calls(tiny, ready)
    everything = "\n".join(written.lines()) + "".join(capfd.readouterr())
    assert everything.count('"last resort"') == 6
    assert not any(value in everything for value in CANARIES.values())
    assert "Traceback" not in everything


def test_a_line_holds_the_allowed_fields_with_values_of_closed_lists(
    tiny: Path, ready: Readiness, written: Written
) -> None:
    calls(tiny, ready)
    assert ready.line is not None
    nodes, locales = set(ready.line.flow.nodes), set(ready.line.flow.published)
    for text in written.lines():
        line = json.loads(text)
        assert set(line) <= ALLOWED
        assert re.fullmatch(r"20\d\d-[01]\d-[0-3]\dT[0-2]\d:[0-5]\dZ", line["minute"]), "the minute, not the second"
        assert line["level"] in {"info", "warning", "error"}
        assert line["event"] in get_args(log.Event)
        assert line.get("node", "main") in nodes
        assert line.get("locale", "en") in locales
        assert line.get("took", "<1 ms") in {*(name for _, name in log.BUCKETS), "1 s or more"}
        assert line["release"] == __version__


def test_only_the_bucket_of_a_duration_is_written(written: Written) -> None:
    for seconds in (0.0005, 0.005, 0.05, 0.5, 5.0):
        log.event("key", "main", "en", seconds)
    took = [json.loads(line)["took"] for line in written.lines()]
    assert took == ["<1 ms", "<10 ms", "<100 ms", "<1 s", "1 s or more"]


def test_a_refused_request_is_a_line_without_any_place(written: Written) -> None:
    log.event("refused", level=logging.WARNING)
    (line,) = map(json.loads, written.lines())
    assert set(line) == {"minute", "level", "event", "release"}
    assert (line["level"], line["event"]) == ("warning", "refused")


def test_where_lines_find_no_room_they_are_dropped_and_nobody_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log, "MAX_QUEUED_LINES", 3)
    stream = io.StringIO()
    lines = log.LogWriter(stream)
    started = time.perf_counter()
    for number in range(10):
        lines.add(f"line {number}")
    assert time.perf_counter() - started < 5
    assert lines.dropped == 7
    lines.start()
    lines.stop()
    assert stream.getvalue() == "line 0\nline 1\nline 2\n"


def test_the_lines_of_two_workers_never_run_into_each_other(written: Written) -> None:
    """What is written in one go fits into a pipe as one piece, however long the names of a node and a language are."""
    written.stream.write = lambda text: sizes.append(len(text.encode())) or len(text)  # type: ignore[method-assign]
    sizes: list[int] = []
    for _ in range(500):
        log.event("last resort", "n" * 30, "zh-Hant-TW", 5.0, logging.WARNING)
    written.close()
    assert len(sizes) >= 500 / log.BATCH_LINES
    assert max(sizes) <= select.PIPE_BUF


def test_a_pipe_that_is_closed_costs_nothing(written: Written, capfd: pytest.CaptureFixture[str]) -> None:
    written.stream.close()
    for _ in range(10):
        log.event("key", "main", "en", 0.001)
    written.close()
    assert "".join(capfd.readouterr()) == ""


def test_a_journal_that_nobody_opened_writes_nothing(capfd: pytest.CaptureFixture[str]) -> None:
    log.event("key", "main", "en", 0.001)
    assert "".join(capfd.readouterr()) == ""
