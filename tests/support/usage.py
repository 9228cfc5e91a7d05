"""A clock and a store of usage for tests."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from ivr.usage.counter import ProcessSpan, UsageKey

NOVEMBER = datetime(2026, 11, 24, 12, tzinfo=UTC)


class Clock:
    """A clock that a test sets."""

    def __init__(self, now: datetime = NOVEMBER) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now


class MemoryStore:
    """A store in memory; it raises `fault` if a test sets one."""

    def __init__(self) -> None:
        self.counts: dict[UsageKey, int] = {}
        self.spans: list[ProcessSpan] = []
        self.late: list[str] = []
        self.fault: Exception | None = None

    def write(self, counts: Mapping[UsageKey, int], span: ProcessSpan, late_periods: Sequence[str]) -> None:
        if self.fault:
            raise self.fault
        for key, number in counts.items():
            self.counts[key] = self.counts.get(key, 0) + number
        self.spans.append(span)
        self.late.extend(late_periods)
