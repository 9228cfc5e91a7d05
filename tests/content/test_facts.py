"""Numbers and facts: read strictly, each number once; a number that must not be spoken is refused."""

from datetime import date
from pathlib import Path

import pytest

from ivr.content.facts import Facts, Number, load_facts
from ivr.errors import BadContent


@pytest.fixture
def facts(tiny: Path) -> Facts:
    return load_facts(tiny / "prompts")


def number(say: str, dial: str | None = None) -> Number:
    return Number(say=say, dial=dial, fact="HL-01", copy=date(2026, 1, 1))


def with_number(root: Path, say: str, dial: str = "") -> Path:
    """The prompts of the toy line with one more number in them."""
    path = root / "prompts" / "numbers.toml"
    dialled = f'dial = "{dial}"\n' if dial else ""
    path.write_text(
        path.read_text("utf-8") + f'\n[more]\nsay = "{say}"\n{dialled}fact = "HL-01"\ncopy = 2026-11-24\n', "utf-8"
    )
    return path.parent


def test_number_has_the_groups_in_which_it_is_read_out() -> None:
    assert number("1-888-373-7888").groups == ("1", "888", "373", "7888")
    assert number("911").groups == ("911",)


def test_numbers_and_facts_are_loaded_by_name(facts: Facts) -> None:
    assert facts.numbers["hotline"].dial == "+18883737888"
    assert facts.numbers["emergency"].dial is None
    assert facts.facts["TOY-01"].confidence == "own"
    assert facts.facts["TOY-02"].spoken is False
    assert facts.refused_digits == ("8663737888",)


def test_with_names_the_facts_that_must_be_said_together(copied: Path) -> None:
    path = copied / "prompts" / "sources.toml"
    path.write_text(path.read_text("utf-8").replace("[NU-01]", '[NU-01]\nwith = ["HL-01"]'), "utf-8")
    assert load_facts(path.parent).facts["NU-01"].beside == ("HL-01",)


@pytest.mark.parametrize("say", ["911", "233-733", "90210", "1-888-373-7888", "1-202-555-0123", "202-555-0123"])
def test_short_codes_and_telephone_numbers_are_accepted(copied: Path, say: str) -> None:
    assert load_facts(with_number(copied, say)).numbers["more"].say == say


@pytest.mark.parametrize(
    "say", ["", "1", "12", "1234", "1234567", "202-055-0123", "2-202-555-0123", "1--888", "1 888", "-911", "９１１"]
)
def test_number_of_another_form_is_refused(copied: Path, say: str) -> None:
    with pytest.raises(BadContent, match=r"\[more\]"):
        load_facts(with_number(copied, say))


@pytest.mark.parametrize("dial", ["911", "+911", "112", "999", "933"])
def test_emergency_number_is_never_dialled(copied: Path, dial: str) -> None:
    with pytest.raises(BadContent, match="never dials emergency numbers"):
        load_facts(with_number(copied, "911", dial))


@pytest.mark.parametrize("say", ["1-900-555-0123", "1-202-976-0123", "900-555-0123"])
def test_premium_number_is_refused(copied: Path, say: str) -> None:
    with pytest.raises(BadContent, match="charges the caller"):
        load_facts(with_number(copied, say, "+1" + say.removeprefix("1-").replace("-", "")))


@pytest.mark.parametrize("say", ["1-866-373-7888", "1-8663737888", "866-373-7888"])
def test_number_of_the_never_list_is_refused_in_any_grouping(copied: Path, say: str) -> None:
    with pytest.raises(BadContent, match="is on the list `never`"):
        load_facts(with_number(copied, say))


def test_every_fault_of_numbers_and_sources_is_reported_at_once(copied: Path) -> None:
    folder = with_number(copied, "1-900-555-0123")
    path = folder / "sources.toml"
    path.write_text(path.read_text("utf-8").replace('"own"', '"sure"'), "utf-8")
    with pytest.raises(BadContent) as raised:
        load_facts(folder)
    assert [fault.where for fault in raised.value.faults] == [
        f"{path}: [TOY-01]",
        f"{folder / 'numbers.toml'}: [more]",
    ]


def with_form(root: Path, write: str, link: str) -> Path:
    """The prompts of the toy line with one written form."""
    path = root / "prompts" / "written.toml"
    path.write_text(f'[help]\nwrite = "{write}"\nlink = "{link}"\nfact = "HL-01"\n', "utf-8")
    return path.parent


@pytest.mark.parametrize(
    ("write", "link"),
    [
        ("example.org/Help", "https://www.example.org/Help/"),
        ("EXAMPLE.ORG", "https://example.org/"),
        ("Help@example.org", "mailto:Help@example.org"),
    ],
)
def test_written_form_may_have_capital_letters(copied: Path, write: str, link: str) -> None:
    assert load_facts(with_form(copied, write, link)).written["help"].write == write


def test_written_form_whose_link_opens_another_address_is_refused(copied: Path) -> None:
    with pytest.raises(BadContent, match=r"'example\.org/help' leads to https://example\.org/Help"):
        load_facts(with_form(copied, "example.org/help", "https://example.org/Help"))


def test_missing_numbers_and_sources_are_both_reported(tmp_path: Path) -> None:
    with pytest.raises(BadContent) as raised:
        load_facts(tmp_path)
    assert [Path(fault.where).name for fault in raised.value.faults] == ["numbers.toml", "sources.toml"]
