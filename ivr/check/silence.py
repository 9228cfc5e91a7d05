"""Proofs about silence and dialling: a silent caller reaches a person, and the line stops dialling by itself."""

from collections.abc import Iterator
from typing import get_args

from ivr.call.flow import Farewell, Transfer
from ivr.call.state import DialEnded, DialOutcome, Place
from ivr.call.transitions import MAX_TRIES, End, Step, next_place
from ivr.call.urls import address_of
from ivr.check.line_index import LineIndex
from ivr.errors import Fault
from ivr.line.schedule import SHORTEST_SILENT_CALL

LONGEST_SILENT_CALL = 3600
"""Seconds after which a silent call has reached the hotline or its goodbye, even from the longest topic."""


def silence_reaches_a_person(index: LineIndex) -> Iterator[Fault]:
    """A silent caller reaches the dial, or with the policy "goodbye" the end, not too early and not too late."""
    for place in index.places_with_keys:
        steps = index.steps(place)
        seconds = sum(index.shortest_seconds(step) for step in steps)
        if index.line.options.silence == "connect" and place.tries < MAX_TRIES and isinstance(steps[-1], End):
            yield index.fault(place, "silence there ends the call", "It must reach the hotline.")
        if seconds < SHORTEST_SILENT_CALL and place.tries < MAX_TRIES:
            remedy = f"It must last {SHORTEST_SILENT_CALL} s at least."
            yield index.fault(place, f"a silent call may end after {seconds:.0f} s", remedy)
        if seconds > LONGEST_SILENT_CALL:
            remedy = f"It may take {LONGEST_SILENT_CALL} s: shorten the topic."
            yield index.fault(place, f"a silent call takes {seconds:.0f} s at least", remedy)


def the_line_stops_dialling(index: LineIndex) -> Iterator[Fault]:
    """By itself the line dials at most three times in a row, and not at all after a conversation."""
    counts = dict[Step, int]()
    for place in index.line.paths:
        last = index.steps(place)[-1]
        if last not in counts:
            counts[last] = _dials(index, last)
        if counts[last] > MAX_TRIES:
            yield index.fault(place, "silence dials again and again", f"After {MAX_TRIES} times it must say goodbye.")
        if isinstance(index.flow.nodes[place.node], Farewell) and counts[last]:
            yield index.fault(place, "silence after a conversation dials again", "It must say goodbye.")


def _dials(index: LineIndex, last: Step) -> int:
    """How often the line dials for a silent caller if the hotline does not answer; MAX_TRIES + 1 at most."""
    dials = 0
    while not isinstance(last, End) and dials <= MAX_TRIES:
        dials += 1
        last = index.steps(next_place(index.flow, last.place, DialEnded("no-answer")))[-1]
    return dials


def every_outcome_leads_on(index: LineIndex) -> Iterator[Fault]:
    """After "connected" comes a farewell; after any other outcome the hotline's number is said twice."""
    for place in index.line.paths:
        if isinstance(index.flow.nodes[place.node], Transfer):
            for outcome in get_args(DialOutcome):
                target = next_place(index.flow, place, DialEnded(outcome))
                if reason := _why_wrong(index, outcome, target):
                    found = f"{outcome} leads to {address_of(target)}, {reason}"
                    remedy = "A conversation ends in a farewell; otherwise the first part says the number twice."
                    yield index.fault(place, found, remedy)


def _why_wrong(index: LineIndex, outcome: DialOutcome, target: Place) -> str:
    """The reason why an outcome must not lead to `target`, such as "which has no document"; "" if it may."""
    if target not in index.line.documents:
        return "which has no document"
    if outcome == "connected":
        return "" if isinstance(index.flow.nodes[target.node], Farewell) else "which is no farewell"
    return "" if _says_the_number_twice(index, target) else "where the number is not spoken twice"


def _says_the_number_twice(index: LineIndex, place: Place) -> bool:
    prompts = index.line.schedule.prompts(index.steps(place)[0])
    numbers = [name for prompt in prompts for name in prompt.numbers]
    return numbers.count(index.flow.transfer.number) >= 2
