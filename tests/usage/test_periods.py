"""Periods: months and quarters of the calendar, in UTC."""

from datetime import UTC, datetime

import pytest

from ivr.usage.periods import (
    is_period,
    period_before,
    period_begin,
    period_end,
    period_name,
    period_of,
    short_name,
)


@pytest.mark.parametrize(
    ("period", "begin", "end", "before"),
    [
        ("2026-11", (2026, 11), (2026, 12), "2026-10"),
        ("2026-12", (2026, 12), (2027, 1), "2026-11"),
        ("2028-01", (2028, 1), (2028, 2), "2027-12"),
        ("2028-02", (2028, 2), (2028, 3), "2028-01"),
        ("2027-Q1", (2027, 1), (2027, 4), "2026-Q4"),
        ("2026-Q4", (2026, 10), (2027, 1), "2026-Q3"),
    ],
)
def test_a_period_ends_where_the_next_one_begins(
    period: str, begin: tuple[int, int], end: tuple[int, int], before: str
) -> None:
    assert period_begin(period) == datetime(*begin, 1, tzinfo=UTC)
    assert period_end(period) == datetime(*end, 1, tzinfo=UTC)
    assert period_before(period) == before
    assert period_end(before) == period_begin(period)


def test_every_month_belongs_to_one_quarter() -> None:
    assert [period_of(2026, month, "quarter")[-1] for month in range(1, 13)] == [*"111222333444"]
    assert period_of(2026, 3, "month") == "2026-03"


@pytest.mark.parametrize("text", ["2026-13", "2026-00", "2026-Q5", "2026-q4", "2026", "26-11", "2026-11 ", ""])
def test_other_text_is_no_period(text: str) -> None:
    assert not is_period(text)
    with pytest.raises(ValueError, match="is not a period"):
        period_begin(text)


def test_periods_are_named_in_words() -> None:
    assert period_name("2026-11", "2026-11") == "November 2026"
    assert period_name("2026-Q4", "2026-Q4") == "October to December 2026"
    assert period_name("2026-Q4", "2027-Q1") == "October 2026 to March 2027"
    assert (short_name("2026-09"), short_name("2026-Q3")) == ("Sep 2026", "Jul to Sep 2026")
