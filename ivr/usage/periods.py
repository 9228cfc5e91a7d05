"""The periods of usage: a month ("2026-11") or a quarter ("2026-Q4"), in UTC.

Each event is counted in one period. A line that counts by quarter holds no months, so no month can be computed by
subtracting months from a quarter, even if the setting changes.
"""

import re
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Literal

PeriodLength = Literal["month", "quarter"]
_PERIOD = re.compile(r"(?P<year>20[0-9]{2})-(?:(?P<month>0[1-9]|1[0-2])|Q(?P<quarter>[1-4]))")


def is_period(text: str) -> bool:
    """Whether `text` is a period, such as "2026-11" or "2026-Q4"."""
    return _PERIOD.fullmatch(text) is not None


@lru_cache(maxsize=4)  # each request asks for the same month
def period_of(year: int, month: int, length: PeriodLength) -> str:
    """The period that the month belongs to: `period_of(2026, 11, "quarter")` is "2026-Q4"."""
    return f"{year:04}-{month:02}" if length == "month" else f"{year:04}-Q{(month + 2) // 3}"


def length_of(period: str) -> PeriodLength:
    """Whether `period` is a month or a quarter."""
    return "quarter" if "Q" in period else "month"


def period_begin(period: str) -> datetime:
    """The first moment (UTC) of `period`. Raises ValueError if it is not a period."""
    parts = _PERIOD.fullmatch(period)
    if parts is None:
        raise ValueError(f"{period} is not a period, such as 2026-11 or 2026-Q4")
    month = int(parts["month"] or 3 * int(parts["quarter"]) - 2)
    return datetime(int(parts["year"]), month, 1, tzinfo=UTC)


def period_end(period: str) -> datetime:
    """The moment (UTC) at which `period` ends: "2026-11" and "2026-Q4" end at 2026-12-01T00:00 and 2027-01-01T00:00."""
    days = 32 if length_of(period) == "month" else 95
    return (period_begin(period) + timedelta(days=days)).replace(day=1)


def period_before(period: str) -> str:
    """The period before `period`, of the same length: "2026-Q4" is before "2027-Q1"."""
    last_day = period_begin(period) - timedelta(days=1)
    return period_of(last_day.year, last_day.month, length_of(period))


def short_name(period: str) -> str:
    """The period as the head of a column: "Nov 2026", "Oct to Dec 2026"."""
    begin, end = period_begin(period), period_end(period) - timedelta(days=1)
    return f"{begin:%b %Y}" if length_of(period) == "month" else f"{begin:%b} to {end:%b %Y}"


def period_name(first: str, last: str) -> str:
    """The time from `first` to `last` in words: "November 2026", "October to December 2026"."""
    begin, end = period_begin(first), period_end(last) - timedelta(days=1)
    if (begin.year, begin.month) == (end.year, end.month):
        return f"{begin:%B %Y}"
    return f"{begin:%B} to {end:%B %Y}" if begin.year == end.year else f"{begin:%B %Y} to {end:%B %Y}"
