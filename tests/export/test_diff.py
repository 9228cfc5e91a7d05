"""The comparison of two exports says what callers can notice, in sentences."""

from dataclasses import replace
from pathlib import Path

import pytest

from ivr.export.diff import differences
from ivr.export.export import export_line
from ivr.export.files import without_twiml
from ivr.export.format import ExportedLine
from ivr.line.compiler import compile_line
from ivr.line.line import Line


def changed(root: Path, path: str, *pairs: tuple[str, str]) -> ExportedLine:
    """The toy line under `root` after a change of one file."""
    file = root / path
    for old, new in pairs:
        text = file.read_text("utf-8")
        assert old in text
        file.write_text(text.replace(old, new), "utf-8")
    return export_line(compile_line(root))


@pytest.fixture
def old(copied: Path) -> ExportedLine:
    return export_line(compile_line(copied))


def test_same_line_has_no_difference(line: Line) -> None:
    assert list(differences(export_line(line), export_line(line))) == []


def test_changed_words_are_shown_with_the_old_ones(copied: Path, old: ExportedLine) -> None:
    found = list(differences(old, changed(copied, "prompts/tea.txt", ("It is hot.", "It is cold."))))
    assert found[0] == "en/tea/1: the words changed."
    assert found[1].startswith("  - ")
    assert "It is hot." in found[1]
    assert found[2] == found[1].replace("  - ", "  + ").replace("It is hot.", "It is cold.")
    assert (
        "es/tea/1: it was spoken in es and is spoken in en." in "\n".join(found)
        or "es/tea/1: the words changed." in found
    )
    assert found[-1].startswith("The documents of ")


def test_key_that_leads_elsewhere_is_one_sentence(copied: Path, old: ExportedLine) -> None:
    swapped = changed(copied, "prompts/flow.toml", ('["tea", "fruit", "how"]', '["fruit", "tea", "how"]'))
    keys = [sentence for sentence in differences(old, swapped) if ": key " in sentence]
    assert "main: key 1 led to tea and leads to fruit." in keys
    assert "main: key 2 led to fruit and leads to tea." in keys
    assert len(keys) == len(set(keys))


def test_removed_node_names_its_successor(copied: Path, old: ExportedLine) -> None:
    flow = copied / "prompts" / "flow.toml"
    text = flow.read_text("utf-8").replace('"tea"', '"coffee"').replace("[tea]", "[coffee]")
    flow.write_text(f'{text}\n[moved]\ntea = "coffee"\n' if "[moved]" not in text else text, "utf-8")
    for folder, name in ((copied / "prompts", "tea.txt"), (copied / "prompts", "main.txt")):
        source = (folder / name).read_text("utf-8").replace('"tea"', '"coffee"').replace("press.tea", "press.coffee")
        (folder / name).unlink()
        (folder / name.replace("tea", "coffee")).write_text(source, "utf-8")
    found = list(differences(old, export_line(compile_line(copied))))
    assert "tea: this node was removed; coffee replaces it." in found
    assert "coffee: this node is new." in found


def test_language_and_settings_are_named(line: Line, old: ExportedLine, copied: Path) -> None:
    english = export_line(compile_line(copied, languages=["en"]))
    assert "es: this language is not published any more." in list(differences(old, english))
    assert "es: this language is new." in list(differences(english, old))
    goodbye = export_line(compile_line(copied, replace(line.options, silence="goodbye")))
    assert "The end of a silent call was connect and is goodbye." in list(differences(old, goodbye))


def test_exports_without_twiml_are_compared_too(copied: Path, old: ExportedLine) -> None:
    new = changed(copied, "prompts/tea.txt", ("It is hot.", "It is cold."))
    found = list(differences(without_twiml(old), without_twiml(new)))
    assert found[0] == "en/tea/1: the words changed."
    assert not any(sentence.startswith("The documents") for sentence in found)
