"""Nodes of an earlier release: a caller at one hears the node that replaced it, in their language."""

import pytest

from ivr.call.state import Place
from ivr.call.urls import place_at
from ivr.line.line import Line

from ..support.paths import TESTS

OLD = (TESTS / "addresses" / "0.1.0.txt").read_text("utf-8").split()


def node_of(address: str) -> str:
    """The node that an address names: `/call/en/signs/slow` is "signs"; "" if it has no node."""
    return "".join(address.split("/")[3:4])


def test_removed_node_has_a_successor(real: Line) -> None:
    gone = {node for node in map(node_of, OLD) if node} - set(real.flow.nodes)
    assert gone == set(real.flow.moved)


@pytest.mark.parametrize("tag", ["en", "es"])
def test_address_of_a_removed_node_leads_to_its_successor(real: Line, tag: str) -> None:
    for old, new in real.flow.moved.items():
        assert real.respond(f"/call/{tag}/{old}", []).place == Place(new, tag)
        assert real.respond(f"/call/{tag}/{old}/part-2/slow", []).place == Place(new, tag, pace="slow")


def test_choice_at_a_removed_menu_selects_no_new_choice(real: Line) -> None:
    for old, new in real.flow.moved.items():
        assert real.respond(f"/call/es/{old}", [("Digits", "1")]).place == Place(new, "es")


@pytest.mark.parametrize(("key", "kind"), [("0", "transfer"), ("9", "reminder")])
def test_keys_0_and_9_work_at_a_removed_node(real: Line, key: str, kind: str) -> None:
    for old in real.flow.moved:
        assert real.respond(f"/call/es/{old}", [("Digits", key)]).place == Place(real.flow.name_of_kind(kind), "es")


def test_every_address_of_an_earlier_release_is_answered_in_its_language(real: Line) -> None:
    for address in OLD:
        place = real.respond(address, []).place
        assert place.locale == ("es" if address.startswith("/call/es/") else "en")
        known = place_at(real.flow, address)
        if known:
            assert known.node == place.node or address.endswith("/outcome")
        else:
            moved = real.flow.moved.get(node_of(address), real.flow.main_menu)
            assert place.node == moved or address in ("/call", "/call/") or address.endswith("/outcome"), address
