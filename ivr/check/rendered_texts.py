"""The texts of a line as the limits measure them: all parts of a text in one language, and the keys that lead there."""

from collections.abc import Iterator
from dataclasses import dataclass

from ivr.call.playlist import named_keys
from ivr.check.limit_table import LIMITS
from ivr.content.prompts import RenderedPrompt
from ivr.errors import Fault
from ivr.line.line import Line


@dataclass(frozen=True)
class TextInLanguage:
    """A text by its name, in one language. `path` is a shortest path to it ("ring 2 1"), "" for a shared text."""

    name: str
    locale: str
    path: str = ""

    def fault(self, found: str, remedy: str, english: str = "") -> Fault:
        """A fault of this text, or of its message `english`."""
        return Fault(f"{self.name} ({self.locale})", found, remedy, self.path, self.locale, self.name, english)


@dataclass(frozen=True)
class RenderedText(TextInLanguage):
    """A text in one language with its prompts, one for each part."""

    parts: tuple[RenderedPrompt, ...] = ()

    @property
    def words(self) -> str:
        """The words of all parts."""
        return "\n\n".join(part.words for part in self.parts)


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
    return next(f"{round(measured, digits):.12g}" for digits in range(1, 12) if round(measured, digits) > limit)


def limit_fault(
    line: Line, text: TextInLanguage, limit: str, measured: float, subject: str = "", english: str = ""
) -> Fault | None:
    """The fault if `measured` exceeds the limit named `limit`, else None.

    `subject` names the measured part of the text, if any, and `english` the message at which it begins.
    """
    most, unit = LIMITS[limit].of(text.locale), LIMITS[limit].unit
    if measured <= most or (unit == "words" and not line.content.locales[text.locale].word_limits):
        return None
    found = f"{subject or limit}: {_rounded_above(measured, most)}, the limit is {most:g} {unit}"
    remedy = "Shorten it, or part it in two." if text.locale == line.flow.source_language else "Shorten it."
    return text.fault(found, remedy, english)
