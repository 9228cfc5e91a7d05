"""Sources: texts speak every fact that may be spoken and no other; ages are compared with a given day."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from ivr.check.report import check_all
from ivr.check.sources import FAIL_AFTER, WARN_AFTER, age_faults, source_faults
from ivr.content.facts import Facts
from ivr.content.load import Content
from ivr.content.prompts import Prompts
from ivr.content.templates import blocks
from ivr.line.line import Line
from ivr.line.options import Options

VERIFIED = date(2026, 11, 24)
"""The day on which everything of the toy line was compared with its source."""


@pytest.fixture
def content(line: Line) -> Content:
    return line.content


def with_fact(content: Content, name: str, **changed: object) -> Content:
    """The same content with one fact changed."""
    facts = {**content.facts.facts, name: content.facts.facts[name].model_copy(update=changed)}
    return replace(content, facts=content.facts._replace(facts=facts))


def without_fact(content: Content, name: str) -> Content:
    facts = {other: fact for other, fact in content.facts.facts.items() if other != name}
    return replace(content, facts=Facts(content.facts.numbers, facts, content.facts.refused_digits))


def speaking(content: Content, text: str, *facts: str) -> Content:
    """The same content with a text that speaks other facts."""
    template = content.prompts.templates[text]
    paragraph = tuple(block._replace(facts=facts) for block in blocks(template))
    texts = {**content.prompts.templates, text: template._replace(parts=((paragraph,),))}
    prompts = Prompts(texts, content.prompts.locales, content.facts, "en")
    return replace(content, prompts=prompts)


def found(content: Content) -> list[str]:
    return [fault.found for fault in source_faults(content)]


def test_toy_line_has_no_fault_in_its_sources(content: Content) -> None:
    assert found(content) == []


FAULTS: dict[str, Callable[[Content], Content]] = {
    "it names no facts": lambda content: speaking(content, "tea"),
    "it speaks TOY-99, which is not in sources.toml": lambda content: speaking(content, "tea", "TOY-99"),
    "it speaks TOY-02, which must not be read out (it is here so that a test can speak it)": (
        lambda content: speaking(content, "tea", "TOY-02")
    ),
    "it speaks TOY-01 without HL-01": lambda content: with_fact(
        speaking(content, "tea", "TOY-01"), "TOY-01", beside=["HL-01"]
    ),
    "it is to be said with TOY-99, which is not in sources.toml": (
        lambda content: with_fact(content, "TOY-01", beside=["TOY-99"])
    ),
    "no text speaks it": lambda content: with_fact(content, "TOY-02", spoken=True, confidence="own"),
    "it is not spoken, without a reason": lambda content: with_fact(content, "TOY-02", reason=""),
    "it has no address": lambda content: with_fact(content, "HL-01", sources=[]),
    "its fact NU-01 is not in sources.toml": lambda content: without_fact(content, "NU-01"),
}


@pytest.mark.parametrize("sentence", FAULTS)
def test_fault_between_texts_facts_and_numbers_is_reported(content: Content, sentence: str) -> None:
    assert sentence in found(FAULTS[sentence](content))


def test_own_fact_needs_no_address(content: Content) -> None:
    assert found(with_fact(content, "HL-01", sources=[], confidence="own")) == []


def test_missing_companion_of_a_fact_is_reported_in_its_words(content: Content) -> None:
    changed = with_fact(speaking(content, "tea", "TOY-01"), "TOY-01", beside=["HL-01"])
    fault = next(fault for fault in source_faults(changed) if fault.where.endswith("tea.txt"))
    assert fault.remedy == "Say beside it: The number of the hotline."


def test_facts_that_are_spoken_together_are_no_fault(content: Content) -> None:
    changed = with_fact(speaking(content, "danger", "NU-01", "HL-01"), "NU-01", beside=["HL-01"])
    assert [fault.where for fault in source_faults(changed)] == [str(content.prompts.templates["reminder"].path)]


# Ages


@pytest.mark.parametrize(("days", "old"), [(0, 0), (FAIL_AFTER, 0), (FAIL_AFTER + 1, 5), (10_000, 5)])
def test_spoken_fact_is_too_old_after_a_year(content: Content, days: int, old: int) -> None:
    two_numbers_and_three_spoken_facts = list(age_faults(content, VERIFIED + timedelta(days)))
    assert len(two_numbers_and_three_spoken_facts) == old


def test_warning_comes_after_half_a_year(content: Content) -> None:
    assert not list(age_faults(content, VERIFIED + timedelta(WARN_AFTER), WARN_AFTER))
    assert len(list(age_faults(content, VERIFIED + timedelta(WARN_AFTER + 1), WARN_AFTER))) == 5


def test_old_number_is_reported_with_its_age_and_file(content: Content) -> None:
    first = next(iter(age_faults(content, VERIFIED + timedelta(400))))
    path = content.root / "prompts" / "numbers.toml"
    assert str(first) == (
        f"{path}: [hotline]: last compared with its source 400 days ago. "
        "Open the page, compare, and set `live`; the limit is 365 days."
    )


def test_fact_that_is_not_spoken_has_no_age(content: Content) -> None:
    assert not any("TOY-02" in fault.where for fault in age_faults(content, VERIFIED + timedelta(400)))


def test_check_compares_ages_only_with_a_given_day(tiny: Path) -> None:
    assert check_all(tiny, Options()).faults == ()
    assert check_all(tiny, Options(), VERIFIED + timedelta(FAIL_AFTER)).faults == ()
    assert len(check_all(tiny, Options(), VERIFIED + timedelta(FAIL_AFTER + 1)).faults) == 5
