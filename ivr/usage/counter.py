"""Counts which keys led where and how transfers ended, by calendar month or quarter.

Counting adds one to a number in memory: it does not wait and does not fail. A thread adds the counts to a store once a
minute. A store that is slow, full, locked or unreachable delays the writing, never a call. A count holds no time, no
order and no value of a request, so it cannot be traced to a caller.
"""

import logging
import threading
import uuid
from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import assert_never

from ivr import log
from ivr.call.state import CallEnded, DialEnded, Event, Key, NoKey, Outdated, Place, Ring
from ivr.call.transitions import FIXED_KEYS
from ivr.usage.periods import PeriodLength, period_end, period_of
from ivr.usage.store import UsageStore
from ivr.usage.tables import NO_LANGUAGE, ProcessSpan, UsageKey

WRITE_INTERVAL = 60.0
"""Seconds between two writes."""
LAST_WRITE_TIMEOUT = 3.0
"""Seconds that the end of a process waits for its last write."""
LATE_AFTER = timedelta(hours=12)
"""How long after the end of a period its counts are still stored: a period that was reported must not change."""


def _now() -> datetime:
    return datetime.now(UTC)


class UsageCounter:
    """The counts of one process, and the thread that writes them to a store."""

    def __init__(
        self,
        store: UsageStore,
        now: Callable[[], datetime] = _now,
        write_interval: float = WRITE_INTERVAL,
        on_failure: Callable[[], None] | None = None,
        period_length: PeriodLength = "month",
    ) -> None:
        self._store, self._now, self._write_interval, self._on_failure = store, now, write_interval, on_failure
        self._period_length: PeriodLength = period_length
        self._unwritten = Counter[UsageKey]()
        self._lock = threading.Lock()  # guards `_unwritten`; not held during a write
        self._begin_span()
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    def count(self, place: Place, event: Event) -> None:
        """Count that `event` led to `place`. Silence and the end of a call are not counted."""
        now = self._now()
        if key := _usage_key(period_of(now.year, now.month, self._period_length), place, event):
            with self._lock:
                self._unwritten[key] += 1

    def start(self) -> None:
        """Start the thread that writes. Call it after the fork: each process has a span of its own."""
        self._begin_span()
        thread = threading.Thread(target=self._keep_writing, name="usage", daemon=True)
        with suppress(RuntimeError):  # no thread is available: the counts are lost, the calls are not
            thread.start()
            self._thread = thread

    def _begin_span(self) -> None:
        self._process, self._since = uuid.uuid4().hex, self._now()

    def close(self, timeout: float = LAST_WRITE_TIMEOUT) -> None:
        """Write the remaining counts; wait for at most `timeout` seconds."""
        self._stop.set()
        if self._thread:
            self._thread.join(timeout)

    def _keep_writing(self) -> None:
        self.write()  # no counts yet: the store must show that this process counts
        while not self._stop.wait(self._write_interval):
            self.write()
        self.write(ended=True)

    def write(self, ended: bool = False) -> bool:
        """Write the counts to the store; return whether that succeeded. Raises no exception."""
        with self._lock:
            counts, self._unwritten = self._unwritten, Counter()
        try:
            self._write(counts, ended)
        except Exception as error:  # any fault of a store: the counts wait for the next write
            logging.getLogger("ivr.usage").warning("", exc_info=error)
            with self._lock:
                self._unwritten.update(counts)  # adds
            log.count("usage not written")
            if self._on_failure:
                self._on_failure()
            return False
        return True

    def _write(self, counts: Mapping[UsageKey, int], ended: bool) -> None:
        now = self._now()
        late_periods = sorted({key.period for key in counts if period_end(key.period) + LATE_AFTER <= now})
        in_time = {key: number for key, number in counts.items() if key.period not in late_periods}
        self._store.write(in_time, ProcessSpan(self._process, self._since, now, ended), late_periods)


@lru_cache(maxsize=10_000, typed=True)  # typed: Ring() and NoKey() are equal tuples, only their types differ
def _usage_key(period: str, place: Place, event: Event) -> UsageKey | None:
    name = event_name(place, event)
    return UsageKey(period, place.node, counted_locale(place), name) if name else None


def counted_locale(place: Place) -> str:
    """The language under which an event that led to `place` is counted."""
    return place.locale if place.language_chosen else NO_LANGUAGE


def event_name(place: Place, event: Event) -> str:
    """The name under which `event` is counted if it led to `place`; "" if it is not counted."""
    match event:
        case Key(key):
            return "other" if place.misses or not key else key
        case Outdated(key):  # a choice of another release leads nowhere: the caller hears the menu of this one
            return key if key in FIXED_KEYS else "other"
        case DialEnded(outcome):
            return outcome
        case Ring():
            return "ring"
        case NoKey() | CallEnded():
            return ""
        case _:
            assert_never(event)
