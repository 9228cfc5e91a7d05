"""Selects the store of this line from its settings: an SQLite file, a PostgreSQL database, or no store."""

from ivr.settings import Settings
from ivr.usage.counts import UsageStore
from ivr.usage.postgres import PostgresStore
from ivr.usage.sqlite import SqliteStore


def store_of(settings: Settings) -> UsageStore | None:
    """The store that `settings` select; None if usage is not counted."""
    if settings.usage_file is None:
        return None
    url = settings.ivr_usage_url.get_secret_value()
    return PostgresStore(url) if url else SqliteStore(settings.usage_file)
