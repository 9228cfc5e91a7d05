"""A line walked: what the proofs read off it again and again, each thing worked out once."""

from ivr.call.flow import Farewell, Transfer
from ivr.call.state import Place
from ivr.call.transitions import Ask, Step
from ivr.call.urls import address_of
from ivr.errors import Fault
from ivr.line import twiml
from ivr.line.line import Line
from ivr.phone.parser import Verb, check_reachable, read_document


class LineIndex:
    """A line, each of its silences followed once, each document and fragment read once, each step timed once."""

    def __init__(self, line: Line) -> None:
        self.line, self.flow = line, line.flow
        self._steps: dict[Place, tuple[Step, ...]] = {}
        self._verbs: dict[Place, tuple[Verb, ...]] = {}
        self._read: dict[bytes, tuple[Verb, ...]] = {}
        self._fewest: dict[Step, float] = {}
        self.standing = [place for place in line.paths if not isinstance(self._node(place), Transfer | Farewell)]

    def _node(self, place: Place) -> object:
        return self.flow.nodes[place.node]

    def steps(self, place: Place) -> tuple[Step, ...]:
        """What happens at `place` while the caller does nothing."""
        if place not in self._steps:
            self._steps[place] = self.line.steps(place)
        return self._steps[place]

    def lead(self, place: Place, key: str) -> Place:
        """Where `key` leads from `place`; "" stands for anything else that may come as one."""
        return self.line.transitions[place][key]

    def verbs(self, place: Place) -> tuple[Verb, ...]:
        """The verbs of the document at `place`. Raises InvalidTwiml where Twilio would not play it."""
        if place not in self._verbs:
            fragments = self.line.documents[place]
            self._verbs[place] = check_reachable(verb for fragment in fragments for verb in self._verbs_of(fragment))
        return self._verbs[place]

    def _verbs_of(self, fragment: bytes) -> tuple[Verb, ...]:
        if fragment not in self._read:
            self._read[fragment] = read_document(twiml.document([fragment]))
        return self._read[fragment]

    def fewest_seconds(self, step: Step) -> float:
        """How long `step` takes at least, waits included, if the voice is as fast as it ever is."""
        if step not in self._fewest:
            read_out = sum(self.line.schedule.shortest_seconds(one) for one in self.line.schedule.spoken(step))
            self._fewest[step] = read_out + (self.line.schedule.wait(step) if isinstance(step, Ask) else 0)
        return self._fewest[step]

    def fault(self, place: Place, found: str, remedy: str) -> Fault:
        """A fault at `place`, with the way that a caller takes to it."""
        return Fault(address_of(place), found, remedy, self.line.paths.get(place, ""), place.locale)
