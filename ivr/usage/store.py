"""Selects the store of this line from its settings: an SQLite file, a PostgreSQL database, or no store."""

from typing import Protocol

from ivr.settings import Settings
from ivr.usage.counter import UsageWriter
from ivr.usage.postgres import PostgresStore
from ivr.usage.sqlite import SqliteStore
from ivr.usage.tables import StoredPeriod


class UsageStore(UsageWriter, Protocol):
    """A store: `write` for the counter, `read` for the report, `try_out` for the doctor.

    `str(store)` names it to an operator and holds no password.
    """

    def read(self, period: str) -> StoredPeriod:
        """The counts of `period`, such as "2026-11" or "2026-Q4". Raises OperationFailed if they cannot be read."""

    def try_out(self) -> None:
        """Raises OperationFailed if this process could not write to the store."""


def store_of(settings: Settings) -> UsageStore | None:
    """The store that `settings` select; None if usage is not counted."""
    if settings.usage_file is None:
        return None
    url = settings.ivr_usage_url.get_secret_value()
    return PostgresStore(url) if url else SqliteStore(settings.usage_file)
