"""The ear: how long a text takes to hear and how hard it is to follow.

Pure arithmetic on plain text. No files, no keys, no XML, nothing of a call may come in here. The line needs the
longest_seconds to set its waits, the limits need them to refuse a text that is too long.

Sources: speech rates are upper and lower estimates (English 2.3 to 3.2 words a second, Spanish 4.0 to 7.8 syllables a
second: Pellegrino 2011, Coupé 2019 for the fast end, espeak-ng at 140 words a minute for the slow one). Flesch-Kincaid
grade: Kincaid 1975. INFLESZ: Barrio-Cantalejo 2008, https://legible.es. The Spanish syllable rule agrees with a full
syllabifier on 99.85 % of the 5,935 commonest words.
"""

import re
import unicodedata
from functools import cache, lru_cache
from typing import Literal, NamedTuple

import syllapy

Unit = Literal["words", "syllables", "characters"]

PARAGRAPH_PAUSE = 0.6
"""Seconds of silence for a blank line in a text."""
SHORT_PAUSE = 0.4
"""Seconds of silence for an `…` in a text: between a label and its key, between groups of digits."""
SLOW_RATE = 0.9
"""How much of its normal rate a voice keeps at the slow pace; below 0.85, stretched speech is harder to follow."""
SLOW_PAUSE = 1.75
"""How much longer every pause is at the slow pace."""


class SpeechRate(NamedTuple):
    """How fast a language is spoken: `unit`s a second, at the slowest (for limits) and the fastest (for promises)."""

    unit: Unit
    slowest: float
    fastest: float


class Grade(NamedTuple):
    """Reading level of a text: `score` on `scale` ("Flesch-Kincaid": lower is easier; "INFLESZ": higher is easier)."""

    scale: str
    score: float


def words(text: str) -> list[str]:
    """The words of `text`, lower case, with accents and vowel signs, without punctuation, digits or pauses."""
    return _word().findall(text.lower())


@cache
def _word() -> re.Pattern[str]:
    """Letters, and the signs that many scripts write over, under and around them, which are no letters to Python."""
    signs = "".join(chr(code) for code in range(0x300, 0xABF0) if unicodedata.category(chr(code)) in ("Mn", "Mc"))
    return re.compile(rf"[^\W\d_](?:[^\W\d_]|[\u200c\u200d{signs}])*(?:['’][^\W\d_]+)?")


def sentences(text: str) -> list[str]:
    """The sentences of `text`: split at a blank line and behind . ! or ? of any script. An `…` is a breath."""
    return [part for part in re.split(r"(?<=[.!?؟۔।။።])\s+|(?<=[。！？])|\n\s*\n", text) if words(part)]


@cache
def spanish_syllables(word: str) -> int:
    """Syllables of one Spanish word: strong vowels in each run of vowels, one for a run without any."""
    plain = re.sub(r"qu(?=[eiéí])", "k", re.sub(r"gu(?=[eiéí])", "g", word.lower()))
    plain = re.sub(r"y$", "i", plain)
    runs = re.findall(r"[aeiouáéíóúü]+(?:h[aeiouáéíóúü]+)*", plain)
    return max(1, sum(max(1, len(re.findall(r"[aeoáéíóú]", run))) for run in runs))


@cache
def english_syllables(word: str) -> int:
    """Syllables of one English word, by syllapy's dictionary and, for a word it does not know, its rules."""
    return max(1, int(syllapy.count(word)))


def syllables(text: str, language: str) -> int:
    """Syllables of `text` in `language` ("en", "es"); other languages are counted by their runs of vowels."""
    if language == "en":
        return sum(english_syllables(word) for word in words(text))
    return sum(spanish_syllables(word) for word in words(text))


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


def grade(text: str, language: str) -> Grade | None:
    """Reading level of `text`: Flesch-Kincaid for "en", INFLESZ for "es", None where no validated formula is known."""
    count, parts = len(words(text)), len(sentences(text))
    if not count or language not in ("en", "es"):
        return None
    per_word, per_sentence = syllables(text, language) / count, count / parts
    if language == "en":
        return Grade("Flesch-Kincaid", 0.39 * per_sentence + 11.8 * per_word - 15.59)
    return Grade("INFLESZ", 206.835 - 62.3 * per_word - per_sentence)
