"""Usage reports: whole periods, no number under 16, no sum that tells one; all reports together tell no more."""

import csv
import io
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import get_args

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import html
from support.third_language import TAG, add_lulu

from ivr.call.flow import Flow
from ivr.call.state import DialOutcome, Key, Place
from ivr.cli.main import main
from ivr.errors import OperationFailed
from ivr.line.compiler import compile_line
from ivr.line.line import Line
from ivr.operate.http_client import ExternalServices
from ivr.script.labels import language_names, titles_and_depths
from ivr.usage.counter import NO_LANGUAGE, ProcessSpan, UsageCounter, UsageKey
from ivr.usage.layout import EVENT_LABELS, Head, Names, as_csv, as_html, as_text, sections, total_of
from ivr.usage.periods import period_end
from ivr.usage.report import (
    DIAL_CELLS,
    NODE_EVENTS,
    REPORT_DELAY,
    SMALLEST_SHOWN,
    Cell,
    Report,
    cell_of,
    last_period,
    make_report,
    possible_cells,
)
from ivr.usage.sqlite import SqliteStore
from ivr.usage.tables import StoredPeriod

MONTH = "2026-11"
DECEMBER = datetime(2026, 12, 5, tzinfo=UTC)
BEGIN, END = datetime(2026, 11, 1, tzinfo=UTC), period_end(MONTH)
WHOLE_MONTH = (ProcessSpan("one", BEGIN - timedelta(days=3), END + timedelta(days=3), False),)
HEAD = Head("Example Shelter", "+12025550123", date(2026, 12, 5))
NAMES = Names({"tea": ("For tea", 1), "apples": ("For apples", 2)}, {"en": "English", "es": "Spanish"})
LAYOUTS: tuple[Callable[[Sequence[Report], Names, Head], str], ...] = (as_text, as_csv, as_html)
EVENTS = ["ring", *"0123456789*#", "other", *get_args(DialOutcome)]


def stored(
    counts: Mapping[UsageKey, int], spans: tuple[ProcessSpan, ...] = WHOLE_MONTH, late: bool = False
) -> StoredPeriod:
    return StoredPeriod(counts, spans, late)


def usage_key(node: str = "tea", locale: str = "en", event: str = "1", period: str = MONTH) -> UsageKey:
    return UsageKey(period, node, locale, event)


def report_of(line: Line, counts: Mapping[UsageKey, int]) -> Report:
    return make_report(line, MONTH, stored(counts), DECEMBER)


def shown(line: Line, counts: Mapping[UsageKey, int]) -> dict[tuple[str, str, str], str]:
    return {tuple(cell): times for cell, times in report_of(line, counts).numbers.items()}


# -- what is shown -----------------------------------------------------------------------------------------------------


def test_sixteen_is_shown_and_fifteen_is_hidden(line: Line) -> None:
    numbers = shown(line, {usage_key(): 16, usage_key("apples"): 15})
    assert numbers["tea", "", "chosen"] == "16"
    assert numbers["apples", "", "chosen"] == "<16"


def test_zero_reads_like_every_number_under_sixteen(line: Line) -> None:
    assert set(shown(line, {}).values()) == {"<16"}
    assert shown(line, {}) == shown(line, {usage_key(): 1, usage_key(event="#"): 15})


def test_a_topic_is_one_number_over_its_keys_and_languages(line: Line) -> None:
    counts = {usage_key(event="1"): 10, usage_key(event="2"): 10, usage_key(locale="es", event="1"): 5}
    assert shown(line, counts)["tea", "", "chosen"] == "25"


def test_requests_for_a_person_are_shown_by_language(line: Line) -> None:
    languages = ("en", "es", NO_LANGUAGE)
    counts = {usage_key("connect", locale, "0"): 20 + len(locale) for locale in languages}
    numbers = shown(line, counts)
    assert [numbers["", locale, "0"] for locale in languages] == ["22", "22", "23"]


def test_every_counted_event_is_part_of_one_cell(line: Line) -> None:
    cells = {cell_of(line.flow, "tea", "es", event) for event in EVENTS}
    assert {cell.event for cell in cells} == {"ring", "0", "8", "9", *NODE_EVENTS, *DIAL_CELLS.values()}
    cells |= {cell_of(line.flow, "reminder", "es", "1"), cell_of(line.flow, "languages", "es", "8")}
    assert {*EVENT_LABELS} == {cell.event for cell in cells}
    assert {*get_args(DialOutcome)} == {*DIAL_CELLS}


def test_key_1_of_the_reminder_is_no_choice_of_a_menu(line: Line) -> None:
    report = report_of(line, {usage_key("reminder", event="1"): 40})
    assert report.numbers[Cell("reminder", "", "reminder again")] == "40"
    assert Cell("reminder", "", "chosen") not in report.numbers
    *_, top, _topics = sections([report], NAMES)
    assert top.rows == ()


def test_language_of_a_menu_of_languages_is_counted_as_chosen(copied: Path) -> None:
    add_lulu(copied)
    line = compile_line(copied)
    counts = {usage_key("languages", "en", "8"): 50, usage_key("opening", TAG, "2"): 40, usage_key("opening"): 1}
    calls, languages, *_ = sections([report_of(line, counts)], NAMES)
    assert {row.label: row.total for row in calls.rows}["Asked for the menu of languages (key 8)"] == "50"
    assert {row.label: row.total for row in languages.rows if row.label.startswith("Chose ")} == {
        "Chose English (key 8)": "<16",
        "Chose Spanish (key 8)": "<16",
        f"Chose {TAG} (key 8)": "40",
    }
    assert Cell("opening", "", "chosen") not in possible_cells(line)


def test_every_possible_event_has_a_cell(line: Line) -> None:
    cells = possible_cells(line)
    languages = ("en", "es", NO_LANGUAGE)
    expected = {Cell("", "", "ring"), Cell("", "", "9"), Cell("tea", "", "chosen"), Cell("main", "", "other")}
    expected |= {Cell("", locale, "0") for locale in languages} | {Cell("", locale, "8") for locale in ("en", "es")}
    assert expected | {Cell("", "", event) for event in DIAL_CELLS.values()} <= set(cells)
    assert {cell.event for cell in cells} <= {*EVENT_LABELS}


def test_removed_node_is_shown_only_if_its_number_reaches_sixteen(line: Line) -> None:
    report = report_of(line, {usage_key(node="removed"): 40, usage_key(node="removed", event="#"): 3})
    assert report.numbers[Cell("removed", "", "chosen")] == "40"
    assert Cell("removed", "", "#") not in report.numbers
    assert re.search(r"removed +40\n", as_text([report], NAMES, HEAD))


@pytest.mark.parametrize("moment", [DECEMBER.replace(day=1), END + REPORT_DELAY - timedelta(seconds=1)])
def test_month_is_refused_before_its_counts_are_final(line: Line, moment: datetime) -> None:
    with pytest.raises(OperationFailed, match=r"2026-11 can be shown from 2026-12-02 on"):
        make_report(line, MONTH, stored({}), moment)


def test_last_period_is_the_last_one_that_may_be_shown() -> None:
    assert last_period(datetime(2026, 12, 1, 23, tzinfo=UTC), "month") == "2026-10"
    assert last_period(datetime(2026, 12, 2, 0, tzinfo=UTC), "month") == "2026-11"
    assert last_period(datetime(2027, 1, 2, 0, tzinfo=UTC), "month") == "2026-12"
    assert last_period(datetime(2027, 1, 1, 23, tzinfo=UTC), "quarter") == "2026-Q3"
    assert last_period(datetime(2027, 1, 2, 0, tzinfo=UTC), "quarter") == "2026-Q4"


# -- an attacker who subtracts published numbers -----------------------------------------------------------------------

COUNTS = st.dictionaries(
    st.builds(
        usage_key,
        st.sampled_from(["opening", "main", "tea", "connect", "reminder", "not_connected", "removed"]),
        st.sampled_from(["en", "es", NO_LANGUAGE]),
        st.sampled_from(EVENTS),
    ),
    st.one_of(st.integers(0, 40), st.integers(0, 10_000)),
    max_size=40,
)


def sums_of(flow: Flow, counts: Mapping[UsageKey, int]) -> dict[Cell, int]:
    sums: dict[Cell, int] = {}
    for key, number in counts.items():
        cell = cell_of(flow, key.node, key.locale, key.event)
        sums[cell] = sums.get(cell, 0) + number
    return sums


@settings(max_examples=60, deadline=None)
@given(COUNTS, COUNTS)
def test_no_report_depends_on_a_number_under_sixteen(
    line: Line, counts: dict[UsageKey, int], others: dict[UsageKey, int]
) -> None:
    """Months without their numbers under 16 give the same bytes in every layout, alone and side by side."""

    def without_small(some: dict[UsageKey, int]) -> dict[UsageKey, int]:
        sums = sums_of(line.flow, some)
        shown = (key for key in some if sums[cell_of(line.flow, *key[1:])] >= SMALLEST_SHOWN)
        return {key: some[key] for key in shown}

    months = [report_of(line, some) for some in (counts, others)]
    changed = [report_of(line, without_small(some)) for some in (counts, others)]
    for layout in LAYOUTS:
        assert layout(months, NAMES, HEAD) == layout(changed, NAMES, HEAD)


@settings(max_examples=60, deadline=None)
@given(COUNTS)
def test_hidden_numbers_cannot_be_computed_from_published_ones(line: Line, counts: dict[UsageKey, int]) -> None:
    """The published numbers are those cells that reach 16, and no event is part of two of them."""
    sums = sums_of(line.flow, counts)
    report = report_of(line, counts)
    published = [int(times) for times in report.numbers.values() if times != "<16"]
    assert sorted(published) == sorted(number for number in sums.values() if number >= SMALLEST_SHOWN)
    assert all(report.numbers.get(cell, "<16") == "<16" for cell, number in sums.items() if number < SMALLEST_SHOWN)
    assert sum(published) <= sum(counts.values())


@given(st.lists(st.integers(0, 40), min_size=1, max_size=5))
def test_a_sum_is_made_from_shown_numbers_alone(numbers: list[int]) -> None:
    as_shown = [str(number) if number >= SMALLEST_SHOWN else "<16" for number in numbers]
    least, hidden = sum(number for number in numbers if number >= SMALLEST_SHOWN), as_shown.count("<16")
    total = total_of(as_shown)
    if not hidden:
        assert total == str(sum(numbers))
    elif least:
        assert total == f"≥ {least}"
    else:
        assert total == f"<{15 * hidden + 1}"
        assert sum(numbers) < int(total[1:])


def test_a_sum_of_sums_keeps_what_is_hidden() -> None:
    assert total_of(["≥ 40", "20"]) == "≥ 60"
    assert total_of(["<46", "<16"]) == "<61"
    assert total_of(["<46", "≥ 40"]) == "≥ 40"


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
            counts = {key: number for key, number in store.counts.items() if key.period == MONTH}
            published.add(tuple(make_report(line, MONTH, stored(counts), now).numbers.items()))
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


def test_times_without_uptime_are_named(line: Line) -> None:
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
        "some counts came too late to be stored",
    )


def test_at_most_five_gaps_are_named(line: Line) -> None:
    spans = [
        ProcessSpan(f"{day}", BEGIN + timedelta(days=day), BEGIN + timedelta(days=day, hours=1), True)
        for day in range(9)
    ]
    assert len(gaps(line, *spans)) == 6
    assert gaps(line, *spans)[-1] == "nothing was counted at 4 other times"


@pytest.mark.parametrize("layout", LAYOUTS)
def test_every_layout_says_why_the_month_is_incomplete(line: Line, layout: Callable[..., str]) -> None:
    text = layout([make_report(line, MONTH, stored({}, ()), DECEMBER)], NAMES, HEAD)
    assert "incomplete" in text.lower()
    assert "nothing was counted from 2026-11-01 00:00" in text


# -- layouts and the command -------------------------------------------------------------------------------------------

SOME = {
    usage_key(): 340,
    usage_key(event="#"): 17,
    usage_key("opening", NO_LANGUAGE, "ring"): 1204,
    usage_key("connect", "en", "0"): 99,
    usage_key("connect", NO_LANGUAGE, "0"): 300,
    usage_key("main", "es", "8"): 41,
    usage_key("farewell", "en", "connected"): 201,
    usage_key("farewell", "es", "connected"): 9,
    usage_key("not_connected", "en", "busy"): 10,
    usage_key("not_connected", "en", "no-answer"): 11,
}


def test_first_tables_say_how_many_called_and_were_connected_and_in_which_languages(line: Line) -> None:
    calls, languages, *_ = sections([report_of(line, SOME)], NAMES)
    assert [row.total for row in calls.rows] == ["1204", "≥ 399", "210", "21", "<16", "<16"]
    assert {row.label: row.total for row in languages.rows} == {
        "Chose English (key 8)": "<16",
        "Chose Spanish (key 8)": "41",
        "Asked for a person in English": "99",
        "Asked for a person in Spanish": "<16",
        "Asked for a person before choosing a language": "300",
    }


def test_topics_have_the_words_and_the_order_of_the_menus(line: Line) -> None:
    names = Names(titles_and_depths(line), language_names(line))
    counts = {usage_key("how"): 50, usage_key(): 340, usage_key("pears"): 90}
    *_, top, topics = sections([report_of(line, counts)], names)
    assert [(row.label, row.total) for row in top.rows] == [
        ("For tea", "340"),
        ("For pears", "90"),
        ("To learn the keys", "50"),
    ]
    assert [(row.label, row.depth) for row in topics.rows][:3] == [
        ("For tea", 1),
        ("For pears", 2),
        ("To learn the keys", 1),
    ]
    assert re.fullmatch(r"\d+ others, each", topics.rows[3].label)


def test_months_stand_side_by_side_with_their_sum(line: Line) -> None:
    october = report_of(line, {usage_key(): 20})._replace(period="2026-10")
    text = as_text([october, report_of(line, SOME)], NAMES, HEAD)
    assert text.startswith("The information line, October to November 2026\nExample Shelter · +12025550123 · made on")
    assert re.search(r"Oct 2026 +Nov 2026 +Together\n", text)
    assert re.search(r"For tea +20 +340 +360\n", text)
    assert re.search(r"All calls +<16 +1204 +≥ 1204\n", text)


def test_report_as_csv_has_every_cell_with_its_words(line: Line) -> None:
    report = report_of(line, SOME)
    rows = list(csv.DictReader(io.StringIO(as_csv([report], NAMES, HEAD))))
    assert rows[0].keys() == {"period", "led_to", "label", "language", "event", "times", "incomplete"}
    assert [row["times"] for row in rows] == [*report.numbers.values()]
    tea = {row["event"]: row["times"] for row in rows if row["label"] == "For tea"}
    assert (tea["Chosen from a menu"], tea["Next (key #)"]) == ("340", "17")


def test_report_as_html_has_bars_for_the_eye_and_tables_for_a_screen_reader(line: Line) -> None:
    page = html.fromstring(as_html([report_of(line, SOME)], NAMES, HEAD))
    assert page.get("lang") == "en"
    assert [heading.text for heading in page.iter("h1")] == ["The information line, November 2026"]
    for table in page.iter("table"):
        assert table.find("caption") is not None
        assert all(head.get("scope") in ("col", "row") for head in table.iter("th"))
    bars = page.cssselect(".bar")
    assert bars
    assert all(bar.get("aria-hidden") == "true" for bar in bars)
    widths = [bar.get("style") for bar in page.cssselect(".bar i")]
    assert widths[:3] == ["width:100%", "width:33%", "width:17%"]


def test_usage_command(unset: Path, tiny: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IVR_CONTENT", str(tiny))
    monkeypatch.setenv("IVR_USAGE", "./kept")
    external = ExternalServices(now=lambda: DECEMBER)
    missing = CliRunner().invoke(main, ["usage"], obj=external)
    assert missing.exit_code == 1
    assert "usage.sqlite cannot be read" in missing.output
    SqliteStore(unset / "kept" / "usage.sqlite").write(SOME, WHOLE_MONTH[0]._replace(until=DECEMBER), [])
    assert "340" in CliRunner().invoke(main, ["usage"], obj=external).output
    assert "period,led_to" in CliRunner().invoke(main, ["usage", "--csv", "--month", MONTH], obj=external).output
    both = CliRunner().invoke(main, ["usage", "--periods", "2", "--agency", "Example Shelter"], obj=external).output
    assert re.search(r"All calls +<16 +1204 +≥ 1204\n", both)
    assert "Example Shelter · " in both
    wrong = CliRunner().invoke(main, ["usage", "--period", "November"], obj=external)
    assert (wrong.exit_code, "2026-Q4" in wrong.output) == (2, True)
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
