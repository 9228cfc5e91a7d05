"""Finds keys and telephone numbers that a translator has written by hand. Placeholders alone say keys and numbers.

A key is the word of a key (`digits`, `star` and `pound` of locale.toml) where the language says that a key is pressed
(`press` of words.toml): right after the verb, or at the … of a phrase such as "… basın". So the commonest words of many
languages, which are words of digits too (French un, Vietnamese không), are not keys elsewhere.
"""

from collections.abc import Sequence
from functools import cache
from itertools import pairwise
from typing import NamedTuple

import regex

from ivr.content.wordlists import END, NO_SPACES, START, Words, phrase_pattern, plain_words, word_start

BETWEEN = r"[\s:«“\"'‘’„「]*"
"""Signs that can be between a verb and a key."""
MIN_SUFFIXED = 3
"""A word of so many letters is a key with a suffix too, as in Turkish (sıfır, sıfıra)."""
SUFFIX = r"(?:['’]?[\p{L}\p{M}]{1,3})?"
LONG_NUMBER, SHORT_NUMBER = 6, 3
"""Words of digits in a row that are a number: six, or three of which two neighbours are equal (911, 988)."""


class KeyWords(NamedTuple):
    """The words for the keys of a language: ten `digits`, and `all` of them with star, pound and other forms."""

    digits: tuple[str, ...]
    all: tuple[str, ...]


def key_by_hand(text: str, keys: KeyWords, words: Words) -> str:
    """The first key that `text` says, with its verb: "oprima cero"; "" without one.

    `text` is a message with a line break in place of each placeholder.
    """
    plain = _without(text, words.not_keys)
    for phrase in words.press:
        for match in _pressed(phrase, keys.all).finditer(plain):
            if not _is_article(match, plain, keys, words):
                return match[0].strip()
    return ""


def number_by_hand(text: str, keys: KeyWords, words: Words) -> str:
    """The first number that `text` says digit by digit: "nueve uno uno"; "" without one."""
    for match in _digits_in_a_row(keys.digits).finditer(_without(text, words.not_keys)):
        said = match.captures("digit")
        repeated = any(left == right for left, right in pairwise(said))
        if len(said) >= (SHORT_NUMBER if repeated else LONG_NUMBER):
            return match[0].strip()
    return ""


def _without(text: str, phrases: Sequence[str]) -> str:
    """The lines of `text` in `plain_words`, with a line break in place of each of `phrases`."""
    plain = "\n".join(map(plain_words, text.split("\n")))
    for phrase in phrases:
        plain = phrase_pattern(phrase).sub("\n", plain)
    return plain


@cache
def _pressed(phrase: str, keys: tuple[str, ...]) -> "regex.Pattern[str]":
    """Finds a key that is pressed. The groups `key` and `suffix` are its word."""
    before, _, after = (plain_words(side).strip() for side in phrase.partition("…"))
    key = "|".join(_key(word) for word in sorted(keys, key=len, reverse=True))
    left = word_start(before) + regex.escape(before, special_only=True) if before else ""
    right = BETWEEN + regex.escape(after, special_only=True) + _end(after) if after else ""
    return regex.compile(rf"{left}{BETWEEN}(?:{key}){right}", regex.IGNORECASE)


def _key(word: str) -> str:
    """The pattern of a key's word, with a suffix if the word is long, and with joined words in front of it."""
    suffix = SUFFIX if len(word) >= MIN_SUFFIXED and not NO_SPACES.match(word) else ""
    return f"{word_start(word)}(?P<key>{regex.escape(word, special_only=True)})(?P<suffix>{suffix}){_end(word)}"


def _end(word: str) -> str:
    return "" if NO_SPACES.match(word[-1]) else END


@cache
def _digits_in_a_row(digits: tuple[str, ...]) -> "regex.Pattern[str]":
    digit = "|".join(regex.escape(word, special_only=True) for word in sorted(digits, key=len, reverse=True))
    start, end = ("", "") if NO_SPACES.match(digits[0]) else (START, END)
    last = f"{start}(?P<digit>{digit}){SUFFIX if end else ''}{end}"
    return regex.compile(
        rf"(?:{start}(?P<digit>{digit}){end}[ ,、，-]*){{{SHORT_NUMBER - 1},}}{last}", regex.IGNORECASE
    )


def _is_article(match: "regex.Match[str]", text: str, keys: KeyWords, words: Words) -> bool:
    """Whether the word is an article here, as in French "appuyez sur un bouton", Spanish "oprima unos segundos".

    It can be one only if the language lists it in `small`; the word for key 1, only in front of a word that is not.
    """
    small, word = {word.lower() for word in words.small}, (match["key"] + match["suffix"]).lower()
    if word not in small or match["suffix"] or word != keys.digits[1].lower():
        return word in small and match["suffix"] != ""
    following = regex.match(r" ([\p{L}\p{M}]+)", text[match.end("key") :])
    return following is not None and following[1].lower() not in small and match.end() == match.end("key")
