"""Small changes of the transitions that `make mutants` made and no other test noticed: each fails a test here."""

from dataclasses import replace

import pytest

from ivr.call.exploration import explore
from ivr.call.state import KEYS, Key, Place
from ivr.call.transitions import (
    Dial,
    End,
    Policy,
    languages_offered,
    last_part,
    next_place,
    silent_steps,
)
from ivr.call.urls import AUDIO, OUTCOME, RING
from ivr.line.line import Line
from ivr.phone.webhook_form import OUTCOMES


@pytest.mark.parametrize(("published", "parts"), [(3, 1), (4, 1), (6, 1), (7, 2), (11, 2), (12, 3)])
def test_languages_fill_parts_of_five(line: Line, published: int, parts: int) -> None:
    flow = replace(line.flow, offered=tuple(f"x{letter}" for letter in "abcdefghijkl"[:published]))
    place = Place("languages", "xa")
    assert last_part(flow, place) == parts
    offered = [languages_offered(flow, place._replace(part=part)) for part in range(1, parts + 1)]
    assert [one for part in offered for one in part] == list(flow.offered[1:])
    assert all(1 <= len(part) <= 5 for part in offered)


def test_key_8_with_one_language_keeps_the_place(line: Line) -> None:
    flow = replace(line.flow, offered=("en",))
    assert last_part(flow, Place("languages", "en")) == 1
    assert next_place(flow, Place("main", "en"), Key("8")) == Place("main", "en")


def test_paths_use_the_words_of_stories(line: Line) -> None:
    words = {word for way in explore(line.flow, "connect").paths.values() for word in way.split()}
    assert words <= {"ring", "other", "-", "connected", "unknown", *KEYS, *OUTCOMES}
    assert {"ring", "-", "busy", "connected"} <= words


def test_compiled_transitions_are_those_of_next_place(real: Line) -> None:
    for place in real.documents:
        for key in (*KEYS, ""):
            assert real.transitions[place][key] == next_place(real.flow, place, Key(key))


def test_path_prefixes_never_change() -> None:
    assert (RING, OUTCOME, AUDIO) == ("/call", "/outcome", "/audio")


@pytest.mark.parametrize("policy", ["connect", "goodbye"])
def test_silence_at_every_place_ends_as_the_policy_says(line: Line, policy: Policy) -> None:
    for place in explore(line.flow, policy).paths:
        if line.flow.nodes[place.node].kind not in ("transfer", "farewell") and place.tries < 3:
            last = silent_steps(line.flow, place, policy)[-1]
            assert isinstance(last, Dial if policy == "connect" else End), place


@pytest.mark.parametrize("policy", ["connect", "goodbye"])
def test_explored_transitions_are_those_of_next_place(line: Line, policy: Policy) -> None:
    paths, transitions = explore(line.flow, policy)
    assert transitions.keys() == paths.keys()
    for place, keys in transitions.items():
        assert keys.keys() == {*KEYS, ""}
        assert all(target == next_place(line.flow, place, Key(key)) for key, target in keys.items())


@pytest.mark.parametrize(("policy", "tries"), [("connect", {0, 1, 2}), ("goodbye", {0})])
def test_the_line_dials_again_by_itself_only_under_connect(line: Line, policy: Policy, tries: set[int]) -> None:
    dialling = line.flow.name_of_kind("transfer")
    assert {place.tries for place in explore(line.flow, policy).paths if place.node == dialling} == tries
