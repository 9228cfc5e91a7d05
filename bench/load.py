"""Load: as much as a server takes, by wrk; or at a fixed rate, by a small client of our own. Bounded, on loopback."""

import asyncio
import re
import subprocess
import time
from pathlib import Path
from typing import NamedTuple

import uvloop

from bench.quiet import moment, others
from bench.request import Request
from bench.servers import Server, pin

CONNECTIONS = 16
UNIT = {"us": 0.001, "ms": 1.0, "s": 1000.0}


class Flood(NamedTuple):
    """What a server did under as much load as it takes: requests a second, microseconds of CPU each, milliseconds.

    `others` are the cores that others took meanwhile.
    """

    rate: float
    cpu: float
    p50: float
    p99: float
    others: float


class Paced(NamedTuple):
    """How long requests took that came at a fixed rate, in milliseconds from when each was due, and how many failed.

    `others` are the cores that others took meanwhile.
    """

    p50: float
    p99: float
    failed: int
    others: float


def flood(server: Server, folder: Path, seconds: int, core: int | None) -> Flood:
    """Let wrk ask without a pause. Raises SystemExit where an answer is not 2xx."""
    script = folder / "request.lua"
    script.write_text(server.kind.request.for_wrk(), "utf-8")
    url = f"http://127.0.0.1:{server.port}{server.kind.request.path}"
    command = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", "--latency", "-s", str(script), url]
    begun, before, started = moment(server), server.cpu(), time.perf_counter()
    said = subprocess.run(
        command, capture_output=True, text=True, check=True, timeout=seconds + 30, preexec_fn=lambda: pin(core)
    ).stdout
    used, took = server.cpu() - before, time.perf_counter() - started
    if "Non-2xx" in said or "Socket errors" in said:
        raise SystemExit(f"{server.kind.name}: {said}")
    asked = int(_found(r"(\d+) requests in", said))
    return Flood(
        asked / took, used / asked * 1e6, _milliseconds("50%", said), _milliseconds("99%", said), others(begun, server)
    )


def _found(pattern: str, text: str) -> str:
    found = re.search(pattern, text)
    if found is None:
        raise SystemExit(f"wrk says something else: {text}")
    return found[1]


def _milliseconds(share: str, text: str) -> float:
    found = re.search(rf"{share}\s+([\d.]+)(us|ms|s)", text)
    return float(found[1]) * UNIT[found[2]] if found else float("nan")


def paced(server: Server, rate: int, seconds: float) -> Paced:
    """Ask `rate` times a second, whether or not the answers keep up: who waits for a connection waits on the clock."""
    begun = moment(server)
    p50, p99, failed = uvloop.run(_paced(server.port, server.kind.request, rate, seconds))
    return Paced(p50, p99, failed, others(begun, server))


class _Asker(asyncio.Protocol):
    """One connection, one request at a time."""

    def __init__(self, request: bytes, idle: "list[_Asker]", took: list[float]) -> None:
        self._request, self._idle, self._took = request, idle, took
        self._due, self._missing = 0.0, 0
        self.failed = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport
        self._idle.append(self)

    def connection_lost(self, _: Exception | None) -> None:
        self.failed += bool(self._missing)

    def ask(self, due: float) -> None:
        self._due, self._missing = due, -1
        self._transport.write(self._request)  # type: ignore[attr-defined]

    def data_received(self, data: bytes) -> None:
        if self._missing < 0:
            head, _, body = data.partition(b"\r\n\r\n")
            length = re.search(rb"(?i)content-length: (\d+)", head)
            self.failed += not head.startswith(b"HTTP/1.1 200") or length is None
            self._missing = int(length[1]) - len(body) if length else 0
        else:
            self._missing -= len(data)
        if self._missing == 0:
            self._took.append(time.perf_counter() - self._due)
            self._idle.append(self)


async def _paced(port: int, request: Request, rate: int, seconds: float) -> tuple[float, float, int]:
    loop, took, idle = asyncio.get_running_loop(), list[float](), list[_Asker]()
    made = [_Asker(request.on_the_wire(), idle, took) for _ in range(CONNECTIONS)]
    for one in made:
        await loop.create_connection(lambda one=one: one, "127.0.0.1", port)  # type: ignore[misc]
    start, asked, total = time.perf_counter() + 0.1, 0, int(rate * seconds)
    while asked < total:
        now = time.perf_counter()
        while idle and asked < total and start + asked / rate <= now:
            idle.pop(0).ask(start + asked / rate)
            asked += 1
        await asyncio.sleep(0 if not idle else min(0.0005, max(0.0, start + asked / rate - time.perf_counter())))
    await asyncio.sleep(0.2)
    return _judged(took, total, sum(one.failed for one in made))


def _judged(took: list[float], total: int, failed: int) -> tuple[float, float, int]:
    ranked = sorted(took)
    at = [ranked[min(len(ranked) - 1, int(share * len(ranked)))] * 1000 for share in (0.5, 0.99)]
    return at[0], at[1], failed + total - len(took)
