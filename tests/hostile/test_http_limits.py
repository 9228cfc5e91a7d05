"""Hostile HTTP: it is refused or answered in bounded time, and holds up no call."""

import asyncio
import resource
import socket
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.fake_twilio import FakeTwilio, caller, is_safe
from support.line_server import Server, eventually, served
from support.processes import end

from ivr.phone.webhook_form import FORM
from ivr.server.http_limits import DEADLINES, MAX_REQUEST_BYTES, State

REQUEST_TIMEOUT = DEADLINES[State.ARRIVING]
HOST = b"Host: x\r\n"
SLACK = 3.0
"""Seconds that a busy machine may take longer."""


@pytest.fixture(scope="module")
def server(tiny: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with served(tiny, tmp_path_factory.mktemp("run"), faulty=True) as running:
        yield running


def talk(server: Server, sent: bytes, timeout: float = 5.0) -> bytes | None:
    """The bytes that come back for `sent`, to the end of the connection; None if it is still open after `timeout`."""
    with socket.create_connection(("127.0.0.1", server.line.port), 5) as one:
        one.settimeout(timeout)
        got = b""
        try:
            one.sendall(sent)
            while chunk := one.recv(65536):
                got += chunk
        except TimeoutError:
            return None
        except OSError:
            return got
        return got


def head(request: bytes, more: bytes) -> bytes:
    """`request` with `more` as another header."""
    return request.replace(b"\r\nX-Twilio", b"\r\n" + more + b"\r\nX-Twilio", 1)


def signed_request(server: Server) -> bytes:
    """A signed request that is answered with 200."""
    twilio = server.twilio()
    return twilio.request("/call", twilio.fields(FORM))


def signed(server: Server) -> bytes:
    """A signed request that is answered with 200 and closes the connection."""
    return head(signed_request(server), b"Connection: close")


def spoilt(server: Server) -> dict[str, bytes]:
    """A request that Twilio signed, spoilt in the ways by which two servers can be made to read two things."""
    request = signed(server)
    length = request.partition(b"Content-Length: ")[2].partition(b"\r\n")[0]
    start, _, body = request.partition(b"\r\n\r\n")
    chunked = b"%x\r\n%b\r\n0\r\n\r\n" % (len(body), body)
    bare = start.replace(b"\r\nContent-Length: " + length, b"")
    return {
        "length and chunks": head(request, b"Transfer-Encoding: chunked"),
        "chunks and length": bare + b"\r\nTransfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n" + chunked,
        "two lengths": head(request, b"Content-Length: 3"),
        "two lengths in one": request.replace(b": " + length, b": " + length + b", " + length, 1),
        "a length with a sign": request.replace(b": " + length, b": +" + length, 1),
        "a length in hex": request.replace(b": " + length, b": 0x" + length, 1),
        "a length below zero": request.replace(b": " + length, b": -" + length, 1),
        "a length with a space in it": request.replace(b": " + length, b": 1 " + length, 1),
        "a length beyond counting": request.replace(b": " + length, b": " + b"9" * 40, 1),
        "chunks by another name": bare + b"\r\nTransfer-Encoding: xchunked\r\n\r\n" + chunked,
        "chunks that are not last": bare + b"\r\nTransfer-Encoding: chunked, identity\r\n\r\n" + chunked,
        "chunks behind a tab": bare + b"\r\nTransfer-Encoding:\x0bchunked\r\n\r\n" + chunked,
        "a chunk of no size": bare + b"\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        "a chunk beyond counting": bare + b"\r\nTransfer-Encoding: chunked\r\n\r\n" + b"f" * 20 + b"\r\n",
        "a folded header": head(request, b"X-A: b\r\n c"),
        "bare line feeds": request.replace(b"\r\n", b"\n"),
        "one bare line feed": request.replace(b"\r\nUser-Agent", b"\nUser-Agent", 1),
        "a bare carriage return": request.replace(b"\r\nUser-Agent", b"\rUser-Agent", 1),
        "a space before a colon": request.replace(b"Content-Length:", b"Content-Length :", 1),
        "a header without a colon": head(request, b"X-A"),
        "a header without a name": head(request, b": b"),
        "a null in a header": head(request, b"X-A: a\0b"),
        "a null in the path": request.replace(b"/call", b"/ca\0ll", 1),
        "a letter beyond ASCII in the path": request.replace(b"/call", b"/c\xc3\xa1ll", 1),
        "no host": request.replace(b"Host", b"X-Host", 1),
        "two hosts": head(request, b"Host: evil.example.org"),
        "a path of 100 kB": request.replace(b"/call", b"/call/" + b"a" * 100_000, 1),
        "300 headers": head(request, b"\r\n".join(b"X-%d: a" % number for number in range(300))),
        "a header of 1 MB": head(request, b"X-A: " + b"a" * 1_000_000),
        "no version": request.replace(b" HTTP/1.1", b"", 1),
        "a version to come": request.replace(b"HTTP/1.1", b"HTTP/9.9", 1),
        "a method of our own": request.replace(b"POST", b"PRESS", 1),
        "HTTP/2": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + bytes(9),
        "TLS": bytes.fromhex("16030100c8010000c40303") + bytes(200),
        "bytes": b"\x00\xff\xfe" * 100 + b"\r\n\r\n",
        "a proxy's request": b"CONNECT evil.example.org:443 HTTP/1.1\r\n" + HOST + b"\r\n",
        "everything": b"OPTIONS * HTTP/1.1\r\nConnection: close\r\n" + HOST + b"\r\n",
    }


CASES = [
    "length and chunks", "chunks and length", "two lengths", "two lengths in one", "a length with a sign",
    "a length in hex", "a length below zero", "a length with a space in it", "a length beyond counting",
    "chunks by another name", "chunks that are not last", "chunks behind a tab", "a chunk of no size",
    "a chunk beyond counting", "a folded header", "bare line feeds", "one bare line feed", "a bare carriage return",
    "a space before a colon", "a header without a colon", "a header without a name", "a null in a header",
    "a null in the path", "a letter beyond ASCII in the path", "no host", "two hosts", "a path of 100 kB",
    "300 headers", "a header of 1 MB", "no version", "a version to come", "a method of our own", "HTTP/2", "TLS",
    "bytes", "a proxy's request", "everything",
]  # fmt: skip


def test_cases_are_complete(server: Server) -> None:
    assert list(spoilt(server)) == CASES
    assert talk(server, signed(server)).startswith(b"HTTP/1.1 200 OK\r\n")  # type: ignore[union-attr]


@pytest.mark.parametrize("case", CASES)
def test_ambiguous_request_is_not_answered_as_a_call(server: Server, case: str) -> None:
    workers = server.workers
    answer = talk(server, spoilt(server)[case], REQUEST_TIMEOUT + SLACK)
    assert answer is not None, "the connection is closed"
    assert b"<Response" not in answer
    assert not answer or answer.startswith((b"HTTP/1.1 400", b"HTTP/1.1 403", b"HTTP/1.1 404", b"HTTP/1.1 405")), answer
    assert answer.count(b"HTTP/1.1 ") <= 1, "nothing behind it is taken for another request"
    assert server.workers == workers
    assert server.ask()[0] == 200


def test_pipelined_requests_are_answered_in_order(server: Server) -> None:
    twilio = server.twilio()
    asked = [twilio.request("/call/en/main", twilio.fields([*FORM, ("Digits", key)])) for key in "12#"]
    answers = talk(server, b"".join(asked[:-1]) + head(asked[-1], b"Connection: close"))
    assert answers is not None
    found = [one.partition(b"\r\n\r\n")[2] for one in answers.split(b"HTTP/1.1 200 OK\r\n")[1:]]
    assert found == [server.ask("/call/en/main", [("Digits", key)])[1] for key in "12#"]


def test_expect_100_continue_is_answered(server: Server) -> None:
    start, _, body = head(signed(server), b"Expect: 100-continue").partition(b"\r\n\r\n")
    with socket.create_connection(("127.0.0.1", server.line.port), 5) as one:
        one.sendall(start + b"\r\n\r\n")
        assert one.recv(4096) == b"HTTP/1.1 100 Continue\r\n\r\n"
        one.sendall(body)
        assert one.recv(4096).startswith(b"HTTP/1.1 200 OK")


UPGRADES = [
    b"Connection: upgrade, close\r\nUpgrade: websocket",
    b"Upgrade: h2c\r\nConnection: close, Upgrade",
    b"UPGRADE: TLS/1.0, HTTP/2.0\r\nconnection: UPGRADE\r\nConnection: close",
]


@pytest.mark.parametrize("upgrade", UPGRADES)
def test_signed_call_with_upgrade_is_answered(server: Server, upgrade: bytes) -> None:
    answer = talk(server, head(signed_request(server), upgrade))
    assert answer is not None
    assert answer.startswith(b"HTTP/1.1 200 OK\r\n")
    assert answer.count(b"HTTP/1.1 ") == 1
    assert answer.endswith(b"</Response>")


def test_signed_call_in_chunks_with_upgrade_is_answered(server: Server) -> None:
    start, _, body = head(signed_request(server), UPGRADES[0]).partition(b"\r\n\r\n")
    start = start.replace(b"Content-Length: %d" % len(body), b"Transfer-Encoding: chunked")
    answer = talk(server, b"%b\r\n\r\n%x\r\n%b\r\n0\r\n\r\n" % (start, len(body), body))
    assert answer is not None
    assert answer.startswith(b"HTTP/1.1 200 OK\r\n")


@pytest.mark.parametrize("pause", [0.0, 0.4])
def test_body_behind_upgrade_is_not_read_as_a_request(server: Server, pause: float) -> None:
    body = b"GET /health/live HTTP/1.1\r\n" + HOST + b"Connection: close\r\n\r\n"
    start = b"POST /call HTTP/1.1\r\n" + HOST + b"Connection: Upgrade, close\r\nUpgrade: h2c\r\n"
    with socket.create_connection(("127.0.0.1", server.line.port), 5) as one:
        one.sendall(start + b"Content-Length: %d\r\n\r\n" % len(body))
        time.sleep(pause)
        one.sendall(body)
        answer = b"".join(iter(lambda: one.recv(65536), b""))
    assert answer.startswith(b"HTTP/1.1 403 ")
    assert answer.count(b"HTTP/1.1 ") == 1


def test_pipelined_requests_with_upgrade_are_answered_in_order(server: Server) -> None:
    request = b"GET /health/live HTTP/1.1\r\n" + HOST
    upgrade = b"Connection: upgrade\r\nUpgrade: h2c\r\n\r\n"
    answer = talk(server, (request + upgrade) * 20 + request + b"Connection: close\r\n\r\n")
    assert answer is not None
    assert answer.count(b"HTTP/1.1 200 OK") == 21


SLOW = {
    "not a byte": b"",
    "half a header": b"POST /call HTTP/1.1\r\nHost: x\r\nX-Sl",
    "half a body": b"POST /call HTTP/1.1\r\n" + HOST + b"Content-Length: 300\r\n\r\nabc",
    "half a chunk": b"POST /call HTTP/1.1\r\n" + HOST + b"Transfer-Encoding: chunked\r\n\r\nff\r\nabc",
    "half a request behind a whole one": b"GET /health/live HTTP/1.1\r\n" + HOST + b"\r\nGET /he",
}


def test_slow_requests_are_closed_in_10_s_and_hold_up_no_call(server: Server) -> None:
    """All at once, beside 200 connections that send a byte now and then: a caller is answered all the while."""
    found: dict[str, float] = {}

    def hold(name: str, sent: bytes) -> None:
        since = time.monotonic()
        if talk(server, sent, REQUEST_TIMEOUT + 2 * SLACK) is not None:
            found[name] = time.monotonic() - since

    trickling = [socket.create_connection(("127.0.0.1", server.line.port), 5) for _ in range(200)]
    began, closed = time.monotonic(), 0
    threads = [threading.Thread(target=hold, args=case) for case in SLOW.items()]
    for thread in threads:
        thread.start()
    while trickling and time.monotonic() - began < REQUEST_TIMEOUT + 2 * SLACK:
        assert server.ask()[0] == 200
        for one in trickling[:]:
            try:
                one.send(b"P" if time.monotonic() - began < 1 else b"a")
            except OSError:
                one.close()
                trickling.remove(one)
                closed += 1
        time.sleep(0.2)
    for thread in threads:
        thread.join()
    assert set(found) == set(SLOW)
    assert max(found.values()) <= REQUEST_TIMEOUT + SLACK, found
    assert closed == 200, "each was closed, however it trickled"


def test_answer_that_is_not_read_has_a_deadline(tiny: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    slow = """
import sys
from ivr.server.http_limits import DEADLINES, State
DEADLINES[State.ANSWERING] = DEADLINES[State.CLOSING] = 0.5
from support import planted_faults
planted_faults.plant()
sys.exit(planted_faults.main())
"""
    program = tmp_path / "slow.py"
    program.write_text(f"import sys; sys.path.insert(0, {str(Path(__file__).parent.parent)!r})\n{slow}", "utf-8")
    monkeypatch.setattr("support.line_server.FAULTY", [sys.executable, str(program)])
    with served(tiny, tmp_path / "run", faulty=True, workers=1, environment={"IVR_READABLE": "on"}) as quick:
        page = b"GET /read/en HTTP/1.1\r\n" + HOST + b"\r\n"
        with socket.socket() as one:
            one.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            one.connect(("127.0.0.1", quick.line.port))
            one.sendall(page * 600)
            eventually(lambda: quick.resources()[quick.workers[0]]["connections"] == 1)
        assert quick.ask()[0] == 200
        assert end(quick.process) == 0


def test_request_over_the_limit_ends_the_connection(server: Server) -> None:
    body = b"a" * (MAX_REQUEST_BYTES + 1)
    request = b"POST /call HTTP/1.1\r\n" + HOST + b"Content-Length: %d\r\n\r\n" % len(body) + body
    answer = talk(server, request)
    assert answer is not None
    assert b" 200 " not in answer
    endless = b"POST /call HTTP/1.1\r\n" + HOST + b"Transfer-Encoding: chunked\r\n\r\n" + b"1000\r\n" + b"a" * 4096
    assert b" 200 " not in (talk(server, endless + (b"\r\n1000\r\n" + b"a" * 4096) * 100) or b"")


def test_3000_calls_at_one_instant_are_all_answered(server: Server) -> None:
    """More connections than both workers keep: some answers come later, and no connection ends without one.

    A call whose own request leaves this process after the deadline of a request may be closed, and is not judged.
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 8192), hard))
    request = signed(server)

    async def call() -> tuple[bool, bytes]:
        """Whether the request was sent in time, and the first bytes of the answer."""
        since = time.monotonic()
        reader, writer = await asyncio.open_connection("127.0.0.1", server.line.port)
        writer.write(request)
        in_time = time.monotonic() - since < REQUEST_TIMEOUT
        answer = await reader.read(15)
        writer.close()
        return in_time, answer

    async def calls() -> list[tuple[bool, bytes]]:
        async with asyncio.timeout(60):
            return await asyncio.gather(*(call() for _ in range(3000)))

    try:
        answers = asyncio.run(calls())
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    judged = [answer for in_time, answer in answers if in_time]
    assert judged
    assert set(judged) == {b"HTTP/1.1 200 OK"}


def test_answer_names_no_server_and_sets_no_cookie(server: Server) -> None:
    for request in (signed(server), b"GET /nothing HTTP/1.1\r\nConnection: close\r\n" + HOST + b"\r\n"):
        start = (talk(server, request) or b"").partition(b"\r\n\r\n")[0].lower()
        names = {line.split(b":")[0] for line in start.split(b"\r\n")[1:]}
        assert not names & {b"server", b"x-powered-by", b"set-cookie", b"location", b"via"}


def test_call_goes_on_when_its_connection_is_dropped(server: Server) -> None:
    twilios: list[FakeTwilio] = []
    for number in range(20):
        twilio = server.twilio(number)
        one = caller(twilio)
        one.rings()
        twilio.connection.close()
        one.presses("0")
        assert is_safe(one)
        twilios.append(twilio)
    assert not any(twilio.failures for twilio in twilios)
