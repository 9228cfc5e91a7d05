"""Counting at the door, off the call path: which keys led where and how dials ended, by month. No caller fits in.

A count is one more in memory and can neither wait nor fail. A thread adds what has gathered to a store once a minute;
a store that is slow, full, locked or gone delays that and nothing else. What is kept has no order, no day, no call.
"""

import logging
import threading
import uuid
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import NamedTuple, Protocol, assert_never

from ivr import log
from ivr.call.state import Event, Key, Lost, Outcome, Place, Ring, Silence

EVERY = 60.0
"""Seconds between two writings."""
PATIENCE = 3.0
"""Seconds that the end of a process waits for its last writing."""
LATE = timedelta(hours=12)
"""How long after a month its counts are still taken: a table that has been printed must never change."""
REHEARSAL = ("CallSid", "CA" + "0" * 32)
"""The field by which a call of the virtual caller is known, of a probe, of `ivr doctor`: answered, never counted."""


class UsageKey(NamedTuple):
    """What is counted: the month (UTC, "2026-11"), the node and the language that an event led to, the event.

    `event` is "ring", a key, "other" for a key that is not used there, or how a dial ended, as in
    `ivr.call.state.Reached`.
    """

    month: str
    node: str
    locale: str
    event: str


class WriterUptime(NamedTuple):
    """From when to when (UTC) a process has written what it counted; `ended` by an orderly stop, nothing unwritten."""

    process: str
    since: datetime
    until: datetime
    ended: bool


class Store(Protocol):
    """Where counts are kept. Whatever goes wrong may be raised: the counts stay in memory for the next writing."""

    def write(self, cells: Mapping[UsageKey, int], span: WriterUptime, late: Sequence[str]) -> None:
        """Add `cells` to what is kept, and keep `span` and the months `late`, all or nothing."""


def month_ends(month: str) -> datetime:
    """The moment (UTC) at which `month`, such as "2026-11", is over."""
    first = datetime.strptime(month, "%Y-%m").replace(tzinfo=UTC)
    return (first + timedelta(days=32)).replace(day=1)


def _now() -> datetime:
    return datetime.now(UTC)


class Counts:
    """The counts of one process, and the thread that writes them down."""

    def __init__(self, store: Store, now: Callable[[], datetime] = _now, every: float = EVERY) -> None:
        self._store, self._now, self._every = store, now, every
        self._waiting: dict[UsageKey, int] = {}
        self._lock = threading.Lock()  # held for an addition, never while something is written
        self._process, self._since = uuid.uuid4().hex, now()
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    def note(self, place: Place, event: Event) -> None:
        """Count that `event` led to `place`. Silence is not counted: it posts nothing."""
        now = self._now()
        if cell := _cell(now.year, now.month, place, event):
            with self._lock:
                self._waiting[cell] = self._waiting.get(cell, 0) + 1

    def start(self) -> None:
        """Write now and then, from a thread of its own: in the process that counts, whichever has made this."""
        self._process, self._since = uuid.uuid4().hex, self._now()
        thread = threading.Thread(target=self._keep_writing, name="counts", daemon=True)
        with suppress(RuntimeError):  # no thread to be had: the counts are lost, the calls are not
            thread.start()
            self._thread = thread

    def close(self, patience: float = PATIENCE) -> None:
        """Write what is left, for at most `patience` seconds."""
        self._stop.set()
        if self._thread:
            self._thread.join(patience)

    def _keep_writing(self) -> None:
        ended = False
        while not ended:
            self.write(ended)
            ended = self._stop.wait(self._every)
        self.write(ended)

    def write(self, ended: bool = False) -> bool:
        """Hand what has gathered to the store; whether it was kept. Never raises."""
        with self._lock:
            taken, self._waiting = self._waiting, {}
        try:
            self._hand_over(taken, ended)
        except Exception:  # whatever a store may raise: the counts wait for the next time
            self._put_back(taken)
            return False
        return True

    def _hand_over(self, taken: Mapping[UsageKey, int], ended: bool) -> None:
        now = self._now()
        late = sorted({cell.month for cell in taken if month_ends(cell.month) + LATE <= now})
        timely = {cell: times for cell, times in taken.items() if cell.month not in late}
        self._store.write(timely, WriterUptime(self._process, self._since, now, ended), late)

    def _put_back(self, taken: Mapping[UsageKey, int]) -> None:
        with self._lock:
            for cell, times in taken.items():
                self._waiting[cell] = self._waiting.get(cell, 0) + times
        log.event("not counted", level=logging.WARNING)  # as often as it is tried: once a minute


@lru_cache(maxsize=10_000, typed=True)  # events without a field are told apart by their types alone
def _cell(year: int, month: int, place: Place, event: Event) -> UsageKey | None:
    name = name_of(place, event)
    return UsageKey(f"{year:04}-{month:02}", place.node, place.locale, name) if name else None


def name_of(place: Place, event: Event) -> str:
    """The name under which it is counted that `event` led to `place`; "" for what is not counted."""
    match event:
        case Key(key) | Lost(key):
            return "other" if place.misses or not key else key
        case Outcome(reached):
            return reached
        case Ring():
            return "ring"
        case Silence():
            return ""
        case _:
            assert_never(event)
