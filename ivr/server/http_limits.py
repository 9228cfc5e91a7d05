"""HTTP limits: the seconds, bytes and connections that clients can take from a worker.

uvicorn's httptools protocol parses strictly, but it waits without limit for a request that arrives slowly and for an
answer that is not read, and it accepts any number of connections. This class adds limits, so that clients who hold
connections cannot keep a caller out, with or without a proxy in front.

A connection is in one of six states. Each state has one deadline, after which the connection is aborted:

    state      deadline   a part of a    a request    the answer    the line
                          request comes  is whole     is complete   stops
    ---------  ---------  -------------  -----------  ------------  -------------
    NEW        10 s       ARRIVING       ANSWERING                  DRAINING
    ARRIVING   10 s                      ANSWERING    CLOSING (1)   ARRIVING (2)
    ANSWERING  60 s       ANSWERING      ANSWERING    KEPT (3)      ANSWERING (2)
    KEPT       75 s (4)   ARRIVING       ANSWERING                  DRAINING
    DRAINING   1 s (5)    ARRIVING       ANSWERING
    CLOSING    60 s

(1) The application answered before the request was whole: the rest of the request would be parsed as a new request.
(2) The answer is the last one of this connection: CLOSING follows it. (3) ARRIVING or ANSWERING, if the client has sent
the next request before it has this answer. (4) This is uvicorn's `timeout_keep_alive`. (5) Then the connection is
closed and not aborted, so the rest of an answer is still sent.

An event changes a fact, such as `_partial` (a part of a request has come, and not all of it) or `_unanswered` (how many
whole requests have no answer yet), and ends with `_update_state`. `_state_now` computes the state from all facts.

In NEW, ARRIVING, KEPT and DRAINING the line waits for the client. With more than MAX_CONNECTIONS, the connection that
has been in one of these states longest is aborted. A burst of calls aborts no call: before it accepts more connections,
the event loop reads the requests of those that it has, and they become ANSWERING. So at most the calls of one round of
accepting, 2,048 (the kernel's queue), are NEW, and MAX_CONNECTIONS is larger.

docs/threats.md compares servers without these limits.
"""

import asyncio
import resource
from enum import Enum
from functools import lru_cache
from typing import Any

import httptools
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

MAX_REQUEST_BYTES = 128_000
"""Bytes of one request with its headers. Twilio's requests have about two thousand."""
MAX_HEADERS = 100
MAX_CONNECTIONS = 4000
"""Connections of one worker, fewer where the process may not open as many files."""
OWN_FILES = 24
"""File descriptors that a worker needs for itself."""


State = Enum("State", ("NEW", "ARRIVING", "ANSWERING", "KEPT", "DRAINING", "CLOSING"))
"""The state of a connection; see the table above."""
DEADLINES = {State.NEW: 10.0, State.ARRIVING: 10.0, State.ANSWERING: 60.0, State.DRAINING: 1.0, State.CLOSING: 60.0}
"""Seconds that a connection may stay in a state. uvicorn's `timeout_keep_alive` is the deadline of KEPT."""
WAITING = {State.NEW, State.ARRIVING, State.KEPT, State.DRAINING}


class MalformedRequest(Exception):
    """The request breaks a limit, or has no single Host header. uvicorn answers 400."""


@lru_cache(1)
def max_connections() -> int:
    """The most connections that this process may hold."""
    return max(4, min(MAX_CONNECTIONS, resource.getrlimit(resource.RLIMIT_NOFILE)[0] - OWN_FILES))


def raise_file_limit() -> None:
    """Let this process and its children open a file for each of MAX_CONNECTIONS, as far as the hard limit allows."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = MAX_CONNECTIONS + OWN_FILES
    if soft < wanted:
        resource.setrlimit(
            resource.RLIMIT_NOFILE, (wanted if hard == resource.RLIM_INFINITY else min(wanted, hard), hard)
        )


class BoundedProtocol(HttpToolsProtocol):
    """uvicorn's protocol with the limits of this module."""

    parser: "_Parser"
    _waiting: dict["BoundedProtocol", None] = {}  # noqa: RUF012  of the whole process, longest waiting first
    _state: State | None = None
    _timer: asyncio.TimerHandle | None = None
    _had_request = False
    _partial = False
    _unanswered = 0
    _received = 0
    _stopping = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.parser = _Parser(self)

    # Events of the connection

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._update_state()
        if len(self.connections) > max_connections():
            next(iter(self._waiting), self)._abort()

    def connection_lost(self, exc: Exception | None) -> None:
        self._waiting.pop(self, None)
        self._set_deadline(None)
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Bytes have arrived. Empty lines between requests do not count (RFC 9112, §2.2)."""
        if not self._partial and not data.strip(b"\r\n"):
            return
        self._received += len(data)
        if self._received > MAX_REQUEST_BYTES:
            self.transport.close()
        else:
            super().data_received(data)
        self._update_state()

    def timeout_keep_alive_handler(self) -> None:
        self._abort()

    def shutdown(self) -> None:
        """The line stops: a request that has arrived or is on its way is answered, as the last one."""
        self._stopping = True
        if self._had_request:
            self.cycle.keep_alive = False
        self._update_state()

    # Events of the parser and of the application

    def on_message_begin(self) -> None:
        """A request begins, perhaps directly behind the previous one."""
        super().on_message_begin()
        self._partial = True

    def on_headers_complete(self) -> None:
        if self.parser.asks_for_upgrade():
            return
        hosts, version = [name for name, _ in self.headers].count(b"host"), self.parser.get_http_version()
        if version not in ("1.0", "1.1") or hosts > 1 or (hosts == 0 and version == "1.1"):
            raise MalformedRequest
        if len(self.headers) > MAX_HEADERS or self.parser.get_method() == b"CONNECT":
            raise MalformedRequest
        super().on_headers_complete()
        self._had_request = True
        if self._stopping:
            self.cycle.keep_alive = False

    def on_message_complete(self) -> None:
        if self.parser.asks_for_upgrade():
            return
        super().on_message_complete()
        self._partial, self._received = False, 0
        self._unanswered += 1

    def on_response_complete(self) -> None:
        super().on_response_complete()
        if self._unanswered == 0:  # the application answered before the request was whole
            self.transport.close()
        else:
            self._unanswered -= 1
        if not self._unanswered and (not self._partial or self.transport.is_closing()):
            self._forget()
        self._update_state()

    def _forget(self) -> None:
        """Drop the request, so that memory holds no part of it while the connection waits for the next one."""
        self.url, self.headers, self.scope, self.cycle.scope = b"", [], {}, {}  # type: ignore[typeddict-item]
        self.cycle.body.clear()

    # The state and its deadline

    def _state_now(self) -> State:
        if self.transport.is_closing():
            return State.CLOSING
        if self._unanswered:
            return State.ANSWERING
        if self._partial:
            return State.ARRIVING
        if self._stopping:
            return State.DRAINING
        return State.KEPT if self._had_request else State.NEW

    def _update_state(self) -> None:
        """Compute the state. If it has changed, start its deadline."""
        state = self._state_now()
        if state is self._state:
            return
        self._state = state
        self._set_deadline(DEADLINES.get(state))
        self._waiting.pop(self, None)
        if state in WAITING:
            self._waiting[self] = None

    def _set_deadline(self, seconds: float | None) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer = None if seconds is None else self.loop.call_later(seconds, self._expire)

    def _expire(self) -> None:
        if self._state is State.DRAINING:
            self.transport.close()
            self._update_state()
        else:
            self._abort()

    def _abort(self) -> None:
        self._waiting.pop(self, None)
        self.transport.abort()


class _Parser(httptools.HttpRequestParser):
    """httptools' parser, which ignores the header Upgrade, as RFC 9110, §7.8, allows.

    httptools stops at a request that asks for an upgrade, and takes the body for bytes of another protocol. Then a new
    parser parses the request again from its start, without the header Upgrade.
    """

    def __init__(self, protocol: BoundedProtocol) -> None:
        super().__init__(protocol)
        self._protocol = protocol
        self.set_dangerous_leniencies(lenient_data_after_close=True)  # as uvicorn does

    def asks_for_upgrade(self) -> bool:
        """Whether the request that is being parsed asks for an upgrade."""
        return super().should_upgrade() and self.get_method() != b"CONNECT"

    def should_upgrade(self) -> bool:
        """False: uvicorn treats no request as an upgrade."""
        return False

    def feed_data(self, data: bytes) -> None:  # type: ignore[override]
        """Parse `data`. Raises httptools.HttpParserError for a request that is not HTTP."""
        parser = self
        while True:
            try:
                return super(_Parser, parser).feed_data(data)
            except httptools.HttpParserUpgrade as upgrade:
                data = parser._head_without_upgrade() + data[upgrade.args[0] :]
                parser = self._protocol.parser = _Parser(self._protocol)

    def _head_without_upgrade(self) -> bytes:
        start = b"%b %b HTTP/%b" % (self.get_method(), self._protocol.url, self.get_http_version().encode())
        headers = (b"%b: %b" % header for header in self._protocol.headers if header[0] != b"upgrade")
        return b"\r\n".join((start, *headers, b"", b""))
