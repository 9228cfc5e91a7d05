"""The page of the script: it has the whole line, is one file, and is accessible."""

import copy
import re
import shutil
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest
from click.testing import CliRunner
from lxml import html

from ivr.cli.main import main
from ivr.content.catalogue import po_path, read_catalogue
from ivr.errors import BadLocale
from ivr.line.compiler import compile_line
from ivr.line.line import Line
from ivr.line.options import Options
from ivr.script import page
from ivr.script.model import script_of
from ivr.script.page import NOT_REVIEWED_BY

CASES = [("line", "en"), ("line", "es"), ("real", "en"), ("real", "es")]


class Page:
    """A page with the line and the language that it is of."""

    def __init__(self, line: Line, locale: str) -> None:
        self.line, self.locale = line, locale
        self.script = script_of(line, locale)
        self.source = page.render_page(line, locale)
        self.tree = html.document_fromstring(self.source)

    def all(self, path: str) -> list[html.HtmlElement]:
        return [node for node in self.tree.xpath(path) if isinstance(node, html.HtmlElement)]

    def one(self, name: str) -> html.HtmlElement:
        (found,) = self.all(f"//*[@id='{name}']")
        return found

    def words(self, name: str, kind: str) -> list[html.HtmlElement]:
        """The paragraphs of a text: "words" as they are spoken, "source-words" in the source language."""
        return [node for node in self.one(name).iter("p") if kind in str(node.get("class", "")).split()]


def said(node: html.HtmlElement) -> str:
    """The words of a paragraph, without the key in front of a choice."""
    whole = copy.deepcopy(node)
    for link in whole.xpath("./a[@class='choice-key']"):
        assert isinstance(link, html.HtmlElement)
        link.drop_tree()
    return " ".join(whole.text_content().split())


@pytest.fixture(scope="module")
def pages() -> dict[tuple[str, str], Page]:
    return {}


@pytest.fixture(params=CASES, ids="-".join)
def shown(request: pytest.FixtureRequest, pages: dict[tuple[str, str], Page]) -> Page:
    name, locale = request.param
    if request.param not in pages:
        pages[request.param] = Page(request.getfixturevalue(name), locale)
    return pages[request.param]


def test_page_has_every_text_word_for_word(shown: Page) -> None:
    for entry in shown.script.all():
        spoken = [paragraph for part in entry.parts for paragraph in part.paragraphs]
        assert [said(node) for node in shown.words(entry.name, "words")] == spoken


def test_every_node_has_an_anchor(shown: Page) -> None:
    anchors = [str(anchor) for anchor in shown.tree.xpath("//@id")]
    assert len(anchors) == len(set(anchors))
    silent = {shown.line.flow.name_of_kind("opening")}
    assert set(shown.line.flow.nodes) - silent <= set(anchors)


def test_every_link_has_a_target(shown: Page) -> None:
    anchors = set(shown.tree.xpath("//@id"))
    within = [str(address)[1:] for address in shown.tree.xpath("//a/@href") if str(address).startswith("#")]
    assert set(within) <= anchors


def test_every_text_shows_its_keys(shown: Page) -> None:
    for entry in shown.script.entries[1:]:
        assert f"press {', then '.join(entry.keys.split())}" in shown.one(entry.name).text_content()


def test_contents_are_in_key_order(shown: Page) -> None:
    listed = [str(address)[1:] for address in shown.tree.xpath("//ol[@class='contents']//a/@href")]
    assert listed == [entry.name for entry in shown.script.entries]


def test_choice_links_to_its_target(shown: Page) -> None:
    for entry in shown.script.entries:
        links = shown.one(entry.name).xpath(".//a[@class='choice-key']/@href")
        assert links == [f"#{choice.node}" for choice in entry.choices]


def test_every_text_shows_its_facts_and_sources(shown: Page) -> None:
    for entry in shown.script.all():
        article = shown.one(entry.name)
        assert [node.text_content() for node in article.xpath(".//b[@class='id']")] == list(entry.facts)
        facts = [shown.line.content.facts.facts[name] for name in entry.facts]
        assert article.xpath(".//ul[@class='sources']//a/@href") == [
            source.address for fact in facts for source in fact.sources if source.address
        ]
        text = " ".join(article.text_content().split())
        assert all(fact.hedge in text and fact.to_open in text for fact in facts)


def test_every_number_shows_the_day_of_its_comparison(shown: Page) -> None:
    text = shown.all("//section[@aria-labelledby='the-numbers']")[0].text_content()
    for number in shown.line.content.facts.numbers.values():
        assert number.say in text
    assert text.count("live page not opened") == len(shown.line.content.facts.numbers)
    assert all(str(number.copy_day) in text for number in shown.line.content.facts.numbers.values())


def test_the_first_page_says_who_has_not_reviewed_it_and_that_no_page_was_opened(shown: Page) -> None:
    cover = " ".join(shown.all("//header[@class='cover']")[0].text_content().split())
    assert all(name in cover for name in NOT_REVIEWED_BY)
    assert "Live pages opened by a person0 of" in cover


def test_unspoken_fact_shows_its_reason(shown: Page) -> None:
    unspoken = {name: fact for name, fact in shown.line.content.facts.facts.items() if not fact.spoken}
    (section,) = shown.all("//section[@aria-labelledby='not-said']")
    assert [node.text_content() for node in section.xpath(".//b[@class='id']")] == list(unspoken)
    text = " ".join(section.text_content().split())
    assert all(fact.reason in text for fact in unspoken.values())


def test_words_have_their_language_and_direction(shown: Page) -> None:
    for entry in shown.script.all():
        found_in = shown.line.content.locales[entry.locale]
        for node in shown.words(entry.name, "words"):
            assert (node.get("lang"), node.get("dir")) == (found_in.tag, found_in.direction)
        for node in shown.words(entry.name, "source-words"):
            assert node.get("lang") == shown.line.flow.source_language


def test_translated_paragraph_shows_the_source_language(shown: Page) -> None:
    source = script_of(shown.line, shown.line.flow.source_language)
    for entry in shown.script.all():
        own = [paragraph for part in source.entry(entry.name).parts for paragraph in part.paragraphs]
        translated = entry.locale != source.locale
        assert [said(node) for node in shown.words(entry.name, "source-words")] == (own if translated else [])


def test_untranslated_text_is_marked(shown: Page) -> None:
    marked = {str(name) for name in shown.tree.xpath("//*[@class='missing']/ancestor::article/@id")}
    assert marked == {entry.name for entry in shown.script.all() if entry.locale != shown.locale}


def test_headings_skip_no_level(shown: Page) -> None:
    levels = [int(node.tag[1]) for node in shown.tree.iter("h1", "h2", "h3", "h4", "h5", "h6")]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))


def test_page_fetches_no_other_file(shown: Page) -> None:
    assert not shown.all("//script | //link | //img | //iframe | //object | //form | //base")
    assert not re.search(r"\bon\w+=|url\(|@import|javascript:", shown.source)
    policy = shown.tree.xpath("//meta[@http-equiv='Content-Security-Policy']/@content")
    assert policy == ["default-src 'none'; style-src 'unsafe-inline'"]


def test_skip_link_is_the_first_link(shown: Page) -> None:
    first = shown.all("//body//a")[0]
    assert shown.one(str(first.get("href"))[1:]).tag == "h2"


def test_cover_counts_texts_and_words(shown: Page) -> None:
    cover = shown.all("//header")[0].text_content()
    entries = list(shown.script.all())
    assert str(len(entries)) in cover
    assert f"{sum(entry.word_count for entry in entries):,}" in cover
    review = shown.line.content.locales[shown.locale].review
    assert (str(review or "") or "not reviewed by a native speaker") in cover


@pytest.fixture
def changed(tiny: Path, tmp_path: Path) -> Callable[[str, str], html.HtmlElement]:
    """The page of a toy line with one change in its facts."""

    def page_of(old: str, new: str) -> html.HtmlElement:
        shutil.copytree(tiny, tmp_path / "line")
        facts = tmp_path / "line" / "prompts" / "sources.toml"
        facts.write_text(facts.read_text("utf-8").replace(old, new), "utf-8")
        return html.document_fromstring(page.render_page(compile_line(tmp_path / "line"), "en"))

    return page_of


def test_markup_in_a_fact_is_escaped(changed: Callable[[str, str], html.HtmlElement]) -> None:
    tree = changed("911 in danger.", "<script>alert(1)</script> & tea")
    assert not tree.xpath("//script")
    assert "<script>alert(1)</script> & tea" in tree.text_content()


def test_address_that_is_not_http_is_not_a_link(changed: Callable[[str, str], html.HtmlElement]) -> None:
    tree = changed("https://example.org/danger", "javascript:alert(1)")
    assert not [address for address in tree.xpath("//@href") if str(address).startswith("javascript")]
    assert "javascript:alert(1)" in tree.text_content()


def test_pause_is_marked_and_words_are_escaped() -> None:
    assert page.mark_pauses("a < b … c") == 'a &lt; b <span class="pause">…</span> c'


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
def test_text_colours_have_enough_contrast(scheme: int) -> None:
    style = (page.TEMPLATES / "script.css").read_text("utf-8")
    colours = dict(re.findall(r"--(\w+): (#[0-9a-f]{6})", re.findall(r":root \{(.*?)\}", style, re.DOTALL)[scheme]))
    for ground in ("paper", "wash"):
        for ink in ("ink", "quiet", "link", "mark"):
            assert contrast(colours[ink], colours[ground]) >= 4.5, (ink, ground)


def contrast(one: str, other: str) -> float:
    """The contrast ratio of two colours: https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio."""
    bright, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (bright + 0.05) / (dark + 0.05)


def luminance(colour: str) -> float:
    """Relative luminance: https://www.w3.org/TR/WCAG22/#dfn-relative-luminance."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_timeline_shows_that_silence_ends_the_call(tiny: Path) -> None:
    tree = html.document_fromstring(page.render_page(compile_line(tiny, Options(silence="goodbye")), "en"))
    (told,) = tree.xpath("//section[@aria-labelledby='the-silence']")
    assert told.text_content().strip().endswith("the line hangs up.")


def test_page_is_reproducible(line: Line) -> None:
    assert page.render_page(line, "es") == page.render_page(line, "es")


def test_script_writes_a_page_for_each_language(tiny: Path, tmp_path: Path) -> None:
    told = CliRunner().invoke(main, ["script", "--out", str(tmp_path / "out")], env={"IVR_CONTENT": str(tiny)})
    assert told.exit_code == 0
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["en.html", "es.html"]


def test_script_writes_only_the_named_languages(tiny: Path, tmp_path: Path) -> None:
    CliRunner().invoke(main, ["script", "es", "--out", str(tmp_path)], env={"IVR_CONTENT": str(tiny)})
    assert [path.name for path in tmp_path.iterdir()] == ["es.html"]


def test_unknown_language_is_a_sentence(line: Line, tmp_path: Path) -> None:
    with pytest.raises(BadLocale, match=r"xx.*en, es"):
        page.write_pages(line, ["en", "xx"], tmp_path)
    assert not list(tmp_path.iterdir())


def test_folder_that_cannot_be_created_is_a_sentence(tiny: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way", "utf-8")
    folder = str(tmp_path / "file" / "out")
    told = CliRunner().invoke(main, ["script", "--out", folder], env={"IVR_CONTENT": str(tiny)})
    assert told.exit_code == 1
    assert "Error: " in told.output


def test_paragraph_shows_its_line_in_the_catalogue_and_the_comments_of_translators(copied: Path) -> None:
    path, context = po_path(copied, "es"), 'msgctxt "apples"'
    path.write_text(path.read_text("utf-8").replace(context, f"# ¿Rojas o coloradas?\n{context}", 1), "utf-8")
    apples = next(entry for entry in read_catalogue(path).entries if entry.context == "apples")
    shown = Page(compile_line(copied), "es")
    row = shown.one("apples-1-1").text_content()
    assert (f"messages.po:{apples.line}" in row, "¿Rojas o coloradas?" in row) == (True, True)
    assert len(shown.all("//a[@href='#apples-1-1']")) == 1


def test_paragraph_of_two_blocks_shows_both_messages_and_the_next_one_its_own(copied: Path) -> None:
    text = copied / "prompts" / "how.txt"
    text.write_text(text.read_text("utf-8").replace("\n\n", "\n", 1), "utf-8")
    first, second, third = (e.line for e in read_catalogue(po_path(copied, "es")).entries if e.context == "how")
    rows = Page(compile_line(copied), "es").all("//div[@class='row'][starts-with(@id, 'how-')]")
    shown = [re.findall(r"messages\.po:(\d+)", row.text_content()) for row in rows]
    assert shown == [[str(first), str(second)], [str(third)]]


def test_every_paragraph_of_a_translation_has_its_message(pages: dict[tuple[str, str], Page], real: Line) -> None:
    shown = pages.setdefault(("real", "es"), Page(real, "es"))
    lines = [row.xpath("string(p[@class='message'])") for row in shown.all("//div[@class='row']")]
    assert all(str(line).strip().startswith("messages.po:") for line in lines)
