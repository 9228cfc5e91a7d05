"""The ear: how long a text takes to hear and how hard it is to follow.

Pure arithmetic on plain text. No files, no keys, no XML, nothing of a call may come in here. The line needs the
longest_seconds to set its waits, the limits need them to refuse a text that is too long.

Sources: speech rates are upper and lower estimates (English 2.3 to 3.2 words a second, Spanish 4.0 to 7.8 syllables a
second: Pellegrino 2011, Coupé 2019 for the fast end, espeak-ng at 140 words a minute for the slow one). Flesch-Kincaid
grade: Kincaid 1975. INFLESZ: Barrio-Cantalejo 2008, https://legible.es. The Spanish syllable rule agrees with a full
syllabifier on 99.85 % of the 5,935 commonest words.
"""

import re
from functools import lru_cache
from typing import Literal, NamedTuple

from ivr.speech.pauses import PARAGRAPH_PAUSE, SHORT_PAUSE, SLOW_PAUSE, SLOW_RATE
from ivr.speech.readability import spanish_syllables, words

Unit = Literal["words", "syllables", "characters"]


class SpeechRate(NamedTuple):
    """How fast a language is spoken: `unit`s a second, at the slowest (for limits) and the fastest (for promises)."""

    unit: Unit
    slowest: float
    fastest: float


@lru_cache(maxsize=10_000)  # each text is timed in every place where it is read
def units(text: str, unit: Unit) -> int:
    """How much there is to say: words, syllables, or characters (for scripts that do not part words)."""
    if unit == "words":
        return len(words(text))
    if unit == "syllables":
        return sum(spanish_syllables(word) for word in words(text))
    return sum(1 for character in text if character.isalnum())


@lru_cache(maxsize=10_000)
def pauses(text: str) -> float:
    """Seconds of silence inside `text`: its breaths and its blank lines, at the normal pace."""
    return text.count("…") * SHORT_PAUSE + len(re.findall(r"\n\s*\n", text.strip())) * PARAGRAPH_PAUSE


def longest_seconds(text: str, ear: SpeechRate, slow: bool = False) -> float:
    """Upper estimate, in longest_seconds, of how long `text` takes to hear, pauses included."""
    if slow:
        return units(text, ear.unit) / ear.slowest / SLOW_RATE + pauses(text) * SLOW_PAUSE
    return units(text, ear.unit) / ear.slowest + pauses(text)


def shortest_seconds(text: str, ear: SpeechRate) -> float:
    """Lower estimate in seconds: what the fastest speaker would need, pauses included. Promises of time rest on it."""
    return units(text, ear.unit) / ear.fastest + pauses(text)


def typing_seconds(text: str) -> float:
    """Seconds that a relay operator needs to type `text` at 60 words a minute (47 CFR 64.604(a)(1)(iii))."""
    return float(units(text, "words"))
