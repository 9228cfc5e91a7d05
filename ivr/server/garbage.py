"""When Python looks for garbage: not while the line is loaded, compiled and rendered. Only that is decided here."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def nothing_collected() -> Iterator[None]:
    """What is made inside is kept: it is not looked through for garbage then, nor, when it is there, ever after.

    Source: https://docs.python.org/3/library/gc.html#gc.freeze
    """
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collecting:
            gc.freeze()
            gc.enable()
