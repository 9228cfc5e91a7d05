"""The index of a line: the steps, verbs and seconds that several proofs need, each computed once."""

from functools import cached_property

from ivr.call.flow import Farewell, Transfer
from ivr.call.state import Place
from ivr.call.transitions import Ask, Step
from ivr.call.urls import address_of
from ivr.errors import Fault
from ivr.line import twiml
from ivr.line.line import Line
from ivr.phone.parser import check_reachable, read_document
from ivr.phone.verbs import Verb


class LineIndex:
    """A compiled line and what was computed from it.

    `places_with_keys` are all places but transfers and farewells, whose keys are those of the main menu.
    """

    def __init__(self, line: Line) -> None:
        self.line, self.flow = line, line.flow
        self._steps: dict[Place, tuple[Step, ...]] = {}
        self._verbs: dict[Place, tuple[Verb, ...]] = {}
        self._fragment_verbs: dict[bytes, tuple[Verb, ...]] = {}
        self._seconds: dict[Step, float] = {}
        nodes_without_keys = {name for name, node in self.flow.nodes.items() if isinstance(node, Transfer | Farewell)}
        self.places_with_keys = [place for place in line.paths if place.node not in nodes_without_keys]

    def steps(self, place: Place) -> tuple[Step, ...]:
        """Everything that happens at `place` while the caller presses no key."""
        if place not in self._steps:
            self._steps[place] = self.line.steps(place)
        return self._steps[place]

    @cached_property
    def places_by_step(self) -> dict[Step, Place]:
        """Every step of the line, with the first place in whose document it is."""
        places = dict[Step, Place]()
        for place in self.line.paths:
            for step in self.steps(place):
                places.setdefault(step, place)
        return places

    def next_place(self, place: Place, key: str) -> Place:
        """The place that `key` leads to from `place`; "" is any other input."""
        return self.line.transitions[place][key]

    def verbs(self, place: Place) -> tuple[Verb, ...]:
        """The verbs of the document at `place`. Raises InvalidTwiml if Twilio would not play it."""
        if place not in self._verbs:
            fragments = self.line.documents[place]
            self._verbs[place] = check_reachable(verb for fragment in fragments for verb in self._verbs_of(fragment))
        return self._verbs[place]

    def _verbs_of(self, fragment: bytes) -> tuple[Verb, ...]:
        if fragment not in self._fragment_verbs:
            self._fragment_verbs[fragment] = read_document(twiml.document([fragment]))
        return self._fragment_verbs[fragment]

    def shortest_seconds(self, step: Step) -> float:
        """Seconds of `step` with its wait, for the fastest voice."""
        if step not in self._seconds:
            schedule = self.line.schedule
            speech = sum(schedule.shortest_seconds(prompt) for prompt in schedule.spoken(step))
            self._seconds[step] = speech + (schedule.wait(step) if isinstance(step, Ask) else 0)
        return self._seconds[step]

    def fault(self, place: Place, found: str, remedy: str) -> Fault:
        """A fault at `place`, with the keys that lead to it."""
        return Fault(address_of(place), found, remedy, self.line.paths.get(place, ""), place.locale)
