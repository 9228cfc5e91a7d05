"""The page and the voice say the same, node by node."""

from collections.abc import Iterator

import lxml.html
import pytest
from support.page_client import act, app_of, ask, page_of

from ivr import simulator
from ivr.line.line import Line
from ivr.phone.caller import Caller
from ivr.script.model import Script, read
from ivr.server.webhook import Webhook
from ivr.web.audio_preview import Sounds, compiled
from ivr.web.phone_api import Telephone
from ivr.web.phone_links import NumberLinker, plain, written_number


def as_spoken(element: lxml.html.HtmlElement, line: Line, tag: str) -> str:
    """What an element of the page says, its telephone numbers spoken digit by digit again."""
    locale = line.content.locales[tag]
    shown = {written_number(one).text: one for one in line.content.facts.numbers.values()}
    for number in element.iter("a"):
        if number.get("class") == "number":
            number.text = plain(locale.digit_groups(shown[number.text].groups))
    return plain(element.text_content())


def paragraphs_of(page: lxml.html.HtmlElement, node: str, line: Line, tag: str) -> list[str]:
    section = page.get_element_by_id(node)
    said = section if section.get("class") == "said" else section.find_class("said")[0]
    return [as_spoken(one, line, tag) for one in said.iter("p", "li")]


def books_of(app: Webhook, line: Line) -> Iterator[tuple[Script, lxml.html.HtmlElement]]:
    for tag in line.flow.published:
        yield read(line, tag), page_of(ask(app, f"/read/{tag}"))


@pytest.mark.parametrize("which", ["line", "real"])
def test_the_page_says_what_is_spoken_node_by_node(which: str, request: pytest.FixtureRequest) -> None:
    line: Line = request.getfixturevalue(which)
    for book, page in books_of(app_of(line), line):
        for entry in book.all():
            spoken = [plain(paragraph) for part in entry.parts for paragraph in part.paragraphs]
            assert paragraphs_of(page, entry.node, line, entry.locale) == spoken, entry.node


@pytest.mark.parametrize("which", ["line", "real"])
def test_every_word_of_every_document_stands_on_the_page(which: str, request: pytest.FixtureRequest) -> None:
    line: Line = request.getfixturevalue(which)
    written = set()
    for book, _ in books_of(app_of(line), line):
        written |= {" ".join(map(plain, part.paragraphs)) for entry in book.all() for part in entry.parts}
    assert {say.text for say in compiled(line).values()} <= written


def test_a_caption_is_what_the_virtual_caller_hears(line: Line, app: Webhook) -> None:
    for keys in ("", "1", "8", "8 2 1", "3 7", "9", "6 6"):
        caller = Caller(simulator.in_process(line), line.options.public_url + "/call")
        caller.rings()
        steps = act(app)
        for key in keys.split():
            caller.presses(key, cutting=True)
            steps = act(app, at=steps[0]["at"], key=key)
        start = len(caller.heard)
        caller.listens()
        heard = [(one.language, one.text) for one in caller.heard[start:]]
        assert [(one["lang"], one["text"]) for one in steps[0]["captions"]] == heard


def test_the_lines_of_a_caption_are_its_text(line: Line) -> None:
    for step in Telephone(line, Sounds(line)).act({}):
        for caption in step["captions"]:
            hand = NumberLinker(line.content.locales[caption["lang"][:2]], line.content.facts.numbers)
            written = " ".join("".join(one.text for one in paragraph) for paragraph in caption["lines"])
            assert plain(written) == plain("".join(one.text for one in hand.write(caption["text"])))


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
def test_spoken_numbers_are_written_in_digits(line: Line, spoken: str, written: list[str]) -> None:
    hand = NumberLinker(line.content.locales["en"], line.content.facts.numbers)
    assert [one.text for one in hand.write(spoken)] == written


def test_numbers_are_links(real_app: Webhook) -> None:
    page = page_of(ask(real_app, "/read/en"))
    links = {one.text: one.get("href") for one in page.find_class("number") if one.tag == "a"}
    assert links["1-888-373-7888"] == "tel:+18883737888"
    assert links["233733"] == "sms:233733"
    assert links["911"] == "tel:911"
    first = [one.get("href") for one in page.find_class("numbers")[0].iter("a")]
    assert first == ["tel:911", "tel:+18883737888", "sms:233733"]
