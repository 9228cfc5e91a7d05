"""Two attributes of a process that only Linux has. On other systems the functions do nothing.

https://man7.org/linux/man-pages/man2/prctl.2.html
"""

import ctypes
from contextlib import suppress

_PR_SET_PDEATHSIG, _PR_SET_DUMPABLE = 1, 4


def refuse_core_dumps() -> None:
    """Let no core dump hold the memory of this process, and no other process of its user read it."""
    _prctl(_PR_SET_DUMPABLE, 0)


def set_signal_at_death_of_parent(number: int) -> None:
    """Let the kernel send the signal `number` to this process when its parent ends."""
    _prctl(_PR_SET_PDEATHSIG, number)


def _prctl(option: int, value: int) -> None:
    with suppress(OSError, AttributeError, ValueError):
        ctypes.CDLL(None).prctl(option, value, 0, 0, 0)
