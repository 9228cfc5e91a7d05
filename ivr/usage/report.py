"""How the line is used, as it may be shown: whole months only, nothing under 16, no sums. How it is laid out stays out.

What is shown is a function of the numbers that reach 16 and of the map alone: whether a smaller number is 15, 1 or 0
changes nothing, so no subtraction brings one back. A month is shown once no more counts of it are taken, so that two
tables of the same month are the same and tell nothing of what happened in between.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import NamedTuple, get_args

from ivr.call.flow import Transfer
from ivr.call.state import KEYS, Key, Outcome, Place, Reached, Ring
from ivr.call.transitions import next_place
from ivr.errors import OperationFailed
from ivr.line.line import Line
from ivr.usage.counter import EVERY, LATE, UsageKey, WriterUptime, month_ends, name_of
from ivr.usage.tables import Counted

FEWEST = 16
"""A smaller number is not shown. As in https://www.cdc.gov/united-states-cancer-statistics/technical-notes/."""
SMALL = f"<{FEWEST}"
SHOWN_AFTER = 2 * LATE
"""How long after its end a month is shown: well after the last counts of it are taken."""
SLACK = timedelta(seconds=5 * EVERY)
"""How long a process may be between two writings, or a restart may take."""


class Shown(NamedTuple):
    """A number as it is shown: the node and the language that `event` led to, and how often, or "<16"."""

    node: str
    locale: str
    event: str
    times: str


class Table(NamedTuple):
    """A month as it may be shown: every number, and what keeps it from being complete, in sentences."""

    month: str
    rows: tuple[Shown, ...]
    gaps: tuple[str, ...]


def last_month(now: datetime) -> str:
    """The last month that may be shown."""
    shown = now - SHOWN_AFTER
    return f"{shown.replace(day=1) - timedelta(days=1):%Y-%m}"


def table(line: Line, month: str, counted: Counted, now: datetime) -> Table:
    """The table of `month`. Raises OperationFailed while it may not be shown."""
    if now < month_ends(month) + SHOWN_AFTER:
        day = month_ends(month) + SHOWN_AFTER
        raise OperationFailed(
            f"{month} can be shown from {day:%Y-%m-%d} on (UTC). Two tables of a month that still grows would tell "
            "what a single caller did in between."
        )
    return Table(month, tuple(_rows(line, counted.cells)), tuple(_gaps(month, counted, now)))


def event_shown(event: str) -> str:
    """How an event is shown: the keys of choices as one, since the map may number them anew within a month."""
    return "chosen" if event in "123456" else event


def _rows(line: Line, cells: Mapping[UsageKey, int]) -> Iterator[Shown]:
    sums: Counter[tuple[str, str, str]] = Counter()
    for cell, times in cells.items():
        sums[cell.node, cell.locale, event_shown(cell.event)] += times
    possible = possible_events(line)
    unknown = sorted(key for key, times in sums.items() if times >= FEWEST and key not in possible)
    for key in (*possible, *unknown):
        yield Shown(*key, f"{sums[key]}" if sums[key] >= FEWEST else SMALL)


def possible_events(line: Line) -> dict[tuple[str, str, str], None]:
    """Every node, language and event (as shown) that this map can lead to, in the order of the map."""
    found = {(node, locale, event) for place in line.paths for node, locale, event in _from(line, place)}
    ring = next_place(line.flow, Place(line.flow.root, line.flow.published[0]), Ring())
    found.add((ring.node, ring.locale, "ring"))
    nodes, locales = list(line.flow.nodes), list(line.flow.published)
    order = sorted(found, key=lambda one: (locales.index(one[1]), nodes.index(one[0]), one[2]))
    return dict.fromkeys(order)


def _from(line: Line, place: Place) -> Iterator[tuple[str, str, str]]:
    for key in KEYS:
        there = next_place(line.flow, place, Key(key))
        yield there.node, there.locale, event_shown(name_of(there, Key(key)))
    if isinstance(line.flow.nodes[place.node], Transfer):
        for reached in get_args(Reached):
            there = next_place(line.flow, place, Outcome(reached))
            yield there.node, there.locale, reached


def _gaps(month: str, counted: Counted, now: datetime) -> Iterator[str]:
    begins, ends = (month_ends(month) - timedelta(days=1)).replace(day=1), month_ends(month)
    holes = list(_holes(begins, ends, sorted(counted.spans, key=lambda span: span.since)))
    for since, until in holes[:5]:
        yield f"nothing was counted from {since:%Y-%m-%d %H:%M} to {until:%Y-%m-%d %H:%M} UTC"
    if len(holes) > 5:
        yield f"nothing was counted at {len(holes) - 5} other times"
    cut = [span for span in counted.spans if not span.ended and begins <= span.until < min(ends, now - SLACK)]
    if cut:
        yield f"processes that ended before they had written their last counts: {len(cut)}"
    for since, until in merged(counted.outages)[:5]:
        yield (
            f"counts could not be written from {since:%Y-%m-%d %H:%M} to {until:%Y-%m-%d %H:%M} UTC: what processes "
            "that ended meanwhile had counted is lost"
        )
    if counted.late:
        yield "some counts came too late to be taken"


def merged(times: Iterable[tuple[datetime, datetime]]) -> list[tuple[datetime, datetime]]:
    """`times`, from and to, with those that overlap made one: every process tells of the same outage."""
    whole: list[tuple[datetime, datetime]] = []
    for since, until in sorted(times):
        if whole and since <= whole[-1][1]:
            since, until = whole[-1][0], max(whole.pop()[1], until)
        whole.append((since, until))
    return whole


def _holes(begins: datetime, ends: datetime, spans: list[WriterUptime]) -> Iterator[tuple[datetime, datetime]]:
    """The times of the month in which no process was writing. `spans` come in the order in which they began."""
    covered = begins
    for span in spans:
        if span.until < begins:
            continue
        if span.since > covered + SLACK:
            yield covered, min(span.since, ends)
        covered = max(covered, span.until)
    if covered + SLACK < ends:
        yield covered, ends
