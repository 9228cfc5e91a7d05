"""Finds keys and telephone numbers that a translator has written by hand. Placeholders alone say keys and numbers.

locale.toml has the words of the keys (`digits`, `star`, `pound`), and words.toml the phrases that say that a key is
pressed (`press`), such as "oprima" or "… basın". A word of a key counts as a key only after such a phrase, or in the
place of its …. Elsewhere it may be a common word of the language: French un, Vietnamese không.
"""

from collections.abc import Sequence
from functools import cache
from itertools import pairwise
from typing import NamedTuple

import regex

from ivr.content.wordlists import END, NO_SPACES, START, WordLists, phrase_pattern, plain_words, word_start

BETWEEN = r"[\s:«“\"'‘’„「]*"
"""The signs that can be between a phrase and a key."""
MIN_SUFFIXED = 3
"""The least number of letters of a word that can have a SUFFIX, as in Turkish: "sıfıra" for "sıfır"."""
SUFFIX = r"(?:['’]?[\p{L}\p{M}]{1,3})?"
LONG_NUMBER, SHORT_NUMBER = 6, 3
"""The number of digit words in a row that are a telephone number: LONG_NUMBER, or SHORT_NUMBER if two neighbours are
equal (911, 988)."""


class KeyWords(NamedTuple):
    """The words of the keys of a language.

    - `digits`: ten words, for 0 to 9 in telephone numbers, then those of `key_words`, in which a key has another word.
    - `all`: `digits`, the words for * and #, and other forms of these words.
    """

    digits: tuple[str, ...]
    all: tuple[str, ...]


def key_by_hand(text: str, keys: KeyWords, word_lists: WordLists) -> str:
    """The first key that `text`, which has a line break for each placeholder, says: "oprima cero"; "" without one."""
    plain = _without_phrases(text, word_lists.not_keys)
    for phrase in word_lists.press:
        for match in _pressed_key_pattern(phrase, keys.all).finditer(plain):
            if not _is_article(match, plain, keys, word_lists):
                return match[0].strip()
    return ""


def number_by_hand(text: str, keys: KeyWords, word_lists: WordLists) -> str:
    """The first number that `text` says digit by digit: "nueve uno uno"; "" without one."""
    for match in _digit_run_pattern(keys.digits).finditer(_without_phrases(text, word_lists.not_keys)):
        digits = match.captures("digit")
        repeated = any(left == right for left, right in pairwise(digits))
        if len(digits) >= (SHORT_NUMBER if repeated else LONG_NUMBER):
            return match[0].strip()
    return ""


def _without_phrases(text: str, phrases: Sequence[str]) -> str:
    """The lines of `text` in `plain_words`, with a line break in place of each of `phrases`."""
    plain = "\n".join(map(plain_words, text.split("\n")))
    for phrase in phrases:
        plain = phrase_pattern(phrase).sub("\n", plain)
    return plain


@cache
def _pressed_key_pattern(phrase: str, keys: tuple[str, ...]) -> "regex.Pattern[str]":
    """Finds a key that is pressed. The groups `key` and `suffix` are its word."""
    before, _, after = (plain_words(side).strip() for side in phrase.partition("…"))
    key = "|".join(_key_pattern(word) for word in sorted(keys, key=len, reverse=True))
    left = word_start(before) + regex.escape(before, special_only=True) if before else ""
    right = BETWEEN + regex.escape(after, special_only=True) + _end_pattern(after) if after else ""
    return regex.compile(rf"{left}{BETWEEN}(?:{key}){right}", regex.IGNORECASE)


def _key_pattern(word: str) -> str:
    """The pattern of a key's word, with a suffix if the word is long, and with joined words in front of it."""
    suffix = SUFFIX if len(word) >= MIN_SUFFIXED and not NO_SPACES.match(word) else ""
    return f"{word_start(word)}(?P<key>{regex.escape(word, special_only=True)})(?P<suffix>{suffix}){_end_pattern(word)}"


def _end_pattern(word: str) -> str:
    return "" if NO_SPACES.match(word[-1]) else END


@cache
def _digit_run_pattern(digits: tuple[str, ...]) -> "regex.Pattern[str]":
    digit = "|".join(regex.escape(word, special_only=True) for word in sorted(digits, key=len, reverse=True))
    start, end = ("", "") if NO_SPACES.match(digits[0]) else (START, END)
    last = f"{start}(?P<digit>{digit}){SUFFIX if end else ''}{end}"
    return regex.compile(
        rf"(?:{start}(?P<digit>{digit}){end}[ ,、，-]*){{{SHORT_NUMBER - 1},}}{last}", regex.IGNORECASE
    )


def _is_article(match: "regex.Match[str]", text: str, keys: KeyWords, word_lists: WordLists) -> bool:
    """Whether the word is an article here, as in French "appuyez sur un bouton", Spanish "oprima unos segundos"."""
    small, word = {word.lower() for word in word_lists.small}, (match["key"] + match["suffix"]).lower()
    if word not in small:  # `small` has the articles
        return False
    if match["suffix"]:  # "unos": a word of its own, though it looks like "uno" with a suffix
        return True
    if word != keys.digits[1].lower():  # of the words for keys only that for 1 is an article
        return False
    # an article has its noun behind it: "un bouton", but not "un pour"
    following = regex.match(r" ([\p{L}\p{M}]+)", text[match.end("key") :])
    ends_with_key = match.end() == match.end("key")  # otherwise words of the phrase follow, as in Turkish "bir basın"
    return following is not None and following[1].lower() not in small and ends_with_key
