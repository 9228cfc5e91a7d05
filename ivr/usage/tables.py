"""The tables of a store, and the statements that SQLite and PostgreSQL both understand.

    counts   month, node, locale, event -> times   one row for each UsageKey: no order, no day, no call
    spans    one row for each ProcessSpan         shows when no process was counting
    late     month                                 periods of which counts came too late to be stored

The column `month` holds a period: a month or a quarter.

Each store keeps `VERSION` beside its tables. A release that finds another version does not write or read, so that an
older release may run beside a newer one. The two dialects differ in a dozen lines, which are written by hand:
SQLAlchemy would add a second of start time and 31 MB of memory to every process.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from ivr.usage.counter import ProcessSpan, UsageKey
from ivr.usage.periods import PeriodLength, period_of

VERSION = 1
RETENTION = timedelta(days=400)
"""How long counts are kept: thirteen months."""
COUNTS_COLUMNS = """
    month TEXT NOT NULL, node TEXT NOT NULL, locale TEXT NOT NULL, event TEXT NOT NULL, times BIGINT NOT NULL,
    PRIMARY KEY (month, node, locale, event)
"""
SPANS_COLUMNS = "process TEXT PRIMARY KEY, since TEXT NOT NULL, until TEXT NOT NULL, ended INTEGER NOT NULL"
LATE_COLUMNS = "month TEXT PRIMARY KEY"
ADD_COUNT = """
    INSERT INTO counts VALUES (?, ?, ?, ?, ?)
    ON CONFLICT (month, node, locale, event) DO UPDATE SET times = counts.times + excluded.times
"""
KEEP_SPAN = """
    INSERT INTO spans VALUES (?, ?, ?, ?)
    ON CONFLICT (process) DO UPDATE SET until = excluded.until, ended = excluded.ended
"""
KEEP_LATE_PERIOD = "INSERT INTO late VALUES (?) ON CONFLICT (month) DO NOTHING"
SELECT_COUNTS = "SELECT month, node, locale, event, times FROM counts WHERE month = ?"
SELECT_SPANS = "SELECT process, since, until, ended FROM spans WHERE since < ?"
SELECT_LATE_PERIOD = "SELECT month FROM late WHERE month = ?"


class StoredPeriod(NamedTuple):
    """The content of a store about one period.

    `spans` are those of all processes that started before the end of the period. `late` is true if counts of the
    period came too late to be stored.
    """

    counts: Mapping[UsageKey, int]
    spans: tuple[ProcessSpan, ...]
    late: bool


def count_rows(counts: Mapping[UsageKey, int]) -> list[tuple[str | int, ...]]:
    """The rows for `ADD_COUNT`, such as ("2026-11", "my_safety", "es", "1", 4). Two writers lock in this order."""
    return [(*key, number) for key, number in sorted(counts.items())]


def span_row(span: ProcessSpan) -> tuple[str | int, ...]:
    """The row for `KEEP_SPAN`."""
    return span.process, timestamp(span.since), timestamp(span.until), int(span.ended)


def delete_statements(before: datetime) -> Iterator[tuple[str, str]]:
    """The statements, each with its parameter, that delete everything older than `before`."""
    lengths: tuple[tuple[str, PeriodLength], ...] = (("<>", "month"), ("=", "quarter"))
    for equals_q, length in lengths:
        oldest = period_of(before.year, before.month, length)
        for table in ("counts", "late"):
            yield f"DELETE FROM {table} WHERE month < ? AND substr(month, 6, 1) {equals_q} 'Q'", oldest
    yield "DELETE FROM spans WHERE until < ?", timestamp(before)


def stored_period(
    count_rows: Sequence[Sequence[str | int]], span_rows: Sequence[Sequence[str | int]], late_rows: Sequence[object]
) -> StoredPeriod:
    """The period from the rows of `SELECT_COUNTS`, `SELECT_SPANS` and `SELECT_LATE_PERIOD`."""
    return StoredPeriod(dict(map(_count, count_rows)), tuple(map(_span, span_rows)), bool(late_rows))


def _count(row: Sequence[str | int]) -> tuple[UsageKey, int]:
    period, node, locale, event, times = row
    return UsageKey(str(period), str(node), str(locale), str(event)), int(times)


def _span(row: Sequence[str | int]) -> ProcessSpan:
    process, since, until, ended = row
    return ProcessSpan(
        str(process), datetime.fromisoformat(str(since)), datetime.fromisoformat(str(until)), bool(ended)
    )


def timestamp(moment: datetime) -> str:
    """`moment` as it is stored, to the second: "2026-11-24T12:00:00+00:00"."""
    return moment.isoformat(timespec="seconds")
