"""docs/source-page.md: each statement of the page that the line grew from has a text that speaks it, or a reason."""

import re
from pathlib import Path
from typing import NamedTuple

import pytest

from ivr.content.templates import blocks_by_part
from ivr.line.line import Line

PAGE = Path(__file__).parents[2] / "docs" / "source-page.md"


class Row(NamedTuple):
    """A row of the table: `spoken` are texts with a part, such as ("month", 1)."""

    number: int
    says: str
    spoken: tuple[tuple[str, int], ...]
    facts: tuple[str, ...]
    reason: str


def rows() -> list[Row]:
    """The rows, in the order of the page."""
    cells = (
        [cell.strip() for cell in line.strip("|\n").split("|")]
        for line in PAGE.read_text("utf-8").splitlines()
        if re.match(r"\| \d+ \|", line)
    )
    return [
        Row(int(number), says, tuple(map(_place, filter(None, spoken.split(", ")))), tuple(facts.split()), reason)
        for number, says, spoken, facts, reason in cells
    ]


def _place(text: str) -> tuple[str, int]:
    name, part = text.split()
    return name, int(part)


def spoken_in(line: Line, name: str, part: int) -> set[str]:
    """The facts that the blocks of one part name."""
    blocks = blocks_by_part(line.content.prompts.templates[name])[part - 1]
    return {fact for block in blocks for fact in block.facts}


def test_the_rows_are_numbered_without_a_gap() -> None:
    assert [row.number for row in rows()] == list(range(1, 61))


@pytest.mark.parametrize("row", rows(), ids=lambda row: str(row.number))
def test_each_statement_is_spoken_or_has_a_reason(real: Line, row: Row) -> None:
    assert row.says
    assert row.spoken or row.reason
    assert row.facts, "a row names the facts that it rests on, spoken or not"
    assert set(row.facts) <= set(real.content.facts.facts)
    for name, part in row.spoken:
        assert name in real.content.prompts.templates
        assert 1 <= part <= real.flow.part_count(name), f"{name} has no part {part}"


@pytest.mark.parametrize("row", [row for row in rows() if row.spoken], ids=lambda row: str(row.number))
def test_the_facts_of_a_statement_are_spoken_where_the_row_says(real: Line, row: Row) -> None:
    said = [spoken_in(real, name, part) for name, part in row.spoken]
    for fact in row.facts:
        assert any(fact in facts for facts in said) or not real.content.facts.facts[fact].spoken, fact
    for place, facts in zip(row.spoken, said, strict=True):
        assert facts & set(row.facts), f"{place} speaks none of {row.facts}"
