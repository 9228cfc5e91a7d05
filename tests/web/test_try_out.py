"""The panel for trying a change out: its data are true of the content, and no public page has any of it."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from support.options import OPTIONS
from support.page_client import app_of, ask, page_of, settings_for, telephone_of

from ivr.call.urls import address_of
from ivr.content.catalogue import read_catalogue
from ivr.line import twiml
from ivr.line.compiler import compile_line
from ivr.line.line import Line
from ivr.server.webhook import Webhook
from ivr.translate.new_locale import create_locale
from ivr.web.static_site import write_site

TRYING = {"twilio_auth_token": "try-0123456789abcdef"}
BLOCK = re.compile(r"\{%[-+]?\s*trans\b[^%]*%\}(.*?)\{%[-+]?\s*endtrans", re.DOTALL)
Data = dict[str, Any]


def try_out_of(app: Webhook, below: str = "") -> Data:
    answer = ask(app, f"{below}/try-out.json")
    assert answer.status_code == 200
    return answer.json()


@pytest.fixture(scope="module")
def trial(real: Line) -> Webhook:
    """The real line, tried out."""
    return app_of(real, **TRYING)


@pytest.fixture(scope="module")
def data(trial: Webhook) -> Data:
    return try_out_of(trial)


@pytest.fixture(scope="module")
def prompts(trial: Webhook) -> Data:
    return telephone_of(trial)["prompts"]


def holds(message: str, words: str) -> bool:
    """Whether `words` are the text `message` with anything, or nothing, in its placeholders."""
    bare = " ".join(message.split())
    pattern = ".*?".join(map(re.escape, re.split(r"\s*(?:\{\{.*?\}\}|%\(\w+\)s)\s*", bare)))
    return re.fullmatch(pattern, " ".join(words.split())) is not None


def english_at(root: Path, where: str) -> str:
    """The English of the block that begins in a line, such as "prompts/tea.txt:3"."""
    path, _, line = where.rpartition(":")
    lines = (root / path).read_text("utf-8").splitlines(keepends=True)
    block = BLOCK.search("".join(lines[int(line) - 1 :]))
    assert block
    assert block.start() < len(lines[int(line) - 1])
    return block[1]


def paragraphs_of(data: Data, prompts: Data) -> Iterator[tuple[str, str, str, Data]]:
    """The prompt, its language, the words of each paragraph, and its source."""
    for name, prompt in prompts.items():
        for words, source in zip(prompt["paragraphs"], data["paragraphs"][name], strict=True):
            yield name, prompt["language"], words, source


def test_every_paragraph_is_in_the_line_of_the_text_that_is_named(real: Line, data: Data, prompts: Data) -> None:
    english = [(words, source) for _, language, words, source in paragraphs_of(data, prompts) if language == "en"]
    assert len(english) > 500
    for words, source in english:
        assert holds(english_at(real.content.root, source["text_at"]), words), source


def test_paragraph_of_two_blocks_is_in_the_line_of_the_first(copied: Path) -> None:
    text = copied / "prompts" / "how.txt"
    text.write_text(text.read_text("utf-8").replace("\n\n", "\n", 1), "utf-8")
    sources = try_out_of(app_of(compile_line(copied, OPTIONS), **TRYING))["paragraphs"]["en/how/1"]
    assert [source["text_at"] for source in sources] == ["prompts/how.txt:2", "prompts/how.txt:5"]


def test_every_translated_paragraph_is_in_the_line_of_the_catalogue_that_is_named(
    real: Line, data: Data, prompts: Data
) -> None:
    found = 0
    for tag in real.flow.offered[1:]:
        path = f"locales/{tag}/LC_MESSAGES/messages.po"
        lines = (real.content.root / path).read_text("utf-8").splitlines()
        translations = {entry.line: entry for entry in read_catalogue(real.content.root / path).entries}
        for name, language, words, source in paragraphs_of(data, prompts):
            if language == tag:
                where, _, line = source["message_at"].rpartition(":")
                assert where == path
                assert lines[int(line) - 1].startswith("msgid")
                entry = translations[int(line)]
                assert entry.context == name.split("/")[1]
                assert holds(entry.translation, words), source
                assert holds(english_at(real.content.root, source["text_at"]), entry.english)
                found += 1
    assert found > 500


def test_every_fact_of_a_paragraph_has_its_claim_and_its_source(real: Line, data: Data) -> None:
    cited = {fact for prompt in data["paragraphs"].values() for source in prompt for fact in source["facts"]}
    assert cited == data["facts"].keys()
    assert len(cited) > 100
    for name, fact in data["facts"].items():
        assert fact["says"]
        assert fact["sources"] or real.content.facts.facts[name].confidence == "own"


def test_document_of_every_place_is_put_together_from_the_data(real: Line, trial: Webhook, data: Data) -> None:
    telephone = telephone_of(trial)
    assert data["digest"] == telephone["digest"]
    for place, fragments in real.documents.items():
        steps = telephone["places"][address_of(place)]["steps"]
        written = data["head"] + "".join(data["steps"][index] for index in steps) + data["tail"]
        assert written.encode() == twiml.document(fragments)


def test_a_call_can_begin_at_every_node_in_every_language(real: Line, trial: Webhook, data: Data) -> None:
    places = telephone_of(trial)["places"]
    for tag in real.flow.offered:
        assert {node["name"] for node in data["nodes"][tag]} == {place.node for place in real.documents}
        for node in data["nodes"][tag]:
            assert node["place"] in places
            if node["keys"]:
                place = f"/call/{tag}/{real.flow.main_menu}"
                for key in node["keys"].split():
                    place = places[place]["keys"][int(key)]
                assert place == node["place"]


def test_nothing_waits_in_a_language_that_is_translated(data: Data) -> None:
    assert not any(source["waits"] for prompt in data["paragraphs"].values() for source in prompt)


def test_draft_shows_which_sentences_wait_for_their_translator(copied: Path) -> None:
    create_locale(copied, "fr")
    path = copied / "locales" / "fr" / "LC_MESSAGES" / "messages.po"
    source = compile_line(copied, OPTIONS)
    assert source.flow.offered == ("en", "es")
    text = path.read_text("utf-8")
    offers = {"person", "danger", "language", "connect", "not_connected", "reminder"}
    for block in re.findall(r'msgctxt "(\w+)"\nmsgid "(.*)"\nmsgstr ""', text):
        if block[0] in offers:
            text = text.replace(f'msgctxt "{block[0]}"\nmsgid "{block[1]}"\nmsgstr ""',
                                f'msgctxt "{block[0]}"\nmsgid "{block[1]}"\nmsgstr "{block[1]}"')  # fmt: skip
    path.write_text(text, "utf-8")
    data = try_out_of(app_of(source, **TRYING), "/draft/fr")
    lines = text.splitlines()
    waiting = {(message["text"], message["english"]) for message in data["waiting"]["fr"]}
    assert ("apples", "Apples. They are red.") in waiting
    assert not offers & {name for name, _ in waiting}
    for message in data["waiting"]["fr"]:
        assert lines[int(message["message_at"].rpartition(":")[2]) - 1] == f'msgid "{message["english"]}"'
    marked = {name.split("/")[1] for name, prompt in data["paragraphs"].items() if any(one["waits"] for one in prompt)}
    assert "apples" in marked
    assert not offers & marked
    assert not any(one["waits"] for name, prompt in data["paragraphs"].items() for one in prompt if name[:3] == "en/")


def test_public_page_has_none_of_it(app: Webhook) -> None:
    for path in ("/try-out.json", "/draft/es/try-out.json"):
        assert ask(app, path).status_code == 404
    for path in ("/phone/en", "/phone/es"):
        answer = ask(app, path)
        assert not page_of(answer).xpath("//*[@id='try-out']")
        assert "try_out" not in answer.text
    for address in page_of(ask(app, "/phone/en")).xpath("//script/@src|//link/@href"):
        assert "try-out" not in ask(app, address).text
    words = ask(app, "/telephone.json").text
    assert "prompts/" not in words
    assert "messages.po" not in words


def test_static_site_has_none_of_it(line: Line, tmp_path: Path) -> None:
    """Not even if it is written with the token that a line is tried out with."""
    write_site(line, settings_for(line.content.root, **TRYING), {}, tmp_path)
    names = {path.name for path in tmp_path.rglob("*")}
    assert "telephone.json" in names
    assert not [name for name in names if "try" in name]
    for path in tmp_path.rglob("*"):
        assert path.is_dir() or b"try-out" not in path.read_bytes()


def test_page_of_a_test_line_has_the_panel(trial: Webhook) -> None:
    page = page_of(ask(trial, "/phone/en"))
    assert page.get_element_by_id("try-out") is not None
    assert not page_of(ask(trial, "/read/en")).xpath("//*[@id='try-out']")
