"""The page and the voice have the same words, node by node."""

from collections.abc import Iterator

import lxml.html
import pytest
from support.page_client import app_of, ask, page_of

from ivr.call.playlist import language_keys, named_keys
from ivr.content.prompts import RenderedPrompt
from ivr.export.export import export_line
from ivr.export.number_links import NumberLinker, number_span, without_pauses
from ivr.line.line import Line
from ivr.script.model import Script, read_script
from ivr.server.webhook import Webhook


def as_spoken(element: lxml.html.HtmlElement, line: Line, tag: str) -> str:
    """The text of an element, with its telephone numbers spoken digit by digit again."""
    locale = line.content.locales[tag]
    numbers = {number_span(number).text: number for number in line.content.facts.numbers.values()}
    for link in element.iter("a"):
        if link.get("class") == "number":
            link.text = without_pauses(locale.digit_groups(numbers[link.text].groups))
    return without_pauses(element.text_content())


def paragraphs_of(page: lxml.html.HtmlElement, node: str, line: Line, tag: str) -> list[str]:
    section = page.get_element_by_id(node)
    said = section if section.get("class") == "said" else section.find_class("said")[0]
    return [as_spoken(paragraph, line, tag) for paragraph in said.iter("p", "li")]


def scripts_and_pages(app: Webhook, line: Line) -> Iterator[tuple[Script, lxml.html.HtmlElement]]:
    for tag in line.flow.published:
        yield read_script(line, tag), page_of(ask(app, f"/read/{tag}"))


@pytest.mark.parametrize("which", ["line", "real"])
def test_read_page_has_the_spoken_words_of_each_node(which: str, request: pytest.FixtureRequest) -> None:
    line: Line = request.getfixturevalue(which)
    for script, page in scripts_and_pages(app_of(line), line):
        for entry in script.all():
            spoken = [without_pauses(paragraph) for part in entry.parts for paragraph in part.paragraphs]
            assert paragraphs_of(page, entry.name, line, entry.locale) == spoken, entry.name


@pytest.mark.parametrize("which", ["line", "real"])
def test_read_page_has_the_words_of_every_prompt(which: str, request: pytest.FixtureRequest) -> None:
    line: Line = request.getfixturevalue(which)
    written = set()
    for script, _ in scripts_and_pages(app_of(line), line):
        written |= {" ".join(map(without_pauses, part.paragraphs)) for entry in script.all() for part in entry.parts}
    written |= {without_pauses(offer.words) for offer in language_offers(line)}
    spoken = (export_line(line, with_twiml=False).prompts or {}).values()
    assert {" ".join(map(without_pauses, prompt.paragraphs)) for prompt in spoken} <= written


def language_offers(line: Line) -> Iterator[RenderedPrompt]:
    """The offer of each language with each key: where there are three languages, a menu offers them."""
    for tag in line.flow.published:
        for key in language_keys("language", len(line.flow.published)):
            yield from line.content.prompts.parts("language", tag, named_keys(line.flow, "language", key))


def test_lines_of_a_caption_have_the_words_of_its_prompt(real: Line) -> None:
    for prompt in (export_line(real, with_twiml=False).prompts or {}).values():
        linker = NumberLinker(real.content.locales[prompt.language], real.content.facts.numbers)
        spoken = " ".join("".join(span.text for span in linker.link(words)) for words in prompt.paragraphs)
        written = " ".join("".join(piece[0] for piece in row) for row in prompt.lines)
        assert without_pauses(written) == without_pauses(spoken)


@pytest.mark.parametrize(
    ("spoken", "written"),
    [
        ("Dial nine one one.", ["Dial ", "911", "."]),
        (
            "It is … one … eight eight eight … three seven three … seven eight eight eight. Again.",
            ["It is ", "1-888-373-7888", ". Again."],
        ),
        ("If you cannot speak … some places take a text.", ["If you cannot speak … some places take a text."]),
        ("Line nine one ones", ["Line nine one ones"]),
        ("Nine one one … or stay.", ["911", " … or stay."]),
    ],
)
def test_spoken_numbers_become_digits(line: Line, spoken: str, written: list[str]) -> None:
    linker = NumberLinker(line.content.locales["en"], line.content.facts.numbers)
    assert [span.text for span in linker.link(spoken)] == written


def test_numbers_link_to_a_call_or_a_text(real_app: Webhook) -> None:
    page = page_of(ask(real_app, "/read/en"))
    links = {link.text: link.get("href") for link in page.find_class("number") if link.tag == "a"}
    assert links["1-888-373-7888"] == "tel:+18883737888"
    assert links["233733"] == "sms:233733"
    assert links["911"] == "tel:911"
    first = [link.get("href") for link in page.find_class("numbers")[0].iter("a")]
    assert first == ["tel:911", "tel:+18883737888", "sms:233733"]
