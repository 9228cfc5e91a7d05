"""Writes reports of one or more periods side by side: as text for a terminal, as CSV, and as a page to print.

A sum is made from shown numbers alone, so it shows no hidden number: "≥ 316" if a part of it is hidden. If all its
parts are hidden, for example three numbers of 15 at most, it is "<46".
"""

import csv
import io
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import NamedTuple

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from ivr.usage.periods import period_name, short_name
from ivr.usage.report import HIDDEN, SMALLEST_SHOWN, Cell, Report
from ivr.usage.tables import NO_LANGUAGE

TOP_TOPICS = 8
"""How many of the most chosen menus and topics come first."""
SUM_PREFIX = "≥ "
"""Before a sum of which a part is hidden: "at least"."""
EVENT_LABELS = {
    "ring": "All calls",
    "0": "Asked for a person (key 0)",
    "connected": "Connected to the hotline",
    "no answer": "Not connected: the hotline was busy or did not answer",
    "failed": "Not connected: another reason",
    "9": "Asked for the 911 reminder (key 9)",
    "reminder again": "Asked for the reminder again (key 1)",
    "languages": "Asked for the menu of languages (key 8)",
    "8": "Chose the language (key 8)",
    "chosen": "Chosen from a menu",
    "7": "Again, slower (key 7)",
    "*": "Menu (key *)",
    "#": "Next (key #)",
    "other": "Key that is not used",
}
"""The words for each event of a cell, in the order of the report."""
LANGUAGE_LABELS = {"8": "Chose {} (key 8)", "0": "Asked for a person in {}"}
BEFORE_A_LANGUAGE = "Asked for a person before choosing a language"
NOTES = (
    f"Numbers under {SMALLEST_SHOWN}, zero included, read {HIDDEN}, so that they show nothing about a single caller. "
    "≥ is a sum without its hidden parts.",
    "A number says how often a key was pressed, or how often a transfer ended that way. One caller may press a key "
    "several times, and Twilio may send a request again when an answer comes late. "
    "Callers who stay silent press nothing and are connected to the hotline in the end: they are among the connected, "
    "and not among those who asked. Days begin and end at midnight UTC.",
)


class Names(NamedTuple):
    """The words of a report: each node's label and depth in menu order, and each language's name.

    Example: `Names({"tea": ("For tea", 1)}, {"es": "Spanish"})`.
    """

    nodes: Mapping[str, tuple[str, int]]
    locales: Mapping[str, str]


class Head(NamedTuple):
    """The first lines of a report: for whom, the telephone number ("" if unknown), and the day on which it was made."""

    agency: str
    number: str
    day: date


class Row(NamedTuple):
    """One row: its label and depth, and the number of each period, as shown."""

    label: str
    depth: int
    numbers: tuple[str, ...]

    @property
    def total(self) -> str:
        """The sum of the periods, as shown."""
        return total_of(self.numbers)

    @property
    def with_total(self) -> tuple[str, ...]:
        """The number of each period; then, if there is more than one, their sum."""
        return (*self.numbers, self.total) if len(self.numbers) > 1 else self.numbers


class Section(NamedTuple):
    """A table of a report."""

    title: str
    rows: tuple[Row, ...]


def total_of(numbers: Sequence[str]) -> str:
    """The sum of shown numbers, which may be sums: `total_of(["40", "<16"])` is "≥ 40"."""
    least = sum(_least(number) for number in numbers)
    if all(number.isdigit() for number in numbers):
        return str(least)
    if least:
        return f"{SUM_PREFIX}{least}"
    return f"<{sum(int(number.removeprefix('<')) - 1 for number in numbers) + 1}"


def _least(number: str) -> int:
    bare = number.removeprefix(SUM_PREFIX)
    return int(bare) if bare.isdigit() else 0


def sections(reports: Sequence[Report], names: Names) -> tuple[Section, ...]:
    """The tables of a report: calls, languages, the most chosen topics, all topics in menu order."""
    topics = list(_topic_rows(reports, names))
    shown = [row for row in topics if _least(row.total)]
    hidden = len(topics) - len(shown)
    others = [Row(f"{hidden} others, each", 1, (HIDDEN,) * len(reports))] if hidden else []
    top = sorted(shown, key=lambda row: -_least(row.total))[:TOP_TOPICS]
    return (
        Section("Calls and transfers", tuple(_call_rows(reports))),
        Section("Languages", tuple(_language_rows(reports, names))),
        Section("Chosen most often", tuple(row._replace(depth=1) for row in top)),
        Section("All menus and topics, in the order of the menus", (*shown, *others)),
    )


def _row(label: str, depth: int, reports: Sequence[Report], cells: Sequence[Cell]) -> Row:
    """The row of the sum of `cells`."""
    return Row(
        label, depth, tuple(total_of([report.numbers.get(cell, HIDDEN) for cell in cells]) for report in reports)
    )


def _cells(reports: Sequence[Report]) -> tuple[Cell, ...]:
    """Every cell of any of the reports."""
    return tuple(dict.fromkeys(cell for report in reports for cell in report.numbers))


def _call_rows(reports: Sequence[Report]) -> Iterator[Row]:
    for event, label in EVENT_LABELS.items():
        cells = [cell for cell in _cells(reports) if cell.event == event and not cell.node]
        if cells and event != "8":  # each language has its own row (`_language_rows`)
            yield _row(label, 0, reports, cells)


def _language_rows(reports: Sequence[Report], names: Names) -> Iterator[Row]:
    for event, label in LANGUAGE_LABELS.items():
        for cell in _cells(reports):
            if cell.event == event:
                language = names.locales.get(cell.locale, cell.locale)
                words = BEFORE_A_LANGUAGE if cell.locale == NO_LANGUAGE else label.format(language)
                yield _row(words, 0, reports, [cell])


def _topic_rows(reports: Sequence[Report], names: Names) -> Iterator[Row]:
    """Every node that can be chosen, in menu order; nodes of earlier releases come last."""
    chosen = {cell.node for cell in _cells(reports) if cell.event == "chosen"}
    former = {node: (node.replace("_", " "), 1) for node in sorted(chosen - {*names.nodes})}
    for node, (label, depth) in {**names.nodes, **former}.items():
        if node in chosen:
            yield _row(label, depth, reports, [Cell(node, "", "chosen")])


def _title(reports: Sequence[Report]) -> str:
    return f"The information line, {period_name(reports[0].period, reports[-1].period)}"


def _subtitle(head: Head) -> str:
    return " · ".join(filter(None, (head.agency, head.number, f"made on {head.day}")))


def _columns(reports: Sequence[Report]) -> list[str]:
    """The heads of the columns of numbers; the last one is the sum where there is more than one period."""
    heads = [short_name(report.period) for report in reports]
    return [*heads, "Together"] if len(heads) > 1 else heads


def _gaps(reports: Sequence[Report]) -> list[str]:
    return [f"{period_name(report.period, report.period)}: {gap}" for report in reports for gap in report.gaps]


def as_text(reports: Sequence[Report], names: Names, head: Head) -> str:
    """The report for a terminal."""
    lines = [_title(reports), _subtitle(head), *(f"INCOMPLETE: {gap}." for gap in _gaps(reports))]
    for section in sections(reports, names):
        lines += ["", _text_row(section.title, _columns(reports))]
        lines += [_text_row("  " * max(row.depth, 1) + row.label, row.with_total) for row in section.rows]
    return "\n".join([*lines, "", *map(textwrap.fill, NOTES)])


def _text_row(label: str, numbers: Sequence[str]) -> str:
    width = max([18, *map(len, numbers)]) if len(numbers) > 1 else 18
    return f"{label:<58}" + "".join(f"{number:>{width}}" for number in numbers)


def as_csv(reports: Sequence[Report], names: Names, _: Head) -> str:
    """Every shown number as comma-separated values, one a row; the last column says why the period is incomplete."""
    out = io.StringIO()
    rows = csv.writer(out, lineterminator="\n")
    rows.writerow(["period", "led_to", "label", "language", "event", "times", "incomplete"])
    for report in reports:
        for cell, times in report.numbers.items():
            label, _depth = names.nodes.get(cell.node, (cell.node, 0))
            event = EVENT_LABELS.get(cell.event, cell.event)
            rows.writerow([report.period, cell.node, label, cell.locale, event, times, "; ".join(report.gaps)])
    return out.getvalue().rstrip("\n")


def as_html(reports: Sequence[Report], names: Names, head: Head) -> str:
    """The report as a page for one sheet of paper: bars, and the same numbers in tables that a screen reader reads."""
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    return environment.get_template("usage.html").render(
        title=_title(reports), subtitle=_subtitle(head), gaps=_gaps(reports), columns=_columns(reports),
        sections=sections(reports, names), bar_width=_bar_width, notes=NOTES,
    )  # fmt: skip


def _bar_width(row: Row, section: Section) -> int:
    """The length of the row's bar as a percentage of the longest one in the section; 0 if its number is hidden."""
    longest = max(_least(other.total) for other in section.rows)
    return max(1, round(100 * _least(row.total) / longest)) if _least(row.total) else 0
