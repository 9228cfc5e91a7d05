"""Words that were copied: a translation that is English still, or that is in another language of the line."""

import re
from collections.abc import Iterator, Sequence

from ivr.check.translation import Translation, same_language
from ivr.content.catalogue import PLACEHOLDER
from ivr.speech import readability

ENGLISH_RUN, OTHER_RUN = 3, 4
"""A translation must not have so many words in a row in common with the English, or with another translation."""
SHORT_RUN, SHORT_ENGLISH = 2, 5
"""The same for an English text of so many words at most."""
ENGLISH_WORDS = frozenset(
    ["the", "and", "you", "your", "with", "this", "that", "from", "they", "their", "there", "when", "which"]
)
"""Words of English that are words of no other language that callers of this line are likely to speak."""


def copied(translation: Translation) -> str:
    words = readability.words(_plain(translation, translation.english))
    return (
        "it is the English, not translated"
        if translation.foreign and words and translation.text == translation.english
        else ""
    )


def still_english(translation: Translation) -> str:
    if not translation.foreign or translation.text == translation.english:
        return ""
    text, english = (_plain(translation, words) for words in (translation.text, translation.english))
    length = SHORT_RUN if len(readability.words(english)) <= SHORT_ENGLISH else ENGLISH_RUN
    run = _shared_run(text, english, length) or _english_word(translation, text)
    return f"it still says “{run}”, as the English does" if run else ""


def _english_word(translation: Translation, text: str) -> str:
    """The first word of ENGLISH_WORDS in a text; "" for none, or if the source language is not English."""
    words = readability.words(text) if translation.source.tag == "en" else []
    return next((word for word in words if word in ENGLISH_WORDS), "")


def other_language(translation: Translation) -> str:
    for tag, other in translation.others.items():
        if not same_language(tag, translation.tag):
            run = _shared_run(_plain(translation, translation.text), _plain(translation, other), OTHER_RUN)
            if run and not _shared_run(run, _plain(translation, translation.english), OTHER_RUN):
                return f"it says “{run}”, as the translation into {tag} does"
    return ""


def _plain(translation: Translation, text: str) -> str:
    """`text` with a line break in place of each placeholder and official name: it ends a run of words."""
    for name in sorted(translation.names, key=len, reverse=True):
        text = re.sub(rf"(?<!\w){re.escape(name)}(?!\w)", "\n", text, flags=re.IGNORECASE)
    return PLACEHOLDER.sub("\n", text)


def _shared_run(text: str, other: str, length: int) -> str:
    """The first `length` words in a row that both texts have; "" if they have no such words."""
    known = set(_runs(other, length))
    return next((" ".join(run) for run in _runs(text, length) if run in known), "")


def _runs(text: str, length: int) -> Iterator[tuple[str, ...]]:
    for segment in text.split("\n"):
        words: Sequence[str] = readability.words(segment)
        yield from zip(*(words[start:] for start in range(length)), strict=False)
