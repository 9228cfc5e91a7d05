"""Where this line counts: a file, a database, or nowhere, as an operator has set it."""

from typing import Protocol

from ivr.settings import Settings
from ivr.usage.counter import Store
from ivr.usage.postgres import UsageDatabase
from ivr.usage.sqlite import UsageFile
from ivr.usage.tables import Counted


class Usage(Store, Protocol):
    """A store that can also be read. As a string, it is what an operator calls it, without a secret."""

    def read(self, month: str) -> Counted:
        """What is kept of `month`, such as "2026-11". Raises NotDone."""

    def try_out(self) -> None:
        """Raises NotDone, in a sentence, where this process could not write to it."""


def usage_of(settings: Settings) -> Usage | None:
    """Where usage is counted; None where it is not counted."""
    if settings.usage_file is None:
        return None
    url = settings.usage_url.get_secret_value()
    return UsageDatabase(url) if url else UsageFile(settings.usage_file)
