"""The tables of counts, and the statements that SQLite and PostgreSQL both understand. How either is reached stays out.

    counts   month, node, locale, event -> times        one row a cell: no order, no day, no call
    spans    from when to when each process has written: where there is none, a month is not complete
    late     months of which counts came too late to be taken

A number says which tables these are. Whoever finds another number neither writes nor reads, so no release needs to
change what an older one still writes.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from ivr.usage.counter import UsageKey, WriterUptime

VERSION = 1
KEPT = timedelta(days=400)
"""How long counts are kept: thirteen months."""
COUNTS = """
    month TEXT NOT NULL, node TEXT NOT NULL, locale TEXT NOT NULL, event TEXT NOT NULL, times BIGINT NOT NULL,
    PRIMARY KEY (month, node, locale, event)
"""
SPANS = "process TEXT PRIMARY KEY, since TEXT NOT NULL, until TEXT NOT NULL, ended INTEGER NOT NULL"
LATE = "month TEXT PRIMARY KEY"
ADD = """
    INSERT INTO counts VALUES (?, ?, ?, ?, ?)
    ON CONFLICT (month, node, locale, event) DO UPDATE SET times = counts.times + excluded.times
"""
KEEP_SPAN = """
    INSERT INTO spans VALUES (?, ?, ?, ?)
    ON CONFLICT (process) DO UPDATE SET until = excluded.until, ended = excluded.ended
"""
KEEP_LATE = "INSERT INTO late VALUES (?) ON CONFLICT (month) DO NOTHING"
SELECT_COUNTS = "SELECT month, node, locale, event, times FROM counts WHERE month = ?"
SELECT_SPANS = "SELECT process, since, until, ended FROM spans WHERE since < ?"
SELECT_LATE = "SELECT month FROM late WHERE month = ?"


class Counted(NamedTuple):
    """What is kept of one month: the counts, the spans of all processes, whether counts came too late.

    `outages` are the times (UTC, from and to) in which a process could not write. What it had counted it wrote
    afterwards; what others had counted that ended meanwhile is lost.
    """

    cells: Mapping[UsageKey, int]
    spans: tuple[WriterUptime, ...]
    late: bool
    outages: tuple[tuple[datetime, datetime], ...] = ()


def added(cells: Mapping[UsageKey, int]) -> list[tuple[str | int, ...]]:
    """The rows for `ADD`, always in the same order, so that no two processes ever wait for each other."""
    return [(*cell, times) for cell, times in sorted(cells.items())]


def kept(span: WriterUptime) -> tuple[str | int, ...]:
    """The row for `KEEP_SPAN`."""
    return span.process, text(span.since), text(span.until), int(span.ended)


def forgotten(before: datetime) -> Sequence[tuple[str, str]]:
    """Statements, each with its value, that delete what was counted before `before`."""
    month = f"{before:%Y-%m}"
    return (
        ("DELETE FROM counts WHERE month < ?", month),
        ("DELETE FROM late WHERE month < ?", month),
        ("DELETE FROM spans WHERE until < ?", text(before)),
    )


def cell_of(row: Sequence[str | int]) -> tuple[UsageKey, int]:
    """The cell and its count, of a row of `SELECT_COUNTS`."""
    month, node, locale, event, times = row
    return UsageKey(str(month), str(node), str(locale), str(event)), int(times)


def span_of(row: Sequence[str | int]) -> WriterUptime:
    """The span of a row of `SELECT_SPANS`."""
    process, since, until, ended = row
    return WriterUptime(str(process), moment(since), moment(until), bool(ended))


def text(moment: datetime) -> str:
    """A moment as it is kept: to the second."""
    return moment.isoformat(timespec="seconds")


def moment(kept: str | int) -> datetime:
    """The moment that `text` wrote."""
    return datetime.fromisoformat(str(kept))
