"""The compiled line: every document that a caller can be sent, and the one function that answers a request.

`respond(address, form)` is a pure function: it opens no file and no connection, reads no clock and takes no lock.
"""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import NamedTuple

from ivr.call.flow import Flow, Transfer
from ivr.call.state import KEYS, Answer, Event, Key, Lost, Outcome, Place, Reached, Ring, Silence
from ivr.call.transitions import Step, next_place, silence
from ivr.call.urls import OUTCOME, RING, language_in, means_the_same, place_at, successor_of
from ivr.content.load import Content
from ivr.errors import UnknownAddress
from ivr.line import twiml
from ivr.line.options import Options
from ivr.line.schedule import Schedule

Form = Sequence[tuple[str, str]]
"""The fields of a request in the order they came: [("Digits", "1"), ("FromZip", "")]. Repeated names are kept."""

_KEYS, _OTHER_KEY = {key: Key(key) for key in KEYS}, Key("")
_REACHED: dict[str, Reached] = {
    "completed": "connected", "answered": "connected", "busy": "busy", "no-answer": "no-answer", "failed": "failed",
    "canceled": "canceled",
}  # fmt: skip
"""DialCallStatus of https://www.twilio.com/docs/voice/twiml/dial#attributes-action, and our outcome of it."""


class CompileStats(NamedTuple):
    """The size of a compiled line: places, distinct fragments and their bytes; and the seconds of compiling it."""

    places: int
    fragments: int
    size: int
    seconds: float

    def __str__(self) -> str:
        return f"{self.places} places, {self.fragments} fragments, {self.size / 1000:.0f} kB, {self.seconds:.2f} s"


@dataclass(frozen=True, eq=False)
class Line:
    """The line as `compile_line` makes it.

    `paths` holds a shortest way to each place, as keys ("ring 1 2"); `transitions` where each key leads from it, with
    "" for any other input; `documents` the fragments of its document; `places` the place of each address
    ("/call/es/safety/part-2" is that of Place("safety", "es", 2)).
    """

    content: Content
    options: Options
    schedule: Schedule
    paths: Mapping[Place, str]
    transitions: Mapping[Place, Mapping[str, Place]]
    documents: Mapping[Place, tuple[bytes, ...]]
    places: Mapping[str, Place]
    fallback_document: bytes
    stats: CompileStats

    @property
    def flow(self) -> Flow:
        """The call flow, with the languages and parts that can be spoken."""
        return self.content.flow

    def respond(self, address: str, form: Form) -> Answer:
        """The answer to a verified request: `address` is the path behind the public URL, `form` its fields."""
        place, event = self._arrival(address, form)
        there = self.transitions[place][event.key] if isinstance(event, Key) else next_place(self.flow, place, event)
        return Answer(there, event, twiml.document(self.documents[there]))

    def steps(self, place: Place) -> tuple[Step, ...]:
        """Everything that happens at `place` while the caller presses no key."""
        return silence(self.flow, place, self.options.silence)

    def _arrival(self, address: str, form: Form) -> tuple[Place, Event]:
        """The place that a request comes from, and the event that it reports."""
        if address in self.places:
            return self.places[address], _pressed(form)
        home = Place(self.flow.main_menu, language_in(self.flow, address))
        if address == RING:
            return home, Ring()
        place = self._place_of(address.removesuffix(OUTCOME))
        if address.endswith(OUTCOME):
            dialled = place and isinstance(self.flow.nodes[place.node], Transfer)
            return place if place and dialled else home, _outcome(form)
        pressed = _pressed(form)
        if place is None:
            return successor_of(self.flow, address) or home, Lost(_key(_values(form, "Digits")).key)
        if isinstance(pressed, Key) and not means_the_same(self.flow, place, address, pressed.key):
            return place, Lost(pressed.key)
        return place, pressed

    def _place_of(self, address: str) -> Place | None:
        """The place that another spelling of its address names, None where this line has no such place."""
        with suppress(UnknownAddress):
            place = place_at(self.flow, address)
            return place if place in self.documents else None
        return None


def _values(form: Form, name: str) -> list[str]:
    return [value for other, value in form if other == name]


def _key(digits: list[str]) -> Key:
    return _KEYS.get(digits[0], _OTHER_KEY) if len(digits) == 1 else _OTHER_KEY


def _pressed(form: Form) -> Event:
    digits = _values(form, "Digits")
    return _key(digits) if any(digits) else Silence()


def _outcome(form: Form) -> Outcome:
    if _values(form, "DialBridged") == ["true"]:
        return Outcome("connected")
    statuses = _values(form, "DialCallStatus")
    return Outcome(_REACHED.get(statuses[0], "unknown") if len(statuses) == 1 else "unknown")
