"""The usage counter: exact over several processes, by month, without a caller's data; a store cannot delay a call."""

import json
import multiprocessing
import re
import sqlite3
import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient
from support.signed_calls import BASE, PROBE_CALL, post_to_app, settings_for, signed
from support.toy_line import MAIN
from support.usage import NOVEMBER, Clock, MemoryStore

from ivr import log
from ivr.call.state import CallEnded, DialEnded, Key, NoKey, Outdated, Place, Ring
from ivr.errors import OperationFailed
from ivr.phone.webhook_form import FORM
from ivr.readiness import Readiness, readiness_of
from ivr.refusal import TEST_CALL
from ivr.server.app import make_app
from ivr.settings import CHECKOUT
from ivr.usage.counter import (
    LATE_AFTER,
    NO_LANGUAGE,
    ProcessSpan,
    UsageCounter,
    UsageKey,
)
from ivr.usage.periods import period_end
from ivr.usage.sqlite import SqliteStore
from ivr.usage.tables import RETENTION

TEA = Place("tea", "es")


@pytest.fixture
def ready(tiny: Path) -> Readiness:
    return readiness_of(settings_for(tiny))


# -- what is counted ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("place", "event", "name"),
    [
        (TEA, Ring(), "ring"),
        (TEA, Key("1"), "1"),
        (TEA, Key("#"), "#"),
        (TEA, Key(""), "other"),
        (TEA._replace(misses=1), Key("5"), "other"),
        (TEA, Outdated("0"), "0"),
        (TEA, Outdated("2"), "other"),
        (TEA, CallEnded(), None),
        (TEA, Outdated(""), "other"),
        (TEA, DialEnded("no-answer"), "no-answer"),
        (TEA, NoKey(), None),
    ],
)
def test_a_key_or_an_outcome_is_counted_where_it_led_and_silence_is_not(
    place: Place, event: Any, name: str | None
) -> None:
    store = MemoryStore()
    counter = UsageCounter(store, Clock())
    counter.count(place, event)
    counter.write()
    assert store.counts == ({UsageKey("2026-11", "tea", "es", name): 1} if name else {})


def test_a_count_belongs_to_the_month_in_which_it_happened() -> None:
    store, clock = MemoryStore(), Clock(datetime(2026, 11, 30, 23, 59, 59, tzinfo=UTC))
    counter = UsageCounter(store, clock)
    counter.count(TEA, Key("1"))
    clock.now += timedelta(seconds=2)
    counter.count(TEA, Key("1"))
    counter.write()
    assert store.counts == {UsageKey("2026-11", "tea", "es", "1"): 1, UsageKey("2026-12", "tea", "es", "1"): 1}


def test_counts_twelve_hours_after_their_month_are_dropped_and_the_month_is_marked_late() -> None:
    store, clock = MemoryStore(), Clock(datetime(2026, 11, 30, 23, tzinfo=UTC))
    counter = UsageCounter(store, clock)
    counter.count(TEA, Key("1"))
    clock.now = period_end("2026-11") + LATE_AFTER
    counter.write()
    assert (store.counts, store.late) == ({}, ["2026-11"])


def test_line_that_counts_by_quarter_holds_no_month() -> None:
    """So no month can be computed from a quarter, and a change of the setting counts no event twice."""
    store, clock = MemoryStore(), Clock(datetime(2026, 12, 31, 23, 59, 59, tzinfo=UTC))
    counter = UsageCounter(store, clock, period_length="quarter")
    counter.count(TEA, Key("1"))
    clock.now += timedelta(seconds=2)
    counter.count(TEA, Key("1"))
    counter.write()
    assert store.counts == {UsageKey("2026-Q4", "tea", "es", "1"): 1, UsageKey("2027-Q1", "tea", "es", "1"): 1}


def test_request_before_a_language_is_chosen_is_counted_under_no_language() -> None:
    store = MemoryStore()
    counter = UsageCounter(store, Clock())
    counter.count(Place("connect", "en", language_chosen=False), Key("0"))
    counter.write()
    assert store.counts == {UsageKey("2026-11", "connect", NO_LANGUAGE, "0"): 1}


def test_status_callback_and_a_caller_who_hangs_up_while_it_rings_are_not_counted(ready: Readiness, tiny: Path) -> None:
    store = MemoryStore()
    counter = UsageCounter(store, Clock())
    client = TestClient(make_app(settings_for(tiny), ready, counter), base_url=BASE)
    post_to_app(client, "/call", [("CallStatus", "ringing")])
    for status in ("completed", "busy", "no-answer", "failed", "canceled"):
        post_to_app(client, "/call", [("CallStatus", status), ("CallbackSource", "call-progress-events")])
        post_to_app(client, "/call/", [("CallStatus", status), ("CallDuration", "33")])
    post_to_app(client, "/call/en/connect/outcome", [("CallStatus", "completed"), ("DialCallStatus", "no-answer")])
    counter.write()
    assert sum(store.counts.values()) == 1
    assert {key.event for key in store.counts} == {"ring"}


# -- stores that fail --------------------------------------------------------------------------------------------------


def test_failing_store_loses_no_counts_and_each_failure_is_logged(monkeypatch: pytest.MonkeyPatch) -> None:
    logged: list[str] = []
    monkeypatch.setattr(log, "count", logged.append)
    store = MemoryStore()
    counter = UsageCounter(store, Clock())
    store.fault = OSError(28, "No space left on device")
    for _ in range(3):
        counter.count(TEA, Key("1"))
        assert not counter.write()
    assert logged == ["usage not written"] * 3
    store.fault = None
    counter.count(TEA, Key("1"))
    assert counter.write()
    assert store.counts == {UsageKey("2026-11", "tea", "es", "1"): 4}
    store.fault = sqlite3.DatabaseError("file is not a database")
    assert not counter.write()
    assert logged == ["usage not written"] * 4


def test_hanging_store_delays_no_count_and_not_the_end_of_the_process() -> None:
    release, entered = threading.Event(), threading.Event()

    class Hanging(MemoryStore):
        def write(self, *_: object) -> None:
            entered.set()
            release.wait(60)

    counter = UsageCounter(Hanging(), write_interval=0.01)
    counter.start()
    assert entered.wait(5)
    started = time.perf_counter()
    for _ in range(1000):
        counter.count(TEA, Key("1"))
    counter.close(timeout=0.1)
    assert time.perf_counter() - started < 20
    release.set()


def test_thread_writes_regularly_and_once_more_at_the_end() -> None:
    store = MemoryStore()
    counter = UsageCounter(store, Clock(), write_interval=0.01)
    counter.start()
    counter.count(TEA, Key("1"))
    deadline = time.monotonic() + 5
    while not store.counts and time.monotonic() < deadline:
        time.sleep(0.01)
    assert store.counts
    counter.count(TEA, Key("2"))
    counter.close()
    assert sum(store.counts.values()) == 2
    assert store.spans[-1].ended
    assert not any(span.ended for span in store.spans[:-1])


def test_counter_that_was_not_started_can_be_closed() -> None:
    UsageCounter(MemoryStore()).close()


# -- the SQLite store --------------------------------------------------------------------------------------------------

SPAN = ProcessSpan("one", NOVEMBER - timedelta(hours=1), NOVEMBER, False)


def test_sqlite_adds_counts_and_keeps_the_newest_span_of_a_process(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path / "new" / "usage.sqlite")
    key = UsageKey("2026-11", "tea", "es", "1")
    store.write({key: 3}, SPAN, ["2026-10"])
    later = SPAN._replace(until=NOVEMBER + timedelta(minutes=1), ended=True)
    store.write({key: 4, key._replace(event="#"): 1}, later, [])
    assert store.read("2026-11").counts == {key: 7, key._replace(event="#"): 1}
    assert store.read("2026-11").spans == (later,)
    assert (store.read("2026-10").late, store.read("2026-11").late) == (True, False)


def test_sqlite_file_is_readable_by_its_owner_only(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path / "new" / "usage.sqlite")
    store.write({}, SPAN, [])
    assert store.path.stat().st_mode & 0o777 == 0o600
    assert store.path.parent.stat().st_mode & 0o777 == 0o700


def test_sqlite_tables_hold_no_order_no_day_and_no_call(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path / "usage.sqlite")
    store.write({UsageKey("2026-11", "tea", "es", "1"): 1}, SPAN, [])
    with sqlite3.connect(store.path) as db:
        tables = {row[0]: row[1] for row in db.execute("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL")}
    db.close()
    assert set(tables) == {"counts", "spans", "late"}
    assert all("WITHOUT ROWID" in sql for sql in tables.values())
    assert "month TEXT NOT NULL, node TEXT NOT NULL, locale TEXT NOT NULL, event TEXT NOT NULL" in tables["counts"]


def test_sqlite_deletes_counts_after_thirteen_months(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path / "usage.sqlite")
    store.write({UsageKey("2025-09", "tea", "es", "1"): 1, UsageKey("2025-11", "tea", "es", "1"): 1}, SPAN, [])
    assert not store.read("2025-09").counts
    assert store.read("2025-11").counts
    assert RETENTION.days == 400


def test_sqlite_deletes_a_quarter_when_the_month_of_its_end_is_deleted_or_later(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path / "usage.sqlite")
    quarters = ["2025-Q2", "2025-Q3", "2025-Q4", "2026-Q4"]
    span = SPAN._replace(until=datetime(2026, 11, 24, tzinfo=UTC))
    store.write({UsageKey(quarter, "tea", "es", "1"): 1 for quarter in quarters}, span, quarters)
    assert [bool(store.read(quarter).counts) for quarter in quarters] == [False, False, True, True]
    assert [store.read(quarter).late for quarter in quarters] == [False, False, True, True]


def test_processes_of_a_period_are_kept_as_long_as_its_counts(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path / "usage.sqlite")
    old = ProcessSpan("old", datetime(2025, 10, 1, tzinfo=UTC), datetime(2025, 11, 5, tzinfo=UTC), True)
    new = ProcessSpan("new", datetime(2026, 12, 1, tzinfo=UTC), datetime(2026, 12, 15, tzinfo=UTC), False)
    store.write({UsageKey("2025-Q4", "tea", "es", "1"): 1}, old, [])
    store.write({UsageKey("2026-Q4", "tea", "es", "1"): 1}, new, [])
    kept = store.read("2025-Q4")
    assert kept.counts
    assert old in kept.spans


def test_deleted_sqlite_file_is_created_again_and_damaged_one_is_reported(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path / "usage.sqlite")
    with pytest.raises(OperationFailed, match="cannot be read"):
        store.read("2026-11")
    assert not store.path.exists()
    store.write({}, SPAN, [])
    store.path.unlink()
    store.write({UsageKey("2026-11", "tea", "es", "1"): 1}, SPAN, [])
    assert store.read("2026-11").counts
    store.path.write_bytes(b"not a database, " * 100)
    with pytest.raises(sqlite3.DatabaseError):
        store.write({}, SPAN, [])
    with pytest.raises(OperationFailed, match="not a database"):
        store.read("2026-11")
    with pytest.raises(OperationFailed, match="cannot be written"):
        store.check_writable()


def test_locked_sqlite_file_is_given_up_after_a_timeout_and_written_later(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path / "usage.sqlite", lock_timeout=0.05)
    store.write({}, SPAN, [])
    other = sqlite3.connect(store.path, isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    counter = UsageCounter(store, Clock())
    counter.count(TEA, Key("1"))
    assert not counter.write()
    other.execute("COMMIT")
    other.close()
    assert counter.write()
    assert sum(store.read("2026-11").counts.values()) == 1


def test_documented_copy_of_a_sqlite_file_in_use_is_whole(tmp_path: Path) -> None:
    page = (CHECKOUT / "docs" / "upgrade.md").read_text("utf-8")
    [statement] = re.findall(r"exec line python -c \"(.*?)\"`", page)
    store = SqliteStore(tmp_path / "usage.sqlite")
    key = UsageKey("2026-11", "tea", "es", "1")
    store.write({key: 3}, SPAN, [])
    exec(statement.replace("/app/usage/", f"{tmp_path}/"))
    store.write({key: 4}, SPAN, [])
    copy = SqliteStore(tmp_path / "copy.sqlite")
    assert copy.read("2026-11").counts == {key: 3}
    copy.write({key: 1}, SPAN, [])


def test_usage_folder_that_is_a_file_is_reported(tmp_path: Path) -> None:
    (tmp_path / "usage").write_text("", "utf-8")
    with pytest.raises(OperationFailed, match="cannot be written"):
        SqliteStore(tmp_path / "usage" / "usage.sqlite").check_writable()


def _worker(path: Path, times: int, gate: Any) -> None:
    counter = UsageCounter(SqliteStore(path, lock_timeout=30), Clock(), write_interval=0.005)
    counter.start()
    gate.wait(30)
    for number in range(times):
        counter.count(Place("tea", ("en", "es")[number % 2]), Key("0123456789*#"[number % 12]))
    counter.close(60)


def test_sqlite_adds_a_hundred_thousand_events_of_two_processes_exactly(tmp_path: Path) -> None:
    path, processes = tmp_path / "usage.sqlite", multiprocessing.get_context("spawn")
    gate = processes.Barrier(2)
    workers = [processes.Process(target=_worker, args=(path, 50_000, gate)) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(120)
    assert [worker.exitcode for worker in workers] == [0, 0]
    stored = SqliteStore(path).read("2026-11")
    assert sum(stored.counts.values()) == 100_000
    assert set(stored.counts.values()) == {8334, 8332}
    assert len(stored.counts) == 12
    assert all(span.ended for span in stored.spans)
    assert len(stored.spans) == 2


# -- in the webhook ----------------------------------------------------------------------------------------------------


def test_webhook_counts_signed_calls_and_writes_when_it_stops(tiny: Path, ready: Readiness, tmp_path: Path) -> None:
    store = SqliteStore(tmp_path / "usage.sqlite")
    counter = UsageCounter(store, Clock())
    app = make_app(settings_for(tiny), ready, counter)
    with TestClient(app, base_url=BASE) as client:
        post_to_app(client, "/call")
        post_to_app(client, f"/call/en/main/{MAIN}", [("Digits", "1")])
        post_to_app(client, f"/call/en/main/{MAIN}", [("Digits", "1")])
        post_to_app(client, "/call/en/connect/outcome", [("DialCallStatus", "busy")])
        assert client.post("/call", content="a=b").status_code == 403
    assert store.read("2026-11").counts == {
        UsageKey("2026-11", "opening", NO_LANGUAGE, "ring"): 1,
        UsageKey("2026-11", "tea", "en", "1"): 2,
        UsageKey("2026-11", "not_connected", "en", "busy"): 1,
    }


def test_test_calls_are_answered_and_not_counted(tiny: Path, ready: Readiness) -> None:
    assert TEST_CALL in FORM
    assert TEST_CALL in PROBE_CALL
    store = MemoryStore()
    counter = UsageCounter(store, Clock())
    with TestClient(make_app(settings_for(tiny), ready, counter), base_url=BASE) as client:
        assert client.post("/call", **signed("/call")).status_code == 200
    assert not store.counts


class Broken:
    """A counter whose methods raise."""

    def __getattr__(self, name: str) -> Any:
        if name in ("start", "close"):
            return lambda: None
        raise OSError(28, "No space left on device")


@pytest.mark.parametrize("fault", ["raises", "is a folder", "is unwritable"])
def test_calls_are_answered_while_usage_cannot_be_written(
    tiny: Path, ready: Readiness, tmp_path: Path, fault: str
) -> None:
    unwritable = CHECKOUT / "LICENSE" / "usage.sqlite" if fault == "is unwritable" else tmp_path
    counter: Any = Broken() if fault == "raises" else UsageCounter(SqliteStore(unwritable), write_interval=0.01)
    with TestClient(make_app(settings_for(tiny), ready, counter), base_url=BASE) as client:
        expected = post_to_app(client, f"/call/en/main/{MAIN}", [("Digits", "1")], PROBE_CALL)
        assert b"<Gather" in expected
        for _ in range(200):
            assert post_to_app(client, f"/call/en/main/{MAIN}", [("Digits", "1")]) == expected


def test_log_line_about_a_failed_write_holds_no_key_and_no_node(capsys: pytest.CaptureFixture[str]) -> None:
    writer = log.open_log()
    counter = UsageCounter(SqliteStore(CHECKOUT / "LICENSE" / "usage.sqlite"), Clock())
    counter.count(TEA, Key("1"))
    counter.write()
    writer.stop()
    line = json.loads(capsys.readouterr().err)
    assert (line["counts"], line["level"]) == ({"usage not written": 1}, "warning")
    assert set(line) == {"minute", "level", "event", "counts", "release"}
