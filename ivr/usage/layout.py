"""Prints a report: as text for a terminal, as CSV, and as an HTML page with bars."""

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from ivr.usage.report import HIDDEN, Report, ReportRow

CALL_EVENTS = {
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
"""Events about the call as a whole with their labels, one line each."""
NODE_EVENTS = {
    "chosen": "chosen", "7": "again (7)", "8": "language (8)", "*": "menu (*)", "#": "next (#)", "other": "not used",
}  # fmt: skip
"""Events that lead to a menu or a topic with their labels, one column each."""
ABOUT = (
    "Each number says how often a key led there, or how often a transfer ended so. A caller who stays silent presses "
    f"nothing, and what silence leads to is not counted. Numbers under 16, zero included, read {HIDDEN}. "
    "There are no sums."
)


class LocaleTable(NamedTuple):
    """One language of a report: `calls` as (label, number), `nodes` as (node, one number for each of NODE_EVENTS).

    Numbers are as shown, such as "340" or "<16"; "" where the event cannot lead to the node.
    """

    locale: str
    calls: tuple[tuple[str, str], ...]
    nodes: tuple[tuple[str, tuple[str, ...]], ...]


def locale_tables(report: Report) -> tuple[LocaleTable, ...]:
    """The report, split by language."""
    locales = dict.fromkeys(row.locale for row in report.rows)
    return tuple(_locale_table(locale, [row for row in report.rows if row.locale == locale]) for locale in locales)


def _locale_table(locale: str, rows: Sequence[ReportRow]) -> LocaleTable:
    calls = tuple((label, row.times) for event, label in CALL_EVENTS.items() for row in rows if row.event == event)
    by_node: dict[str, dict[str, str]] = {}
    for row in rows:
        if row.event in NODE_EVENTS:
            by_node.setdefault(row.node, {})[row.event] = row.times
    nodes = tuple((node, tuple(times.get(event, "") for event in NODE_EVENTS)) for node, times in by_node.items())
    return LocaleTable(locale, calls, nodes)


def month_name(month: str) -> str:
    """The month in words: "2026-11" is "November 2026"."""
    return f"{datetime.strptime(month, '%Y-%m'):%B %Y}"


def as_text(report: Report) -> str:
    """The report for a terminal. Nodes without any number that may be shown are one line, "all others"."""
    lines = [f"Usage in {month_name(report.month)}", ABOUT, *(f"INCOMPLETE: {gap}." for gap in report.gaps)]
    for table in locale_tables(report):
        lines += ["", f"[{table.locale}]", *(f"  {label:<34}{times:>10}" for label, times in table.calls), ""]
        lines += [_text_row("led to", NODE_EVENTS.values()), *_text_rows(table)]
    return "\n".join(lines)


def _text_rows(table: LocaleTable) -> list[str]:
    shown = [(node, numbers) for node, numbers in table.nodes if any(number not in ("", HIDDEN) for number in numbers)]
    rows = [_text_row(node, (number or "·" for number in numbers)) for node, numbers in shown]
    return [*rows, _text_row("all others" if shown else "all", (HIDDEN for _ in NODE_EVENTS))]


def _text_row(head: str, cells: Iterable[str]) -> str:
    return f"  {head:<22}" + "".join(f"{cell:>14}" for cell in cells)


def as_csv(report: Report) -> str:
    """The report as comma-separated values, one number a row; the last column says why the month is incomplete."""
    out = io.StringIO()
    rows = csv.writer(out, lineterminator="\n")
    rows.writerow(["month", "led_to", "language", "event", "times", "incomplete"])
    gaps = "; ".join(report.gaps)
    rows.writerows([report.month, row.node, row.locale, row.event, row.times, gaps] for row in report.rows)
    return out.getvalue().rstrip("\n")


def as_html(report: Report) -> str:
    """The report as a page: bars, and the same numbers in tables that a screen reader reads."""
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    largest = max((int(row.times) for row in report.rows if row.times != HIDDEN), default=1)
    return environment.get_template("usage.html").render(
        month=month_name(report.month), about=ABOUT, gaps=report.gaps, tables=locale_tables(report),
        events=NODE_EVENTS.values(), bar_width=lambda times: _percent(times, largest),
    )  # fmt: skip


def _percent(times: str, largest: int) -> int:
    return 0 if times in ("", HIDDEN) else max(1, round(100 * int(times) / largest))
