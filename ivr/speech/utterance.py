"""What a voice is given to say: words and pauses, at one of the two paces."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from ivr.speech.pauses import PARAGRAPH_PAUSE, SHORT_PAUSE, SLOW_PAUSE_FACTOR, SLOW_RATE


class Utterance(NamedTuple):
    """Words and pauses (seconds) in the order in which they are spoken, in a language as Twilio names it.

    Example: `Utterance("en-US", ("To talk now", 0.4, "press zero."))`. `rate` 1.0 is the normal pace.
    """

    language: str
    pieces: tuple[str | float, ...]
    rate: float = 1.0

    @property
    def words(self) -> tuple[str, ...]:
        """The pieces that are words: ("To talk now", "press zero.")."""
        return tuple(piece for piece in self.pieces if isinstance(piece, str))


def utterance_of(language: str, paragraphs: Sequence[str], slow: bool = False) -> Utterance:
    """The words of `paragraphs`, with a pause at each … and between paragraphs.

    Example: `utterance_of("en-US", ["For tea … press one."])` has the pieces ("For tea", 0.4, "press one.").
    """
    factor, rate = (SLOW_PAUSE_FACTOR, SLOW_RATE) if slow else (1.0, 1.0)
    pauses = {"…": round(SHORT_PAUSE * factor, 3), "\n": round(PARAGRAPH_PAUSE * factor, 3)}
    return Utterance(language, tuple(_pieces("\n".join(paragraphs), pauses)), rate)


def _pieces(text: str, pauses: Mapping[str, float]) -> Iterator[str | float]:
    for piece in re.split("([…\n])", text):
        if piece in pauses:
            yield pauses[piece]
        elif piece.strip():
            yield piece.strip()
