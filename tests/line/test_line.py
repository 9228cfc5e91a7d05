"""The compiled line: `respond` answers every request, without I/O, and without values of the request."""

import random
import sys
from collections.abc import Iterator, Sequence
from typing import NamedTuple, get_args

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from support.subject import Subject, verbs_of

from ivr.call.state import KEYS, Answer, DialEnded, DialOutcome, Key, NoKey, Outdated, Place, Ring
from ivr.call.urls import RING, address_of, outcome_address_of
from ivr.line.line import Line
from ivr.phone.verbs import Dial, Gather, Hangup, Say, Verb
from ivr.signature import Form

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


# -- random callers ----------------------------------------------------------------------------------------------------


class Turn(NamedTuple):
    """One request: the address and the fields that a telephone would send there."""

    address: str
    form: Form


def turns(subject: Subject, chance: random.Random, verbs: Sequence[Verb]) -> Iterator[Turn]:
    """The forms that a caller may send after `verbs`: keys or silence in a Gather, an outcome for the Dial."""
    *asked, last = verbs
    gathers = [verb for verb in asked if isinstance(verb, Gather)]
    if gathers:
        key = chance.choice([*KEYS, *KEYS, chance.choice(STRANGE)])
        yield Turn(subject.path_of(chance.choice(gathers).action), pressed(chance, key))
    if isinstance(last, Dial) and (not gathers or chance.random() < 0.2):
        yield Turn(subject.path_of(last.action), ended(chance))


def pressed(chance: random.Random, key: str) -> Form:
    if chance.random() < 0.05:
        return [] if chance.random() < 0.5 else [("Digits", key), ("Digits", "1")]
    return [("Digits", key), *chance.sample(sorted(CANARIES.items()), 3)][: chance.choice([1, 1, 4])]


def ended(chance: random.Random) -> Form:
    bridged = [("DialBridged", chance.choice(["true", "false"]))] if chance.random() < 0.5 else []
    return [("DialCallStatus", chance.choice(STATUSES)), *bridged]


def lives(subject: Subject, number: int, most: int = 50) -> Iterator[tuple[Turn, Answer]]:
    """The requests of random caller `number`, always the same ones. After hanging up it calls again."""
    chance = random.Random(number)
    turn = Turn(RING, [])
    for _ in range(most):
        answer = subject.line.respond(*turn)
        yield turn, answer
        following = list(turns(subject, chance, verbs_of(answer.body)))
        hangs_up = not following or chance.random() < 0.02
        turn = Turn(RING, []) if hangs_up else following[-1]


def test_250_random_callers_for_each_language_never_lose_their_place(any_subject: Subject) -> None:
    languages = len(any_subject.line.flow.offered)
    held: set[bytes] = set()
    for number in range(250 * languages):
        for _, answer in lives(any_subject, number):
            if answer.body not in held:
                held.add(answer.body)
                invariants(any_subject, answer)
    assert len(held) > len(any_subject.line.documents) / (2 * languages), "the callers saw much of the line"


def invariants(subject: Subject, answer: Answer) -> None:
    """Properties of every answer: a person one key away, known numbers only, an end, no value of the request."""
    verbs = verbs_of(answer.body)
    assert len(answer.body) <= 60_000
    assert subject.line.documents[answer.place]
    dialled = {verb.number for verb in verbs if isinstance(verb, Dial)}
    assert dialled <= subject.numbers
    assert isinstance(verbs[-1], Dial | Hangup)
    for gather in (verb for verb in verbs if isinstance(verb, Gather)):
        assert gather.timeout >= 2
        person = verbs_of(subject.line.respond(subject.path_of(gather.action), [("Digits", "0")]).body)
        assert {type(verb) for verb in person[:-1]} == {Say}
        assert len(person) <= 3, "one sentence, in two languages at most"
        assert getattr(person[-1], "number", "") == subject.hotline
    assert not any(canary.encode() in answer.body for canary in CANARIES.values())


def test_same_request_gets_the_same_bytes(subject: Subject) -> None:
    answers: dict[tuple[str, tuple[tuple[str, str], ...]], bytes] = {}
    for number in [*range(60), *range(60)]:
        for turn, answer in lives(subject, number):
            known = answers.setdefault((turn.address, tuple(turn.form)), answer.body)
            assert known == answer.body


def test_every_place_has_a_document_for_every_event(any_subject: Subject) -> None:
    forms: list[Form] = [[], *([("Digits", key)] for key in (*KEYS, "other"))]
    outcomes: list[Form] = [[("DialCallStatus", status)] for status in STATUSES]
    for place in any_subject.line.documents:
        for form in forms:
            assert any_subject.line.respond(address_of(place), form).place in any_subject.line.documents
        for form in outcomes:
            assert any_subject.line.respond(outcome_address_of(place), form).place in any_subject.line.documents


# -- the outcome of a dial --------------------------------------------------------------------------------------------


def test_caller_who_withholds_the_number_is_connected(subject: Subject) -> None:
    asked = [("Digits", "0")]
    plain = subject.line.respond("/call/en/main", asked).body
    for number in ("ANONYMOUS", "RESTRICTED", "+266696687", "", "sip:a@b", "client:c"):
        assert subject.line.respond("/call/en/main", [("From", number), *asked]).body == plain


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
def test_outcome_of_a_dial_follows_its_status(line: Line, form: Form, reached: DialOutcome) -> None:
    answer = line.respond("/call/en/connect/outcome", form)
    assert answer.event == DialEnded(reached)
    expected = Place("farewell", "en") if reached == "connected" else Place("not_connected", "en", tries=1)
    assert answer.place == expected
    assert reached in get_args(DialOutcome)


# -- requests ---------------------------------------------------------------------------------------------------------


def test_ring_with_any_fields_gets_the_opening(line: Line) -> None:
    for form in ([], [("Digits", "0")], [("Digits", "9"), ("Digits", "1")], list(CANARIES.items())):
        answer = line.respond(RING, form)
        assert (answer.event, answer.place) == (Ring(), Place("opening", "en", language_chosen=False))


@pytest.mark.parametrize("digits", STRANGE, ids=ascii)
def test_digits_that_are_no_key_count_as_no_match_or_no_input(line: Line, digits: str) -> None:
    answer = line.respond("/call/es/fruit", [("Digits", digits)])
    wrong = Place("fruit", "es", misses=1)
    assert (answer.event, answer.place) == ((Key(""), wrong) if digits else (NoKey(), Place("fruit", "es")))
    assert verbs_of(answer.body)


@pytest.mark.parametrize(
    ("form", "event"),
    [
        ([("Digits", "1"), ("Digits", "2")], Key("")),
        ([("Digits", "1"), ("Digits", "1")], Key("")),
        ([("Digits", ""), ("Digits", "1")], Key("")),
        ([("Digits", ""), ("Digits", "")], NoKey()),
        ([("digits", "1")], NoKey()),
        ([("Digits ", "1")], NoKey()),
        ([("Digits", "1From+1")], Key("")),
        ([("SpeechResult", "zero")], NoKey()),
        ([], NoKey()),
    ],
)
def test_repeated_or_empty_digits_are_no_key(line: Line, form: Form, event: object) -> None:
    answer = line.respond("/call/en/main", form)
    assert answer.event == event
    assert verbs_of(answer.body)


@given(st.lists(st.tuples(st.sampled_from(["Digits", "DialCallStatus", "DialBridged", "From"]) | st.text(), st.text())))
@example([("Digits", "9" * 10_000)])
@example([("Digits", "\x00\x0b\ufffe\ud800")])
def test_random_fields_get_a_document_that_does_not_contain_them(line: Line, form: Form) -> None:
    for address in (RING, "/call/es/fruit", "/call/en/connect/outcome", "/call/es/gone"):
        answer = line.respond(address, form)
        assert verbs_of(answer.body)
        assert answer.body == line.respond(address, list(form)).body


@given(st.text() | st.from_regex(r"/call/[a-z]{2}/[a-z_]+(/[a-z]+-?[0-9]*)*(/outcome)?", fullmatch=True))
@example("/call/en/not_connected/tries-1/outcome")
@example("/call/en/connect/tries-3/outcome/outcome")
@example("/outcome")
def test_random_address_gets_a_document(line: Line, address: str) -> None:
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
def test_old_address_leads_to_the_main_menu_in_its_language(line: Line, address: str, locale: str) -> None:
    for digits in ("", "1", "2", "*", "#", "5", "6"):
        answer = line.respond(address.format(locale), [("Digits", digits)])
        assert (answer.event, answer.place) == (Outdated(digits), Place("main", locale))


@pytest.mark.parametrize("address", GONE)
@pytest.mark.parametrize("locale", ["en", "es"])
def test_keys_of_every_release_work_at_an_old_address(line: Line, address: str, locale: str) -> None:
    old = address.format(locale)
    dialled = line.respond(old, [("Digits", "0")])
    assert dialled.place == Place("connect", locale)
    assert isinstance(verbs_of(dialled.body)[-1], Dial)
    assert line.respond(old, [("Digits", "9")]).place == Place("reminder", locale)
    assert line.respond(old, [("Digits", "7")]).place == Place("main", locale, pace="slow")
    assert line.respond(old, [("Digits", "8")]).place == Place("main", "es" if locale == "en" else "en")


@pytest.mark.parametrize("address", ["/call/xx/main", "/call/EN/main", "/call/é", "/call/\x00", "/call/" + "x" * 10**5])
def test_address_without_a_language_leads_to_the_source_language(line: Line, address: str) -> None:
    assert line.respond(address, []).place == Place("main", "en")


def test_dial_of_another_release_leads_to_the_number_or_the_farewell(line: Line) -> None:
    for address in (
        "/call/es/gone/outcome",
        "/call/es/outcome",
        "/call/es/tea/part-2/outcome",
        "/call/es/main/outcome",
    ):
        assert line.respond(address, [("DialCallStatus", "busy")]).place == Place("not_connected", "es", tries=1)
        assert line.respond(address, [("DialCallStatus", "completed")]).place == Place("farewell", "es")


def test_answer_contains_no_field_of_the_request(subject: Subject) -> None:
    addresses = [
        RING,
        "/call/en/main",
        "/call/en/connect/outcome",
        "/call/canaryLanguage/canaryNode",
        "/call/en/main/7",
    ]
    for address in addresses:
        answer = subject.line.respond(address, list(CANARIES.items()))
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


def test_500_answers_open_no_file_connection_or_process(subject: Subject) -> None:
    requests = [turn for number in range(10) for turn, _ in lives(subject, number)]
    strange = [Turn("/call/es/gone", [("Digits", "0")]), Turn("\x00", [("Digits", "12")]), Turn(RING, [])]
    WATCH.seen.clear()
    WATCH.on = True
    try:
        for turn in [*requests, *strange]:
            subject.line.respond(*turn)
    finally:
        WATCH.on = False
    assert len(requests) == 500
    assert WATCH.seen == []


def test_audit_hook_sees_a_file_that_is_opened() -> None:
    WATCH.seen.clear()
    WATCH.on = True
    try:
        open(__file__, "rb").close()  # noqa: PTH123
    finally:
        WATCH.on = False
    assert WATCH.seen


def test_answer_does_not_depend_on_the_clock(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    before = [line.respond(address_of(place), [("Digits", "7")]).body for place in line.documents]
    monkeypatch.setattr("time.time", lambda: 4_000_000_000.0)
    monkeypatch.setattr("time.perf_counter", lambda: -1.0)
    assert [line.respond(address_of(place), [("Digits", "7")]).body for place in line.documents] == before
