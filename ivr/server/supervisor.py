"""Workers: processes forked from one that has everything ready, watched, and replaced. What they do is no matter here.

A worker begins with what its parent has compiled and proved: a file that breaks, goes missing or fills up afterwards
cannot keep it from starting, and it starts at once. It gives a sign of life from its event loop; one that is killed,
stops or hangs is replaced. None is ended because another one failed.
"""

import os
import select
import signal
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from types import FrameType

STUCK = 4.5
"""Seconds without a sign of life after which a worker is killed: it is replaced within five."""
SIGN = 0.25
"""Seconds between two signs of life."""
FINISHING = 10
"""Seconds in which requests that have arrived are answered when the line is told to stop."""
AGAIN = 1.0
"""Seconds before another start is tried, where one has failed."""

SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
"""Stop, stop, renew."""

Work = Callable[[int], None]
"""What a worker does until it is told to stop by SIGTERM; it writes a byte to the given file as a sign of life."""


@dataclass
class Worker:
    """One worker: its process, where its signs of life arrive, when (monotonic seconds) the last one came."""

    pid: int
    signs: int
    work: Work
    seen: float = field(default_factory=time.monotonic)
    serving: bool = False
    leaves_by: float | None = None

    def late(self) -> bool:
        """Whether it shows no life, or has been told to stop and has not."""
        now = time.monotonic()
        return now - self.seen > STUCK or bool(self.leaves_by and now > self.leaves_by)

    def leave(self) -> None:
        """Tell it to finish what it has, and to end."""
        if self.leaves_by is None:
            self.leaves_by = time.monotonic() + FINISHING + AGAIN
            os.kill(self.pid, signal.SIGTERM)


class Workers:
    """`number` workers that do `work`. `renewed` gives other work on SIGHUP, None where there is none to be had."""

    def __init__(self, work: Work, number: int, renewed: Callable[[], Work | None] = lambda: None) -> None:
        self._work, self._number, self._renewed = work, number, renewed
        self._all: dict[int, Worker] = {}
        self._not_before = 0.0
        self._told: list[int] = []

    def run(self, stopping: Callable[[], None] = lambda: None) -> None:
        """Keep the workers at work until SIGTERM or SIGINT; call `stopping`, and let them finish."""
        wake, written = os.pipe()
        os.set_blocking(written, False)
        signal.set_wakeup_fd(written, warn_on_full_buffer=False)
        for number in SIGNALS:
            signal.signal(number, self._hear)
        while not {signal.SIGTERM, signal.SIGINT} & set(self._told):
            self._renew()
            self._fill()
            self._watch(wake)
        stopping()
        for one in self._all.values():
            one.leave()
        while self._all:
            self._watch(wake)

    def _hear(self, number: int, _: FrameType | None) -> None:
        self._told.append(number)

    def _renew(self) -> None:
        """Begin to replace every worker by one with new work. Those that are there go on until the new ones serve."""
        if signal.SIGHUP in self._told:
            self._told.remove(signal.SIGHUP)
            self._work = self._renewed() or self._work
        new = [one for one in self._all.values() if one.work is self._work]
        if len(new) >= self._number and all(one.serving for one in new):
            for one in self._all.values():
                if one.work is not self._work:
                    one.leave()

    def _fill(self) -> None:
        new = sum(one.work is self._work for one in self._all.values())
        while new < self._number and time.monotonic() >= self._not_before:
            try:
                self._start()
            except OSError:  # no process or no file to be had: those that are there go on
                self._not_before = time.monotonic() + AGAIN
            new += 1

    def _start(self) -> None:
        signs, written = os.pipe()
        signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)  # what a worker is told before it listens must not be lost
        try:
            pid = os.fork()
            if pid == 0:
                self._be_a_worker(written)
        except OSError:
            os.close(signs)
            raise
        finally:
            signal.pthread_sigmask(signal.SIG_UNBLOCK, SIGNALS)
            os.close(written)
        self._all[signs] = Worker(pid, signs, self._work)

    def _be_a_worker(self, written: int) -> None:
        code = 1
        try:
            signal.set_wakeup_fd(-1)
            for number in SIGNALS:
                signal.signal(number, signal.SIG_IGN if number == signal.SIGHUP else signal.SIG_DFL)
            signal.pthread_sigmask(signal.SIG_UNBLOCK, SIGNALS)
            for signs in self._all:
                os.close(signs)
            os.set_blocking(written, False)
            self._work(written)
            code = 0
        finally:
            os._exit(code)  # what the parent would do at its end is not the worker's to do

    def _watch(self, wake: int) -> None:
        """Wait for signs of life, for their end, or for a signal; kill whoever shows none."""
        readable, _, _ = select.select([wake, *self._all], [], [], AGAIN / 4)
        for file in readable:
            said = os.read(file, 4096)
            if file == wake:
                continue
            if said:
                self._all[file].seen, self._all[file].serving = time.monotonic(), True
            else:
                self._bury(self._all.pop(file))
        for one in self._all.values():
            if one.late():
                with suppress(ProcessLookupError):
                    os.kill(one.pid, signal.SIGKILL)

    def _bury(self, one: Worker) -> None:
        """A worker has ended, or closed its file, which no worker does: it is ended."""
        os.close(one.signs)
        with suppress(ProcessLookupError):
            os.kill(one.pid, signal.SIGKILL)
        os.waitpid(one.pid, 0)
        if not one.serving:
            self._not_before = time.monotonic() + AGAIN


def show_life(written: int) -> None:
    """One sign of life, from the worker's event loop. It never waits, and nobody need be there to see it."""
    with suppress(OSError):
        os.write(written, b".")
