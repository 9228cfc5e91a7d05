"""The readings: which texts each step speaks, in which order and language. Names of texts, never their words.

A menu is read three times: its heading, the offer of a person and the choices; the same with the keys 7, 8 and *; then
the plainest words there are. The main menu has no heading, and the offer of a person in full. A wrong key is answered
first; a second one by the offer of a person and the way back to the choices.
It knows `call`, `flow` and `walk`: no words, no XML, no addresses.
"""

from collections.abc import Mapping
from typing import NamedTuple, assert_never

from ivr.call.flow import Flow, Languages, Menu, Opening, Reminder
from ivr.call.state import Place
from ivr.call.transitions import MAX_MISSES, Dial, End, Step, StepKind, languages_offered


class PromptRef(NamedTuple):
    """One text to speak: its name, which part, in which language. `key` is what `press.language` stands for in it."""

    text: str
    part: int
    locale: str
    key: str = "8"


SHARED_PROMPTS = [
    "greeting",
    "language",
    "languages",
    "person",
    "danger",
    "again",
    "back",
    "restart",
    "short",
    "choices",
    "stay",
    "ending",
    "number",
    "miss",
    "miss_again",
    "goodbye",
    "last_resort",
    "last_resort_again",
]
"""The texts that are shared: everything spoken that is not a node's own."""
OFFERS = ("person", "danger", "language")
"""The shared lines without which a language cannot be offered at all."""


def prompts_for(flow: Flow, step: Step) -> tuple[PromptRef, ...]:
    """The texts that `step` speaks, in order. A wrong key and a second one are answered before anything else."""
    place = step.place
    if isinstance(step, Dial):
        return (_cue(place, flow.only("transfer")),)
    if isinstance(step, End):
        return (_cue(place, "goodbye"),)
    missed = (_cue(place, "miss"),) if place.misses == 1 else ()
    if place.misses < MAX_MISSES:
        return *missed, *_read(flow, place, step.reading)
    return _short(flow, place, step.reading)


def _short(flow: Flow, place: Place, reading: StepKind) -> tuple[PromptRef, ...]:
    """After a second wrong key: a person first, then how to hear the choices; in a topic, its part once more."""
    person, missed, again = _cue(place, "short"), _cue(place, "miss_again"), _cue(place, "choices")
    if reading == "part":
        return person, missed, *(cue for cue in _read(flow, place, reading) if cue.text != "person")
    others = flow.published[1:2] if reading == "opening" and place.locale == flow.published[0] else ()
    offers = (offer for other in others for offer in (PromptRef("language", 1, other), PromptRef("short", 1, other)))
    return person, missed, *offers, again


def _cue(place: Place, text: str, part: int = 1) -> PromptRef:
    return PromptRef(text, part, place.locale)


def _read(flow: Flow, place: Place, reading: StepKind) -> tuple[PromptRef, ...]:
    if reading == "opening":
        return _opening(flow, place)
    if reading == "part":
        return _part(flow, place)
    menu = _menu_cue(flow, place)
    home = place.node in (flow.root, flow.only("opening"))
    person = _cue(place, "person" if home else "short")
    match reading:
        case "first" | "last":
            return *_heading(flow, place), person, menu
        case "farewell":
            return _cue(place, flow.only("farewell")), person, menu
        case "second":
            back = "restart" if home else "back"
            return person, menu, _cue(place, "again"), *_language_offers(flow, place), _cue(place, back)
        case "third":
            return _cue(place, "short"), _cue(place, "choices")
        case "warning":
            return (_cue(place, "stay"),)
        case "ending" | "number":
            return (_cue(place, reading),)
    assert_never(reading)


def _menu_cue(flow: Flow, place: Place) -> PromptRef:
    node = flow.nodes[place.node]
    menu = node.menu if isinstance(node, Opening) else place.node
    return _cue(place, menu, flow.last_part(menu))


def _heading(flow: Flow, place: Place) -> tuple[PromptRef, ...]:
    """The first part of a menu that has two: where the key has led. It is not said again after a wrong key."""
    return (_cue(place, place.node),) if flow.last_part(place.node) > 1 and not place.misses else ()


def _language_offers(flow: Flow, place: Place) -> tuple[PromptRef, ...]:
    """How key 8 is offered: the other language in its own words, or, among many, the next one and a menu."""
    others = [locale for locale in flow.published if locale != place.locale]
    own = tuple(PromptRef("language", 1, locale) for locale in others[:1])
    return (*own, _cue(place, "languages")) if len(others) > 1 else own


def _opening(flow: Flow, place: Place) -> tuple[PromptRef, ...]:
    menu, person, danger = _menu_cue(flow, place), _cue(place, "person"), _cue(place, "danger")
    if place.locale != flow.published[0]:
        return person, danger, menu
    own, others = _language_offers(flow, place)[:1], _language_offers(flow, place)[1:]
    second = tuple(PromptRef("person", 1, locale) for locale in flow.published[1:2])
    greeting = () if place.misses else (_cue(place, "greeting"),)
    return *greeting, *own, person, *second, danger, *others, menu  # a person and 911 come in time, however many


def _part(flow: Flow, place: Place) -> tuple[PromptRef, ...]:
    if not isinstance(flow.nodes[place.node], Languages):
        return (_cue(place, place.node, place.part),)
    offers = enumerate(languages_offered(flow, place), start=1)
    return _cue(place, "person"), *(PromptRef("language", 1, locale, str(key)) for key, locale in offers)


def named_keys(flow: Flow, text: str, language_key: str = "8") -> Mapping[str, str]:
    """Which key each name of `press` stands for in `text`: the fixed ones, and the choices where it is a menu's."""
    fixed = {"person": "0", "reminder": "9", "language": language_key, "again": "7", "back": "*", "next": "#"}
    node = flow.nodes.get(text)
    if isinstance(node, Menu):
        return fixed | {choice: str(key) for key, choice in enumerate(node.choices, start=1)}
    return fixed | {"reminder_again": "1"} if isinstance(node, Reminder) else fixed


def language_keys(text: str, languages: int) -> str:
    """The keys that `press.language` may stand for in `text`: from three languages on, those of their menu too."""
    return "8" + "12345" * (text == "language" and languages > 2)
