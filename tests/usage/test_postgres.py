"""Usage in a real PostgreSQL: exact over several processes; its loss costs no call, and lost counts are reported."""

import multiprocessing
import os
import pwd
import re
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
from support.processes import IVR, end, free_port, line_environment, running
from support.proxies import trusted_certificate
from support.signed_calls import post_to_port
from support.toy_line import MAIN
from support.usage import Clock

from ivr.call.state import Key, Place
from ivr.cli.main import main
from ivr.errors import BadSettings, OperationFailed
from ivr.line.line import Line
from ivr.operate.http_client import ExternalServices
from ivr.settings import CHECKOUT, Settings, read_settings
from ivr.usage import tables
from ivr.usage.counter import ProcessSpan, UsageCounter, UsageKey
from ivr.usage.postgres import SCHEMA, PostgresStore
from ivr.usage.report import make_report
from ivr.usage.sqlite import SqliteStore
from ivr.usage.store import store_of

PG_CTL = sorted(Path("/usr/lib/postgresql").glob("*/bin/pg_ctl"), key=lambda path: int(path.parts[-3]))
SECRET = "p4ss/w0rd"
NOVEMBER = datetime(2026, 11, 24, 12, tzinfo=UTC)
LATER = datetime(2026, 12, 5, 12, tzinfo=UTC)
SPAN = ProcessSpan("one", NOVEMBER - timedelta(hours=1), NOVEMBER, False)
TEA = Place("tea", "es")
KEY = UsageKey("2026-11", "tea", "es", "1")


class Cluster:
    """A PostgreSQL server of this test, in a temporary folder, on a port of the loopback interface."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.port = folder, free_port()
        self._bin = PG_CTL[-1].parent
        self.as_postgres: list[str] = []
        if os.geteuid() == 0:  # PostgreSQL refuses to run as root
            user = pwd.getpwnam("postgres")
            for path in (folder, folder / "key.pem"):
                os.chown(path, user.pw_uid, user.pw_gid)
            self.as_postgres = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"]
        (folder / "password").write_text("owner", "utf-8")
        self._run("initdb", "--no-sync", "--auth=scram-sha-256", "--username=owner", f"--pwfile={folder}/password",
                  "--encoding=UTF8", "--no-locale", str(folder / "data"))  # fmt: skip

    def _run(self, program: str, *words: str, check: bool = True) -> None:
        result = subprocess.run(
            [*self.as_postgres, str(self._bin / program), *words],
            cwd=self.folder,
            capture_output=True,
            text=True,
            timeout=60,
        )
        assert result.returncode == 0 or not check, result.stdout + result.stderr

    def start(self) -> None:
        options = f"-h 127.0.0.1 -p {self.port} -k '' -c fsync=off -c max_connections=40 -c ssl=on"
        options += f" -c ssl_cert_file={self.folder}/chain.pem -c ssl_key_file={self.folder}/key.pem"
        log = str(self.folder / "log")
        self._run(
            "pg_ctl", "--pgdata", str(self.folder / "data"), "--wait", "--log", log, "--options", options, "start"
        )

    @property
    def pid(self) -> int:
        return int((self.folder / "data" / "postmaster.pid").read_text("utf-8").split()[0])

    def kill(self) -> None:
        """End it with SIGKILL, as a power cut would."""
        pid = self.pid
        os.kill(pid, signal.SIGKILL)
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline and (self._alive(pid) or self._listens()):
            time.sleep(0.05)
        time.sleep(0.5)  # its child processes end by themselves
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
        """The URL of a new database. Its owner has no other rights."""
        self.sql(f'CREATE DATABASE "{name}" OWNER line')
        return self.url("line", SECRET, name)


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    if not PG_CTL:
        if os.environ.get("CI") == "true":
            pytest.fail("PostgreSQL is not on this machine: .ci/run installs Debian's package postgresql")
        pytest.skip("PostgreSQL is not on this machine (Debian's package postgresql)")
    folder = Path(subprocess.check_output(["mktemp", "-d", "/tmp/line-postgres-XXXXXX"], text=True).strip())
    with trusted_certificate(folder):
        pass  # chain.pem and key.pem, for a server with TLS
    cluster = Cluster(folder)
    try:
        cluster.start()
        cluster.sql(f"CREATE USER line PASSWORD '{SECRET}'")
        yield cluster
    finally:
        cluster.stop()
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def url(cluster: Cluster, request: pytest.FixtureRequest) -> str:
    return cluster.database(f"db{abs(hash(request.node.name))}")


@pytest.fixture
def pooled_url(cluster: Cluster, url: str, tmp_path: Path) -> Iterator[str]:
    """The URL of a pgbouncer in front of `url`: all its clients share one connection of the server."""
    if not (pgbouncer := shutil.which("pgbouncer", path=f"{os.environ['PATH']}:/usr/sbin")):
        if os.environ.get("CI") == "true":
            pytest.fail("pgbouncer is not on this machine: .ci/run installs Debian's package pgbouncer")
        pytest.skip("pgbouncer is not on this machine (Debian's package pgbouncer)")
    port, name, folder = free_port(), url.rpartition("/")[2], cluster.folder
    (folder / "users.txt").write_text(f'"line" "{SECRET}"\n', "utf-8")
    (folder / "pgbouncer.ini").write_text(
        f"[databases]\n{name} = host=127.0.0.1 port={cluster.port} dbname={name}\n[pgbouncer]\n"
        f"listen_addr = 127.0.0.1\nlisten_port = {port}\nauth_type = plain\nauth_file = {folder}/users.txt\n"
        "pool_mode = transaction\ndefault_pool_size = 1\nunix_socket_dir =\n",
        "utf-8",
    )
    with running([*cluster.as_postgres, pgbouncer, str(folder / "pgbouncer.ini")], port, tmp_path, {}):
        yield url.replace(f":{cluster.port}/", f":{port}/")


# -- the same as SQLite ------------------------------------------------------------------------------------------------


def test_postgres_and_sqlite_keep_the_same(url: str, tmp_path: Path) -> None:
    later = SPAN._replace(until=NOVEMBER + timedelta(minutes=1), ended=True)
    both: list[Any] = [PostgresStore(url), SqliteStore(tmp_path / "usage.sqlite")]
    for store in both:
        store.write({KEY: 3, UsageKey("2025-09", "tea", "es", "1"): 9}, SPAN, ["2026-10"])
        store.write({KEY: 4, KEY._replace(event="#"): 1}, later, ["2026-10"])
    for month in ("2026-11", "2026-10", "2025-09"):
        assert both[0].read(month) == both[1].read(month)
    assert both[0].read("2026-11").counts == {KEY: 7, KEY._replace(event="#"): 1}
    assert both[0].read("2026-11").spans == (later,)
    assert both[0].read("2026-10").late


def test_counts_are_kept_through_a_pooler_that_shares_connections(pooled_url: str) -> None:
    for minute in range(5):
        span = SPAN._replace(until=NOVEMBER + timedelta(minutes=minute))
        store = PostgresStore(pooled_url)
        store.write({KEY._replace(event=key): 1 for key in "123456789"}, span, ["2026-10"])
    assert set(PostgresStore(pooled_url).read("2026-11").counts.values()) == {5}


def test_postgres_uses_its_own_schema_and_leaves_other_tables_alone(cluster: Cluster, url: str) -> None:
    name = url.rpartition("/")[2]
    cluster.sql("CREATE TABLE public.counts (other TEXT)", "CREATE TABLE public.version (other TEXT)", name=name)
    PostgresStore(url).write({KEY: 3}, SPAN, [])
    with psycopg.connect(url) as db:
        rows = db.execute(
            "SELECT table_name FROM information_schema.tables WHERE table_schema = %s ORDER BY 1", (SCHEMA,)
        ).fetchall()
    assert [row[0] for row in rows] == ["counts", "late", "spans", "version"]


@pytest.mark.parametrize("_", range(3))
def test_twelve_concurrent_first_writes_create_the_tables_once(url: str, _: int) -> None:
    gate, stores = threading.Barrier(12), [PostgresStore(url) for _ in range(12)]

    def write(store: PostgresStore, number: int) -> None:
        gate.wait(20)
        store.write({KEY: 1, KEY._replace(event="*#0"[number % 3]): 1}, SPAN._replace(process=str(number)), ["2026-10"])

    with ThreadPoolExecutor(12) as all_at_once:
        list(all_at_once.map(write, stores, range(12)))
    stored = PostgresStore(url).read("2026-11")
    assert sum(stored.counts.values()) == 24
    assert len(stored.spans) == 12


def _worker(url: str, times: int, gate: Any) -> None:
    counter = UsageCounter(PostgresStore(url), Clock(), write_interval=0.05)
    counter.start()
    gate.wait(60)
    for number in range(times):
        counter.count(Place("tea", ("en", "es")[number % 2]), Key("0123456789*#"[number % 12]))
        if number % 5000 == 0:
            time.sleep(0.05)
    counter.close(60)


def test_postgres_adds_two_hundred_thousand_events_of_four_processes_exactly(url: str) -> None:
    processes = multiprocessing.get_context("spawn")
    gate = processes.Barrier(4)
    workers = [processes.Process(target=_worker, args=(url, 50_000, gate)) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(120)
    assert [worker.exitcode for worker in workers] == [0, 0, 0, 0]
    stored = PostgresStore(url).read("2026-11")
    assert sum(stored.counts.values()) == 200_000
    assert set(stored.counts.values()) == {4 * 4167, 4 * 4166}
    assert (len(stored.counts), len(stored.spans)) == (12, 4)
    assert all(span.ended for span in stored.spans)


# -- the database is lost ----------------------------------------------------------------------------------------------


def test_killed_database_costs_no_call_and_counts_in_memory_are_written_later(
    cluster: Cluster, url: str, tiny: Path, tmp_path: Path
) -> None:
    port = free_port()
    public = f"http://127.0.0.1:{port}"
    environment = line_environment(tiny, public, "", IVR_USAGE_URL=url)
    month = time.strftime("%Y-%m", time.gmtime())
    store = PostgresStore(url)
    counter = UsageCounter(store)
    counter.count(TEA, Key("1"))
    assert counter.write()
    command = [IVR, "serve", "--port", str(port), "--workers", "2"]
    with running(command, port, tmp_path, environment) as process:
        for _ in range(30):
            assert post_to_port(port, public, f"/call/en/main/{MAIN}", [("Digits", "1")]).status == 200
        cluster.kill()
        counter.count(TEA, Key("1"))
        assert not counter.write()
        for _ in range(30):
            answer = post_to_port(port, public, f"/call/en/main/{MAIN}", [("Digits", "1")])
            assert answer.status == 200
            assert answer.body.endswith(b"</Response>")
        cluster.start()
        assert counter.write()
        assert end(process) == 0
    stored = store.read(month)
    assert stored.counts[KEY._replace(period=month)] == 2, "the count that waited in memory is stored once"
    assert stored.counts[UsageKey(month, "tea", "en", "1")] == 60
    printed = (tmp_path / "printed").read_text("utf-8")
    assert SECRET not in printed
    assert "w0rd" not in printed


def test_process_that_ends_while_the_database_is_away_makes_the_month_incomplete(
    cluster: Cluster, url: str, line: Line
) -> None:
    clock, store = Clock(), PostgresStore(url)
    ends, stays = UsageCounter(store, clock), UsageCounter(store, clock)
    assert ends.write()
    assert stays.write()
    cluster.kill()
    clock.now += timedelta(hours=1)
    for counter in (ends, stays):
        counter.count(TEA, Key("1"))
        assert not counter.write(ended=True)
    cluster.start()
    clock.now += timedelta(hours=1)
    assert stays.write(ended=True)
    stored = store.read("2026-11")
    assert stored.counts == {KEY: 1}
    gaps = make_report(line, "2026-11", stored, LATER).gaps
    assert "processes that ended before they had written their last counts: 1" in gaps


# -- every fault is a sentence without the password --------------------------------------------------------------------


def faults(cluster: Cluster, url: str) -> Mapping[str, tuple[str, str]]:
    """Each fault: the address with it, and the reason that is reported."""
    name = url.rpartition("/")[2]
    other_host = url.replace("127.0.0.1", "localhost.example.invalid")
    verified = f"{url}?sslmode=verify-full&sslrootcert="
    return {
        "nothing listens": (url.replace(f":{cluster.port}/", f":{free_port()}/"), "nothing listens at its host"),
        "unknown host": (other_host, "the name of its host is not known"),
        "wrong password": (cluster.url("line", "w0rd", name), "it refuses the user or the password"),
        "unknown user": (cluster.url("nobody-known", "w0rd", name), "it refuses the user or the password"),
        "no such database": (cluster.url("line", SECRET, "nowhere"), "it does not have the database"),
        "nonsense": (
            f"postgresql://line:{SECRET.replace('/', '%zz')}@127.0.0.1/{name}", "the address is not one that",
        ),
        "unknown option": (f"{url}?w0rd=1", "the address is not one that"),
        "no rights": (cluster.url("stranger", SECRET, name), "its user lacks a right: GRANT CREATE"),
        "no authorities": (f"{verified}/nowhere/root.crt", "add &sslrootcert=/etc/ssl/certs/ca-certificates.crt"),
        "other authorities": (f"{verified}/etc/ssl/certs/ca-certificates.crt", "not of an authority in the file"),
        "other name": (
            f"{verified}{cluster.folder}/chain.pem&hostaddr=127.0.0.1".replace("@127.0.0.1", "@line.example.org"),
            "its certificate is for another host",
        ),
    }  # fmt: skip


FAULTS = (
    "nothing listens", "unknown host", "wrong password", "unknown user", "no such database", "nonsense",
    "unknown option", "no rights", "no authorities", "other authorities", "other name",
)  # fmt: skip


@pytest.mark.parametrize("fault", FAULTS)
def test_unusable_database_is_reported_by_its_cause_and_without_the_password(
    cluster: Cluster, url: str, fault: str
) -> None:
    if fault == "no rights":
        cluster.sql("DROP USER IF EXISTS stranger", f"CREATE USER stranger PASSWORD '{SECRET}'")
    address, reason = faults(cluster, url)[fault]
    store = PostgresStore(address)
    counter = UsageCounter(store, Clock())
    counter.count(TEA, Key("1"))
    assert not counter.write()
    with pytest.raises(OperationFailed) as raised:
        store.check_writable()
    assert str(raised.value).startswith("The database of IVR_USAGE_URL cannot be written: ")
    assert reason in str(raised.value)
    assert "w0rd" not in str(raised.value)
    assert raised.value.__cause__ is None
    assert raised.value.__suppress_context__


def documented_sql() -> list[str]:
    """The statements of docs/operate.md that prepare a database."""
    page = (CHECKOUT / "docs" / "operate.md").read_text("utf-8")
    return re.findall(r"^    ((?:CREATE|GRANT|REVOKE) .*);$", page, re.MULTILINE)


def test_documented_statements_and_address_are_enough(cluster: Cluster) -> None:
    """The user owns nothing but the line's schema. The right to create one can be taken back after the first write."""
    cluster.sql("DROP DATABASE IF EXISTS usage", "DROP USER IF EXISTS counts")
    create_user, create_database, *grants = (text.replace("USER line", "USER counts") for text in documented_sql())
    revoke = grants.pop()
    cluster.sql(create_user.replace("…", SECRET), create_database)
    cluster.sql(*(grant.replace("TO line", "TO counts") for grant in grants))
    [query] = {*re.findall(r"@host/usage(\?\S+)`", (CHECKOUT / "docs" / "operate.md").read_text("utf-8"))}
    url = cluster.url("counts", SECRET, "usage").replace("127.0.0.1", "localhost")
    store = PostgresStore(url + query.replace("/etc/ssl/certs/ca-certificates.crt", f"{cluster.folder}/chain.pem"))
    store.write({KEY: 3}, SPAN, [])
    cluster.sql(revoke.replace("FROM line", "FROM counts"))
    store.write({KEY: 4}, SPAN, [])
    assert store.read("2026-11").counts == {KEY: 7}


def backup_commands() -> tuple[str, str]:
    """The commands of docs/upgrade.md that back up a database and restore it."""
    page = (CHECKOUT / "docs" / "upgrade.md").read_text("utf-8")
    [row] = re.findall(r"^\| PostgreSQL \| `(.*)` \| `(.*)` \|$", page, re.MULTILINE)
    return row


def test_documented_back_up_and_restore_bring_the_counts_back(cluster: Cluster, url: str, tmp_path: Path) -> None:
    store = PostgresStore(url)
    store.write({KEY: 3}, SPAN, [])
    environment = {**os.environ, "IVR_USAGE_URL": url, "PATH": f"{PG_CTL[-1].parent}:{os.environ['PATH']}"}

    def shell(command: str) -> None:
        subprocess.run(["sh", "-ec", command], cwd=tmp_path, env=environment, check=True, timeout=60)

    back_up, restore = backup_commands()
    shell(back_up)
    store.write({KEY: 100}, SPAN, [])
    shell(restore)
    assert store.read("2026-11").counts == {KEY: 3}
    cluster.sql(f"DROP SCHEMA {SCHEMA} CASCADE", name=url.rpartition("/")[2])
    shell(restore)
    store.write({KEY: 4}, SPAN, [])
    assert store.read("2026-11").counts == {KEY: 7}


def test_read_only_database_is_read_and_its_write_error_is_reported(cluster: Cluster, url: str) -> None:
    store, name = PostgresStore(url), url.rpartition("/")[2]
    store.write({KEY: 3}, SPAN, [])
    cluster.sql(f'ALTER DATABASE "{name}" SET default_transaction_read_only = on')
    with pytest.raises(OperationFailed, match="cannot be written: it is read-only"):
        store.check_writable()
    with pytest.raises(OperationFailed, match="cannot be written: it is read-only"):
        store.write({KEY: 1}, SPAN, [])
    assert store.read("2026-11").counts == {KEY: 3}


def test_slow_database_is_given_up_after_seconds_and_stores_nothing_of_that_write(url: str) -> None:
    store = PostgresStore(url)
    store.write({KEY: 3}, SPAN, [])
    with psycopg.connect(url) as other:
        other.execute(f"LOCK TABLE {SCHEMA}.spans".encode())  # which is written after the counts
        started = time.monotonic()
        with pytest.raises(OperationFailed, match="it takes longer than 3 seconds"):
            store.write({KEY: 4}, SPAN, [])
        assert time.monotonic() - started < 8
        other.rollback()
    store.write({KEY: 4}, SPAN, [])
    assert store.read("2026-11").counts == {KEY: 7}


def test_hanging_database_is_given_up_after_seconds(cluster: Cluster, url: str) -> None:
    store = PostgresStore(url)
    store.write({KEY: 3}, SPAN, [])
    os.kill(cluster.pid, signal.SIGSTOP)
    try:
        started = time.monotonic()
        with pytest.raises(OperationFailed, match="cannot be written: it does not answer"):
            store.write({KEY: 4}, SPAN, [])
        assert time.monotonic() - started < 8
    finally:
        os.kill(cluster.pid, signal.SIGCONT)
    store.write({KEY: 4}, SPAN, [])
    assert store.read("2026-11").counts == {KEY: 7}


@pytest.mark.parametrize("version", [0, tables.VERSION + 1])
def test_postgres_tables_of_another_version_are_not_written_and_not_read(url: str, version: int) -> None:
    store = PostgresStore(url)
    store.write({KEY: 3}, SPAN, [])
    with psycopg.connect(url) as db:
        db.execute(f"UPDATE {SCHEMA}.version SET number = {version}".encode())
    for use in (store.check_writable, lambda: store.write({KEY: 1}, SPAN, []), lambda: store.read("2026-11")):
        with pytest.raises(
            OperationFailed, match=f"has tables of version {version}, and this release writes version 1"
        ):
            use()


def test_sqlite_file_of_another_version_is_not_written_and_not_read(tmp_path: Path) -> None:
    import sqlite3

    store = SqliteStore(tmp_path / "usage.sqlite")
    store.write({KEY: 3}, SPAN, [])
    with sqlite3.connect(store.path) as db:
        db.execute("PRAGMA user_version = 7")
    db.close()
    for use in (store.check_writable, lambda: store.write({KEY: 1}, SPAN, []), lambda: store.read("2026-11")):
        with pytest.raises(OperationFailed, match="has tables of version 7"):
            use()


def test_empty_database_is_reported(url: str) -> None:
    with pytest.raises(OperationFailed, match="has no counts yet"):
        PostgresStore(url).read("2026-11")


def test_missing_driver_is_reported_with_the_remedy(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(OperationFailed, match=r"requirements-postgres\.txt"):
        PostgresStore(url).check_writable()


# -- settings and commands ---------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("unset")
@pytest.mark.parametrize("value", ["mysql://line:w0rd@host/name", "w0rd", "postgresql://", "postgresql://a b:w0rd@h/n"])
def test_invalid_usage_url_is_refused_and_not_shown(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv("IVR_USAGE_URL", value)
    with pytest.raises(BadSettings, match="IVR_USAGE_URL: expected the address of a PostgreSQL database") as raised:
        read_settings()
    assert "w0rd" not in str(raised.value)


def test_usage_url_is_never_shown_and_usage_off_overrides_it() -> None:
    settings = Settings(_env_file=None, ivr_usage_url=f"postgresql://line:{SECRET}@host/name")
    assert "w0rd" not in repr(settings) + str(settings.model_dump()) + settings.model_dump_json()
    assert str(store_of(settings)) == "the database of IVR_USAGE_URL"
    assert store_of(Settings(_env_file=None, ivr_usage="off", ivr_usage_url="postgresql://line@host/name")) is None


@pytest.mark.usefixtures("unset")
def test_usage_and_doctor_commands_use_the_database(url: str, tiny: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    PostgresStore(url).write({KEY: 333}, SPAN, [])
    monkeypatch.setenv("IVR_USAGE_URL", url)
    monkeypatch.setenv("IVR_CONTENT", str(tiny))

    def run(*words: Any) -> Any:
        return CliRunner().invoke(main, list(words), obj=ExternalServices(now=lambda: LATER))

    shown = run("usage", "--csv")
    assert shown.exit_code == 0, shown.output
    assert "2026-11,tea,For tea,,Chosen from a menu,333," in shown.output
    doctor = run("doctor", "--local")
    assert "usage: counted in the database of IVR_USAGE_URL." in doctor.output
