"""Sets up the process of `ivr serve` before it loads the line, and prints lines without blocking.

Two attributes of a process exist on Linux only (https://man7.org/linux/man-pages/man2/prctl.2.html). On other systems
they are not set.
"""

import os
import resource
import select
import signal
import sys
from collections.abc import Iterable
from contextlib import suppress

IGNORED_SIGNALS = tuple(
    getattr(signal, name) for name in ("SIGHUP", "SIGUSR1", "SIGUSR2", "SIGTTIN", "SIGTTOU", "SIGWINCH")
)
"""Without this, gunicorn reloads, reopens its logs, starts a second master or changes the number of workers."""
_PR_SET_PDEATHSIG, _PR_SET_DUMPABLE = 1, 4


def ignore_signals() -> None:
    """Ignore IGNORED_SIGNALS in this process and in those that it forks."""
    for number in IGNORED_SIGNALS:
        signal.signal(number, signal.SIG_IGN)


def disable_core_dumps() -> None:
    """Leave no file with the memory of calls, and let no other process of this user read that memory."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    _prctl(_PR_SET_DUMPABLE, 0)


def set_signal_at_death_of_parent(number: int) -> None:
    """Let the kernel send the signal `number` to this process when its parent ends."""
    _prctl(_PR_SET_PDEATHSIG, number)


def _prctl(option: int, value: int) -> None:
    import ctypes  # here: ivr/__main__.py imports this file to ignore signals before it loads anything else

    with suppress(OSError, AttributeError, ValueError):
        ctypes.CDLL(None).prctl(option, value, 0, 0, 0)


def open_standard_streams() -> None:
    """Open /dev/null in place of each standard stream that is closed.

    Otherwise the next file or socket would get the number of a closed stream, and the log would be written to it.
    """
    for stream in range(3):
        try:
            os.fstat(stream)
        except OSError:
            os.open(os.devnull, os.O_RDWR)


def print_lines(lines: Iterable[str]) -> None:
    """Print `lines`. A line is dropped if the disk is full, or the pipe is full or has no reader."""
    for line in lines:
        with suppress(OSError, ValueError):
            if sys.stdout and select.select([], [sys.stdout], [], 0)[1]:
                print(line, flush=True)
