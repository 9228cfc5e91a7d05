"""The sound of a <Say> or a <Play>: what a caller hears, and for how many seconds."""

from collections.abc import Callable
from typing import NamedTuple

from ivr.phone.verbs import Say

SpeakingTime = Callable[[str, str], float]
"""A function from a text and its language to the seconds of its words at the voice's own rate, without pauses.

Example: `speaking_time("Press zero.", "en-US")` returns 0.8.
"""


class Recording(NamedTuple):
    """A sound file: its language as Twilio names it ("en-US"), its words, its length in seconds."""

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


def unknown_recording(address: str) -> Recording:
    """The recording at an address whose content is not known: the address in place of words, 0 seconds."""
    return Recording("", f"[{address}]", 0.0)


def hear_say(say: Say, at: float, interruptible: bool, seconds: SpeakingTime) -> Heard:
    """`say` once, beginning at `at` seconds. Its rate changes the seconds of the words, but not those of its pauses."""
    spoken = sum(seconds(piece, say.language) for piece in say.pieces if isinstance(piece, str))
    silent = sum(piece for piece in say.pieces if isinstance(piece, float))
    return Heard(at, say.language, say.voice, say.text, interruptible, spoken / say.rate + silent)


def hear_recording(recording: Recording, at: float, interruptible: bool) -> Heard:
    """A sound file once, beginning at `at` seconds."""
    return Heard(at, recording.language, "recording", recording.text, interruptible, recording.seconds)
