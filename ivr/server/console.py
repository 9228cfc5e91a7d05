"""Prints lines for the operator without blocking: a full pipe must not stop the process."""

import select
import sys
from collections.abc import Iterable
from contextlib import suppress


def print_lines(lines: Iterable[str]) -> None:
    """Print `lines`. A line is dropped if the disk is full or the pipe has no reader."""
    for line in lines:
        with suppress(OSError, ValueError):
            if sys.stdout and select.select([], [sys.stdout], [], 0)[1]:
                print(line, flush=True)
