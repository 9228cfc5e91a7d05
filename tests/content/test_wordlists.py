"""Word lists: words that texts must not say, official names, small words of a choice."""

from pathlib import Path

import pytest

from ivr.content.wordlists import WordLists, load_words
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
    words = WordLists(never=["coffee", "poison*", "your call is important", "niño"])
    assert list(words.avoided_words_in(text)) == said


@pytest.mark.parametrize("word", ["a.c", "(tea)", "c++", "[x"])
def test_never_word_is_no_regular_expression(word: str) -> None:
    assert list(WordLists(never=[word]).avoided_words_in(f"one {word} two")) == [word]
    assert list(WordLists(never=[word]).avoided_words_in("abc tea c x")) == []


def test_official_names_are_removed_the_longest_first() -> None:
    words = WordLists(names=["Labor", "Department of Labor", "Department"])
    assert words.without_names("Call the Department of Labor, or Labor.") == "Call the it, or it."
    assert words.without_names("Laborers work.") == "Laborers work."


@pytest.mark.parametrize(
    ("choice", "noun"),
    [("For the warning signs … press one.", "warning"), ("Signs of it.", "signs"), ("For the …", ""), ("", "")],
)
def test_first_noun_is_the_first_word_that_is_not_small(choice: str, noun: str) -> None:
    assert WordLists(small=["for", "the"]).first_noun(choice) == noun


def test_language_without_word_lists_has_empty_ones(tmp_path: Path) -> None:
    assert load_words(tmp_path) == WordLists()


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


@pytest.mark.parametrize(
    ("never", "text"),
    [
        ("奴隸", "他們像奴隸一樣工作。"),
        ("奴隸*", "他們像奴隸一樣工作。"),
        ("ทาส", "พวกเขาเป็นทาสในบ้าน"),
        ("不法", "彼は不法滞在者です"),
        ("불법", "그는 불법체류자입니다"),
        ("عبد", "والعبد هنا"),
        ("עבד", "והעבד כאן"),
        ("nô lệ", "Họ là nô lệ."),
        ("está a salvo", "Usted está\u00a0a  salvo."),
        ("está a salvo", "Usted está … a salvo."),
        ("rescat*", "Le res\u00adca\u200btan."),
    ],
)
def test_never_word_is_found_in_every_script_and_behind_odd_spaces(never: str, text: str) -> None:
    assert list(WordLists(never=[never]).avoided_words_in(text)) == [never]


@pytest.mark.parametrize(("never", "text"), [("दास", "दासी"), ("عبد", "عبدالله"), ("está a salvo", "está, a salvo")])
def test_never_word_is_not_found_in_a_longer_word(never: str, text: str) -> None:
    assert list(WordLists(never=[never]).avoided_words_in(text)) == []


def test_two_choices_of_a_script_without_spaces_can_begin_alike() -> None:
    words = WordLists(small=["如需"])
    assert words.first_noun("如需協助請按零。") == words.first_noun("如需協助請撥打零。") != ""
    assert words.first_noun("如需報警請按一。") != words.first_noun("如需協助請按零。")


@pytest.mark.parametrize("entry", ["", " ", "*", "("])
def test_entry_without_a_word_is_refused(entry: str, tmp_path: Path) -> None:
    (tmp_path / "words.toml").write_text(f'never = ["{entry}"]\n', "utf-8")
    with pytest.raises(BadLocale) as raised:
        load_words(tmp_path)
    (fault,) = raised.value.faults
    assert (fault.where, fault.found) == (f"{tmp_path / 'words.toml'}: never.0", "it has an entry without a word")
