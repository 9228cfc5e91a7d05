"""The values of usage: the numbers that are counted, when they were counted, and the store that keeps them."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple, Protocol

NO_LANGUAGE = "und"
"""The `locale` of events before the caller chose a language: "undetermined" in BCP 47."""


class UsageKey(NamedTuple):
    """A number that is counted: in `period`, `event` led to `node` in the language `locale` (or in NO_LANGUAGE).

    `event` is "ring", a key, "other" for a key that is not used there, or the outcome of a dial ("busy").
    Example: `UsageKey("2026-11", "my_safety", "es", "1")` counts the presses of 1 that led to it in Spanish.
    """

    period: str
    node: str
    locale: str
    event: str


class ProcessSpan(NamedTuple):
    """The time (UTC) from the start of a process to its last write.

    `process` is a random name. `ended` is true if the process stopped in order and wrote all its counts.
    """

    process: str
    since: datetime
    until: datetime
    ended: bool


class StoredPeriod(NamedTuple):
    """The content of a store about one period.

    `spans` are those of all processes that started before the end of the period. `late` is true if counts of the
    period came too late to be stored.
    """

    counts: Mapping[UsageKey, int]
    spans: tuple[ProcessSpan, ...]
    late: bool


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
