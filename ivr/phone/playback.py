"""The sound of a <Say> or a <Play>: what a caller hears, and for how many seconds."""

from collections.abc import Callable
from typing import NamedTuple

from ivr.phone.verbs import Say

SpeakingTime = Callable[[str, str], float]
"""A function from a text and its language to the seconds of its words at the voice's own rate, without pauses.

Example: `speaking_time("Press zero.", "en-US")` returns 0.8.
"""


class PlayedSound(NamedTuple):
    """The sound file of a <Play>: its language as Twilio names it ("en-US"), its words, its length in seconds."""

    language: str
    text: str
    seconds: float


class Heard(NamedTuple):
    """One sound: it began `at` seconds after the ring and took `seconds`, in a language and a voice.

    `interruptible`: a key would have stopped it. The voice of a sound file is "recording".
    """

    at: float
    language: str
    voice: str
    text: str
    interruptible: bool
    seconds: float


def speaking_time(text: str, language: str) -> float:
    """Seconds that `text` takes at two and a half words a second, in any language."""
    return len(text.split()) / 2.5


def unknown_sound(address: str) -> PlayedSound:
    """The sound at an address whose content is not known: the address in place of words, 0 seconds."""
    return PlayedSound("", f"[{address}]", 0.0)


def said_seconds(say: Say, seconds: SpeakingTime) -> float:
    """The seconds of `say`. Its rate changes the seconds of words, but not of pauses."""
    speech = sum(seconds(piece, say.language) for piece in say.pieces if isinstance(piece, str))
    pauses = sum(piece for piece in say.pieces if isinstance(piece, float))
    return speech / say.rate + pauses
