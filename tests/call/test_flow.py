"""The flow: its nodes, and that every fault of its file is reported at once."""

from dataclasses import replace
from pathlib import Path

import pytest

from ivr.call.flow import SINGLE_KINDS, Flow, Menu, Topic, Transfer, leads_to
from ivr.content.flow_file import load_flow
from ivr.errors import BadContent


@pytest.fixture
def flow(tiny: Path) -> Flow:
    return load_flow(tiny / "prompts" / "flow.toml")


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "flow.toml"
    path.write_text(text, "utf-8")
    return path


def test_flow_keeps_the_order_of_its_file(flow: Flow) -> None:
    assert list(flow.nodes)[:4] == ["opening", "main", "tea", "how"]
    assert flow.offered == ("en", "es")


def test_only_finds_the_single_node_of_a_kind(flow: Flow) -> None:
    assert {kind: flow.name_of_kind(kind) for kind in sorted(SINGLE_KINDS)} == {
        "farewell": "farewell",
        "languages": "languages",
        "opening": "opening",
        "reminder": "reminder",
        "transfer": "connect",
    }


def test_main_menu_is_the_menu_of_the_opening(flow: Flow) -> None:
    assert flow.main_menu == "main"


def test_transfer_names_its_number_and_both_outcomes(flow: Flow) -> None:
    assert flow.transfer == Transfer(
        kind="transfer", number="hotline", connected="farewell", not_connected="not_connected"
    )


@pytest.mark.parametrize(
    ("node", "parent"),
    [
        ("apples", "fruit"),
        ("fruit", "main"),
        ("tea", "main"),
        ("main", "main"),
        ("opening", "main"),
        ("reminder", "main"),
        ("not_connected", "main"),
        ("farewell", "main"),
        ("connect", "main"),
    ],
)
def test_parent_is_the_menu_that_offers_a_node_or_its_own_parent(flow: Flow, node: str, parent: str) -> None:
    assert flow.parent(node) == parent


def test_text_without_known_parts_has_one(flow: Flow) -> None:
    assert flow.part_count("tea") == 1
    assert replace(flow, parts={"tea": 3}).part_count("tea") == 3


def test_leads_to_lists_the_nodes_that_a_node_names() -> None:
    assert leads_to(Menu(kind="menu", choices=["tea", "fruit"])) == ("tea", "fruit")
    assert leads_to(Topic(kind="topic")) == ()
    assert leads_to(Topic(kind="topic", parent="main")) == ("main",)


def test_node_is_frozen(flow: Flow) -> None:
    with pytest.raises(ValueError, match="frozen"):
        flow.nodes["tea"].kind = "menu"  # type: ignore[assignment]


def test_all_faults_of_nodes_are_reported_at_once(tmp_path: Path) -> None:
    path = written(tmp_path, 'published = []\n[tea]\nkind = "topic"\nvoice = "x"\ntone = "y"\n[Milk]\nkind = "topic"\n')
    with pytest.raises(BadContent) as raised:
        load_flow(path)
    assert [fault.where for fault in raised.value.faults] == [
        f"{path}: published",
        f"{path}: [tea]",
        f"{path}: [tea]",
        f"{path}: [Milk]",
    ]


def test_all_faults_of_the_graph_are_reported_at_once(copied: Path) -> None:
    path = copied / "prompts" / "flow.toml"
    path.write_text(path.read_text("utf-8").replace('"apples", "pears"', '"apples", "plums", "tea", "main"'), "utf-8")
    with pytest.raises(BadContent) as raised:
        load_flow(path)
    assert [fault.found for fault in raised.value.faults] == [
        "it leads to `plums`, which is not a node",
        "`tea` is offered by [main] already",
        "it offers the main menu `main`",
        "no key leads to it",
    ]


def test_missing_flow_file_is_reported(tmp_path: Path) -> None:
    with pytest.raises(BadContent, match=r"flow\.toml: it cannot be read"):
        load_flow(tmp_path / "flow.toml")
