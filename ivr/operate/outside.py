"""What lies outside this process: Twilio, the network, the clock. It is handed in, so that a test can be all three."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from ivr.operate.http_client import Fetch, certificate_ends, fetch

if TYPE_CHECKING:
    from twilio.http import HttpClient


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True)
class External:
    """`transport` makes the connection that carries requests to Twilio; None stands for the network."""

    fetch: Fetch = fetch
    certificate_ends: Callable[[str, int], datetime] = certificate_ends
    transport: "Callable[[], HttpClient] | None" = None
    now: Callable[[], datetime] = _now
