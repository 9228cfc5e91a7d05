"""The services outside this process as one value, so that tests can replace them: HTTP, TLS, Twilio, the clock."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from ivr.operate.http_client import Fetch, TlsHost, fetch, tls_host


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True)
class ExternalServices:
    """The network and the clock. `transport` is the `HttpClient` for Twilio's API; None means that of its library."""

    fetch: Fetch = fetch
    tls_host: Callable[[str, int], TlsHost] = tls_host
    transport: Any = None
    now: Callable[[], datetime] = _now
