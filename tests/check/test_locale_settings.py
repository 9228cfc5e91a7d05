"""Settings of a language that a caller would hear: digits in another order, of another language, misspelt."""

from pathlib import Path

import pytest
from support.options import OPTIONS
from support.paths import CHECKOUT

from ivr.check.locale_settings import doubts, spoken_numbers
from ivr.check.report import check_language
from ivr.check.translation import mention_of
from ivr.content.load import load_content
from ivr.content.locale_file import load_proposals

PROPOSALS = load_proposals(CHECKOUT)


def with_digits(root: Path, tag: str, digits: list[str]) -> None:
    """Make the Spanish of the line under `root` the language `tag`, with these digits."""
    folder = (root / "locales" / "es").rename(root / "locales" / tag)
    path = folder / "locale.toml"
    rows = path.read_text("utf-8").splitlines()
    written = ", ".join(f'"{digit}"' for digit in digits)
    path.write_text("\n".join(f"digits = [{written}]" if row.startswith("digits") else row for row in rows), "utf-8")


@pytest.mark.parametrize("tag", ["fr", "vi", "ht", "zh-Hant", "hi", "pt-BR", "tl"])
def test_digits_that_begin_with_one_are_named_with_their_line(copied: Path, tag: str) -> None:
    own = PROPOSALS.of(tag).digits
    with_digits(copied, tag, [*own[1:], own[0]])
    told = [fault for fault in check_language(copied, OPTIONS, tag).faults if fault.where.endswith(": digits")]
    assert len(told) == 1
    assert "in another order" in told[0].found
    assert f"“{own[0]}” is first" in told[0].remedy


@pytest.mark.parametrize("tag", ["fr", "vi", "ht", "zh-Hant", "hi", "pt-BR", "tl"])
def test_digits_in_order_have_no_fault(copied: Path, tag: str) -> None:
    with_digits(copied, tag, PROPOSALS.of(tag).digits)
    assert not [fault for fault in check_language(copied, OPTIONS, tag).faults if ": digits" in fault.where]


def test_digits_of_another_language_are_named(copied: Path) -> None:
    with_digits(copied, "fr", PROPOSALS.of("de").digits)
    told = [fault.found for fault in check_language(copied, OPTIONS, "fr").faults if ": digits" in fault.where]
    assert told == ["they are the digits of `de`"]


def test_line_says_its_numbers_for_a_speaker_to_read(tiny: Path) -> None:
    content = load_content(tiny)
    said = list(spoken_numbers(content.locales["es"], content.facts))
    assert said[0] == "911: nueve uno uno"
    assert said[-1].startswith("keys 0 to 9: cero, uno")


def test_digit_that_is_written_in_another_way_is_a_doubt_and_no_fault(copied: Path) -> None:
    path = copied / "locales" / "es" / "locale.toml"
    path.write_text(path.read_text("utf-8").replace('"seis"', '"ses"'), "utf-8")
    (told,) = doubts(load_content(copied).locales["es"], copied)
    assert "digits: 6 is “ses”" in told


def test_digit_with_an_own_word_for_its_key_is_no_doubt(copied: Path) -> None:
    path = copied / "locales" / "es" / "locale.toml"
    text = path.read_text("utf-8").replace('"seis"', '"media"') + '\nkey_words = { 6 = "seis" }\n'
    path.write_text(text, "utf-8")
    content = load_content(copied)
    assert list(doubts(content.locales["es"], copied)) == []
    *_, numbers, keys = spoken_numbers(content.locales["es"], content.facts)
    assert "cinco, media, siete" in numbers
    assert "cinco, seis, siete" in keys


@pytest.mark.parametrize(
    ("offer", "name", "expected"),
    [
        ("Para español … oprima ", "español", "whole"),
        ("Para português … aperte ", "português (Brasil)", "whole"),
        ("Po polsku … ", "polski", "part"),
        ("Pou kreyòl … ", "Kreyòl Ayisyen", "part"),
        ("Để nghe tiếng Anh … ", "Tiếng Việt", "part"),
        ("Suomeksi … ", "suomi", "part"),
        ("للعربية … ", "العربية", "part"),
        ("Para inglês … aperte ", "português", "none"),
        ("Pour l’anglais … appuyez sur ", "français", "none"),
        ("For English … press ", "Tiếng Việt", "none"),
    ],
)
def test_offer_names_its_language_whole_inflected_or_not_at_all(offer: str, name: str, expected: str) -> None:
    assert mention_of(name, offer) == expected


@pytest.mark.parametrize("address", ["http://es.wikipedia.org/", "es.wikipedia.org", "javascript:alert(1)"])
def test_neutral_page_that_cannot_be_used_is_named_with_its_line(copied: Path, address: str) -> None:
    path = copied / "locales" / "es" / "locale.toml"
    path.write_text(f'neutral_page = "{address}"\n{path.read_text("utf-8")}', "utf-8")
    (fault,) = check_language(copied, OPTIONS, "es").faults
    assert fault.where == f"{path}:1: neutral_page"
    assert "https://www.weather.gov/" in fault.found


def test_offer_that_may_name_another_language_is_a_doubt_and_no_fault(copied: Path) -> None:
    path = copied / "locales" / "es" / "locale.toml"
    path.write_text(path.read_text("utf-8").replace('"español"', '"español cubano"'), "utf-8")
    (told,) = doubts(load_content(copied).locales["es"], copied)
    assert "“Para español" in told
    assert check_language(copied, OPTIONS, "es").faults == ()
