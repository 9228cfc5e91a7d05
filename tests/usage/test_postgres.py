"""Counts in PostgreSQL, for real: exact over several processes, and no loss of it loses a call or goes unsaid."""

import multiprocessing
import os
import pwd
import shutil
import signal
import subprocess
import threading
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from click.testing import CliRunner
from deploy.test_deploy import ask
from support.processes import IVR, TOKEN, end, free_port, line_environment, running
from usage.test_counter import Clock

from ivr.call.state import Key, Place
from ivr.cli.main import main
from ivr.errors import BadSettings, OperationFailed
from ivr.line.line import Line
from ivr.operate.outside import External
from ivr.readiness import get_ready
from ivr.settings import Settings, read_settings
from ivr.usage import tables
from ivr.usage.counter import Counts, UsageKey, WriterUptime
from ivr.usage.postgres import SCHEMA, UsageDatabase
from ivr.usage.report import table
from ivr.usage.sqlite import UsageFile
from ivr.usage.store import usage_of

FOUND = sorted(Path("/usr/lib/postgresql").glob("*/bin/pg_ctl"), key=lambda path: int(path.parts[-3]))
SECRET = "p4ss/w0rd"
NOVEMBER = datetime(2026, 11, 24, 12, tzinfo=UTC)
LATER = datetime(2026, 12, 5, 12, tzinfo=UTC)
SPAN = WriterUptime("one", NOVEMBER - timedelta(hours=1), NOVEMBER, False)
TEA = Place("tea", "es")
CELL = UsageKey("2026-11", "tea", "es", "1")


class Cluster:
    """A PostgreSQL of this test's own, in a temporary folder, on a port of the loopback interface."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.port = folder, free_port()
        self._bin = FOUND[-1].parent
        self._as: list[str] = []
        if os.geteuid() == 0:  # PostgreSQL refuses to run as root
            user = pwd.getpwnam("postgres")
            os.chown(folder, user.pw_uid, user.pw_gid)
            self._as = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"]
        (folder / "password").write_text("owner", "utf-8")
        self._run("initdb", "--no-sync", "--auth=scram-sha-256", "--username=owner", f"--pwfile={folder}/password",
                  "--encoding=UTF8", "--no-locale", str(folder / "data"))  # fmt: skip

    def _run(self, program: str, *words: str, check: bool = True) -> None:
        done = subprocess.run(
            [*self._as, str(self._bin / program), *words], cwd=self.folder, capture_output=True, text=True, timeout=60
        )
        assert done.returncode == 0 or not check, done.stdout + done.stderr

    def start(self) -> None:
        given = f"-h 127.0.0.1 -p {self.port} -k '' -c fsync=off -c max_connections=40"
        log = str(self.folder / "log")
        self._run("pg_ctl", "--pgdata", str(self.folder / "data"), "--wait", "--log", log, "--options", given, "start")

    @property
    def pid(self) -> int:
        return int((self.folder / "data" / "postmaster.pid").read_text("utf-8").split()[0])

    def kill(self) -> None:
        """End it as a power cut does."""
        pid = self.pid
        os.kill(pid, signal.SIGKILL)
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline and (self._alive(pid) or self._listens()):
            time.sleep(0.05)
        time.sleep(0.5)  # what it had started ends by itself
        (self.folder / "data" / "postmaster.pid").unlink(missing_ok=True)

    def _alive(self, pid: int) -> bool:
        try:
            return "Z" not in Path(f"/proc/{pid}/stat").read_text("utf-8").split(")")[-1].split()[0]
        except OSError:
            return False

    def _listens(self) -> bool:
        try:
            psycopg.connect(self.url("owner", "owner", "postgres"), connect_timeout=1).close()
        except psycopg.Error:
            return False
        return True

    def stop(self) -> None:
        self._run("pg_ctl", "--pgdata", str(self.folder / "data"), "--mode", "immediate", "stop", check=False)

    def url(self, user: str, password: str, name: str) -> str:
        return f"postgresql://{user}:{password.replace('/', '%2F')}@127.0.0.1:{self.port}/{name}"

    def sql(self, *statements: str, name: str = "postgres") -> None:
        with psycopg.connect(self.url("owner", "owner", name), autocommit=True) as db:
            for statement in statements:
                db.execute(statement.encode())

    def database(self, name: str) -> str:
        """A fresh database that belongs to a user who may do nothing else: its address."""
        self.sql(f'CREATE DATABASE "{name}" OWNER line')
        return self.url("line", SECRET, name)


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    if not FOUND:
        if os.environ.get("CI") == "true":
            pytest.fail("PostgreSQL is not on this machine: .ci/run installs Debian's package postgresql")
        pytest.skip("PostgreSQL is not on this machine (Debian's package postgresql)")
    folder = Path(subprocess.check_output(["mktemp", "-d", "/tmp/line-postgres-XXXXXX"], text=True).strip())
    one = Cluster(folder)
    try:
        one.start()
        one.sql(f"CREATE USER line PASSWORD '{SECRET}'")
        yield one
    finally:
        one.stop()
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def url(cluster: Cluster, request: pytest.FixtureRequest) -> str:
    return cluster.database(f"db{abs(hash(request.node.name))}")


# -- the same as the file ----------------------------------------------------------------------------------------------


def test_the_database_keeps_what_the_file_keeps(url: str, tmp_path: Path) -> None:
    later = SPAN._replace(until=NOVEMBER + timedelta(minutes=1), ended=True)
    both: list[Any] = [UsageDatabase(url), UsageFile(tmp_path / "usage.sqlite")]
    for store in both:
        store.write({CELL: 3, UsageKey("2025-09", "tea", "es", "1"): 9}, SPAN, ["2026-10"])
        store.write({CELL: 4, CELL._replace(event="#"): 1}, later, ["2026-10"])
    for month in ("2026-11", "2026-10", "2025-09"):
        assert both[0].read(month) == both[1].read(month)
    assert both[0].read("2026-11").cells == {CELL: 7, CELL._replace(event="#"): 1}
    assert both[0].read("2026-11").spans == (later,)
    assert both[0].read("2026-10").late


def test_it_keeps_to_a_schema_of_its_own_and_leaves_what_is_others(cluster: Cluster, url: str) -> None:
    name = url.rpartition("/")[2]
    cluster.sql("CREATE TABLE public.counts (theirs TEXT)", "CREATE TABLE public.version (theirs TEXT)", name=name)
    UsageDatabase(url).write({CELL: 3}, SPAN, [])
    with psycopg.connect(url) as db:
        rows = db.execute(
            "SELECT table_name FROM information_schema.tables WHERE table_schema = %s ORDER BY 1", (SCHEMA,)
        ).fetchall()
    assert [row[0] for row in rows] == ["counts", "late", "outages", "spans", "version"]


@pytest.mark.parametrize("_", range(3))
def test_processes_that_begin_at_once_make_the_tables_once(url: str, _: int) -> None:
    gate, stores = threading.Barrier(12), [UsageDatabase(url) for _ in range(12)]

    def write(store: UsageDatabase, number: int) -> None:
        gate.wait(20)
        store.write(
            {CELL: 1, CELL._replace(event="*#0"[number % 3]): 1}, SPAN._replace(process=str(number)), ["2026-10"]
        )

    with ThreadPoolExecutor(12) as all_at_once:
        list(all_at_once.map(write, stores, range(12)))
    counted = UsageDatabase(url).read("2026-11")
    assert sum(counted.cells.values()) == 24
    assert (len(counted.spans), counted.outages) == (12, ())


def _worker(url: str, times: int, gate: Any) -> None:
    counts = Counts(UsageDatabase(url), Clock(), every=0.05)
    counts.start()
    gate.wait(60)
    for number in range(times):
        counts.note(Place("tea", ("en", "es")[number % 2]), Key("0123456789*#"[number % 12]))
        if number % 5000 == 0:
            time.sleep(0.05)
    counts.close(60)


def test_two_hundred_thousand_events_of_four_processes_add_up_exactly(url: str) -> None:
    processes = multiprocessing.get_context("spawn")
    gate = processes.Barrier(4)
    workers = [processes.Process(target=_worker, args=(url, 50_000, gate)) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(120)
    assert [worker.exitcode for worker in workers] == [0, 0, 0, 0]
    counted = UsageDatabase(url).read("2026-11")
    assert sum(counted.cells.values()) == 200_000
    assert set(counted.cells.values()) == {4 * 4167, 4 * 4166}
    assert (len(counted.cells), len(counted.spans), counted.outages) == (12, 4, ())
    assert all(span.ended for span in counted.spans)


# -- the database is lost ----------------------------------------------------------------------------------------------


def test_killing_the_database_loses_no_call_keeps_the_counts_and_marks_the_month(
    cluster: Cluster, url: str, tiny: Path, tmp_path: Path
) -> None:
    port = free_port()
    public = f"http://127.0.0.1:{port}"
    environment = line_environment(tiny, public, "", USAGE_URL=url)
    month = time.strftime("%Y-%m", time.gmtime())
    store = UsageDatabase(url)
    before = Counts(store)
    before.note(TEA, Key("1"))
    assert before.write()
    command = [IVR, "serve", "--port", str(port), "--workers", "2"]
    with running(command, port, tmp_path, environment) as process:
        for _ in range(30):
            assert ask(port, public, "/call/en/main", [("Digits", "1")]).status == 200
        cluster.kill()
        before.note(TEA, Key("1"))
        assert not before.write()
        for _ in range(30):
            answer = ask(port, public, "/call/en/main", [("Digits", "1")])
            assert answer.status == 200
            assert answer.body.endswith(b"</Response>")
        cluster.start()
        assert before.write()
        assert end(process) == 0
    counted = store.read(month)
    assert counted.cells[CELL._replace(month=month)] == 2, "what waited in memory is kept, once"
    assert counted.cells[UsageKey(month, "tea", "en", "1")] == 60
    assert counted.outages
    line = get_ready(Settings(_env_file=None, ivr_content=tiny, twilio_auth_token=TOKEN)).line
    assert line
    gaps = table(line, month, counted, datetime.now(UTC) + timedelta(days=62)).gaps
    assert any("could not be written from" in gap for gap in gaps)
    printed = (tmp_path / "printed").read_text("utf-8")
    assert SECRET not in printed
    assert "w0rd" not in printed


class Cut:
    """A connection that ends right before, or right after, the database was told to keep what was written."""

    def __init__(self, real: Any, kept: bool) -> None:
        self._real, self._kept = real, kept

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)

    def __enter__(self) -> "Cut":
        self._real.__enter__()
        return self

    def __exit__(self, *_: object) -> None:
        self._real.close()

    def execute(self, statement: Any, *more: Any) -> Any:
        if statement == "COMMIT":
            if self._kept:
                self._real.execute("COMMIT")
            raise psycopg.OperationalError("the connection is lost")
        return self._real.execute(statement, *more)


@pytest.mark.parametrize("kept", [[True], [False], [True, True], [True, False, True], [False, True]], ids=str)
def test_a_writing_whose_end_was_never_heard_of_is_neither_lost_nor_counted_twice(
    url: str, kept: list[bool], monkeypatch: pytest.MonkeyPatch
) -> None:
    connect, store = psycopg.connect, UsageDatabase(url)
    counts = Counts(store, Clock())
    counts.note(TEA, Key("1"))
    counts.write()
    for this in kept:
        counts.note(TEA, Key("1"))
        monkeypatch.setattr(psycopg, "connect", lambda *words, this=this, **more: Cut(connect(*words, **more), this))
        assert not counts.write()
    monkeypatch.setattr(psycopg, "connect", connect)
    counts.note(TEA, Key("1"))
    counts.note(TEA, Key("#"))
    assert counts.write()
    assert counts.write()
    assert store.read("2026-11").cells == {CELL: 2 + len(kept), CELL._replace(event="#"): 1}


def test_what_a_process_had_counted_that_ended_while_the_database_was_gone_is_said_to_be_lost(
    cluster: Cluster, url: str, line: Line
) -> None:
    clock, one, other = Clock(), UsageDatabase(url), UsageDatabase(url)
    ends, stays = Counts(one, clock), Counts(other, clock)
    assert ends.write()
    assert stays.write()
    cluster.kill()
    clock.now += timedelta(hours=1)
    for counts in (ends, stays):
        counts.note(TEA, Key("1"))
        assert not counts.write()
    cluster.start()
    clock.now += timedelta(hours=1)
    assert stays.write()
    counted = one.read("2026-11")
    assert counted.cells == {CELL: 1}
    gaps = table(line, "2026-11", counted, LATER).gaps
    lost = (
        "counts could not be written from 2026-11-24 12:00 to 2026-11-24 14:00 UTC: what processes that ended meanwhile"
    )
    assert [gap for gap in gaps if gap.startswith(lost)]
    assert "processes that ended before they had written their last counts: 2" in gaps


# -- every fault is a sentence, and none holds the password ------------------------------------------------------------


def faults(cluster: Cluster, url: str) -> Mapping[str, tuple[str, str]]:
    name = url.rpartition("/")[2]
    return {
        "unreachable": (f"postgresql://line:{SECRET}@127.0.0.1:{free_port()}/{name}", "does not answer"),
        "wrong password": (cluster.url("line", "w0rd", name), "does not answer, or refuses the user"),
        "no such database": (cluster.url("line", SECRET, "nowhere"), "does not answer|no database of that name"),
        "nonsense": (
            f"postgresql://line:{SECRET.replace('/', '%zz')}@127.0.0.1/{name}",
            "not one that|does not answer",
        ),
        "a stranger": (cluster.url("stranger", SECRET, name), "has not the right"),
    }


@pytest.mark.parametrize("fault", ["unreachable", "wrong password", "no such database", "nonsense", "a stranger"])
def test_a_database_that_cannot_be_used_is_a_sentence_without_a_secret(cluster: Cluster, url: str, fault: str) -> None:
    if fault == "a stranger":
        cluster.sql("DROP USER IF EXISTS stranger", f"CREATE USER stranger PASSWORD '{SECRET}'")
    address, sentence = faults(cluster, url)[fault]
    store = UsageDatabase(address)
    counts = Counts(store, Clock())
    counts.note(TEA, Key("1"))
    assert not counts.write()
    with pytest.raises(OperationFailed, match=sentence) as told:
        store.try_out()
    assert str(told.value).startswith("The database of USAGE_URL cannot be written: ")
    assert "w0rd" not in str(told.value)
    assert told.value.__cause__ is None
    assert told.value.__suppress_context__


def test_a_database_that_is_read_only_is_read_and_said(cluster: Cluster, url: str) -> None:
    store, name = UsageDatabase(url), url.rpartition("/")[2]
    store.write({CELL: 3}, SPAN, [])
    cluster.sql(f'ALTER DATABASE "{name}" SET default_transaction_read_only = on')
    with pytest.raises(OperationFailed, match="cannot be written: it is read-only"):
        store.try_out()
    with pytest.raises(OperationFailed, match="cannot be written: it is read-only"):
        store.write({CELL: 1}, SPAN, [])
    assert store.read("2026-11").cells == {CELL: 3}


def test_a_database_that_is_slow_is_left_after_seconds(url: str) -> None:
    store = UsageDatabase(url)
    store.write({CELL: 3}, SPAN, [])
    with psycopg.connect(url) as other:
        other.execute(f"LOCK TABLE {SCHEMA}.counts".encode())
        started = time.monotonic()
        with pytest.raises(OperationFailed, match="it takes longer than 3 seconds"):
            store.write({CELL: 4}, SPAN, [])
        assert time.monotonic() - started < 8
        other.rollback()
    store.write({CELL: 4}, SPAN, [])
    assert store.read("2026-11").cells == {CELL: 7}
    assert store.read("2026-11").outages


def test_a_database_that_hangs_is_left_after_seconds(cluster: Cluster, url: str) -> None:
    store = UsageDatabase(url)
    store.write({CELL: 3}, SPAN, [])
    os.kill(cluster.pid, signal.SIGSTOP)
    try:
        started = time.monotonic()
        with pytest.raises(OperationFailed, match="cannot be written: it does not answer"):
            store.write({CELL: 4}, SPAN, [])
        assert time.monotonic() - started < 8
    finally:
        os.kill(cluster.pid, signal.SIGCONT)
    store.write({CELL: 4}, SPAN, [])
    assert store.read("2026-11").cells == {CELL: 7}


@pytest.mark.parametrize("version", [0, tables.VERSION + 1])
def test_tables_of_another_version_are_neither_written_nor_read(url: str, version: int) -> None:
    store = UsageDatabase(url)
    store.write({CELL: 3}, SPAN, [])
    with psycopg.connect(url) as db:
        db.execute(f"UPDATE {SCHEMA}.version SET number = {version}".encode())
    for use in (store.try_out, lambda: store.write({CELL: 1}, SPAN, []), lambda: store.read("2026-11")):
        with pytest.raises(
            OperationFailed, match=f"has tables of version {version}, and this release writes version 1"
        ):
            use()


def test_a_file_of_another_version_is_neither_written_nor_read(tmp_path: Path) -> None:
    import sqlite3

    store = UsageFile(tmp_path / "usage.sqlite")
    store.write({CELL: 3}, SPAN, [])
    with sqlite3.connect(store.path) as db:
        db.execute("PRAGMA user_version = 7")
    db.close()
    for use in (store.try_out, lambda: store.write({CELL: 1}, SPAN, []), lambda: store.read("2026-11")):
        with pytest.raises(OperationFailed, match="has tables of version 7"):
            use()


def test_a_database_without_counts_is_said(url: str) -> None:
    with pytest.raises(OperationFailed, match="has no counts yet"):
        UsageDatabase(url).read("2026-11")


def test_without_the_driver_the_remedy_is_said(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(OperationFailed, match=r"requirements-postgres\.txt"):
        UsageDatabase(url).try_out()


# -- what an operator sets and sees ------------------------------------------------------------------------------------


@pytest.mark.usefixtures("unset")
@pytest.mark.parametrize("value", ["mysql://line:w0rd@host/name", "w0rd", "postgresql://", "postgresql://a b:w0rd@h/n"])
def test_an_address_that_is_none_is_refused_without_being_shown(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv("USAGE_URL", value)
    with pytest.raises(BadSettings, match="USAGE_URL: expected the address of a PostgreSQL database") as told:
        read_settings()
    assert "w0rd" not in str(told.value)


def test_the_address_is_never_shown_and_off_is_off() -> None:
    settings = Settings(_env_file=None, usage_url=f"postgresql://line:{SECRET}@host/name")
    assert "w0rd" not in repr(settings) + str(settings.model_dump()) + settings.model_dump_json()
    assert str(usage_of(settings)) == "the database of USAGE_URL"
    assert usage_of(Settings(_env_file=None, usage="off", usage_url="postgresql://line@host/name")) is None


@pytest.mark.usefixtures("unset")
def test_the_commands_use_the_database(url: str, tiny: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    UsageDatabase(url).write({CELL: 333}, SPAN, [])
    monkeypatch.setenv("USAGE_URL", url)
    monkeypatch.setenv("IVR_CONTENT", str(tiny))

    def run(*words: Any) -> Any:
        return CliRunner().invoke(main, list(words), obj=External(now=lambda: LATER))

    shown = run("usage", "--csv")
    assert shown.exit_code == 0, shown.output
    assert "2026-11,tea,es,chosen,333," in shown.output
    looked = run("doctor", "--local")
    assert "usage: counted in the database of USAGE_URL." in looked.output
