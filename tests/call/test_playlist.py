"""The playlist: the prompts that each step plays, in which order and in which language."""

from dataclasses import replace
from typing import get_args

import pytest

from ivr.call.exploration import explore
from ivr.call.flow import Farewell, Flow, LanguageMenu, Menu, Opening, Reminder, Topic, Transfer
from ivr.call.playlist import NEEDED_SHARED_TEXTS, SHARED_TEXTS, PromptRef, named_keys, prompts_for
from ivr.call.state import Place
from ivr.call.transitions import Ask, Dial, End, Reading, silent_steps

NODES = {
    "opening": Opening(kind="opening", menu="main"),
    "main": Menu(kind="menu", choices=["tea", "fruit"]),
    "tea": Topic(kind="topic"),
    "fruit": Menu(kind="menu", choices=["apples"]),
    "apples": Topic(kind="topic"),
    "reminder": Reminder(kind="reminder", parent="main"),
    "connect": Transfer(kind="transfer", number="hotline", connected="farewell", not_connected="not_connected"),
    "farewell": Farewell(kind="farewell", menu="main"),
    "not_connected": Topic(kind="topic", parent="main"),
    "languages": LanguageMenu(kind="languages", parent="main"),
}
ONE, TWO = Flow(NODES, ("en",), {"tea": 3}), Flow(NODES, ("en", "es"), {"tea": 3})
SEVEN = Flow(NODES, ("en", "es", "fr", "de", "it", "pl", "vi"), {"tea": 3})


def at(node: str, **more: object) -> Place:
    return Place(node, "en")._replace(**more)


def told(flow: Flow, step: Ask | Dial | End) -> list[str]:
    """Each text in short: its name, its part above 1, its language where it is not English, its key where not 8."""
    said = []
    for text, part, locale, key in prompts_for(flow, step):
        marks = (str(part) if part > 1 else "", locale if locale != "en" else "", f"key {key}" if key != "8" else "")
        said.append(" ".join((text, *filter(None, marks))))
    return said


TABLE: list[tuple[str, Ask | Dial | End, list[str]]] = [
    (
        "the opening offers the other language and a person in both",
        Ask(at("opening", language_chosen=False), "opening"),
        ["greeting", "language es", "person", "person es", "danger", "main"],
    ),
    (
        "after the language key a person and 911 come first",
        Ask(Place("opening", "es"), "opening"),
        ["person es", "danger es", "greeting es", "main es"],
    ),
    ("the main menu: a person, then the choices", Ask(at("main"), "first"), ["person", "main"]),
    ("a menu below it: a person in short", Ask(at("fruit"), "first"), ["short", "fruit"]),
    (
        "the second reading adds seven, eight and star",
        Ask(at("fruit"), "second"),
        ["short", "fruit", "again", "language es", "back"],
    ),
    (
        "that of the main menu says what a caller whose keys do not work can do, and that star starts over",
        Ask(at("main"), "second"),
        ["person", "without_keys", "main", "again", "language es", "restart"],
    ),
    (
        "so does that of the opening",
        Ask(at("opening"), "second"),
        ["person", "without_keys", "main", "again", "language es", "restart"],
    ),
    (
        "the other language is offered in its own words",
        Ask(Place("fruit", "es"), "second"),
        ["short es", "fruit es", "again es", "language", "back es"],
    ),
    ("the third reading is the shortest", Ask(at("fruit"), "third"), ["short", "choices"]),
    ("the warning", Ask(at("fruit"), "warning"), ["stay"]),
    ("the ending", Ask(at("fruit"), "ending"), ["ending"]),
    ("the number", Ask(at("fruit"), "number"), ["number"]),
    ("the last reading", Ask(at("main"), "last"), ["person", "main"]),
    ("the farewell", Ask(at("main"), "farewell"), ["farewell", "person", "main"]),
    ("a part of a topic", Ask(at("tea", part=2), "part"), ["tea 2"]),
    ("the reminder", Ask(at("reminder"), "part"), ["reminder"]),
    ("connecting", Dial(Place("connect", "es")), ["connect es"]),
    ("the end", End(at("main")), ["goodbye"]),
    # a wrong key is answered first; after a second one the offer of a person comes before anything else
    ("a wrong key", Ask(at("fruit", misses=1), "first"), ["miss", "short", "fruit"]),
    ("a second one", Ask(at("fruit", misses=2), "first"), ["short", "miss_again", "choices"]),
    ("a wrong key in a topic", Ask(at("tea", part=3, misses=1), "part"), ["miss", "tea 3"]),
    ("a second one in a topic", Ask(at("tea", misses=2), "part"), ["short", "miss_again", "back", "tea"]),
    (
        "after a wrong key nobody is greeted again",
        Ask(at("opening", misses=1, language_chosen=False), "opening"),
        ["miss", "miss es", "language es", "person", "person es", "danger", "main"],
    ),
    (
        "after a second one the person of the other language is still offered",
        Ask(at("opening", misses=2, language_chosen=False), "opening"),
        ["short", "short es", "miss_again", "miss_again es", "language es", "choices"],
    ),
    # until a language is chosen, what keys 0 and 9 and silence lead to is said in both
    (
        "the main menu before a language is chosen",
        Ask(at("main", language_chosen=False), "first"),
        ["language es", "person", "person es", "main"],
    ),
    (
        "its second reading",
        Ask(at("main", language_chosen=False), "second"),
        ["person", "person es", "without_keys", "without_keys es", "main", "again", "language es", "restart"],
    ),
    ("its third reading", Ask(at("main", language_chosen=False), "third"), ["short", "short es", "choices"]),
    ("the warning in both", Ask(at("main", language_chosen=False), "warning"), ["stay", "stay es"]),
    ("the number in both", Ask(at("main", language_chosen=False), "number"), ["number", "number es"]),
    ("the reminder in both", Ask(at("reminder", language_chosen=False), "part"), ["reminder", "reminder es"]),
    ("connecting in both", Dial(at("connect", language_chosen=False)), ["connect", "connect es"]),
    (
        "the first part after a failed dial, in both",
        Ask(at("not_connected", language_chosen=False), "part"),
        ["not_reached", "not_reached es", "language es"],
    ),
    (
        "the second part after a failed dial, in both",
        Ask(at("not_connected", part=2, language_chosen=False), "part"),
        ["short", "short es", "number", "number es"],
    ),
    (
        "the third part after a failed dial, in both",
        Ask(at("not_connected", part=3, language_chosen=False), "part"),
        ["text_number", "text_number es"],
    ),
    (
        "the farewell in both",
        Ask(at("main", language_chosen=False), "farewell"),
        ["farewell", "farewell es", "language es", "person", "person es", "main"],
    ),
    ("the end in both", End(at("main", language_chosen=False)), ["goodbye", "goodbye es"]),
]


@pytest.mark.parametrize(("step", "texts"), [row[1:] for row in TABLE], ids=[row[0] for row in TABLE])
def test_step_plays_these_prompts_in_this_order(step: Ask | Dial | End, texts: list[str]) -> None:
    assert told(TWO, step) == texts


def test_a_menu_with_a_heading_begins_with_it_and_says_it_once() -> None:
    headed = replace(TWO, parts={"fruit": 2})
    assert told(headed, Ask(at("fruit"), "first")) == ["fruit", "short", "fruit 2"]
    assert told(headed, Ask(at("fruit"), "second"))[:2] == ["short", "fruit 2"]
    assert told(headed, Ask(at("fruit", misses=1), "first")) == ["miss", "short", "fruit 2"]


def test_single_language_offers_no_other() -> None:
    assert told(ONE, Ask(at("opening"), "opening")) == ["greeting", "person", "danger", "main"]
    assert told(ONE, Ask(at("fruit"), "second")) == ["short", "fruit", "again", "back"]


def test_three_or_more_languages_offer_the_next_one_and_the_language_menu() -> None:
    opening = told(SEVEN, Ask(at("opening", language_chosen=False), "opening"))
    assert opening == ["greeting", "language es", "person", "person es", "danger", "languages", "main"]
    assert told(SEVEN, Ask(Place("fruit", "es"), "second"))[3:5] == ["language", "languages es"]


def test_language_menu_offers_each_language_in_its_own_words_with_its_key() -> None:
    assert told(SEVEN, Ask(at("languages"), "part")) == [
        "person",
        *(f"language {locale} key {key}" for key, locale in enumerate(("es", "fr", "de", "it", "pl"), start=1)),
    ]
    assert told(SEVEN, Ask(at("languages", part=2), "part")) == ["person", "language vi key 1"]
    assert prompts_for(SEVEN, Ask(Place("languages", "fr"), "part"))[1] == PromptRef("language", 1, "en", "1")


def test_every_step_plays_known_prompts() -> None:
    texts = {*SHARED_TEXTS, *(name for name, node in NODES.items() if not isinstance(node, Opening | LanguageMenu))}
    for flow in (ONE, TWO, SEVEN):
        for place in explore(flow, "connect").paths:
            for step in silent_steps(flow, place, "connect"):
                spoken = prompts_for(flow, step)
                assert spoken
                assert {cue.text for cue in spoken} <= texts
                assert {cue.locale for cue in spoken} <= set(flow.offered)


def test_every_reading_of_a_menu_offers_a_person() -> None:
    for reading in get_args(Reading):
        place = at("opening") if reading == "opening" else at("fruit")
        if reading not in ("part", "warning", "ending", "number"):
            assert {"person", "short"} & {cue.text for cue in prompts_for(TWO, Ask(place, reading))}


def test_offers_are_shared_texts() -> None:
    assert set(NEEDED_SHARED_TEXTS) <= set(SHARED_TEXTS)


def test_named_keys_are_the_fixed_keys_and_a_menu_s_own_choices() -> None:
    fixed = {"person": "0", "again": "7", "language": "8", "reminder": "9", "back": "*", "next": "#"}
    assert named_keys(TWO, "tea") == fixed
    assert named_keys(TWO, "main") == fixed | {"tea": "1", "fruit": "2"}
    assert named_keys(TWO, "fruit") == fixed | {"apples": "1"}
    assert named_keys(TWO, "reminder") == fixed | {"reminder_again": "1"}
    assert named_keys(TWO, "person") == fixed
    assert named_keys(TWO, "language", "3") == fixed | {"language": "3"}
