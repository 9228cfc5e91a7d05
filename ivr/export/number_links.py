"""Writes spoken telephone numbers as digits and links: "nine one one" becomes "911", a link that dials.

A number is spoken digit by digit, with pauses, which is hard to read. All other words stay as they are.
"""

import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from ivr.content.facts import LOCAL_DIGITS, Number
from ivr.content.locale import Locale

MIN_TELEPHONE_DIGITS, SERVICE_CODE_DIGITS = 10, 3
"""A number of ten digits or more, or of three (911, 988, 711), is dialled. Others are short codes that get a text."""


class TextSpan(NamedTuple):
    """A piece of a text. A number has the `link` that dials or texts it, such as "tel:911" or "sms:233733"."""

    text: str
    link: str = ""


class NumberLinker:
    """Finds the spoken `numbers` in texts of one language."""

    def __init__(self, locale: Locale, numbers: Mapping[str, Number]) -> None:
        self._spans = {
            without_pauses(locale.digit_groups(number.groups)).lower(): number_span(number)
            for number in numbers.values()
        }
        longest_first = sorted(self._spans, key=len, reverse=True)
        alternatives = "|".join(_with_optional_pauses(words) for words in longest_first)
        self._pattern = re.compile(rf"(?:… )?(?<!\w)({alternatives})(?!\w)", re.IGNORECASE)

    def link(self, text: str) -> tuple[TextSpan, ...]:
        """`text`, with `…` for pauses, in pieces. Example: "Dial nine one one." → "Dial ", "911" (tel:911), "."."""
        return tuple(self._spans_of(re.sub(r"\s+", " ", text)))

    def _spans_of(self, text: str) -> Iterator[TextSpan]:
        end = 0
        for match in self._pattern.finditer(text):
            if before := text[end : match.start()]:
                yield TextSpan(before)
            yield self._spans[without_pauses(match[1]).lower()]
            end = match.end()
        if text[end:]:
            yield TextSpan(text[end:])


def _with_optional_pauses(words: str) -> str:
    """A pattern for `words` that allows a pause between any two of them."""
    return "(?: …)? ".join(map(re.escape, words.split()))


def without_pauses(text: str) -> str:
    """The words alone, without the `…` of pauses, with single blanks between them."""
    return re.sub(r" ([.,;:!?])", r"\1", " ".join(text.replace("…", " ").split()))


def number_span(number: Number) -> TextSpan:
    """A number in digits, with the link that dials it, or texts it if it is a short code."""
    digits = "".join(number.groups)
    if len(digits) >= MIN_TELEPHONE_DIGITS:
        return TextSpan(number.say, f"tel:+{'1' if len(digits) == LOCAL_DIGITS else ''}{digits}")
    return TextSpan(digits, f"tel:{digits}" if len(digits) == SERVICE_CODE_DIGITS else f"sms:{digits}")
