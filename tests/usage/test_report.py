"""Usage reports: whole months, no number under 16, no sums; an attacker who has every report learns no more."""

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

from ivr.call.state import DialOutcome, Key, Place
from ivr.cli.main import main
from ivr.errors import OperationFailed
from ivr.line.line import Line
from ivr.operate.external import External
from ivr.usage.counter import ProcessSpan, UsageCounter, UsageKey, month_end
from ivr.usage.layout import CALL_EVENTS, NODE_EVENTS, as_csv, as_html, as_text
from ivr.usage.report import REPORT_DELAY, SMALLEST_SHOWN, Report, last_month, make_report, possible_rows, shown_event
from ivr.usage.sqlite import SqliteStore
from ivr.usage.tables import StoredMonth

MONTH = "2026-11"
DECEMBER = datetime(2026, 12, 5, tzinfo=UTC)
BEGIN, END = datetime(2026, 11, 1, tzinfo=UTC), month_end(MONTH)
WHOLE_MONTH = (ProcessSpan("one", BEGIN - timedelta(days=3), END + timedelta(days=3), False),)
LAYOUTS: tuple[Callable[[Report], str], ...] = (as_text, as_csv, as_html)
EVENTS = ["ring", *"0123456789*#", "other", *get_args(DialOutcome)]


def stored(
    counts: Mapping[UsageKey, int], spans: tuple[ProcessSpan, ...] = WHOLE_MONTH, late: bool = False
) -> StoredMonth:
    return StoredMonth(counts, spans, late)


def usage_key(node: str = "tea", locale: str = "en", event: str = "1", month: str = MONTH) -> UsageKey:
    return UsageKey(month, node, locale, event)


def shown(line: Line, counts: Mapping[UsageKey, int]) -> dict[tuple[str, str, str], str]:
    return {row[:3]: row.times for row in make_report(line, MONTH, stored(counts), DECEMBER).rows}


# -- what is shown -----------------------------------------------------------------------------------------------------


def test_sixteen_is_shown_and_fifteen_is_hidden(line: Line) -> None:
    rows = shown(line, {usage_key(): 16, usage_key(locale="es"): 15})
    assert rows["tea", "en", "chosen"] == "16"
    assert rows["tea", "es", "chosen"] == "<16"


def test_zero_reads_like_every_number_under_sixteen(line: Line) -> None:
    assert set(shown(line, {}).values()) == {"<16"}
    assert shown(line, {}) == shown(line, {usage_key(): 1, usage_key(event="#"): 15})


def test_keys_one_to_six_are_shown_as_one_number(line: Line) -> None:
    assert [shown_event(key) for key in "1256789*#0"] == [*["chosen"] * 4, "7", "8", "9", "*", "#", "0"]
    assert shown(line, {usage_key(event="1"): 10, usage_key(event="2"): 10})["tea", "en", "chosen"] == "20"


def test_every_possible_event_has_a_row(line: Line) -> None:
    rows = possible_rows(line)
    assert ("opening", "en", "ring") in rows
    assert ("connect", "es", "0") in rows
    assert ("reminder", "es", "9") in rows
    assert ("main", "en", "other") in rows
    assert {event for node, _, event in rows if node == "not_connected"} >= {"busy", "no-answer", "failed"}
    assert {event for _, _, event in rows} <= {*CALL_EVENTS, *NODE_EVENTS}
    assert {*get_args(DialOutcome)} <= {*CALL_EVENTS}


def test_removed_node_is_shown_only_if_its_number_reaches_sixteen(line: Line) -> None:
    rows = shown(line, {usage_key(node="removed"): 40, usage_key(node="removed", event="#"): 3})
    assert rows["removed", "en", "chosen"] == "40"
    assert ("removed", "en", "#") not in rows


@pytest.mark.parametrize("moment", [DECEMBER.replace(day=1), END + REPORT_DELAY - timedelta(seconds=1)])
def test_month_is_refused_before_its_counts_are_final(line: Line, moment: datetime) -> None:
    with pytest.raises(OperationFailed, match=r"2026-11 can be shown from 2026-12-02 on"):
        make_report(line, MONTH, stored({}), moment)


def test_last_month_is_the_last_one_that_may_be_shown() -> None:
    assert last_month(datetime(2026, 12, 1, 23, tzinfo=UTC)) == "2026-10"
    assert last_month(datetime(2026, 12, 2, 0, tzinfo=UTC)) == "2026-11"
    assert last_month(datetime(2027, 1, 2, 0, tzinfo=UTC)) == "2026-12"


# -- an attacker who subtracts published numbers -----------------------------------------------------------------------

COUNTS = st.dictionaries(
    st.builds(
        usage_key,
        st.sampled_from(["opening", "main", "tea", "connect", "reminder", "not_connected", "removed"]),
        st.sampled_from(["en", "es"]),
        st.sampled_from(EVENTS),
    ),
    st.one_of(st.integers(0, 40), st.integers(0, 10_000)),
    max_size=40,
)


def sums_of(counts: Mapping[UsageKey, int]) -> dict[tuple[str, str, str], int]:
    sums: dict[tuple[str, str, str], int] = {}
    for key, number in counts.items():
        row = (key.node, key.locale, shown_event(key.event))
        sums[row] = sums.get(row, 0) + number
    return sums


@settings(max_examples=60, deadline=None)
@given(COUNTS, st.integers(0, SMALLEST_SHOWN - 1))
def test_no_report_depends_on_a_number_under_sixteen(line: Line, counts: dict[UsageKey, int], other: int) -> None:
    """Two months that differ only in numbers under 16 give the same bytes in every layout."""
    sums = sums_of(counts)
    large = {
        key: number
        for key, number in counts.items()
        if sums[key.node, key.locale, shown_event(key.event)] >= SMALLEST_SHOWN
    }
    small = {
        usage_key(node, locale, event.replace("chosen", "1")): other
        for (node, locale, event), number in sums.items()
        if number < SMALLEST_SHOWN
    }
    report, changed = (make_report(line, MONTH, stored(some), DECEMBER) for some in (counts, large | small))
    for layout in LAYOUTS:
        assert layout(report) == layout(changed)


@settings(max_examples=60, deadline=None)
@given(COUNTS)
def test_hidden_numbers_cannot_be_computed_from_published_ones(line: Line, counts: dict[UsageKey, int]) -> None:
    """Every number in any layout is one of the sums that reach 16: no total is printed beside its parts."""
    sums = sums_of(counts)
    report = make_report(line, MONTH, stored(counts), DECEMBER)
    published = [int(row.times) for row in report.rows if row.times != "<16"]
    assert sorted(published) == sorted(number for number in sums.values() if number >= SMALLEST_SHOWN)
    hidden = [row for row, number in sums.items() if number < SMALLEST_SHOWN]
    rows = {row[:3]: row.times for row in report.rows}
    assert all(rows.get(row, "<16") == "<16" for row in hidden)
    allowed = {str(number) for number in published} | {"16", "2026", "11", "911", "0", "9", "7", "8"}
    for layout in (as_text, as_csv):
        assert set(re.findall(r"\d+", layout(report))) <= allowed


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(st.sampled_from(["count", "write", "publish"]), st.integers(1, 60), st.floats(0, 80)), max_size=25
    )
)
def test_two_reports_of_a_month_are_equal(line: Line, steps: list[tuple[str, int, float]]) -> None:
    """In any order of counting, late writing and publishing, so two reports of a month cannot be subtracted."""

    class Store:
        def __init__(self) -> None:
            self.counts: dict[UsageKey, int] = {}

        def write(self, counts: Mapping[UsageKey, int], *_: object) -> None:
            for key, number in counts.items():
                self.counts[key] = self.counts.get(key, 0) + number

    store, now = Store(), datetime(2026, 11, 28, tzinfo=UTC)
    counter = UsageCounter(store, lambda: now)
    published: set[tuple[object, ...]] = set()
    for step, times, hours in steps:
        now += timedelta(hours=hours)
        if step == "count":
            for _ in range(times):
                counter.count(Place("tea", "en"), Key("1"))
        elif step == "write":
            counter.write()
        elif now >= END + REPORT_DELAY:
            counts = {key: number for key, number in store.counts.items() if key.month == MONTH}
            published.add(make_report(line, MONTH, stored(counts), now).rows)
    assert len(published) <= 1


# -- incomplete months -------------------------------------------------------------------------------------------------


def gaps(line: Line, *spans: ProcessSpan, late: bool = False) -> tuple[str, ...]:
    return make_report(line, MONTH, stored({}, spans, late), DECEMBER).gaps


def test_month_covered_by_spans_is_complete(line: Line) -> None:
    assert gaps(line, *WHOLE_MONTH) == ()
    middle = BEGIN + timedelta(days=10)
    halves = (ProcessSpan("one", BEGIN, middle, True), ProcessSpan("two", middle + timedelta(seconds=40), END, True))
    assert gaps(line, *halves) == ()
    assert gaps(line, *reversed(halves)) == ()


def test_times_without_span_are_named(line: Line) -> None:
    assert gaps(line) == ("nothing was counted from 2026-11-01 00:00 to 2026-12-01 00:00 UTC",)
    early = ProcessSpan("one", BEGIN, BEGIN + timedelta(hours=9), True)
    late = ProcessSpan("two", BEGIN + timedelta(days=2), END + timedelta(hours=1), True)
    assert gaps(line, early, late) == ("nothing was counted from 2026-11-01 09:00 to 2026-11-03 00:00 UTC",)
    before = ProcessSpan("zero", BEGIN - timedelta(days=9), BEGIN - timedelta(days=1), True)
    assert gaps(line, before, early, late) == gaps(line, early, late)


def test_worker_that_stopped_in_order_while_another_continued_leaves_no_gap(line: Line) -> None:
    stopped = ProcessSpan("two", BEGIN, BEGIN + timedelta(days=3), True)
    assert gaps(line, *WHOLE_MONTH, stopped) == ()


def test_killed_process_and_late_counts_make_the_month_incomplete(line: Line) -> None:
    killed = ProcessSpan("two", BEGIN, BEGIN + timedelta(days=3), False)
    assert gaps(line, *WHOLE_MONTH, killed, late=True) == (
        "processes that ended before they had written their last counts: 1",
        "some counts came too late to be taken",
    )


def test_at_most_five_gaps_are_named(line: Line) -> None:
    spans = [
        ProcessSpan(f"{day}", BEGIN + timedelta(days=day), BEGIN + timedelta(days=day, hours=1), True)
        for day in range(9)
    ]
    assert len(gaps(line, *spans)) == 6
    assert gaps(line, *spans)[-1] == "nothing was counted at 4 other times"


@pytest.mark.parametrize("layout", LAYOUTS)
def test_every_layout_says_why_the_month_is_incomplete(line: Line, layout: Callable[[Report], str]) -> None:
    text = layout(make_report(line, MONTH, stored({}, ()), DECEMBER))
    assert "incomplete" in text.lower()
    assert "nothing was counted from 2026-11-01 00:00" in text


# -- layouts and the command -------------------------------------------------------------------------------------------

SOME = {
    usage_key(): 340,
    usage_key(event="#"): 16,
    usage_key("opening", event="ring"): 1204,
    usage_key("connect", event="0"): 99,
}


def test_report_as_text(line: Line) -> None:
    text = as_text(make_report(line, MONTH, stored(SOME), DECEMBER))
    assert text.startswith("Usage in November 2026\n")
    assert "silent" in text
    assert re.search(r"calls +1204\n", text)
    assert re.search(r"asked for a person \(0\) +99\n", text)
    assert re.search(r"tea +340 +<16 +<16 +· +16 +<16\n", text)


def test_report_as_csv(line: Line) -> None:
    rows = list(csv.DictReader(io.StringIO(as_csv(make_report(line, MONTH, stored(SOME), DECEMBER)))))
    assert rows[0].keys() == {"month", "led_to", "language", "event", "times", "incomplete"}
    assert {"340", "16", "1204", "99", "<16"} == {row["times"] for row in rows}
    assert [row["times"] for row in rows if (row["led_to"], row["event"]) == ("tea", "chosen")] == ["340", "<16"]


def test_report_as_html_has_bars_for_the_eye_and_tables_for_a_screen_reader(line: Line) -> None:
    page = html.fromstring(as_html(make_report(line, MONTH, stored(SOME), DECEMBER)))
    assert page.get("lang") == "en"
    assert [heading.text for heading in page.iter("h1")] == ["Usage in November 2026"]
    for table in page.iter("table"):
        assert table.find("caption") is not None
        assert all(head.get("scope") in ("col", "row") for head in table.iter("th"))
    bars = page.cssselect(".bar")
    assert bars
    assert all(bar.get("aria-hidden") == "true" for bar in bars)
    widths = [bar.get("style") for bar in page.cssselect(".bar i")]
    assert "width:100%" in widths
    assert "width:28%" in widths
    assert len(widths) == 3


def test_usage_command(unset: Path, tiny: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IVR_CONTENT", str(tiny))
    monkeypatch.setenv("IVR_USAGE", "./kept")
    external = External(now=lambda: DECEMBER)
    missing = CliRunner().invoke(main, ["usage"], obj=external)
    assert missing.exit_code == 1
    assert "usage.sqlite cannot be read" in missing.output
    SqliteStore(unset / "kept" / "usage.sqlite").write(SOME, WHOLE_MONTH[0]._replace(until=DECEMBER), [])
    assert "340" in CliRunner().invoke(main, ["usage"], obj=external).output
    assert "month,led_to" in CliRunner().invoke(main, ["usage", "--csv", "--month", MONTH], obj=external).output
    assert "<!doctype html>" in CliRunner().invoke(main, ["usage", "--html"], obj=external).output
    early = CliRunner().invoke(main, ["usage", "--month", "2026-12"], obj=external)
    assert early.exit_code == 1
    assert "can be shown from 2027-01-02 on" in early.output
    monkeypatch.setenv("IVR_USAGE", "off")
    assert "IVR_USAGE is off" in CliRunner().invoke(main, ["usage"], obj=external).output


@pytest.mark.parametrize(
    ("value", "file"),
    [("", "usage/usage.sqlite"), ("./kept", "kept/usage.sqlite"), ("a/b.sqlite", "a/b.sqlite"), ("off", None)],
)
@pytest.mark.usefixtures("unset")
def test_usage_setting_is_a_folder_a_file_or_off(monkeypatch: pytest.MonkeyPatch, value: str, file: str | None) -> None:
    from ivr.settings import CHECKOUT, read_settings

    monkeypatch.setenv("IVR_USAGE", value)
    expected = file and (CHECKOUT / file if not value else Path(file))
    assert read_settings().usage_file == expected


@pytest.mark.usefixtures("unset")
def test_database_url_in_the_usage_setting_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IVR_USAGE", "postgresql://line@db/usage")
    refused = CliRunner().invoke(main, ["usage"])
    assert refused.exit_code == 1
    assert "expected off, a folder" in refused.output
