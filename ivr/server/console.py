"""Prints lines for the operator without blocking: a full pipe must not stop the process."""

import select
import sys
from collections.abc import Callable, Iterable
from contextlib import suppress


def _print(line: str) -> None:
    print(line, flush=True)


def print_lines(lines: Iterable[str], print_line: Callable[[str], None] = _print) -> None:
    """Print `lines`. A line is dropped if the disk is full or the pipe has no reader."""
    for line in lines:
        with suppress(OSError, ValueError):
            if sys.stdout and select.select([], [sys.stdout], [], 0)[1]:
                print_line(line)
