"""Walks the upgrade and the rollback of docs/upgrade.md on a bare Debian, with calls in progress. Needs root.

    .venv/bin/python tools/walk_upgrade.py ROOT OLD NEW

ROOT is a folder that debootstrap filled (`debootstrap --variant=minbase bookworm ROOT`); OLD and NEW are commits of
this repository. The commands run in ROOT with chroot. systemd cannot run there: `HeldPort` does what line.socket and
line.service do. For each step it prints how many calls went on. It ends with 1 if one did not.
"""

import os
import shutil
import socket
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from urllib.parse import urlsplit

from ivr.errors import OperationFailed
from ivr.operate.http_client import fetch
from ivr.phone.caller import FORM
from ivr.phone.parser import Gather, read_document
from ivr.signature import sign

CHECKOUT = Path(__file__).resolve().parent.parent
PACKAGES = ["git", "make", "python3", "python3-venv", "ca-certificates"]
PORT, PUBLIC = 8000, "https://line.example.org"
TOKEN = "0123456789abcdef0123456789abcdef"
SETTINGS = f"TWILIO_AUTH_TOKEN={TOKEN}\nPUBLIC_URL={PUBLIC}\nLINE_NUMBER=+12025550123\n"
OLD_NAMES, NEW_NAMES = "USAGE=/var/lib/line\nSILENCE=connect\n", "IVR_USAGE=/var/lib/line\nIVR_SILENCE=connect\n"
PATHS = ["", "1", "8", "8 1", "2", "8 2 1", "3", "8 4 2", "4 1", "5", "7", "8 7", "1 1 #", "6 1", "9", "8 9"]
"""Keys after which a call is in progress: menus and topics, both languages, slow, the reminder."""
HANDOVER = (
    "import os, sys; os.dup2(int(sys.argv[1]), 3); "
    "os.environ.update(LISTEN_FDS='1', LISTEN_PID=str(os.getpid())); os.execv(sys.argv[2], sys.argv[2:])"
)


class Machine:
    """The Debian under `root`."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def run(self, command: str, user: str = "root", check: bool = True) -> "subprocess.CompletedProcess[str]":
        """Run `command`, a line of the page, with a shell."""
        print(f"  # {command}" if user == "root" else f"  {user}$ {command}", flush=True)
        done = subprocess.run(
            self._command(user, ["/bin/sh", "-ec", command]), capture_output=True, text=True, timeout=900
        )
        if check and done.returncode:
            sys.exit(f"it ended with {done.returncode}:\n{done.stdout}{done.stderr}")
        return done

    def start(self, command: Sequence[str], pass_fds: Sequence[int] = ()) -> "subprocess.Popen[bytes]":
        """Start `command` as the user `line` with the settings of /etc/line.env, as line.service does."""
        lines = (self.root / "etc" / "line.env").read_text("utf-8").splitlines()
        names = [*lines, "IVR_CONTENT=/opt/line", "PYTHONDONTWRITEBYTECODE=1"]
        words = self._command("line", ["env", "--chdir=/opt/line", *names, *command])
        with (self.root / "var" / "log" / "line.log").open("ab") as log:
            return subprocess.Popen(words, stderr=log, stdout=log, pass_fds=pass_fds)

    def _command(self, user: str, words: Sequence[str]) -> list[str]:
        names = {name: value for name, value in os.environ.items() if name in ("PIP_CERT", "PIP_DEFAULT_TIMEOUT")}
        environment = [f"{name}={value}" for name, value in names.items()]
        rights = [f"--userspec={user}"] if user != "root" else []
        path = "PATH=/usr/sbin:/usr/bin:/sbin:/bin"
        return ["chroot", *rights, str(self.root), "env", "-i", path, "HOME=/tmp", "LANG=C.UTF-8", *environment, *words]


class HeldPort:
    """The port of the line, held by this process as systemd holds line.socket: connections wait while no line runs."""

    def __init__(self, machine: Machine) -> None:
        self._machine, self._socket = machine, socket.create_server(("127.0.0.1", PORT), backlog=2048)
        self._process = self._start()

    def restart(self) -> None:
        """`systemctl restart line`."""
        stop(self._process)
        self._process = self._start()

    def close(self) -> None:
        stop(self._process)
        self._socket.close()

    def _start(self) -> "subprocess.Popen[bytes]":
        number = self._socket.fileno()
        serve = ["/opt/line/.venv/bin/ivr", "serve", "--workers", "2"]
        return self._machine.start(["/usr/bin/python3", "-c", HANDOVER, str(number), *serve], [number])


class Caller(threading.Thread):
    """Rings four times a second, and counts the calls that were not answered."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.answered, self.lost, self.longest, self._stopped = 0, 0, 0.0, threading.Event()

    def run(self) -> None:
        while not self._stopped.wait(0.25):
            started = time.monotonic()
            try:
                ask("/call", [("CallStatus", "ringing")])
                self.answered += 1
            except (OperationFailed, AssertionError):
                self.lost += 1
            self.longest = max(self.longest, time.monotonic() - started)

    def stop(self) -> str:
        self._stopped.set()
        self.join()
        return f"{self.answered} rings answered, {self.lost} not; the longest wait was {self.longest:.1f} s"


CALL = [(name, value if name != "CallSid" else "CA" + "9" * 32) for name, value in FORM]
"""The fields of a call that is counted."""


def ask(path: str, fields: Sequence[tuple[str, str]]) -> bytes:
    """The document that the line answers to a signed request."""
    form = [*CALL, *fields]
    headers = {"X-Twilio-Signature": sign(TOKEN, PUBLIC + path, form)}
    reply = fetch(f"http://127.0.0.1:{PORT}{path}", form, headers)
    assert reply.status == 200, f"{path}: {reply.status}"
    return reply.body


def pressed(document: bytes, key: str) -> bytes:
    """The answer to `key` in the first Gather of `document`."""
    gather = next(verb for verb in read_document(document) if isinstance(verb, Gather))
    return ask(urlsplit(gather.action).path, [("Digits", key)])


def calls_in_progress() -> dict[str, bytes]:
    """A call for each of PATHS: its last document."""
    calls = {}
    for keys in PATHS:
        document = ask("/call", [("CallStatus", "ringing")])
        for key in keys.split():
            document = pressed(document, key)
        calls[keys] = document
    return calls


def go_on(calls: dict[str, bytes]) -> int:
    """Press each key in the last document of each call. Returns how many calls kept their language."""
    kept = 0
    for keys, document in calls.items():
        spanish = "8" in keys.split()
        answers = [pressed(document, key) for key in "1234567*#90"]
        kept += all((b"es-US" in answer or b"es-MX" in answer) or not spanish for answer in answers)
        assert all(b"<Dial" in answer for answer in answers), "key 0 or silence leads to the hotline"
    return kept


def stop(process: "subprocess.Popen[bytes]") -> None:
    """`systemctl stop line`."""
    process.terminate()
    process.wait(30)


def wait_until_ready() -> str:
    """The release that answers, when it is ready."""
    for _ in range(600):
        try:
            reply = fetch(f"http://127.0.0.1:{PORT}/health/ready", None, {})
            if reply.status == 200:
                return reply.body.decode().split('"release":"')[1].split('"')[0]
        except OperationFailed:
            pass
        time.sleep(0.1)
    sys.exit("the line is not ready")


def prepare(machine: Machine, old: str, new: str) -> None:
    """A machine with Debian's packages, a repository with two releases, and the user of the line."""
    shutil.copy("/etc/resolv.conf", machine.root / "etc" / "resolv.conf")
    machine.run(
        f"apt-get update -qq; apt-get install -qq -y --no-install-recommends {' '.join(PACKAGES)} >/dev/null 2>&1"
    )
    if "PIP_CERT" in os.environ:
        shutil.copy(os.environ["PIP_CERT"], machine.root / os.environ["PIP_CERT"].lstrip("/"))
    repository = machine.root / "srv" / "line.git"
    for path in (repository, *(machine.root / "opt").glob("line*"), *(machine.root / "var" / "lib" / "line").glob("*")):
        path.unlink() if path.is_symlink() or path.is_file() else shutil.rmtree(path, ignore_errors=True)
    subprocess.run(["git", "clone", "--quiet", "--bare", CHECKOUT, repository], check=True)
    for tag, commit in (("v0.1.0", old), ("v0.2.0", new)):
        subprocess.run(["git", "-C", repository, "tag", "--force", tag, commit], check=True, capture_output=True)
    subprocess.run(["chown", "-R", "root:root", repository], check=True)
    machine.run("id line >/dev/null 2>&1 || useradd --system --shell /usr/sbin/nologin line")
    machine.run("install -d -o line -m 700 /var/lib/line")


def walk(machine: Machine) -> Iterator[bool]:
    """The steps of the page. Yields whether each kept all calls."""
    print("0.1.0, as its own page says")
    machine.run("git clone --quiet --branch v0.1.0 /srv/line.git /opt/line")
    machine.run("cd /opt/line && make setup >/dev/null && rm .env")
    (machine.root / "etc" / "line.env").write_text(SETTINGS + OLD_NAMES, "utf-8")
    process = machine.start(["/opt/line/.venv/bin/ivr", "serve", "--workers", "2"])
    print(f"release {wait_until_ready()} answers")
    calls = calls_in_progress()

    print("the upgrade to 0.2.0")
    caller = Caller()
    caller.start()
    machine.run("git clone --quiet --branch v0.2.0 /srv/line.git /opt/line-0.2.0")
    print(machine.run("cd /opt/line-0.2.0 && make install && du -sh .venv && .venv/bin/ivr check | tail -1").stdout)
    assert not (machine.root / "opt" / "line-0.2.0" / ".env").exists()
    (machine.root / "etc" / "line.env").write_text(SETTINGS + OLD_NAMES + NEW_NAMES, "utf-8")
    against = "set -a; . /etc/line.env; IVR_CONTENT=/opt/line-0.2.0 /opt/line-0.2.0/.venv/bin/ivr check --against http://127.0.0.1:8000"
    print(machine.run(against, check=False).stdout)
    machine.run("mv /opt/line /opt/line-0.1.0 && ln -s line-0.2.0 /opt/line")
    stop(process)
    port = HeldPort(machine)
    print(f"release {wait_until_ready()} answers")
    yield report("upgrade", caller, calls)
    print("counts:", counts(machine), "presses and rings since the beginning")

    calls = calls_in_progress()
    caller = Caller()
    caller.start()
    print("a restart of 0.2.0")
    port.restart()
    wait_until_ready()
    yield report("restart", caller, calls)

    print("the rollback to 0.1.0")
    calls = calls_in_progress()
    caller = Caller()
    caller.start()
    machine.run("ln -sfn line-0.1.0 /opt/line")
    port.close()
    process = machine.start(["/opt/line/.venv/bin/ivr", "serve", "--workers", "2"])
    print(f"release {wait_until_ready()} answers")
    yield report("rollback", caller, calls)
    stop(process)
    print("counts:", counts(machine), "presses and rings since the beginning")


def counts(machine: Machine) -> int:
    """The sum of everything that was counted, after the workers have written it."""
    time.sleep(65)
    with sqlite3.connect(machine.root / "var" / "lib" / "line" / "usage.sqlite") as db:
        return int(db.execute("SELECT sum(times) FROM counts").fetchone()[0] or 0)


def report(step: str, caller: Caller, calls: dict[str, bytes]) -> bool:
    """Print what became of the calls; whether all were kept."""
    time.sleep(1)
    kept = go_on(calls)
    print(f"{step}: {kept} of {len(calls)} calls in progress went on in their language; {caller.stop()}")
    return kept == len(calls)


def main(root: str, old: str, new: str) -> None:
    machine = Machine(Path(root).resolve())
    prepare(machine, old, new)
    sys.exit(0 if all([*walk(machine)]) else 1)


if __name__ == "__main__":
    main(*sys.argv[1:])
