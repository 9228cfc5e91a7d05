"""Writes a prompt as lines to read: a paragraph, and a pause at the end of a sentence, begin a new line."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from ivr.content.locale import Locale
from ivr.content.prompts import RenderedPrompt

_PUNCTUATION = tuple(".,;:!?")


class CaptionLine(NamedTuple):
    """One line, and the key that it offers, "" for none: `CaptionLine("For tea … press one.", "1")`."""

    text: str
    key: str = ""


def caption_lines(prompt: RenderedPrompt, locale: Locale) -> Iterator[CaptionLine]:
    """The lines of `prompt`, which is spoken in `locale`.

    In a paragraph that offers a key, the last line with the word of the key offers it.
    """
    offers = dict(prompt.offers)
    for index, paragraph in enumerate(prompt.paragraphs):
        lines, key = lines_of(paragraph), offers.get(index, "")
        word = re.compile(rf"(?<!\w){re.escape(locale.key_word(key))}(?!\w)", re.IGNORECASE) if key else None
        offering = [number for number, line in enumerate(lines) if word and word.search(line)][-1:]
        yield from (CaptionLine(line, key if number in offering else "") for number, line in enumerate(lines))


def lines_of(paragraph: str) -> tuple[str, ...]:
    """The lines of a paragraph, with `…` for a pause inside a sentence.

    Example: "For tea … press one. … For fruit … press two." becomes "For tea … press one." and "For fruit … press two."
    """
    lines = list[str]()
    for stretch in filter(None, map(str.strip, paragraph.split("…"))):
        if not lines or lines[-1].endswith((".", "!", "?")):
            lines.append(stretch)
        else:
            lines[-1] += stretch if stretch.startswith(_PUNCTUATION) else f" … {stretch}"
    return tuple(lines)
