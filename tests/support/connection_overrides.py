"""Twilio's connection overrides: the time limits and retries in the fragment of a URL.

https://www.twilio.com/docs/usage/webhooks/webhooks-connection-overrides
"""

from typing import NamedTuple
from urllib.parse import parse_qsl, urlsplit

TOTAL_TIMEOUT = 15.0
"""Seconds that all tries of one request may take together, whatever is set."""


class Overrides(NamedTuple):
    """The connection overrides of a URL: seconds to connect and to answer, retries, and after which failures.

    Failures are "ct" (no connection), "rt" (no answer), "4xx" and "5xx". The defaults are Twilio's.
    """

    connect: float = 5.0
    read: float = 15.0
    retries: int = 1
    policy: frozenset[str] = frozenset({"ct"})

    @property
    def longest(self) -> float:
        """The most seconds from the request to the answer or to the fallback."""
        return min(TOTAL_TIMEOUT, (1 + self.retries) * (self.connect + self.read))


def overrides_of(url: str) -> Overrides:
    """The overrides in the fragment of `url`."""
    given, defaults = dict(parse_qsl(urlsplit(url).fragment)), Overrides()
    return Overrides(
        int(given.get("ct", defaults.connect * 1000)) / 1000,
        int(given.get("rt", defaults.read * 1000)) / 1000,
        int(given.get("rc", defaults.retries)),
        frozenset(given["rp"].split(",")) if "rp" in given else defaults.policy,
    )
