"""The interface of a store of usage, and the store of a line: an SQLite file, a PostgreSQL database, or none."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from ivr.settings import Settings
from ivr.usage.postgres import PostgresStore
from ivr.usage.sqlite import SqliteStore
from ivr.usage.tables import ProcessSpan, StoredPeriod, UsageKey


class UsageStore(Protocol):
    """A store. `str(store)` names it to an operator and holds no password."""

    def write(self, counts: Mapping[UsageKey, int], span: ProcessSpan, late_periods: Sequence[str]) -> None:
        """Add `counts`, and keep `span` and the periods of which counts came too late, in one transaction.

        After any exception the counter keeps the counts for the next write.
        """

    def read(self, period: str) -> StoredPeriod:
        """The counts of `period`, such as "2026-11" or "2026-Q4". Raises OperationFailed if they cannot be read."""

    def check_writable(self) -> None:
        """Raises OperationFailed if this process could not write to the store."""


def store_of(settings: Settings) -> UsageStore | None:
    """The store that `settings` select; None if usage is not counted."""
    if settings.usage_file is None:
        return None
    url = settings.ivr_usage_url.get_secret_value()
    return PostgresStore(url) if url else SqliteStore(settings.usage_file)
