"""The transitions: where an event leads, and the course of a call in which the caller is silent.

This file alone decides both. `next_place(flow, place, event)` is one step of a caller who acts. `silence(flow, place,
policy)` is the future of a caller who does not act: the steps that a document holds one behind the other, so that a
silent caller needs no further request and reaches a person even if our servers have stopped. `explore(flow, policy)`
applies both until it has every place.

The keys mean the same at every place: 0 a person, 9 the 911 reminder, 8 the other language, 7 again and slower,
* the parent menu, # the next part, 1 to 6 the choices. Any other key is a no-match, which does not end the call.
"""

import math
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Literal, NamedTuple, assert_never, get_args

from ivr.call.flow import Farewell, Flow, Languages, Menu, Opening, Reminder, Topic, Transfer
from ivr.call.state import KEYS, Event, Key, Lost, Outcome, Place, Reached, Ring, Silence

Policy = Literal["connect", "goodbye"]
"""The end of a silent call: "connect" dials the hotline, "goodbye" reads its number and hangs up."""

StepKind = Literal["opening", "part", "first", "second", "third", "last", "farewell", "warning", "ending", "number"]
"""The kinds of `Ask`: the opening; a part of a text; a menu for the first, second, third or last time, or after a
farewell; the warning before the line dials; and, for the policy "goodbye", the ending and the hotline's number."""

CHOICE_KEYS, FIXED_KEYS = tuple("123456"), tuple("0789*#")
MAX_MISSES = 2
MAX_TRIES = 3
LANGUAGES_PER_PART = 5
"""Languages that one part of the language menu offers."""


class Ask(NamedTuple):
    """Reads a text, which any key of `place` stops, then waits for a key. In TwiML: a Gather."""

    place: Place
    reading: StepKind


class Dial(NamedTuple):
    """Says the connecting sentence and dials the hotline. The outcome is posted to the URL of `place`."""

    place: Place


class End(NamedTuple):
    """Says goodbye and hangs up."""

    place: Place


Step = Ask | Dial | End


def next_place(flow: Flow, place: Place, event: Event) -> Place:
    """The place that `event` leads to from `place`. Total: every event leads to a place of the flow.

    Example: at `Place("safety", "en")`, `Key("8")` leads to `Place("safety", "es")`.
    """
    match event:
        case Key(key):
            return _press(flow, _with_keys(flow, place), key)
        case Silence():
            return place._replace(misses=0)
        case Ring():
            return Place(flow.only("opening"), flow.published[0], language_chosen=len(flow.published) == 1)
        case Outcome(reached):
            return _after_dial(flow, place, reached == "connected")
        case Lost(key):
            return _press(flow, place, key) if key in FIXED_KEYS else place._replace(misses=0)
    assert_never(event)


def _with_keys(flow: Flow, place: Place) -> Place:
    """The place whose keys work at `place`. A transfer or farewell has no keys of its own: use the main menu's."""
    if isinstance(flow.nodes[place.node], Transfer | Farewell):
        return _at(place, flow.main_menu)
    return place


def _at(place: Place, node: str, part: int = 1) -> Place:
    """The place at `node` in the same language and pace, with no misses and no tries."""
    return Place(node, place.locale, part, place.pace, language_chosen=place.language_chosen)


def _press(flow: Flow, place: Place, key: str) -> Place:
    if key == "0":
        return _at(place, flow.only("transfer"))
    if key == "9":
        return _at(place, flow.only("reminder"))
    if key == "*":
        return _at(place, flow.parent(place.node))
    here = place._replace(misses=0, tries=min(place.tries, 1))
    if key == "8":
        return _other_language(flow, here)
    if key == "7":
        return here._replace(pace="slow")
    if key == "#":
        return _onward(flow, here)
    return _choice(flow, here, key) or here._replace(misses=min(place.misses + 1, MAX_MISSES))


def _other_language(flow: Flow, here: Place) -> Place:
    if len(flow.published) < 3:
        others = [locale for locale in flow.published if locale != here.locale]
        return here._replace(locale=others[0], language_chosen=True) if others else here
    return _at(here, flow.only("languages"))._replace(language_chosen=True)


def _onward(flow: Flow, here: Place) -> Place:
    if isinstance(flow.nodes[here.node], Menu | Opening):
        return here
    if here.part < last_part(flow, here):
        return here._replace(part=here.part + 1)
    return _at(here, flow.parent(here.node))


def _choice(flow: Flow, here: Place, key: str) -> Place | None:
    """The place that the choice under `key` leads to, None where `key` is not a choice."""
    node = flow.nodes[here.node]
    if isinstance(node, Reminder):
        return here._replace(part=1) if key == "1" else None
    chosen = dict(zip(CHOICE_KEYS, choices_at(flow, here), strict=False)).get(key)
    if chosen and isinstance(node, Languages):
        return Place(flow.only("opening"), chosen, pace=here.pace)
    return _at(here, chosen)._replace(language_chosen=True) if chosen else None


def choices_at(flow: Flow, place: Place) -> tuple[str, ...]:
    """The choices of keys 1, 2, 3 … at `place`, () at a place without a choice.

    Example: the nodes ("happening", "worried", "report") at a menu, the tags ("es", "fr") at the language menu.
    """
    if isinstance(flow.nodes[place.node], Languages):
        return languages_offered(flow, place)
    return flow.choices(place.node)


def languages_offered(flow: Flow, place: Place) -> tuple[str, ...]:
    """The languages that this part of the language menu offers: all but the caller's, five in a part."""
    others = [locale for locale in flow.published if locale != place.locale]
    start = (place.part - 1) * LANGUAGES_PER_PART
    return tuple(others[start : start + LANGUAGES_PER_PART])


def last_part(flow: Flow, place: Place) -> int:
    """The number of parts at `place`: those of the text, or those that the language menu needs."""
    if isinstance(flow.nodes[place.node], Languages):
        others = len(flow.published) - 1
        return max(1, math.ceil(others / LANGUAGES_PER_PART))
    if place.node == flow.transfer.not_connected and not place.language_chosen:
        return 2
    return flow.last_part(place.node)


def _after_dial(flow: Flow, place: Place, connected: bool) -> Place:
    if connected:
        return _at(place, flow.transfer.connected)
    return _at(place, flow.transfer.not_connected)._replace(tries=min(place.tries + 1, MAX_TRIES))


def silence(flow: Flow, place: Place, policy: Policy) -> tuple[Step, ...]:
    """The steps of a caller who is silent at `place`, in order. The last step is a Dial or an End."""
    node, onward = flow.nodes[place.node], place._replace(misses=0)
    match node:
        case Transfer():
            return (Dial(onward),)
        case Farewell():
            menu = _at(place, node.menu)
            return Ask(menu, "farewell"), End(menu)
        case Opening():
            return Ask(place, "opening"), *_read_again(flow, onward, policy)
        case Menu():
            return Ask(place, "first"), *_read_again(flow, onward, policy)
        case Topic() | Reminder() | Languages():
            last = last_part(flow, place)
            parts = tuple(Ask(onward._replace(part=part), "part") for part in range(place.part + 1, last + 1))
            return Ask(place, "part"), *parts, *_menu_after(flow, place, policy)
    assert_never(node)


def _menu_after(flow: Flow, place: Place, policy: Policy) -> tuple[Step, ...]:
    menu = _at(place, flow.parent(place.node))
    if place.tries == MAX_TRIES:
        return Ask(menu, "last"), End(menu)
    return Ask(menu, "first"), *_read_again(flow, menu, policy, place.tries)


@lru_cache(maxsize=2000)  # every place below a menu ends with the same steps
def _read_again(flow: Flow, menu: Place, policy: Policy, tries: int = 0) -> tuple[Step, ...]:
    again = Ask(menu, "second"), Ask(menu, "third")
    if policy == "goodbye":
        return *again, Ask(menu, "ending"), Ask(menu, "number"), End(_at(menu, flow.main_menu))
    return *again, Ask(menu, "warning"), Dial(_at(menu, flow.only("transfer"))._replace(tries=tries))


class Explored(NamedTuple):
    """Every place of the line.

    `paths` holds a shortest path to each place, as words: "ring 8 2 -" is a ring, keys 8 and 2, then silence; the
    outcome of a dial is its name ("busy"), any other value of Digits is "other".
    `transitions[place]` is the place that each key leads to, with "" for any other value of Digits.
    """

    paths: Mapping[Place, str]
    transitions: Mapping[Place, Mapping[str, Place]]


def explore(flow: Flow, policy: Policy) -> Explored:
    """Every place that a caller can get to, by keys, by silence, or by the outcome of a dial."""
    start = next_place(flow, Place(flow.main_menu, flow.published[0]), Ring())
    paths, transitions, waiting = {start: "ring"}, dict[Place, Mapping[str, Place]](), [start]
    same = {start: start}  # equal places are one object: less memory
    for here in waiting:
        with_keys = _with_keys(flow, here)
        pressed = ((key, _press(flow, with_keys, key)) for key in (*KEYS, ""))
        transitions[here] = {key: same.setdefault(there, there) for key, there in pressed}
        for word, there in _steps_from(flow, here, transitions[here], policy):
            if there not in paths:
                paths[there] = f"{paths[here]} {word}"
                waiting.append(there)
    return Explored(paths, transitions)


def reachable(flow: Flow, policy: Policy) -> Mapping[Place, str]:
    """Every place of the line, each with a shortest path to it, as in `Explored`."""
    return explore(flow, policy).paths


def _steps_from(flow: Flow, here: Place, keys: Mapping[str, Place], policy: Policy) -> Iterator[tuple[str, Place]]:
    if isinstance(flow.nodes[here.node], Transfer):
        for reached in get_args(Reached):
            yield reached, next_place(flow, here, Outcome(reached))
    else:
        for key, there in keys.items():
            yield key or "other", there
        for step in silence(flow, here, policy):
            if not isinstance(step, End):
                yield "-", step.place
