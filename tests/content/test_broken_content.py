"""Broken lines: one planted fault a file, in the place of the right file of the toy line, and the sentence it gives.

The faults stand in broken_*/, each named by what is wrong with it; `expected.toml` beside them says what is told of
each, word for word and nothing more. `{root}` is the folder of the line.
"""

import difflib
import re
import shutil
import tomllib
from pathlib import Path

import pytest

from ivr.check.report import check_all
from ivr.line.line import Options

HERE = Path(__file__).parent
PLACES = {
    "broken_flow": "prompts/flow.toml",
    "broken_numbers": "prompts/numbers.toml",
    "broken_sources": "prompts/sources.toml",
    "broken_prompts": "prompts/tea.txt",
    "broken_menu": "prompts/main.txt",
    "broken_catalogue": "locales/es/LC_MESSAGES/messages.po",
    "broken_locale": "locales/es/locale.toml",
    "broken_words": "locales/es/words.toml",
    "broken_voices": "locales/voices.toml",
}
"""Which file of the toy line the faults of a folder stand in for."""
MOST_HUNKS = 3


def planted(folder: str) -> list[Path]:
    found = (HERE / folder).glob("*" + Path(PLACES[folder]).suffix)
    return sorted(path for path in found if path.name != "expected.toml")


def each_of(folder: str) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("fault", planted(folder), ids=lambda path: path.stem)


def expected(fault: Path, root: Path) -> list[str]:
    told = tomllib.loads((fault.parent / "expected.toml").read_text("utf-8"))
    return str(told[fault.name]).replace("{root}", str(root)).splitlines()


def told_with(fault: Path, root: Path) -> list[str]:
    """What `ivr check` says of the line under `root` with this file in it."""
    shutil.copyfile(fault, root / PLACES[fault.parent.name])
    return [str(one) for one in check_all(root, Options()).faults]


def text_of(path: Path) -> str:
    """A planted file, in whatever it is written."""
    whole = path.read_bytes()
    for encoding in ("utf-16",) if whole[:2] == b"\xff\xfe" else ("utf-8-sig", "cp1252"):
        try:
            return whole.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise AssertionError(f"{path} is written in nothing we know")


def lines_of(path: Path) -> list[str]:
    """What a file says: neither its comments nor the head of a catalogue, which tools write as they like."""
    return [line for line in text_of(path).splitlines() if not re.match(r'#|"[\w-]+: .*\\n"$', line)]


@each_of("broken_flow")
def test_a_fault_of_the_map_is_told(fault: Path, copied: Path) -> None:
    assert told_with(fault, copied) == expected(fault, copied)


@each_of("broken_numbers")
def test_a_fault_of_the_telephone_numbers_is_told(fault: Path, copied: Path) -> None:
    assert told_with(fault, copied) == expected(fault, copied)


@each_of("broken_sources")
def test_a_fault_of_the_facts_is_told(fault: Path, copied: Path) -> None:
    assert told_with(fault, copied) == expected(fault, copied)


@each_of("broken_prompts")
def test_a_fault_of_a_text_is_told(fault: Path, copied: Path) -> None:
    assert told_with(fault, copied) == expected(fault, copied)


@each_of("broken_menu")
def test_a_fault_of_a_menu_is_told(fault: Path, copied: Path) -> None:
    assert told_with(fault, copied) == expected(fault, copied)


@each_of("broken_catalogue")
def test_a_fault_of_a_catalogue_is_told(fault: Path, copied: Path) -> None:
    assert told_with(fault, copied) == expected(fault, copied)


@each_of("broken_locale")
def test_a_fault_of_a_language_is_told(fault: Path, copied: Path) -> None:
    assert told_with(fault, copied) == expected(fault, copied)


@each_of("broken_words")
def test_a_fault_of_the_word_lists_is_told(fault: Path, copied: Path) -> None:
    assert told_with(fault, copied) == expected(fault, copied)


@each_of("broken_voices")
def test_a_fault_of_the_table_of_voices_is_told(fault: Path, copied: Path) -> None:
    assert told_with(fault, copied) == expected(fault, copied)


def test_the_toy_line_itself_is_without_fault(tiny: Path) -> None:
    assert check_all(tiny, Options()).faults == ()


@pytest.mark.parametrize("folder", PLACES)
def test_every_planted_file_is_expected_and_every_expected_one_planted(folder: str) -> None:
    told = tomllib.loads((HERE / folder / "expected.toml").read_text("utf-8"))
    assert [path.name for path in planted(folder)] == sorted(told)
    assert all(sentence.strip() for sentence in told.values())


def test_every_broken_folder_has_its_place() -> None:
    assert sorted(path.name for path in HERE.glob("broken_*")) == sorted(PLACES)


@pytest.mark.parametrize("fault", [fault for folder in PLACES for fault in planted(folder)], ids=lambda path: path.stem)
def test_a_planted_file_differs_from_the_right_one_in_its_fault_alone(fault: Path, tiny: Path) -> None:
    right = lines_of(tiny / PLACES[fault.parent.name])
    hunks = difflib.SequenceMatcher(None, right, lines_of(fault), autojunk=False).get_grouped_opcodes(0)
    assert sum(1 for _ in hunks) <= MOST_HUNKS
