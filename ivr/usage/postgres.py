"""Stores usage in PostgreSQL, so that the processes of several machines add to the same counts.

How counts stay right while processes and the database start, stop and fail:

1. Each write and each read opens its own connection. There is no pool to repair: after a restart, a failover or a
   change of address the next write, a minute later, reaches the database again.
2. A write is one transaction. If it fails, nothing of it is stored, and the counter keeps the counts in memory.
3. One advisory lock lets one process write, or create the tables, at a time. It is taken before the tables are looked
   up: a connection that looked for a missing table does not find it after another process created it.
4. Each statement has a time limit, and a process that stops in the middle of a transaction loses its connection after
   the same time. So a stuck process delays the others by seconds.
5. If the connection breaks after COMMIT was sent and before its answer arrived, the counts may be stored or not. They
   are written again, so this batch of one process may be counted twice. A record of transactions would prevent that,
   but a report that hides every number under 16 does not need it.
6. A process that ends while the database is away loses the counts since its last write. Its span is then without
   `ended`, or a time without any span remains: the report says INCOMPLETE from these rows alone.

Messages of the driver are never shown or logged, because they may repeat a part of the URL and so the password. The
reason for a fault is told in our own words. A fault of a statement has a code, SQLSTATE. A fault while connecting has
none (psycopg 3.3), so there the reason is found by the fixed phrases of libpq and the server.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any, Literal, LiteralString

from ivr.errors import OperationFailed
from ivr.usage import tables
from ivr.usage.tables import ProcessSpan, StoredPeriod, UsageKey

if TYPE_CHECKING:
    from types import ModuleType

    from psycopg import Connection

STATEMENT_TIMEOUT = 3
"""Seconds that the database may work on one statement, with the time that it waits for locks."""
CONNECT_TIMEOUT = 3
"""Seconds to wait for a connection, and for a network that no longer delivers."""
_NO_CONNECTIONS = "its memory or its connections are used up"
_STARTING = "it is starting or stopping"
_SLOW = f"it takes longer than {STATEMENT_TIMEOUT} seconds"
_BY_STATE = {
    "25006": "it is read-only: this address leads to a copy, or the database was made read-only",
    "42501": "its user lacks a right: GRANT CREATE ON DATABASE … TO …",
    "53100": "its disk is full",
    "53": _NO_CONNECTIONS,
    "57014": _SLOW,
    "55P03": _SLOW,
    "57P03": _STARTING,
}
"""Reasons by SQLSTATE or its first characters: https://www.postgresql.org/docs/current/errcodes-appendix.html"""
_BY_PHRASE: Mapping[tuple[str, ...], str] = {
    ("authentication failed",): "it refuses the user or the password",
    ("no pg_hba.conf entry",): "it does not allow this connection: look at user, machine and TLS in its pg_hba.conf",
    ("database", "does not exist"): "it does not have the database that the address names",
    ("permission denied for database",): "its user may not connect: GRANT CONNECT ON DATABASE … TO …",
    ("root certificate file",): "the file of certificate authorities is missing: add "
    "&sslrootcert=/etc/ssl/certs/ca-certificates.crt, or the file of your provider, to the address",
    ("certificate verify failed",): "its certificate is not of an authority in the file that sslrootcert names",
    ("does not match host name",): "its certificate is for another host than the address names",
    ("does not support SSL",): "it offers no TLS, and sslmode demands it",
    ("remaining connection slots",): _NO_CONNECTIONS,
    ("too many",): _NO_CONNECTIONS,
    ("starting up",): _STARTING,
    ("shutting down",): _STARTING,
    ("failed to resolve host",): "the name of its host is not known",
    ("Connection refused",): "nothing listens at its host and port",
    ("timeout",): f"it does not answer within {CONNECT_TIMEOUT} seconds: look at its host, its port and the network",
}
"""Reasons by the phrases in a message about a connection. The first reason whose phrases are all there is taken."""
SCHEMA = "information_line"
"""The schema of the tables, so that their names cannot collide with others in the same database."""
_CREATE_TABLES: tuple[LiteralString, ...] = (
    f"CREATE SCHEMA IF NOT EXISTS {SCHEMA}",
    f"CREATE TABLE counts ({tables.COUNTS_COLUMNS})",
    f"CREATE TABLE spans ({tables.SPANS_COLUMNS})",
    f"CREATE TABLE late ({tables.LATE_COLUMNS})",
    "CREATE TABLE version (number INTEGER PRIMARY KEY)",
    f"INSERT INTO version VALUES ({tables.VERSION})",
)
_CONNECT_OPTIONS: dict[str, Any] = {
    "autocommit": True,
    "connect_timeout": CONNECT_TIMEOUT,
    "tcp_user_timeout": CONNECT_TIMEOUT * 1000,
    "prepare_threshold": None,  # a pooler such as pgbouncer gives one server connection to several clients in turn
}
"""https://www.psycopg.org/psycopg3/docs/advanced/prepare.html#using-prepared-statements-with-pgbouncer"""
_WRITE_LOCK = 0x1BF0
"""The number of the advisory lock: the same in every process and release."""


class PostgresStore:
    """The `UsageStore` in the PostgreSQL database at `url`. Creates its own schema there, with four small tables."""

    def __init__(self, url: str) -> None:
        self._url = url
        with suppress(OperationFailed):  # load the driver before the workers are forked, so that they share its memory
            _driver()

    def __str__(self) -> str:
        return "the database of IVR_USAGE_URL"

    def write(self, counts: Mapping[UsageKey, int], span: ProcessSpan, late_periods: Sequence[str]) -> None:
        """Add `counts` in one transaction. Raises OperationFailed if it fails, or may have failed."""
        with self._connection("written") as db:
            _begin_write(db)
            tables.write(_Cursor(db), counts, span, late_periods)
            db.execute("COMMIT")

    def read(self, period: str) -> StoredPeriod:
        """The counts of `period`. Raises OperationFailed, as a sentence, if they cannot be read."""
        with self._connection("read") as db:
            _begin(db)
            if not _has_tables(db):
                raise OperationFailed("The database of IVR_USAGE_URL has no counts yet: there is nothing to show.")
            return tables.read(_Cursor(db), period)

    def check_writable(self) -> None:
        """Raises OperationFailed, as a sentence, if this process could not write. Writes a row and takes it back."""
        with self._connection("written") as db:
            _begin_write(db)
            db.execute("INSERT INTO version VALUES (0)")
            db.execute("ROLLBACK")

    @contextmanager
    def _connection(self, use: Literal["read", "written"]) -> Iterator["Connection[Any]"]:
        """A connection; `use` is a word of the message. Raises OperationFailed for every fault of the driver."""
        psycopg = _driver()
        try:
            with psycopg.connect(self._url, **_CONNECT_OPTIONS) as db:
                yield db
        except (psycopg.Error, UnicodeError) as error:
            raise OperationFailed(f"The database of IVR_USAGE_URL cannot be {use}: {_reason_of(error)}.") from None


def _driver() -> "ModuleType":
    try:
        import psycopg
    except ImportError:
        raise OperationFailed(
            "IVR_USAGE_URL names a PostgreSQL database, and its driver is not installed: "
            "`make install REQUIREMENTS=requirements-postgres.txt` in a checkout; an image is built with "
            "`--build-arg REQUIREMENTS=requirements-postgres.txt`."
        ) from None
    return psycopg


def _begin(db: "Connection[Any]", write: bool = False) -> None:
    """Begin a transaction; to write, wait until no other process writes."""
    db.execute("BEGIN")
    db.execute(f"SET LOCAL statement_timeout = '{STATEMENT_TIMEOUT}s'")
    db.execute(f"SET LOCAL idle_in_transaction_session_timeout = '{STATEMENT_TIMEOUT}s'")
    if write:
        db.execute("SELECT pg_advisory_xact_lock(%s)", (_WRITE_LOCK,))
    db.execute(f"SET LOCAL search_path TO {SCHEMA}")  # after the lock: see 3 above


def _begin_write(db: "Connection[Any]") -> None:
    """Begin a transaction that writes, and create the tables if they are missing."""
    _begin(db, write=True)
    if not _has_tables(db):
        for statement in _CREATE_TABLES:
            db.execute(statement)


def _has_tables(db: "Connection[Any]") -> bool:
    """Whether the tables exist. Raises OperationFailed if their version is not the one of this release."""
    row = db.execute("SELECT to_regclass(%s)", (f"{SCHEMA}.version",)).fetchone()
    if not row or row[0] is None:
        return False
    versions = [row[0] for row in db.execute("SELECT number FROM version").fetchall()]
    if versions != [tables.VERSION]:
        stored = ", ".join(map(str, versions)) or "none"
        raise OperationFailed(
            f"The database of IVR_USAGE_URL has tables of version {stored}, and this release writes version "
            f"{tables.VERSION}: give it another database, or run the release that made the tables."
        )
    return True


class _Cursor:
    """A cursor for the statements of `tables`: psycopg's placeholder is %s."""

    def __init__(self, db: "Connection[Any]") -> None:
        self._cursor = db.cursor()

    def execute(self, statement: str, parameters: Sequence[str | int] = ()) -> Any:
        return self._cursor.execute(_for_psycopg(statement), parameters)

    def executemany(self, statement: str, parameters: Sequence[Sequence[str | int]]) -> Any:
        return self._cursor.executemany(_for_psycopg(statement), parameters)


def _for_psycopg(statement: str) -> Any:
    return statement.replace("?", "%s")


def _reason_of(error: Exception) -> str:
    """The reason, as the end of a sentence: "it refuses the user or the password"."""
    state = getattr(error, "sqlstate", None) or ""
    if state:
        unknown = f"PostgreSQL says {state}, see https://www.postgresql.org/docs/current/errcodes-appendix.html"
        return next((reason for prefix, reason in _BY_STATE.items() if state.startswith(prefix)), unknown)
    if not isinstance(error, _driver().OperationalError):
        return "the address is not one that PostgreSQL's driver understands"
    message = str(error)
    unknown = "it does not answer, or refuses the user: look at its host, its port, its password and the network"
    return next((reason for phrases, reason in _BY_PHRASE.items() if all(map(message.__contains__, phrases))), unknown)
