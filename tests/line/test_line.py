"""The compiled line: `respond` answers every request, without I/O, and without values of the request."""

import random
import sys
from collections.abc import Iterator, Sequence
from functools import cache
from typing import NamedTuple, get_args
from urllib.parse import urlsplit

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ivr.call.flow import Farewell, Transfer
from ivr.call.state import KEYS, Answer, DialEnded, DialOutcome, Key, Outdated, Place, Ring, Silence
from ivr.call.transitions import MAX_TRIES, Ask, Policy
from ivr.call.urls import RING, address_of, outcome_address_of
from ivr.content.facts import HOTLINE
from ivr.line import twiml
from ivr.line.compiler import compile_line
from ivr.line.line import Form, Line
from ivr.line.options import Options
from ivr.phone.parser import Dial, Gather, Hangup, Say, Verb, read_document

CONNECT, GOODBYE = ["line", "real"], ["line_goodbye", "real_goodbye"]
STATUSES = ["completed", "answered", "busy", "no-answer", "failed", "canceled", "", "sleeping"]
STRANGE = [
    "12", "00", " 0", "0 ", "０", "１", "9" * 10_000, "", "\x00", "1\n", "\ud800", "*#", "w1", "+1", "-1", "1.0", "０9",
    "é", "<Dial>911</Dial>", "%(key)s", "{{ 7 * 7 }}", "../../etc/passwd",
]  # fmt: skip
CANARIES = {
    "CallSid": "CAdeadbeefdeadbeefdeadbeefdeadbeef",
    "AccountSid": "ACfeedfacefeedfacefeedfacefeedface",
    "From": "+19995550147",
    "To": "+19995550148",
    "Caller": "canaryCaller",
    "CallerName": "canaryName",
    "CallStatus": "canaryStatus",
    "FromCity": "CANARYVILLE",
    "FromZip": "99547",
    "ForwardedFrom": "+19995550149",
    "SpeechResult": "canarySpeech",
    "Digits": "5473926",
    "DialCallStatus": "canaryDial",
    "DialBridged": "canaryBridged",
    "DialCallSid": "CAcafecafecafecafecafecafecafecafe",
    "StirVerstat": "canaryStir",
    "Unheard": "canaryUnheard",
    "canaryField": "canaryValue",
    "Language": "canaryLanguage",
    "url": "https://canary.example.com/",
}


class Room(NamedTuple):
    """A line with what the tests ask of it again and again."""

    line: Line
    numbers: frozenset[str]
    hotline: str


@pytest.fixture(params=CONNECT, scope="session")
def room(request: pytest.FixtureRequest) -> Room:
    return room_of(request.getfixturevalue(request.param))


@pytest.fixture(params=GOODBYE, scope="session")
def goodbye(request: pytest.FixtureRequest) -> Room:
    return room_of(request.getfixturevalue(request.param))


@pytest.fixture(params=[*CONNECT, *GOODBYE], scope="session")
def every(request: pytest.FixtureRequest) -> Room:
    return room_of(request.getfixturevalue(request.param))


def room_of(line: Line) -> Room:
    numbers = line.content.facts.numbers
    return Room(line, frozenset(filter(None, (number.dial for number in numbers.values()))), str(numbers[HOTLINE].dial))


@cache
def verbs_of(body: bytes) -> tuple[Verb, ...]:
    """The verbs of a document: raises InvalidTwiml for one that Twilio would not play."""
    return read_document(body)


def path_of(room: Room, action: str | None) -> str:
    assert action is not None
    assert action.startswith(room.line.options.public_url + RING)
    assert not urlsplit(action).query
    return action.removeprefix(room.line.options.public_url)


# -- random callers ----------------------------------------------------------------------------------------------------


class Turn(NamedTuple):
    """One request: the address and the fields that a telephone would send there."""

    address: str
    form: Form


def turns(room: Room, chance: random.Random, verbs: Sequence[Verb]) -> Iterator[Turn]:
    """The forms that a caller may send after `verbs`: keys or silence in a Gather, an outcome for the Dial."""
    *asked, last = verbs
    gathers = [verb for verb in asked if isinstance(verb, Gather)]
    if gathers:
        key = chance.choice([*KEYS, *KEYS, chance.choice(STRANGE)])
        yield Turn(path_of(room, chance.choice(gathers).action), pressed(chance, key))
    if isinstance(last, Dial) and (not gathers or chance.random() < 0.2):
        yield Turn(path_of(room, last.action), ended(chance))


def pressed(chance: random.Random, key: str) -> Form:
    if chance.random() < 0.05:
        return [] if chance.random() < 0.5 else [("Digits", key), ("Digits", "1")]
    return [("Digits", key), *chance.sample(sorted(CANARIES.items()), 3)][: chance.choice([1, 1, 4])]


def ended(chance: random.Random) -> Form:
    bridged = [("DialBridged", chance.choice(["true", "false"]))] if chance.random() < 0.5 else []
    return [("DialCallStatus", chance.choice(STATUSES)), *bridged]


def lives(room: Room, number: int, most: int = 50) -> Iterator[tuple[Turn, Answer]]:
    """The calls of random caller `number`, always the same ones: who has hung up calls again, up to `most` requests."""
    chance = random.Random(number)
    turn = Turn(RING, [])
    for _ in range(most):
        answer = room.line.respond(*turn)
        yield turn, answer
        following = list(turns(room, chance, verbs_of(answer.body)))
        hangs_up = not following or chance.random() < 0.02
        turn = Turn(RING, []) if hangs_up else following[-1]


def test_500_random_callers_are_never_lost(every: Room) -> None:
    held: set[bytes] = set()
    for number in range(500):
        for _, answer in lives(every, number):
            if answer.body not in held:
                held.add(answer.body)
                invariants(every, answer)
    assert len(held) > len(every.line.documents) / 4, "the callers saw much of the line"


def invariants(room: Room, answer: Answer) -> None:
    """Properties of every answer: a person one key away, known numbers only, an end, no value of the request."""
    verbs = verbs_of(answer.body)
    assert len(answer.body) <= 60_000
    assert room.line.documents[answer.place]
    dialled = {verb.number for verb in verbs if isinstance(verb, Dial)}
    assert dialled <= room.numbers
    assert isinstance(verbs[-1], Dial | Hangup)
    for gather in (verb for verb in verbs if isinstance(verb, Gather)):
        assert (gather.num_digits, gather.finish_on_key, gather.method) == (1, "", "POST")
        assert gather.timeout >= 2
        assert not gather.action_on_empty_result
        person = verbs_of(room.line.respond(path_of(room, gather.action), [("Digits", "0")]).body)
        assert {type(verb) for verb in person[:-1]} == {Say}
        assert len(person) <= 3, "one sentence, in two languages at most"
        assert getattr(person[-1], "number", "") == room.hotline
    assert not any(canary.encode() in answer.body for canary in CANARIES.values())


def test_the_same_request_gets_the_same_bytes(room: Room) -> None:
    answers: dict[tuple[str, tuple[tuple[str, str], ...]], bytes] = {}
    for number in [*range(60), *range(60)]:
        for turn, answer in lives(room, number):
            known = answers.setdefault((turn.address, tuple(turn.form)), answer.body)
            assert known == answer.body


def test_two_lines_compiled_alike_answer_alike(line: Line) -> None:
    other = compile_line(line.content.root, line.options)
    for place in line.documents:
        for form in ([("Digits", "1")], [("Digits", "7")], [("DialCallStatus", "busy")], []):
            for address in (address_of(place), outcome_address_of(place)):
                assert line.respond(address, form) == other.respond(address, form)


def test_every_place_answers_every_event_with_a_document_of_its_own(every: Room) -> None:
    forms: list[Form] = [[], *([("Digits", key)] for key in (*KEYS, "other"))]
    outcomes: list[Form] = [[("DialCallStatus", status)] for status in STATUSES]
    for place in every.line.documents:
        for form in forms:
            assert every.line.respond(address_of(place), form).place in every.line.documents
        for form in outcomes:
            assert every.line.respond(outcome_address_of(place), form).place in every.line.documents


# -- silence -----------------------------------------------------------------------------------------------------------


def silent(room: Room, place: Place) -> list[Verb]:
    """Everything that a silent caller hears from `place` on when the hotline does not answer."""
    played, verbs = list[Verb](), verbs_of(room.line.respond(address_of(place), []).body)
    while isinstance(last := verbs[-1], Dial) and len(played) < 1000:
        played.extend(verbs)
        verbs = verbs_of(room.line.respond(path_of(room, last.action), [("DialCallStatus", "no-answer")]).body)
    return [*played, *verbs]


def test_whoever_stays_silent_reaches_the_hotline_and_at_most_three_times_in_a_row(room: Room) -> None:
    nodes = room.line.flow.nodes
    for place in room.line.documents:
        dials = [verb for verb in silent(room, place) if isinstance(verb, Dial)]
        assert {dial.number for dial in dials} <= {room.hotline}
        if not isinstance(nodes[place.node], Transfer | Farewell):
            assert len(dials) == MAX_TRIES - place.tries
        elif isinstance(nodes[place.node], Farewell):
            assert not dials


def test_a_ringing_caller_who_stays_silent_reaches_the_hotline_in_the_first_document(room: Room) -> None:
    assert [type(verb) for verb in verbs_of(room.line.respond(RING, []).body)] == [Gather] * 4 + [Say, Say, Dial]


def test_a_ringing_caller_who_stays_silent_hears_the_number_where_goodbye_was_chosen(goodbye: Room) -> None:
    *asked, bye, other_bye, end = verbs_of(goodbye.line.respond(RING, []).body)
    assert [type(verb) for verb in asked] == [Gather] * 5
    assert (type(bye), type(other_bye)) == (Say, Say)
    assert end == Hangup()
    steps = goodbye.line.steps(goodbye.line.respond(RING, []).place)
    assert [spoken.numbers for spoken in goodbye.line.schedule.spoken(steps[4])] == [(HOTLINE, HOTLINE)] * 2


def test_a_choice_has_ten_seconds_and_a_warning_twenty(room: Room) -> None:
    for place in room.line.documents:
        for step in room.line.steps(place):
            if isinstance(step, Ask):
                least = {"warning": 20, "ending": 20, "farewell": 20, "last": 20, "part": 2}.get(step.reading, 10)
                assert room.line.schedule.wait(step) >= least


def test_slowly_read_the_line_waits_for_whoever_types_along(line: Line) -> None:
    normal = Ask(Place("tea", "en"), "part")
    slow = Ask(Place("tea", "en", pace="slow"), "part")
    assert line.schedule.wait(slow) >= line.schedule.wait(normal) == 2
    how = Ask(Place("how", "en", pace="slow"), "part")
    words = sum(len(spoken.text.replace("…", "").split()) for spoken in line.schedule.spoken(how))
    assert line.schedule.wait(how) > words * 0.3, "a word a second typed, 2.07 a second read"


# -- the transfer ------------------------------------------------------------------------------------------------------


def test_every_dial_shows_the_line_s_own_number(line: Line) -> None:
    fragments = {fragment for document in line.documents.values() for fragment in document}
    documents = (line.fallback_document, *(twiml.document([fragment]) for fragment in fragments))
    dials = [verb for document in documents for verb in verbs_of(document) if isinstance(verb, Dial)]
    assert len(dials) > len(line.flow.published)
    for dial in dials:
        assert dial.caller_id == "+12025550123"
        assert 30 <= dial.timeout <= 60


def test_a_caller_who_withholds_the_number_is_connected_as_any_other(room: Room) -> None:
    asked = [("Digits", "0")]
    plain = room.line.respond("/call/en/main", asked).body
    for number in ("ANONYMOUS", "RESTRICTED", "+266696687", "", "sip:a@b", "client:c"):
        assert room.line.respond("/call/en/main", [("From", number), *asked]).body == plain


@pytest.mark.parametrize(
    ("form", "reached"),
    [
        ([("DialCallStatus", "completed")], "connected"),
        ([("DialCallStatus", "answered")], "connected"),
        ([("DialCallStatus", "canceled"), ("DialBridged", "true")], "connected"),
        ([("DialCallStatus", "busy"), ("DialBridged", "false")], "busy"),
        ([("DialCallStatus", "no-answer")], "no-answer"),
        ([("DialCallStatus", "failed")], "failed"),
        ([("DialCallStatus", "canceled")], "canceled"),
        ([("DialCallStatus", "COMPLETED")], "unknown"),
        ([("DialCallStatus", "")], "unknown"),
        ([("DialBridged", "yes")], "unknown"),
        # a repeated field is no outcome that could be trusted: the caller hears the number
        ([("DialCallStatus", "busy"), ("DialCallStatus", "completed")], "unknown"),
        ([("DialCallStatus", "completed"), ("DialCallStatus", "completed")], "unknown"),
        ([("DialCallStatus", "no-answer"), ("DialBridged", "true"), ("DialBridged", "true")], "no-answer"),
        ([], "unknown"),
    ],
)
def test_how_a_dial_ended_is_told_by_its_status(line: Line, form: Form, reached: DialOutcome) -> None:
    answer = line.respond("/call/en/connect/outcome", form)
    assert answer.event == DialEnded(reached)
    expected = Place("farewell", "en") if reached == "connected" else Place("not_connected", "en", tries=1)
    assert answer.place == expected
    assert reached in get_args(DialOutcome)


# -- what arrives ------------------------------------------------------------------------------------------------------


def test_the_ring_is_a_ring_whatever_comes_with_it(line: Line) -> None:
    for form in ([], [("Digits", "0")], [("Digits", "9"), ("Digits", "1")], list(CANARIES.items())):
        answer = line.respond(RING, form)
        assert (answer.event, answer.place) == (Ring(), Place("opening", "en", language_chosen=False))


@pytest.mark.parametrize("digits", STRANGE, ids=ascii)
def test_what_is_no_key_is_a_wrong_key_or_silence_and_always_gets_a_document(line: Line, digits: str) -> None:
    answer = line.respond("/call/es/fruit", [("Digits", digits)])
    wrong = Place("fruit", "es", misses=1)
    assert (answer.event, answer.place) == ((Key(""), wrong) if digits else (Silence(), Place("fruit", "es")))
    assert verbs_of(answer.body)


@pytest.mark.parametrize(
    ("form", "event"),
    [
        ([("Digits", "1"), ("Digits", "2")], Key("")),
        ([("Digits", "1"), ("Digits", "1")], Key("")),
        ([("Digits", ""), ("Digits", "1")], Key("")),
        ([("Digits", ""), ("Digits", "")], Silence()),
        ([("digits", "1")], Silence()),
        ([("Digits ", "1")], Silence()),
        ([("Digits", "1From+1")], Key("")),
        ([("SpeechResult", "zero")], Silence()),
        ([], Silence()),
    ],
)
def test_two_values_or_none_are_no_key(line: Line, form: Form, event: object) -> None:
    answer = line.respond("/call/en/main", form)
    assert answer.event == event
    assert verbs_of(answer.body)


@given(st.lists(st.tuples(st.sampled_from(["Digits", "DialCallStatus", "DialBridged", "From"]) | st.text(), st.text())))
@example([("Digits", "9" * 10_000)])
@example([("Digits", "\x00\x0b\ufffe\ud800")])
def test_any_fields_at_all_get_a_document_and_never_stand_in_it(line: Line, form: Form) -> None:
    for address in (RING, "/call/es/fruit", "/call/en/connect/outcome", "/call/es/gone"):
        answer = line.respond(address, form)
        assert verbs_of(answer.body)
        assert answer.body == line.respond(address, list(form)).body


@given(st.text() | st.from_regex(r"/call/[a-z]{2}/[a-z_]+(/[a-z]+-?[0-9]*)*(/outcome)?", fullmatch=True))
@example("/call/en/not_connected/tries-1/outcome")
@example("/call/en/connect/tries-3/outcome/outcome")
@example("/outcome")
def test_any_address_at_all_gets_a_document(line: Line, address: str) -> None:
    for form in ([], [("Digits", "0")], [("Digits", "6")], [("DialCallStatus", "busy")]):
        assert verbs_of(line.respond(address, form).body)


GONE = [
    "/call/{}",
    "/call/{}/",
    "/call/{}/gone",
    "/call/{}/tea/part-99",
    "/call/{}/main/tries-2",
    "/call/{}/main/misses-1/tries-3",
    "/call/{}/languages",
    "/call/{}/main/slow/slow",
    "/call/{}/main?old=1",
    "/call/{}/../../etc/passwd",
    "/call/{}/main%00",
]


@pytest.mark.parametrize("address", GONE)
@pytest.mark.parametrize("locale", ["en", "es"])
def test_an_old_address_leads_to_the_main_menu_in_the_language_it_names(line: Line, address: str, locale: str) -> None:
    for digits in ("", "1", "2", "*", "#", "5", "6"):
        answer = line.respond(address.format(locale), [("Digits", digits)])
        assert (answer.event, answer.place) == (Outdated(digits), Place("main", locale))


@pytest.mark.parametrize("address", GONE)
@pytest.mark.parametrize("locale", ["en", "es"])
def test_the_keys_that_mean_the_same_in_every_release_still_work_at_an_old_address(
    line: Line, address: str, locale: str
) -> None:
    old = address.format(locale)
    dialled = line.respond(old, [("Digits", "0")])
    assert dialled.place == Place("connect", locale)
    assert isinstance(verbs_of(dialled.body)[-1], Dial)
    assert line.respond(old, [("Digits", "9")]).place == Place("reminder", locale)
    assert line.respond(old, [("Digits", "7")]).place == Place("main", locale, pace="slow")
    assert line.respond(old, [("Digits", "8")]).place == Place("main", "es" if locale == "en" else "en")


@pytest.mark.parametrize(
    "address", ["", "/", "/call/xx/main", "garbage", "/call/EN/main", "/call/é", "\x00", "x" * 100_000]
)
def test_an_address_that_names_no_language_leads_to_the_first(line: Line, address: str) -> None:
    assert line.respond(address, []).place == Place("main", "en")


def test_a_dial_of_another_release_ends_where_the_number_is_spoken_or_in_the_farewell(line: Line) -> None:
    for address in (
        "/call/es/gone/outcome",
        "/call/es/outcome",
        "/call/es/tea/part-2/outcome",
        "/call/es/main/outcome",
    ):
        assert line.respond(address, [("DialCallStatus", "busy")]).place == Place("not_connected", "es", tries=1)
        assert line.respond(address, [("DialCallStatus", "completed")]).place == Place("farewell", "es")


def test_nothing_of_a_request_is_echoed(room: Room) -> None:
    addresses = [
        RING,
        "/call/en/main",
        "/call/en/connect/outcome",
        "/call/canaryLanguage/canaryNode",
        "/call/en/main/7",
    ]
    for address in addresses:
        answer = room.line.respond(address, list(CANARIES.items()))
        shown = f"{answer.place} {answer.event} {answer.body!r}"
        assert not any(canary in shown for canary in ("canary", *CANARIES.values()))


# -- no input, no output -----------------------------------------------------------------------------------------------

WATCHED = ("open", "socket.", "subprocess.", "os.", "import", "sqlite3.", "urllib.", "ctypes.", "shutil.", "tempfile.")


class Watch:
    """An audit hook with a switch, because Python cannot remove one."""

    def __init__(self) -> None:
        self.on, self.seen = False, list[str]()
        sys.addaudithook(self)

    def __call__(self, event: str, args: tuple[object, ...]) -> None:
        if self.on and event.startswith(WATCHED):
            self.seen.append(f"{event} {args[:1]}")


WATCH = Watch()


def test_500_answers_touch_no_file_no_network_and_no_process(room: Room) -> None:
    requests = [turn for number in range(10) for turn, _ in lives(room, number)]
    strange = [Turn("/call/es/gone", [("Digits", "0")]), Turn("\x00", [("Digits", "12")]), Turn(RING, [])]
    WATCH.seen.clear()
    WATCH.on = True
    try:
        for turn in [*requests, *strange]:
            room.line.respond(*turn)
    finally:
        WATCH.on = False
    assert len(requests) == 500
    assert WATCH.seen == []


def test_the_watch_sees_a_file_that_is_opened() -> None:
    WATCH.seen.clear()
    WATCH.on = True
    try:
        open(__file__, "rb").close()  # noqa: PTH123
    finally:
        WATCH.on = False
    assert WATCH.seen


def test_a_day_s_clock_has_no_say(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    before = [line.respond(address_of(place), [("Digits", "7")]).body for place in line.documents]
    monkeypatch.setattr("time.time", lambda: 4_000_000_000.0)
    monkeypatch.setattr("time.perf_counter", lambda: -1.0)
    assert [line.respond(address_of(place), [("Digits", "7")]).body for place in line.documents] == before


# -- what was compiled -------------------------------------------------------------------------------------------------


def test_the_line_says_how_large_it_is(line: Line) -> None:
    assert line.stats.places == len(line.documents) == len(line.paths)
    assert line.stats.fragments < line.stats.places * 2
    assert str(line.stats).startswith(f"{line.stats.places} places, {line.stats.fragments} fragments, ")


def test_the_last_resort_speaks_both_languages_and_dials_twice_without_any_server(room: Room) -> None:
    verbs = verbs_of(room.line.fallback_document)
    published = room.line.flow.published[:2]
    dials = [verb for verb in verbs if isinstance(verb, Dial)]
    assert [(dial.number, dial.action) for dial in dials] == [(room.hotline, None)] * 2
    first = verbs.index(dials[0])
    languages = [room.line.content.locales[locale].language for locale in published]
    assert [verb.language for verb in verbs[:first] if isinstance(verb, Say)] == languages


def test_the_greeting_comes_at_once_and_speech_after_a_key_a_little_later(line: Line) -> None:
    for form, address, begins_with_words in (([], RING, True), ([("Digits", "7")], "/call/en/opening", False)):
        first = verbs_of(line.respond(address, form).body)[0]
        assert isinstance(first, Gather)
        assert isinstance(first.spoken[0], Say)
        assert isinstance(first.spoken[0].pieces[0], str) is begins_with_words


@pytest.mark.parametrize("policy", get_args(Policy))
def test_addresses_begin_with_the_public_url_and_its_path(line: Line, policy: Policy) -> None:
    options = Options("https://host.example.org/a/b", "+12025550123", silence=policy)
    compiled = compile_line(line.content.root, options)
    for verb in verbs_of(compiled.respond(RING, []).body):
        if isinstance(verb, Gather | Dial):
            assert str(verb.action).startswith("https://host.example.org/a/b/call/en/")
