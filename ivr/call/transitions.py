"""The transitions: where an event leads, and what the line does while the caller is silent.

This file alone decides both; `explore` (exploration.py) applies both to every place.

- `next_place(flow, place, event)` is the place after an event: a key, a request without a key, the end of a dial.
- `silent_steps(flow, place, policy)` are all steps that follow if the caller presses no key. A document contains them,
  in this order. So a silent caller sends no further request, and reaches a person even if our servers have stopped.

The keys mean the same at every place: 0 a person, 9 the 911 reminder, 8 the other language, 7 again and slower,
* the parent menu, # the next part, 1 to 6 the choices. Any other key is a no-match, which does not end the call.
"""

import math
from functools import lru_cache
from typing import Literal, NamedTuple, assert_never

from ivr.call.flow import Farewell, Flow, LanguageMenu, Menu, Opening, Reminder, Topic, Transfer
from ivr.call.state import CallEnded, DialEnded, Event, Key, NoKey, Outdated, Place, Ring

Policy = Literal["connect", "goodbye"]
"""The end of a silent call: "connect" dials the hotline, "goodbye" reads its number and hangs up."""

Reading = Literal["opening", "part", "first", "second", "third", "last", "farewell", "warning", "ending", "number"]
"""What an `Ask` reads:

- "opening": the opening of a call;
- "part": a part of a topic, of the reminder or of the language menu;
- "first", "second", "third": a menu, for the first, second or third time;
- "last": a menu after MAX_TRIES dials: it is read once, then the call ends;
- "farewell": after a conversation, the text of the farewell and the main menu;
- "warning": with the policy "connect", the text `stay`: the line dials soon, and any key stops it;
- "ending", "number": with the policy "goodbye", the texts of these names: the call ends soon; the hotline's number.
"""

CHOICE_KEYS, FIXED_KEYS = tuple("123456"), tuple("0789*#")
MAX_MISSES = 2
MAX_TRIES = 3
LANGUAGES_PER_PART = 5
"""Languages that one part of the language menu offers."""


class Ask(NamedTuple):
    """Reads a text, which any key stops, then waits for a key; a key acts at `place`. In TwiML: a Gather."""

    place: Place
    reading: Reading


class Dial(NamedTuple):
    """Says the connecting sentence and dials the hotline. The outcome is posted to the URL of `place`."""

    place: Place


class End(NamedTuple):
    """Says goodbye and hangs up."""

    place: Place


Step = Ask | Dial | End


def next_place(flow: Flow, place: Place, event: Event) -> Place:
    """The place that `event` leads to from `place`. Every event leads to a place of the flow.

    Example: at `Place("partner", "en")`, `Key("8")` leads to `Place("partner", "es")`.
    """
    match event:
        case Key(key):
            return _press(flow, _place_of_keys(flow, place), key)
        case NoKey():
            return place._replace(misses=0)
        case Ring():
            return first_place(flow)
        case DialEnded(outcome):
            return _after_dial(flow, place, outcome == "connected")
        case CallEnded():  # at a transfer the caller may still be there
            transfer = isinstance(flow.nodes[place.node], Transfer)
            return _after_dial(flow, place, connected=False) if transfer else place._replace(misses=0)
        case Outdated(key):
            return _press(flow, _place_of_keys(flow, place), key) if key in FIXED_KEYS else place._replace(misses=0)
    assert_never(event)


def first_place(flow: Flow) -> Place:
    """The place after the ring: the opening in the source language."""
    return Place(flow.name_of_kind("opening"), flow.source_language, language_chosen=len(flow.offered) == 1)


def _place_of_keys(flow: Flow, place: Place) -> Place:
    """The place whose keys work at `place`: the main menu for a transfer or a farewell, else `place` itself."""
    if isinstance(flow.nodes[place.node], Transfer | Farewell):
        return _enter(place, flow.main_menu)
    return place


def _enter(place: Place, node: str) -> Place:
    """The first part of `node` in the language and the pace of `place`; its misses and tries are 0."""
    return Place(node, place.locale, pace=place.pace, language_chosen=place.language_chosen)


def _press(flow: Flow, place: Place, key: str) -> Place:
    """The place that `key` leads to from `place`, which has keys of its own."""
    if key == "0":
        return _enter(place, flow.name_of_kind("transfer"))
    if key == "9":
        return _enter(place, flow.name_of_kind("reminder"))
    if key == "*":
        return _enter(place, flow.parent(place.node))
    # The key shows that the caller is there: of the dials that nobody answered, only the last one still counts.
    after_key = place._replace(misses=0, tries=min(place.tries, 1))
    if key == "8":
        return _other_language(flow, after_key)
    if key == "7":
        return after_key._replace(pace="slow")
    if key == "#":
        return _next_part(flow, after_key)
    return _choice(flow, after_key, key) or after_key._replace(misses=min(place.misses + 1, MAX_MISSES))


def _other_language(flow: Flow, place: Place) -> Place:
    """Key 8 leads to the same place in the other language; with three or more languages, to the language menu."""
    if len(flow.offered) < 3:
        others = [locale for locale in flow.offered if locale != place.locale]
        return place._replace(locale=others[0], language_chosen=True) if others else place
    return _enter(place, flow.name_of_kind("languages"))._replace(language_chosen=True)


def _next_part(flow: Flow, place: Place) -> Place:
    """Key # leads to the next part, after the last part to the parent menu, at a menu to the same menu."""
    if isinstance(flow.nodes[place.node], Menu | Opening):
        return place
    if place.part < last_part(flow, place):
        return place._replace(part=place.part + 1)
    return _enter(place, flow.parent(place.node))


def _choice(flow: Flow, place: Place, key: str) -> Place | None:
    """The place that the choice of `key` leads to, None where `key` is not a choice."""
    node = flow.nodes[place.node]
    if isinstance(node, Reminder):
        return place._replace(part=1) if key == "1" else None
    chosen = dict(zip(CHOICE_KEYS, choices_at(flow, place), strict=False)).get(key)
    if chosen and isinstance(node, LanguageMenu):
        return _enter(place, flow.name_of_kind("opening"))._replace(locale=chosen, language_chosen=True)
    return _enter(place, chosen)._replace(language_chosen=True) if chosen else None


def choices_at(flow: Flow, place: Place) -> tuple[str, ...]:
    """The choices of keys 1, 2, 3 … at `place`, () at a place without a choice.

    Example: the nodes ("happening", "worried", "report") at a menu, the tags ("es", "fr") at the language menu.
    """
    if isinstance(flow.nodes[place.node], LanguageMenu):
        return languages_offered(flow, place)
    return flow.choices(place.node)


def languages_offered(flow: Flow, place: Place) -> tuple[str, ...]:
    """The languages that this part of the language menu offers: all but the caller's, five in a part."""
    others = [locale for locale in flow.offered if locale != place.locale]
    start = (place.part - 1) * LANGUAGES_PER_PART
    return tuple(others[start : start + LANGUAGES_PER_PART])


def last_part(flow: Flow, place: Place) -> int:
    """The number of parts at `place`: those of the text, or those that the language menu needs."""
    if isinstance(flow.nodes[place.node], LanguageMenu):
        others = len(flow.offered) - 1
        return max(1, math.ceil(others / LANGUAGES_PER_PART))
    return flow.part_count(place.node)


def _after_dial(flow: Flow, place: Place, connected: bool) -> Place:
    if connected:
        return _enter(place, flow.transfer.connected)
    return _enter(place, flow.transfer.not_connected)._replace(tries=min(place.tries + 1, MAX_TRIES))


def silent_steps(flow: Flow, place: Place, policy: Policy) -> tuple[Step, ...]:
    """The steps that follow at `place` if the caller presses no key, in order. The last step is a Dial or an End.

    Example: a menu is read three times, then comes the warning, then the dial: `(Ask(place, "first"), Ask(place,
    "second"), Ask(place, "third"), Ask(place, "warning"), Dial(…))`.
    """
    node, without_misses = flow.nodes[place.node], place._replace(misses=0)
    match node:
        case Transfer():
            return (Dial(without_misses),)
        case Farewell():
            menu_place = _enter(place, node.menu)
            return Ask(menu_place, "farewell"), End(menu_place)
        case Opening():
            return Ask(place, "opening"), *_later_readings(flow, without_misses, policy)
        case Menu():
            return Ask(place, "first"), *_later_readings(flow, without_misses, policy)
        case Topic() | Reminder() | LanguageMenu():
            last = last_part(flow, place)
            later = tuple(Ask(without_misses._replace(part=part), "part") for part in range(place.part + 1, last + 1))
            return Ask(place, "part"), *later, *_menu_after(flow, place, policy)
    assert_never(node)


def _menu_after(flow: Flow, place: Place, policy: Policy) -> tuple[Step, ...]:
    """The steps of the parent menu, which follows the last part of a text."""
    menu_place = _enter(place, flow.parent(place.node))
    if place.tries == MAX_TRIES:
        return Ask(menu_place, "last"), End(menu_place)
    return Ask(menu_place, "first"), *_later_readings(flow, menu_place, policy, place.tries)


@lru_cache(maxsize=2000)  # every place below a menu ends with the same steps
def _later_readings(flow: Flow, place: Place, policy: Policy, tries: int = 0) -> tuple[Step, ...]:
    """The steps after the first reading of the menu at `place`: two more, then the dial, or the number and the end."""
    readings = Ask(place, "second"), Ask(place, "third")
    if policy == "goodbye":
        return *readings, Ask(place, "ending"), Ask(place, "number"), End(_enter(place, flow.main_menu))
    return *readings, Ask(place, "warning"), Dial(_enter(place, flow.name_of_kind("transfer"))._replace(tries=tries))
