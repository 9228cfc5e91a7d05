"""One limit for everybody together. It knows how much was asked for lately, and nothing of who asked."""

import time
from collections.abc import Callable


class Limiter:
    """Lets `burst` through at once and `rate` a second after that."""

    def __init__(self, rate: float, burst: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._rate, self._burst, self._clock = rate, float(burst), clock
        self._left, self._since = float(burst), clock()

    def allows(self) -> bool:
        """Whether one more may pass now."""
        now = self._clock()
        self._left = min(self._burst, self._left + (now - self._since) * self._rate)
        self._since = now
        if self._left < 1:
            return False
        self._left -= 1
        return True
