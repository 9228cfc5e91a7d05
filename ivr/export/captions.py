"""Writes a prompt as lines to read: a pause at the end of a sentence begins a new line."""

from collections.abc import Iterator, Sequence

_PUNCTUATION = tuple(".,;:!?")


def caption_lines(paragraphs: Sequence[str]) -> tuple[str, ...]:
    """The lines of `paragraphs`, with `…` for a pause inside a sentence.

    Example: ("For tea … press one. … For fruit … press two.",) becomes "For tea … press one." and "For fruit … press
    two."
    """
    lines = list[str]()
    for stretch in _stretches(paragraphs):
        if not lines or lines[-1].endswith((".", "!", "?")):
            lines.append(stretch)
        else:
            lines[-1] += stretch if stretch.startswith(_PUNCTUATION) else f" … {stretch}"
    return tuple(lines)


def _stretches(paragraphs: Sequence[str]) -> Iterator[str]:
    """The words between two pauses."""
    for paragraph in paragraphs:
        yield from filter(None, map(str.strip, paragraph.split("…")))
