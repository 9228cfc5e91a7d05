"""Whether the offer of a language names that language: "Para español …", and not "Para inglés …" from the English."""

import unicodedata
from difflib import SequenceMatcher
from typing import Literal

import regex

OFFER = "language"
"""The text that offers a language, in the language itself."""
Mention = Literal["whole", "part", "none"]


def mention_of(name: str, offer: str) -> Mention:
    """How much of the `name` of a language `offer` has: each word, a part as long as half a word (inflected), or none.

    Example: "whole" for ("español", "Para español …"), "part" for ("polski", "Po polsku …"), "none" for ("português",
    "Para inglês …"). A region in brackets does not count.
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
