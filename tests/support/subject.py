"""A compiled line and what its tests look up in it, and the verbs of its documents."""

from functools import cache
from typing import NamedTuple
from urllib.parse import urlsplit

from ivr.call.urls import RING, address_in
from ivr.content.facts import HOTLINE
from ivr.line.line import Line
from ivr.phone.parser import read_document
from ivr.phone.verbs import Verb


class Subject(NamedTuple):
    """A line, the numbers that it may dial, and the number of the hotline (both in E.164)."""

    line: Line
    numbers: frozenset[str]
    hotline: str

    def path_of(self, action: str | None) -> str:
        """The address of an `action`: its path behind the public URL."""
        assert action is not None
        assert action.startswith(self.line.options.public_url + RING)
        assert not urlsplit(action).query
        return address_in(self.line.options.public_url, action)


def subject_of(line: Line) -> Subject:
    numbers = line.content.facts.numbers
    dials = frozenset(filter(None, (number.dial for number in numbers.values())))
    return Subject(line, dials, str(numbers[HOTLINE].dial))


@cache
def verbs_of(body: bytes) -> tuple[Verb, ...]:
    """The verbs of a document: raises InvalidTwiml for one that Twilio would not play."""
    return read_document(body)
