"""The playlist: the prompts that each step plays, by name, in order, each with its language.

A menu is read three times:

1. its heading (the main menu has none), the offer of a person (in full in the main menu, else short), the choices;
2. the same without the heading, and the keys 7, 8 and *. The main menu also says that a caller whose keys do not work
   can stay on the line;
3. the short offer of a person, and the key that reads the choices again.

After a no-match the text "miss" comes first. After a second one in a row come the offer of a person and, in a menu, the
key that reads the choices again, or, in a topic, the key * and the part.

Until the caller has chosen a language, every prompt is spoken in the first two offered languages, except the greeting,
911, and the heading, the choices and the other keys of a menu: these are spoken in the source language alone.
"""

from collections.abc import Mapping
from typing import NamedTuple, assert_never

from ivr.call.flow import Flow, LanguageMenu, Menu, Opening, Reminder
from ivr.call.state import Place
from ivr.call.transitions import (
    CHOICE_KEYS,
    LANGUAGES_PER_PART,
    MAX_MISSES,
    Dial,
    End,
    Reading,
    Step,
    languages_offered,
)


class PromptRef(NamedTuple):
    """One prompt to play: part `part` of the text `text` in the language `locale`.

    Example: `PromptRef("language", 1, "es", "2")` is "Para español, oprima dos" in a language menu. `language_key` is
    the value of `press.language` in the text.
    """

    text: str
    part: int
    locale: str
    language_key: str = "8"


SHARED_TEXTS = (
    "greeting", "language", "languages", "person", "danger", "again", "back", "restart", "short", "choices",
    "without_keys", "stay", "ending", "number", "not_reached", "text_number", "miss", "miss_again", "goodbye",
    "fallback", "fallback_again",
)  # fmt: skip
"""The texts that belong to the line as a whole; every other belongs to its node. `short` offers a person, `stay` says
that the line dials soon, `choices` offers to read the choices again, `text_number` is the number for text messages."""
NEEDED_SHARED_TEXTS = ("person", "danger", "language")
"""The shared texts without which a language is withheld."""


def prompts_for(flow: Flow, step: Step) -> tuple[PromptRef, ...]:
    """The prompts that `step` plays, in order.

    Example: `(PromptRef("short", 1, "en"), PromptRef("choices", 1, "en"))` for the third reading of an English menu.
    """
    place = step.place
    if isinstance(step, Dial):
        return _in_each_language(flow, place, flow.name_of_kind("transfer"))
    if isinstance(step, End):
        return _in_each_language(flow, place, "goodbye")
    if place.misses == MAX_MISSES:
        return _after_misses(flow, place, step.reading)
    missed = _in_each_language(flow, place, "miss") if place.misses else ()
    return *missed, *_reading(flow, place, step.reading)


def languages_spoken(flow: Flow, place: Place) -> tuple[str, ...]:
    """The languages in which `place` is spoken: the caller's; until one is chosen, the first two offered ones."""
    return (place.locale,) if place.language_chosen else flow.offered[:2]


def _prompt(place: Place, text: str, part: int = 1) -> PromptRef:
    return PromptRef(text, part, place.locale)


def _in_each_language(flow: Flow, place: Place, text: str, part: int = 1) -> tuple[PromptRef, ...]:
    return tuple(PromptRef(text, part, locale) for locale in languages_spoken(flow, place))


def _after_misses(flow: Flow, place: Place, reading: Reading) -> tuple[PromptRef, ...]:
    """After a second no-match: the offer of a person, then the key for the choices; in a topic, key * and its part."""
    person, missed, back = (_in_each_language(flow, place, text) for text in ("short", "miss_again", "back"))
    if reading == "part":
        # a part of the language menu begins with the offer of a person, which is already said
        part = (prompt for prompt in _part(flow, place) if prompt.text != "person")
        return *person, *missed, *back, *part
    return *person, *missed, *_unchosen_language_offer(flow, place), _prompt(place, "choices")


def _reading(flow: Flow, place: Place, reading: Reading) -> tuple[PromptRef, ...]:
    match reading:
        case "opening":
            return _opening(flow, place)
        case "part":
            return _part(flow, place)
        case "first" | "last":
            return *_heading(flow, place), *_menu(flow, place)
        case "farewell":
            return *_in_each_language(flow, place, flow.name_of_kind("farewell")), *_menu(flow, place)
        case "second":
            without_keys = _in_each_language(flow, place, "without_keys") if _is_main(flow, place) else ()
            return *_person(flow, place), *without_keys, _choices_of_menu(flow, place), *_other_keys(flow, place)
        case "third":
            return *_in_each_language(flow, place, "short"), _prompt(place, "choices")
        case "warning":
            return _in_each_language(flow, place, "stay")
        case "ending" | "number":
            return _in_each_language(flow, place, reading)
    assert_never(reading)


def _is_main(flow: Flow, place: Place) -> bool:
    return place.node in (flow.main_menu, flow.name_of_kind("opening"))


def _menu(flow: Flow, place: Place) -> tuple[PromptRef, ...]:
    """A menu after its heading. Until the caller has chosen a language, it begins with the offer of the other one."""
    return *_unchosen_language_offer(flow, place), *_person(flow, place), _choices_of_menu(flow, place)


def _person(flow: Flow, place: Place) -> tuple[PromptRef, ...]:
    """The offer of a person: in full in the main menu, in its short form below it."""
    return _in_each_language(flow, place, "person" if _is_main(flow, place) else "short")


def _choices_of_menu(flow: Flow, place: Place) -> PromptRef:
    """The choices of a menu: the last part of its text. The opening has those of the main menu."""
    node = flow.nodes[place.node]
    menu = node.menu if isinstance(node, Opening) else place.node
    return _prompt(place, menu, flow.part_count(menu))


def _other_keys(flow: Flow, place: Place) -> tuple[PromptRef, ...]:
    """The keys that a menu says beside 0 and the choices: 7, 8 and *."""
    back = "restart" if _is_main(flow, place) else "back"
    offers = *_other_language_offer(flow, place), *_language_menu_offer(flow, place)
    return _prompt(place, "again"), *offers, _prompt(place, back)


def _heading(flow: Flow, place: Place) -> tuple[PromptRef, ...]:
    """The heading of a menu, the first of its two parts. After a no-match it is not said again."""
    return (_prompt(place, place.node),) if flow.part_count(place.node) > 1 and not place.misses else ()


def _other_language_offer(flow: Flow, place: Place) -> tuple[PromptRef, ...]:
    """The offer of the first other language, in its own words; () if the line has one language."""
    others = [locale for locale in flow.offered if locale != place.locale]
    return tuple(PromptRef("language", 1, locale) for locale in others[:1])


def _language_menu_offer(flow: Flow, place: Place) -> tuple[PromptRef, ...]:
    """The offer of more languages, which key 8 leads to if the line has three or more; else ()."""
    return (_prompt(place, "languages"),) if len(flow.offered) > 2 else ()


def _unchosen_language_offer(flow: Flow, place: Place) -> tuple[PromptRef, ...]:
    """The offer of the other language until the caller has chosen one; then ()."""
    return () if place.language_chosen else _other_language_offer(flow, place)


def _opening(flow: Flow, place: Place) -> tuple[PromptRef, ...]:
    """The opening: the greeting, the other language, a person, 911, more languages, then the choices.

    A person and 911 come before more languages: `check/rendered_texts` says by which second each must be offered. The
    opening in another language follows key 8: the greeting comes after 911, and no language is offered.
    """
    danger, choices = _prompt(place, "danger"), _choices_of_menu(flow, place)
    greeting = () if place.misses else (_prompt(place, "greeting"),)
    if place.locale != flow.source_language:
        return *_person(flow, place), danger, *greeting, choices
    other_language, more_languages = _other_language_offer(flow, place), _language_menu_offer(flow, place)
    return *greeting, *other_language, *_person(flow, place), danger, *more_languages, choices


def _part(flow: Flow, place: Place) -> tuple[PromptRef, ...]:
    """A part of a text or of the language menu."""
    if isinstance(flow.nodes[place.node], LanguageMenu):
        offers = enumerate(languages_offered(flow, place), start=1)
        return _prompt(place, "person"), *(PromptRef("language", 1, locale, str(key)) for key, locale in offers)
    if place.node == flow.transfer.not_connected and not place.language_chosen:
        return _short_not_connected(flow, place)
    return _in_each_language(flow, place, place.node, place.part)


def _short_not_connected(flow: Flow, place: Place) -> tuple[PromptRef, ...]:
    """A part of `not_connected` until a language is chosen: short shared texts, because each is said in two languages.

    The first part says that nobody was reached, 911 and the hotline's number; the second says the number again, the
    third the number for text messages. Each says its words once in each language.
    """
    if place.part == 1:
        return *_in_each_language(flow, place, "not_reached"), *_unchosen_language_offer(flow, place)
    if place.part == 2:
        return *_in_each_language(flow, place, "short"), *_in_each_language(flow, place, "number")
    return _in_each_language(flow, place, "text_number")


def named_keys(flow: Flow, text: str, language_key: str = "8") -> Mapping[str, str]:
    """The keys that `text` can say, by the names that it gives them: `press.person` is key 0.

    Every text has the names of the fixed keys; the text of a menu also those of its choices. `language_key` is the key
    of `press.language`. Example for the text of the menu `my_safety`: {"person": "0", "reminder": "9", …, "happening":
    "1", "worried": "2"}.
    """
    fixed = {"person": "0", "reminder": "9", "language": language_key, "again": "7", "back": "*", "next": "#"}
    match flow.nodes.get(text):
        case Menu(choices=choices):
            return fixed | {choice: str(key) for key, choice in enumerate(choices, start=1)}
        case Reminder():
            return fixed | {"reminder_again": "1"}
        case _:
            return fixed


def language_keys(text: str, language_count: int) -> tuple[str, ...]:
    """Every key that `press.language` can be in `text`, where `language_count` languages are offered.

    ("8",) for most texts. ("8", "1", "2") for the text `language` of three languages: in a menu key 8 offers the
    language, and in the language menu a key from 1 to the number of other languages, at most 5.
    """
    in_language_menu = text == "language" and language_count > 2
    return ("8", *CHOICE_KEYS[: min(LANGUAGES_PER_PART, language_count - 1)]) if in_language_menu else ("8",)
