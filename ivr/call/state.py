"""The values of a call: the caller's place, the events, the answer. Frozen tuples without behaviour.

VoiceXML's terms: a *no-input* (the caller presses no key in time) is no event, because the document goes on without a
request. A `Key` without a meaning at its place is a *no-match*; `Place.misses` counts those in a row.
"""

from typing import Literal, NamedTuple

Pace = Literal["normal", "slow"]
DialOutcome = Literal["connected", "busy", "no-answer", "failed", "canceled", "unknown"]
"""How a dial ended. "connected": two people talked; "unknown": Twilio's request has no outcome that we know."""

KEYS = "0123456789*#"
"""Every key of a telephone."""


class Place(NamedTuple):
    """The whole state of a call. Each URL that a document gives to Twilio contains one place.

    Example: `Place("partner", "es", 2)` ↔ "/call/es/partner/part-2": the second part of the node `partner`, in Spanish.

    `node` is a name from flow.toml, `locale` an offered language's tag, `part` counts from 1. `misses` is the number of
    no-matches in a row (0 to 2). `tries` is the number of dials in a row that nobody answered (0 to 3); a key after
    which the caller is at the same node lowers it to 1, if it is more. It is 0 at every node but the transfer and the
    node that follows a failed dial.

    `language_chosen` is False from the ring until the caller presses a choice or key 8. Until then `locale` is the
    source language, and what keys 0 and 9 and silence lead to is spoken in the second language too.
    """

    node: str
    locale: str
    part: int = 1
    pace: Pace = "normal"
    misses: int = 0
    tries: int = 0
    language_chosen: bool = True


class Ring(NamedTuple):
    """The call begins."""


class Key(NamedTuple):
    """The caller pressed `key`: one of `KEYS`, or "" for any other value of Twilio's field Digits."""

    key: str


class NoKey(NamedTuple):
    """A request that reports no key, to the address of a place. Twilio sends none while a caller is silent."""


class DialEnded(NamedTuple):
    """The dial of the hotline ended. Example: `DialEnded("busy")`."""

    outcome: DialOutcome


class CallEnded(NamedTuple):
    """A request about a call that has ended: a status callback, or the outcome of a dial that the caller hung up on.

    Usually nobody hears the answer. But for a dial with one of `HANG_UP_OUTCOMES` (ivr/line/request.py) Twilio may send
    the same fields while the caller is still there, so the answer must lead a caller on.
    """


class Outdated(NamedTuple):
    """A request to a URL of another release: this release does not have its place, or has other choices there.

    `key` is the key that the caller pressed there, "" without a key. Example: `Outdated("2")`.
    """

    key: str


Event = Ring | Key | NoKey | DialEnded | CallEnded | Outdated


class Answer(NamedTuple):
    """The answer to a request: its event, the place that the event leads to, and the document of that place.

    `body` is TwiML in UTF-8.
    """

    place: Place
    event: Event
    body: bytes
