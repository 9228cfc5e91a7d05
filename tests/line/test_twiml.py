"""TwiML: documents are valid, say the words with their pauses, and escape them once."""

from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from ivr.call.state import Pace
from ivr.content.locale import Locale
from ivr.content.prompts import RenderedPrompt
from ivr.line import twiml
from ivr.line.line import Line
from ivr.phone.parser import read_document
from ivr.phone.verbs import Dial, Gather, Hangup, Say, Verb
from ivr.speech.pauses import PARAGRAPH_PAUSE, SHORT_PAUSE, SLOW_PAUSE_FACTOR, SLOW_RATE

SCHEMA = etree.RelaxNG(etree.parse(Path(__file__).parent / "twiml.rng"))
TWO_PARAGRAPHS = RenderedPrompt("en", ("For tea … press one.", "Goodbye."))
XML_TEXT = st.text(st.characters(exclude_categories=["Cc", "Cs", "Co", "Cn"]), min_size=1, max_size=200)


def read_verb(fragment: bytes) -> Verb:
    return read_document(twiml.document([fragment]))[0]


@pytest.fixture(scope="session")
def voices(line: Line) -> Mapping[str, Locale]:
    return line.content.locales


@pytest.fixture(scope="session")
def plain(voices: Mapping[str, Locale]) -> Mapping[str, Locale]:
    """The same languages in voices that take no SSML."""
    return {tag: voice._replace(voice="man", voice_row=None) for tag, voice in voices.items()}


def valid(document: bytes) -> bool:
    return bool(SCHEMA.validate(etree.fromstring(document)))


def said(fragment: bytes) -> list[Say]:
    return [verb for verb in read_document(twiml.document([fragment])) if isinstance(verb, Say)]


@pytest.mark.parametrize("compiled", ["line", "real"])
def test_every_document_is_valid(compiled: str, request: pytest.FixtureRequest) -> None:
    line: Line = request.getfixturevalue(compiled)
    fragments = {fragment for document in line.documents.values() for fragment in document}
    for document in [line.fallback_document, *(twiml.document([fragment]) for fragment in fragments)]:
        assert valid(document), SCHEMA.error_log


@pytest.mark.parametrize(
    "inside",
    [
        "",
        "words",
        "<Pause/>",
        "<Record/>",
        "<Say>no voice</Say>",
        '<Say language="en-US" voice="man"><Dial/></Say>',
        '<Say language="en-US" voice="man"><break time="11s"/>a</Say>',
        '<Say language="en-US" voice="man"><prosody rate="80%">a</prosody></Say>',
        '<Dial timeout="45"><Number>911</Number></Dial>',
        '<Dial timeout="45" record="true"><Number>+18883737888</Number></Dial>',
        '<Dial timeout="45" hangupOnStar="true"><Number>+18883737888</Number></Dial>',
        '<Dial timeout="5"><Number>+18883737888</Number></Dial>',
        '<Dial timeout="45" timeLimit="60"><Number>+18883737888</Number></Dial>',
        "<Hangup>now</Hangup>",
    ],
)
def test_schema_refuses_other_twiml(inside: str) -> None:
    assert not valid(f"<Response>{inside}</Response>".encode())


def test_gather_takes_one_key_and_posts_it(voices: Mapping[str, Locale]) -> None:
    url = "https://line.example.org/call/en/main"
    fragment = twiml.gather([TWO_PARAGRAPHS], voices, "normal", url, 11, 0.5)
    gather = read_verb(fragment)
    assert isinstance(gather, Gather)
    assert (gather.action, gather.timeout) == (url, 11)
    assert b'input="dtmf"' in fragment
    assert valid(twiml.document([fragment]))


@pytest.mark.parametrize(("pace", "stretch", "rate"), [("normal", 1.0, 1.0), ("slow", SLOW_PAUSE_FACTOR, SLOW_RATE)])
def test_say_has_pauses_and_the_slow_pace_stretches_them(
    voices: Mapping[str, Locale], pace: Pace, stretch: float, rate: float
) -> None:
    (say,) = said(twiml.say(TWO_PARAGRAPHS, voices, pace))
    words = ("For tea", SHORT_PAUSE, "press one.", PARAGRAPH_PAUSE, "Goodbye.")
    expected = [piece if isinstance(piece, str) else piece * stretch for piece in (twiml.PAUSE_AFTER_KEY, *words)]
    assert say.pieces == tuple(pytest.approx(piece) if isinstance(piece, float) else piece for piece in expected)
    assert say.rate == rate
    assert (say.voice, say.language) == ("Polly.Joanna-Neural", "en-US")


def test_slow_pace_is_90_percent_with_pauses_of_175_percent(voices: Mapping[str, Locale]) -> None:
    assert (SLOW_RATE, SLOW_PAUSE_FACTOR) == (0.9, 1.75)
    fragment = twiml.say(TWO_PARAGRAPHS, voices, "slow").decode()
    assert fragment.count('<prosody rate="90%">') == 1
    assert [fragment.count(f'<break time="{time}" />') for time in ("875ms", "700ms", "1050ms")] == [1, 1, 1]


def test_gather_without_a_lead_starts_with_the_first_word(voices: Mapping[str, Locale]) -> None:
    url = "https://line.example.org/call"
    for lead, first in ((0.0, "For tea"), (0.5, 0.5)):
        gather = read_verb(twiml.gather([TWO_PARAGRAPHS], voices, "normal", url, 10, lead))
        assert isinstance(gather, Gather)
        assert isinstance(gather.nested[0], Say)
        assert gather.nested[0].pieces[0] == first


def test_gather_has_a_pause_between_two_prompts(voices: Mapping[str, Locale]) -> None:
    two = [RenderedPrompt("en", ("Hello.",)), RenderedPrompt("es", ("Hola.",))]
    gather = read_verb(twiml.gather(two, voices, "normal", "https://line.example.org/call", 10, 0))
    assert isinstance(gather, Gather)
    spoken = [(say.language, say.pieces) for say in gather.nested if isinstance(say, Say)]
    assert spoken == [("en-US", ("Hello.",)), ("es-US", (PARAGRAPH_PAUSE, "Hola."))]


@pytest.mark.parametrize("pace", ["normal", "slow"])
def test_voice_without_ssml_gets_a_say_for_each_stretch(plain: Mapping[str, Locale], pace: Pace) -> None:
    fragment = twiml.say(RenderedPrompt("en", ("For tea … press one. …", "Goodbye … .")), plain, pace)
    assert [say.text for say in said(fragment)] == ["For tea", "press one.", "Goodbye"]
    assert {say.voice for say in said(fragment)} == {"man"}
    assert b"break" not in fragment
    assert b"prosody" not in fragment
    assert valid(twiml.document([fragment]))


def test_pause_before_a_full_stop_adds_no_word(voices: Mapping[str, Locale]) -> None:
    (say,) = said(twiml.say(RenderedPrompt("en", ("Dial … nine … .",)), voices, "normal"))
    assert say.text == "Dial nine."


@pytest.mark.parametrize("chosen", ["voices", "plain"])
def test_xml_characters_are_escaped_once(chosen: str, request: pytest.FixtureRequest) -> None:
    words = """Fish & chips < 2 > 1 "quoted" 'so' &amp; <Dial>911</Dial> ]]> <!-- -->"""
    fragment = twiml.say(RenderedPrompt("en", (words,)), request.getfixturevalue(chosen), "normal")
    assert [say.text for say in said(fragment)] == [words]
    assert b"<Dial>" not in fragment
    assert valid(twiml.document([fragment]))


def test_action_is_escaped(voices: Mapping[str, Locale]) -> None:
    url = 'https://line.example.org/call?a=1&b="2"<3>'
    fragment = twiml.gather([TWO_PARAGRAPHS], voices, "normal", url, 10, 0)
    assert etree.fromstring(fragment).get("action") == url


@given(words=XML_TEXT.filter(lambda text: any(map(str.isalnum, text)) and "…" not in text))
def test_random_words_are_unchanged_in_the_say(line: Line, words: str) -> None:
    (say,) = said(twiml.say(RenderedPrompt("en", (words.strip(),)), line.content.locales, "slow"))
    assert "".join(say.text.split()) == "".join(words.split())


def test_dial_has_an_action_only_if_one_is_given() -> None:
    number, own, url = "+18883737888", "+12025550123", "https://line.example.org/call/en/connect/outcome"
    assert read_verb(twiml.dial(number, url, own)) == Dial(number, url, twiml.DIAL_TIMEOUT, own)
    assert read_verb(twiml.dial(number, None, None)) == Dial(number, None, twiml.DIAL_TIMEOUT, None)
    bare = twiml.dial(number, None, None)
    assert not any(name in bare for name in (b"action", b"method", b"callerId", b"record", b"timeLimit"))
    assert valid(twiml.document([bare]))


def test_hang_up_is_a_hangup() -> None:
    assert read_verb(twiml.hang_up()) == Hangup()


def test_document_declares_utf8() -> None:
    document = twiml.document([twiml.hang_up()])
    assert document.startswith(b'<?xml version="1.0" encoding="UTF-8"?><Response>')
    assert read_document(document) == (Hangup(),)
