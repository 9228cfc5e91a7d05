"""The page and the voice have the same words, text by text. `support.written_words` has what may differ."""

import re
from collections.abc import Iterator
from pathlib import Path

import lxml.html
import pytest
from support.invented import publish_invented
from support.layer import copy_layer
from support.options import OPTIONS
from support.page_client import app_of, ask, page_of
from support.written_words import differences

from ivr.call.playlist import language_keys, named_keys
from ivr.content.prompts import RenderedPrompt
from ivr.export.captions import NumberLinker, without_pauses
from ivr.export.export import export_line
from ivr.line.compiler import compile_line
from ivr.line.line import Line
from ivr.script.model import Script, script_of
from ivr.server.webhook import Webhook

MAX_REPEATING_WORDS = 3
"""Different words of a language before a number that is said again, such as "Again, it is"."""


def scripts_and_pages(app: Webhook, line: Line) -> Iterator[tuple[Script, lxml.html.HtmlElement]]:
    for tag in line.flow.offered:
        yield script_of(line, tag), page_of(ask(app, f"/read/{tag}"))


@pytest.mark.parametrize("which", ["line", "real"])
def test_read_page_has_the_spoken_words_of_each_node(which: str, request: pytest.FixtureRequest) -> None:
    line: Line = request.getfixturevalue(which)
    for script, page in scripts_and_pages(app_of(line), line):
        repeated = set[str]()
        assert differences(line, script, page, repeated) == []
        assert len(repeated) <= MAX_REPEATING_WORDS, repeated


def test_read_page_of_a_layer_has_the_spoken_words_in_an_invented_language(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    layer = copy_layer(tmp_path, monkeypatch)
    publish_invented(tmp_path / "tiny")
    (layer / "prompts" / "written.toml").write_text(ADDRESS, "utf-8")
    with (layer / "prompts" / "sources.toml").open("a", encoding="utf-8") as sources:
        sources.write(ADDRESS_FACT)
    (layer / "prompts" / "plums.txt").write_text(PLUMS, "utf-8")
    line = compile_line(layer, OPTIONS)
    assert len(line.flow.offered) == 3
    for script, page in scripts_and_pages(app_of(line), line):
        assert differences(line, script, page, set()) == []
        links = page.get_element_by_id("plums").xpath(".//a[@class='address away']")
        assert [(link.text, link.get("href")) for link in links] == [
            ("plums.example.org", "https://plums.example.org/")
        ]


ADDRESS = '[plum_site]\nwrite = "plums.example.org"\nlink = "https://plums.example.org/"\nfact = "PLUM-1"\n'
ADDRESS_FACT = """
[PLUM-1]
says = "All about plums: plums.example.org."
confidence = "own"
copy = 2026-11-24
"""
PLUMS = """{# facts: PLUM-1 #}
{% trans "plums" site=written.plum_site, end=written.end %}Plums. See {{ site }} plums dot example dot org.
It is one word {{ end }}. It is ours.{% endtrans %}

{% trans "plums" key=press.person %}To talk … press {{ key }}.{% endtrans %}
"""

PLANTED = {
    "a sentence dropped": (r"(?<=\. )[A-Z][a-z ]+\. ", ""),
    "a word changed": (r"(?<=[a-z] )your(?= [a-z])", "their"),
    "a wrong number": (r">1-866-487-9243<", ">1-866-487-9242<"),
    "a number that dials another": (r"tel:\+18664879243", "tel:+18664879242"),
    "a wrong address": (r">report\.cybertip\.org<", ">report.cybertips.org<"),
    "an address that opens another": (r'href="https://tips\.fbi\.gov/"', 'href="https://tips.fbi.org/"'),
    "a wrong word to send": (r"<b>HELP</b>", "<b>HELPS</b>"),
    "a wrong key": (r"<kbd>8</kbd>", "<kbd>9</kbd>"),
    "a key of another topic": (r"<kbd>1</kbd> <kbd>2</kbd></p>", "<kbd>1</kbd> <kbd>3</kbd></p>"),
    "a wrong heading": (r"<h3>[^<]+</h3>", "<h3>Plums</h3>"),
    "a number left out": (r'<a class="number"[^>]*>911</a>', ""),
}
"""Faults of the English page: the pattern whose first find is replaced, and by what."""


@pytest.fixture(scope="module")
def english_page(real_app: Webhook) -> str:
    main = ask(real_app, "/read/en").text
    return main[main.index('<nav class="contents"') :]


@pytest.mark.parametrize("fault", PLANTED)
def test_planted_difference_between_page_and_voice_is_found(real: Line, english_page: str, fault: str) -> None:
    pattern, replacement = PLANTED[fault]
    spoiled, count = re.subn(pattern, replacement, english_page, count=1)
    assert count == 1, "the fault was not planted"
    page = lxml.html.document_fromstring(spoiled)
    assert differences(real, script_of(real, "en"), page, set())


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
    for tag in line.flow.offered:
        for key in language_keys("language", len(line.flow.offered)):
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
    assert first == ["tel:911", "tel:+18883737888", "sms:233733?body=HELP"]
