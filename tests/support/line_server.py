"""The line as a process of its own on this machine, and what can be observed of it: for tests of faults."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from support.fake_twilio import FakeTwilio, Line
from support.processes import IVR, TOKEN, end, free_port, line_environment, running

from ivr.line.compiler import compile_line
from ivr.line.options import Options
from ivr.phone.webhook_form import FORM

FAULTY = [sys.executable, str(Path(__file__).with_name("planted_faults.py"))]
WAIT = 30.0


class Server:
    """A running line."""

    def __init__(self, process: "subprocess.Popen[bytes]", line: Line, folder: Path, number: int) -> None:
        self.process, self.line, self.folder, self._number = process, line, folder, number
        self._twilios: list[FakeTwilio] = []

    @property
    def workers(self) -> list[int]:
        """The worker processes, without those that have ended and are not yet reaped."""
        return [pid for pid in children(self.process.pid) if not _is_dead(pid)]

    @property
    def printed(self) -> str:
        """All that was written to standard output and standard error."""
        return (self.folder / "printed").read_text("utf-8", "replace")

    def twilio(self, seed: int = 0, **more: object) -> FakeTwilio:
        self._twilios.append(FakeTwilio(self.line, seed, **more))  # type: ignore[arg-type]
        return self._twilios[-1]

    def close(self) -> None:
        """Close every connection that was opened."""
        for twilio in self._twilios:
            twilio.connection.close()

    def ask(self, path: str = "/call", more: Sequence[tuple[str, str]] = (), planted: str = "") -> tuple[int, bytes]:
        """Status and body of one signed request on its own connection. Raises AnswerRefused without an answer."""
        twilio = self.twilio(timeout=8)
        twilio.planted = planted
        status, _, body = twilio.connection.ask(twilio.request(path, twilio.fields([*FORM, *more])))
        twilio.connection.close()
        return status, body

    def get(self, path: str) -> tuple[int, bytes]:
        status, _, body = self.twilio().connection.ask(f"GET {path} HTTP/1.1\r\nHost: line\r\n\r\n".encode())
        return status, body

    def resources(self) -> dict[int, dict[str, Any]]:
        """The resources of each worker of a faulty line. Waits until every worker is there."""
        found: dict[int, dict[str, Any]] = {}
        until = time.monotonic() + WAIT
        while (len(found) < self._number or set(found) != set(self.workers)) and time.monotonic() < until:
            told = json.loads(self.ask(planted="resources")[1])
            found = {pid: seen for pid, seen in (found | {told["pid"]: told}).items() if pid in self.workers}
        return found

    def at_rest(self) -> dict[int, dict[str, int]]:
        """The least that each worker holds during a second, so that a closing connection is not counted."""
        least, until = self.resources(), time.monotonic() + 1
        while time.monotonic() < until:
            seen = self.resources()
            least = {pid: _least(least.get(pid, one), one) for pid, one in seen.items()}
        return least


def _least(one: Mapping[str, int], other: Mapping[str, int]) -> dict[str, int]:
    return {name: min(one[name], other[name]) for name in ("files", "tasks", "connections", "bytes")}


@contextmanager
def served(
    content: Path, folder: Path, faulty: bool = False, before: Sequence[str] = (), workers: int = 2, usage: str = "off",
    environment: Mapping[str, str] | None = None, public: str = "", fallback: bytes = b"",
) -> Iterator[Server]:  # fmt: skip
    """A line of `content` that runs while the block lasts; `before` is put in front of its command."""
    port = free_port()
    public = public or f"http://127.0.0.1:{port}"
    folder.mkdir(exist_ok=True)
    command = [*before, *(FAULTY if faulty else [IVR]), "serve", "--port", str(port), "--workers", str(workers)]
    given = line_environment(content, public, usage) | dict(environment or {})
    with running(command, port, folder, given) as process:
        line = Line(port, public, TOKEN, fallback or fallback_document(content, public))
        server = Server(process, line, folder, workers)
        eventually(lambda: len(server.workers) >= workers or server.process.poll() is not None)
        try:
            yield server
        finally:
            server.close()
            for pid in server.workers:  # a stopped process does not see SIGTERM
                os.kill(pid, signal.SIGCONT)
            end(server.process)  # it may have been started again


def fallback_document(content: Path, public: str) -> bytes:
    """The fallback as an operator has hosted it elsewhere."""
    return compile_line(content, Options(public, "+12025550123")).fallback_document


def children(pid: int) -> list[int]:
    try:
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text("utf-8").split()]
    except OSError:
        return []


def _is_dead(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text("utf-8").rpartition(")")[2].split()[0] in "ZX"
    except OSError:
        return True


def eventually(so: Callable[[], bool], within: float = WAIT) -> float:
    """Wait until `so()` is true: the seconds that it took. Fails after `within` seconds."""
    since = time.monotonic()
    while not so():
        assert time.monotonic() - since < within, f"not within {within} s"
        time.sleep(0.02)
    return time.monotonic() - since


def listens(port: int) -> bool:
    """Whether a process listens on `port`."""
    with socket.socket() as one:
        one.settimeout(1)
        return one.connect_ex(("127.0.0.1", port)) == 0 and one.getsockname() != one.getpeername()
