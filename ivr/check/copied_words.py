"""Rules about copied words: a translation that is still English, or that is in another language of the line.

Each rule returns the fault as a phrase, "" if there is none (`translation_rules.Rule`).
"""

import re
from collections.abc import Iterator, Sequence

from ivr.check.translation import Translation, same_language
from ivr.content.catalogue import PLACEHOLDER
from ivr.speech import readability

ENGLISH_RUN, OTHER_RUN = 3, 4
"""A run is a number of words in a row. A translation that has a run of this length in common with the English, or with
another translation, is copied."""
SHORT_RUN, SHORT_ENGLISH = 2, 5
"""SHORT_RUN applies in the place of ENGLISH_RUN if the English has at most SHORT_ENGLISH words."""
ENGLISH_WORDS = frozenset(
    ["the", "and", "you", "your", "with", "this", "that", "from", "they", "their", "there", "when", "which"]
)
"""English words that callers' other languages do not have."""


def copied(translation: Translation) -> str:
    """The whole translation is the English."""
    words = readability.words(_without_names(translation, translation.english))
    is_copy = translation.foreign and words and translation.text == translation.english
    return "it is the English, not translated" if is_copy else ""


def still_english(translation: Translation) -> str:
    """Some words of the translation are English."""
    if not translation.foreign or translation.text == translation.english:
        return ""
    text, english = (_without_names(translation, words) for words in (translation.text, translation.english))
    length = SHORT_RUN if len(readability.words(english)) <= SHORT_ENGLISH else ENGLISH_RUN
    run = _shared_run(text, english, length) or _english_word(translation, text)
    return f"it still says “{run}”, as the English does" if run else ""


def _english_word(translation: Translation, text: str) -> str:
    """The first word of ENGLISH_WORDS in a text; "" for none, or if the source language is not English."""
    words = readability.words(text) if translation.source.tag == "en" else []
    return next((word for word in words if word in ENGLISH_WORDS), "")


def other_language(translation: Translation) -> str:
    """Some words of the translation are also in the translation into another language, and not in the English."""
    text, english = (_without_names(translation, words) for words in (translation.text, translation.english))
    for tag, other in translation.others.items():
        run = _shared_run(text, _without_names(translation, other), OTHER_RUN)
        if run and not same_language(tag, translation.tag) and not _shared_run(run, english, OTHER_RUN):
            return f"it says “{run}”, as the translation into {tag} does"
    return ""


def _without_names(translation: Translation, text: str) -> str:
    """`text` with a line break, which ends a run of words, in place of each placeholder and official name."""
    for name in sorted(translation.names, key=len, reverse=True):
        text = re.sub(rf"(?<!\w){re.escape(name)}(?!\w)", "\n", text, flags=re.IGNORECASE)
    return PLACEHOLDER.sub("\n", text)


def _shared_run(text: str, other: str, length: int) -> str:
    """The first `length` words in a row that both texts have; "" if they have none in common."""
    other_runs = set(_runs(other, length))
    return next((" ".join(run) for run in _runs(text, length) if run in other_runs), "")


def _runs(text: str, length: int) -> Iterator[tuple[str, ...]]:
    """Each `length` words in a row in a line of `text`: ("a", "b"), ("b", "c") for "a b c" and 2."""
    for segment in text.split("\n"):
        words: Sequence[str] = readability.words(segment)
        yield from zip(*(words[start:] for start in range(length)), strict=False)
