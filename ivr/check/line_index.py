"""The index of a line: the steps, verbs and seconds that several proofs need, each computed once."""

from functools import cache, cached_property

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

    - `steps(place)`: everything that happens there while the caller presses no key.
    - `verbs(place)`: the verbs of its document. Raises InvalidTwiml if Twilio would not play it.
    - `shortest_seconds(step)`: its seconds with its wait, for the fastest voice.
    - `places_with_keys`: all places but transfers and farewells, which have no keys of their own.
    """

    def __init__(self, line: Line) -> None:
        self.line, self.flow = line, line.flow
        self.steps, self.verbs = cache(line.steps), cache(self._verbs)
        self.shortest_seconds = cache(self._shortest_seconds)
        self._verbs_of_fragment = cache(lambda fragment: read_document(twiml.document([fragment])))
        nodes_without_keys = {name for name, node in self.flow.nodes.items() if isinstance(node, Transfer | Farewell)}
        self.places_with_keys = [place for place in line.paths if place.node not in nodes_without_keys]

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

    def _verbs(self, place: Place) -> tuple[Verb, ...]:
        fragments = self.line.documents[place]
        return check_reachable(verb for fragment in fragments for verb in self._verbs_of_fragment(fragment))

    def _shortest_seconds(self, step: Step) -> float:
        schedule = self.line.schedule
        speech = sum(schedule.shortest_seconds(prompt) for prompt in schedule.prompts(step))
        return speech + (schedule.wait(step) if isinstance(step, Ask) else 0)

    def fault(self, place: Place, found: str, remedy: str) -> Fault:
        """A fault at `place`, with the keys that lead to it."""
        return Fault(address_of(place), found, remedy, self.line.paths.get(place, ""), place.locale)
