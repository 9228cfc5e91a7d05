"""Servers of the benchmark: started on a loopback port and a core of their own, watched by /proc, ended by their id."""

import http.client
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from bench.request import PATH, PUBLIC_URL, TOKEN, Request, plain, signed

CHECKOUT = Path(__file__).resolve().parent.parent
PEERS = CHECKOUT / "build" / "bench" / "bin"
FASTIFY = CHECKOUT / "build" / "fastify" / "server.mjs"
LINE, HELLO = "the line", "hello"
FLOOR, NODE = "FastAPI, look-up, one HMAC", "Fastify, look-up, one HMAC"
PATIENCE = 60.0
TICK = os.sysconf("SC_CLK_TCK")


class Kind(NamedTuple):
    """A server to compare: its name in the table, how it is started, and what it is asked."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str]
    request: Request


def kinds(folder: Path, size: int = 5000) -> list[Kind]:
    """All servers; `{port}` in a command stands for the port. Fastify and nginx only where they are installed."""
    python = [str(PEERS / "python"), "-m", "bench.peers"]
    peers = {"PYTHONPATH": str(CHECKOUT), "BENCH_BYTES": str(size)}
    fastify = {"BENCH_BYTES": str(size), "BENCH_PATH": PATH, "BENCH_TOKEN": TOKEN, "BENCH_URL": PUBLIC_URL}
    gunicorn = [str(PEERS / "gunicorn"), "--bind", "127.0.0.1:{port}", "--workers", "1", "bench.peers:flask_app()"]
    found = [
        line(CHECKOUT, folder),
        Kind(HELLO, [*python, "hello", "{port}"], peers, signed()),
        Kind(FLOOR, [*python, "floor", "{port}"], peers, signed()),
        Kind("FastAPI, form, validator, VoiceResponse", [*python, "fastapi", "{port}"], peers, signed()),
        Kind("Flask and gunicorn, the same", gunicorn, peers, signed()),
    ]
    nginx = shutil.which("nginx", path="/usr/sbin:/usr/bin:/usr/local/bin")
    if FASTIFY.exists():
        found.append(Kind(NODE, ["node", str(FASTIFY), "{port}"], fastify, signed()))
    return [*found, _nginx(nginx, folder, size)] if nginx else found


def line(content: Path, folder: Path, name: str = LINE) -> Kind:
    """The line as a user runs it, by one worker: counting and its log are on."""
    environment = {
        "TWILIO_AUTH_TOKEN": TOKEN, "PUBLIC_URL": PUBLIC_URL, "LINE_NUMBER": "+12025550123",
        "IVR_CONTENT": str(content), "IVR_USAGE": str(folder / "usage.sqlite"),
    }  # fmt: skip
    ivr = str(Path(sys.executable).with_name("ivr"))
    return Kind(name, [ivr, "serve", "--port", "{port}", "--workers", "1"], environment, signed())


def _nginx(nginx: str, folder: Path, size: int) -> Kind:
    """A file, sent by one worker that logs nothing: less than this no server does."""
    (folder / "file").write_bytes(b"x" * size)
    user = "user root; " if os.geteuid() == 0 else ""
    (folder / "nginx.conf").write_text(
        f"{user}daemon off; worker_processes 1; pid {folder}/pid; error_log {folder}/error; events {{}}\n"
        f"http {{ access_log off; client_body_temp_path {folder}/a; proxy_temp_path {folder}/b;\n"
        f"fastcgi_temp_path {folder}/c; uwsgi_temp_path {folder}/d; scgi_temp_path {folder}/e; sendfile on;\n"
        f"keepalive_requests 100000000; server {{ listen 127.0.0.1:PORT; root {folder}; }} }}\n",
        "utf-8",
    )
    start = 'sed "s/PORT/$1/" "$2/nginx.conf" > "$2/used.conf" && exec "$0" -c "$2/used.conf" -e "$2/error"'
    return Kind("nginx, a static file", ["sh", "-c", start, nginx, "{port}", str(folder)], {}, plain("/file"))


class Server:
    """A server that runs."""

    def __init__(self, kind: Kind, process: "subprocess.Popen[bytes]", port: int, seconds: float) -> None:
        self.kind, self.port, self.ready_after = kind, port, seconds
        self._process = process

    def processes(self) -> list[int]:
        """The ids of its processes: the one that was started, and those below it."""
        return _below(self._process.pid)

    def cpu(self) -> float:
        """Seconds of processor time that its processes have had so far, of user and system."""
        return sum(_ticks(pid) for pid in self.processes()) / TICK

    def resident(self) -> float:
        """Megabytes of its largest process."""
        return max(_kilobytes(pid, "status", "VmRSS") for pid in self.processes()) / 1000


@contextmanager
def running(kind: Kind, folder: Path, core: int | None, probe: str = PATH) -> Iterator[Server]:
    """Start a server, wait until it answers at `probe`, and end it."""
    port, started = free_port(), time.perf_counter()
    with (folder / "printed").open("ab") as printed:
        process = subprocess.Popen(
            [part.replace("{port}", str(port)) for part in kind.command],
            env={"PATH": os.environ["PATH"], "HOME": str(folder), **kind.environment}, cwd=folder,
            stdin=subprocess.DEVNULL, stdout=printed, stderr=printed, preexec_fn=lambda: pin(core),
        )  # fmt: skip
        try:
            _wait(process, port, probe, folder / "printed")
            yield Server(kind, process, port, time.perf_counter() - started)
        finally:
            process.terminate()
            process.wait(PATIENCE)


def pin(core: int | None) -> None:
    """Keep this process on one core, where the system can."""
    if core is not None and hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {core})


def free_port() -> int:
    """A port of the loopback interface that nobody listens on."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def _wait(process: "subprocess.Popen[bytes]", port: int, probe: str, printed: Path) -> None:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline and process.poll() is None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
        try:
            connection.request("GET", probe)
            connection.getresponse().read()
            return
        except OSError:
            time.sleep(0.002)
        finally:
            connection.close()
    raise SystemExit(f"{process.args} does not answer:\n{printed.read_text('utf-8', 'replace')[-2000:]}")


def _below(pid: int) -> list[int]:
    parents: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and (stat := _stat(int(entry.name))):
            parents.setdefault(int(stat[1]), []).append(int(entry.name))
    found = [pid]
    for one in found:
        found += parents.get(one, [])
    return found


def _stat(pid: int) -> list[str]:
    """What stands in /proc/<pid>/stat behind the name: state, parent, …"""
    try:
        return Path(f"/proc/{pid}/stat").read_text("utf-8").rpartition(")")[2].split()
    except OSError:
        return []


def _ticks(pid: int) -> int:
    stat = _stat(pid)
    return int(stat[11]) + int(stat[12]) if stat else 0


def _kilobytes(pid: int, file: str, field: str) -> int:
    for row in Path(f"/proc/{pid}/{file}").read_text("utf-8").splitlines():
        if row.startswith(f"{field}:"):
            return int(row.split()[1])
    return 0
