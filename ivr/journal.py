"""The journal: what may be written down about a request, as a closed list. Nothing of a caller fits in.

A line holds the minute, the level, an event, a node, a locale, a bucket of duration and the release. No number, no
key, no SID, no address, no header, and none of them hashed. Writing never waits: lines that find the queue full are
dropped and counted.
"""

import json
import logging
import queue
import sys
from datetime import UTC, datetime
from logging.handlers import QueueHandler, QueueListener
from typing import Literal

from ivr import __version__

Event = Literal["ring", "key", "silence", "outcome", "lost", "refused", "last resort", "ready", "not ready", "started"]
BUCKETS = ((0.001, "<1 ms"), (0.01, "<10 ms"), (0.1, "<100 ms"), (1.0, "<1 s"))
_LOGGER = logging.getLogger("ivr.journal")


class _Dropping(QueueHandler):
    """Puts a line into the queue, or drops it: a request never waits for a log."""

    dropped = 0

    def enqueue(self, record: logging.LogRecord) -> None:
        try:
            self.queue.put_nowait(record)
        except queue.Full:
            type(self).dropped += 1


def open_journal() -> QueueListener:
    """Send the journal to standard error, from a thread of its own. The listener returned has been started."""
    logging.raiseExceptions = False  # a closed pipe must not cost a call
    lines: queue.Queue[logging.LogRecord] = queue.Queue(maxsize=10_000)
    to_stderr = logging.StreamHandler(sys.stderr)
    to_stderr.setFormatter(logging.Formatter("%(message)s"))
    _LOGGER.handlers[:] = [_Dropping(lines)]
    _LOGGER.setLevel(logging.INFO)
    _LOGGER.propagate = False
    listener = QueueListener(lines, to_stderr)
    listener.start()
    return listener


def note(
    event: Event, node: str = "", locale: str = "", seconds: float | None = None, level: int = logging.INFO
) -> None:
    """Write one line. `seconds` is how long the answer took; only its bucket is written."""
    if _LOGGER.isEnabledFor(level):
        _LOGGER.log(level, json.dumps(_line(event, node, locale, seconds, level)))


def _line(event: Event, node: str, locale: str, seconds: float | None, level: int) -> dict[str, str]:
    line = {
        "minute": f"{datetime.now(UTC):%Y-%m-%dT%H:%MZ}",
        "level": logging.getLevelName(level).lower(),
        "event": str(event),
    }
    if node:
        line |= {"node": node, "locale": locale}
    if seconds is not None:
        line["took"] = next((name for limit, name in BUCKETS if seconds < limit), "1 s or more")
    return line | {"release": __version__}
