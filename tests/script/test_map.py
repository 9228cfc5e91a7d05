"""The map: an outline for screen readers and a drawing, both of every text that a key or the call leads to."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest
from click.testing import CliRunner
from lxml import etree

from ivr.cli.main import main
from ivr.errors import OperationFailed
from ivr.line.line import Line
from ivr.script.map import dot, outline, svg
from ivr.script.model import script_of

needs_dot = pytest.mark.skipif(shutil.which("dot") is None, reason="Graphviz is not installed")


@pytest.fixture
def drawn(line: Line) -> str:
    return dot(script_of(line, "en"), line.flow)


@pytest.mark.parametrize("name", ["line", "real"])
def test_outline_has_every_entry_in_key_order(name: str, request: pytest.FixtureRequest) -> None:
    line: Line = request.getfixturevalue(name)
    script = script_of(line, "en")
    told = list(outline(script, line.flow))
    for entry, row in zip(script.entries, told, strict=False):
        assert row.startswith("  " * entry.depth + (entry.keys or "start") + ": ")
        assert row.endswith(f", {entry.name})")
    assert all(any(row.endswith(f", {entry.name})") for row in told) for entry in script.others)


def test_drawing_has_every_entry_and_every_choice(line: Line, drawn: str) -> None:
    script = script_of(line, "en")
    for entry in (*script.entries, *script.others):
        assert f'"{entry.name}" [id="{entry.name}"' in drawn
        assert all(f'"{entry.name}" -> "{choice.node}"' in drawn for choice in entry.choices)


def test_label_is_escaped_in_the_drawing(line: Line) -> None:
    script = script_of(line, "en")
    odd = script.entries[1]._replace(label='Tea & <b>"cake"</b>')
    told = dot(script._replace(entries=(script.entries[0], odd)), line.flow)
    assert "Tea &amp; &lt;b&gt;&quot;cake&quot;&lt;/b&gt;" in told


@needs_dot
def test_graphviz_draws_every_entry(line: Line, drawn: str) -> None:
    root = etree.fromstring(svg(drawn).encode())
    boxes = {node.get("id") for node in root.iter("{http://www.w3.org/2000/svg}g") if node.get("class") == "node"}
    script = script_of(line, "en")
    assert boxes == {entry.name for entry in (*script.entries, *script.others)}


def test_missing_graphviz_names_the_package(drawn: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda _: None)
    with pytest.raises(OperationFailed, match=r"package graphviz.*--outline"):
        svg(drawn)


@needs_dot
def test_graphviz_error_is_a_sentence() -> None:
    with pytest.raises(OperationFailed, match="could not draw"):
        svg("digraph {")


def test_graphviz_timeout_is_a_sentence(drawn: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def hangs(*_: object, **__: object) -> None:
        raise subprocess.TimeoutExpired("dot", 60)

    monkeypatch.setattr(shutil, "which", lambda _: "dot")
    monkeypatch.setattr(subprocess, "run", hangs)
    with pytest.raises(OperationFailed, match="did not finish"):
        svg(drawn)


def test_map_prints_the_outline_by_default(tiny: Path) -> None:
    plain = CliRunner().invoke(main, ["map"], env={"IVR_CONTENT": str(tiny)})
    named = CliRunner().invoke(main, ["map", "--outline"], env={"IVR_CONTENT": str(tiny)})
    assert plain.exit_code == 0
    assert plain.output == named.output
    assert plain.output.startswith("start: ")


def test_map_prints_dot(tiny: Path, drawn: str) -> None:
    assert CliRunner().invoke(main, ["map", "--dot"], env={"IVR_CONTENT": str(tiny)}).output == drawn


@needs_dot
def test_map_writes_svg(tiny: Path, tmp_path: Path) -> None:
    file = tmp_path / "map.svg"
    told = CliRunner().invoke(main, ["map", "--svg", str(file)], env={"IVR_CONTENT": str(tiny)})
    assert told.exit_code == 0
    assert re.search(r"<svg\b", file.read_text("utf-8"))


@needs_dot
def test_map_that_cannot_be_written_is_a_sentence(tiny: Path, tmp_path: Path) -> None:
    missing = tmp_path / "nowhere" / "map.svg"
    told = CliRunner().invoke(main, ["map", "--svg", str(missing)], env={"IVR_CONTENT": str(tiny)})
    assert told.exit_code == 1
    assert "No such file" in told.output
