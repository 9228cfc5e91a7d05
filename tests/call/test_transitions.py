"""The transitions: a table of where each event leads from each kind of node, and the steps of a silent caller."""

from collections.abc import Iterator
from typing import get_args

import pytest

from ivr.call.exploration import explore
from ivr.call.flow import Farewell, Flow, LanguageMenu, Menu, Opening, Reminder, Topic, Transfer
from ivr.call.state import KEYS, CallEnded, DialEnded, DialOutcome, Event, Key, NoKey, Outdated, Place, Ring
from ivr.call.transitions import (
    CHOICE_KEYS,
    FIXED_KEYS,
    MAX_MISSES,
    MAX_TRIES,
    Ask,
    Dial,
    End,
    Policy,
    languages_offered,
    last_part,
    next_place,
    silent_steps,
)

POLICIES = get_args(Policy)
NODES = {
    "opening": Opening(kind="opening", menu="main"),
    "main": Menu(kind="menu", choices=["tea", "fruit"]),
    "tea": Topic(kind="topic"),
    "fruit": Menu(kind="menu", choices=["apples"]),
    "apples": Topic(kind="topic"),
    "reminder": Reminder(kind="reminder", parent="main"),
    "connect": Transfer(kind="transfer", number="hotline", connected="farewell", not_connected="not_connected"),
    "farewell": Farewell(kind="farewell", menu="main"),
    "not_connected": Topic(kind="topic", parent="main"),
    "languages": LanguageMenu(kind="languages", parent="main"),
}
PARTS = {"tea": 3, "not_connected": 2}


def flow_in(*published: str) -> Flow:
    return Flow(NODES, published, PARTS)


ONE, TWO, THREE = flow_in("en"), flow_in("en", "es"), flow_in("en", "es", "fr")
EIGHT = flow_in("en", "es", "fr", "de", "it", "pl", "vi", "zh")
FLOWS = {"one language": ONE, "two languages": TWO, "three languages": THREE, "eight languages": EIGHT}


def at(node: str, **more: object) -> Place:
    return Place(node, "en")._replace(**more)


def unchosen(node: str, **more: object) -> Place:
    """The place at `node` of a caller who has not chosen a language."""
    return at(node, language_chosen=False, **more)


TABLE: list[tuple[str, Place, Event, Place]] = [
    ("the telephone rings", at("main"), Ring(), at("opening", language_chosen=False)),
    # no language is chosen until a choice or 8 is pressed
    ("zero chooses no language", unchosen("opening"), Key("0"), unchosen("connect")),
    ("nine chooses no language", unchosen("opening"), Key("9"), unchosen("reminder")),
    ("star chooses no language", unchosen("reminder"), Key("*"), unchosen("main")),
    ("seven chooses no language", unchosen("main"), Key("7"), unchosen("main", pace="slow")),
    ("pound chooses no language", unchosen("reminder"), Key("#"), unchosen("main")),
    ("one in the reminder chooses no language", unchosen("reminder"), Key("1"), unchosen("reminder")),
    ("a wrong key chooses no language", unchosen("opening"), Key("5"), unchosen("opening", misses=1)),
    ("silence chooses no language", unchosen("main"), NoKey(), unchosen("main")),
    ("a failed dial chooses no language", unchosen("connect"), DialEnded("busy"), unchosen("not_connected", tries=1)),
    ("the next part after it", unchosen("not_connected"), Key("#"), unchosen("not_connected", part=2)),
    ("a talk chooses no language", unchosen("connect"), DialEnded("connected"), unchosen("farewell")),
    ("a choice chooses the language it is read in", unchosen("opening"), Key("1"), at("tea")),
    ("eight chooses the other language", unchosen("opening"), Key("8"), Place("opening", "es")),
    ("eight in the reminder", unchosen("reminder"), Key("8"), Place("reminder", "es")),
    # the opening has the keys of the main menu
    ("a choice of the opening", at("opening"), Key("1"), at("tea")),
    ("the last choice of the opening", at("opening"), Key("2"), at("fruit")),
    ("a number that the opening does not offer", at("opening"), Key("3"), at("opening", misses=1)),
    ("star in the opening", at("opening"), Key("*"), at("main")),
    ("pound in the opening", at("opening"), Key("#"), at("opening")),
    ("eight in the opening", at("opening"), Key("8"), Place("opening", "es")),
    ("seven in the opening", at("opening"), Key("7"), at("opening", pace="slow")),
    # a menu
    ("a choice of a menu", at("fruit"), Key("1"), at("apples")),
    ("a choice keeps the pace", at("fruit", pace="slow"), Key("1"), at("apples", pace="slow")),
    ("a choice keeps the language", Place("fruit", "es"), Key("1"), Place("apples", "es")),
    ("star in a menu", at("fruit"), Key("*"), at("main")),
    ("star in the main menu", at("main"), Key("*"), at("main")),
    ("pound in a menu", at("fruit"), Key("#"), at("fruit")),
    ("silence in a menu", at("fruit"), NoKey(), at("fruit")),
    # a topic
    ("pound in a topic", at("tea"), Key("#"), at("tea", part=2)),
    ("pound in its last part", at("tea", part=3), Key("#"), at("main")),
    ("pound in a topic of one part", at("apples"), Key("#"), at("fruit")),
    ("star in a topic", at("tea", part=2), Key("*"), at("main")),
    ("seven keeps the part", at("tea", part=2), Key("7"), at("tea", part=2, pace="slow")),
    ("seven at the slow pace", at("tea", pace="slow"), Key("7"), at("tea", pace="slow")),
    ("eight keeps the part and the pace", at("tea", part=2, pace="slow"), Key("8"), Place("tea", "es", 2, "slow")),
    ("eight leads back", Place("tea", "es", 2), Key("8"), at("tea", part=2)),
    ("a number in a topic", at("tea", part=2), Key("1"), at("tea", part=2, misses=1)),
    ("silence in a topic", at("tea", part=2), NoKey(), at("tea", part=2)),
    # wrong keys
    ("a second wrong key", at("fruit", misses=1), Key("5"), at("fruit", misses=2)),
    ("a third wrong key", at("fruit", misses=2), Key("5"), at("fruit", misses=2)),
    ("what is no key at all", at("fruit"), Key(""), at("fruit", misses=1)),
    ("silence after a wrong key", at("fruit", misses=2), NoKey(), at("fruit")),
    ("a choice after a wrong key", at("fruit", misses=2), Key("1"), at("apples")),
    ("seven after a wrong key", at("fruit", misses=2), Key("7"), at("fruit", pace="slow")),
    ("eight after a wrong key", at("fruit", misses=2), Key("8"), Place("fruit", "es")),
    ("pound after a wrong key", at("tea", misses=1), Key("#"), at("tea", part=2)),
    ("pound after a wrong key in a menu", at("fruit", misses=1), Key("#"), at("fruit")),
    # the reminder
    ("nine", at("tea", part=2, misses=1), Key("9"), at("reminder")),
    ("one in the reminder", at("reminder"), Key("1"), at("reminder")),
    ("one in the reminder after a wrong key", at("reminder", misses=1), Key("1"), at("reminder")),
    ("nine in the reminder", at("reminder"), Key("9"), at("reminder")),
    ("two in the reminder", at("reminder"), Key("2"), at("reminder", misses=1)),
    ("star in the reminder", at("reminder"), Key("*"), at("main")),
    ("pound in the reminder", at("reminder"), Key("#"), at("main")),
    # the transfer
    ("zero", at("tea", part=2, misses=2), Key("0"), at("connect")),
    ("zero at the slow pace", Place("tea", "es", 1, "slow"), Key("0"), Place("connect", "es", 1, "slow")),
    ("a conversation", at("connect"), DialEnded("connected"), at("farewell")),
    ("a conversation after a try", at("connect", tries=2), DialEnded("connected"), at("farewell")),
    *(
        (f"{reached}", at("connect"), DialEnded(reached), at("not_connected", tries=1))
        for reached in get_args(DialOutcome)
        if reached != "connected"
    ),
    ("a second try in vain", at("connect", tries=1), DialEnded("busy"), at("not_connected", tries=2)),
    ("a third try in vain", at("connect", tries=2), DialEnded("busy"), at("not_connected", tries=3)),
    ("tries are never above three", at("connect", tries=3), DialEnded("busy"), at("not_connected", tries=3)),
    # not connected: every key is a new beginning
    ("zero tries again", at("not_connected", tries=3), Key("0"), at("connect")),
    ("pound after tries", at("not_connected", tries=3), Key("#"), at("not_connected", part=2, tries=1)),
    ("seven after tries", at("not_connected", tries=2), Key("7"), at("not_connected", pace="slow", tries=1)),
    ("eight after tries", at("not_connected", tries=2), Key("8"), Place("not_connected", "es", tries=1)),
    ("a wrong key after tries", at("not_connected", tries=3), Key("5"), at("not_connected", misses=1, tries=1)),
    ("star after tries", at("not_connected", tries=3), Key("*"), at("main")),
    ("nine after tries", at("not_connected", tries=3), Key("9"), at("reminder")),
    ("silence after tries", at("not_connected", tries=2), NoKey(), at("not_connected", tries=2)),
    # a transfer or a farewell has no keys of its own: the main menu's are used
    ("a key from the transfer", at("connect", tries=2), Key("1"), at("tea")),
    ("a wrong key from the transfer", at("connect", tries=2), Key("5"), at("main", misses=1)),
    ("a key from the farewell", at("farewell"), Key("2"), at("fruit")),
    ("seven from the farewell", at("farewell"), Key("7"), at("main", pace="slow")),
    ("eight from the farewell", at("farewell"), Key("8"), Place("main", "es")),
    # an address of another release: its choices may have meant something else, the fixed keys mean the same
    ("a status callback", Place("main", "es", misses=1), CallEnded(), Place("main", "es")),
    ("a caller who hung up", Place("connect", "es"), CallEnded(), Place("not_connected", "es", tries=1)),
    ("an outdated choice", Place("main", "es"), Outdated("1"), Place("main", "es")),
    ("an outdated zero", Place("main", "es"), Outdated("0"), Place("connect", "es")),
    ("an outdated nine", Place("main", "es"), Outdated("9"), Place("reminder", "es")),
    ("an outdated eight", Place("main", "es"), Outdated("8"), at("main")),
    ("an outdated seven", at("main"), Outdated("7"), at("main", pace="slow")),
    ("an outdated star", at("main"), Outdated("*"), at("main")),
    ("an outdated silence", at("main"), Outdated(""), at("main")),
    (
        "a choice of a menu that has changed",
        at("fruit", misses=1, pace="slow"),
        Outdated("1"),
        at("fruit", pace="slow"),
    ),
    ("pound in a menu that has changed", at("fruit"), Outdated("#"), at("fruit")),
    ("an outdated six", at("main"), Outdated("6"), at("main")),
]


@pytest.mark.parametrize(("place", "event", "there"), [row[1:] for row in TABLE], ids=[row[0] for row in TABLE])
def test_event_leads_to_the_place_in_the_table(place: Place, event: Event, there: Place) -> None:
    assert next_place(TWO, place, event) == there


MANY: list[tuple[str, Flow, Place, Event, Place]] = [
    ("eight repeats where one language is published", ONE, at("tea", part=2), Key("8"), at("tea", part=2)),
    ("eight opens the menu of languages", THREE, at("tea", part=2), Key("8"), at("languages")),
    ("eight keeps the pace there", THREE, at("tea", pace="slow"), Key("8"), at("languages", pace="slow")),
    ("eight after tries", THREE, at("not_connected", tries=2), Key("8"), at("languages")),
    ("eight in the menu of languages", THREE, at("languages", misses=1), Key("8"), at("languages")),
    ("the first language on offer", THREE, at("languages"), Key("1"), Place("opening", "es")),
    ("the second language on offer", THREE, at("languages"), Key("2"), Place("opening", "fr")),
    ("a language keeps the pace", THREE, at("languages", pace="slow"), Key("2"), Place("opening", "fr", 1, "slow")),
    ("the caller's own is not offered", THREE, Place("languages", "fr"), Key("1"), at("opening")),
    ("a language that is not offered", THREE, at("languages"), Key("3"), at("languages", misses=1)),
    ("star in the menu of languages", THREE, at("languages"), Key("*"), at("main")),
    ("pound in the menu of languages", THREE, at("languages"), Key("#"), at("main")),
    ("nine in the menu of languages", THREE, at("languages"), Key("9"), at("reminder")),
    ("zero in the menu of languages", THREE, at("languages"), Key("0"), at("connect")),
    ("the fifth language", EIGHT, at("languages"), Key("5"), Place("opening", "pl")),
    ("pound leads to the languages that are left", EIGHT, at("languages"), Key("#"), at("languages", part=2)),
    ("the sixth language", EIGHT, at("languages", part=2), Key("1"), Place("opening", "vi")),
    ("the last language", EIGHT, at("languages", part=2), Key("2"), Place("opening", "zh")),
    ("no language is left", EIGHT, at("languages", part=2), Key("3"), at("languages", part=2, misses=1)),
    ("pound after the last languages", EIGHT, at("languages", part=2), Key("#"), at("main")),
    ("an outdated eight", THREE, Place("main", "fr"), Outdated("8"), Place("languages", "fr")),
]


@pytest.mark.parametrize(("flow", "place", "event", "there"), [row[1:] for row in MANY], ids=[row[0] for row in MANY])
def test_number_of_languages_changes_key_8_alone(flow: Flow, place: Place, event: Event, there: Place) -> None:
    assert next_place(flow, place, event) == there


def test_every_key_is_fixed_or_a_choice() -> None:
    assert sorted(CHOICE_KEYS + FIXED_KEYS) == sorted(KEYS)


@pytest.mark.parametrize("key", CHOICE_KEYS)
def test_main_menu_of_six_has_a_key_for_each_choice(key: str) -> None:
    names = [f"topic_{number}" for number in CHOICE_KEYS]
    topics = {name: Topic(kind="topic") for name in names}
    flow = Flow(NODES | topics | {"main": Menu(kind="menu", choices=names)}, ("en",))
    assert next_place(flow, at("main"), Key(key)) == at(f"topic_{key}")
    assert next_place(flow, at("opening"), Key(key)) == at(f"topic_{key}")


def test_language_menu_offers_five_a_part_without_the_caller_s_own() -> None:
    assert languages_offered(EIGHT, at("languages")) == ("es", "fr", "de", "it", "pl")
    assert languages_offered(EIGHT, at("languages", part=2)) == ("vi", "zh")
    assert languages_offered(EIGHT, Place("languages", "de")) == ("en", "es", "fr", "it", "pl")
    assert [last_part(flow, at("languages")) for flow in FLOWS.values()] == [1, 1, 1, 2]
    six = flow_in("en", "es", "fr", "de", "it", "pl")
    assert last_part(six, at("languages")) == 1, "five others fill one part"


def steps(flow: Flow, place: Place, policy: Policy = "connect") -> list[str]:
    """Each step as a word and, for what is asked, where its keys arrive."""
    said = []
    for step in silent_steps(flow, place, policy):
        node, tries = step.place.node, f" tries {step.place.tries}" if step.place.tries else ""
        part = f" {step.place.part}" if step.place.part > 1 else ""
        word = step.reading if isinstance(step, Ask) else type(step).__name__
        said.append(f"{word} {node}{part}{tries}")
    return said


READINGS = ["second main", "third main", "warning main", "Dial connect"]


def test_silence_reads_a_menu_three_times_warns_and_dials() -> None:
    assert steps(TWO, at("main")) == ["first main", *READINGS]
    assert steps(TWO, at("opening")) == [
        "opening opening",
        *(reading.replace("main", "opening") for reading in READINGS),
    ]


def test_silence_in_a_topic_reads_its_next_parts_and_the_parent_menu() -> None:
    assert steps(TWO, at("tea")) == ["part tea", "part tea 2", "part tea 3", "first main", *READINGS]
    assert steps(TWO, at("tea", part=3)) == ["part tea 3", "first main", *READINGS]
    assert steps(TWO, at("apples"))[:2] == ["part apples", "first fruit"]
    assert steps(TWO, at("reminder")) == ["part reminder", "first main", *READINGS]
    assert steps(EIGHT, at("languages")) == ["part languages", "part languages 2", "first main", *READINGS]


def test_policy_goodbye_reads_the_number_and_does_not_dial() -> None:
    assert steps(TWO, at("main"), "goodbye") == [
        "first main",
        "second main",
        "third main",
        "ending main",
        "number main",
        "End main",
    ]


def test_line_dials_by_itself_at_most_three_times_in_a_row() -> None:
    assert steps(TWO, at("not_connected", tries=1))[-1] == "Dial connect tries 1"
    assert steps(TWO, at("not_connected", tries=2))[-1] == "Dial connect tries 2"
    assert steps(TWO, at("not_connected", tries=3)) == [
        "part not_connected tries 3",
        "part not_connected 2 tries 3",
        "last main",
        "End main",
    ]


@pytest.mark.parametrize("policy", POLICIES)
def test_silence_after_a_conversation_never_dials(policy: Policy) -> None:
    assert steps(TWO, at("farewell"), policy) == ["farewell main", "End main"]


@pytest.mark.parametrize("policy", POLICIES)
def test_silence_at_the_transfer_is_one_dial(policy: Policy) -> None:
    assert silent_steps(TWO, at("connect", tries=2), policy) == (Dial(at("connect", tries=2)),)


def test_no_match_is_answered_in_the_first_step_alone() -> None:
    missed = at("tea", misses=2)
    first, *later = silent_steps(TWO, missed, "connect")
    assert first == Ask(missed, "part")
    assert {step.place.misses for step in later} == {0}


def events() -> Iterator[Event]:
    yield Ring()
    yield NoKey()
    yield from (Key(key) for key in (*KEYS, ""))
    yield from (Outdated(key) for key in (*KEYS, ""))
    yield from (DialEnded(reached) for reached in get_args(DialOutcome))


@pytest.mark.parametrize("policy", POLICIES)
@pytest.mark.parametrize("flow", FLOWS.values(), ids=FLOWS)
def test_every_event_leads_to_a_place_of_the_flow(flow: Flow, policy: Policy) -> None:
    for place in explore(flow, policy).paths:
        for event in events():
            there = next_place(flow, place, event)
            assert there.node in flow.nodes
            assert there.locale in flow.offered
            assert 1 <= there.part <= last_part(flow, there)


@pytest.mark.parametrize("policy", POLICIES)
@pytest.mark.parametrize("flow", FLOWS.values(), ids=FLOWS)
def test_misses_and_tries_are_bounded_and_zero_elsewhere(flow: Flow, policy: Policy) -> None:
    for place in explore(flow, policy).paths:
        assert 0 <= place.misses <= MAX_MISSES
        assert 0 <= place.tries <= MAX_TRIES
        assert place.tries == 0 or place.node in ("connect", "not_connected")
        assert place.misses == 0 or place.node not in ("connect", "farewell")


@pytest.mark.parametrize("flow", FLOWS.values(), ids=FLOWS)
def test_only_a_no_match_adds_a_miss_and_every_key_resets_the_tries(flow: Flow) -> None:
    for place in explore(flow, "connect").paths:
        for key in (*KEYS, ""):
            there = next_place(flow, place, Key(key))
            assert there.tries <= 1
            assert there.misses in (0, min(place.misses + 1, MAX_MISSES))
            if key in tuple("0789*#"):
                assert there.misses == 0, f"{key} is used everywhere"


@pytest.mark.parametrize("policy", POLICIES)
@pytest.mark.parametrize("flow", FLOWS.values(), ids=FLOWS)
def test_last_step_of_silence_dials_or_ends_and_no_other_does(flow: Flow, policy: Policy) -> None:
    for place in explore(flow, policy).paths:
        *before, last = silent_steps(flow, place, policy)
        assert isinstance(last, Dial | End)
        assert all(isinstance(step, Ask) for step in before)


@pytest.mark.parametrize("flow", FLOWS.values(), ids=FLOWS)
def test_path_of_every_place_leads_to_it(flow: Flow) -> None:
    for place, way in explore(flow, "connect").paths.items():
        ring, *acts = way.split()
        here = next_place(flow, at("main"), Ring())
        assert ring == "ring"
        standing = [here]
        for act in acts:
            standing = [there for here in standing for there in _acted(flow, here, act)]
        assert place in standing, way


def _acted(flow: Flow, here: Place, act: str) -> list[Place]:
    if act == "-":
        return [step.place for step in silent_steps(flow, here, "connect") if not isinstance(step, End)]
    if act in get_args(DialOutcome):
        return [next_place(flow, here, DialEnded(act))]
    return [next_place(flow, here, Key("" if act == "other" else act))]
