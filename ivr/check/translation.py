"""A translation of one message, with the data that the rules of translations need."""

import unicodedata
from collections.abc import Mapping
from difflib import SequenceMatcher
from typing import Literal, NamedTuple

import regex

from ivr.content.catalogue import PLACEHOLDER
from ivr.content.locale import Locale
from ivr.content.wordlists import WordLists
from ivr.speech import timing

OFFER = "language"
"""The text that offers a language, in the language itself."""
Mention = Literal["whole", "part", "none"]


class Translation(NamedTuple):
    """A message: its English, `translated` into one language, with the data that the rules need.

    - `locale`: its language; `source`: the source language.
    - `word_lists`: those of its language; `names`: the official names of both languages.
    - `others`: the translations of the same message into other languages, by tag.
    - `usual_length`: the median `relative_length` of the translations into this language. Example: 1.2.
    - `text`: the name of its text ("tea").
    - `needed`: its text is one without which a language is withheld, so no sentence of it may be missing.
    """

    english: str
    translated: str
    locale: Locale
    source: Locale
    word_lists: WordLists
    names: tuple[str, ...]
    others: Mapping[str, str]
    usual_length: float = 1.0
    needed: bool = False
    text: str = ""

    @property
    def tag(self) -> str:
        """The tag of its language."""
        return self.locale.tag

    @property
    def without_placeholders(self) -> str:
        """`translated` with a line break in place of each placeholder."""
        return PLACEHOLDER.sub("\n", self.translated)

    @property
    def foreign(self) -> bool:
        """Whether it is in another language than the texts; a regional form ("en-GB") is the same language."""
        return not same_language(self.tag, self.source.tag)

    @property
    def relative_length(self) -> float:
        """Its seconds without pauses, divided by those of the English."""
        return _seconds(self.translated, self.locale) / (_seconds(self.english, self.source) or 1)


def _seconds(text: str, locale: Locale) -> float:
    return timing.units(PLACEHOLDER.sub(" ", text), locale.speech_rate.unit) / locale.speech_rate.slowest


def language_of(tag: str) -> str:
    """The language of a tag without its region: "es" for "es-MX"."""
    return tag.partition("-")[0]


def same_language(tag: str, other: str) -> bool:
    """Whether two tags name the same language, in any region: "es" and "es-MX"."""
    return language_of(tag) == language_of(other)


def mention_of(name: str, offer: str) -> Mention:
    """How much of a language's `name` is in the sentence `offer`; a region in brackets does not count.

    "whole" (each word): ("español", "Para español …"). "part" (half a word at least, because words are inflected):
    ("polski", "Po polsku …"). "none": ("português", "Para inglês …").
    """
    folded_offer = _folded(offer)
    words = regex.findall(r"[\p{L}\p{M}]+", _folded(name.partition("(")[0]))
    if all(word in folded_offer for word in words):
        return "whole"
    for word in words:
        longest_part = SequenceMatcher(None, word, folded_offer, autojunk=False).find_longest_match().size
        if longest_part >= max(2, (len(word) + 1) // 2):
            return "part"
    return "none"


def _folded(text: str) -> str:
    return unicodedata.normalize("NFC", text).casefold()
