"""The compiled line: every document that a caller can be sent, and the one function that answers a request.

`respond(address, form)` is a pure function: it opens no file and no connection, reads no clock and takes no lock.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from ivr.call.flow import Flow, Transfer
from ivr.call.state import Answer, CallEnded, Event, Key, Outdated, Place, Ring
from ivr.call.transitions import Step, next_place, silent_steps
from ivr.call.urls import OUTCOME, key_is_current, language_in, place_at, successor_of
from ivr.content.load import Content
from ivr.line import twiml
from ivr.line.options import Options
from ivr.line.request import event_of
from ivr.line.schedule import Schedule
from ivr.signature import Form


class CompileStats(NamedTuple):
    """The size of a compiled line, and the seconds that it took to compile it. Equal fragments are counted once."""

    places: int
    fragments: int
    fragment_bytes: int
    seconds: float

    def __str__(self) -> str:
        size = f"{self.fragments} fragments, {self.fragment_bytes / 1000:.0f} kB"
        return f"{self.places} places, {size}, {self.seconds:.2f} s"


@dataclass(frozen=True, eq=False)
class Line:
    """The line as `compile_line` makes it.

    `paths` and `transitions` are those of `Exploration`: the keys that lead to each place ("ring 1 2"), and the place
    that each key leads to. `documents` has the fragments of each place's document. `places_by_address` has the
    addresses that keys are posted to, {"/call/es/partner/part-2": Place("partner", "es", 2)}. The addresses that
    outcomes are posted to are not in it: `respond` parses them.
    """

    content: Content
    options: Options
    schedule: Schedule
    paths: Mapping[Place, str]
    transitions: Mapping[Place, Mapping[str, Place]]
    documents: Mapping[Place, tuple[bytes, ...]]
    places_by_address: Mapping[str, Place]
    fallback_document: bytes
    stats: CompileStats

    @property
    def flow(self) -> Flow:
        """The call flow, with the languages and parts that can be spoken."""
        return self.content.flow

    def respond(self, address: str, form: Form) -> Answer:
        """The answer to a verified request to a path after the public URL ("/call/en/main/choices-7c1e")."""
        place, event = self._place_and_event(address, form)
        target = self.transitions[place][event.key] if isinstance(event, Key) else next_place(self.flow, place, event)
        return Answer(target, event, twiml.document(self.documents[target]))

    def steps(self, place: Place) -> tuple[Step, ...]:
        """Everything that happens at `place` while the caller presses no key."""
        return silent_steps(self.flow, place, self.options.silence)

    def _place_and_event(self, address: str, form: Form) -> tuple[Place, Event]:
        """The place at which the caller was, and the event that the request reports.

        An address that is not in `places_by_address` is parsed. It is that of an outcome, an address that is written in
        another way ("/call/es-MX/main"), one of an earlier release, or an unknown one, whose place is the main menu.
        """
        event = event_of(address, form)
        if address in self.places_by_address:
            return self.places_by_address[address], event
        place, main_menu = self._place_of(address), Place(self.flow.main_menu, language_in(self.flow, address))
        if address.endswith(OUTCOME) or isinstance(event, Ring | CallEnded):
            return place or main_menu, event
        key = event.key if isinstance(event, Key) else ""
        if place is None:
            return successor_of(self.flow, address) or main_menu, Outdated(key)
        if key and not key_is_current(self.flow, place, address, key):
            return place, Outdated(key)
        return place, event

    def _place_of(self, address: str) -> Place | None:
        """The place that `address` names, however it is written; None if this line does not have the place.

        The address of an outcome names a transfer: no other place dials.
        """
        place = place_at(self.flow, address.removesuffix(OUTCOME))
        if place is None or place not in self.documents:
            return None
        dials = isinstance(self.flow.nodes[place.node], Transfer)
        return place if dials or not address.endswith(OUTCOME) else None
