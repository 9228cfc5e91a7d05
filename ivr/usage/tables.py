"""The values of usage, the tables of a store, and the statements that SQLite and PostgreSQL both understand.

    counts   month, node, locale, event -> times   one row for each UsageKey: no order, no day, no call
    spans    one row for each ProcessSpan         shows when no process was counting
    late     month                                 periods of which counts came too late to be stored

The column `month` holds a period: a month or a quarter.

Each store keeps `VERSION` beside its tables. A release that finds another version does not write or read, so an older
release does no harm beside a newer one. The two dialects differ in a dozen lines, which are written by hand: SQLAlchemy
would add a second of start time and 31 MB of memory to every process.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple, Protocol

from ivr.usage.periods import PeriodLength, period_begin, period_end, period_of

NO_LANGUAGE = "und"
"""The `locale` of events before the caller chose a language: "undetermined" in BCP 47."""
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
HAS_LENGTH: Mapping[PeriodLength, str] = {
    "month": "substr(month, 6, 1) <> 'Q'",
    "quarter": "substr(month, 6, 1) = 'Q'",
}
"""The condition that the period of a row has this length: "2026-Q4" has a Q, "2026-11" has none."""


class UsageKey(NamedTuple):
    """A number that is counted: in `period`, `event` led to `node` in the language `locale` (or in NO_LANGUAGE).

    `event` is "ring", a key, "other" for a key that is not used there, or the outcome of a dial ("busy").
    Example: `UsageKey("2026-11", "my_safety", "es", "1")` counts the presses of 1 that led to it in Spanish.
    """

    period: str
    node: str
    locale: str
    event: str


class ProcessSpan(NamedTuple):
    """The time (UTC) from the start of a process to its last write.

    `process` is a random name. `ended` is true if the process stopped in order and wrote all its counts.
    """

    process: str
    since: datetime
    until: datetime
    ended: bool


class StoredPeriod(NamedTuple):
    """The content of a store about one period.

    `spans` are those of all processes that started before the end of the period. `late` is true if counts of the
    period came too late to be stored.
    """

    counts: Mapping[UsageKey, int]
    spans: tuple[ProcessSpan, ...]
    late: bool


class Cursor(Protocol):
    """A cursor of a database, as PEP 249 describes it. A ? in a statement stands for a parameter."""

    def execute(self, statement: str, parameters: Sequence[str | int] = ()) -> Any:
        """Execute a statement, and return the cursor with its rows."""

    def executemany(self, statement: str, parameters: Sequence[Sequence[str | int]]) -> Any:
        """Execute a statement once for each row of parameters."""


def write(cursor: Cursor, counts: Mapping[UsageKey, int], span: ProcessSpan, late_periods: Sequence[str]) -> None:
    """Add counts to the tables, and delete what is older than RETENTION, in the transaction of the calling function."""
    rows = [(*key, number) for key, number in sorted(counts.items())]  # sorted: two writers lock rows in one order
    cursor.executemany(ADD_COUNT, rows)
    cursor.executemany(KEEP_LATE_PERIOD, [(period,) for period in late_periods])
    cursor.execute(KEEP_SPAN, (span.process, timestamp(span.since), timestamp(span.until), int(span.ended)))
    oldest = span.until - RETENTION
    oldest_periods = {length: period_of(oldest.year, oldest.month, length) for length in HAS_LENGTH}
    for table in ("counts", "late"):
        for length, has_length in HAS_LENGTH.items():
            cursor.execute(f"DELETE FROM {table} WHERE month < ? AND {has_length}", (oldest_periods[length],))
    begin = min(map(period_begin, oldest_periods.values()))  # the report of a kept period needs its spans
    cursor.execute("DELETE FROM spans WHERE until < ?", (timestamp(begin),))


def read(cursor: Cursor, period: str) -> StoredPeriod:
    """The content of the tables about `period`."""
    counts = cursor.execute(SELECT_COUNTS, (period,)).fetchall()
    spans = cursor.execute(SELECT_SPANS, (timestamp(period_end(period)),)).fetchall()
    late = cursor.execute(SELECT_LATE_PERIOD, (period,)).fetchall()
    return StoredPeriod({UsageKey(*key): number for *key, number in counts}, tuple(map(_span, spans)), bool(late))


def _span(row: tuple[str, str, str, int]) -> ProcessSpan:
    process, since, until, ended = row
    return ProcessSpan(process, datetime.fromisoformat(since), datetime.fromisoformat(until), bool(ended))


def timestamp(moment: datetime) -> str:
    """`moment` as it is stored, to the second: "2026-11-24T12:00:00+00:00"."""
    return moment.isoformat(timespec="seconds")
