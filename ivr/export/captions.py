"""Writes a prompt as lines to read: a paragraph, and a pause at the end of a sentence, begin a new line."""

from collections.abc import Iterator
from typing import NamedTuple

from ivr.content.prompts import RenderedPrompt

_PUNCTUATION = tuple(".,;:!?")


class CaptionLine(NamedTuple):
    """One line, and the key that it offers, "" for none: `CaptionLine("For tea … press one.", "1")`."""

    text: str
    key: str = ""


def caption_lines(prompt: RenderedPrompt) -> Iterator[CaptionLine]:
    """The lines of `prompt`. In a paragraph that offers a key, the line that says the key offers it."""
    offers = prompt.offers or (None,) * len(prompt.paragraphs)
    for paragraph, offer in zip(prompt.paragraphs, offers, strict=True):
        offering = len(lines_of(paragraph[: offer.position + 1])) if offer else 0
        for number, line in enumerate(lines_of(paragraph), start=1):
            yield CaptionLine(line, offer.key if offer and number == offering else "")


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
