"""Texts: one prompt, one language; which keys and numbers are spoken; where paragraphs and parts begin."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from ivr.content.facts import load_facts
from ivr.content.locale import load_locale
from ivr.content.prompts import Prompts, RenderedPrompt
from ivr.content.templates import load_templates
from ivr.errors import BadText

PRESS = {"tea": "1", "fruit": "2", "back": "*", "person": "0"}
CHOICE = '{% trans "tea" key=press.fruit %}For fruit … press {{ key }}.{% endtrans %}'
CALL = (
    '{% trans "tea" hotline=numbers.hotline, key=press.person %}Dial {{ hotline }}, or press {{ key }}.{% endtrans %}'
)
BOTH = "Dial %(hotline)s, or press %(key)s."


@pytest.fixture
def prompts(tiny: Path) -> Prompts:
    """The texts of the toy line."""
    facts = load_facts(tiny / "prompts")
    locales = {tag: load_locale(tiny / "locales" / tag, None, source=tag == "en") for tag in ("en", "es")}
    return Prompts(load_templates(tiny / "prompts"), locales, facts, "en")


def written(root: Path, source: str, name: str = "tea") -> Path:
    """The folder of texts under `root`, with `source` as one of them."""
    path = root / "prompts" / f"{name}.txt"
    path.write_text(source, "utf-8", newline="")
    return path.parent


def spoken(
    root: Path, source: str, locale: str = "en", catalogue: Mapping[str, str] | None = None
) -> tuple[RenderedPrompt, ...]:
    """The parts of `source`, spoken in `locale`; `catalogue` is its Spanish."""
    texts, english = load_templates(written(root, source)), load_locale(root / "locales" / "en", None, source=True)
    spanish = load_locale(root / "locales" / "es", None)
    spanish = spanish._replace(messages={("tea", one): other for one, other in (catalogue or {}).items()})
    prompts = Prompts(texts, {"en": english, "es": spanish}, load_facts(root / "prompts"), "en")
    return prompts.parts("tea", locale, PRESS)


def faults(root: Path, source: str) -> list[str]:
    with pytest.raises(BadText) as raised:
        load_templates(written(root, source))
    return [fault.found for fault in raised.value.faults]


def test_a_text_is_spoken_in_the_language_it_is_asked_in(prompts: Prompts) -> None:
    assert prompts.parts("apples", "es", {}) == (RenderedPrompt("es", ("Manzanas. Son rojas.",)),)
    assert prompts.parts("apples", "en", {}) == (RenderedPrompt("en", ("Apples. They are red.",)),)


def test_one_message_that_is_missing_makes_all_parts_of_its_text_english(copied: Path) -> None:
    source = '{% trans "tea" %}One.{% endtrans %}\n\n{% trans "tea" %}Two.{% endtrans %}\n---\n'
    source += '{% trans "tea" %}Three.{% endtrans %}\n'
    whole = {"One.": "Uno.", "Two.": "Dos.", "Three.": "Tres."}
    assert [part.locale for part in spoken(copied, source, "es", whole)] == ["es", "es"]
    for missing in whole:
        parts = spoken(copied, source, "es", {one: other for one, other in whole.items() if one != missing})
        assert [part.locale for part in parts] == ["en", "en"]
        assert [part.text for part in parts] == ["One.\n\nTwo.", "Three."]


def test_a_whole_text_is_known_to_be_whole(prompts: Prompts, tiny: Path) -> None:
    assert prompts.whole("tea", "es", {})
    untranslated = prompts.locales | {"es": prompts.locales["es"]._replace(messages={})}
    assert not Prompts(prompts.templates, untranslated, load_facts(tiny / "prompts"), "en").whole("tea", "es", {})


def test_a_key_is_spoken_as_the_word_of_the_language(copied: Path) -> None:
    assert spoken(copied, CHOICE)[0].text == "For fruit … press two."
    spanish = {"For fruit … press %(key)s.": "Para la fruta … oprima %(key)s."}
    assert spoken(copied, CHOICE, "es", spanish)[0].text == "Para la fruta … oprima dos."


def test_a_number_is_spoken_digit_by_digit_in_its_groups(copied: Path) -> None:
    text = spoken(copied, CALL)[0].text
    assert text == "Dial one … eight eight eight … three seven three … seven eight eight eight, or press zero."


def test_the_keys_and_numbers_that_are_spoken_are_recorded(copied: Path) -> None:
    part = spoken(copied, CALL)[0]
    assert (part.keys, part.numbers) == (("0",), ("hotline",))


def test_they_are_recorded_in_the_order_in_which_each_language_says_them(copied: Path) -> None:
    source = (
        '{% trans "tea" one=press.tea, two=press.fruit %}Press {{ one }} or {{ two }}, then {{ one }}.{% endtrans %}'
    )
    turned = {"Press %(one)s or %(two)s, then %(one)s.": "Oprima %(two)s o %(one)s, luego %(one)s."}
    assert spoken(copied, source)[0].keys == ("1", "2", "1")
    assert spoken(copied, source, "es", turned)[0].keys == ("2", "1", "1")


def test_what_records_them_is_never_spoken(prompts: Prompts) -> None:
    press = PRESS | {"how": "3", "apples": "1", "pears": "2", "again": "7", "language": "8", "reminder": "9"}
    press |= {"next": "#", "reminder_again": "1"}
    for name in prompts.templates:
        for locale in prompts.locales:
            for part in prompts.parts(name, locale, press):
                assert part.text.replace("\n", "").isprintable()


def test_the_same_key_may_have_another_meaning_in_another_place(prompts: Prompts) -> None:
    assert prompts.parts("language", "es", {"language": "8"})[0].keys == ("8",)
    assert prompts.parts("language", "es", {"language": "2"})[0].text == "Para español … oprima dos."


def test_a_blank_line_parts_paragraphs_and_a_rule_parts_parts(copied: Path) -> None:
    block = '{{% trans "tea" %}}{}{{% endtrans %}}'
    source = "\n\n".join(map(block.format, ("One.", "Two."))) + "\n---\n" + block.format("Three.") + "\n"
    assert [part.paragraphs for part in spoken(copied, source)] == [("One.", "Two."), ("Three.",)]
    assert load_templates(written(copied, source))["tea"].parts == 2


def test_blocks_on_neighbouring_lines_are_one_paragraph(copied: Path) -> None:
    block = '{{% trans "tea" %}}{}{{% endtrans %}}\n'
    assert spoken(copied, block.format("One.") + block.format("Two."))[0].paragraphs == ("One. Two.",)


def test_a_line_break_inside_a_block_is_a_blank(copied: Path) -> None:
    assert spoken(copied, '{% trans "tea" %}\n  One\n  two.\n{% endtrans %}')[0].text == "One two."


def test_a_text_with_windows_line_ends_is_the_same_text(copied: Path, tiny: Path) -> None:
    source = (tiny / "prompts" / "tea.txt").read_text("utf-8")
    assert spoken(copied, source.replace("\n", "\r\n")) == spoken(copied, source)
    assert load_templates(written(copied, source.replace("\n", "\r\n")))["tea"].parts == 3


def test_a_text_names_the_facts_it_speaks(prompts: Prompts) -> None:
    assert prompts.templates["not_connected"].facts == ("HL-01", "NU-01")


def test_a_comment_may_hold_anything(copied: Path) -> None:
    comment = "{# TRANSLATORS: 3 <words>, &amp; no more\n---\n#}\n"
    assert spoken(copied, comment + '{% trans "tea" %}One.{% endtrans %}')[0].text == "One."
    assert load_templates(copied / "prompts")["tea"].parts == 1


@pytest.mark.parametrize("named", ["press.nobody", "numbers.nobody"])
def test_a_key_or_number_that_does_not_exist_is_told_by_its_name(copied: Path, named: str) -> None:
    with pytest.raises(BadText, match=f"there is no `{named}` here"):
        spoken(copied, f'{{% trans "tea" key={named} %}}Press {{{{ key }}}}.{{% endtrans %}}')


@pytest.mark.parametrize("key", ["press", "numbers", "hotline", "press.tea.one", '"zero"', "press.tea ~ press.fruit"])
def test_a_variable_is_a_key_or_a_number_and_nothing_else(copied: Path, key: str) -> None:
    source = f'{{% trans "tea" key={key} %}}Press {{{{ key }}}}.{{% endtrans %}}'
    assert faults(copied, source) == ["`key` is neither a key nor a number"]


def test_every_fault_of_a_text_is_told_at_once(copied: Path) -> None:
    source = 'Outside.\n{% trans "tea" %}Room 9, <b>now</b>.{% endtrans %}\n{% trans "pears" %}Tea.{% endtrans %}\n'
    assert faults(copied, source) == [
        "a digit in the text: 'Room 9, <b>now</b>.'",
        "a tag or an entity in the text: 'Room 9, <b>now</b>.'",
        "words outside a block: 'Outside.'",
        "a block has the context 'pears'",
    ]


def test_the_faults_of_all_texts_are_told_at_once(copied: Path) -> None:
    written(copied, "Outside.", "apples")
    written(copied, "Outside.", "lines/short")
    with pytest.raises(BadText) as raised:
        load_templates(copied / "prompts")
    assert [Path(fault.where.removesuffix(":1")).name for fault in raised.value.faults] == ["apples.txt", "short.txt"]


def test_a_node_and_a_shared_line_cannot_have_one_name(copied: Path) -> None:
    written(copied, '{% trans "tea" %}Tea.{% endtrans %}', "lines/tea")
    with pytest.raises(BadText, match=r"there are two texts named `tea`"):
        load_templates(copied / "prompts")


def test_words_are_never_escaped_here(copied: Path) -> None:
    assert spoken(copied, '{% trans "tea" %}Salt & "milk".{% endtrans %}')[0].text == 'Salt & "milk".'
    assert spoken(copied, '{% trans "tea" %}All of it: a hundred %.{% endtrans %}')[0].text.endswith("a hundred %.")
