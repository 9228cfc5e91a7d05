"""What the line promises to a caller in danger, looked for in the line itself: in its words, its map, its documents."""

import re
from itertools import product
from pathlib import Path

import pytest
from support.twilio_bench import HOTLINE, HOTLINE_SPOKEN, gather, is_safe

from ivr.call.flow import Menu, Topic
from ivr.call.transitions import reachable
from ivr.call.urls import address_of
from ivr.line.line import Line
from ivr.phone.caller import FORM, OUTCOMES, Caller
from ivr.phone.parser import Dial, Gather, Hangup, Say, read_document
from ivr.simulator import in_process, speaking_time

CHECKOUT = Path(__file__).resolve().parent.parent.parent

TELLING = {
    "en": re.compile(r"traffick|victim|slave|forced|abuse|police|prostitut|911", re.IGNORECASE),
    "es": re.compile(r"trata|tráfico|víctima|esclav|forzad|abus|policía|prostitu|911", re.IGNORECASE),
}
BOTH = ["en", "es"]


def caller_of(line: Line, language: str = "en") -> Caller:
    """A telephone on the line, at its menu in `language`, that has heard nothing yet."""
    one = Caller(in_process(line), line.options.public_url + "/call", FORM, speaking_time(line))
    one.rings()
    if language == "es":
        one.presses("8", interrupting=True)
    return one


def said(one: Caller) -> str:
    return " ".join(heard.text for heard in one.heard)


# -- whoever listens in ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", BOTH)
def test_the_first_five_seconds_tell_nobody_what_the_line_is_about(real: Line, language: str) -> None:
    one = caller_of(real, language)
    since = one.clock
    one.listens()
    early = [heard.text.split() for heard in one.heard if heard.at - since < 5]
    first = " ".join(early[0][:12])
    assert first
    assert not any(words.search(first) for words in TELLING.values()), first


def test_nothing_calls_back_records_or_writes_to_a_caller() -> None:
    """There is no code that could: no message, no recording, no call that we begin."""
    files = [path for path in (CHECKOUT / "ivr").rglob("*.py") if path.parent.name != "operate"]
    sources = "\n".join(path.read_text("utf-8") for path in files)
    for name in ("messages.create", "calls.create", "<Record", "<Sms", "<Message", "statusCallback", "transcrib"):
        assert name not in sources, name


def test_every_state_can_be_left_by_putting_the_telephone_down(real: Line) -> None:
    one = caller_of(real)
    one.hangs_up()
    assert one.state == "ended"
    assert b"statusCallback" not in b"".join(b"".join(document) for document in real.documents.values())


@pytest.mark.parametrize(("language", "words"), [("en", "on a bill"), ("es", "recibo")])
def test_it_is_said_that_a_call_can_be_found_on_a_telephone_and_a_bill(real: Line, language: str, words: str) -> None:
    spoken = [one.text for place in real.documents if place.locale == language for one in _parts(real, place)]
    assert any(words in text for text in spoken)


def _parts(line: Line, place: object) -> list[object]:
    return [spoken for step in line.steps(place)[:1] for spoken in line.schedule.spoken(step)]  # type: ignore[arg-type]


# -- a keypad is enough ------------------------------------------------------------------------------------------------


def test_speech_is_never_needed_and_every_text_is_reached_by_keys(real: Line) -> None:
    ways = reachable(real.flow, "connect")
    spoken = {place.node for place in ways if set(ways[place].split()[1:]) <= set("0123456789*# ") | {*OUTCOMES}}
    assert spoken >= {name for name, node in real.flow.nodes.items() if isinstance(node, Topic | Menu)}
    for document in real.documents.values():
        assert b'input="speech' not in b"".join(document)


@pytest.mark.parametrize("language", BOTH)
def test_who_keys_nine_one_one_hears_to_dial_it_and_nobody_is_dialled(real: Line, language: str) -> None:
    one = caller_of(real, language)
    for key in "911":
        one.presses(key, interrupting=True)
        assert one.position.removesuffix("/both-languages") == f"at /call/{language}/reminder"
    one.listens()
    assert {"en": "nine one one", "es": "nueve uno uno"}[language] in said(one)
    assert one.dialled == []


def test_eight_is_the_other_language_at_the_same_place_everywhere(real: Line) -> None:
    for place in real.documents:
        if place.node in ("connect", "farewell"):
            continue
        answer = real.respond(address_of(place), [("Digits", "8")])
        assert answer.place.node == place.node
        assert answer.place.part == place.part
        assert answer.place.locale != place.locale


@pytest.mark.parametrize("language", BOTH)
def test_whoever_presses_wrong_keys_is_offered_a_person_first(real: Line, language: str) -> None:
    one = caller_of(real, language)
    for _ in range(3):
        one.presses("6", interrupting=True)
    before = len(one.heard)
    one.listens()
    offered = " ".join(heard.text for heard in one.heard[before : before + 2])
    assert {"en": "zero", "es": "cero"}[language] in offered
    for _ in range(20):
        one.presses("6", interrupting=True)
    one.presses("0")
    assert is_safe(one)


# -- the transfer ------------------------------------------------------------------------------------------------------

CASES = list(product(BOTH, [one for one in OUTCOMES if not OUTCOMES[one][1]], range(1, 4), ["hangs up", "stays"]))


@pytest.mark.parametrize(("language", "outcome", "attempts", "then"), CASES)
def test_whoever_is_not_connected_hears_the_number_and_can_try_again(
    real: Line, language: str, outcome: str, attempts: int, then: str
) -> None:
    one = caller_of(real, language)
    for attempt in range(1, attempts + 1):
        one.presses("0")
        assert one.dialled == [HOTLINE] * attempt
        before = len(one.heard)
        one.far_end(outcome)
        one.listens()
        one.waits()  # the second part, in which the number is said again where no language has been chosen
        one.listens()
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


def test_nothing_cuts_a_conversation_and_the_hotline_may_ring_long(real: Line, real_goodbye: Line) -> None:
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
    one.far_end("completed", talked=600)
    assert one.state == "listening", "after ten minutes of talk there is a way back"


def test_the_hotline_s_number_is_the_one_that_people_know(real: Line) -> None:
    """Row 11: the number stands in numbers.toml, and once more in cable.py, as digits and as words."""
    number = real.content.facts.numbers["hotline"]
    assert number.dial == HOTLINE
    assert "1" + "".join(number.groups).removeprefix("1") == HOTLINE.removeprefix("+")
    for digit in range(2, len(HOTLINE)):
        typo = HOTLINE[:digit] + str((int(HOTLINE[digit]) + 1) % 10) + HOTLINE[digit + 1 :]
        assert number.dial != typo


def test_silence_ends_in_a_person_or_with_the_number_and_is_bounded(real: Line, real_goodbye: Line) -> None:
    """Rows 4 and 15: at least two minutes, at most ten, and at most three dials in a row."""
    for line in (real, real_goodbye):
        for language in BOTH:
            one = caller_of(line, language)
            while one.state in ("listening", "dialling"):
                one.waits()
            assert 120 <= one.clock <= 1200
            assert len(one.dialled) == (3 if line is real else 0)
            assert is_safe(one)
            assert not any(isinstance(verb, Hangup) for verb in read_document(line.fallback_document))


# -- the last resort ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("first", "second"), list(product(OUTCOMES, OUTCOMES)))
def test_the_last_resort_needs_nobody_of_ours_whatever_its_dials_do(real: Line, first: str, second: str) -> None:
    asked: list[str] = []

    def nobody(address: str, _: object) -> bytes:
        asked.append(address)
        return real.fallback_document

    one = Caller(nobody, "https://line.example.org/call")
    one.rings()
    assert any(words in said(one) for words in HOTLINE_SPOKEN), "the number comes before the dial"
    one.far_end(first)
    one.far_end(second)
    assert one.state == "ended"
    assert one.dialled == [HOTLINE] * 2
    assert len(asked) == 1
    assert all(words in said(one) for words in HOTLINE_SPOKEN)
    spoken = [verb for verb in read_document(real.fallback_document) if isinstance(verb, Say)]
    assert not any(words.search(spoken[0].text[:20]) for words in TELLING.values())
    assert not any(isinstance(verb, Gather) for verb in read_document(real.fallback_document))


# -- the way of a call keeps nothing -----------------------------------------------------------------------------------


def test_an_address_holds_where_a_caller_stands_and_nothing_else(real: Line) -> None:
    """Row 51: nodes are named, so that a log can be read; no digit in an address comes from a caller."""
    wanted = re.compile(r"/call/(en|es)/[a-z_]+(/part-\d+)?(/slow)?(/misses-[12])?(/tries-[123])?(/both-languages)?")
    for place in real.documents:
        assert wanted.fullmatch(address_of(place))


def test_what_an_operator_must_do_outside_of_the_line_is_written_down() -> None:
    told = (CHECKOUT / "docs" / "operate.md").read_text("utf-8").lower()
    duties = "recording off", "geographic permissions", "alarm", "covered hotlines", "ivr probe", "wherever you print"
    for words in duties:
        assert words in told, words


def test_every_document_lets_a_key_be_pressed_or_dials(real: Line) -> None:
    for document in real.documents.values():
        whole = b"<Response>" + b"".join(document) + b"</Response>"
        assert gather(whole) or any(isinstance(verb, Dial) for verb in read_document(whole))


def test_the_tests_look_at_the_line_and_not_at_the_toy(real: Line) -> None:
    assert real.content.root == Path(CHECKOUT)
