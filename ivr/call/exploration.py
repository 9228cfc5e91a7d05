"""The exploration: every place that a caller can reach, and a shortest path to each, by a search from the ring."""

from collections import deque
from collections.abc import Iterator, Mapping
from typing import NamedTuple, get_args

from ivr.call.flow import Flow, Transfer
from ivr.call.state import KEYS, DialEnded, DialOutcome, Key, Place
from ivr.call.transitions import End, Policy, first_place, next_place, silent_steps


class Exploration(NamedTuple):
    """Every place of the line, and how to get there.

    `paths` has a shortest path to each place, as words: "ring 8 2 -" is a ring, keys 8 and 2, then silence up to one of
    the later steps; the outcome of a dial is its name ("busy"), any other value of Digits is "other".
    `transitions[place][key]` is the place that `key` leads to; the key "" is any other value of Digits.
    """

    paths: Mapping[Place, str]
    transitions: Mapping[Place, Mapping[str, Place]]


def explore(flow: Flow, policy: Policy) -> Exploration:
    """Every place that keys, silence or the outcome of a dial lead to. A breadth-first search."""
    start = first_place(flow)
    paths, transitions, queue = {start: "ring"}, dict[Place, Mapping[str, Place]](), deque([start])
    unique = {start: start}  # equal places are one object: less memory
    while queue:
        place = queue.popleft()
        targets = ((key, next_place(flow, place, Key(key))) for key in (*KEYS, ""))
        transitions[place] = {key: unique.setdefault(target, target) for key, target in targets}
        for word, target in _steps_from(flow, place, transitions[place], policy):
            if target not in paths:
                paths[target] = f"{paths[place]} {word}"
                queue.append(target)
    return Exploration(paths, transitions)


def _steps_from(flow: Flow, place: Place, keys: Mapping[str, Place], policy: Policy) -> Iterator[tuple[str, Place]]:
    """Each word of a path and the place that it leads to from `place`. `keys` are the transitions of `place`."""
    if isinstance(flow.nodes[place.node], Transfer):
        for outcome in get_args(DialOutcome):
            yield outcome, next_place(flow, place, DialEnded(outcome))
    else:
        for key, target in keys.items():
            yield key or "other", target
        for step in silent_steps(flow, place, policy):
            if not isinstance(step, End):
                yield "-", step.place
