"""Usage, as it is shown: whole months, nothing under 16, no sums; an attacker who has every table learns no more."""

import csv
import io
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import get_args

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import html

from ivr.call.state import Key, Place, Reached
from ivr.cli.main import main
from ivr.errors import OperationFailed
from ivr.line.line import Line
from ivr.operate.outside import External
from ivr.usage.counter import Counts, UsageKey, WriterUptime, month_ends
from ivr.usage.layout import ON_THE_CALL, ON_THE_WAY, as_csv, as_html, as_text
from ivr.usage.report import FEWEST, SHOWN_AFTER, Table, event_shown, last_month, possible_events, table
from ivr.usage.sqlite import UsageFile
from ivr.usage.tables import Counted

MONTH = "2026-11"
DECEMBER = datetime(2026, 12, 5, tzinfo=UTC)
BEGIN, END = datetime(2026, 11, 1, tzinfo=UTC), month_ends(MONTH)
WHOLE = (WriterUptime("one", BEGIN - timedelta(days=3), END + timedelta(days=3), False),)
LAYOUTS: tuple[Callable[[Table], str], ...] = (as_text, as_csv, as_html)
EVENTS = ["ring", *"0123456789*#", "other", *get_args(Reached)]


def counted(cells: Mapping[UsageKey, int], spans: tuple[WriterUptime, ...] = WHOLE, late: bool = False) -> Counted:
    return Counted(cells, spans, late)


def cell(node: str = "tea", locale: str = "en", event: str = "1", month: str = MONTH) -> UsageKey:
    return UsageKey(month, node, locale, event)


def shown(line: Line, cells: Mapping[UsageKey, int]) -> dict[tuple[str, str, str], str]:
    return {row[:3]: row.times for row in table(line, MONTH, counted(cells), DECEMBER).rows}


# -- what is shown -----------------------------------------------------------------------------------------------------


def test_sixteen_is_shown_and_fifteen_is_not(line: Line) -> None:
    found = shown(line, {cell(): 16, cell(locale="es"): 15})
    assert found["tea", "en", "chosen"] == "16"
    assert found["tea", "es", "chosen"] == "<16"


def test_what_never_happened_reads_as_what_hardly_happened(line: Line) -> None:
    assert set(shown(line, {}).values()) == {"<16"}
    assert shown(line, {}) == shown(line, {cell(): 1, cell(event="#"): 15})


def test_the_keys_of_choices_are_one_number(line: Line) -> None:
    assert [event_shown(key) for key in "1256789*#0"] == [*["chosen"] * 4, "7", "8", "9", "*", "#", "0"]
    assert shown(line, {cell(event="1"): 10, cell(event="2"): 10})["tea", "en", "chosen"] == "20"


def test_every_event_that_the_map_can_lead_to_has_a_row(line: Line) -> None:
    rows = possible_events(line)
    assert ("opening", "en", "ring") in rows
    assert ("connect", "es", "0") in rows
    assert ("reminder", "es", "9") in rows
    assert ("main", "en", "other") in rows
    assert {event for node, _, event in rows if node == "not_connected"} >= {"busy", "no-answer", "failed"}
    assert {event for _, _, event in rows} <= {*ON_THE_CALL, *ON_THE_WAY}
    assert {*get_args(Reached)} <= {*ON_THE_CALL}


def test_a_node_that_left_the_map_is_shown_only_with_what_reaches_sixteen(line: Line) -> None:
    found = shown(line, {cell(node="gone"): 40, cell(node="gone", event="#"): 3})
    assert found["gone", "en", "chosen"] == "40"
    assert ("gone", "en", "#") not in found


@pytest.mark.parametrize("moment", [DECEMBER.replace(day=1), END + SHOWN_AFTER - timedelta(seconds=1)])
def test_a_month_that_still_grows_is_not_shown(line: Line, moment: datetime) -> None:
    with pytest.raises(OperationFailed, match=r"2026-11 can be shown from 2026-12-02 on"):
        table(line, MONTH, counted({}), moment)


def test_the_last_whole_month() -> None:
    assert last_month(datetime(2026, 12, 1, 23, tzinfo=UTC)) == "2026-10"
    assert last_month(datetime(2026, 12, 2, 0, tzinfo=UTC)) == "2026-11"
    assert last_month(datetime(2027, 1, 2, 0, tzinfo=UTC)) == "2026-12"


# -- the attacker ------------------------------------------------------------------------------------------------------

CELLS = st.dictionaries(
    st.builds(
        cell,
        st.sampled_from(["opening", "main", "tea", "connect", "reminder", "not_connected", "gone"]),
        st.sampled_from(["en", "es"]),
        st.sampled_from(EVENTS),
    ),
    st.one_of(st.integers(0, 40), st.integers(0, 10_000)),
    max_size=40,
)


def sums_of(cells: Mapping[UsageKey, int]) -> dict[tuple[str, str, str], int]:
    sums: dict[tuple[str, str, str], int] = {}
    for one, times in cells.items():
        key = (one.node, one.locale, event_shown(one.event))
        sums[key] = sums.get(key, 0) + times
    return sums


@settings(max_examples=60, deadline=None)
@given(CELLS, st.integers(0, FEWEST - 1))
def test_no_table_depends_on_a_number_under_sixteen(line: Line, cells: dict[UsageKey, int], other: int) -> None:
    """Two months that differ only under 16 give the same bytes, in every layout: nothing is there to be subtracted."""
    sums = sums_of(cells)
    large = {one: times for one, times in cells.items() if sums[one.node, one.locale, event_shown(one.event)] >= FEWEST}
    small = {cell(*key[:2], key[2].replace("chosen", "1")): other for key, times in sums.items() if times < FEWEST}
    one, two = (table(line, MONTH, counted(have), DECEMBER) for have in (cells, large | small))
    for layout in LAYOUTS:
        assert layout(one) == layout(two)


@settings(max_examples=60, deadline=None)
@given(CELLS)
def test_whoever_subtracts_published_numbers_finds_nothing_that_was_held_back(
    line: Line, cells: dict[UsageKey, int]
) -> None:
    """Every number in any layout is one of the sums that reach 16, so that no total stands beside its parts."""
    sums = sums_of(cells)
    one = table(line, MONTH, counted(cells), DECEMBER)
    published = [int(row.times) for row in one.rows if row.times != "<16"]
    assert sorted(published) == sorted(times for times in sums.values() if times >= FEWEST)
    held_back = [key for key, times in sums.items() if times < FEWEST]
    keys = {row[:3]: row.times for row in one.rows}
    assert all(keys.get(key, "<16") == "<16" for key in held_back)
    words = {str(number) for number in published} | {"16", "2026", "11", "911", "0", "9", "7", "8"}
    for layout in (as_text, as_csv):
        assert set(re.findall(r"\d+", layout(one))) <= words


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(st.sampled_from(["count", "write", "publish"]), st.integers(1, 60), st.floats(0, 80)), max_size=25
    )
)
def test_a_month_published_twice_is_the_same_twice(line: Line, steps: list[tuple[str, int, float]]) -> None:
    """However counting, late writing and publishing follow each other, overlapping tables cannot be subtracted."""

    class Store:
        def __init__(self) -> None:
            self.cells: dict[UsageKey, int] = {}

        def write(self, cells: Mapping[UsageKey, int], *_: object) -> None:
            for one, times in cells.items():
                self.cells[one] = self.cells.get(one, 0) + times

    store, now = Store(), datetime(2026, 11, 28, tzinfo=UTC)
    counts = Counts(store, lambda: now)
    published: set[tuple[object, ...]] = set()
    for act, times, hours in steps:
        now += timedelta(hours=hours)
        if act == "count":
            for _ in range(times):
                counts.note(Place("tea", "en"), Key("1"))
        elif act == "write":
            counts.write()
        elif now >= END + SHOWN_AFTER:
            cells = {one: number for one, number in store.cells.items() if one.month == MONTH}
            published.add(table(line, MONTH, counted(cells), now).rows)
    assert len(published) <= 1


# -- what is missing ---------------------------------------------------------------------------------------------------


def gaps(line: Line, *spans: WriterUptime, late: bool = False) -> tuple[str, ...]:
    return table(line, MONTH, counted({}, spans, late), DECEMBER).gaps


def test_a_month_that_was_counted_throughout_is_complete(line: Line) -> None:
    assert gaps(line, *WHOLE) == ()
    middle = BEGIN + timedelta(days=10)
    halves = (WriterUptime("one", BEGIN, middle, True), WriterUptime("two", middle + timedelta(seconds=40), END, True))
    assert gaps(line, *halves) == ()
    assert gaps(line, *reversed(halves)) == ()


def test_the_times_in_which_nothing_was_counted_are_named(line: Line) -> None:
    assert gaps(line) == ("nothing was counted from 2026-11-01 00:00 to 2026-12-01 00:00 UTC",)
    early = WriterUptime("one", BEGIN, BEGIN + timedelta(hours=9), True)
    late = WriterUptime("two", BEGIN + timedelta(days=2), END + timedelta(hours=1), True)
    assert gaps(line, early, late) == ("nothing was counted from 2026-11-01 09:00 to 2026-11-03 00:00 UTC",)
    before = WriterUptime("zero", BEGIN - timedelta(days=9), BEGIN - timedelta(days=1), True)
    assert gaps(line, before, early, late) == gaps(line, early, late)


def test_one_worker_that_stopped_while_another_went_on_leaves_no_gap(line: Line) -> None:
    stopped = WriterUptime("two", BEGIN, BEGIN + timedelta(days=3), True)
    assert gaps(line, *WHOLE, stopped) == ()


def test_a_process_that_was_killed_and_counts_that_came_too_late_are_said(line: Line) -> None:
    killed = WriterUptime("two", BEGIN, BEGIN + timedelta(days=3), False)
    assert gaps(line, *WHOLE, killed, late=True) == (
        "processes that ended before they had written their last counts: 1",
        "some counts came too late to be taken",
    )


def test_many_gaps_are_not_all_named(line: Line) -> None:
    spans = [
        WriterUptime(f"{day}", BEGIN + timedelta(days=day), BEGIN + timedelta(days=day, hours=1), True)
        for day in range(9)
    ]
    assert len(gaps(line, *spans)) == 6
    assert gaps(line, *spans)[-1] == "nothing was counted at 4 other times"


@pytest.mark.parametrize("layout", LAYOUTS)
def test_every_layout_says_what_is_missing(line: Line, layout: Callable[[Table], str]) -> None:
    told = layout(table(line, MONTH, counted({}, ()), DECEMBER))
    assert "ncomplete" in told.lower()
    assert "nothing was counted from 2026-11-01 00:00" in told


# -- how it is laid out ------------------------------------------------------------------------------------------------

SOME = {cell(): 340, cell(event="#"): 16, cell("opening", event="ring"): 1204, cell("connect", event="0"): 99}


def test_in_the_terminal(line: Line) -> None:
    told = as_text(table(line, MONTH, counted(SOME), DECEMBER))
    assert told.startswith("Usage in November 2026\n")
    assert "silent" in told
    assert re.search(r"calls +1204\n", told)
    assert re.search(r"asked for a person \(0\) +99\n", told)
    assert re.search(r"tea +340 +<16 +<16 +· +16 +<16\n", told)


def test_as_comma_separated_values(line: Line) -> None:
    rows = list(csv.DictReader(io.StringIO(as_csv(table(line, MONTH, counted(SOME), DECEMBER)))))
    assert rows[0].keys() == {"month", "led_to", "language", "event", "times", "incomplete"}
    assert {"340", "16", "1204", "99", "<16"} == {row["times"] for row in rows}
    assert [row["times"] for row in rows if (row["led_to"], row["event"]) == ("tea", "chosen")] == ["340", "<16"]


def test_as_a_page_that_can_be_seen_and_can_be_heard(line: Line) -> None:
    page = html.fromstring(as_html(table(line, MONTH, counted(SOME), DECEMBER)))
    assert page.get("lang") == "en"
    assert [one.text for one in page.iter("h1")] == ["Usage in November 2026"]
    for one in page.iter("table"):
        assert one.find("caption") is not None
        assert all(head.get("scope") in ("col", "row") for head in one.iter("th"))
    bars = page.cssselect(".bar")
    assert bars
    assert all(one.get("aria-hidden") == "true" for one in bars)
    widths = [one.get("style") for one in page.cssselect(".bar i")]
    assert "width:100%" in widths
    assert "width:28%" in widths
    assert len(widths) == 3


def test_the_command(unset: Path, tiny: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IVR_CONTENT", str(tiny))
    monkeypatch.setenv("USAGE", "kept")
    outside = External(now=lambda: DECEMBER)
    missing = CliRunner().invoke(main, ["usage"], obj=outside)
    assert missing.exit_code == 1
    assert "usage.sqlite cannot be read" in missing.output
    UsageFile(unset / "kept" / "usage.sqlite").write(SOME, WHOLE[0]._replace(until=DECEMBER), [])
    assert "340" in CliRunner().invoke(main, ["usage"], obj=outside).output
    assert "month,led_to" in CliRunner().invoke(main, ["usage", "--csv", "--month", MONTH], obj=outside).output
    assert "<!doctype html>" in CliRunner().invoke(main, ["usage", "--html"], obj=outside).output
    early = CliRunner().invoke(main, ["usage", "--month", "2026-12"], obj=outside)
    assert early.exit_code == 1
    assert "can be shown from 2027-01-02 on" in early.output
    monkeypatch.setenv("USAGE", "off")
    assert "USAGE is off" in CliRunner().invoke(main, ["usage"], obj=outside).output


@pytest.mark.parametrize(
    ("value", "file"),
    [("", "usage/usage.sqlite"), ("kept", "kept/usage.sqlite"), ("a/b.sqlite", "a/b.sqlite"), ("off", None)],
)
@pytest.mark.usefixtures("unset")
def test_where_usage_is_counted(monkeypatch: pytest.MonkeyPatch, value: str, file: str | None) -> None:
    from ivr.settings import CHECKOUT, read_settings

    monkeypatch.setenv("USAGE", value)
    expected = file and (CHECKOUT / file if not value else Path(file))
    assert read_settings().usage_file == expected


@pytest.mark.usefixtures("unset")
def test_a_database_elsewhere_is_not_understood_yet(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("USAGE", "postgresql://line@db/usage")
    refused = CliRunner().invoke(main, ["usage"])
    assert refused.exit_code == 1
    assert "expected off, a folder, or a file" in refused.output
