"""Proofs about silence and dialling: whoever does nothing reaches a person, and the line stops in the end."""

from collections.abc import Iterator
from typing import get_args

from ivr.call.flow import Farewell, Transfer
from ivr.call.state import Outcome, Place, Reached
from ivr.call.transitions import MAX_TRIES, End, Step, next_place
from ivr.call.urls import address_of
from ivr.check.line_index import LineIndex
from ivr.errors import Fault
from ivr.line.schedule import SHORTEST_SILENCE

LONGEST_SILENCE = 3600
"""Seconds in which a silent call has reached the hotline or its goodbye, however long the topic it began in."""


def silence_reaches_a_person(walk: LineIndex) -> Iterator[Fault]:
    """A caller who does nothing reaches the hotline, or the goodbye that was chosen, in time and never too soon."""
    for place in walk.standing:
        steps = walk.steps(place)
        took = sum(walk.fewest_seconds(step) for step in steps)
        if walk.line.options.silence == "connect" and place.tries < MAX_TRIES and isinstance(steps[-1], End):
            yield walk.fault(place, "silence there ends the call", "It must reach the hotline.")
        if took < SHORTEST_SILENCE and place.tries < MAX_TRIES:
            yield walk.fault(
                place, f"a silent call may end after {took:.0f} s", f"It lasts {SHORTEST_SILENCE} s at least."
            )
        if took > LONGEST_SILENCE:
            yield walk.fault(
                place,
                f"a silent call takes {took:.0f} s at least",
                f"{LONGEST_SILENCE} s at most: shorten the topic.",
            )


def the_line_stops_dialling(walk: LineIndex) -> Iterator[Fault]:
    """By itself the line dials at most three times in a row, and never after a conversation."""
    counted = dict[Step, int]()
    for place in walk.line.paths:
        last = walk.steps(place)[-1]
        if last not in counted:
            counted[last] = _dials(walk, last)
        dials = counted[last]
        if dials > MAX_TRIES:
            yield walk.fault(place, "silence dials again and again", f"After {MAX_TRIES} times it says goodbye.")
        if isinstance(walk.flow.nodes[place.node], Farewell) and dials:
            yield walk.fault(place, "silence after a conversation dials again", "It says goodbye.")


def _dials(walk: LineIndex, last: Step) -> int:
    """How often a caller who does nothing is dialled for where nobody answers; counted no further than one too many."""
    dials = 0
    while not isinstance(last, End) and dials <= MAX_TRIES:
        dials += 1
        last = walk.steps(next_place(walk.flow, last.place, Outcome("no-answer")))[-1]
    return dials


def every_outcome_leads_on(walk: LineIndex) -> Iterator[Fault]:
    """Connected leads to a farewell, everything else to where the number is spoken."""
    for place in walk.line.paths:
        if not isinstance(walk.flow.nodes[place.node], Transfer):
            continue
        for reached in get_args(Reached):
            there = next_place(walk.flow, place, Outcome(reached))
            if found := _misled(walk, reached, there):
                yield walk.fault(
                    place,
                    f"{reached} leads to {address_of(there)}, {found}",
                    "A conversation ends in a farewell; after all else the number is said twice, in the first part.",
                )


def _misled(walk: LineIndex, reached: Reached, there: Place) -> str:
    if there not in walk.line.documents:
        return "which has no document"
    if reached == "connected":
        return "" if isinstance(walk.flow.nodes[there.node], Farewell) else "which is no farewell"
    return "" if _speaks_the_number(walk, there) else "where the number is not spoken twice"


def _speaks_the_number(walk: LineIndex, place: Place) -> bool:
    first = walk.line.schedule.spoken(walk.steps(place)[0])
    numbers = [name for spoken in first for name in spoken.numbers]
    return numbers.count(walk.flow.transfer.number) >= 2
