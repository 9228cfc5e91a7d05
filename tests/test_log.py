"""The log: counts of a minute, and faults without their words. No line is about a caller; counting does not wait."""

import base64
import hashlib
import io
import itertools
import json
import logging
import random
import re
import select
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, get_args
from urllib.parse import quote, urlencode

import httpx2
import pytest
from support.app_client import in_turn
from support.asgi_client import Asked
from support.signed_calls import BASE, settings_for

from ivr import __version__, log
from ivr.call.state import KEYS, DialOutcome, Place
from ivr.call.urls import key_address_of, outcome_address_of
from ivr.line.line import Line
from ivr.phone.webhook_form import FORM
from ivr.readiness import Readiness, readiness_of
from ivr.server.app import make_app
from ivr.signature import sign

TOKEN = "c0ffeec0ffeec0ffeec0ffeec0ffee00"
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
PATHS = [
    "/call", "/call/en/main", "/call/es/connect/outcome", "/call/en/5473926", "/call/canary/+19995550147",
    "/call/en/main?From=%2B19995550147",
]  # fmt: skip


class OpenLog:
    """A log opened as `ivr serve` opens it, whose lines go to `stream`."""

    def __init__(self, stream: Any = None) -> None:
        self.stream, before = stream or io.StringIO(), sys.stderr
        sys.stderr = self.stream
        try:
            self.writer = log.open_log()
        finally:
            sys.stderr = before

    def close(self) -> None:
        """Write the remaining lines."""
        if log._writer is self.writer:
            self.writer.stop()
            log._writer = None

    def lines(self) -> list[dict[str, Any]]:
        """Every line; the log is closed."""
        self.close()
        return [json.loads(line) for line in self.stream.getvalue().splitlines()]


@pytest.fixture
def opened() -> Iterator[OpenLog]:
    raising, one = logging.raiseExceptions, OpenLog()
    yield one
    one.close()
    logging.raiseExceptions = raising


@pytest.fixture(scope="module")
def ready(tiny: Path) -> Readiness:
    return readiness_of(settings_for(tiny, twilio_auth_token=TOKEN))


def send_canaries(tiny: Path, ready: Readiness) -> set[int]:
    """Requests of every kind, full of canaries: the statuses of the answers."""
    app = make_app(settings_for(tiny, twilio_auth_token=TOKEN), ready)
    form = list(CANARIES.items())
    body = urlencode(form)

    def post(path: str, token: str) -> Any:
        headers = {
            "X-Twilio-Signature": sign(token, BASE + path, form),
            "User-Agent": "canary-agent",
            "X-Forwarded-For": "203.0.113.47",
        }
        return lambda client: client.post(path, content=body, headers=headers)

    def get(url: str) -> Any:
        return lambda client: client.get(url)

    posts = [post(path, token) for path in PATHS for token in (TOKEN, "canary-token")]
    answers: list[httpx2.Response] = in_turn(app, [*posts, get(f"/call?{body}"), get(f"/canary?{body}")])
    return {answer.status_code for answer in answers}


def disguises(value: str) -> set[str]:
    """A canary as it is, as in a URL, its end, encoded and hashed."""
    raw = value.encode()
    hashed = {hashlib.new(name, raw).hexdigest() for name in ("md5", "sha1", "sha256")}
    return {value, quote(value), quote(value, safe=""), value[-4:], base64.b64encode(raw).decode(), *hashed}


# -- no caller ---------------------------------------------------------------------------------------------------------


def test_log_holds_nothing_of_a_request(
    tiny: Path, ready: Readiness, opened: OpenLog, capfd: pytest.CaptureFixture[str]
) -> None:
    assert send_canaries(tiny, ready) == {200, 403, 404}
    (line,) = opened.lines()
    assert line["counts"] == {"ring": 1, "key": 2, "outdated": 2, "unknown": 1, "refused": 7}
    everything = opened.stream.getvalue() + "".join(capfd.readouterr())
    for name, value in CANARIES.items():
        assert not any(disguise in everything for disguise in disguises(value)), name
    for more in ("canary", "203.0.113.47", TOKEN, "Twilio", "call/"):
        assert more not in everything


def test_fault_that_quotes_a_caller_is_written_without_its_words(
    tiny: Path, ready: Readiness, opened: OpenLog, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    def fails(_: Line, address: str, form: object) -> None:
        raise ValueError(f"{address} {form} {CANARIES}")

    monkeypatch.setattr(Line, "respond", fails)
    send_canaries(tiny, ready)
    fault, counts = opened.lines()
    assert (fault["event"], fault["error"]) == ("fault", "ValueError")
    assert re.fullmatch(r"webhook\.py:\d+", fault["at"]), "the innermost line of our own code"
    assert counts["counts"] == {"refused": 7, "fallback": 6, "fault": 6}
    everything = opened.stream.getvalue() + "".join(capfd.readouterr())
    assert not any(value in everything for value in CANARIES.values())
    assert "Traceback" not in everything


def test_log_is_the_same_whichever_keys_callers_press(tiny: Path, ready: Readiness) -> None:
    """Two days of calls with as many keys, silences and outcomes, but other keys at other places: equal logs."""
    chance, line = random.Random(5), ready.line
    assert line is not None
    days = []
    for _ in range(6):
        opened, asked = OpenLog(), Asked(make_app(settings_for(tiny), ready))
        places = list(line.documents)
        for length, outcome in itertools.product((1, 3, 8), get_args(DialOutcome)):
            call(asked, line, outcome, [(chance.choice(places), chance.choice(KEYS)) for _ in range(length)])
        asked.close()
        days.append(opened.lines())
    for day in days:
        assert [{**one, "minute": ""} for one in day] == [{**one, "minute": ""} for one in days[0]]


def call(asked: Asked, line: Line, outcome: DialOutcome, pressed: Sequence[tuple[Place, str]]) -> None:
    status = {"connected": "completed", "unknown": ""}.get(outcome, outcome)
    asked.post(f"{BASE}/call", FORM_OF_A_CALL)
    for place, key in pressed:
        asked.post(BASE + key_address_of(line.flow, place), [*FORM_OF_A_CALL, ("Digits", key)])
    transfer = next(place for place in line.documents if place.node == line.flow.name_of_kind("transfer"))
    asked.post(BASE + outcome_address_of(transfer), [*FORM_OF_A_CALL, ("DialCallStatus", status)])


FORM_OF_A_CALL = [(name, value if name != "CallSid" else "CA" + "7" * 32) for name, value in FORM]


def test_line_holds_allowed_fields_with_values_of_closed_lists(
    tiny: Path, ready: Readiness, opened: OpenLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    send_canaries(tiny, ready)
    monkeypatch.setattr(Line, "respond", lambda *_: 1 / 0)
    send_canaries(tiny, ready)
    lines = opened.lines()
    assert {line["event"] for line in lines} == {"fault", "counts"}
    for line in lines:
        own = {"counts"} if line["event"] == "counts" else {"logger", "error", "at"}
        assert set(line) == {"minute", "level", "event", "release"} | own
        assert re.fullmatch(r"20\d\d-[01]\d-[0-3]\dT[0-2]\d:[0-5]\dZ", line["minute"]), "the minute, not the second"
        assert line["level"] in {"info", "warning", "error"}
        assert set(line.get("counts", {})) <= set(log.COUNTED)
        assert line["release"] == __version__


def test_report_of_a_library_is_written_without_its_words(opened: OpenLog) -> None:
    record = logging.LogRecord("uvicorn.error", logging.WARNING, "a.py", 1, "from %s", ("+19995550147",), None)
    opened.writer.emit(record)
    warning, counts = opened.lines()
    assert {name: warning[name] for name in ("level", "event", "logger")} == {
        "level": "warning", "event": "warning", "logger": "uvicorn.error",
    }  # fmt: skip
    assert counts["counts"] == {"warning": 1}
    assert "5550147" not in opened.stream.getvalue()


# -- no flood ----------------------------------------------------------------------------------------------------------


def test_100000_refused_requests_are_one_line(opened: OpenLog) -> None:
    for _ in range(100_000):
        log.count("refused")
    (line,) = opened.lines()
    assert (line["level"], line["counts"]) == ("info", {"refused": 100_000})


def test_equal_faults_are_one_line_and_a_count(opened: OpenLog) -> None:
    for _ in range(1000):
        log.fault(KeyError())
    fault, counts = opened.lines()
    assert fault["error"] == "KeyError"
    assert counts["counts"] == {"fault": 1000}


def test_different_faults_are_at_most_20_lines(opened: OpenLog) -> None:
    for number in range(1000):
        log.fault(type(f"Error{number}", (Exception,), {})())
    assert len(opened.lines()) == log.MAX_FAULT_LINES + 1


def test_counts_are_written_once_an_interval_and_start_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log, "COUNT_INTERVAL", 0.05)
    opened = OpenLog()
    for number in range(1, 4):
        log.count("ring")
        log.fault(KeyError())
        deadline = time.monotonic() + 30
        while opened.stream.getvalue().count('"counts": {') < number and time.monotonic() < deadline:
            time.sleep(0.01)
    lines = opened.lines()
    assert [line["counts"] for line in lines if line["event"] == "counts"] == [{"ring": 1, "fault": 1}] * 3
    assert sum(line["event"] == "fault" for line in lines) == 3, "an old fault is news in the next minute"


def test_minute_without_events_is_no_line(opened: OpenLog) -> None:
    assert opened.lines() == []


# -- no waiting --------------------------------------------------------------------------------------------------------


class FullPipe(io.StringIO):
    """A stream like a full pipe: writing waits."""

    def __init__(self) -> None:
        super().__init__()
        self.emptied = threading.Event()

    def write(self, text: str) -> int:
        self.emptied.wait()
        return super().write(text)


def test_full_pipe_stops_neither_counting_nor_the_end_of_the_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log, "STOP_TIMEOUT", 0.1)
    pipe = FullPipe()
    opened = OpenLog(pipe)
    for _ in range(10_000):
        log.fault(KeyError())
        log.count("key")
    opened.close()  # returns
    pipe.emptied.set()


def test_fault_inside_counting_does_not_wait_for_itself(opened: OpenLog) -> None:
    """Python may run a destructor at any instant, and report its error."""
    with opened.writer._lock:
        opened.writer.fault("python", logging.ERROR, KeyError())
    assert len(opened.lines()) == 2


def test_lines_of_two_workers_do_not_mix(opened: OpenLog) -> None:
    """A line is written in one piece that a pipe takes as one (PIPE_BUF)."""
    pieces: list[str] = []
    opened.stream.write = lambda text: pieces.append(text) or len(text)  # type: ignore[method-assign, func-returns-value]
    for name in log.COUNTED:
        for _ in range(1000):
            log.count(name)
    log.fault(KeyError())
    opened.close()
    assert len(pieces) == 2
    assert all(piece.endswith("}\n") and len(piece.encode()) <= select.PIPE_BUF for piece in pieces)


def test_closed_pipe_costs_nothing(opened: OpenLog, capfd: pytest.CaptureFixture[str]) -> None:
    opened.stream.close()
    log.count("key")
    log.fault(KeyError())
    opened.close()
    assert "".join(capfd.readouterr()) == ""


def test_log_that_is_not_open_writes_nothing(capfd: pytest.CaptureFixture[str]) -> None:
    log.count("key")
    log.fault(KeyError())
    assert "".join(capfd.readouterr()) == ""
