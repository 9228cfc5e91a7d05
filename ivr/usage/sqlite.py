"""Stores usage in an SQLite file, so that the processes of one machine add to the same counts.

The file is opened for each write and each read: a file that was moved, deleted or repaired is found again.
"""

import os
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

from ivr.errors import OperationFailed
from ivr.usage import tables
from ivr.usage.tables import ProcessSpan, StoredPeriod, UsageKey

LOCK_TIMEOUT = 5.0
"""Seconds to wait while another process writes to the file."""
_CREATE_TABLES = f"""
    CREATE TABLE IF NOT EXISTS counts ({tables.COUNTS_COLUMNS}) WITHOUT ROWID;
    CREATE TABLE IF NOT EXISTS spans ({tables.SPANS_COLUMNS}) WITHOUT ROWID;
    CREATE TABLE IF NOT EXISTS late ({tables.LATE_COLUMNS}) WITHOUT ROWID;
    PRAGMA user_version = {tables.VERSION};
"""
"""WITHOUT ROWID: the rows are kept in the order of their keys, not in the order in which they were added."""


class SqliteStore:
    """The `UsageStore` in the SQLite file at `path`. Creates the file and its folder, readable by their owner only."""

    def __init__(self, path: Path, lock_timeout: float = LOCK_TIMEOUT) -> None:
        self.path, self._lock_timeout = path, lock_timeout

    def __str__(self) -> str:
        return str(self.path)

    def write(self, counts: Mapping[UsageKey, int], span: ProcessSpan, late_periods: Sequence[str]) -> None:
        """Add `counts` in one transaction. Raises sqlite3.Error, OSError or OperationFailed if it fails."""
        self._create_file()
        with self._transaction() as db:
            tables.write(db.cursor(), counts, span, late_periods)

    def read(self, period: str) -> StoredPeriod:
        """The counts of `period`. Raises OperationFailed if the file is missing or cannot be read."""
        try:
            with closing(self._connect("ro")) as db:
                if not self._has_tables(db):
                    raise OperationFailed(f"{self.path} has no counts yet: there is nothing to show.")
                return tables.read(db.cursor(), period)
        except sqlite3.Error as error:
            raise OperationFailed(f"{self.path} cannot be read ({error}): there is nothing to show.") from None

    def check_writable(self) -> None:
        """Raises OperationFailed if this process could not write to the file."""
        try:
            self._create_file()
            with self._transaction():
                pass
        except (sqlite3.Error, OSError) as error:
            raise OperationFailed(f"{self.path} cannot be written ({error})") from None

    def _create_file(self) -> None:
        self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        os.close(os.open(self.path, os.O_CREAT | os.O_RDWR, 0o600))

    def _connect(self, mode: str) -> sqlite3.Connection:
        uri = f"{self.path.absolute().as_uri()}?mode={mode}"
        return sqlite3.connect(uri, timeout=self._lock_timeout, isolation_level=None, uri=True)

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        with closing(self._connect("rw")) as db:
            if not self._has_tables(db):
                db.executescript(_CREATE_TABLES)
            db.execute("BEGIN IMMEDIATE")
            yield db
            db.execute("COMMIT")

    def _has_tables(self, db: sqlite3.Connection) -> bool:
        """Whether the tables exist. Raises OperationFailed if their version is not the one of this release."""
        version = int(db.execute("PRAGMA user_version").fetchone()[0])
        if version not in (0, tables.VERSION):
            raise OperationFailed(
                f"{self.path} has tables of version {version}, and this release writes version {tables.VERSION}: "
                "give IVR_USAGE another file, or run the release that made this file."
            )
        return version != 0
