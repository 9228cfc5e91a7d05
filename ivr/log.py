"""The log: one line a minute with counts, and one line for a fault. No line is about a caller.

    {"minute": "2026-11-29T05:12Z", "level": "info", "event": "counts", "counts": {"ring": 2, "key": 9, "connected": 1},
     "release": "0.2.0"}
    {"minute": "2026-11-29T05:13Z", "level": "error", "event": "fault", "logger": "ivr", "error": "KeyError",
     "at": "line.py:84", "release": "0.2.0"}

A line of counts says how often each of `COUNTED` has happened since the line before. It does not say which keys were
pressed, at which nodes, in which languages, for how long or in which order. A line of a fault holds the class of an
error and the place in our code, without its message, which may quote a caller. Equal faults of a minute are one line
and a count, and a minute has at most MAX_FAULT_LINES of them: no client can fill a disk.

A thread writes the lines. If the pipe behind standard error is full, this thread waits, and the event loop does not.
"""

import json
import logging
import queue
import sys
import threading
import time
import traceback
from collections import Counter
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Literal, TextIO, get_args

from ivr import __version__

Counted = Literal[
    "ring", "key", "silence", "ended", "outdated", "connected", "busy", "no-answer", "failed", "canceled", "unknown",
    "test call", "refused", "too large", "fallback", "usage not written", "warning", "fault",
]  # fmt: skip
"""The names of all counts: events of a call, outcomes of its dial, and events of the process.

"silence": a request without a key. "ended": one about a call that has ended. "outdated": one to a URL of another
release. "unknown": a dial ended, Twilio does not say how. "test call": a request of `ivr probe`, `doctor` or `call`.
"refused": without a valid signature. "too large": a refused body. "fallback": answered with the fallback document.
"""
COUNTED = get_args(Counted)

COUNT_INTERVAL = 60.0
"""Seconds between two lines of counts."""
MAX_FAULT_LINES = 20
"""Lines of faults that are written between two lines of counts."""
STOP_TIMEOUT = 1.0
"""Seconds that the end of a process waits for the last lines."""


class LogWriter(logging.Handler):
    """Writes the counts and faults of one process to `stream`, in a thread. `count` and `fault` return at once.

    As a handler of `logging`, it writes the reports of libraries and of Python, without their messages.
    """

    def __init__(self, stream: TextIO) -> None:
        super().__init__(logging.WARNING)
        self._stream = stream
        # Reentrant: Python may run a destructor during `count`; if it fails, `sys.unraisablehook` leads to `fault`.
        self._lock = threading.RLock()
        self._counts, self._written_faults = Counter[str](), set[str]()
        self._lines = queue.SimpleQueue[str]()
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, name="log", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Write the remaining lines, within STOP_TIMEOUT."""
        self._ended.set()
        self._lines.put("")
        self._thread.join(STOP_TIMEOUT)

    def count(self, name: Counted) -> None:
        """Count one more of `name`."""
        with self._lock:
            self._counts[name] += 1

    def fault(self, logger: str, level: int, error: BaseException | None) -> None:
        """Write a line for a fault, if an equal one has not been written since the last line of counts."""
        fields = {"logger": logger}
        if error is not None:
            fields |= {"error": type(error).__name__, "at": _code_location(error.__traceback__)}
        name: Counted = "fault" if level >= logging.ERROR else "warning"
        line = _log_line(level, name, fields)
        with self._lock:
            self._counts[name] += 1
            if str(fields) in self._written_faults or len(self._written_faults) >= MAX_FAULT_LINES:
                return
            self._written_faults.add(str(fields))
        self._lines.put(line)

    def emit(self, record: logging.LogRecord) -> None:
        """Called by `logging` for each record."""
        with suppress(Exception):
            self.fault(record.name, record.levelno, record.exc_info[1] if record.exc_info else None)

    def _run(self) -> None:
        due = time.monotonic() + COUNT_INTERVAL
        while not self._ended.is_set():
            with suppress(queue.Empty):
                self._write(self._lines.get(timeout=max(0.0, due - time.monotonic())))
            if time.monotonic() >= due:
                self._write(self._take_counts())
                due = time.monotonic() + COUNT_INTERVAL
        while not self._lines.empty():
            self._write(self._lines.get())
        self._write(self._take_counts())

    def _take_counts(self) -> str:
        """The line of counts since the last one, "" if all are zero."""
        with self._lock:
            counts, self._counts, self._written_faults = self._counts, Counter(), set()
        if not counts:
            return ""
        return _log_line(_level(counts), "counts", {"counts": {name: counts[name] for name in COUNTED if counts[name]}})

    def _write(self, line: str) -> None:
        """Write one line in one piece: it is shorter than PIPE_BUF, so that lines of two workers do not mix."""
        if line:
            with suppress(Exception):  # a closed pipe, a full disk: the line is lost, the call continues
                self._stream.write(f"{line}\n")
                self._stream.flush()


_writer: LogWriter | None = None


def open_log(every_logger: bool = False) -> LogWriter:
    """Send the log of this process to standard error. The calling function must stop the returned writer.

    With `every_logger`, the reports of libraries and of Python itself go there too, and to no other place.
    """
    global _writer
    logging.raiseExceptions = False  # a closed pipe must not end a call
    _writer = LogWriter(sys.stderr)
    if every_logger:
        _redirect_loggers(_writer)
    return _writer


def count(name: Counted) -> None:
    """Count one more of `name` in the log, if it is open."""
    if _writer:
        _writer.count(name)


def fault(error: BaseException) -> None:
    """Write the class and the place of `error` into the log, if it is open."""
    if _writer:
        _writer.fault("ivr", logging.ERROR, error)


def _redirect_loggers(writer: LogWriter) -> None:
    """Send every report to the writer, whose thread alone writes: a full pipe would stop any other thread."""
    logging.getLogger().handlers[:] = [writer]
    for logger in list(logging.Logger.manager.loggerDict.values()):
        if isinstance(logger, logging.Logger):
            logger.handlers[:], logger.propagate = [], True
    logging.captureWarnings(True)
    python = logging.getLogger("python")
    sys.excepthook = lambda _kind, error, _trace: python.error("", exc_info=error)
    threading.excepthook = lambda thread: python.error("", exc_info=thread.exc_value)
    sys.unraisablehook = lambda unraisable: python.error("", exc_info=unraisable.exc_value)


def _code_location(trace: TracebackType | None) -> str:
    """The innermost line of our code that an error passed: "line.py:84", "" if it passed only libraries."""
    steps = [(Path(frame.f_code.co_filename), line) for frame, line in traceback.walk_tb(trace)]
    ours = [f"{file.name}:{line}" for file, line in steps if file.is_relative_to(Path(__file__).parent)]
    return ours[-1] if ours else ""


def _level(counts: Counter[str]) -> int:
    if counts["fallback"] or counts["fault"]:
        return logging.ERROR
    return logging.WARNING if counts["usage not written"] or counts["warning"] else logging.INFO


def _log_line(level: int, event: str, fields: Mapping[str, object]) -> str:
    start = {"minute": f"{datetime.now(UTC):%Y-%m-%dT%H:%MZ}", "level": logging.getLevelName(level).lower()}
    return json.dumps({**start, "event": event, **fields, "release": __version__})
