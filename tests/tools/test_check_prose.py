"""tools/check_prose.py finds the words of its lists where they are, and in docstrings and comments only."""

import sys
from pathlib import Path

import pytest
from support.paths import CHECKOUT

SOURCE = '''"""The door of the line."""

LIMIT = 3
"""Nobody
passes it."""


def door(ear: int) -> str:
    """What `nothing` returns: None."""
    return "nothing"  # the line is a
    # house of calls
'''


@pytest.fixture
def words(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[tuple[int, str, str]]:
    """The line, kind and word of each place in SOURCE."""
    monkeypatch.syspath_prepend(str(CHECKOUT / "tools"))
    import check_prose

    (tmp_path / "ivr").mkdir()
    (tmp_path / "ivr" / "source.py").write_text(SOURCE, "utf-8")
    _, places = check_prose.counted(tmp_path / "ivr")
    sys.modules.pop("check_prose")
    return sorted((place.line, place.kind, place.word) for place in places)


def test_words_of_the_lists_are_found_with_their_lines(words: list[tuple[int, str, str]]) -> None:
    assert words == [
        (1, "metaphor", "door"),
        (4, "negative", "Nobody"),
        (4, "opening", "Nobody"),
        (9, "opening", "What"),
        (11, "metaphor", "house"),
    ]
