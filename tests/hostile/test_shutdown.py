"""Requests that are on their way at SIGTERM, and connections whose request was refused."""

import os
import signal
import socket
import sys
import time
from contextlib import ExitStack
from pathlib import Path

import pytest
from support.line_server import Server, eventually, served
from support.processes import end

from ivr.phone.webhook_form import FORM


def request(server: Server, more: bytes = b"") -> bytes:
    """A signed request that lets its connection stay open."""
    twilio = server.twilio()
    return twilio.request("/call", twilio.fields(FORM)).replace(b"\r\nX-Twilio", b"\r\n" + more + b"X-Twilio", 1)


def joined(server: Server) -> socket.socket:
    return socket.create_connection(("127.0.0.1", server.line.port), 10)


def answered(one: socket.socket) -> bytes:
    """The answer that comes next, to the end of its document; what there is of it where the connection ends."""
    got = b""
    while not got.endswith(b"</Response>") and (chunk := one.recv(65536)):
        got += chunk
    return got


def status(pid: int, name: str) -> str:
    """A field of the kernel's status of a process (man 5 proc_pid_status)."""
    return Path(f"/proc/{pid}/status").read_text("utf-8").partition(f"{name}:")[2].split()[0]


@pytest.mark.parametrize("kept_open", [True, False], ids=["kept open", "new"])
def test_request_on_its_way_when_the_line_stops_is_answered(tiny: Path, tmp_path: Path, kept_open: bool) -> None:
    with served(tiny, tmp_path / "run", workers=1) as server, ExitStack() as held:
        server.ask()  # the worker is there, not only its port
        (worker,) = server.workers
        callers = [held.enter_context(joined(server)) for _ in range(10)] if kept_open else []
        for one in callers:
            one.sendall(request(server))
            assert answered(one).endswith(b"</Response>")
        os.kill(worker, signal.SIGSTOP)  # what comes now waits to be read
        eventually(lambda: status(worker, "State") == "T")
        callers = callers or [held.enter_context(joined(server)) for _ in range(10)]
        for one in callers:
            one.sendall(request(server))
        server.process.terminate()
        eventually(lambda: bool(int(status(worker, "ShdPnd"), 16) >> (signal.SIGTERM - 1) & 1))
        os.kill(worker, signal.SIGCONT)
        assert [answered(one)[:15] for one in callers] == [b"HTTP/1.1 200 OK"] * 10
        eventually(lambda: worker not in server.workers)


def test_request_refused_before_it_is_whole_ends_its_connection(tiny: Path, tmp_path: Path) -> None:
    with served(tiny, tmp_path / "run", workers=1) as server, joined(server) as one:
        one.sendall(b"PUT /call HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\n")
        assert one.recv(65536).startswith(b"HTTP/1.1 405 ")
        one.settimeout(5)
        assert one.recv(65536) == b"", "closed: what is yet to come of it is not waited for"
        assert server.ask()[0] == 200


def test_empty_line_behind_a_request_starts_no_deadline(
    tiny: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / "hasty.py"
    program.write_text(
        f"import sys; sys.path.insert(0, {str(Path(__file__).parent.parent)!r})\n"
        "from ivr.server.http_limits import DEADLINES, State; DEADLINES[State.ARRIVING] = 1.0\n"
        "from support import planted_faults; sys.exit(planted_faults.main())\n",
        "utf-8",
    )
    monkeypatch.setattr("support.line_server.FAULTY", [sys.executable, str(program)])
    with served(tiny, tmp_path / "run", faulty=True, workers=1) as server, joined(server) as one:
        one.sendall(request(server))
        assert answered(one).endswith(b"</Response>")
        one.sendall(b"\r\n")
        time.sleep(2)  # longer than a request may take to arrive here
        one.sendall(request(server, b"Connection: close\r\n"))
        assert answered(one).startswith(b"HTTP/1.1 200 OK\r\n")
        assert end(server.process) == 0
