"""The values of a call: where a caller stands, what happens, what is answered. Frozen, without behaviour."""

from typing import Literal, NamedTuple

Pace = Literal["normal", "slow"]
Reached = Literal["connected", "busy", "no-answer", "failed", "canceled", "unknown"]

KEYS = "0123456789*#"
"""Every key of a telephone."""


class Place(NamedTuple):
    """Where a caller stands. It is the whole state of a call and stands in every address.

    `part` counts from 1. `misses` is the number of wrong keys in a row, at most 2. `tries` is how often in a row the
    line dialled by itself without reaching the hotline, at most 3; it is 0 everywhere but around the transfer.
    """

    node: str
    locale: str
    part: int = 1
    pace: Pace = "normal"
    misses: int = 0
    tries: int = 0


class Ring(NamedTuple):
    """A telephone rings: the call begins."""


class Key(NamedTuple):
    """A key was pressed: one of `KEYS`, or "" for anything else that arrived as digits."""

    key: str


class Silence(NamedTuple):
    """A request came without a key: nothing was pressed."""


class Outcome(NamedTuple):
    """How a dial ended."""

    reached: Reached


class Lost(NamedTuple):
    """A request came to an address that this release does not know, with the key pressed there, if any."""

    key: str


Event = Ring | Key | Silence | Outcome | Lost


class Answer(NamedTuple):
    """What a request is answered with: the place it leads to, what had happened, and the document (TwiML, UTF-8)."""

    place: Place
    event: Event
    body: bytes
