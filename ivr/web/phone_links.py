"""What is spoken, as it is written: the same words, but telephone numbers in digits, as links that dial or text them.

A number is spoken digit by digit, with pauses, which nobody can read. Nothing else is changed, no word is made here.
"""

import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from ivr.content.facts import Number
from ivr.content.locale import Locale

SHORTEST_TELEPHONE, EMERGENCY_LIKE = 10, 3
"""Digits: from ten on it is a telephone, three (911, 988, 711) are dialled too, what lies between is texted."""


class TextSpan(NamedTuple):
    """A stretch of text. `link` is what it dials or texts (`tel:…`, `sms:…`) where it is a number, else empty."""

    text: str
    link: str = ""


class NumberLinker:
    """Writes down what a language speaks."""

    def __init__(self, locale: Locale, numbers: Mapping[str, Number]) -> None:
        self._numbers = {
            plain(locale.digit_groups(one.groups)).lower(): written_number(one) for one in numbers.values()
        }
        longest_first = sorted(self._numbers, key=len, reverse=True)
        spoken = "|".join(_with_breaths(words) for words in longest_first)
        self._pattern = re.compile(rf"(?:… )?(?<!\w)({spoken})(?!\w)", re.IGNORECASE)

    def write(self, text: str) -> tuple[TextSpan, ...]:
        """`text`, spoken words with the marks of a breath, in stretches. A number needs no breath before it."""
        return tuple(self._stretches(" ".join(text.split())))

    def _stretches(self, text: str) -> Iterator[TextSpan]:
        end = 0
        for found in self._pattern.finditer(text):
            if before := text[end : found.start()]:
                yield TextSpan(before)
            yield self._numbers[plain(found[1]).lower()]
            end = found.end()
        if text[end:]:
            yield TextSpan(text[end:])


def _with_breaths(words: str) -> str:
    """A pattern for `words`, with a breath between any two of them or none."""
    return "(?: …)? ".join(map(re.escape, words.split()))


def plain(text: str) -> str:
    """The words alone: without the marks of a breath, single blanks between them."""
    return re.sub(r" ([.,;:!?])", r"\1", " ".join(text.replace("…", " ").split()))


def written_number(number: Number) -> TextSpan:
    """A number in digits, and the link that dials it, or texts it where it is a short code."""
    digits = "".join(number.groups)
    if len(digits) >= SHORTEST_TELEPHONE:
        return TextSpan(number.say, f"tel:+{digits}")
    return TextSpan(digits, f"tel:{digits}" if len(digits) == EMERGENCY_LIKE else f"sms:{digits}")
