"""Writes a spoken prompt to be read: as lines, and with telephone numbers as digits and links.

Each paragraph, and each sentence after which there is a pause, ends a line. A number is spoken digit by digit, with
pauses, which is hard to read: "nine one one" becomes "911", a link that dials. All other words stay as they are.
"""

import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from ivr.content.facts import LOCAL_DIGITS, Number
from ivr.content.locale import Locale
from ivr.content.prompts import RenderedPrompt

MIN_TELEPHONE_DIGITS, SERVICE_CODE_DIGITS = 10, 3
"""A number of ten digits or more, or of three (911, 988, 711), is dialled. Others are short codes that get a text."""
SENTENCE_MARKS = ".!?؟।。！？"
"""The characters that end a sentence, of any script."""
_PUNCTUATION = tuple(f",;:{SENTENCE_MARKS}")


class CaptionLine(NamedTuple):
    """One line, and the key that it offers, "" for none. Example: `CaptionLine("For tea … press one.", "1")`."""

    text: str
    key: str = ""


def caption_lines(prompt: RenderedPrompt) -> Iterator[CaptionLine]:
    """The lines of `prompt`. The line that says the key of a choice has this key."""
    offers = prompt.offers or (None,) * len(prompt.paragraphs)
    for paragraph, offer in zip(prompt.paragraphs, offers, strict=True):
        # Cut behind the first character of the key's word, the paragraph ends in the line with the key.
        line_with_key = len(paragraph_lines(paragraph[: offer.position + 1])) if offer else 0
        for number, line in enumerate(paragraph_lines(paragraph), start=1):
            yield CaptionLine(line, offer.key if offer and number == line_with_key else "")


def paragraph_lines(paragraph: str) -> tuple[str, ...]:
    """The lines of a paragraph, with `…` for a pause inside a sentence.

    Example: "For tea … press one. … For fruit … press two." becomes "For tea … press one." and "For fruit … press two."
    """
    lines = list[str]()
    for segment in filter(None, map(str.strip, paragraph.split("…"))):
        if not lines or lines[-1][-1] in SENTENCE_MARKS:
            lines.append(segment)
        else:
            lines[-1] += segment if segment.startswith(_PUNCTUATION) else f" … {segment}"
    return tuple(lines)


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
