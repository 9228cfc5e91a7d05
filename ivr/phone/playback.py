"""The sound of a <Say> or a <Play>: what a caller hears, and for how many seconds."""

from collections.abc import Callable
from typing import NamedTuple

from ivr.phone.verbs import Say

Seconds = Callable[[str, str], float]
"""(text, language) -> seconds at the voice's own speed, without pauses. Example: ("Press zero.", "en-US")."""


class Recording(NamedTuple):
    """A sound file: its language as Twilio names it, its words, its length in seconds."""

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


def unknown_sound(address: str) -> Recording:
    """A sound file whose content is not known: its address in place of words, 0 seconds."""
    return Recording("", f"[{address}]", 0.0)


def hear_say(say: Say, at: float, interruptible: bool, seconds: Seconds) -> Heard:
    """`say` once, beginning at `at` seconds. Its pace stretches the words; pauses stay as written."""
    spoken = sum(seconds(piece, say.language) for piece in say.pieces if isinstance(piece, str))
    silent = sum(piece for piece in say.pieces if isinstance(piece, float))
    return Heard(at, say.language, say.voice, say.text, interruptible, spoken / say.rate + silent)


def hear_recording(recording: Recording, at: float, interruptible: bool) -> Heard:
    """A sound file once, beginning at `at` seconds."""
    return Heard(at, recording.language, "recording", recording.text, interruptible, recording.seconds)
