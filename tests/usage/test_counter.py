"""Counting: exact over several processes, by month, nothing of a caller; and no store can touch a call."""

import json
import multiprocessing
import sqlite3
import threading
import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from server.test_webhook import BASE, CALL, TOKEN, settings_for, signed
from starlette.testclient import TestClient

from ivr import log
from ivr.call.state import Key, Lost, Outcome, Place, Ring, Silence
from ivr.errors import OperationFailed
from ivr.phone.caller import FORM
from ivr.readiness import Readiness, get_ready
from ivr.server.webhook import make_app
from ivr.settings import CHECKOUT
from ivr.usage.counter import EVERY, LATE, REHEARSAL, Counts, UsageKey, WriterUptime, month_ends
from ivr.usage.sqlite import UsageFile
from ivr.usage.tables import KEPT

NOVEMBER = datetime(2026, 11, 24, 12, tzinfo=UTC)
TEA = Place("tea", "es")


class Clock:
    """A clock that a test sets."""

    def __init__(self, now: datetime = NOVEMBER) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now


class Memory:
    """A store that keeps what it is given, or fails as it is told."""

    def __init__(self) -> None:
        self.cells: dict[UsageKey, int] = {}
        self.spans: list[WriterUptime] = []
        self.late: list[str] = []
        self.fault: Exception | None = None

    def write(self, cells: Mapping[UsageKey, int], span: WriterUptime, late: Sequence[str]) -> None:
        if self.fault:
            raise self.fault
        for cell, times in cells.items():
            self.cells[cell] = self.cells.get(cell, 0) + times
        self.spans.append(span)
        self.late.extend(late)


@pytest.fixture
def ready(tiny: Path) -> Readiness:
    return get_ready(settings_for(tiny))


# -- what is counted ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("place", "event", "name"),
    [
        (TEA, Ring(), "ring"),
        (TEA, Key("1"), "1"),
        (TEA, Key("#"), "#"),
        (TEA, Key(""), "other"),
        (TEA._replace(misses=1), Key("5"), "other"),
        (TEA, Lost("0"), "0"),
        (TEA, Lost(""), "other"),
        (TEA, Outcome("no-answer"), "no-answer"),
        (TEA, Silence(), None),
    ],
)
def test_a_key_or_an_outcome_is_counted_where_it_led_and_silence_is_not(
    place: Place, event: Any, name: str | None
) -> None:
    store = Memory()
    counts = Counts(store, Clock())
    counts.note(place, event)
    counts.write()
    assert store.cells == ({UsageKey("2026-11", "tea", "es", name): 1} if name else {})


def test_a_count_belongs_to_the_month_in_which_it_happened() -> None:
    store, clock = Memory(), Clock(datetime(2026, 11, 30, 23, 59, 59, tzinfo=UTC))
    counts = Counts(store, clock)
    counts.note(TEA, Key("1"))
    clock.now += timedelta(seconds=2)
    counts.note(TEA, Key("1"))
    counts.write()
    assert store.cells == {UsageKey("2026-11", "tea", "es", "1"): 1, UsageKey("2026-12", "tea", "es", "1"): 1}


def test_what_comes_too_late_for_its_month_is_left_out_and_said() -> None:
    store, clock = Memory(), Clock(datetime(2026, 11, 30, 23, tzinfo=UTC))
    counts = Counts(store, clock)
    counts.note(TEA, Key("1"))
    clock.now = month_ends("2026-11") + LATE
    counts.write()
    assert (store.cells, store.late) == ({}, ["2026-11"])


def test_a_month_ends() -> None:
    assert month_ends("2026-11") == datetime(2026, 12, 1, tzinfo=UTC)
    assert month_ends("2026-12") == datetime(2027, 1, 1, tzinfo=UTC)
    assert month_ends("2028-02") == datetime(2028, 3, 1, tzinfo=UTC)


# -- stores that fail --------------------------------------------------------------------------------------------------


def test_a_store_that_fails_loses_nothing_and_is_noted_each_time(monkeypatch: pytest.MonkeyPatch) -> None:
    noted: list[str] = []
    monkeypatch.setattr(log, "event", lambda event, **_: noted.append(event))
    store = Memory()
    counts = Counts(store, Clock())
    store.fault = OSError(28, "No space left on device")
    for _ in range(3):
        counts.note(TEA, Key("1"))
        assert not counts.write()
    assert noted == ["not counted"] * 3
    store.fault = None
    counts.note(TEA, Key("1"))
    assert counts.write()
    assert store.cells == {UsageKey("2026-11", "tea", "es", "1"): 4}
    store.fault = sqlite3.DatabaseError("file is not a database")
    assert not counts.write()
    assert noted == ["not counted"] * 4


def test_a_store_that_hangs_neither_holds_up_a_count_nor_the_end_of_the_process() -> None:
    hangs, entered = threading.Event(), threading.Event()

    class Hanging(Memory):
        def write(self, *_: object) -> None:
            entered.set()
            hangs.wait(60)

    counts = Counts(Hanging(), every=0.01)
    counts.start()
    assert entered.wait(5)
    started = time.perf_counter()
    for _ in range(1000):
        counts.note(TEA, Key("1"))
    counts.close(patience=0.1)
    assert time.perf_counter() - started < 20
    hangs.set()


def test_the_thread_writes_by_itself_and_a_last_time_at_the_end() -> None:
    store = Memory()
    counts = Counts(store, Clock(), every=0.01)
    counts.start()
    counts.note(TEA, Key("1"))
    deadline = time.monotonic() + 5
    while not store.cells and time.monotonic() < deadline:
        time.sleep(0.01)
    assert store.cells
    counts.note(TEA, Key("2"))
    counts.close()
    assert sum(store.cells.values()) == 2
    assert [span.ended for span in store.spans][-1]
    assert not any(span.ended for span in store.spans[:-1])


def test_counts_that_never_started_can_be_closed() -> None:
    Counts(Memory()).close()
    assert EVERY == 60


# -- the file ----------------------------------------------------------------------------------------------------------

SPAN = WriterUptime("one", NOVEMBER - timedelta(hours=1), NOVEMBER, False)


def test_the_file_adds_up_and_keeps_the_newest_span_of_a_process(tmp_path: Path) -> None:
    file = UsageFile(tmp_path / "new" / "usage.sqlite")
    cell = UsageKey("2026-11", "tea", "es", "1")
    file.write({cell: 3}, SPAN, ["2026-10"])
    later = SPAN._replace(until=NOVEMBER + timedelta(minutes=1), ended=True)
    file.write({cell: 4, cell._replace(event="#"): 1}, later, [])
    assert file.read("2026-11").cells == {cell: 7, cell._replace(event="#"): 1}
    assert file.read("2026-11").spans == (later,)
    assert (file.read("2026-10").late, file.read("2026-11").late) == (True, False)


def test_the_file_is_its_owners_alone(tmp_path: Path) -> None:
    file = UsageFile(tmp_path / "new" / "usage.sqlite")
    file.write({}, SPAN, [])
    assert file.path.stat().st_mode & 0o777 == 0o600
    assert file.path.parent.stat().st_mode & 0o777 == 0o700


def test_the_file_holds_no_order_no_day_and_no_call(tmp_path: Path) -> None:
    file = UsageFile(tmp_path / "usage.sqlite")
    file.write({UsageKey("2026-11", "tea", "es", "1"): 1}, SPAN, [])
    with sqlite3.connect(file.path) as db:
        told = {row[0]: row[1] for row in db.execute("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL")}
    db.close()
    assert set(told) == {"counts", "spans", "late"}
    assert all("WITHOUT ROWID" in sql for sql in told.values())
    assert "month TEXT NOT NULL, node TEXT NOT NULL, locale TEXT NOT NULL, event TEXT NOT NULL" in told["counts"]


def test_counts_are_forgotten_after_thirteen_months(tmp_path: Path) -> None:
    file = UsageFile(tmp_path / "usage.sqlite")
    file.write({UsageKey("2025-09", "tea", "es", "1"): 1, UsageKey("2025-11", "tea", "es", "1"): 1}, SPAN, [])
    assert not file.read("2025-09").cells
    assert file.read("2025-11").cells
    assert KEPT.days == 400


def test_a_file_that_is_gone_is_made_anew_and_one_that_is_none_is_said(tmp_path: Path) -> None:
    file = UsageFile(tmp_path / "usage.sqlite")
    with pytest.raises(OperationFailed, match="cannot be read"):
        file.read("2026-11")
    assert not file.path.exists()
    file.write({}, SPAN, [])
    file.path.unlink()
    file.write({UsageKey("2026-11", "tea", "es", "1"): 1}, SPAN, [])
    assert file.read("2026-11").cells
    file.path.write_bytes(b"not a database, " * 100)
    with pytest.raises(sqlite3.DatabaseError):
        file.write({}, SPAN, [])
    with pytest.raises(OperationFailed, match="not a database"):
        file.read("2026-11")
    with pytest.raises(OperationFailed, match="cannot be written"):
        file.try_out()


def test_a_file_that_is_locked_is_waited_for_and_then_left(tmp_path: Path) -> None:
    file = UsageFile(tmp_path / "usage.sqlite", patience=0.05)
    file.write({}, SPAN, [])
    other = sqlite3.connect(file.path, isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    counts = Counts(file, Clock())
    counts.note(TEA, Key("1"))
    assert not counts.write()
    other.execute("COMMIT")
    other.close()
    assert counts.write()
    assert sum(file.read("2026-11").cells.values()) == 1


def test_a_folder_that_is_a_file_is_said(tmp_path: Path) -> None:
    (tmp_path / "usage").write_text("", "utf-8")
    with pytest.raises(OperationFailed, match="cannot be written"):
        UsageFile(tmp_path / "usage" / "usage.sqlite").try_out()


def _worker(path: Path, times: int, gate: Any) -> None:
    counts = Counts(UsageFile(path, patience=30), Clock(), every=0.005)
    counts.start()
    gate.wait(30)
    for number in range(times):
        counts.note(Place("tea", ("en", "es")[number % 2]), Key("0123456789*#"[number % 12]))
    counts.close(60)


def test_a_hundred_thousand_events_of_two_processes_add_up_exactly(tmp_path: Path) -> None:
    path, processes = tmp_path / "usage.sqlite", multiprocessing.get_context("spawn")
    gate = processes.Barrier(2)
    workers = [processes.Process(target=_worker, args=(path, 50_000, gate)) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(120)
    assert [worker.exitcode for worker in workers] == [0, 0]
    counted = UsageFile(path).read("2026-11")
    assert sum(counted.cells.values()) == 100_000
    assert set(counted.cells.values()) == {8334, 8332}
    assert len(counted.cells) == 12
    assert all(span.ended for span in counted.spans)
    assert len(counted.spans) == 2


# -- at the door -------------------------------------------------------------------------------------------------------

REAL: list[tuple[str, str]] = [(name, value if name != "CallSid" else "CA" + "9" * 32) for name, value in CALL]


def _post(client: TestClient, path: str, more: Sequence[tuple[str, str]] = (), call: Any = REAL) -> bytes:
    from urllib.parse import urlencode

    from ivr.signature import sign

    form = [*call, *more]
    headers = {
        "X-Twilio-Signature": sign(TOKEN, BASE + path, form),
        "Content-Type": "application/x-www-form-urlencoded",
    }
    answer = client.post(path, content=urlencode(form), headers=headers)
    assert answer.status_code == 200
    return answer.content


def test_the_door_counts_signed_calls_and_writes_when_it_closes(tiny: Path, ready: Readiness, tmp_path: Path) -> None:
    file = UsageFile(tmp_path / "usage.sqlite")
    counts = Counts(file, Clock())
    app = make_app(settings_for(tiny), ready, counts)
    with TestClient(app, base_url=BASE) as client:
        _post(client, "/call")
        _post(client, "/call/en/main", [("Digits", "1")])
        _post(client, "/call/en/main", [("Digits", "1")])
        _post(client, "/call/en/connect/outcome", [("DialCallStatus", "busy")])
        assert client.post("/call", content="a=b").status_code == 403
    assert file.read("2026-11").cells == {
        UsageKey("2026-11", "opening", "en", "ring"): 1,
        UsageKey("2026-11", "tea", "en", "1"): 2,
        UsageKey("2026-11", "not_connected", "en", "busy"): 1,
    }


def test_rehearsals_are_answered_and_never_counted(tiny: Path, ready: Readiness) -> None:
    assert REHEARSAL in FORM
    assert REHEARSAL in CALL
    store = Memory()
    counts = Counts(store, Clock())
    with TestClient(make_app(settings_for(tiny), ready, counts), base_url=BASE) as client:
        assert client.post("/call", **signed("/call")).status_code == 200
    assert not store.cells


class Broken:
    """Counts of which every use raises."""

    def __getattr__(self, name: str) -> Any:
        if name in ("start", "close"):
            return lambda: None
        raise OSError(28, "No space left on device")


@pytest.mark.parametrize("way", ["raises", "is a folder", "is unwritable"])
def test_no_store_loses_a_call(tiny: Path, ready: Readiness, tmp_path: Path, way: str) -> None:
    unwritable = CHECKOUT / "LICENSE" / "usage.sqlite" if way == "is unwritable" else tmp_path
    counts: Any = Broken() if way == "raises" else Counts(UsageFile(unwritable), every=0.01)
    with TestClient(make_app(settings_for(tiny), ready, counts), base_url=BASE) as client:
        expected = _post(client, "/call/en/main", [("Digits", "1")], CALL)
        assert b"<Gather" in expected
        for _ in range(200):
            assert _post(client, "/call/en/main", [("Digits", "1")]) == expected


def test_a_journal_line_about_counting_holds_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    listener = log.open_journal()
    counts = Counts(UsageFile(CHECKOUT / "LICENSE" / "usage.sqlite"), Clock())
    counts.note(TEA, Key("1"))
    counts.write()
    listener.stop()
    line = json.loads(capsys.readouterr().err)
    assert (line["event"], line["level"]) == ("not counted", "warning")
    assert set(line) == {"minute", "level", "event", "release"}
