"""The usage of a month as it may be shown: whole months only, every number under 16 hidden, no sums.

A number of at least 16 is shown. A smaller one reads "<16", whether it is 15, 1 or 0, and no total is shown from which
it could be computed. The rows are those that the flow graph allows, and those of removed nodes that reach 16. A month
is shown after its counts are final: two reports of the same month are equal, so no difference shows a single caller.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import NamedTuple, get_args

from ivr.call.flow import Transfer
from ivr.call.state import KEYS, DialEnded, DialOutcome, Key, Place, Ring
from ivr.call.transitions import next_place
from ivr.errors import OperationFailed
from ivr.line.line import Line
from ivr.usage.counter import LATE_AFTER, WRITE_INTERVAL, ProcessSpan, UsageKey, event_name, month_end
from ivr.usage.tables import StoredMonth

SMALLEST_SHOWN = 16
"""A smaller number is hidden, as in https://www.cdc.gov/united-states-cancer-statistics/technical-notes/."""
HIDDEN = f"<{SMALLEST_SHOWN}"
REPORT_DELAY = 2 * LATE_AFTER
"""How long after its end a month is shown: well after its last counts are stored."""
WRITE_GAP = timedelta(seconds=5 * WRITE_INTERVAL)
"""A longer time between two writes, or between two processes, is a time without counts."""
MAX_NAMED_GAPS = 5


class ReportRow(NamedTuple):
    """A number as it is shown: the node and the language that `event` led to, and how often.

    Example: `ReportRow("my_safety", "es", "chosen", "204")`; `times` is "<16" for a smaller number.
    """

    node: str
    locale: str
    event: str
    times: str


class Report(NamedTuple):
    """A month as it may be shown: its numbers, and the reasons why it is incomplete, as sentences without a stop."""

    month: str
    rows: tuple[ReportRow, ...]
    gaps: tuple[str, ...]


def last_month(now: datetime) -> str:
    """The last month that may be shown, such as "2026-11"."""
    shown = now - REPORT_DELAY
    return f"{shown.replace(day=1) - timedelta(days=1):%Y-%m}"


def make_report(line: Line, month: str, stored: StoredMonth, now: datetime) -> Report:
    """The report of `month`. Raises OperationFailed while the month may not be shown."""
    first_day = month_end(month) + REPORT_DELAY
    if now < first_day:
        raise OperationFailed(
            f"{month} can be shown from {first_day:%Y-%m-%d} on (UTC). Two tables of a month that still grows would "
            "show what a single caller did in between."
        )
    return Report(month, tuple(_rows(line, stored.counts)), tuple(_gaps(month, stored, now)))


def shown_event(event: str) -> str:
    """The event as it is shown: "chosen" for keys 1 to 6, since a new flow file may number the choices differently."""
    return "chosen" if event in "123456" else event


def _rows(line: Line, counts: Mapping[UsageKey, int]) -> Iterator[ReportRow]:
    sums: Counter[tuple[str, str, str]] = Counter()
    for key, number in counts.items():
        sums[key.node, key.locale, shown_event(key.event)] += number
    possible = possible_rows(line)
    removed = sorted(row for row, number in sums.items() if number >= SMALLEST_SHOWN and row not in possible)
    for row in (*possible, *removed):
        yield ReportRow(*row, f"{sums[row]}" if sums[row] >= SMALLEST_SHOWN else HIDDEN)


def possible_rows(line: Line) -> dict[tuple[str, str, str], None]:
    """Every (node, language, shown event) that can occur on `line`, in the order of the flow file."""
    ring = next_place(line.flow, Place(line.flow.main_menu, line.flow.source_language), Ring())
    rows = {row for place in line.paths for row in _rows_from(line, place)} | {(ring.node, ring.locale, "ring")}
    nodes, locales = list(line.flow.nodes), list(line.flow.published)
    return dict.fromkeys(sorted(rows, key=lambda row: (locales.index(row[1]), nodes.index(row[0]), row[2])))


def _rows_from(line: Line, place: Place) -> Iterator[tuple[str, str, str]]:
    for key in KEYS:
        target = next_place(line.flow, place, Key(key))
        yield target.node, target.locale, shown_event(event_name(target, Key(key)))
    if isinstance(line.flow.nodes[place.node], Transfer):
        for reached in get_args(DialOutcome):
            target = next_place(line.flow, place, DialEnded(reached))
            yield target.node, target.locale, reached


def _gaps(month: str, stored: StoredMonth, now: datetime) -> Iterator[str]:
    """Why the month is incomplete, as the spans of the processes show it."""
    begin, end = (month_end(month) - timedelta(days=1)).replace(day=1), month_end(month)
    uncovered = list(_uncovered(begin, end, stored.spans))
    for since, until in uncovered[:MAX_NAMED_GAPS]:
        yield f"nothing was counted from {since:%Y-%m-%d %H:%M} to {until:%Y-%m-%d %H:%M} UTC"
    if len(uncovered) > MAX_NAMED_GAPS:
        yield f"nothing was counted at {len(uncovered) - MAX_NAMED_GAPS} other times"
    still_counting = now - WRITE_GAP
    killed = [span for span in stored.spans if not span.ended and begin <= span.until < min(end, still_counting)]
    if killed:
        yield f"processes that ended before they had written their last counts: {len(killed)}"
    if stored.late:
        yield "some counts came too late to be taken"


def _uncovered(begin: datetime, end: datetime, spans: tuple[ProcessSpan, ...]) -> Iterator[tuple[datetime, datetime]]:
    """The times between `begin` and `end` in which no process was counting."""
    covered = begin
    for span in sorted(spans, key=lambda span: span.since):
        if span.until >= begin:
            if span.since > covered + WRITE_GAP:
                yield covered, min(span.since, end)
            covered = max(covered, span.until)
    if covered + WRITE_GAP < end:
        yield covered, end
