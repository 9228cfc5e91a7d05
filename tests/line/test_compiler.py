"""The compiler: what is in the documents of every place, and in the fallback document."""

from typing import get_args

import pytest
from support.subject import Subject, verbs_of

from ivr.call.flow import Farewell, Transfer
from ivr.call.state import Place
from ivr.call.transitions import MAX_TRIES, Policy
from ivr.call.urls import RING, address_of, outcome_address_of
from ivr.content.facts import HOTLINE
from ivr.line import twiml
from ivr.line.compiler import compile_line
from ivr.line.line import Line
from ivr.line.options import Options
from ivr.phone.verbs import Dial, Gather, Hangup, Say, Verb


def test_same_content_compiles_to_the_same_line(line: Line) -> None:
    other = compile_line(line.content.root, line.options)
    for place in line.documents:
        for form in ([("Digits", "1")], [("Digits", "7")], [("DialCallStatus", "busy")], []):
            for address in (address_of(place), outcome_address_of(place)):
                assert line.respond(address, form) == other.respond(address, form)


def silent(subject: Subject, place: Place) -> list[Verb]:
    """Everything that a silent caller hears from `place` on when the hotline does not answer."""
    played, verbs = list[Verb](), verbs_of(subject.line.respond(address_of(place), []).body)
    while isinstance(last := verbs[-1], Dial) and len(played) < 1000:
        played.extend(verbs)
        verbs = verbs_of(subject.line.respond(subject.path_of(last.action), [("DialCallStatus", "no-answer")]).body)
    return [*played, *verbs]


def test_silent_caller_is_connected_at_most_three_times_in_a_row(subject: Subject) -> None:
    nodes = subject.line.flow.nodes
    for place in subject.line.documents:
        dials = [verb for verb in silent(subject, place) if isinstance(verb, Dial)]
        assert {dial.number for dial in dials} <= {subject.hotline}
        if not isinstance(nodes[place.node], Transfer | Farewell):
            assert len(dials) == MAX_TRIES - place.tries
        elif isinstance(nodes[place.node], Farewell):
            assert not dials


def test_first_document_connects_a_silent_caller(subject: Subject) -> None:
    assert [type(verb) for verb in verbs_of(subject.line.respond(RING, []).body)] == [Gather] * 4 + [Say, Say, Dial]


def test_first_document_with_goodbye_says_the_number(goodbye: Subject) -> None:
    *asked, bye, other_bye, end = verbs_of(goodbye.line.respond(RING, []).body)
    assert [type(verb) for verb in asked] == [Gather] * 5
    assert (type(bye), type(other_bye)) == (Say, Say)
    assert end == Hangup()
    steps = goodbye.line.steps(goodbye.line.respond(RING, []).place)
    assert [spoken.numbers for spoken in goodbye.line.schedule.prompts(steps[4])] == [(HOTLINE, HOTLINE)] * 2


def test_every_dial_shows_the_line_number(line: Line) -> None:
    fragments = {fragment for document in line.documents.values() for fragment in document}
    documents = (line.fallback_document, *(twiml.document([fragment]) for fragment in fragments))
    dials = [verb for document in documents for verb in verbs_of(document) if isinstance(verb, Dial)]
    assert len(dials) > len(line.flow.offered)
    for dial in dials:
        assert dial.caller_id == "+12025550123"
        assert 30 <= dial.timeout <= 60


def test_stats_have_the_size_of_the_line(line: Line) -> None:
    assert line.stats.places == len(line.documents) == len(line.paths)
    assert line.stats.fragments < line.stats.places * 2
    assert str(line.stats).startswith(f"{line.stats.places} places, {line.stats.fragments} fragments, ")


def test_no_vendor_speaks_both_a_language_of_the_line_and_the_fallback_document(subject: Subject) -> None:
    voices = {locale.language: locale.voice for locale in subject.line.content.locales.values()}
    says = [verb for verb in verbs_of(subject.line.fallback_document) if isinstance(verb, Say)]
    assert len({say.voice for say in says}) == 2
    for say in says:
        assert say.voice.partition(".")[0] != voices[say.language].partition(".")[0]


def test_fallback_document_speaks_both_languages_and_dials_twice_without_an_action(subject: Subject) -> None:
    verbs = verbs_of(subject.line.fallback_document)
    published = subject.line.flow.offered[:2]
    dials = [verb for verb in verbs if isinstance(verb, Dial)]
    assert [(dial.number, dial.action) for dial in dials] == [(subject.hotline, None)] * 2
    first = verbs.index(dials[0])
    languages = [subject.line.content.locales[locale].language for locale in published]
    assert [verb.language for verb in verbs[:first] if isinstance(verb, Say)] == languages


def test_greeting_starts_at_once_and_other_speech_half_a_second_later(line: Line) -> None:
    for form, address, begins_with_words in (([], RING, True), ([("Digits", "7")], "/call/en/opening", False)):
        first = verbs_of(line.respond(address, form).body)[0]
        assert isinstance(first, Gather)
        assert isinstance(first.nested[0], Say)
        assert isinstance(first.nested[0].pieces[0], str) is begins_with_words


@pytest.mark.parametrize("policy", get_args(Policy))
def test_addresses_begin_with_the_public_url(line: Line, policy: Policy) -> None:
    options = Options("https://host.example.org/a/b", "+12025550123", silence=policy)
    compiled = compile_line(line.content.root, options)
    for verb in verbs_of(compiled.respond(RING, []).body):
        if isinstance(verb, Gather | Dial):
            assert str(verb.action).startswith("https://host.example.org/a/b/call/en/")
