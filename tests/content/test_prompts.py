"""Texts: one prompt, one language; which keys and numbers are spoken; where paragraphs and parts begin."""

from pathlib import Path

import pytest
from support.texts import PRESS, spoken

from ivr.content.facts import load_facts
from ivr.content.locale import load_locale
from ivr.content.prompts import Prompts, RenderedPrompt
from ivr.content.templates import load_templates
from ivr.errors import BadContent

CHOICE = '{% trans "tea" key=press.fruit %}For fruit … press {{ key }}.{% endtrans %}'
CALL = (
    '{% trans "tea" hotline=numbers.hotline, key=press.person %}Dial {{ hotline }}, or press {{ key }}.{% endtrans %}'
)
BOTH = "Dial %(hotline)s, or press %(key)s."


@pytest.fixture
def prompts(tiny: Path) -> Prompts:
    """The texts of the toy line."""
    facts = load_facts(tiny / "prompts")
    locales = {tag: load_locale(tiny / "locales" / tag, None, is_source=tag == "en") for tag in ("en", "es")}
    return Prompts(load_templates(tiny / "prompts"), locales, facts, "en")


def test_prompt_is_in_the_language_asked_for(prompts: Prompts) -> None:
    assert prompts.parts("apples", "es", {}) == (RenderedPrompt("es", ("Manzanas. Son rojas.",)),)
    assert prompts.parts("apples", "en", {}) == (RenderedPrompt("en", ("Apples. They are red.",)),)


def test_missing_message_makes_all_parts_of_its_text_english(copied: Path) -> None:
    source = '{% trans "tea" %}One.{% endtrans %}\n\n{% trans "tea" %}Two.{% endtrans %}\n---\n'
    source += '{% trans "tea" %}Three.{% endtrans %}\n'
    whole = {"One.": "Uno.", "Two.": "Dos.", "Three.": "Tres."}
    assert [part.locale for part in spoken(copied, source, "es", whole)] == ["es", "es"]
    for missing in whole:
        parts = spoken(copied, source, "es", {one: other for one, other in whole.items() if one != missing})
        assert [part.locale for part in parts] == ["en", "en"]
        assert [part.words for part in parts] == ["One.\n\nTwo.", "Three."]


def test_key_is_spoken_with_the_word_of_the_language(copied: Path) -> None:
    assert spoken(copied, CHOICE)[0].words == "For fruit … press two."
    spanish = {"For fruit … press %(key)s.": "Para la fruta … oprima %(key)s."}
    assert spoken(copied, CHOICE, "es", spanish)[0].words == "Para la fruta … oprima dos."


def test_number_is_spoken_digit_by_digit_in_its_groups(copied: Path) -> None:
    text = spoken(copied, CALL)[0].words
    assert text == "Dial one … eight eight eight … three seven three … seven eight eight eight, or press zero."


def test_prompt_lists_its_keys_and_numbers(copied: Path) -> None:
    part = spoken(copied, CALL)[0]
    assert (part.keys, part.numbers) == (("0",), ("hotline",))


def test_keys_and_numbers_are_listed_in_the_order_of_each_language(copied: Path) -> None:
    source = (
        '{% trans "tea" one=press.tea, two=press.fruit %}Press {{ one }} or {{ two }}, then {{ one }}.{% endtrans %}'
    )
    turned = {"Press %(one)s or %(two)s, then %(one)s.": "Oprima %(two)s o %(one)s, luego %(one)s."}
    assert spoken(copied, source)[0].keys == ("1", "2", "1")
    assert spoken(copied, source, "es", turned)[0].keys == ("2", "1", "1")


def test_marks_are_removed_from_the_words(prompts: Prompts) -> None:
    press = PRESS | {"how": "3", "apples": "1", "pears": "2", "again": "7", "language": "8", "reminder": "9"}
    press |= {"next": "#", "reminder_again": "1"}
    for name in prompts.templates:
        for locale in prompts.locales:
            for part in prompts.parts(name, locale, press):
                assert part.words.replace("\n", "").isprintable()


def test_key_depends_on_the_names_that_are_passed(prompts: Prompts) -> None:
    assert prompts.parts("language", "es", {"language": "8"})[0].keys == ("8",)
    assert prompts.parts("language", "es", {"language": "2"})[0].words == "Para español … oprima dos."


def test_template_has_the_facts_that_it_names(prompts: Prompts) -> None:
    assert prompts.templates["not_connected"].facts == ("HL-01", "NU-01")


@pytest.mark.parametrize("named", ["press.nobody", "numbers.nobody"])
def test_unknown_key_or_number_is_reported_by_name(copied: Path, named: str) -> None:
    with pytest.raises(BadContent, match=f"there is no `{named}` here"):
        spoken(copied, f'{{% trans "tea" key={named} %}}Press {{{{ key }}}}.{{% endtrans %}}')


def test_words_of_a_prompt_are_not_escaped(copied: Path) -> None:
    assert spoken(copied, '{% trans "tea" %}Salt & "milk".{% endtrans %}')[0].words == 'Salt & "milk".'
    assert spoken(copied, '{% trans "tea" %}All of it: a hundred %.{% endtrans %}')[0].words.endswith("a hundred %.")
