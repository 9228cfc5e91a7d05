"""What a caller hears of a <Say> or a <Play>, and for how long. Keys and the course of a call stay out."""

from collections.abc import Callable
from typing import NamedTuple

from ivr.phone.verbs import Say

Seconds = Callable[[str, str], float]
"""A text and its language, to the seconds that it takes at the voice's own speed, pauses not counted."""


class Recording(NamedTuple):
    """What a sound file holds: its language, its words, its length in seconds."""

    language: str
    text: str
    seconds: float


class Heard(NamedTuple):
    """Something heard: when it began (seconds since the ring), in which language and voice, how long it took.

    `interruptible`: a key would have cut it. A sound file has the voice "recording".
    """

    at: float
    language: str
    voice: str
    text: str
    interruptible: bool
    seconds: float


def speaking_time(text: str, language: str) -> float:
    """Seconds that `text` takes at an easy two and a half words a second."""
    return len(text.split()) / 2.5


def unknown_sound(address: str) -> Recording:
    """A sound file that nobody has described: its address, and no time."""
    return Recording("", f"[{address}]", 0.0)


def said(say: Say, at: float, interruptible: bool, seconds: Seconds) -> Heard:
    """`say` as heard once, beginning at `at`. Its pace stretches the words; pauses stay as written."""
    spoken = sum(seconds(piece, say.language) for piece in say.pieces if isinstance(piece, str))
    silent = sum(piece for piece in say.pieces if isinstance(piece, float))
    return Heard(at, say.language, say.voice, say.text, interruptible, spoken / say.rate + silent)


def played(recording: Recording, at: float, interruptible: bool) -> Heard:
    """A sound file as heard once, beginning at `at`."""
    return Heard(at, recording.language, "recording", recording.text, interruptible, recording.seconds)
