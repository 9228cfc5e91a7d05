"""The journal: what may be written down about a request, as a closed list. Nothing of a caller fits in.

A line holds the minute, the level, an event, a node, a locale, a bucket of duration and the release. No number, no
key, no SID, no address, no header, and none of them hashed. Noting never waits, and costs next to nothing: a thread
writes what has gathered, lines that find no room are dropped and counted. What a library wants to say of a fault is cut
down to the class of the error and where it arose: its message may hold a caller.
"""

import json
import logging
import sys
import threading
import time
import traceback
from collections import deque
from contextlib import suppress
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from types import TracebackType
from typing import Literal, TextIO

from ivr import __version__

Event = Literal[
    "ring", "key", "silence", "outcome", "lost", "refused", "last resort", "ready", "not ready", "started",
    "not counted",
]  # fmt: skip
BUCKETS = ((0.001, "<1 ms"), (0.01, "<10 ms"), (0.1, "<100 ms"), (1.0, "<1 s"))
MAX_QUEUED_LINES = 10_000
"""Lines that wait to be written; one more is dropped."""
FLUSH_INTERVAL = 0.02
"""Seconds in which lines gather before they are written: few enough that writing them makes no answer wait."""
BATCH_LINES = 20
"""Lines that are written in one go: no more than a pipe takes as one piece (PIPE_BUF, 4,096 bytes on Linux), so that
the lines of two workers never run into each other."""
PATIENCE = 1.0
"""Seconds that the end of a process waits for its last lines."""


class LogWriter:
    """Lines on their way to a stream, written by a thread of their own. Adding one never waits and never fails."""

    def __init__(self, stream: TextIO) -> None:
        self._stream, self._waiting = stream, deque[str]()
        self.dropped = 0
        self._some, self._ended = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._keep_writing, name="journal", daemon=True)

    def add(self, line: str) -> None:
        """Write `line` soon, unless too many are waiting."""
        if len(self._waiting) >= MAX_QUEUED_LINES:
            self.dropped += 1
            return
        self._waiting.append(line)
        if not self._some.is_set():
            self._some.set()

    def start(self) -> None:
        """Begin to write."""
        self._thread.start()

    def stop(self) -> None:
        """Write what is left, but do not wait for ever."""
        self._ended.set()
        self._some.set()
        self._thread.join(PATIENCE)
        _closed(self)

    def _keep_writing(self) -> None:
        while not self._ended.is_set():
            self._some.wait()
            self._ended.wait(FLUSH_INTERVAL)
            self._some.clear()
            self._write()

    def _write(self) -> None:
        with suppress(Exception):  # a pipe that is closed, no memory left: it costs lines, and no call
            while self._waiting:
                lines = [self._waiting.popleft() for _ in range(min(BATCH_LINES, len(self._waiting)))]
                self._stream.write("".join(f"{line}\n" for line in lines))
                self._stream.flush()


class _OfLibraries(logging.Handler):
    """Hands on what libraries say, cut down."""

    def __init__(self, lines: LogWriter) -> None:
        super().__init__()
        self._lines = lines
        self.setFormatter(_Bare())

    def emit(self, record: logging.LogRecord) -> None:
        with suppress(Exception):
            self._lines.add(self.format(record))


class _Bare(logging.Formatter):
    """Of a library's record, what cannot hold a caller: its logger, its level, the error's class and place."""

    def format(self, record: logging.LogRecord) -> str:
        minute, level = _minute(int(record.created // 60)), record.levelname.lower()
        line = {"minute": minute, "level": level, "event": "fault", "logger": record.name}
        if record.exc_info and record.exc_info[0]:
            line |= {"error": record.exc_info[0].__name__, "at": _place(record.exc_info[2])}
        return json.dumps(line | {"release": __version__})


_open: LogWriter | None = None


def open_journal(every_logger: bool = False) -> LogWriter:
    """Send the journal to standard error. What is returned has been started, and is to be stopped.

    With `every_logger`, so goes what libraries and Python itself have to say of faults, cut down.
    """
    global _open
    logging.raiseExceptions = False  # a closed pipe must not cost a call
    _open = LogWriter(sys.stderr)
    if every_logger:
        _take_over(_open)
    _open.start()
    return _open


def _closed(lines: LogWriter) -> None:
    global _open
    if _open is lines:
        _open = None


def _take_over(lines: LogWriter) -> None:
    """Nothing is written past the journal: a pipe that nobody reads would stop the process that writes."""
    logging.getLogger().handlers[:] = [_OfLibraries(lines)]
    for logger in list(logging.Logger.manager.loggerDict.values()):
        if isinstance(logger, logging.Logger):
            logger.handlers[:], logger.propagate = [], True
    logging.captureWarnings(True)
    faults = logging.getLogger("python")
    sys.excepthook = lambda _kind, error, _trace: faults.error("", exc_info=error)
    threading.excepthook = lambda thread: faults.error("", exc_info=thread.exc_value)
    sys.unraisablehook = lambda lost: faults.error("", exc_info=lost.exc_value)


def _place(trace: TracebackType | None) -> str:
    """The innermost line of ours that an error came through, "" where it came through none."""
    ours = [step for step in traceback.extract_tb(trace) if Path(step.filename).is_relative_to(Path(__file__).parent)]
    return f"{Path(ours[-1].filename).name}:{ours[-1].lineno}" if ours else ""


def event(
    event: Event, node: str = "", locale: str = "", seconds: float | None = None, level: int = logging.INFO
) -> None:
    """Write one line. `seconds` is how long the answer took; only its bucket is written."""
    if _open:
        _open.add(_line(int(time.time()) // 60, event, node, locale, _took(seconds), level))


def _took(seconds: float | None) -> str:
    if seconds is None:
        return ""
    for limit, name in BUCKETS:
        if seconds < limit:
            return name
    return "1 s or more"


def _minute(since_1970: int) -> str:
    return f"{datetime.fromtimestamp(since_1970 * 60, UTC):%Y-%m-%dT%H:%MZ}"


@lru_cache(maxsize=1000)  # within a minute many lines are alike
def _line(minute: int, event: str, node: str, locale: str, took: str, level: int) -> str:
    line = {"minute": _minute(minute), "level": logging.getLevelName(level).lower(), "event": event}
    line |= {"node": node, "locale": locale} if node else {}
    line |= {"took": took} if took else {}
    return json.dumps(line | {"release": __version__})
