"""The playlist: the prompts that each step plays, by name, in order, each with its language.

A menu is read three times: its heading, the offer of a person and the choices; the same with the keys 7, 8 and *; then
in the fewest words. The main menu has no heading, and the offer of a person in full. After a no-match the caller hears
"miss" before anything else; after a second one the offer of a person, then the way back to the choices.
"""

from collections.abc import Mapping
from typing import NamedTuple, assert_never

from ivr.call.flow import Flow, Languages, Menu, Opening, Reminder
from ivr.call.state import Place
from ivr.call.transitions import (
    CHOICE_KEYS,
    LANGUAGES_PER_PART,
    MAX_MISSES,
    Dial,
    End,
    Step,
    StepKind,
    languages_offered,
)


class PromptRef(NamedTuple):
    """One prompt to play: part `part` of the text `text` in the language `locale`.

    Example: `PromptRef("language", 1, "es", key="2")` is "Para español, oprima dos" in a language menu. `key` is the
    value of `press.language` in the text.
    """

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
"""The texts that belong to the line as a whole; every other text belongs to the node of its name."""
OFFERS = ("person", "danger", "language")
"""The shared texts without which a language cannot be offered."""


def prompts_for(flow: Flow, step: Step) -> tuple[PromptRef, ...]:
    """The prompts that `step` plays, in order."""
    place = step.place
    if isinstance(step, Dial):
        return (_prompt(place, flow.only("transfer")),)
    if isinstance(step, End):
        return (_prompt(place, "goodbye"),)
    prompts = _read(flow, place, step.reading)
    if place.misses == 0:
        return prompts
    if place.misses < MAX_MISSES:
        return _prompt(place, "miss"), *prompts
    return _after_misses(flow, place, step.reading)


def _after_misses(flow: Flow, place: Place, reading: StepKind) -> tuple[PromptRef, ...]:
    """After a second no-match: a person first, then how to hear the choices; in a topic, its part once more."""
    person, missed, again = _prompt(place, "short"), _prompt(place, "miss_again"), _prompt(place, "choices")
    if reading == "part":
        return person, missed, *(prompt for prompt in _read(flow, place, reading) if prompt.text != "person")
    others = flow.published[1:2] if reading == "opening" and place.locale == flow.published[0] else ()
    offers = (offer for other in others for offer in (PromptRef("language", 1, other), PromptRef("short", 1, other)))
    return person, missed, *offers, again


def _prompt(place: Place, text: str, part: int = 1) -> PromptRef:
    return PromptRef(text, part, place.locale)


def _read(flow: Flow, place: Place, reading: StepKind) -> tuple[PromptRef, ...]:
    if reading == "opening":
        return _opening(flow, place)
    if reading == "part":
        return _part(flow, place)
    menu = _menu_prompt(flow, place)
    home = place.node in (flow.main_menu, flow.only("opening"))
    person = _prompt(place, "person" if home else "short")
    match reading:
        case "first" | "last":
            return *_heading(flow, place), person, menu
        case "farewell":
            return _prompt(place, flow.only("farewell")), person, menu
        case "second":
            back = "restart" if home else "back"
            return person, menu, _prompt(place, "again"), *_language_offers(flow, place), _prompt(place, back)
        case "third":
            return _prompt(place, "short"), _prompt(place, "choices")
        case "warning":
            return (_prompt(place, "stay"),)
        case "ending" | "number":
            return (_prompt(place, reading),)
    assert_never(reading)


def _menu_prompt(flow: Flow, place: Place) -> PromptRef:
    node = flow.nodes[place.node]
    menu = node.menu if isinstance(node, Opening) else place.node
    return _prompt(place, menu, flow.last_part(menu))


def _heading(flow: Flow, place: Place) -> tuple[PromptRef, ...]:
    """The first part of a menu that has two: where the key has led. It is not said again after a no-match."""
    return (_prompt(place, place.node),) if flow.last_part(place.node) > 1 and not place.misses else ()


def _language_offers(flow: Flow, place: Place) -> tuple[PromptRef, ...]:
    """The offer of key 8: the other language in its own words; with three or more, the next one and the menu."""
    others = [locale for locale in flow.published if locale != place.locale]
    own = tuple(PromptRef("language", 1, locale) for locale in others[:1])
    return (*own, _prompt(place, "languages")) if len(others) > 1 else own


def _opening(flow: Flow, place: Place) -> tuple[PromptRef, ...]:
    menu, person, danger = _menu_prompt(flow, place), _prompt(place, "person"), _prompt(place, "danger")
    if place.locale != flow.published[0]:
        return person, danger, menu
    own, others = _language_offers(flow, place)[:1], _language_offers(flow, place)[1:]
    second = tuple(PromptRef("person", 1, locale) for locale in flow.published[1:2])
    greeting = () if place.misses else (_prompt(place, "greeting"),)
    return (
        *greeting,
        *own,
        person,
        *second,
        danger,
        *others,
        menu,
    )  # the person and 911 come before `others`, to be in time


def _part(flow: Flow, place: Place) -> tuple[PromptRef, ...]:
    if not isinstance(flow.nodes[place.node], Languages):
        return (_prompt(place, place.node, place.part),)
    offers = enumerate(languages_offered(flow, place), start=1)
    return _prompt(place, "person"), *(PromptRef("language", 1, locale, str(key)) for key, locale in offers)


def named_keys(flow: Flow, text: str, language_key: str = "8") -> Mapping[str, str]:
    """The key of each name of `press` in `text`: the fixed keys, and a menu's choices.

    Example: {"person": "0", "reminder": "9", …, "happening": "1", "worried": "2"} for the text of the menu `safety`.
    """
    fixed = {"person": "0", "reminder": "9", "language": language_key, "again": "7", "back": "*", "next": "#"}
    match flow.nodes.get(text):
        case Menu(choices=choices):
            return fixed | {choice: str(key) for key, choice in enumerate(choices, start=1)}
        case Reminder():
            return fixed | {"reminder_again": "1"}
        case _:
            return fixed


def language_keys(text: str, languages: int) -> str:
    """The keys that `press.language` may be in `text`, with `languages` published: "8", or "812345"."""
    in_a_menu = text == "language" and languages > 2
    return "8" + "".join(CHOICE_KEYS[:LANGUAGES_PER_PART]) if in_a_menu else "8"
