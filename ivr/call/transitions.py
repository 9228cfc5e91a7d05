"""The walk: where an event leads, and what happens if the caller does nothing. The only file that decides.

It is a table in two functions. `next_place(flow, place, event)` is one step of a caller who acts.
`silence(flow, place, policy)` is the whole future of a caller who does not: the steps that stand one behind the other
in a document, so that silence needs no further request and reaches a person even if our servers are gone.
`explore(flow, policy)` is every place that either of them can lead to, each with the shortest way to it.

The keys mean the same everywhere: 0 a person, 9 the 911 reminder, 8 the other language, 7 again and slower, * the menu
above, # onward, 1 to 6 the choices. Anything else is a miss: never an error, never the end of a call.
It knows only `call` and `flow`: no words, no numbers, no XML, no addresses.
"""

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Literal, NamedTuple, assert_never, get_args

from ivr.call.flow import Flow
from ivr.call.state import KEYS, Event, Key, Lost, Outcome, Place, Reached, Ring, Silence

Policy = Literal["connect", "goodbye"]
"""What silence leads to in the end: the hotline, or its number read out and a goodbye."""

StepKind = Literal["opening", "part", "first", "second", "third", "last", "farewell", "warning", "ending", "number"]
MAX_MISSES = 2
MAX_TRIES = 3
LANGUAGES_A_PART = 5


class Ask(NamedTuple):
    """Something is read while the keys of `place` are live, then the line waits for one."""

    place: Place
    reading: StepKind


class Dial(NamedTuple):
    """The connecting sentence, then the hotline is dialled; how it ends is told to `place`."""

    place: Place


class End(NamedTuple):
    """A goodbye, then the call ends."""

    place: Place


Step = Ask | Dial | End


def next_place(flow: Flow, place: Place, event: Event) -> Place:
    """Where `event` leads a caller who stands at `place`. Total: every event leads somewhere."""
    match event:
        case Key(key):
            return _press(flow, _standing(flow, place), key)
        case Silence():
            return place._replace(misses=0)
        case Ring():
            return Place(flow.only("opening"), flow.published[0])
        case Outcome(reached):
            return _after_dial(flow, place, reached == "connected")
        case Lost(key):
            return _from_lost(flow, place, key)
    assert_never(event)


def _standing(flow: Flow, place: Place) -> Place:
    """Nobody stands in a transfer or a farewell: their keys, if any come, are those of the root menu."""
    if flow.nodes[place.node].kind in ("transfer", "farewell"):
        return _at(place, flow.root)
    return place


def _at(place: Place, node: str, part: int = 1) -> Place:
    """A fresh start at `node`, in the same language and at the same pace."""
    return Place(node, place.locale, part, place.pace)


def _press(flow: Flow, place: Place, key: str) -> Place:
    if key == "0":
        return _at(place, flow.only("transfer"))
    if key == "9":
        return _at(place, flow.only("reminder"))
    if key == "*":
        return _at(place, flow.parent(place.node))
    here = Place(place.node, place.locale, place.part, place.pace, misses=0, tries=min(place.tries, 1))
    if key == "8":
        return _other_language(flow, here)
    if key == "7":
        return here._replace(pace="slow")
    if key == "#":
        return _onward(flow, here)
    misses = min(place.misses + 1, MAX_MISSES)
    return _choice(flow, here, key) or Place(here.node, here.locale, here.part, here.pace, misses, here.tries)


def _other_language(flow: Flow, here: Place) -> Place:
    if len(flow.published) < 3:
        others = [locale for locale in flow.published if locale != here.locale]
        return here._replace(locale=others[0]) if others else here
    return _at(here, flow.only("languages"))


def _onward(flow: Flow, here: Place) -> Place:
    if flow.nodes[here.node].kind in ("menu", "opening"):
        return here
    if here.part < last_part(flow, here):
        return here._replace(part=here.part + 1)
    return _at(here, flow.parent(here.node))


def _choice(flow: Flow, here: Place, key: str) -> Place | None:
    kind = flow.nodes[here.node].kind
    if kind == "languages":
        chosen = _numbered(languages_offered(flow, here), key)
        return Place(flow.only("opening"), chosen, pace=here.pace) if chosen else None
    if kind == "reminder":
        return here._replace(part=1) if key == "1" else None
    target = _numbered(flow.choices(here.node), key)
    return _at(here, target) if target else None


def _numbered(choices: tuple[str, ...], key: str) -> str | None:
    number = "123456".find(key or "-")
    return choices[number] if 0 <= number < len(choices) else None


def languages_offered(flow: Flow, place: Place) -> tuple[str, ...]:
    """The languages that this part of the language menu offers: all but the caller's own, five a part."""
    others = [locale for locale in flow.published if locale != place.locale]
    start = (place.part - 1) * LANGUAGES_A_PART
    return tuple(others[start : start + LANGUAGES_A_PART])


def last_part(flow: Flow, place: Place) -> int:
    """The number of parts at `place`: those of the text, or as many as the languages on offer fill."""
    if flow.nodes[place.node].kind == "languages":
        return max(1, -(-(len(flow.published) - 1) // LANGUAGES_A_PART))
    return flow.last_part(place.node)


def _after_dial(flow: Flow, place: Place, connected: bool) -> Place:
    if connected:
        return _at(place, flow.transfer.connected)
    return _at(place, flow.transfer.not_connected)._replace(tries=min(place.tries + 1, MAX_TRIES))


def _from_lost(flow: Flow, home: Place, key: str) -> Place:
    """A call that began on another release: its choices may mean other things now, the fixed keys never do."""
    return _press(flow, home, key) if key in ("0", "9", "8") else home


def silence(flow: Flow, place: Place, policy: Policy) -> tuple[Step, ...]:
    """What happens at `place`, step by step, while the caller does nothing; the last step dials or ends."""
    node, onward = flow.nodes[place.node], place._replace(misses=0)
    match node.kind:
        case "transfer":
            return (Dial(onward),)
        case "farewell":
            menu = _at(place, node.menu)
            return Ask(menu, "farewell"), End(menu)
        case "opening":
            return Ask(place, "opening"), *_read_again(flow, onward, policy)
        case "menu":
            return Ask(place, "first"), *_read_again(flow, onward, policy)
        case "topic" | "reminder" | "languages":
            last = last_part(flow, place)
            parts = tuple(Ask(onward._replace(part=part), "part") for part in range(place.part + 1, last + 1))
            return Ask(place, "part"), *parts, *_menu_after(flow, place, policy)
    assert_never(node)


def _menu_after(flow: Flow, place: Place, policy: Policy) -> tuple[Step, ...]:
    menu = _at(place, flow.parent(place.node))
    if place.tries == MAX_TRIES:
        return Ask(menu, "last"), End(menu)
    return Ask(menu, "first"), *_read_again(flow, menu, policy, place.tries)


@lru_cache(maxsize=2000)  # the end of every silence below the same menu
def _read_again(flow: Flow, menu: Place, policy: Policy, tries: int = 0) -> tuple[Step, ...]:
    again = Ask(menu, "second"), Ask(menu, "third")
    if policy == "goodbye":
        return *again, Ask(menu, "ending"), Ask(menu, "number"), End(_at(menu, flow.root))
    return *again, Ask(menu, "warning"), Dial(_at(menu, flow.only("transfer"))._replace(tries=tries))


class Explored(NamedTuple):
    """Every place of the line. `paths` holds a shortest way to each: "ring", then keys, `-` for silence, dial outcomes;
    `transitions` is where each key leads from there, "" standing for anything else that may come as one."""

    paths: Mapping[Place, str]
    transitions: Mapping[Place, Mapping[str, Place]]


def explore(flow: Flow, policy: Policy) -> Explored:
    """Every place that a caller can get to, by keys, by silence, or by how a dial ends."""
    start = next_place(flow, Place(flow.root, flow.published[0]), Ring())
    ways, leads, waiting = {start: "ring"}, dict[Place, Mapping[str, Place]](), [start]
    same = {start: start}
    for here in waiting:
        standing = _standing(flow, here)
        pressed = ((key, _press(flow, standing, key)) for key in (*KEYS, ""))
        leads[here] = {key: same.setdefault(there, there) for key, there in pressed}
        for said, there in _steps_from(flow, here, leads[here], policy):
            if there not in ways:
                ways[there] = f"{ways[here]} {said}"
                waiting.append(there)
    return Explored(ways, leads)


def reachable(flow: Flow, policy: Policy) -> Mapping[Place, str]:
    """Every place of the line, each with a shortest way to it, as in `Explored`."""
    return explore(flow, policy).paths


def _steps_from(flow: Flow, here: Place, keys: Mapping[str, Place], policy: Policy) -> Iterator[tuple[str, Place]]:
    if flow.nodes[here.node].kind == "transfer":
        for reached in get_args(Reached):
            yield reached, next_place(flow, here, Outcome(reached))
    else:
        for key, there in keys.items():
            yield key or "other", there
        for step in silence(flow, here, policy):
            if not isinstance(step, End):
                yield "-", step.place
