"""The file of counts: SQLite, so that several processes of one machine add up exactly. What is counted stays out.

It is opened for each writing and each reading, so that a file that was moved, emptied or mended is found again.
"""

import os
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

from ivr.errors import OperationFailed
from ivr.usage import tables as tables
from ivr.usage.counter import UsageKey, WriterUptime, month_ends
from ivr.usage.tables import Counted

LOCKED = 5.0
"""Seconds to wait for a file that another process is writing."""
_TABLES = f"""
    CREATE TABLE IF NOT EXISTS counts ({tables.COUNTS}) WITHOUT ROWID;
    CREATE TABLE IF NOT EXISTS spans ({tables.SPANS}) WITHOUT ROWID;
    CREATE TABLE IF NOT EXISTS late ({tables.LATE}) WITHOUT ROWID;
    PRAGMA user_version = {tables.VERSION};
"""


class UsageFile:
    """Counts in the SQLite file at `path`, a `Store`. The file and its folder are made, for the owner alone."""

    def __init__(self, path: Path, patience: float = LOCKED) -> None:
        self.path, self._patience = path, patience

    def __str__(self) -> str:
        return str(self.path)

    def write(self, cells: Mapping[UsageKey, int], span: WriterUptime, late: Sequence[str]) -> None:
        """Add `cells`, all or nothing. Raises sqlite3.Error, OSError or OperationFailed where that is not possible."""
        self._make()
        with self._writing() as db:
            db.executemany(tables.ADD, tables.added(cells))
            db.execute(tables.KEEP_SPAN, tables.kept(span))
            db.executemany(tables.KEEP_LATE, [(month,) for month in late])
            for statement, value in tables.forgotten(span.until - tables.KEPT):
                db.execute(statement, (value,))

    def read(self, month: str) -> Counted:
        """What is kept of `month`. Raises OperationFailed where the file is missing or cannot be read."""
        try:
            with closing(self._connect("ro")) as db:
                self._refuse_other_tables(db)
                rows = db.execute(tables.SELECT_COUNTS, (month,)).fetchall()
                spans = db.execute(tables.SELECT_SPANS, (tables.text(month_ends(month)),)).fetchall()
                late = db.execute(tables.SELECT_LATE, (month,)).fetchall()
        except sqlite3.Error as error:
            raise OperationFailed(f"{self.path} cannot be read ({error}): there is nothing to show.") from None
        return Counted(dict(map(tables.cell_of, rows)), tuple(map(tables.span_of, spans)), bool(late))

    def try_out(self) -> None:
        """Raises OperationFailed where this process could not write to the file."""
        try:
            self._make()
            with self._writing():
                pass
        except (sqlite3.Error, OSError) as error:
            raise OperationFailed(f"{self.path} cannot be written ({error})") from None

    def _make(self) -> None:
        self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        os.close(os.open(self.path, os.O_CREAT | os.O_RDWR, 0o600))

    def _connect(self, mode: str) -> sqlite3.Connection:
        address = f"{self.path.absolute().as_uri()}?mode={mode}"
        return sqlite3.connect(address, timeout=self._patience, isolation_level=None, uri=True)

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        with closing(self._connect("rw")) as db:
            if not self._refuse_other_tables(db):
                db.executescript(_TABLES)
            db.execute("BEGIN IMMEDIATE")
            yield db
            db.execute("COMMIT")

    def _refuse_other_tables(self, db: sqlite3.Connection) -> int:
        """The number of the tables in the file, 0 where it has none. Raises OperationFailed where it is not ours."""
        found = int(db.execute("PRAGMA user_version").fetchone()[0])
        if found not in (0, tables.VERSION):
            raise OperationFailed(
                f"{self.path} has tables of version {found}, and this release writes version {tables.VERSION}: "
                "give USAGE another file, or run the release that made this one."
            )
        return found
