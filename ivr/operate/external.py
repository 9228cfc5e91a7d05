"""The services outside this process as one value, so that tests can replace them: HTTP, TLS, Twilio, the clock."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from ivr.operate.http_client import Certificate, Fetch, certificate_of, fetch

if TYPE_CHECKING:
    from twilio.http import HttpClient


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True)
class External:
    """The network and the clock. `transport` makes the HTTP client for Twilio's API; None means Twilio's own."""

    fetch: Fetch = fetch
    certificate_of: Callable[[str, int], Certificate] = certificate_of
    transport: "Callable[[], HttpClient] | None" = None
    now: Callable[[], datetime] = _now
