"""The usage of a period as it may be shown: whole periods only, and no number under 16 that could be read or computed.

Each event is part of exactly one shown number, a `Cell`: a topic is counted over all languages, the request for a
person by language. So no two shown numbers overlap, and none can be subtracted from another. A number of at least
16 is shown; a smaller one reads "<16", whether it is 15, 1 or 0. Sums are made from shown numbers alone
(`ivr.usage.layout`). A period is shown after its counts are final: two reports of the same period are equal, so no
difference shows a single caller.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import NamedTuple, get_args

from ivr.call.flow import Flow, Transfer
from ivr.call.state import KEYS, DialEnded, DialOutcome, Key, Place
from ivr.call.transitions import CHOICE_KEYS, next_place
from ivr.errors import OperationFailed
from ivr.line.line import Line
from ivr.usage.counter import LATE_AFTER, WRITE_INTERVAL, counted_locale, event_name
from ivr.usage.periods import PeriodLength, period_before, period_begin, period_end, period_of
from ivr.usage.tables import NO_LANGUAGE, ProcessSpan, StoredPeriod

SMALLEST_SHOWN = 16
"""A smaller number is hidden, as in https://www.cdc.gov/united-states-cancer-statistics/technical-notes/."""
HIDDEN = f"<{SMALLEST_SHOWN}"
REPORT_DELAY = 2 * LATE_AFTER
"""How long after its end a period is shown: well after its last counts are stored."""
WRITE_GAP = timedelta(seconds=5 * WRITE_INTERVAL)
"""A longer time between two writes, or between two processes, is a time without counts."""
MAX_NAMED_GAPS = 5
NODE_EVENTS = ("chosen", "7", "*", "#", "other")
"""Events that are shown for each menu and topic: chosen from a menu, again, menu, next, a key that is not used."""
DIAL_CELLS: Mapping[str, str] = {
    "connected": "connected", "busy": "no answer", "no-answer": "no answer", "failed": "failed", "canceled": "failed",
    "unknown": "failed",
}  # fmt: skip
"""Each outcome of a dial, and the event of the cell that shows it."""


class Cell(NamedTuple):
    """A number that is shown: how often `event` led to `node` in the language `locale`.

    `node` is "" for all nodes, `locale` is "" for all languages and `NO_LANGUAGE` before a language was chosen. `event`
    is "ring", "0", "8" (chose a language), "languages" (key 8 led to the menu of languages), "9", "reminder again", a
    value of DIAL_CELLS or one of NODE_EVENTS. Example: `Cell("partner", "", "chosen")`.
    """

    node: str
    locale: str
    event: str


class Report(NamedTuple):
    """A period as it may be shown. A number is as shown, "204" or "<16"; `gaps` say why the period is incomplete."""

    period: str
    numbers: Mapping[Cell, str]
    gaps: tuple[str, ...]


def last_period(now: datetime, length: PeriodLength) -> str:
    """The last period that may be shown, such as "2026-11"."""
    shown = now - REPORT_DELAY
    return period_before(period_of(shown.year, shown.month, length))


def check_final(period: str, now: datetime) -> None:
    """Raises OperationFailed while `period` may not be shown."""
    first_day = period_end(period) + REPORT_DELAY
    if now < first_day:
        raise OperationFailed(
            f"{period} can be shown from {first_day:%Y-%m-%d} on (UTC). The difference of two reports of a period that "
            "has not ended could show a single caller."
        )


def make_report(line: Line, period: str, stored: StoredPeriod, now: datetime) -> Report:
    """The report of `period`. Raises OperationFailed while the period may not be shown."""
    check_final(period, now)
    sums: Counter[Cell] = Counter()
    for key, number in stored.counts.items():
        sums[cell_of(line.flow, key.node, key.locale, key.event)] += number
    possible = possible_cells(line)
    of_earlier_releases = sorted(cell for cell in sums if sums[cell] >= SMALLEST_SHOWN and cell not in possible)
    cells = (*possible, *of_earlier_releases)
    numbers = {cell: str(sums[cell]) if sums[cell] >= SMALLEST_SHOWN else HIDDEN for cell in cells}
    return Report(period, numbers, tuple(_gaps(period, stored, now)))


def cell_of(flow: Flow, node: str, locale: str, event: str) -> Cell:
    """The cell that a counted event is part of. Keys 1 to 6 are one event, since a new release may renumber them.

    The event of these keys depends on the node that they lead to: "8" (chose a language) at the opening, "reminder
    again" at the reminder, "chosen" at any other.
    """
    if event in CHOICE_KEYS:
        event = {flow.name_of_kind("opening"): "8", flow.name_of_kind("reminder"): "reminder again"}.get(node, "chosen")
    elif event == "8" and node == flow.name_of_kind("languages"):
        event = "languages"
    if event in (*NODE_EVENTS, "reminder again"):
        return Cell(node, "", event)
    if event in ("0", "8"):
        return Cell("", locale, event)
    return Cell("", "", DIAL_CELLS.get(event, event))


def possible_cells(line: Line) -> tuple[Cell, ...]:
    """Every cell that can occur on `line`, in the order of the flow file; NO_LANGUAGE comes after the languages."""
    nodes = ["", *line.flow.nodes]

    def order(cell: Cell) -> tuple[int, bool, str, str]:
        return nodes.index(cell.node), cell.locale == NO_LANGUAGE, cell.locale, cell.event

    cells = {cell for place in line.paths for cell in _cells_from(line, place)} | {Cell("", "", "ring")}
    return tuple(sorted(cells, key=order))


def _cells_from(line: Line, place: Place) -> Iterator[Cell]:
    for key in KEYS:
        target = next_place(line.flow, place, Key(key))
        yield cell_of(line.flow, target.node, counted_locale(target), event_name(target, Key(key)))
    if isinstance(line.flow.nodes[place.node], Transfer):
        for outcome in get_args(DialOutcome):
            target = next_place(line.flow, place, DialEnded(outcome))
            yield cell_of(line.flow, target.node, counted_locale(target), outcome)


def _gaps(period: str, stored: StoredPeriod, now: datetime) -> Iterator[str]:
    """Why the period is incomplete, as the spans of the processes show it."""
    begin, end = period_begin(period), period_end(period)
    uncovered = list(_uncovered(begin, end, stored.spans))
    for since, until in uncovered[:MAX_NAMED_GAPS]:
        yield f"nothing was counted from {since:%Y-%m-%d %H:%M} to {until:%Y-%m-%d %H:%M} UTC"
    if len(uncovered) > MAX_NAMED_GAPS:
        yield f"nothing was counted at {len(uncovered) - MAX_NAMED_GAPS} other times"
    not_ended = [span for span in stored.spans if not span.ended and begin <= span.until < end]
    killed = [span for span in not_ended if span.until < now - WRITE_GAP]  # the others may still be counting
    if killed:
        yield f"processes that ended before they had written their last counts: {len(killed)}"
    if stored.late:
        yield "some counts came too late to be stored"


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
