"""The table of limits, in words, seconds and points. `limits` and `call_limits` apply it.

Sources: WCAG 2.2.1 and 36 CFR 1194 App. D (time), W3C COGA (menus), HHS "Plain writing" (sentences), Barrio-Cantalejo
2008 (INFLESZ bands).
"""

from typing import NamedTuple


class Limit(NamedTuple):
    """A limit in English and in the other languages, most of which need more time, and its unit.

    A limit is the most that is allowed, or the least if its unit ends with "at least". Example: `Limit(26, 32, "s")`.
    """

    english: float
    others: float
    unit: str

    def of(self, locale: str) -> float:
        """The limit for a language."""
        return self.english if locale == "en" else self.others


LIMITS = {
    "opening": Limit(21, 21, "s"),
    "opening: another language offered within": Limit(6, 6, "s"),
    "opening: a person offered within": Limit(11, 16, "s"),
    "opening: 911 within": Limit(21, 21, "s"),
    "after the language key: a person offered within": Limit(6, 6, "s"),
    "after the language key: 911 within": Limit(12, 12, "s"),
    "words of a menu": Limit(45, 52, "words"),
    "seconds of a menu": Limit(26, 32, "s"),
    "words of the main menu": Limit(50, 58, "words"),
    "seconds of the main menu": Limit(26, 34, "s"),
    "words of a heading": Limit(3, 6, "words"),
    "words of a choice": Limit(10, 12, "words"),
    "words of a part": Limit(60, 70, "words"),
    "seconds of a part": Limit(30, 38, "s"),
    "seconds of a part in two languages": Limit(40, 40, "s"),
    "connecting sentence": Limit(6.5, 10, "s"),
    "connecting sentence in two languages": Limit(14, 14, "s"),
    "speech that no key stops": Limit(14, 14, "s"),
    "words of a sentence": Limit(20, 24, "words"),
    "mean words of a sentence": Limit(12, 14, "words"),
    "Flesch-Kincaid": Limit(6, 6, "grade, at most"),
    "INFLESZ": Limit(65, 65, "points, at least"),
    "INFLESZ of a safety text": Limit(70, 70, "points, at least"),
    "wait for a choice": Limit(10, 10, "s, at least"),
    "wait before the line acts": Limit(20, 20, "s, at least"),
}
