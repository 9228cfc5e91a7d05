"""The content of this release: properties that hold whichever words the texts have.

The texts, numbers and catalogues in prompts/ and locales/ are free to change; what is promised here is not.
"""

import tomllib
from collections.abc import Iterator
from typing import NamedTuple

import pytest

from ivr.call.flow import Farewell, LanguageMenu, Menu, Opening
from ivr.call.playlist import SHARED_TEXTS, named_keys
from ivr.check.report import check_all
from ivr.content.catalogue import po_path, read_catalogue
from ivr.content.facts import EMERGENCY, HOTLINE, NORTH_AMERICAN, PREMIUM
from ivr.content.load import Content
from ivr.content.locale import Locale
from ivr.content.messages import all_messages, is_of_a_page
from ivr.content.po import read_po
from ivr.content.prompts import RenderedPrompt
from ivr.line.line import Line
from ivr.line.options import Options
from ivr.translate.update import languages_to_update, source_messages


@pytest.fixture
def content(real: Line) -> Content:
    return real.content


class Said(NamedTuple):
    """One part of a text, in one language."""

    text: str
    locale: Locale
    part: RenderedPrompt


def said(content: Content) -> Iterator[Said]:
    """Every part of every text, in every language it can be spoken in."""
    for name in content.prompts.templates:
        for tag in content.flow.offered:
            for part in content.prompts.parts(name, tag, named_keys(content.flow, name)):
                yield Said(name, content.locales[part.locale], part)


def test_content_of_this_release_has_no_fault(content: Content) -> None:
    report = check_all(content.root, Options())
    assert [str(fault) for fault in report.faults] == []
    assert report.rows[-1].endswith(" 0 faults")


def test_every_node_has_a_text_and_every_text_a_node(content: Content) -> None:
    silent = (Opening, LanguageMenu)
    speaking = {name for name, node in content.flow.nodes.items() if not isinstance(node, silent)}
    assert content.prompts.templates.keys() == speaking | set(SHARED_TEXTS)


def test_the_line_begins_in_english_and_publishes_spanish(content: Content) -> None:
    assert content.configured[0] == "en"
    assert "es" in content.configured


def test_every_published_language_has_its_folder(content: Content) -> None:
    """A folder that is not published is a draft."""
    folders = {path.parent.name for path in (content.root / "locales").glob("*/locale.toml")}
    assert folders >= set(content.configured)


def test_prompts_have_no_digit_and_no_sign_that_is_not_spoken(content: Content) -> None:
    for text, _, part in said(content):
        assert not any(character.isdigit() or character in "<>&%{}*#_~^|\\" for character in part.words), text
        assert part.words.replace("\n", "").isprintable(), text


def test_every_part_has_words_in_every_language(content: Content) -> None:
    for text, _, part in said(content):
        assert all(any(map(str.isalpha, paragraph)) for paragraph in part.paragraphs), text
        assert part.paragraphs, text


def test_the_parts_of_a_text_are_the_same_in_every_language(content: Content) -> None:
    for name, text in content.prompts.templates.items():
        for tag in content.flow.offered:
            spoken = content.prompts.parts(name, tag, named_keys(content.flow, name))
            assert len(spoken) == len(text.parts), (name, tag)


def test_menu_says_each_choice_once_in_rising_order(content: Content) -> None:
    for name, node in content.flow.nodes.items():
        if isinstance(node, Menu):
            for tag in content.flow.offered:
                *_, part = content.prompts.parts(name, tag, named_keys(content.flow, name))
                assert part.keys == tuple("123456"[: len(node.choices)]), (name, tag)
                assert len(part.paragraphs) == len(node.choices), (name, tag)


def test_numbers_are_spoken_digit_by_digit_in_their_groups(content: Content) -> None:
    for text, locale, part in said(content):
        for name in part.numbers:
            assert locale.digit_groups(content.facts.numbers[name].groups) in part.words, (text, name)


def test_numbers_have_a_form_that_may_be_spoken(content: Content) -> None:
    for name, number in content.facts.numbers.items():
        digits = "".join(number.groups)
        assert digits.isascii(), name
        assert digits.isdigit(), name
        assert NORTH_AMERICAN.fullmatch("+" + digits) or len(digits) in (3, 5, 6), name
        assert not PREMIUM.match("+" + digits), name
        assert digits not in content.facts.refused_digits, name
        assert digits.removeprefix("1") not in content.facts.refused_digits, name
        assert number.fact in content.facts.facts, name
        assert number.source.startswith("http"), name


def test_the_hotline_is_the_only_number_that_is_dialled(content: Content) -> None:
    assert [name for name, number in content.facts.numbers.items() if number.dial] == [HOTLINE]
    assert content.flow.transfer.number == HOTLINE
    assert not EMERGENCY & {number.dial for number in content.facts.numbers.values()}


def test_every_number_is_spoken_somewhere(content: Content) -> None:
    assert {name for one in said(content) for name in one.part.numbers} == content.facts.numbers.keys()


def test_texts_speak_every_fact_that_may_be_spoken_and_no_other(content: Content) -> None:
    spoken = {fact for text in content.prompts.templates.values() for fact in text.facts}
    assert spoken == {name for name, fact in content.facts.facts.items() if fact.spoken}


def test_facts_contain_no_telephone_number(content: Content) -> None:
    """The file names a number in braces, so that it stands in numbers.toml alone."""
    numbers = {"".join(number.groups) for number in content.facts.numbers.values() if len(number.groups) > 1}
    facts = tomllib.loads((content.root / "prompts" / "sources.toml").read_text("utf-8"))
    for name, fact in facts.items():
        digits = "".join(filter(str.isdigit, fact["says"]))
        assert not any(number in digits for number in numbers), name


def test_the_main_menu_and_the_farewell_are_one_part_and_any_other_menu_has_a_heading(content: Content) -> None:
    for name, node in content.flow.nodes.items():
        if isinstance(node, Menu | Farewell):
            below = isinstance(node, Menu) and name != content.flow.main_menu
            assert len(content.prompts.templates[name].parts) == (2 if below else 1), name


def test_hotline_number_is_said_twice_after_a_failed_dial(content: Content) -> None:
    name = content.flow.transfer.not_connected
    for tag in content.flow.offered:
        first, *_ = content.prompts.parts(name, tag, named_keys(content.flow, name))
        assert first.numbers.count(HOTLINE) == 2, tag


def test_catalogues_have_the_messages_of_the_texts(content: Content) -> None:
    """By messages, and not by layout or notes: any editor may have saved a catalogue."""
    texts = {message.id for message in all_messages(content.prompts.templates)}
    for tag in languages_to_update(content.root):
        entries = read_catalogue(po_path(content.root, tag)).entries
        ids = {entry.id for entry in entries if not is_of_a_page(entry.id)}
        assert ids == texts, f"{tag}: run `ivr locale update`"


def test_template_for_translators_is_up_to_date(content: Content) -> None:
    pot = [entry for entry in read_po((content.root / "locales" / "messages.pot").read_bytes()) if not entry.is_header]
    source = {entry.id: (entry.notes, entry.file) for entry in source_messages(content.root)}
    known = {entry.id: (entry.notes, entry.file) for entry in pot}
    with_pages = any(map(is_of_a_page, known))  # the toy line leaves out the messages of the web pages
    assert known == {message: noted for message, noted in source.items() if with_pages or not is_of_a_page(message)}
