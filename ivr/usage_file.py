"""The file of counts: SQLite, so that several processes of one machine add up exactly. What is counted stays out.

    counts   month, node, locale, event -> times        one row a cell: no order, no day, no call
    spans    from when to when each process has written: where there is none, a month is not complete
    late     months of which counts came too late to be taken

It is opened for each writing and each reading, so that a file that was moved, emptied or mended is found again.
"""

import os
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from ivr.counts import Cell, Span, month_ends
from ivr.errors import NotDone

KEPT = timedelta(days=400)
"""How long counts are kept: thirteen months."""
LOCKED = 5.0
"""Seconds to wait for a file that another process is writing."""
_TABLES = """
    CREATE TABLE IF NOT EXISTS counts (
        month TEXT NOT NULL, node TEXT NOT NULL, locale TEXT NOT NULL, event TEXT NOT NULL, times INTEGER NOT NULL,
        PRIMARY KEY (month, node, locale, event)
    ) WITHOUT ROWID;
    CREATE TABLE IF NOT EXISTS spans (
        process TEXT PRIMARY KEY, since TEXT NOT NULL, until TEXT NOT NULL, ended INTEGER NOT NULL
    ) WITHOUT ROWID;
    CREATE TABLE IF NOT EXISTS late (month TEXT PRIMARY KEY) WITHOUT ROWID;
"""
_ADD = """
    INSERT INTO counts VALUES (?, ?, ?, ?, ?)
    ON CONFLICT DO UPDATE SET times = times + excluded.times
"""
_KEEP_SPAN = """
    INSERT INTO spans VALUES (?, ?, ?, ?)
    ON CONFLICT DO UPDATE SET until = excluded.until, ended = excluded.ended
"""


class Counted(NamedTuple):
    """What is kept of one month: the counts, the spans of all processes, whether counts came too late."""

    cells: Mapping[Cell, int]
    spans: tuple[Span, ...]
    late: bool


class UsageFile:
    """Counts in the SQLite file at `path`, a `Store`. The file and its folder are made, for the owner alone."""

    def __init__(self, path: Path, patience: float = LOCKED) -> None:
        self.path, self._patience = path, patience

    def write(self, cells: Mapping[Cell, int], span: Span, late: Sequence[str]) -> None:
        """Add `cells`, all or nothing. Raises sqlite3.Error or OSError where that is not possible."""
        self._make()
        with self._writing() as db:
            db.executemany(_ADD, [(*cell, times) for cell, times in cells.items()])
            db.execute(_KEEP_SPAN, (span.process, _text(span.since), _text(span.until), span.ended))
            db.executemany("INSERT OR IGNORE INTO late VALUES (?)", [(month,) for month in late])
            self._forget(db, span.until - KEPT)

    def read(self, month: str) -> Counted:
        """What is kept of `month`. Raises NotDone where the file is missing or cannot be read."""
        try:
            with closing(self._connect("ro")) as db:
                rows = db.execute("SELECT * FROM counts WHERE month = ?", (month,)).fetchall()
                spans = db.execute("SELECT * FROM spans WHERE since < ?", (_text(month_ends(month)),)).fetchall()
                late = db.execute("SELECT month FROM late WHERE month = ?", (month,)).fetchall()
        except sqlite3.Error as error:
            raise NotDone(f"{self.path} cannot be read ({error}): there is nothing to show.") from None
        return Counted({Cell(*row[:4]): row[4] for row in rows}, tuple(map(_span, spans)), bool(late))

    def try_out(self) -> None:
        """Raises NotDone where this process could not write to the file."""
        try:
            self._make()
            with self._writing():
                pass
        except (sqlite3.Error, OSError) as error:
            raise NotDone(f"{self.path} cannot be written ({error})") from None

    def _make(self) -> None:
        self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        os.close(os.open(self.path, os.O_CREAT | os.O_RDWR, 0o600))

    def _connect(self, mode: str) -> sqlite3.Connection:
        address = f"{self.path.absolute().as_uri()}?mode={mode}"
        return sqlite3.connect(address, timeout=self._patience, isolation_level=None, uri=True)

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        with closing(self._connect("rw")) as db:
            db.executescript(_TABLES)
            db.execute("BEGIN IMMEDIATE")
            yield db
            db.execute("COMMIT")

    def _forget(self, db: sqlite3.Connection, before: datetime) -> None:
        db.execute("DELETE FROM counts WHERE month < ?", (f"{before:%Y-%m}",))
        db.execute("DELETE FROM late WHERE month < ?", (f"{before:%Y-%m}",))
        db.execute("DELETE FROM spans WHERE until < ?", (_text(before),))


def _text(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds")


def _span(row: tuple[str, str, str, int]) -> Span:
    return Span(row[0], datetime.fromisoformat(row[1]), datetime.fromisoformat(row[2]), bool(row[3]))
