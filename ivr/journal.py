"""The journal: what may be written down about a request, as a closed list. Nothing of a caller fits in.

A line holds the minute, the level, an event, a node, a locale, a bucket of duration and the release. No number, no
key, no SID, no address, no header, and none of them hashed. Writing never waits: lines that find the queue full are
dropped and counted. What a library wants to say of a fault is cut down to the class of the error and where it arose:
its message may hold a caller.
"""

import json
import logging
import queue
import sys
import threading
import traceback
from contextlib import suppress
from datetime import UTC, datetime
from logging.handlers import QueueHandler, QueueListener
from pathlib import Path
from types import TracebackType
from typing import Literal

from ivr import __version__

Event = Literal[
    "ring", "key", "silence", "outcome", "lost", "refused", "last resort", "ready", "not ready", "started",
    "not counted",
]  # fmt: skip
BUCKETS = ((0.001, "<1 ms"), (0.01, "<10 ms"), (0.1, "<100 ms"), (1.0, "<1 s"))
_LOGGER = logging.getLogger("ivr.journal")
PATIENCE = 1.0
"""Seconds that the end of a process waits for its last lines."""


class _Dropping(QueueHandler):
    """Puts a line into the queue, or drops it: a request never waits for a log."""

    dropped = 0

    def enqueue(self, record: logging.LogRecord) -> None:
        try:
            self.queue.put_nowait(record)
        except queue.Full:
            type(self).dropped += 1


class _Bare(logging.Formatter):
    """Of a library's record, what cannot hold a caller: its logger, its level, the error's class and place."""

    def format(self, record: logging.LogRecord) -> str:
        line = _beginning("fault", record.levelno) | {"logger": record.name}
        if record.exc_info and record.exc_info[0]:
            line |= {"error": record.exc_info[0].__name__, "at": _place(record.exc_info[2])}
        return json.dumps(line | {"release": __version__})


class _Listener(QueueListener):
    """Writes what is in the queue, and at its end waits for that, but not for ever."""

    def stop(self) -> None:
        with suppress(queue.Full):
            self.enqueue_sentinel()
        if thread := getattr(self, "_thread", None):
            thread.join(PATIENCE)


def open_journal(every_logger: bool = False) -> QueueListener:
    """Send the journal to standard error, from a thread of its own. The listener returned has been started.

    With `every_logger`, so goes what libraries and Python itself have to say of faults, cut down.
    """
    logging.raiseExceptions = False  # a closed pipe must not cost a call
    lines: queue.Queue[logging.LogRecord] = queue.Queue(maxsize=10_000)
    to_stderr = logging.StreamHandler(sys.stderr)
    to_stderr.setFormatter(logging.Formatter("%(message)s"))
    _LOGGER.handlers[:] = [_Dropping(lines)]
    _LOGGER.setLevel(logging.INFO)
    _LOGGER.propagate = False
    if every_logger:
        _take_over(lines)
    listener = _Listener(lines, to_stderr)
    listener.start()
    return listener


def _take_over(lines: "queue.Queue[logging.LogRecord]") -> None:
    """Nothing is written past the queue: a pipe that nobody reads would stop the process that writes."""
    bare = _Dropping(lines)
    bare.setFormatter(_Bare())
    logging.getLogger().handlers[:] = [bare]
    for logger in list(logging.Logger.manager.loggerDict.values()):
        if isinstance(logger, logging.Logger) and logger is not _LOGGER:
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


def note(
    event: Event, node: str = "", locale: str = "", seconds: float | None = None, level: int = logging.INFO
) -> None:
    """Write one line. `seconds` is how long the answer took; only its bucket is written."""
    if _LOGGER.isEnabledFor(level):
        _LOGGER.log(level, json.dumps(_line(event, node, locale, seconds, level)))


def _line(event: Event, node: str, locale: str, seconds: float | None, level: int) -> dict[str, str]:
    line = _beginning(event, level)
    if node:
        line |= {"node": node, "locale": locale}
    if seconds is not None:
        line["took"] = next((name for limit, name in BUCKETS if seconds < limit), "1 s or more")
    return line | {"release": __version__}


def _beginning(event: str, level: int) -> dict[str, str]:
    return {
        "minute": f"{datetime.now(UTC):%Y-%m-%dT%H:%MZ}",
        "level": logging.getLevelName(level).lower(),
        "event": event,
    }
