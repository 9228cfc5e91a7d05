"""`ivr own`: what a layer has of its own, and what changed beneath it."""

from pathlib import Path

import pytest
from click.testing import CliRunner
from support.layer import copy_layer

from ivr.cli.main import main


@pytest.fixture
def layer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The layer over the toy line, both copied, in the settings."""
    root = copy_layer(tmp_path, monkeypatch)
    monkeypatch.setenv("IVR_CONTENT", str(root))
    return root


def own(*options: str) -> list[str]:
    result = CliRunner().invoke(main, ["own", *options])
    assert result.exit_code == 0, result.output
    return result.output.splitlines()


def change_greeting(layer: Path) -> None:
    path = layer.parent / "tiny/prompts/lines/greeting.txt"
    path.write_text(path.read_text("utf-8").replace("This is", "You hear"), "utf-8")


def test_own_lists_every_kind_of_difference(layer: Path) -> None:
    assert own()[:-1] == [
        "added to fruit: plums",
        "left out: pears",
        "texts with more words: fruit, tea",
        "texts in the release's place: greeting",
        "numbers: shop 202-555-0143",
        "written forms: bowl",
        "facts: MY-01",
        "es: 4 messages",
    ]


def test_change_of_a_replaced_text_is_shown_beside_the_text_before_until_it_was_seen(layer: Path) -> None:
    before = own("--copy", "greeting")
    assert before == [f"wrote {layer / 'prompts/replaced/greeting.txt'}"], "the own text stays"
    assert len(own()) == 8, "the release's text is the one that was replaced"
    change_greeting(layer)
    row = own()[-1]
    assert row.index("This is the toy line.") < row.index("You hear the toy line.")
    assert CliRunner().invoke(main, ["check"]).output.splitlines()[-1].startswith("greeting: the release has changed")
    own("--copy", "greeting")
    assert len(own()) == 8


def test_copied_text_is_there_to_edit(layer: Path) -> None:
    own("--copy", "apples")
    release = (layer.parent / "tiny/prompts/apples.txt").read_bytes()
    assert (layer / "prompts/apples.txt").read_bytes() == release


@pytest.mark.parametrize(("root", "options"), [("tiny", []), ("layer", ["--copy", "cake"])])
def test_without_a_layer_or_a_text_own_says_so(layer: Path, root: str, options: list[str]) -> None:
    result = CliRunner().invoke(main, ["own", *options], env={"IVR_CONTENT": str(layer.parent / root)})
    assert result.exit_code == 1
    assert "Error:" in result.output
