"""The door of the figures: one page, on an address of its own. It knows nothing of calls and answers nothing else."""

import asyncio
import socket
from collections.abc import Callable
from contextlib import suppress
from typing import NamedTuple

from ivr.server.metrics import CONTENT_TYPE, Figures

ARRIVAL = 5.0
"""Seconds in which a request must have arrived and its answer been taken."""
MOST_BYTES = 8_000
"""Bytes of one request with its headers."""
MOST_CONNECTIONS = 8
"""Connections at once: whoever holds them open costs the figures, never the files that calls need."""


class Watching(NamedTuple):
    """What an operator watches the line by: the figures, and the socket at which they may be asked for."""

    figures: Figures
    listening: socket.socket


async def open_metrics(listening: socket.socket, page: Callable[[], bytes]) -> asyncio.Server:
    """Answer `GET /metrics` on `listening` with what `page` gives, until the server is closed."""

    asking = set[asyncio.StreamWriter]()

    async def answer(asked: asyncio.StreamReader, given: asyncio.StreamWriter) -> None:
        if len(asking) >= MOST_CONNECTIONS:
            given.transport.abort()
            return
        asking.add(given)
        try:
            with suppress(OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, TimeoutError):
                head = await asyncio.wait_for(asked.readuntil(b"\r\n\r\n"), ARRIVAL)
                given.write(_answer(head, page))
                await asyncio.wait_for(given.drain(), ARRIVAL)
        finally:
            asking.remove(given)
            given.close()

    return await asyncio.start_server(answer, sock=listening, limit=MOST_BYTES)


def _answer(head: bytes, page: Callable[[], bytes]) -> bytes:
    method, _, rest = head.partition(b" ")
    path = rest.partition(b" ")[0].partition(b"?")[0]
    if path != b"/metrics":
        return _response("404 Not Found", b"")
    if method != b"GET":
        return _response("405 Method Not Allowed", b"")
    return _response("200 OK", page())


def _response(status: str, body: bytes) -> bytes:
    head = (
        f"HTTP/1.1 {status}\r\nContent-Type: {CONTENT_TYPE}\r\nContent-Length: {len(body)}\r\n"
        "Cache-Control: no-store\r\nConnection: close\r\n\r\n"
    )
    return head.encode() + body
