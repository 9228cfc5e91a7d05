"""Lines for the operator, printed where that cannot keep the process waiting."""

import select
import sys
from collections.abc import Callable, Iterable
from contextlib import suppress


def _print(line: str) -> None:
    print(line, flush=True)


def print_lines(lines: Iterable[str], say: Callable[[str], None] = _print) -> None:
    """Print `lines`. A line is dropped if the disk is full or the pipe has no reader."""
    for line in lines:
        with suppress(OSError, ValueError):
            if sys.stdout and select.select([], [sys.stdout], [], 0)[1]:
                say(line)
