"""Keys and numbers by hand: found where a key is pressed, and nowhere else, in the languages that come next.

`tests/check/sentences.toml` has the sentences; the words of each language are those that `ivr locale new` proposes.
"""

import tomllib
from pathlib import Path

import pytest
from support.paths import CHECKOUT

from ivr.check.handwritten_keys import KeyWords, key_by_hand, number_by_hand
from ivr.check.translation import Translation
from ivr.check.translation_rules import broken_rules
from ivr.content.load import load_content
from ivr.content.locale_file import load_proposals
from ivr.content.wordlists import WordLists
from ivr.speech.timing import SpeechRate

SENTENCES = tomllib.loads((Path(__file__).parent / "sentences.toml").read_text("utf-8"))
PROPOSALS = load_proposals(CHECKOUT)
ENGLISH = load_content(CHECKOUT).locales["en"]
RULES_OF_KEYS = ("a key that is written by hand", "a number that is written by hand")


def faults(tag: str, text: str) -> list[str]:
    """The faults of a sentence by every rule, in a language as `ivr locale new` begins it."""
    proposed = PROPOSALS.of(tag)
    rate = SpeechRate(unit="words", slowest=1.8, fastest=3.6)
    locale = ENGLISH._replace(
        tag=tag, digits=tuple(proposed.digits), star=proposed.star, pound=proposed.pound, speech_rate=rate, messages={}
    )
    words = WordLists(**{name: getattr(proposed, name) for name in ("press", "keys", "not_keys", "small")})
    return [found for found, _ in broken_rules(Translation("", text, locale, ENGLISH, words, (), {}), page=False)]


@pytest.mark.parametrize("tag", SENTENCES)
def test_natural_sentences_have_no_fault(tag: str) -> None:
    natural = SENTENCES[tag]["natural"]
    assert len(natural) == 30
    told = {text: found for text in natural if (found := faults(tag, text)) and "…" not in text}
    assert told == {}


@pytest.mark.parametrize("tag", SENTENCES)
def test_key_or_number_by_hand_is_found(tag: str) -> None:
    by_hand = SENTENCES[tag]["by_hand"]
    assert len(by_hand) == 5
    missed = [text for text in by_hand if not any(found.startswith(RULES_OF_KEYS) for found in faults(tag, text))]
    assert missed == []


SPANISH = PROPOSALS.of("es")
KEYS = KeyWords(tuple(SPANISH.digits), (*SPANISH.digits, "asterisco", "numeral"))
WORDS = WordLists(press=["oprima", "marque"], small=["un", "unos", "para"], not_keys=["dos veces"])


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("Oprima cero.", "Oprima cero"),
        ("Oprima … «ocho».", "Oprima «ocho"),
        ("Para volver, oprima asterisco.", "oprima asterisco"),
        ("Oprima \n.", ""),
        ("Oprima \n u ocho.", ""),
        ("Oprima dos veces la tecla.", ""),
        ("Oprima unos segundos la tecla.", ""),
        ("No oprima nuevamente.", ""),
        ("Son ocho, y no oprima más.", ""),
    ],
)
def test_key_is_found_right_after_the_verb_only(text: str, key: str) -> None:
    assert key_by_hand(text, KEYS, WORDS) == key


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("Llame al nueve uno uno.", "nueve uno uno"),
        ("Es el uno … ocho ocho ocho … tres siete tres.", "uno ocho ocho ocho tres siete tres"),
        ("Es dos, tres, tres, siete, tres, tres.", "dos, tres, tres, siete, tres, tres"),
        ("Dos, tres o cuatro personas.", ""),
        ("Uno uno mismo.", ""),
    ],
)
def test_number_is_found_by_its_digits_in_a_row(text: str, number: str) -> None:
    assert number_by_hand(text, KEYS, WORDS) == number


def test_language_without_words_for_pressing_has_no_key_by_hand() -> None:
    assert key_by_hand("Oprima cero.", KEYS, WordLists()) == ""


def test_other_word_of_a_key_is_found_too() -> None:
    locale = ENGLISH._replace(key_words={"6": "half dozen"})
    translation = Translation("", "Please press half dozen now.", locale, ENGLISH, WordLists(press=["press"]), (), {})
    assert [found for found, _ in broken_rules(translation, page=False)] == [
        "a key that is written by hand, “press half dozen”"
    ]
