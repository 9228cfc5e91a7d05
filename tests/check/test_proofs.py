"""Proofs: the line passes all of them, and each one fails, in a sentence, when what it proves is taken away."""

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import pytest

from ivr.call import playlist, transitions
from ivr.call.flow import Farewell, Flow
from ivr.call.state import Place
from ivr.call.transitions import Dial, End, Policy, Step
from ivr.call.urls import OVERRIDES, address_of
from ivr.check import documents, events, spoken
from ivr.check.line_index import LineIndex
from ivr.check.proofs import PROOFS, Proof, proof_counts, prove
from ivr.content import load
from ivr.content.prompts import Prompts, RenderedPrompt
from ivr.errors import Fault
from ivr.line import compiler
from ivr.line import line as line_module
from ivr.line.compiler import compile_line
from ivr.line.line import Line
from ivr.line.options import Options
from ivr.line.schedule import Schedule

Spoil = Callable[[pytest.MonkeyPatch, Path], Line]
HOTLINE = b"+18883737888"
LOST = Place("opening", "en", misses=1)


@pytest.mark.parametrize("compiled", ["line", "real", "line_goodbye", "real_goodbye"])
def test_every_proof_holds_for_every_state_of_the_line(compiled: str, request: pytest.FixtureRequest) -> None:
    assert prove(request.getfixturevalue(compiled)) == ()


def test_proof_counts_have_states_keys_and_documents(line: Line) -> None:
    written = proof_counts([line])
    places, presses, read = map(int, re.findall(r"\d+", written))
    assert places == read == len(line.documents)
    assert presses > 10 * places
    assert written == f"{places} states, {presses} keys, {read} documents walked"


# -- ways to break a line ----------------------------------------------------------------------------------------------


def pressed(key: str, there: Callable[[Flow, Place], Place]) -> Spoil:
    """A walk in which `key` leads where `there` says."""

    def spoil(monkeypatch: pytest.MonkeyPatch, tiny: Path) -> Line:
        press = transitions._press

        def other(flow: Flow, place: Place, said: str) -> Place:
            return there(flow, place) if said == key else press(flow, place, said)

        monkeypatch.setattr(transitions, "_press", other)
        return compile_line(tiny)

    return spoil


def walking(name: str, other: Callable[..., object]) -> Spoil:
    """A walk in which the function `name` does something else."""

    def spoil(monkeypatch: pytest.MonkeyPatch, tiny: Path) -> Line:
        monkeypatch.setattr(transitions, name, other)
        return compile_line(tiny)

    return spoil


def afterwards(name: str, other: Callable[..., object]) -> Spoil:
    """A walk that has changed since the line was compiled."""

    def spoil(monkeypatch: pytest.MonkeyPatch, tiny: Path) -> Line:
        line = compile_line(tiny)
        monkeypatch.setattr(transitions, name, other)
        return line

    return spoil


def compiling(name: str, other: Callable[..., object], *owners: object) -> Spoil:
    """A line that is compiled with something else for `name`, in the compiler and the line or in `owners`."""

    def spoil(monkeypatch: pytest.MonkeyPatch, tiny: Path) -> Line:
        for owner in owners or [module for module in (compiler, line_module) if hasattr(module, name)]:
            monkeypatch.setattr(owner, name, other)
        return compile_line(tiny)

    return spoil


def written(node: str, change: Callable[[tuple[bytes, ...]], tuple[bytes, ...]]) -> Spoil:
    """A line in which the document of `node` has been changed."""

    def spoil(_: pytest.MonkeyPatch, tiny: Path) -> Line:
        line = compile_line(tiny)
        place = Place(node, "en")
        return replace(line, documents={**line.documents, place: change(line.documents[place])})

    return spoil


def worded(text: str, old: str, new: str = "") -> Spoil:
    """A line whose text `text` has other words."""

    def spoil(_: pytest.MonkeyPatch, tiny: Path) -> Line:
        path = tiny / "prompts" / f"{text}.txt"
        source = path.read_text("utf-8")
        assert old in source
        path.write_text(source.replace(old, new), "utf-8")
        return compile_line(tiny)

    return spoil


def dialling(number: bytes) -> Callable[[tuple[bytes, ...]], tuple[bytes, ...]]:
    return lambda fragments: tuple(fragment.replace(HOTLINE, number) for fragment in fragments)


def fallback_document(_: pytest.MonkeyPatch, tiny: Path) -> Line:
    line = compile_line(tiny)
    return replace(line, fallback_document=line.fallback_document.replace(HOTLINE, b"+12025550199"))


def fallback_with_a_sound(_: pytest.MonkeyPatch, tiny: Path) -> Line:
    line = compile_line(tiny)
    play = b"<Response><Play>/audio/0123456789abcdef0123.wav</Play>"
    return replace(line, fallback_document=line.fallback_document.replace(b"<Response>", play))


def playing(address: bytes) -> Callable[[tuple[bytes, ...]], tuple[bytes, ...]]:
    return lambda fragments: (
        fragments[0].replace(b"</Gather>", b"<Play>" + address + b"</Play></Gather>"),
        *fragments[1:],
    )


def lost(_: pytest.MonkeyPatch, tiny: Path) -> Line:
    line = compile_line(tiny)
    kept = {place: fragments for place, fragments in line.documents.items() if place != LOST}
    return replace(line, documents=kept)


def calling_itself(_: pytest.MonkeyPatch, tiny: Path) -> Line:
    return compile_line(tiny, Options(line_number=HOTLINE.decode()))


def home(flow: Flow, place: Place, *_: object) -> Place:
    return Place(flow.main_menu, place.locale, pace=place.pace)


def tea(_: Flow, here: Place, __: str) -> Place:
    return here._replace(node="tea", part=1)


def stays(_: Flow, place: Place, *__: object) -> Place:
    return place


def counting_nothing(flow: Flow, place: Place, connected: bool) -> Place:
    node = flow.transfer.connected if connected else flow.transfer.not_connected
    return Place(node, place.locale, pace=place.pace, tries=0)


def home_unless_connected(flow: Flow, place: Place, connected: bool) -> Place:
    return Place("farewell", place.locale, pace=place.pace) if connected else home(flow, place)


def home_if_connected(flow: Flow, place: Place, connected: bool) -> Place:
    return home(flow, place) if connected else Place("not_connected", place.locale, pace=place.pace, tries=1)


def nowhere(_: Flow, place: Place, *__: object) -> Place:
    return place._replace(part=9)


def ending_at_once(_: Flow, menu: Place, *__: object) -> tuple[Step, ...]:
    return (End(menu),)


def dialling_after_all(flow: Flow, place: Place, policy: Policy) -> tuple[Step, ...]:
    if isinstance(flow.nodes[place.node], Farewell):
        return (Dial(Place("connect", place.locale, pace=place.pace)),)
    return transitions.silent_steps(flow, place, policy)


def reordered(monkeypatch: pytest.MonkeyPatch, tiny: Path) -> Line:
    """A main menu whose text says the choices in another order than flow.toml."""
    path = tiny / "prompts" / "flow.toml"
    text = path.read_text("utf-8")
    assert text.count('["tea", "fruit", ') == 1
    path.write_text(text.replace('["tea", "fruit", ', '["fruit", "tea", '), "utf-8")
    return compile_line(tiny)


def misnumbered(monkeypatch: pytest.MonkeyPatch, tiny: Path) -> Line:
    """Tea is spoken with key 5, and is on key 1."""
    named_keys = load.named_keys

    def other(flow: Flow, text: str, language_key: str = "8") -> dict[str, str]:
        return dict(named_keys(flow, text, language_key)) | ({"tea": "5"} if text == "main" else {})

    monkeypatch.setattr(load, "named_keys", other)
    return compile_line(tiny)


def mistranslated(field: str) -> Spoil:
    """Every Spanish text has lost its last key, or its last number."""

    def spoil(monkeypatch: pytest.MonkeyPatch, tiny: Path) -> Line:
        line, spoken = compile_line(tiny), Prompts.parts

        def other(self: Prompts, name: str, locale: str, press: dict[str, str]) -> tuple[RenderedPrompt, ...]:
            parts = spoken(self, name, locale, press)
            last = None if locale == "en" else -1
            return tuple(part._replace(**{field: getattr(part, field)[:last]}) for part in parts)

        monkeypatch.setattr(Prompts, "parts", other)
        return line

    return spoil


class Break(NamedTuple):
    """A planted break, the proof that must report it, and its sentence. `nowhere` if no keys lead to the fault."""

    proof: Proof
    what: str
    spoil: Spoil
    sentence: str
    nowhere: bool = False


TWO_SENTENCES = (b'<Say language="en-US">One.</Say>', b'<Say language="en-US">Two.</Say>')
LOUD = b'<Say language="en-US">' + b"a " * 1400 + b"</Say>"

BREAKS = [
    Break(
        documents.documents_are_played,
        "a document that Twilio refuses",
        written("tea", lambda fragments: (b"<Say/>", *fragments)),
        "the telephone refuses its document: a <Say> without words (13520)",
    ),
    Break(
        documents.documents_are_played,
        "a document that is too large",
        written("tea", lambda fragments: (*(LOUD,) * 22, *fragments)),
        "At most 60000: shorten the text or part it into two topics.",
    ),
    Break(
        documents.documents_are_played,
        "a document without an end",
        written("tea", lambda fragments: fragments[:-1]),
        "its document ends without a dial or a hang-up",
    ),
    Break(
        documents.documents_are_played,
        "a dial whose outcome nobody is told",
        written("tea", lambda fragments: (*fragments[:-1], b"<Dial><Number>+18883737888</Number></Dial>")),
        "its document ends without a dial or a hang-up",
    ),
    Break(
        documents.only_known_numbers_are_dialled,
        "a number of nobody's",
        written("tea", dialling(b"+12025550199")),
        "numbers.toml: +12025550199 is dialled.",
    ),
    Break(
        documents.only_known_numbers_are_dialled,
        "a premium number",
        written("connect", dialling(b"+19005550199")),
        "never 911 or a premium number",
    ),
    Break(
        documents.only_known_numbers_are_dialled,
        "an unknown number in the fallback document",
        fallback_document,
        "+12025550199 is dialled",
        nowhere=True,
    ),
    Break(
        documents.only_known_numbers_are_dialled,
        "a line that calls itself",
        calling_itself,
        "The line would call itself: set the number of the line.",
    ),
    Break(
        documents.only_own_recordings_are_played,
        "a sound of another host",
        written("tea", playing(b"https://evil.example/audio/0123456789abcdef0123.wav")),
        "it plays https://evil.example/audio/0123456789abcdef0123.wav",
    ),
    Break(
        documents.only_own_recordings_are_played,
        "a sound that no language has",
        written("tea", playing(b"http://127.0.0.1:8000/audio/0123456789abcdef0123.wav")),
        "it plays http://127.0.0.1:8000/audio/0123456789abcdef0123.wav",
    ),
    Break(
        documents.only_own_recordings_are_played,
        "a sound in the fallback document",
        fallback_with_a_sound,
        "the fallback document plays /audio/0123456789abcdef0123.wav",
        nowhere=True,
    ),
    Break(
        events.actions_are_the_addresses_of_their_steps,
        "the addresses of keys",
        compiling("key_address_of", lambda _flow, _place: "/call/en/main"),
        f"a key goes to http://127.0.0.1:8000/call/en/main{OVERRIDES}. It must go to http://127.0.0.1:8000/call/en/opening",
    ),
    Break(
        events.actions_are_the_addresses_of_their_steps,
        "the addresses of outcomes",
        compiling("outcome_address_of", lambda _place: "/call/en/main"),
        f"the outcome of a dial goes to http://127.0.0.1:8000/call/en/main{OVERRIDES}. It must go to ",
    ),
    Break(
        events.actions_are_the_addresses_of_their_steps,
        "the connection overrides",
        compiling("webhook_url", lambda public_url, address: public_url + address),
        f"It must go to http://127.0.0.1:8000/call/en/opening/both-languages/choices-2e23{OVERRIDES}.",
    ),
    Break(
        events.actions_are_the_addresses_of_their_steps,
        "a reading",
        written("tea", lambda fragments: fragments[1:]),
        "its document asks and dials 7 times, the steps 8 times",
    ),
    Break(
        events.actions_are_the_addresses_of_their_steps,
        "the addresses of outcomes",
        compiling("outcome_address_of", address_of),
        f"/outcome{OVERRIDES}.",
    ),
    Break(
        events.no_key_ends_a_call,
        "the documents behind wrong keys",
        lost,
        "leads to /call/en/opening/misses-1, which has no document",
    ),
    Break(
        events.a_person_is_one_key_away,
        "key 0",
        pressed("0", home),
        "0 leads to /call/en/main. 0 must lead to the transfer.",
    ),
    Break(
        events.a_person_is_one_key_away,
        "the one sentence",
        written("connect", lambda fragments: (*TWO_SENTENCES, *fragments)),
        "the transfer is not one sentence in each language and a dial",
    ),
    Break(
        events.a_person_is_one_key_away,
        "the number behind key 0",
        written("connect", dialling(b"+12025550199")),
        "the transfer dials +12025550199. It must dial +18883737888.",
    ),
    Break(
        events.the_reminder_is_one_key_away,
        "key 9",
        pressed("9", home),
        "911 typed there leads to /call/en/main. 9 must lead to the reminder",
    ),
    Break(
        events.the_reminder_is_one_key_away,
        "key 1 in the reminder",
        walking("_choice", tea),
        "911 typed there leads to /call/en/tea",
    ),
    Break(events.star_leads_to_the_main_menu, "key *", pressed("*", stays), "It must lead to the main menu."),
    Break(
        events.eight_keeps_the_place,
        "the place, for key 8",
        pressed("8", lambda flow, place: home(flow, place)._replace(locale="es" if place.locale == "en" else "en")),
        "8 leads to /call/es/main. It must lead to the same place in the other language.",
    ),
    Break(
        events.eight_keeps_the_place,
        "key 8",
        walking("_other_language", stays),
        "8 leads to /call/en/opening/both-languages.",
    ),
    Break(
        spoken.both_languages_are_spoken_until_one_is_chosen,
        "the second language",
        compiling("languages_spoken", lambda flow, place: (place.locale,), playlist),
        "`connect` is not spoken in es. Speak it in both languages.",
    ),
    Break(
        spoken.a_choice_or_eight_chooses_the_language,
        "key 0, which chooses none",
        pressed("0", lambda flow, place: Place(flow.name_of_kind("transfer"), place.locale)),
        "Only a choice or key 8 chooses a language.",
    ),
    Break(
        events.silence_reaches_a_person,
        "the dial after silence",
        walking("_later_readings", ending_at_once),
        "silence there ends the call. It must reach the hotline.",
    ),
    Break(
        events.silence_reaches_a_person,
        "the time to think",
        compiling("_choice_wait", lambda *_: 10, Schedule),
        "s. It must last 120 s at least.",
    ),
    Break(
        events.silence_reaches_a_person,
        "an end in sight",
        compiling("wait", lambda *_: 2000, Schedule),
        "It may take 3600 s: shorten the topic.",
    ),
    Break(
        events.the_line_stops_dialling,
        "the count of tries",
        walking("_after_dial", counting_nothing),
        "silence dials again and again. After 3 times it must say goodbye.",
    ),
    Break(
        events.the_line_stops_dialling,
        "the quiet after a conversation",
        compiling("silent_steps", dialling_after_all),
        "silence after a conversation dials again. It must say goodbye.",
    ),
    Break(
        events.every_outcome_leads_on,
        "the number after a try in vain",
        walking("_after_dial", home_unless_connected),
        "busy leads to /call/en/main, where the number is not spoken twice",
    ),
    Break(
        events.every_outcome_leads_on,
        "the farewell",
        walking("_after_dial", home_if_connected),
        "connected leads to /call/en/main, which is no farewell",
    ),
    Break(
        events.every_outcome_leads_on,
        "the documents behind an outcome",
        afterwards("_after_dial", nowhere),
        "which has no document",
    ),
    Break(
        spoken.spoken_keys_work,
        "the offer of a person",
        worded("lines/person", " now … press {{ key }}"),
        "0 works and is not spoken in the opening reading",
    ),
    Break(
        spoken.spoken_keys_work,
        "key 7 of the second reading",
        worded("lines/again", " … press {{ key }}"),
        "7 works and is not spoken in the second reading",
    ),
    Break(
        spoken.spoken_keys_work,
        "key 7 of the third reading",
        worded("lines/choices", "To hear it again … press {{ key }}.", "That is all."),
        "7 works and is not spoken in the third reading",
    ),
    Break(spoken.spoken_keys_work, "the number of a choice", misnumbered, "5 is spoken and has no effect"),
    Break(
        spoken.choices_rise,
        "the order of flow.toml, from the text",
        reordered,
        "the keys of main are said in the order 2, 1, 3",
    ),
    Break(
        spoken.one_text_says_all_keys,
        "key # of the text that says all keys",
        worded("how", " To go on … press {{ next }}."),
        "no topic says all of 0, 7, 8, 9, * and #",
        nowhere=True,
    ),
    Break(
        spoken.every_language_says_the_same,
        "a key, from the Spanish",
        mistranslated("keys"),
        "it names other keys or numbers than the English",
        nowhere=True,
    ),
    Break(
        spoken.every_language_says_the_same,
        "a number, from the Spanish",
        mistranslated("numbers"),
        "number, part 1, es: it names other keys or numbers than the English",
        nowhere=True,
    ),
]


@pytest.mark.parametrize("broken", BREAKS, ids=[f"{case.proof.__name__}: {case.what}" for case in BREAKS])
def test_proof_reports_the_planted_break(broken: Break, copied: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    line = broken.spoil(monkeypatch, copied)
    faults = tuple(broken.proof(LineIndex(line)))
    told = [fault for fault in faults if broken.sentence in str(fault)]
    assert told, faults[:3]
    assert all(fault.path.startswith("ring") for fault in told) is not broken.nowhere
    assert set(faults) <= set(prove(line)), "the line is not ready"


def test_every_proof_has_a_planted_break() -> None:
    assert {case.proof.__name__ for case in BREAKS} == {proof.__name__ for proof in PROOFS}


def test_every_proof_of_the_package_is_run() -> None:
    promised = {
        name
        for room in (documents, events, spoken)
        for name, found in vars(room).items()
        if callable(found) and getattr(found, "__module__", "") == room.__name__ and not name.startswith("_")
    }
    assert promised == {proof.__name__ for proof in PROOFS}


def test_fault_is_a_sentence_and_a_remedy() -> None:
    fault = Fault("/call/en/tea", "silence there ends the call", "It must reach the hotline.", "ring 1")
    assert (
        str(fault)
        == "/call/en/tea: silence there ends the call. It must reach the hotline. (to hear it: call, press 1)"
    )


def test_refused_document_hides_no_other_fault(copied: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    line = pressed("0", home)(monkeypatch, copied)
    line.documents[Place("tea", "en")] = (b"<Say/>",)
    said = "\n".join(map(str, prove(line)))
    assert "/call/en/tea: the telephone refuses its document" in said
    assert "0 must lead to the transfer" in said
    error = "the proof failed with an error (InvalidTwiml: a <Say> without words (13520))"
    assert f"only known numbers are dialled: {error}" in said


def test_proof_that_raises_makes_the_line_not_ready(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    def a_promise(_: LineIndex) -> None:
        raise KeyError("tea")

    monkeypatch.setattr("ivr.check.proofs.PROOFS", (a_promise, *PROOFS))
    assert [str(fault) for fault in prove(line)] == [
        "a promise: the proof failed with an error (KeyError: 'tea'). Correct the other faults first."
    ]
