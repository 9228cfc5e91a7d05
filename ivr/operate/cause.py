"""A cause of trouble as two sentences: what is wrong, and what to do."""

from typing import NamedTuple


class Cause(NamedTuple):
    """As a string, both sentences. Example: `Cause("A SIP trunk is set.", "Take it off in Twilio's console.")`."""

    found: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.found} {self.remedy}"
