"""Promises to a caller in danger, checked in the texts, the flow and the documents of the real line."""

import re
from itertools import product
from pathlib import Path

import pytest
from support.fake_twilio import HOTLINE, HOTLINE_SPOKEN, gather, is_safe

from ivr.call.exploration import explore
from ivr.call.flow import Menu, Topic
from ivr.call.urls import address_of
from ivr.line.line import Line
from ivr.phone.caller import Caller
from ivr.phone.parser import read_document
from ivr.phone.verbs import Dial, Gather, Hangup, Say
from ivr.phone.webhook_form import OUTCOMES
from ivr.simulator import new_caller

CHECKOUT = Path(__file__).resolve().parent.parent.parent

REVEALING = {
    "en": re.compile(r"traffick|victim|slave|forced|abuse|police|prostitut|911", re.IGNORECASE),
    "es": re.compile(r"trata|tráfico|víctima|esclav|forzad|abus|policía|prostitu|911", re.IGNORECASE),
}
BOTH = ["en", "es"]
MORE_FOR_A_LANGUAGE = 20
"""Seconds by which the offers of a further language lengthen a silent call."""


def caller_of(line: Line, language: str = "en") -> Caller:
    """A telephone in the opening of the line, in `language`, before the first word."""
    caller = new_caller(line)
    caller.rings()
    for key in keys_to(line, language):
        caller.presses(key, interrupting=True)
    return caller


def keys_to(line: Line, language: str) -> list[str]:
    """The keys that lead from the opening to a language: 8, or 8 and a key of the menu of languages."""
    paths = [path for place, path in line.paths.items() if place.locale == language]
    return min(paths, key=len).split()[1:]


def said(caller: Caller) -> str:
    """All words that the caller has heard."""
    return " ".join(heard.text for heard in caller.heard)


# -- somebody overhears the call ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", BOTH)
def test_first_five_seconds_do_not_name_the_subject(real: Line, language: str) -> None:
    one = caller_of(real, language)
    since = one.clock
    one.hears_out()
    early = [heard.text.split() for heard in one.heard if heard.at - since < 5]
    first = " ".join(early[0][:12])
    assert first
    assert not any(words.search(first) for words in REVEALING.values()), first


def test_no_code_calls_back_records_or_sends_messages() -> None:
    """The program contains no code for messages, recordings or outgoing calls."""
    files = [path for path in (CHECKOUT / "ivr").rglob("*.py") if path.parent.name != "operate"]
    sources = "\n".join(path.read_text("utf-8") for path in files)
    for name in ("messages.create", "calls.create", "<Record", "<Sms", "<Message", "statusCallback", "transcrib"):
        assert name not in sources, name


def test_hanging_up_ends_the_call_and_sends_no_callback(real: Line) -> None:
    one = caller_of(real)
    one.hangs_up()
    assert one.state == "ended"
    assert b"statusCallback" not in b"".join(b"".join(document) for document in real.documents.values())


@pytest.mark.parametrize(("language", "words"), [("en", "on a bill"), ("es", "recibo")])
def test_callers_are_told_that_phone_and_bill_show_the_call(real: Line, language: str, words: str) -> None:
    spoken = [one.words for place in real.documents if place.locale == language for one in _parts(real, place)]
    assert any(words in text for text in spoken)


def _parts(line: Line, place: object) -> list[object]:
    return [spoken for step in line.steps(place)[:1] for spoken in line.schedule.prompts(step)]  # type: ignore[arg-type]


# -- a keypad is enough ------------------------------------------------------------------------------------------------


def test_every_text_is_reached_by_keys_without_speech(real: Line) -> None:
    ways = explore(real.flow, "connect").paths
    spoken = {place.node for place in ways if set(ways[place].split()[1:]) <= set("0123456789*# ") | {*OUTCOMES}}
    assert spoken >= {name for name, node in real.flow.nodes.items() if isinstance(node, Topic | Menu)}
    for document in real.documents.values():
        assert b'input="speech' not in b"".join(document)


@pytest.mark.parametrize("language", BOTH)
def test_keys_911_give_the_reminder_and_dial_nothing(real: Line, language: str) -> None:
    one = caller_of(real, language)
    for key in "911":
        one.presses(key, interrupting=True)
        assert one.position.removesuffix("/both-languages") == f"at /call/{language}/reminder"
    one.hears_out()
    assert {"en": "nine one one", "es": "nueve uno uno"}[language] in said(one)
    assert one.dialled == []


def test_key_8_changes_the_language_and_keeps_the_place(real: Line) -> None:
    for place in real.documents:
        if place.node in ("connect", "farewell"):
            continue
        answer = real.respond(address_of(place), [("Digits", "8")])
        if len(real.flow.offered) > 2 or place.node == "languages":
            assert answer.place.node == "languages"
            continue
        assert answer.place.node == place.node
        assert answer.place.part == place.part
        assert answer.place.locale != place.locale


@pytest.mark.parametrize("language", BOTH)
def test_wrong_keys_offer_a_person_first(real: Line, language: str) -> None:
    one = caller_of(real, language)
    for _ in range(3):
        one.presses("6", interrupting=True)
    before = len(one.heard)
    one.hears_out()
    offered = " ".join(heard.text for heard in one.heard[before : before + 2])
    assert {"en": "zero", "es": "cero"}[language] in offered
    for _ in range(20):
        one.presses("6", interrupting=True)
    one.presses("0")
    assert is_safe(one)


# -- the transfer ------------------------------------------------------------------------------------------------------

CASES = list(product(BOTH, [one for one in OUTCOMES if not OUTCOMES[one][1]], range(1, 4), ["hangs up", "stays"]))


@pytest.mark.parametrize(("language", "outcome", "attempts", "then"), CASES)
def test_failed_dial_gives_the_number_twice_and_can_be_tried_again(
    real: Line, language: str, outcome: str, attempts: int, then: str
) -> None:
    one = caller_of(real, language)
    for attempt in range(1, attempts + 1):
        one.presses("0")
        assert one.dialled == [HOTLINE] * attempt
        before = len(one.heard)
        one.dial_ends(outcome)
        one.hears_out()
        for _ in range(2):  # the later parts: the last one says the number again
            one.waits()
            one.hears_out()
        told = " ".join(heard.text for heard in one.heard[before:])
        assert told.count(HOTLINE_SPOKEN[BOTH.index(language)]) >= 2, told
        assert one.heard[before].at <= one.clock
    if then == "hangs up":
        one.hangs_up()
    else:
        while one.state == "listening":
            one.waits()
        assert one.dialled[attempts:] in ([], [HOTLINE])
    assert is_safe(one)


def test_dial_rings_30_to_60_seconds_without_a_time_limit(real: Line, real_goodbye: Line) -> None:
    documents = [b"".join((b"<Response>", *one, b"</Response>")) for line in (real, real_goodbye) for one in line.documents.values()]  # fmt: skip # noqa: E501
    dials = {
        verb
        for document in [*documents, real.fallback_document]
        for verb in read_document(document)
        if isinstance(verb, Dial)
    }
    assert {30 <= dial.timeout <= 60 for dial in dials} == {True}
    assert not any(b"timeLimit" in document or b"hangupOnStar" in document for document in documents)
    one = caller_of(real)
    one.presses("0")
    one.dial_ends("completed", talked=600)
    assert one.state == "listening", "after ten minutes of talk the menu is still there"


def test_hotline_number_equals_the_copy_in_the_tests(real: Line) -> None:
    """Row 11: numbers.toml against the copy in tests/support/fake_twilio.py, as digits and as words."""
    number = real.content.facts.numbers["hotline"]
    assert number.dial == HOTLINE
    assert "1" + "".join(number.groups).removeprefix("1") == HOTLINE.removeprefix("+")
    for digit in range(2, len(HOTLINE)):
        typo = HOTLINE[:digit] + str((int(HOTLINE[digit]) + 1) % 10) + HOTLINE[digit + 1 :]
        assert number.dial != typo


def test_silence_ends_with_a_dial_or_the_number_in_bounded_time(real: Line, real_goodbye: Line) -> None:
    """Rows 4 and 15: at least two minutes, at most 1,220 s, and at most three dials in a row.

    After each of the three dials, both languages say 911 and the number. Safety text is not cut to shorten it.
    """
    for line in (real, real_goodbye):
        for language in BOTH:
            one = caller_of(line, language)
            while one.state in ("listening", "dialling"):
                one.waits()
            assert 120 <= one.clock <= 1220 + MORE_FOR_A_LANGUAGE * (len(line.flow.offered) - len(BOTH))
            assert len(one.dialled) == (3 if line is real else 0)
            assert is_safe(one)
            assert not any(isinstance(verb, Hangup) for verb in read_document(line.fallback_document))


# -- the fallback document ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("first", "second"), list(product(OUTCOMES, OUTCOMES)))
def test_fallback_document_needs_no_further_request(real: Line, first: str, second: str) -> None:
    asked: list[str] = []

    def only_once(address: str, _: object) -> bytes:
        asked.append(address)
        return real.fallback_document

    one = Caller(only_once, "https://line.example.org/call")
    one.rings()
    assert any(words in said(one) for words in HOTLINE_SPOKEN), "the number comes before the dial"
    one.dial_ends(first)
    one.dial_ends(second)
    assert one.state == "ended"
    assert one.dialled == [HOTLINE] * 2
    assert len(asked) == 1
    assert all(words in said(one) for words in HOTLINE_SPOKEN)
    spoken = [verb for verb in read_document(real.fallback_document) if isinstance(verb, Say)]
    assert not any(words.search(spoken[0].text[:20]) for words in REVEALING.values())
    assert not any(isinstance(verb, Gather) for verb in read_document(real.fallback_document))


# -- addresses and documents -------------------------------------------------------------------------------------------


def test_address_holds_the_place_and_nothing_else(real: Line) -> None:
    """Row 51: the digits in an address come from the line, never from a caller."""
    tags = "|".join(real.flow.offered)
    wanted = re.compile(rf"/call/({tags})/[a-z_]+(/part-\d+)?(/slow)?(/misses-[12])?(/tries-[123])?(/both-languages)?")
    for place in real.documents:
        assert wanted.fullmatch(address_of(place))


def test_operate_md_lists_the_duties_outside_the_line() -> None:
    page = (CHECKOUT / "docs" / "operate.md").read_text("utf-8").lower()
    duties = "recording off", "geographic permissions", "alarm", "covered hotlines", "ivr probe", "wherever you print"
    for words in duties:
        assert words in page, words


def test_every_document_takes_a_key_or_dials(real: Line) -> None:
    for document in real.documents.values():
        whole = b"<Response>" + b"".join(document) + b"</Response>"
        assert gather(whole) or any(isinstance(verb, Dial) for verb in read_document(whole))


def test_promises_are_tested_on_the_real_line(real: Line) -> None:
    assert real.content.root == Path(CHECKOUT)
