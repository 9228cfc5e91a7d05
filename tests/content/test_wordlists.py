"""Word lists: words that texts must not say, official names, small words of a choice."""

from pathlib import Path

import pytest

from ivr.content.wordlists import Words, load_words
from ivr.errors import BadLocale


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("You drink coffee.", ["coffee"]),
        ("COFFEE!", ["coffee"]),
        ("Coffeehouse.", []),
        ("A decoffeed tea.", []),
        ("It is poisonous, it is poison.", ["poison*"]),
        ("Antipoison.", []),
        ("Your call is important.", ["your call is important"]),
        ("Your call, is important.", []),
        ("El niño.", ["niño"]),
        ("El niñito.", []),
        ("El niñoñ.", []),
        ("", []),
    ],
)
def test_never_words_match_whole_words_in_any_case(text: str, said: list[str]) -> None:
    words = Words(never=["coffee", "poison*", "your call is important", "niño"])
    assert list(words.never_in(text)) == said


@pytest.mark.parametrize("word", ["a.c", "(tea)", "c++", "[x"])
def test_never_word_is_no_regular_expression(word: str) -> None:
    assert list(Words(never=[word]).never_in(f"one {word} two")) == [word]
    assert list(Words(never=[word]).never_in("abc tea c x")) == []


def test_official_names_are_removed_the_longest_first() -> None:
    words = Words(names=["Labor", "Department of Labor", "Department"])
    assert words.without_names("Call the Department of Labor, or Labor.") == "Call the it, or it."
    assert words.without_names("Laborers work.") == "Laborers work."


@pytest.mark.parametrize(
    ("choice", "noun"),
    [("For the warning signs … press one.", "warning"), ("Signs of it.", "signs"), ("For the …", ""), ("", "")],
)
def test_first_noun_is_the_first_word_that_is_not_small(choice: str, noun: str) -> None:
    assert Words(small=["for", "the"]).first_noun(choice) == noun


def test_language_without_word_lists_has_empty_ones(tmp_path: Path) -> None:
    assert load_words(tmp_path) == Words()


def test_wrong_word_list_is_reported_by_name(tmp_path: Path) -> None:
    (tmp_path / "words.toml").write_text('never = "coffee"\nsmal = []\n', "utf-8")
    with pytest.raises(BadLocale) as raised:
        load_words(tmp_path)
    assert [fault.where.rsplit(" ", 1)[1] for fault in raised.value.faults] == ["never", "smal"]


def test_word_lists_of_every_language_load(tiny: Path) -> None:
    for folder in [*(tiny / "locales").iterdir(), *(tiny.parent.parent / "locales").iterdir()]:
        if folder.is_dir():
            words = load_words(folder)
            assert all(word == word.strip() and word for word in [*words.never, *words.names, *words.small])
            assert all(word == word.lower() for word in words.small), "small words are compared in lower case"
