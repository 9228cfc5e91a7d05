"""One rate limit for all visitors together (a token bucket). It stores no address of a visitor."""

import time
from collections.abc import Callable


class RateLimiter:
    """Allows `burst` requests at once, and `rate` more each second."""

    def __init__(self, rate: float, burst: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._rate, self._burst, self._clock = rate, float(burst), clock
        self._tokens, self._updated = float(burst), clock()

    def allows(self) -> bool:
        """Whether one more request is allowed now; if so, it is counted."""
        now = self._clock()
        self._tokens = min(self._burst, self._tokens + (now - self._updated) * self._rate)
        self._updated = now
        if self._tokens < 1:
            return False
        self._tokens -= 1
        return True
