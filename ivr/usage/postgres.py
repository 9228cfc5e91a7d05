"""The database of counts: PostgreSQL, so that several machines add up exactly. What is counted stays out.

It is connected to for each writing and each reading, so that a database that was moved, restarted or mended is found
again. No message of the driver is ever shown or logged: it may repeat a piece of the address, and so the password.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime
from typing import TYPE_CHECKING, Any, LiteralString

from ivr.errors import OperationFailed
from ivr.usage import tables as tables
from ivr.usage.counter import UsageKey, WriterUptime, month_ends
from ivr.usage.tables import Counted

if TYPE_CHECKING:
    from types import ModuleType

    from psycopg import Connection

CONNECTING = 3
"""Seconds to wait for the database to take a connection, and in a network that has gone silent."""
ANSWERING = 3
"""Seconds that it may work on one statement, waiting for others included."""
SCHEMA = "information_line"
"""Where the tables stand, so that they meet no tables of others in the same database."""
_MAKE: tuple[LiteralString, ...] = (
    f"CREATE SCHEMA IF NOT EXISTS {SCHEMA}",
    f"CREATE TABLE counts ({tables.COUNTS})",
    f"CREATE TABLE spans ({tables.SPANS})",
    f"CREATE TABLE late ({tables.LATE})",
    "CREATE TABLE outages (process TEXT, since TEXT, until TEXT NOT NULL, PRIMARY KEY (process, since))",
    "CREATE TABLE version (number INTEGER PRIMARY KEY)",
    f"INSERT INTO version VALUES ({tables.VERSION})",
)
_WRITING = 0x1BF0
"""A number that processes agree on, so that one writes, or makes the tables, while the others wait for it."""
_WHY = {
    "28": "it refuses the user or the password",
    "3D": "it has no database of that name",
    "25006": "it is read-only: this address leads to a copy, or it was set so",
    "42501": "its user has not the right to",
    "53100": "its disk is full",
    "53": "it has no room for more",
    "57014": f"it takes longer than {ANSWERING} seconds",
    "55P03": f"it takes longer than {ANSWERING} seconds",
    "57P03": "it is starting or stopping",
}
"""What to say of an SQLSTATE, or of all that begin so: https://www.postgresql.org/docs/current/errcodes-appendix.html"""


class UsageDatabase:
    """Counts in the PostgreSQL database at `url`, a `Store`. A schema of its own is made there, with small tables."""

    def __init__(self, url: str) -> None:
        self._url = url
        with suppress(OperationFailed):  # loaded before the workers are forked, which then share it
            _driver()
        self._last: datetime | None = None
        self._failed = False
        self._doubtful: tuple[str, Mapping[UsageKey, int]] | None = None
        self._already: Counter[UsageKey] = Counter()  # kept, while whoever counts believes that it was not

    def __str__(self) -> str:
        return "the database of USAGE_URL"

    def write(self, cells: Mapping[UsageKey, int], span: WriterUptime, late: Sequence[str]) -> None:
        """Add `cells`, all or nothing, once. Raises OperationFailed where that is not possible, or not certain."""
        try:
            self._settle()
            self._write(
                {cell: more for cell, times in cells.items() if (more := times - self._already[cell]) > 0}, span, late
            )
        except BaseException:
            self._failed = True
            raise
        self._last, self._failed, self._doubtful = span.until, False, None
        self._already.clear()

    def read(self, month: str) -> Counted:
        """What is kept of `month`. Raises OperationFailed, in a sentence, where it cannot be read."""
        with self._connected("read") as db:
            _begin(db)
            if not _is_ours(db):
                raise OperationFailed("The database of USAGE_URL has no counts yet: there is nothing to show.")
            ends = tables.text(month_ends(month))
            rows = db.execute(_own(tables.SELECT_COUNTS), (month,)).fetchall()
            spans = db.execute(_own(tables.SELECT_SPANS), (ends,)).fetchall()
            late = db.execute(_own(tables.SELECT_LATE), (month,)).fetchall()
            outages = db.execute(
                "SELECT since, until FROM outages WHERE since < %s AND until >= %s ORDER BY since", (ends, month)
            ).fetchall()
        return Counted(
            dict(map(tables.cell_of, rows)), tuple(map(tables.span_of, spans)), bool(late),
            tuple((tables.moment(since), tables.moment(until)) for since, until in outages),
        )  # fmt: skip

    def try_out(self) -> None:
        """Raises OperationFailed, in a sentence, where this process could not write: it does, and takes it back."""
        with self._connected("written") as db:
            _begin(db, alone=True)
            _make(db)
            db.execute("INSERT INTO version VALUES (0)")
            db.execute("ROLLBACK")

    def _write(self, cells: Mapping[UsageKey, int], span: WriterUptime, late: Sequence[str]) -> None:
        with self._connected("written") as db:
            _begin(db, alone=True)
            _make(db)
            with db.cursor() as rows:
                rows.executemany(_own(tables.ADD), tables.added(cells))
                rows.executemany(_own(tables.KEEP_LATE), [(month,) for month in late])
            db.execute(_own(tables.KEEP_SPAN), tables.kept(span))
            self._own_up(db, span)
            _forget(db, span.until)
            number = db.execute("SELECT pg_current_xact_id()::text").fetchone()
            self._doubtful = (str(number and number[0]), cells)  # if the connection ends now, it may be kept or not
            db.execute("COMMIT")

    def _own_up(self, db: "Connection[Any]", span: WriterUptime) -> None:
        """Keep from when to when nothing could be written."""
        if self._failed:
            row = (span.process, tables.text(self._last or span.since), tables.text(span.until))
            db.execute("INSERT INTO outages VALUES (%s, %s, %s) ON CONFLICT DO NOTHING", row)

    def _settle(self) -> None:
        """Find out whether the last writing, whose end was never heard of, was kept."""
        if self._doubtful is None:
            return
        with self._connected("written") as db:
            row = db.execute("SELECT pg_xact_status(%s::xid8)", (self._doubtful[0],)).fetchone()
            found = row and row[0]
        if found == "in progress":
            raise OperationFailed("The database of USAGE_URL has not finished the last writing yet.")
        if found == "committed":
            self._already.update(self._doubtful[1])
        self._doubtful = None

    @contextmanager
    def _connected(self, what: str) -> Iterator["Connection[Any]"]:
        psycopg = _driver()
        try:
            with psycopg.connect(
                self._url, autocommit=True, connect_timeout=CONNECTING, tcp_user_timeout=CONNECTING * 1000
            ) as db:
                yield db
        except (psycopg.Error, UnicodeError) as error:
            raise OperationFailed(f"The database of USAGE_URL cannot be {what}: {_why(error)}.") from None


def _driver() -> "ModuleType":
    try:
        import psycopg
    except ImportError:
        raise OperationFailed(
            "USAGE_URL names a PostgreSQL database, and its driver is not installed: "
            "`.venv/bin/python -m pip install --requirement requirements-postgres.txt`."
        ) from None
    return psycopg


def _begin(db: "Connection[Any]", alone: bool = False) -> None:
    """Begin; `alone`: when no other process writes. That is asked for before anything else is: what a connection has
    once looked for and not found, it does not see when another one has made it meanwhile.
    """
    db.execute("BEGIN")
    db.execute(f"SET LOCAL statement_timeout = '{ANSWERING}s'")
    db.execute(f"SET LOCAL idle_in_transaction_session_timeout = '{ANSWERING}s'")  # whoever is gone holds up nobody
    if alone:
        db.execute("SELECT pg_advisory_xact_lock(%s)", (_WRITING,))
    db.execute(f"SET LOCAL search_path TO {SCHEMA}")


def _make(db: "Connection[Any]") -> None:
    """Make the tables where there are none."""
    if not _is_ours(db):
        for statement in _MAKE:
            db.execute(statement)


def _is_ours(db: "Connection[Any]") -> bool:
    """Whether there are tables. Raises OperationFailed where they are not those of this release."""
    found = db.execute("SELECT to_regclass(%s)", (f"{SCHEMA}.version",)).fetchone()
    if not found or found[0] is None:
        return False
    numbers = [row[0] for row in db.execute("SELECT number FROM version").fetchall()]
    if numbers != [tables.VERSION]:
        told = ", ".join(map(str, numbers)) or "none"
        raise OperationFailed(
            f"The database of USAGE_URL has tables of version {told}, and this release writes version "
            f"{tables.VERSION}: give it another database, or run the release that made these."
        )
    return True


def _forget(db: "Connection[Any]", now: datetime) -> None:
    before = now - tables.KEPT
    for statement, value in tables.forgotten(before):
        db.execute(_own(statement), (value,))
    db.execute("DELETE FROM outages WHERE until < %s", (tables.text(before),))


def _own(statement: str) -> Any:
    """A statement of `usage_tables` with the placeholders of this driver."""
    return statement.replace("?", "%s")


def _why(error: Exception) -> str:
    """Why it cannot be, in our own words: the driver's may hold what is secret."""
    state = getattr(error, "sqlstate", None) or ""
    known = next((why for begins, why in _WHY.items() if state.startswith(begins)), None)
    if known:
        return known
    if state:
        return f"PostgreSQL says {state}, see https://www.postgresql.org/docs/current/errcodes-appendix.html"
    if any(kind.__name__ == "OperationalError" for kind in type(error).__mro__):
        return "it does not answer, or refuses the user: look at its host, its port, its password and the network"
    return "the address is not one that PostgreSQL's driver understands"
