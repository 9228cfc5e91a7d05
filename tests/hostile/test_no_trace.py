"""No answer, log line, file or memory holds a caller afterwards, with every option on and with faults."""

import base64
import hashlib
import json
import os
import re
import signal
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import quote, quote_plus, urlencode

import pytest
from support.fake_twilio import AnswerRefused, caller, random_call
from support.line_server import Server, eventually, served
from support.processes import TOKEN, end

from ivr.log import COUNTED
from ivr.phone.webhook_form import FORM
from ivr.signature import sign

CANARIES = {
    "From": "+19995550147",
    "Caller": "+19995550147",
    "To": "+19995550182",
    "ForwardedFrom": "+19995550163",
    "CallSid": "CAdeadbeefdeadbeefdeadbeefdeadbeef",
    "AccountSid": "ACfeedfacefeedfacefeedfacefeedface",
    "CallerName": "canary-name ñ",
    "FromCity": "CANARYVILLE",
    "FromZip": "99547",
    "SpeechResult": "canary-speech",
    "CallToken": "canary-token",
    "StirVerstat": "canary-stir",
    "RecordingUrl": "https://canary-host.example.com/a.wav",
}
HEADERS = "X-Forwarded-For: 203.0.113.47\r\nUser-Agent: canary-agent\r\nReferer: https://canary-referer.example\r\n"
OF_HEADERS = ["203.0.113.47", "canary-agent", "canary-referer"]
DIGITS = "5473926"
ALLOWED = {"minute", "level", "event", "counts", "release", "logger", "error", "at"}


def disguises(value: str) -> set[str]:
    """A value as it is, as in a URL or in a repr, its last four digits, encoded, and hashed."""
    raw = value.encode()
    hashes = {hashlib.new(name, raw).hexdigest() for name in ("md5", "sha1", "sha256")}
    encoded = {base64.b64encode(raw).decode().rstrip("="), raw.hex(), quote(value, safe=""), quote_plus(value)}
    return {value, ascii(value).strip("'"), value[-4:] if value[-4:].isdigit() else value, *encoded, *hashes}


LOOKED_FOR = {one for value in (*CANARIES.values(), *OF_HEADERS, DIGITS) for one in disguises(value)} | {TOKEN}
AS_IN_LIFE = {"+19995550147"[-4:], "0182", "0163", "9547", "3926"}
"""Four digits may be in a file at random, such as in a hash: only the text of the log is searched for them."""


@pytest.fixture(scope="module")
def left(tiny: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A line, as loud as it can be, after calls of every kind with canaries in them."""
    folder = tmp_path_factory.mktemp("loud")
    loud = {"LOUD": "1", "PYTHONASYNCIODEBUG": "1", "PYTHONFAULTHANDLER": "1", "PYTHONDEVMODE": "1", "IVR_WEB_PHONE": "on", "IVR_READABLE": "on"}  # fmt: skip # noqa: E501
    with served(tiny, folder / "run", faulty=True, environment=loud, usage=str(folder / "run" / "usage")) as server:
        for number in range(12):
            twilio = server.twilio(number)
            twilio.call_sid = CANARIES["CallSid"]
            one = caller(twilio, list((dict(FORM) | CANARIES).items()))
            list(random_call(one, twilio.chance, hangs_up=0.1))
        for request in requests(server):
            _send(server, request)
        with pytest.raises(AnswerRefused):
            server.ask("/call/en/main", list(CANARIES.items())[6:], planted="a worker that aborts")
        eventually(lambda: len(server.workers) == 2)
        for fault in ("an error that quotes the caller", "recursion", "no memory"):
            assert server.ask("/call/en/main", list(CANARIES.items())[6:], planted=fault)[0] == 200
        yield server


def requests(server: Server) -> Iterator[bytes]:
    """Requests with canaries in every place of a request: signed, not signed, by GET, broken, to a page."""
    form = [*CANARIES.items(), ("Digits", DIGITS)]
    body = urlencode(form)
    for path in ("/call", "/call/en/main", f"/call/es/{DIGITS}", f"/call/en/main/{quote(CANARIES['From'])}"):
        for token in (TOKEN, "another"):
            signature = sign(token, server.line.public + path, form)
            start = f"POST {path} HTTP/1.1\r\nHost: line\r\n{HEADERS}X-Twilio-Signature: {signature}\r\n"
            yield f"{start}Content-Length: {len(body)}\r\n\r\n{body}".encode()
            yield f"{start}Content-Length: {len(body) + 9}\r\n\r\n{body}".encode()
            yield f"{start}Content-Length: {len(body)}\r\nContent-Length: 3\r\n\r\n{body}".encode()
    for path in ("/call", "/health/ready", "/nothing", "/read/en", "/telephone.json"):
        asked = f"{path}?{body}"
        signature = sign(TOKEN, server.line.public + asked, ())
        start = f"GET {asked} HTTP/1.1\r\nHost: line\r\n{HEADERS}"
        yield f"{start}X-Twilio-Signature: {signature}\r\n\r\n".encode()
        yield f"{start}Upgrade: {DIGITS}\r\nConnection: upgrade\r\n\r\n".encode()
    yield f"{DIGITS} {CANARIES['From']} canary-agent\r\n\r\n".encode()


ANSWERS: list[bytes] = []


def _send(server: Server, request: bytes) -> None:
    connection = server.twilio(timeout=0.3).connection
    try:
        _, headers, body = connection.ask(request)
        ANSWERS.append(repr(headers).encode() + body)
    except AnswerRefused:
        pass
    connection.close()


def found_in(text: str, more: set[str] = frozenset()) -> set[str]:  # type: ignore[assignment]
    return {one for one in LOOKED_FOR - AS_IN_LIFE | more if one in text}


def test_no_answer_holds_a_caller(left: Server) -> None:
    assert len(ANSWERS) > 20
    assert {one for answer in ANSWERS for one in found_in(answer.decode("utf-8", "replace"))} == set()
    for page in ("/health/ready", "/health/live", "/", "/read/en"):
        assert found_in(left.get(page)[1].decode("utf-8", "replace")) == set()


def test_no_log_line_holds_a_caller(left: Server) -> None:
    eventually(lambda: {"ring", "key", "refused", "fallback", "fault"} <= set(counted(left.printed)))
    eventually(lambda: counted(left.printed)["fallback"] >= 3)
    assert found_in(left.printed, AS_IN_LIFE) == set()
    assert "Traceback" not in left.printed
    for line in log_lines(left.printed):
        assert set(line) <= ALLOWED
        assert set(line.get("counts", {})) <= set(COUNTED)
        assert re.fullmatch(r"[A-Za-z_.]*", line.get("logger", "") + line.get("error", ""))
        assert re.fullmatch(r"(\w+\.py:\d+)?", line.get("at", ""))
    assert {"counts", "fault", "warning"} == {line["event"] for line in log_lines(left.printed)}


def log_lines(printed: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in printed.splitlines() if line.startswith("{")]


def counted(printed: str) -> Counter[str]:
    return sum((Counter(line.get("counts", {})) for line in log_lines(printed)), Counter[str]())


def test_no_file_holds_a_caller(left: Server) -> None:
    files = {}
    for path in left.folder.rglob("*"):
        with suppress(FileNotFoundError, IsADirectoryError):  # SQLite's journal may be deleted meanwhile
            files[path.name] = path.read_bytes().decode("latin-1")
    assert set(files) >= {"usage.sqlite", "printed"}
    assert {name: found_in(text) for name, text in files.items() if found_in(text)} == {}
    assert not [name for name in files if "core" in name]


def test_memory_holds_no_caller_after_the_answer(left: Server) -> None:
    """After the answer, with its connection still open, no part of the request is reachable."""
    connections = []
    for request in requests(left):
        if b"canary" in request.partition(b"HTTP/1.1")[0]:
            connection = left.twilio(timeout=1).connection
            connection.ask(request)
            connections.append(connection)
    kept = {}
    eventually(lambda: kept.update([_leftovers(left)]) or set(kept) == set(left.workers))
    assert {pid: held for pid, held in kept.items() if held} == {}
    for connection in connections:
        connection.close()


def _leftovers(server: Server) -> tuple[int, list[str]]:
    told = json.loads(server.ask(planted="leftovers")[1])
    return told["pid"], told["kept"]


def test_usage_holds_no_caller(left: Server) -> None:
    os.kill(left.process.pid, signal.SIGTERM)
    assert left.process.wait(30) == 0
    assert end(left.process) == 0
    for path in (left.folder / "usage").iterdir():
        assert found_in(path.read_bytes().decode("latin-1")) == set()
