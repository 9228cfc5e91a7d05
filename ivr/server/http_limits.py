"""The wire: HTTP as it is received, bounded in time, size and number. What a request says is no matter here.

uvicorn's httptools protocol refuses what is ambiguous (two lengths, length and chunks, folded headers, bare LF),
but waits for ever for a request that trickles in or an answer that is not taken, and takes any number of headers and
connections. This class adds the bounds, so that the line needs no proxy in front of it to stay reachable.
docs/threats.md keeps the comparison of servers.
"""

import asyncio
import resource
from functools import lru_cache

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

REQUEST_TIMEOUT = 10.0
"""Seconds in which a request must have arrived, from the first byte, and a new connection must send its first."""
RESPONSE_TIMEOUT = 60.0
"""Seconds in which an answer must have been taken. The largest page has some hundred kilobytes, a document sixty."""
MAX_REQUEST_BYTES = 128_000
"""Bytes of one request, with its headers. Twilio's have about two thousand."""
MAX_HEADERS = 100
MAX_CONNECTIONS = 1000
"""Connections of one worker, fewer where it may not open as many files. One more, and the idle one that has waited
longest makes max_connections: whoever holds connections open keeps nobody out."""
OWN_FILES = 24
"""Files that a worker needs for itself."""
DRAIN_TIMEOUT = 1.0
"""Seconds in which a connection that waits must send its request, at a stop: it may be on its way."""


class MalformedRequest(Exception):
    """More than any request of Twilio's, or less; httptools turns it into a 400."""


@lru_cache(1)
def max_connections() -> int:
    """How many connections a worker may hold."""
    return max(4, min(MAX_CONNECTIONS, resource.getrlimit(resource.RLIMIT_NOFILE)[0] - OWN_FILES))


class BoundedProtocol(HttpToolsProtocol):
    """uvicorn's protocol with a deadline for each request and each answer, and bounds on what one may hold."""

    _idle: dict["BoundedProtocol", None] = {}  # noqa: RUF012  of the whole worker, the one that waits longest first
    _open = 0
    _arriving: asyncio.TimerHandle | None = None
    _leaving: asyncio.TimerHandle | None = None
    _received = 0
    _asked = False
    _last = False

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """A connection: its first request must come."""
        super().connection_made(transport)
        BoundedProtocol._open += 1
        self._start_waiting()
        if BoundedProtocol._open > max_connections():
            longest = next(iter(self._idle))
            del self._idle[longest]
            longest.transport.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        """The connection is gone: nothing is waited for."""
        BoundedProtocol._open -= 1
        self._stop_waiting()
        self._idle.pop(self, None)
        self._taken()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Bytes of a request: the first starts its clock, too many end the connection. An empty line is none."""
        if self._arriving is None and not data.strip(b"\r\n"):
            return
        self._received += len(data)
        if self._received > MAX_REQUEST_BYTES:
            self.transport.close()
            return
        if self._arriving is None:
            self._start_waiting()
        super().data_received(data)
        if self.headers and len(self.headers) > MAX_HEADERS:
            self.transport.close()  # they have not ended, or the request would have been refused

    def on_message_begin(self) -> None:
        """A request begins: perhaps behind another one, in the same bytes."""
        super().on_message_begin()
        if self._arriving is None:
            self._start_waiting()

    def on_headers_complete(self) -> None:
        """All headers: exactly one of them says for which host the request is."""
        hosts, version = [name for name, _ in self.headers].count(b"host"), self.parser.get_http_version()
        if version not in ("1.0", "1.1") or hosts > 1 or (hosts == 0 and version == "1.1"):
            raise MalformedRequest
        if len(self.headers) > MAX_HEADERS:
            raise MalformedRequest
        super().on_headers_complete()
        self._asked = True
        if self._last:
            self.cycle.keep_alive = False

    def on_message_complete(self) -> None:
        """The request has arrived whole."""
        self._stop_waiting()
        self._idle.pop(self, None)
        self._received = 0
        super().on_message_complete()

    def on_response_complete(self) -> None:
        """The request is answered: nothing of it is kept while the connection waits for the next one."""
        super().on_response_complete()
        answered = self.cycle.response_complete  # else the next one is being answered already
        if answered and self.cycle.more_body:
            self.transport.close()  # refused before it had arrived: what is yet to come of it is not waited for
        if self.transport.is_closing():
            self._start_leaving()
        if answered and (self._arriving is None or self.transport.is_closing()):
            self._forget()

    def _forget(self) -> None:
        self.url, self.headers, self.scope, self.cycle.scope = b"", [], {}, {}  # type: ignore[typeddict-item]
        self.cycle.body.clear()
        if not self.transport.is_closing():
            self._idle[self] = None

    def shutdown(self) -> None:
        """The line is told to stop: a request that has come or is on its way is still answered, and none after it."""
        self._last = True
        if self._is_asked_nothing():
            self.loop.call_later(DRAIN_TIMEOUT, self._close_unless_asked)
        elif self._arriving is None or self._is_in_its_body():
            super().shutdown()

    def _is_asked_nothing(self) -> bool:
        """Whether no part of a request is here: the connection is new, or all is answered."""
        if self._asked:
            return self._arriving is None and self.cycle.response_complete
        return not self._received

    def _is_in_its_body(self) -> bool:
        """Whether the request that arrives has shown its headers: it itself is told that it is the last."""
        return self._asked and self.cycle.more_body

    def _close_unless_asked(self) -> None:
        if self._is_asked_nothing():
            self.transport.close()

    def pause_writing(self) -> None:
        """The other side takes our answer more slowly than we give it."""
        super().pause_writing()
        self._start_leaving()

    def resume_writing(self) -> None:
        """It has taken most of it."""
        if not self.transport.is_closing():
            self._taken()
        super().resume_writing()

    def timeout_keep_alive_handler(self) -> None:
        """No other request has come: what is still not taken of the last answer is given up."""
        if self.transport.get_write_buffer_size():
            self._give_up()
        super().timeout_keep_alive_handler()

    def _start_leaving(self) -> None:
        self._leaving = self._leaving or self.loop.call_later(RESPONSE_TIMEOUT, self._give_up)

    def _taken(self) -> None:
        if self._leaving is not None:
            self._leaving.cancel()
            self._leaving = None

    def _start_waiting(self) -> None:
        self._arriving = self.loop.call_later(REQUEST_TIMEOUT, self._give_up)
        self._idle.pop(self, None)
        self._idle[self] = None

    def _stop_waiting(self) -> None:
        if self._arriving is not None:
            self._arriving.cancel()
            self._arriving = None

    def _give_up(self) -> None:
        self.transport.abort()
