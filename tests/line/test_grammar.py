"""Every document, with two, three and four languages, is TwiML to Twilio's own library and to our strict telephone."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import get_args
from xml.etree import ElementTree

import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import write_po
from support.paths import CHECKOUT
from support.twilio_grammar import Grammar, load_grammar

from ivr.call.transitions import Policy
from ivr.content.catalogue import po_path
from ivr.content.messages import all_messages
from ivr.content.templates import load_templates
from ivr.content.voices import load_voices
from ivr.line import twiml
from ivr.line.compiler import compile_line
from ivr.line.line import Line
from ivr.line.options import Options
from ivr.phone.parser import check_reachable, read_document
from ivr.translate.new_locale import create_locale

LIBRARY = CHECKOUT / "node_modules" / "twilio"
LANGUAGES = ("en", "es", "fr", "ar")
MAX_BYTES = 60_000
VOWELS = str.maketrans("aeiou", "áéíóú")


@pytest.fixture(scope="module")
def content(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The texts of the line, with two more languages: French and Arabic voices that read English with other vowels."""
    root = tmp_path_factory.mktemp("languages")
    for name in ("prompts", "locales"):
        shutil.copytree(CHECKOUT / name, root / name)
    messages = [message.id for message in all_messages(load_templates(root / "prompts"))]
    for tag in LANGUAGES[2:]:
        shutil.rmtree(root / "locales" / tag, ignore_errors=True)  # the checkout may have a draft of it
        create_locale(root, tag)
        catalogue = Catalog(locale=None, charset="utf-8", fuzzy=False)
        for context, english in messages:
            catalogue.add(english, english if "%(" in english else english.translate(VOWELS), context=context)
        with po_path(root, tag).open("wb") as file:
            write_po(file, catalogue)
    return root


def documents(content: Path, count: int) -> Iterator[tuple[bytes, ...]]:
    """The fragments of every document in the first `count` languages, under both policies of silence."""
    for policy in get_args(Policy):
        options = Options("https://line.example.org", "+12025550123", policy)
        line: Line = compile_line(content, options, LANGUAGES[:count])
        assert line.flow.offered == LANGUAGES[:count]
        yield from line.documents.values()
        body = line.fallback_document.removeprefix(twiml.HEAD).removesuffix(twiml.TAIL)
        yield (body,)


@pytest.fixture(scope="module", params=[2, 3, 4], ids="{} languages".format)
def compiled(content: Path, request: pytest.FixtureRequest) -> list[tuple[bytes, ...]]:
    return list(documents(content, request.param))


def test_strict_telephone_plays_every_document(compiled: list[tuple[bytes, ...]]) -> None:
    verbs = {fragment: read_document(twiml.document([fragment])) for fragment in {f for d in compiled for f in d}}
    for fragments in compiled:
        check_reachable(verb for fragment in fragments for verb in verbs[fragment])
        assert len(twiml.document(fragments)) <= MAX_BYTES


@pytest.fixture(scope="module")
def grammar() -> Grammar:
    if not LIBRARY.exists():
        if os.environ.get("CI") == "true":
            pytest.fail("npm's twilio is not in node_modules: .ci/run installs it")
        pytest.skip("npm's twilio is not in node_modules (`make weblint` installs it, with Node)")
    return load_grammar(LIBRARY)


def test_twilios_own_grammar_accepts_every_document(compiled: list[tuple[bytes, ...]], grammar: Grammar) -> None:
    fragments = {fragment for document in compiled for fragment in document}
    faults = {
        fault for fragment in fragments for fault in grammar.faults(ElementTree.fromstring(twiml.document([fragment])))
    }
    assert faults == set()
    assert len(fragments) > 1000


def test_every_voice_and_language_of_the_table_is_one_of_twilios(grammar: Grammar) -> None:
    table = load_voices(CHECKOUT / "locales" / "voices.toml").languages
    assert {voice.name for voices in table.values() for voice in voices} <= grammar.values["SayVoice"]
    assert set(table) <= grammar.values["SayLanguage"]


@pytest.mark.parametrize(
    ("inside", "fault"),
    [
        ('<Gather numDigit="1"/>', "<Gather> has no attribute numDigit"),
        ('<Gather timeout="soon"/>', 'timeout="soon" on <Gather> is no number'),
        ('<Gather input="tones"/>', 'input="tones" on <Gather> is no GatherInput[]'),
        ("<Gather><Dial/></Gather>", "<Dial> is not allowed in <Gather>"),
        ('<Say voice="Polly.Nobody-Neural">a</Say>', 'voice="Polly.Nobody-Neural" on <Say> is no SayVoice'),
        ('<Say language="xx-XX">a</Say>', 'language="xx-XX" on <Say> is no SayLanguage'),
        ('<Say><break length="1s"/></Say>', "<break> has no attribute length"),
        ('<Say><prosody rate="90%"><Play/></prosody></Say>', "<Play> is not allowed in <prosody>"),
        ('<Dial callerid="+12025550123"/>', "<Dial> has no attribute callerid"),
        ("<Repeat/>", "<Repeat> is not allowed in <Response>"),
    ],
)
def test_twilios_own_grammar_refuses_other_documents(grammar: Grammar, inside: str, fault: str) -> None:
    assert list(grammar.faults(ElementTree.fromstring(f"<Response>{inside}</Response>"))) == [fault]
