"""Writes a prompt as lines to read: each paragraph, and each sentence after which there is a pause, ends a line."""

from collections.abc import Iterator
from typing import NamedTuple

from ivr.content.prompts import RenderedPrompt

_PUNCTUATION = tuple(".,;:!?")


class CaptionLine(NamedTuple):
    """One line, and the key that it offers, "" for none. Example: `CaptionLine("For tea … press one.", "1")`."""

    text: str
    key: str = ""


def caption_lines(prompt: RenderedPrompt) -> Iterator[CaptionLine]:
    """The lines of `prompt`. The line that says the key of a choice has this key."""
    offers = prompt.offers or (None,) * len(prompt.paragraphs)
    for paragraph, offer in zip(prompt.paragraphs, offers, strict=True):
        line_with_key = len(paragraph_lines(paragraph[: offer.position + 1])) if offer else 0
        for number, line in enumerate(paragraph_lines(paragraph), start=1):
            yield CaptionLine(line, offer.key if offer and number == line_with_key else "")


def paragraph_lines(paragraph: str) -> tuple[str, ...]:
    """The lines of a paragraph, with `…` for a pause inside a sentence.

    Example: "For tea … press one. … For fruit … press two." becomes "For tea … press one." and "For fruit … press two."
    """
    lines = list[str]()
    for segment in filter(None, map(str.strip, paragraph.split("…"))):
        if not lines or lines[-1].endswith((".", "!", "?")):
            lines.append(segment)
        else:
            lines[-1] += segment if segment.startswith(_PUNCTUATION) else f" … {segment}"
    return tuple(lines)
