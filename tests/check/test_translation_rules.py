"""Each rule of ivr/check/translation_rules.py finds its fault, in a planted file too, and accepts good texts."""

import re
from collections.abc import Mapping
from pathlib import Path

import pytest
from support.content_faults import fault_named
from support.paths import TESTS

from ivr.check.report import check_all
from ivr.check.translation import Translation
from ivr.check.translation_rules import RULES, broken_rules
from ivr.content.catalogue import load_messages
from ivr.content.load import load_content
from ivr.content.wordlists import WordLists
from ivr.line.compiler import compile_line
from ivr.line.options import Options

PLANTED = {
    "invisible": ("wording", "zero_width_space"),
    "damaged": ("wording", "lost_letter"),
    "script": ("wording", "cyrillic_letter"),
    "sign": ("wording", "emoji"),
    "space at an end": ("catalogue", "space_at_the_end"),
    "not composed": ("catalogue", "not_composed"),
    "three dots": ("catalogue", "three_dots"),
    "pauses": ("catalogue", "fewer_pauses"),
    "quotes": ("catalogue", "open_quotation"),
    "opening marks": ("catalogue", "no_opening_question_mark"),
    "copied": ("catalogue", "copied"),
    "still English": ("catalogue", "still_english"),
    "key by hand": ("wording", "number_word"),
    "number by hand": ("wording", "number_word_by_word"),
    "lost text": ("wording", "lost_sentence"),
    "note": ("wording", "note_to_oneself"),
    "address": ("wording", "full_stop_without_a_space"),
    "capitals": ("wording", "capitals"),
    "offer": ("wording", "offer_of_another_language"),
    "never said": ("catalogue", "forbidden_word"),
}
"""The planted fault of each rule, in tests/content/faults; "another language" needs a third one: see below."""
WORDS = WordLists(never=["café"], press=["oprima"])
LOCALES = load_content(TESTS / "tiny").locales


def found(
    english: str,
    text: str,
    tag: str = "es",
    names: tuple[str, ...] = (),
    others: Mapping[str, str] | None = None,
    needed: bool = False,
) -> list[str]:
    locale = LOCALES["es"]._replace(tag=tag)
    message = Translation(english, text, locale, LOCALES["en"], WORDS, names, others or {}, needed=needed)
    return [fault for fault, _ in broken_rules(message, page=False)]


def test_every_rule_has_a_planted_fault() -> None:
    assert {rule.name for rule in RULES} - {"another language"} == set(PLANTED)


@pytest.mark.parametrize(("kind", "name"), PLANTED.values())
def test_broken_rule_of_language_never_costs_a_caller_a_text(kind: str, name: str, copied: Path) -> None:
    messages, faults = load_messages([fault_named(kind, name).plant(copied)])
    assert faults == {}
    assert messages.keys() == (LOCALES["es"].messages or {}).keys()


@pytest.mark.parametrize(
    ("english", "text"),
    [
        ("For tea … press %(key)s.", "Para el té … oprima %(key)s."),
        (
            "Each menu is read three times. To stop … press %(key)s.",
            "Cada menú se lee tres veces. Para parar … %(key)s.",
        ),
        ("One idea.", "Una idea."),
        ("Two people said “yes”.", "Dos personas dijeron «sí»."),
        ("In danger? Hang up!", "¿En peligro? ¡Cuelgue!"),
        ("OK.", "OK, sí."),
    ],
)
def test_good_translation_breaks_no_rule(english: str, text: str) -> None:
    assert found(english, text) == []


@pytest.mark.parametrize(
    ("english", "text", "told"),
    [
        ("Tea.", "“Té.", "a quote or bracket without its other half: “”"),
        ("Tea.", "Té).", "a quote or bracket without its other half: ()"),
        ("Tea.", 'El "té.', 'a quote or bracket without its other half: "'),
        ("Press a key.", "Oprima ocho.", "a key that is written by hand, “Oprima ocho”"),
        ("Wait …", "Oprima … numeral.", "a key that is written by hand, “Oprima numeral”"),
        ("Wait …", "Espere", "pauses (…): 0, and 1 in the English"),
        ("Wait …", "Espere ...", "three dots"),
        ("Tea.", "\u00a0Té.", "it begins or ends with a space"),
        ("Tea!", "Té!", "¡ missing, or too many"),
        ("Tea?", "¿Té? ¿", "¿ missing, or too many"),
    ],
)
def test_rule_describes_the_fault(english: str, text: str, told: str) -> None:
    assert found(english, text) == [told]


def test_official_names_may_stay_in_english() -> None:
    english = "Call the National Human Trafficking Hotline."
    assert found(english, "Llame a National Human Trafficking Hotline.") != []
    assert (
        found(english, "Llame a National Human Trafficking Hotline.", names=("National Human Trafficking Hotline",))
        == []
    )
    assert found("Blue Campaign", "Blue Campaign", names=("Blue Campaign",)) == []


def test_fewer_sentences_are_a_fault_where_callers_need_each_of_them() -> None:
    english, text = "Hang up. Dial this number. Stay there.", "Cuelgue el teléfono y marque este número. Quédese allí."
    assert found(english, text) == []
    assert len(found(english, text, needed=True)) == 1


def test_words_of_another_language_are_found() -> None:
    others = {"fr": "Raccrochez et appelez ce numéro.", "es-PR": "Cuelgue y llame a este número."}
    english = "Hang up and call this number."
    assert found(english, "Raccrochez et appelez ce número.", others=others) == [
        "it says “raccrochez et appelez ce”, as the translation into fr does"
    ]
    assert found(english, "Cuelgue y llame a este número.", others=others) == [], "a form of the same language may"


def test_regional_form_of_the_source_language_may_say_the_same() -> None:
    assert found("Hang up now, please.", "Hang up now, please.", tag="en-GB") == []


def test_opening_question_mark_is_required_in_spanish_only() -> None:
    assert found("In danger?", "En danger ?", tag="fr") == []


def test_messages_of_pages_are_checked_by_page_rules_only() -> None:
    message = Translation("Wait …", "Wait …", LOCALES["es"], LOCALES["en"], WordLists(), (), {})
    assert list(broken_rules(message, page=True)) == []
    assert [fault for fault, _ in broken_rules(message._replace(translated=" Espere"), page=True)] == [
        "it begins or ends with a space"
    ]


def test_text_that_is_too_long_for_its_voice_is_english_and_reported(copied: Path) -> None:
    path = copied / "locales" / "voices.toml"
    path.write_text(path.read_text("utf-8").replace("longest = 3000", "longest = 30"), "utf-8")
    line = compile_line(copied, Options())
    assert line.flow.offered == ("en",), "its offers are too long as well"
    told = [fault.found for fault in check_all(copied, Options()).faults]
    assert any(re.fullmatch(r"stay: \d+ characters are more than its voice says at once", found) for found in told)
    assert not any(found.startswith("apples") for found in told)
