"""A month of usage, laid out: to read in a terminal, as CSV, as a page with bars. Every number comes from the table."""

import csv
import io
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from ivr.usage.report import SMALL, Shown, Table

ON_THE_CALL = {
    "ring": "calls",
    "0": "asked for a person (0)",
    "9": "asked for the 911 reminder (9)",
    "connected": "connected",
    "busy": "not connected: busy",
    "no-answer": "not connected: no answer",
    "failed": "not connected: failed",
    "canceled": "not connected: canceled",
    "unknown": "not connected: unknown",
}
"""Events that are about the call as a whole, in the order in which they are read."""
ON_THE_WAY = {
    "chosen": "chosen", "7": "again (7)", "8": "language (8)", "*": "menu (*)", "#": "next (#)", "other": "not used",
}  # fmt: skip
"""Events that lead through menus and topics, a column each."""
ABOUT = (
    "Each number says how often a key led there, or how often a transfer ended so. A caller who stays silent presses "
    "nothing, and what silence leads to is not counted. Numbers under 16, and none at all, read <16. There are no sums."
)


class Block(NamedTuple):
    """One language of a table: numbers by label, and a row of cells for each node; a cell that cannot be is ""."""

    locale: str
    calls: tuple[tuple[str, str], ...]
    nodes: tuple[tuple[str, tuple[str, ...]], ...]


def blocks(table: Table) -> tuple[Block, ...]:
    """The table, language by language."""
    locales = dict.fromkeys(row.locale for row in table.rows)
    return tuple(_block(locale, [row for row in table.rows if row.locale == locale]) for locale in locales)


def _block(locale: str, rows: list[Shown]) -> Block:
    calls = tuple((ON_THE_CALL[event], times) for event in ON_THE_CALL for times in _times(rows, event))
    by_node: dict[str, dict[str, str]] = {}
    for row in rows:
        if row.event in ON_THE_WAY:
            by_node.setdefault(row.node, {})[row.event] = row.times
    nodes = tuple((node, tuple(cells.get(event, "") for event in ON_THE_WAY)) for node, cells in by_node.items())
    return Block(locale, calls, nodes)


def _times(rows: Iterable[Shown], event: str) -> Iterator[str]:
    return (row.times for row in rows if row.event == event)


def month_name(month: str) -> str:
    """The month, "2026-11", as it is said: "November 2026"."""
    return f"{datetime.strptime(month, '%Y-%m'):%B %Y}"


def as_text(table: Table) -> str:
    """The month to read in a terminal."""
    lines = [f"Usage in {month_name(table.month)}", ABOUT, *(f"INCOMPLETE: {gap}." for gap in table.gaps)]
    for block in blocks(table):
        lines += ["", f"[{block.locale}]", *(f"  {label:<34}{times:>10}" for label, times in block.calls), ""]
        lines.append("  " + f"{'led to':<22}" + "".join(f"{name:>14}" for name in ON_THE_WAY.values()))
        told = [(node, cells) for node, cells in block.nodes if not {*cells} <= {"", SMALL}]
        lines += ["  " + f"{node:<22}" + "".join(f"{cell or '·':>14}" for cell in cells) for node, cells in told]
        lines.append(f"  {'all others' if told else 'all':<22}" + "".join(f"{SMALL:>14}" for _ in ON_THE_WAY))
    return "\n".join(lines)


def as_csv(table: Table) -> str:
    """The month as comma-separated values, a number a row; the last column says what keeps it from being complete."""
    out = io.StringIO()
    rows = csv.writer(out, lineterminator="\n")
    rows.writerow(["month", "led_to", "language", "event", "times", "incomplete"])
    gaps = "; ".join(table.gaps)
    rows.writerows([table.month, row.node, row.locale, row.event, row.times, gaps] for row in table.rows)
    return out.getvalue().rstrip("\n")


def as_html(table: Table) -> str:
    """The month as a page: bars for the eye, and the same numbers in a table for everybody."""
    reader = Environment(
        loader=FileSystemLoader(Path(__file__).parent), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    most = max((int(row.times) for row in table.rows if row.times != SMALL), default=1)
    return reader.get_template("usage.html").render(
        month=month_name(table.month), about=ABOUT, gaps=table.gaps, blocks=blocks(table), events=ON_THE_WAY.values(),
        width=lambda times: 0 if times in ("", SMALL) else max(1, round(100 * int(times) / most)),
    )  # fmt: skip
