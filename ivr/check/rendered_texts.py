"""The table of limits, and the texts of a line as `limits` and `call_limits` measure them.

Sources: WCAG 2.2.1 and 36 CFR 1194 App. D (time), W3C COGA (menus), HHS "Plain writing" (sentences), Barrio-Cantalejo
2008 (INFLESZ bands).
"""

from collections.abc import Iterator
from typing import NamedTuple

from ivr.call.playlist import named_keys
from ivr.content.prompts import RenderedPrompt
from ivr.errors import Fault
from ivr.line.line import Line


class Limit(NamedTuple):
    """A limit in English and in the other languages, most of which need more time, and its unit: `Limit(26, 32, "s")`.

    A limit is the most that is allowed, or the least if its unit ends with "at least".
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


class RenderedText(NamedTuple):
    """A text by its name, in one language, with its prompts, one for each part, where these are measured.

    `path` is a shortest path to it ("ring 2 1"), "" for a shared text.
    """

    name: str
    locale: str
    path: str
    parts: tuple[RenderedPrompt, ...] = ()

    @property
    def words(self) -> str:
        """The words of all parts."""
        return "\n\n".join(part.words for part in self.parts)

    def fault(self, found: str, remedy: str, english: str = "") -> Fault:
        """A fault of this text, or of its message `english`."""
        return Fault(f"{self.name} ({self.locale})", found, remedy, self.path, self.locale, self.name, english)


def rendered_texts(line: Line) -> Iterator[RenderedText]:
    """Every text in every offered language in which it is whole."""
    prompts, paths = line.content.prompts, paths_to_texts(line)
    for locale in line.flow.offered:
        for name in prompts.templates:
            parts = prompts.parts(name, locale, named_keys(line.flow, name))
            if parts[0].locale == locale:
                yield RenderedText(name, locale, paths.get((name, locale), ""), parts)


def paths_to_texts(line: Line) -> dict[tuple[str, str], str]:
    """A shortest path to each node in each language: {("apples", "es"): "ring 8 2 1"}."""
    paths: dict[tuple[str, str], str] = {}
    for place, path in line.paths.items():
        paths.setdefault((place.node, place.locale), path)
    return paths


def _rounded_above(measured: float, limit: float) -> str:
    """`measured` with one decimal at most, or as many as show that it exceeds the limit: "25.004" for 25."""
    rounded = (round(measured, digits) for digits in range(1, 12))
    return f"{next((number for number in rounded if number > limit), measured):.12g}"


def limit_fault(
    line: Line, text: RenderedText, limit: str, measured: float, subject: str = "", english: str = ""
) -> Fault | None:
    """The fault if `measured` exceeds `limit`. `subject` names the measured part, `english` its first message."""
    most, unit = LIMITS[limit].of(text.locale), LIMITS[limit].unit
    if measured <= most or (unit == "words" and not line.content.locales[text.locale].word_limits):
        return None
    found = f"{subject or limit}: {_rounded_above(measured, most)}, the limit is {most:g} {unit}"
    remedy = "Shorten it, or part it in two." if text.locale == line.flow.source_language else "Shorten it."
    return text.fault(found, remedy, english)
