"""docs/threats.md: every row has a defence and names tests that exist."""

import ast
import re
from functools import lru_cache
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).resolve().parent.parent.parent

PAGE = (CHECKOUT / "docs" / "threats.md").read_text("utf-8")
ROWS = [line.split(" | ") for line in PAGE.splitlines() if re.match(r"\| (\d+|U\d+) \|", line)]
NAMED = sorted(set(re.findall(r"`([\w/]+\.py)::(\w+)`", PAGE)))


def test_every_threat_has_a_row_and_every_row_a_test() -> None:
    numbers = [row[0].removeprefix("| ") for row in ROWS]
    assert numbers == [*(f"U{number}" for number in range(1, 13)), *map(str, range(1, 65))]
    for row in ROWS:
        assert re.search(r"`[\w/]+\.py::\w+`", row[-1]), row[0]
        assert all(part.strip(" |") for part in row[1:]), row[0]


@pytest.mark.parametrize(("file", "name"), NAMED, ids=lambda one: str(one))
def test_tests_named_in_threats_md_exist(file: str, name: str) -> None:
    assert name in names_in(CHECKOUT / "tests" / file)


@lru_cache
def names_in(path: Path) -> set[str]:
    tree = ast.parse(path.read_text("utf-8"))
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")}


def test_tests_named_in_threats_md_are_not_xfail() -> None:
    """A test of a row may be skipped where a program is missing, but not by an xfail mark."""
    for file, _ in NAMED:
        assert "pytest.mark.xfail" not in (CHECKOUT / "tests" / file).read_text("utf-8")
