"""The states of a connection: the table at the top of ivr/server/http_limits.py, event by event, without a network."""

import asyncio
import re
from typing import Any

import pytest
import uvicorn
from uvicorn.server import ServerState

from ivr.server import http_limits
from ivr.server.http_limits import DEADLINES, BoundedProtocol, State
from ivr.server.master import KEEP_ALIVE

HEAD = b"POST /call HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n"
BODY = b"a=b"
WHOLE = HEAD + b"\r\n" + BODY
LAST = HEAD + b"Connection: close\r\n\r\n" + BODY


class Transport(asyncio.Transport):
    """A transport that sends nothing."""

    def __init__(self) -> None:
        super().__init__()
        self.closing, self.aborted = False, False

    def is_closing(self) -> bool:
        return self.closing

    def close(self) -> None:
        self.closing = True

    def abort(self) -> None:
        self.closing = self.aborted = True

    def write(self, data: Any) -> None:
        pass

    def pause_reading(self) -> None:
        pass

    def resume_reading(self) -> None:
        pass


class Connection:
    """A connection to an application that answers when it is told to; `early` before it has read the request."""

    def __init__(self) -> None:
        self._answers = asyncio.Semaphore(0)
        self.early = False
        config = uvicorn.Config(self._app, interface="asgi3", http=BoundedProtocol, ws="none", log_config=None)
        self.transport = Transport()
        self.protocol = BoundedProtocol(config, ServerState(), {}, asyncio.get_running_loop())
        self.protocol.connection_made(self.transport)

    async def _app(self, _scope: Any, receive: Any, send: Any) -> None:
        more = not self.early
        while more:
            more = (await receive()).get("more_body", False)
        await self._answers.acquire()
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"0")]})
        await send({"type": "http.response.body"})

    async def lives(self, event: bytes | str) -> None:
        """One event: bytes that arrive, or what the application or the line does."""
        if isinstance(event, bytes):
            self.protocol.data_received(event)
        elif event == "stop":
            self.protocol.shutdown()
        else:
            self.early = event == "early answer"
            self._answers.release()
        for _ in range(5):
            await asyncio.sleep(0)


async def after(*events: bytes | str) -> Connection:
    connection = Connection()
    connection.early = "early answer" in events
    for event in events:
        await connection.lives(event)
    return connection


COURSES: list[tuple[str, list[bytes | str], State]] = [
    ("a connection", [], State.NEW),
    ("an empty line", [b"\r\n"], State.NEW),
    ("the first byte", [b"P"], State.ARRIVING),
    ("half a body", [HEAD + b"\r\na"], State.ARRIVING),
    ("a request", [WHOLE], State.ANSWERING),
    ("a request in pieces", [WHOLE[:9], WHOLE[9:60], WHOLE[60:]], State.ANSWERING),
    ("an answer", [WHOLE, "answer"], State.KEPT),
    ("an empty line behind an answer", [WHOLE, "answer", b"\r\n\r\n"], State.KEPT),
    ("part of the next request", [WHOLE, "answer", b"PO"], State.ARRIVING),
    ("the next request", [WHOLE, "answer", WHOLE], State.ANSWERING),
    ("part of the next request before the answer", [WHOLE + b"PO"], State.ANSWERING),
    ("then the answer", [WHOLE + b"PO", "answer"], State.ARRIVING),
    ("two requests at once", [WHOLE + WHOLE], State.ANSWERING),
    ("the first answer of two", [WHOLE + WHOLE, "answer"], State.ANSWERING),
    ("the second answer of two", [WHOLE + WHOLE, "answer", "answer"], State.KEPT),
    ("the first answer before half a second body", [WHOLE + HEAD + b"\r\na", "answer"], State.ARRIVING),
    ("the last answer that was asked for", [LAST, "answer"], State.CLOSING),
    ("an answer before the request is whole", [HEAD + b"\r\n", "early answer"], State.CLOSING),
    ("no HTTP", [b"\x00\xff\r\n\r\n"], State.CLOSING),
    ("more bytes than a request has", [HEAD + b"X: " + b"a" * http_limits.MAX_REQUEST_BYTES], State.CLOSING),
    ("the stop of a new connection", ["stop"], State.DRAINING),
    ("the stop between two requests", [WHOLE, "answer", "stop"], State.DRAINING),
    ("a request after the stop", ["stop", WHOLE], State.ANSWERING),
    ("its answer", ["stop", WHOLE, "answer"], State.CLOSING),
    ("the stop in the middle of a header", [HEAD, "stop"], State.ARRIVING),
    ("the answer to that request", [HEAD, "stop", b"\r\n" + BODY, "answer"], State.CLOSING),
    ("the stop in the middle of a body", [HEAD + b"\r\na", "stop", b"=b", "answer"], State.CLOSING),
    ("the stop before an answer", [WHOLE, "stop"], State.ANSWERING),
    ("that answer", [WHOLE, "stop", "answer"], State.CLOSING),
]


@pytest.mark.parametrize(("events", "state"), [row[1:] for row in COURSES], ids=[row[0] for row in COURSES])
def test_state_and_its_deadline_after(events: list[bytes | str], state: State) -> None:
    async def run() -> None:
        connection = await after(*events)
        protocol, loop = connection.protocol, asyncio.get_running_loop()
        assert protocol._state is state
        assert (protocol in BoundedProtocol._waiting) == (state in http_limits.WAITING)
        timer = protocol.timeout_keep_alive_task if state is State.KEPT else protocol._timer
        seconds = protocol.timeout_keep_alive if state is State.KEPT else DEADLINES[state]
        assert timer is not None
        assert not timer.cancelled()
        assert seconds - 5 < timer.when() - loop.time() <= seconds
        protocol.connection_lost(None)
        assert protocol not in BoundedProtocol._waiting

    asyncio.run(run())


@pytest.mark.parametrize("state", list(State))
def test_deadline_ends_the_connection(monkeypatch: pytest.MonkeyPatch, state: State) -> None:
    """In DRAINING it is closed, so that the rest of an answer is still sent; in every other state it is aborted."""
    monkeypatch.setitem(DEADLINES, state, 0.0)
    events = next(row[1] for row in COURSES if row[2] is state)

    async def run() -> Connection:
        connection = await after(*events)
        connection.early = False
        if state is State.KEPT:
            connection.protocol.timeout_keep_alive_handler()
        await asyncio.sleep(0.01)
        return connection

    connection = asyncio.run(run())
    assert connection.transport.closing
    assert connection.transport.aborted == (state is not State.DRAINING)


def test_connection_that_has_waited_longest_makes_room(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http_limits, "max_connections", lambda: 3)

    async def run() -> list[bool]:
        state = ServerState()
        config = uvicorn.Config(lambda *_: None, http=BoundedProtocol, ws="none", log_config=None)  # type: ignore[arg-type,return-value]
        transports = [Transport() for _ in range(5)]
        protocols = [BoundedProtocol(config, state, {}, asyncio.get_running_loop()) for _ in transports]
        for protocol, transport in zip(protocols[:3], transports, strict=False):
            protocol.connection_made(transport)
        protocols[0].data_received(b"P")  # it has begun to send: now the second one has waited longest
        protocols[3].connection_made(transports[3])
        protocols[1].connection_lost(None)
        protocols[4].connection_made(transports[4])
        for protocol in protocols:
            BoundedProtocol._waiting.pop(protocol, None)
        return [transport.aborted for transport in transports]

    assert asyncio.run(run()) == [False, True, True, False, False]


def test_table_in_the_docstring_has_the_deadlines() -> None:
    found = re.findall(r"^    ([A-Z]+) +([0-9]+) s", str(http_limits.__doc__), re.MULTILINE)
    assert {State[name]: float(seconds) for name, seconds in found} == DEADLINES | {State.KEPT: KEEP_ALIVE}
