"""Calls while the line is restarted: `make restarts CALLS=500 RESTARTS=10`. It fails if a call is lost or waits 5 s.

The line restarts in four ways, each with the line's own processes. `HeldSocket` plays systemd: the socket
belongs to the holder, connections wait in the kernel while no line runs. `Rollout` plays Kubernetes: a router
in front of lines, where a new one is ready before the old one gets SIGTERM. `BehindCaddy` is one line behind Caddy,
as in deploy/compose.yaml; `BehindNginx` is two lines behind nginx, restarted in turn. During each restart two strangers
hold connections: one has sent half a body, one waits for its next request.
"""

import asyncio
import os
import random
import re
import shutil
import socket
import ssl
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from support.fake_twilio import TWILIO_TIMEOUT, FakeTwilio, HttpConnection, Line, caller, hung_up, is_safe, random_call
from support.line_server import eventually, fallback_document
from support.processes import IVR, TOKEN, end, free_port, line_environment, running
from support.proxies import COMMANDS, trusted_certificate

from ivr.phone.webhook_form import FORM

CHECKOUT = Path(__file__).resolve().parent.parent.parent
CALLERS = 4
LONGEST_WAIT = 5.0
"""Seconds in which a request must be answered, tries included, while the line restarts."""
PROXY_HEADERS = ("alt-svc", "server", "via")
WITH_SOCKET = (
    "import os, sys; os.dup2(int(sys.argv[1]), 3); "
    "os.environ.update(LISTEN_FDS='1', LISTEN_PID=str(os.getpid())); os.execv(sys.argv[2], sys.argv[2:])"
)
"""A program that hands a socket over as systemd does: https://www.freedesktop.org/software/systemd/man/sd_listen_fds.html."""


class Restartable(Protocol):
    """A line at a port that can be restarted while calls go on."""

    line: Line

    def restart(self) -> None:
        """Replace the process that answers."""


class HeldSocket:
    """A line whose socket is held by this process, as systemd holds it."""

    def __init__(self, content: Path, folder: Path) -> None:
        self._listening = socket.create_server(("127.0.0.1", 0), backlog=2048)
        port = self._listening.getsockname()[1]
        self._environment = line_environment(content, f"http://127.0.0.1:{port}")
        self.line = Line(
            port, f"http://127.0.0.1:{port}", TOKEN, fallback_document(content, f"http://127.0.0.1:{port}")
        )
        self._folder = folder
        self.process = self._start()

    def _start(self) -> "subprocess.Popen[bytes]":
        number = str(self._listening.fileno())
        command = [sys.executable, "-c", WITH_SOCKET, number, IVR, "serve", "--workers", "2"]
        return started(command, self._folder, self._environment, [self._listening.fileno()])

    def restart(self) -> None:
        """Stop the line, then start it, as `systemctl restart` does."""
        end(self.process)
        self.process = self._start()

    def close(self) -> None:
        end(self.process)
        self._listening.close()


class Rollout:
    """Two lines behind a router that hands each connection to one of them, as a Service of Kubernetes does."""

    def __init__(self, content: Path, folder: Path) -> None:
        self._router = Router()
        port = self._router.port
        self.line = Line(
            port, f"http://127.0.0.1:{port}", TOKEN, fallback_document(content, f"http://127.0.0.1:{port}")
        )
        self._environment, self._folder = line_environment(content, self.line.public), folder
        self._lines = [self._start(), self._start()]

    def _start(self) -> "tuple[int, subprocess.Popen[bytes]]":
        """A line that is ready, and known to the router."""
        port = free_port()
        command = [IVR, "serve", "--port", str(port), "--workers", "2"]
        process = started(command, self._folder, self._environment)
        eventually(lambda: is_ready(port))
        self._router.ports.append(port)
        return port, process

    def restart(self) -> None:
        """Replace the older line: a new one is ready first, then the router forgets the old one, then it stops."""
        new, (port, process) = self._start(), self._lines.pop(0)
        self._lines.append(new)
        self._router.ports.remove(port)
        time.sleep(0.2)  # preStop: connections that were made meanwhile
        end(process)

    def close(self) -> None:
        for _, process in self._lines:
            end(process)
        self._router.close()


class BehindProxy:
    """Lines behind a proxy of deploy/, restarted in turn: each is ready before the next one gets SIGTERM."""

    proxy, number = "", 1

    def __init__(self, content: Path, folder: Path) -> None:
        front = free_port()
        self._ports = [free_port() for _ in range(self.number)]
        public = f"https://localhost:{front}"
        self.line = Line(front, public, TOKEN, fallback_document(content, public))
        self._environment, self._folder = line_environment(content, public), folder
        self._processes = [self._start(port) for port in self._ports]
        for port in self._ports:
            eventually(lambda: is_ready(port))  # noqa: B023
        self._stack = ExitStack()
        certificate = self._stack.enter_context(trusted_certificate(folder))
        command = COMMANDS[self.proxy](front, self._ports, certificate, folder)
        places = {"XDG_DATA_HOME": str(folder), "XDG_CONFIG_HOME": str(folder)}
        self._stack.enter_context(running(command, front, folder, places))

    def _start(self, port: int) -> "subprocess.Popen[bytes]":
        return started([IVR, "serve", "--port", str(port), "--workers", "2"], self._folder, self._environment)

    def restart(self) -> None:
        """Stop and start each line."""
        for number, port in enumerate(self._ports):
            end(self._processes[number])
            self._processes[number] = self._start(port)
            eventually(lambda: is_ready(port))  # noqa: B023

    def close(self) -> None:
        self._stack.close()
        for process in self._processes:
            end(process)


class BehindCaddy(BehindProxy):
    proxy = "caddy"


class BehindNginx(BehindProxy):
    proxy, number = "nginx", 2


class TlsConnection(HttpConnection):
    """A connection to a line behind a proxy, which speaks TLS and adds headers of its own."""

    def ask(self, request: bytes) -> tuple[int, dict[str, str], bytes]:
        status, headers, body = super().ask(request)
        return status, {name: value for name, value in headers.items() if name not in PROXY_HEADERS}, body

    def _sent(self, request: bytes) -> socket.socket:
        if self._socket is None:
            plain = socket.create_connection(("127.0.0.1", self.port), 5)
            plain.settimeout(5)
            self._socket = ssl.create_default_context().wrap_socket(plain, server_hostname="localhost")
        self._socket.settimeout(self.timeout)
        self._socket.sendall(request)
        return self._socket


def connection_to(line: Line, timeout: float = TWILIO_TIMEOUT) -> HttpConnection:
    return TlsConnection(line.port, timeout) if line.public.startswith("https:") else HttpConnection(line.port, timeout)


class Router:
    """Passes bytes between its port and one of `ports`, chosen for each connection."""

    def __init__(self) -> None:
        self.ports: list[int] = []
        self._loop = asyncio.new_event_loop()
        listening = socket.create_server(("127.0.0.1", 0), backlog=2048)
        self.port = listening.getsockname()[1]
        self._server = self._loop.run_until_complete(asyncio.start_server(self._connected, sock=listening))
        self._thread = threading.Thread(target=self._loop.run_forever)
        self._thread.start()

    def close(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._server.close()
        self._loop.run_until_complete(asyncio.sleep(0.1))
        self._loop.close()

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        other_reader, other_writer = await asyncio.open_connection("127.0.0.1", random.choice(self.ports))
        await asyncio.gather(_pass_on(reader, other_writer), _pass_on(other_reader, writer))


async def _pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while chunk := await reader.read(65536):
            writer.write(chunk)
            await writer.drain()
    writer.close()


def started(
    command: Sequence[str], folder: Path, environment: dict[str, str], files: Sequence[int] = ()
) -> "subprocess.Popen[bytes]":
    """A line that is starting."""
    folder.mkdir(exist_ok=True)
    with (folder / "printed").open("ab") as printed:
        return subprocess.Popen(
            command, cwd=folder, env={"PATH": os.environ["PATH"], **environment}, pass_fds=files,
            stdin=subprocess.DEVNULL, stdout=printed, stderr=printed,
        )  # fmt: skip


def is_ready(port: int) -> bool:
    with suppress(OSError), socket.create_connection(("127.0.0.1", port), 5) as connection:
        connection.sendall(b"GET /health/ready HTTP/1.1\r\nHost: line\r\nConnection: close\r\n\r\n")
        return connection.recv(64).startswith(b"HTTP/1.1 200 ")
    return False


@dataclass
class Outcome:
    """The calls that were made, and how they went."""

    calls: int = 0
    lost: list[str] = field(default_factory=list)
    by_fallback: int = 0
    tried_again: int = 0
    waits: list[float] = field(default_factory=list)
    restarts: list[float] = field(default_factory=list)

    def __str__(self) -> str:
        return (
            f"{len(self.restarts)} restarts, {self.calls} calls, lost: {len(self.lost)}, "
            f"by the fallback: {self.by_fallback}, requests tried again: {self.tried_again}, "
            f"longest wait: {max(self.waits, default=0):.1f} s"
        )


class TimedCable(FakeTwilio):
    """Keeps how long each request waited for its answer, tries included."""

    waits: list[float]

    def post(self, address: str, form: object) -> bytes:
        since = time.monotonic()
        body = super().post(address, form)  # type: ignore[arg-type]
        self.waits.append(time.monotonic() - since)
        return body


def make_calls(line: Line, numbers: Iterator[int], outcome: Outcome) -> None:
    """One caller: calls one after the other, until `numbers` has no more."""
    for number in numbers:
        twilio = TimedCable(line, number)
        twilio.connection, twilio.waits = connection_to(line), outcome.waits
        person = caller(twilio)
        try:
            for _ in random_call(person, twilio.chance):
                pass
            if not is_safe(person) and not hung_up(person):
                outcome.lost.append(f"call {number}: {person.acts}")
        except Exception as error:
            outcome.lost.append(f"call {number}: {error!r}")
        twilio.connection.close()
        outcome.calls += 1
        outcome.by_fallback += bool(twilio.fallbacks)
        outcome.tried_again += twilio.failures.total()


@contextmanager
def held_connections(line: Line) -> Iterator[None]:
    """Two strangers: one has sent half a body, one has been answered and keeps its connection open."""
    twilio, half, idle = FakeTwilio(line), connection_to(line), connection_to(line)
    request = twilio.request("/call", twilio.fields(FORM))
    half._sent(request[:-20])
    idle.ask(request)
    yield
    half.close()
    idle.close()


def calls_during_restarts(restartable: Restartable, calls: int, restarts: int) -> Outcome:
    """Make `calls` while the line is restarted so many times, spread over them."""
    outcome, lock = Outcome(), threading.Lock()
    numbers = Locked(iter(range(calls)), lock)
    callers = [threading.Thread(target=make_calls, args=(restartable.line, numbers, outcome)) for _ in range(CALLERS)]
    for thread in callers:
        thread.start()
    for number in range(restarts):
        eventually(lambda: outcome.calls >= calls * number // (restarts + 1), 600)  # noqa: B023
        with held_connections(restartable.line):
            since = time.monotonic()
            restartable.restart()
            outcome.restarts.append(time.monotonic() - since)
    for thread in callers:
        thread.join()
    return outcome


class Locked(Iterator[int]):
    """An iterator that several threads may ask."""

    def __init__(self, numbers: Iterator[int], lock: threading.Lock) -> None:
        self._numbers, self._lock = numbers, lock

    def __next__(self) -> int:
        with self._lock:
            return next(self._numbers)


WAYS: dict[str, Callable[[Path, Path], HeldSocket | Rollout | BehindProxy]] = {
    "a held socket": HeldSocket,
    "a rollout": Rollout,
    "Caddy": BehindCaddy,
    "nginx": BehindNginx,
}


CADDY_THAT_RETRIES = (2, 11, 2)
"""Before it, Caddy fails to send a POST again: https://github.com/caddyserver/caddy/issues/7546."""


def why_not(name: str) -> str:
    """Why the way of that name cannot be rehearsed on this machine; "" if it can."""
    if name == "nginx" and not shutil.which("nginx"):
        return "nginx is not on this machine"
    if name == "Caddy":
        version = shutil.which("caddy") and subprocess.run(["caddy", "version"], capture_output=True, text=True).stdout
        found = tuple(int(part) for part in re.findall(r"\d+", version or "")[:3])
        return "" if found >= CADDY_THAT_RETRIES else f"no Caddy from {CADDY_THAT_RETRIES} on this machine"
    return ""


def rehearse(name: str, content: Path, calls: int, restarts: int) -> Outcome:
    """Make `calls` of a line of `content` that is restarted in the way of that name."""
    with tempfile.TemporaryDirectory() as folder:
        restartable = WAYS[name](content, Path(folder))
        try:
            return calls_during_restarts(restartable, calls, restarts)
        finally:
            restartable.close()


def main() -> None:
    calls, restarts = int(os.environ.get("CALLS", "500")), int(os.environ.get("RESTARTS", "10"))
    failed = False
    for name in WAYS:
        if reason := why_not(name):
            print(f"{name}: left out, {reason}")
            continue
        outcome = rehearse(name, CHECKOUT, calls, restarts)
        print(f"{name}: {outcome}", *outcome.lost[:5], sep="\n  ", flush=True)
        failed |= bool(outcome.lost or outcome.by_fallback) or max(outcome.waits) > LONGEST_WAIT
    sys.exit(failed)


if __name__ == "__main__":
    main()
