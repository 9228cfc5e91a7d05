"""How many seconds a text takes to hear: an upper and a lower estimate.

The limits of texts need the upper estimate: a text must not take longer. The waits of the line need the lower one: a
silent call must not be shorter. The rates: English 2.3 to 3.2 words a second, Spanish 4.0 to 7.8 syllables a second
(Pellegrino 2011; Coupé 2019 for the fast end; espeak-ng at 140 words a minute for the slow end).
"""

import re
from functools import lru_cache
from typing import Literal, NamedTuple

from ivr.speech.pauses import PARAGRAPH_PAUSE, SHORT_PAUSE, SLOW_PAUSE_FACTOR, SLOW_RATE
from ivr.speech.readability import spanish_syllables, words

Unit = Literal["words", "syllables", "characters"]

WORDS_TYPED_A_SECOND = 1.0
"""60 words a minute, which a relay operator must reach: 47 CFR 64.604(a)(1)(iii)."""


class SpeechRate(NamedTuple):
    """How fast a language is spoken: from `slowest` to `fastest`, both in `unit` a second.

    Example: `SpeechRate("words", 2.3, 3.2)` for English: 2.3 to 3.2 words a second.
    """

    unit: Unit
    slowest: float
    fastest: float


@lru_cache(maxsize=10_000)  # the same text is timed in every place that reads it
def units(text: str, unit: Unit) -> int:
    """The length of `text` in words, in syllables, or in characters (for scripts without spaces between words)."""
    if unit == "words":
        return len(words(text))
    if unit == "syllables":
        return sum(spanish_syllables(word) for word in words(text))
    return sum(1 for character in text if character.isalnum())


@lru_cache(maxsize=10_000)
def pause_seconds(text: str) -> float:
    """Seconds of silence inside `text`, for each … and each blank line, at the normal pace."""
    return text.count("…") * SHORT_PAUSE + len(re.findall(r"\n\s*\n", text.strip())) * PARAGRAPH_PAUSE


def longest_seconds(text: str, rate: SpeechRate, slow: bool = False) -> float:
    """Upper estimate in seconds, with pauses: the slowest speaker, at the normal or at the slow pace.

    Example: 23 words of English take 10.0 seconds.
    """
    if slow:
        return units(text, rate.unit) / rate.slowest / SLOW_RATE + pause_seconds(text) * SLOW_PAUSE_FACTOR
    return units(text, rate.unit) / rate.slowest + pause_seconds(text)


def shortest_seconds(text: str, rate: SpeechRate) -> float:
    """Lower estimate in seconds, with pauses: the fastest speaker at the normal pace."""
    return units(text, rate.unit) / rate.fastest + pause_seconds(text)


def typing_seconds(text: str) -> float:
    """Seconds that a relay operator, who types what the line says for a deaf caller, needs for `text`."""
    return units(text, "words") / WORDS_TYPED_A_SECOND
