"""Addresses: the path of a place, and the place of a path; any other spelling is unknown."""

from dataclasses import replace
from typing import get_args

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ivr.call.exploration import explore
from ivr.call.flow import Flow, Menu, Topic
from ivr.call.state import KEYS, Place
from ivr.call.transitions import CHOICE_KEYS, Policy
from ivr.call.urls import (
    RING,
    address_of,
    key_address_of,
    key_is_current,
    language_in,
    outcome_address_of,
    place_at,
)
from ivr.line.line import Line


@pytest.fixture(params=["line", "real"])
def flow(request: pytest.FixtureRequest) -> Flow:
    compiled: Line = request.getfixturevalue(request.param)
    return compiled.flow


@pytest.fixture(scope="session")
def toy(line: Line) -> Flow:
    return line.flow


@pytest.mark.parametrize("policy", get_args(Policy))
def test_address_of_every_place_is_read_back(flow: Flow, policy: Policy) -> None:
    for place in explore(flow, policy).paths:
        assert place_at(flow, address_of(place)) == place
        assert place_at(flow, key_address_of(flow, place)) == place
        assert outcome_address_of(place) == address_of(place) + "/outcome"


def test_addresses_are_unique(flow: Flow) -> None:
    places = explore(flow, "connect").paths
    assert len({address_of(place) for place in places}) == len(places)
    assert len({key_address_of(flow, place) for place in places}) == len(places)


@pytest.mark.parametrize(
    ("place", "address"),
    [
        (Place("main", "en"), "/call/en/main"),
        (Place("tea", "es", 2), "/call/es/tea/part-2"),
        (Place("tea", "es", 3, "slow", 1), "/call/es/tea/part-3/slow/misses-1"),
        (Place("not_connected", "en", 2, "slow", 2, 3), "/call/en/not_connected/part-2/slow/misses-2/tries-3"),
    ],
)
def test_address_holds_only_values_that_differ_from_the_default(toy: Flow, place: Place, address: str) -> None:
    assert address_of(place) == address
    assert place_at(toy, address) == place


UNKNOWN = """
/call
/call/
/call/en
/call/en/
/call/en/main/
/call//en/main
//call/en/main
call/en/main
/CALL/en/main
/call/en/Main
/call/en/main/part-1
/call/en/tea/part-0
/call/en/tea/part-01
/call/en/tea/part-4
/call/en/tea/part-1000
/call/en/tea/part-2/part-2
/call/en/main/misses-0
/call/en/main/misses-3
/call/en/main/tries-0
/call/en/main/tries-4
/call/en/tea/slow/part-2
/call/en/tea/tries-1/misses-1
/call/en/tea/slow/slow
/call/en/tea/fast
/call/en/tea?part=2
/call/en/tea#part-2
/call/en/tea/../main
/call/en/tea/.
/call/en/%74ea
/call/en/teа
/call/en/tea/part-２
/call/en/nothing
/call/fr/main
/call/e/main
/call/en-/main
/call/en/languages
/call/en/main/outcome
/call/en/lines/person
/call/en/main/choices-
/call/en/main/choices-12
/call/en/main/choices-123g
/call/en/main/choices-12345
/call/en/main/choices-1234/slow
/call/en_/main
/call/en--/main
 /call/en/main
/health/ready
""".strip("\n").split("\n")


@pytest.mark.parametrize(
    "address", [*UNKNOWN, "", "/call/en/main\n", "\n/call/en/main", "/call/en/main\x00", "x" * 9999]
)
def test_other_spelling_of_an_address_is_unknown(toy: Flow, address: str) -> None:
    assert place_at(toy, address) is None


def test_language_menu_has_an_address_from_three_languages_on(toy: Flow) -> None:
    three = replace(toy, offered=("en", "es", "fr"))
    assert place_at(three, "/call/fr/languages") == Place("languages", "fr")
    assert place_at(three, "/call/fr/languages/part-2") is None
    seven = replace(toy, offered=("en", "es", "fr", "de", "it", "pl", "zh-Hant"))
    assert place_at(seven, "/call/zh-Hant/languages/part-2") == Place("languages", "zh-Hant", 2)


@pytest.mark.parametrize("written", ["es", "ES", "es-MX", "es_US", "es-419", "es-Latn-ES"])
def test_language_in_an_address_is_matched_by_prefix(toy: Flow, written: str) -> None:
    assert place_at(toy, f"/call/{written}/tea/part-2/slow") == Place("tea", "es", 2, "slow")


def test_call_keeps_its_place_when_its_language_gets_another_tag(toy: Flow) -> None:
    renamed = replace(toy, offered=("en", "es-US"))
    assert place_at(renamed, "/call/es/tea/part-3") == Place("tea", "es-US", 3)


def with_choices(flow: Flow, *choices: str) -> Flow:
    return Flow(flow.nodes | {"main": Menu(kind="menu", choices=list(choices))}, flow.offered, flow.parts)


@pytest.mark.parametrize("node", ["main", "opening"])
def test_choice_under_an_old_fingerprint_does_not_mean_the_same(toy: Flow, node: str) -> None:
    place, reordered = Place(node, "en"), with_choices(toy, "fruit", "tea", "how")
    written = key_address_of(toy, place)
    assert place_at(reordered, written) == place
    for key in KEYS:
        assert key_is_current(toy, place, written, key)
        assert key_is_current(reordered, place, written, key) == (key not in CHOICE_KEYS)
        assert key_is_current(toy, place, address_of(place), key) == (key not in CHOICE_KEYS), "as 0.1.0 wrote it"


def test_fingerprint_of_a_menu_that_became_a_topic_is_old(toy: Flow) -> None:
    topic = Flow(toy.nodes | {"fruit": Topic(kind="topic")}, toy.offered)
    assert not key_is_current(topic, Place("fruit", "en"), key_address_of(toy, Place("fruit", "en")), "1")


def test_fingerprint_of_the_language_menu_changes_with_its_languages(toy: Flow) -> None:
    three, four = (replace(toy, offered=tags) for tags in (("en", "es", "fr"), ("en", "de", "es", "fr")))
    place = Place("languages", "en")
    assert key_is_current(three, place, key_address_of(three, place), "1")
    assert not key_is_current(four, place, key_address_of(three, place), "1")


@given(st.text() | st.from_regex(r"/call/[a-z]{2}/[a-z_]+(/[a-z]+-?[0-9]*)*", fullmatch=True))
@example("/call/en/main/part-999999999999999999999")
@example("/call/\ud800/main")
def test_every_address_has_a_place_or_at_least_a_language(toy: Flow, address: str) -> None:
    place = place_at(toy, address)
    if place is None:
        assert language_in(toy, address) in toy.offered
    else:
        rest = address.removeprefix("/call/").partition("/")[2]
        assert f"{address_of(place)}/".startswith(f"/call/{place.locale}/{rest}/")


@pytest.mark.parametrize(
    ("address", "language"),
    [
        ("/call/es/gone", "es"),
        ("/call/es", "es"),
        ("/call/es/", "es"),
        ("/call/es/tea/part-99", "es"),
        ("/call/es/tea/outcome", "es"),
        ("/call/en/gone", "en"),
        ("/call/fr/main", "en"),
        ("/call/ES/main", "es"),
        ("/call/es-MX/main", "es"),
        ("/call/es_US/gone", "es"),
        ("/call/es-Latn/gone", "es"),
        ("/call/es-Hebr/gone", "en"),
        ("/call/esx/main", "en"),
        ("/es/main", "en"),
        (RING, "en"),
        ("", "en"),
    ],
)
def test_unknown_address_still_names_its_language(toy: Flow, address: str, language: str) -> None:
    assert language_in(toy, address) == language
