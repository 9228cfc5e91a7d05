"""Many random calls on the real line while faults happen: `make soak CALLS=10000`. It fails if a call is lost.

During two fifths of the calls machine faults happen: workers are killed, stopped, hang and abort,
ignored signals arrive, and the line is once stopped and started again. After that only what a request or a
stranger can do goes on happening, so that memory, files and tasks can be measured on processes that live to the end.
"""

import multiprocessing
import os
import random
import signal
import socket
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

from support import line_server as serving
from support.fake_twilio import FakeTwilio, InvariantBroken, Line, caller, hung_up, is_safe, random_call
from support.line_server import Server, eventually, served
from support.processes import end, line_environment

from ivr.phone import caller as telephone
from ivr.phone import parser
from ivr.phone.webhook_form import FORM, Fields
from ivr.server.process import IGNORED_SIGNALS

CHECKOUT = Path(__file__).resolve().parent.parent.parent
CALLERS = 4
MOST_GROWTH = 10_000_000
"""Bytes by which a worker may grow."""
TWILIO_TIMEOUT = 3.0
"""Seconds that Twilio waits for an answer, as `ivr number set` tells it to."""
DEADLY = ("a worker that is killed", "a worker that aborts")
HANGING = ("a worker that stops", "an endless loop", "a loop that holds the interpreter")
HARMLESS = ("an error that quotes the caller", "no memory", "recursion")
FORK: Any = multiprocessing.get_context("fork")


class Meeting:
    """Shared state of callers and faults: the line is up, finished calls, the end of the deadly faults."""

    def __init__(self) -> None:
        self.up, self.done, self.peace = FORK.Event(), FORK.Value("i", 0), FORK.Barrier(CALLERS + 1, timeout=3600)
        self.up.set()


@dataclass
class Found:
    """The results of one caller process."""

    calls: int = 0
    hung_up: int = 0
    by_fallback: int = 0
    faults: Counter[str] = field(default_factory=Counter)
    failures: Counter[int] = field(default_factory=Counter)
    seconds: list[float] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)


class Timed(FakeTwilio):
    """A twilio that keeps how long each answer took."""

    seconds: list[float]

    def post(self, address: str, form: Fields) -> bytes:
        since, before = time.perf_counter(), len(self.fallbacks)
        body = super().post(address, form)
        if len(self.fallbacks) == before:
            self.seconds.append(time.perf_counter() - since)
        return body


def makes_calls(line: Line, numbers: range, deadly_until: int, every: int, meeting: Meeting, told: Any) -> None:
    """One process of callers: the calls of `numbers`, one after the other."""
    try:
        _calls(line, numbers, deadly_until, every, meeting, told)
    except BaseException:
        meeting.peace.abort()  # else the others would wait an hour for this one
        meeting.done.value = 10**9
        raise


def _calls(line: Line, numbers: range, deadly_until: int, every: int, meeting: Meeting, told: Any) -> None:
    telephone.read_document = lru_cache(8192)(parser.read_document.__wrapped__)  # type: ignore[attr-defined]
    found, connection = Found(), None
    for number in numbers:
        if number in range(deadly_until, deadly_until + CALLERS):  # its first call without deadly faults
            meeting.peace.wait()
        meeting.up.wait()
        twilio = Timed(line, number, TWILIO_TIMEOUT)
        twilio.seconds = found.seconds
        twilio.connection = connection or twilio.connection
        _one_call(twilio, number, number < deadly_until and number % every == 0, found)
        found.calls += 1
        found.failures += twilio.failures
        found.by_fallback += bool(twilio.fallbacks)
        connection = twilio.connection
        with meeting.done.get_lock():
            meeting.done.value += 1
    told.send(found)


def _one_call(twilio: Timed, number: int, deadly: bool, found: Found) -> None:
    one, chance = caller(twilio), twilio.chance
    meets = chance.randrange(1, 6)
    try:
        for act, does in enumerate(random_call(one, chance, hangs_up=0.02)):
            if act == meets and does not in ("hangs up", "silent"):
                twilio.planted = _fault(chance, deadly)
                found.faults[twilio.planted] += bool(twilio.planted)
            if chance.random() < 0.01:
                _disturb(twilio, chance, found)
    except Exception as fault:
        found.lost.append(f"call {number}: {type(fault).__name__}: {fault}")
        return
    found.hung_up += hung_up(one)
    if not is_safe(one) and not hung_up(one):
        found.lost.append(f"call {number}: {one.acts}")


def _fault(chance: random.Random, deadly: bool) -> str:
    if deadly:
        return chance.choice(HANGING if chance.random() < 0.15 else DEADLY)
    return chance.choice(HARMLESS) if chance.random() < 0.1 else ""


def _disturb(twilio: FakeTwilio, chance: random.Random, found: Found) -> None:
    """A fault of another client or of a caller's network. It must not affect calls."""
    kind = chance.choice(["a request cut off", "a forged request", "bytes that are no request", "a connection held"])
    found.faults[kind] += 1
    request = twilio.request("/call/en/main", twilio.fields(FORM), "no token of ours" if "forged" in kind else None)
    with suppress(OSError), socket.create_connection(("127.0.0.1", twilio.line.port), 1) as one:
        one.settimeout(1)
        if kind == "a request cut off":
            one.sendall(request[: chance.randrange(len(request))])
        elif kind == "bytes that are no request":
            one.sendall(chance.randbytes(200) + b"\r\n\r\n")
        elif kind == "a forged request":
            one.sendall(request)
            if not (one.recv(4096) or b"HTTP/1.1 403").startswith(b"HTTP/1.1 403"):
                raise InvariantBroken("a forged request was not refused")
        else:
            one.sendall(b"POST /ca")
            _HELD.append(one.dup())
            if len(_HELD) > 20:
                _HELD.pop(0).close()


_HELD: list[socket.socket] = []


def disturbs(server: Server, faults: Counter[str], meeting: Meeting, deadly_until: int) -> None:
    """Faults of the machine, spread over the first calls, one hang at a time, because each takes seconds."""
    what = ["kill", "kill", "stop", "signal", "kill", "restart", "kill", "signal", "stop", "kill"]
    for number, kind in enumerate(what):
        eventually(lambda: meeting.done.value >= deadly_until * (number + 1) // (len(what) + 2), 3600)  # noqa: B023
        workers = server.workers
        if kind == "signal":
            faults["signals that must do nothing"] += 1
            _send_ignored_signals(server)
        elif kind == "restart":
            faults["the line stopped and started again"] += 1
            _restart(server, meeting.up)
        elif workers:
            faults[f"a worker {kind}ed".replace("stoped", "stopped") + " from outside"] += 1
            with suppress(ProcessLookupError):
                os.kill(random.choice(workers), signal.SIGKILL if kind == "kill" else signal.SIGSTOP)


def _send_ignored_signals(server: Server) -> None:
    for pid in [server.process.pid, *server.workers]:
        for number in IGNORED_SIGNALS:
            with suppress(ProcessLookupError):
                os.kill(pid, number)


def _restart(server: Server, up: Any) -> None:
    """Stop the line and start it again on the same port; calls in progress get no answer meanwhile."""
    up.clear()  # no new call begins, or all that are left would ring at a line that is down
    end(server.process)
    environment = {
        "PATH": os.environ["PATH"],
        **line_environment(CHECKOUT, server.line.public, str(server.folder / "u")),
    }
    command = [*serving.FAULTY, "serve", "--port", str(server.line.port)]
    with (server.folder / "printed").open("ab") as printed:
        server.process = serving.subprocess.Popen(
            command,
            cwd=server.folder,
            env=environment,
            stdin=serving.subprocess.DEVNULL,
            stdout=printed,
            stderr=printed,
        )
    eventually(lambda: serving.listens(server.line.port) and len(server.workers) > 1, 60)
    up.set()


@contextmanager
def calling(server: Server, calls: int, deadly_until: int, meeting: Meeting) -> Iterator[list[Any]]:
    """The callers, each in a process of its own."""
    pipes, processes = [], []
    every = max(20, deadly_until // 40) | 1  # odd: every one of the callers meets some
    for number in range(CALLERS):
        ours, theirs = FORK.Pipe(duplex=False)
        numbers = range(number, calls, CALLERS)
        does = (server.line, numbers, deadly_until, every, meeting, theirs)
        processes.append(FORK.Process(target=makes_calls, args=does))
        processes[-1].start()
        pipes.append(ours)
    try:
        yield pipes
    finally:
        for process in processes:
            process.join(5)
            process.kill()


def soak(calls: int, folder: Path) -> list[str]:
    """Make the calls, print what was found: the reasons why it is not well, if any."""
    meeting, faults = Meeting(), Counter[str]()
    deadly_until, settled = calls * 2 // 5, calls * 3 // 5
    with served(CHECKOUT, folder / "run", faulty=True, usage=str(folder / "run" / "u")) as server:
        start = server.at_rest()
        with calling(server, calls, deadly_until, meeting) as pipes:
            trouble = threading.Thread(target=disturbs, args=(server, faults, meeting, deadly_until))
            trouble.start()
            trouble.join()
            meeting.peace.wait()
            eventually(lambda: meeting.done.value >= settled, 7200)
            middle = server.resources()
            found = [pipe.recv() for pipe in pipes]
        last = _at_rest(server, start)
    return report(found, faults, start, middle, last)


def _at_rest(server: Server, start: dict[int, Any]) -> dict[int, Any]:
    """The resources of the workers at rest: connections of other clients end after some seconds."""
    most = max(seen["files"] for seen in start.values())
    with suppress(AssertionError):
        eventually(lambda: all(seen["files"] <= most for seen in server.resources().values()))
    return server.at_rest()


def report(
    found: list[Found], faults: Counter[str], start: dict[int, Any], middle: dict[int, Any], last: dict[int, Any]
) -> list[str]:
    """Print the figures: the reasons why they are not well, if any."""
    seconds = sorted(one for each in found for one in each.seconds)
    lost = [one for each in found for one in each.lost]
    for each in found:
        faults += each.faults
    growth = max((last[pid]["bytes"] - middle[pid]["bytes"] for pid in last if pid in middle), default=0)
    before, after = (
        {name: max(one[name] for one in seen.values()) for name in ("files", "tasks")} for seen in (start, last)
    )
    print(f"calls: {sum(each.calls for each in found)}, of which {sum(each.hung_up for each in found)} hung up")
    print("faults:", sum(faults.values()), *(f"\n  {times:6} {name}" for name, times in sorted(faults.items())))
    print(f"calls carried by the fallback: {sum(each.by_fallback for each in found)}")
    print(f"calls lost: {len(lost)}")
    print(
        f"answers: {len(seconds)}, p50 {1000 * seconds[len(seconds) // 2]:.1f} ms, "
        f"p99 {1000 * seconds[len(seconds) * 99 // 100]:.1f} ms, slowest {1000 * seconds[-1]:.0f} ms"
    )
    print(f"memory of a worker: {growth / 1e6:+.1f} MB")
    for name, at_start in before.items():
        print(f"open {name}: {at_start} at the start, {after[name]} at the end")
    wrong = lost[:5]
    if set(last) - set(middle):
        wrong.append(f"workers {set(last) - set(middle)} began after the deadly faults had ended")
    if growth >= MOST_GROWTH:
        wrong.append("a worker has grown by 10 MB or more")
    if any(after[name] > at_start for name, at_start in before.items()):
        wrong.append("files or tasks were left open")
    return wrong


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        wrong = soak(int(os.environ.get("CALLS", "10000")), Path(folder))
    for one in wrong:
        print("NOT WELL:", one)
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
