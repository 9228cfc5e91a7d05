"""The compiled line: every document that a caller can be sent, and the one function that answers a request.

`respond(address, form)` is a pure function: it opens no file and no connection, reads no clock and takes no lock.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from ivr.call.flow import Flow, Transfer
from ivr.call.state import KEYS, Answer, Event, Key, Lost, Outcome, Place, Reached, Ring, Silence
from ivr.call.transitions import Step, next_place, silence
from ivr.call.urls import OUTCOME, RING, language_in
from ivr.content.load import Content
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
        """Everything that happens at `place` while the caller does nothing."""
        return silence(self.flow, place, self.options.silence)

    def _arrival(self, address: str, form: Form) -> tuple[Place, Event]:
        """The place that a request comes from, and the event that it reports."""
        if address in self.places:
            return self.places[address], _pressed(form)
        home = Place(self.flow.root, language_in(self.flow, address))
        if address == RING:
            return home, Ring()
        if address.endswith(OUTCOME):
            place = self.places.get(address.removesuffix(OUTCOME), home)
            dialled = place if isinstance(self.flow.nodes[place.node], Transfer) else home
            return dialled, _outcome(form)
        return home, Lost(_key(_digits(form)).key)


def _digits(form: Form) -> list[str]:
    return [value for name, value in form if name == "Digits"]


def _key(digits: list[str]) -> Key:
    return _KEYS.get(digits[0], _OTHER_KEY) if len(digits) == 1 else _OTHER_KEY


def _pressed(form: Form) -> Event:
    digits = _digits(form)
    return _key(digits) if any(digits) else Silence()


def _outcome(form: Form) -> Outcome:
    fields = dict(form)
    if fields.get("DialBridged") == "true":
        return Outcome("connected")
    return Outcome(_REACHED.get(fields.get("DialCallStatus", ""), "unknown"))
