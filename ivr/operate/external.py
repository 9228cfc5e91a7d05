"""The services outside this process as one value, so that tests can replace them: HTTP, TLS, Twilio, the clock."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from ivr.operate.http_client import Fetch, TlsHost, fetch, tls_host

if TYPE_CHECKING:
    from twilio.http import HttpClient


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True)
class ExternalServices:
    """The network and the clock. `transport` makes the HTTP client for Twilio's API; None means Twilio's own."""

    fetch: Fetch = fetch
    tls_host: Callable[[str, int], TlsHost] = tls_host
    transport: "Callable[[], HttpClient] | None" = None
    now: Callable[[], datetime] = _now
