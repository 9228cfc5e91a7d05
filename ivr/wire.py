"""The wire: HTTP as it is received, bounded in time and size. What a request says is no matter here.

uvicorn's httptools protocol refuses what is ambiguous (two lengths, length with chunks, folded headers, bare line feed),
but waits for ever for a request that trickles in, and takes any number of headers. This class adds the bounds, so that
the line needs no proxy in front of it to stay reachable. docs/threats.md keeps the comparison of servers.
"""

import asyncio

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

ARRIVAL = 10.0
"""Seconds in which a request must have arrived, from the first byte, and a new connection must send its first."""
MOST_BYTES = 128_000
"""Bytes of one request, with its headers. Twilio's have about two thousand."""
MOST_HEADERS = 100


class TooMuch(Exception):
    """More headers than any request of Twilio's; httptools turns it into a 400."""


class BoundedProtocol(HttpToolsProtocol):
    """uvicorn's protocol with a deadline for each request to arrive, and bounds on its bytes and headers."""

    _deadline: asyncio.TimerHandle | None = None
    _received = 0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """A connection: its first request must come."""
        super().connection_made(transport)
        self._start_waiting()

    def connection_lost(self, exc: Exception | None) -> None:
        """The connection is gone: nothing is waited for."""
        self._stop_waiting()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Bytes of a request: the first starts its clock, too many end the connection."""
        self._received += len(data)
        if self._received > MOST_BYTES:
            self.transport.close()
            return
        if self._deadline is None:
            self._start_waiting()
        super().data_received(data)

    def on_header(self, name: bytes, value: bytes) -> None:
        """One header."""
        if len(self.headers) >= MOST_HEADERS:
            raise TooMuch
        super().on_header(name, value)

    def on_message_complete(self) -> None:
        """The request has arrived whole."""
        self._stop_waiting()
        self._received = 0
        super().on_message_complete()

    def _start_waiting(self) -> None:
        self._deadline = self.loop.call_later(ARRIVAL, self._give_up)

    def _stop_waiting(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _give_up(self) -> None:
        self._deadline = None
        self.transport.abort()
