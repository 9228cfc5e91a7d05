"""The verbs of TwiML, https://www.twilio.com/docs/voice/twiml, and the sounds of a Say and a Play, as frozen values."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple


@dataclass(frozen=True, slots=True)
class Say:
    """Words in a voice. `pieces` are words and pauses (seconds) in order, `rate` 1.0 is the voice's own.

    `text` is the words alone. `language` and `voice` are empty where the document does not set them.
    Example: `Say("Press two.", "en-US", "Polly.Joanna-Neural", ("Press", 0.4, "two."))`.
    """

    text: str
    language: str
    voice: str
    pieces: tuple[str | float, ...]
    rate: float = 1.0


@dataclass(frozen=True, slots=True)
class Play:
    """A sound file, at an absolute or relative URL."""

    url: str


SayOrPlay = Say | Play


@dataclass(frozen=True, slots=True)
class Gather:
    """Speaks the `nested` verbs, then waits `timeout` seconds for one key; without a key the next verb follows."""

    action: str
    timeout: int
    nested: tuple[SayOrPlay, ...]


@dataclass(frozen=True, slots=True)
class Dial:
    """Calls `number` (E.164) for `timeout` seconds. With `caller_id` None it shows the caller's number."""

    number: str
    action: str | None
    timeout: int
    caller_id: str | None


@dataclass(frozen=True, slots=True)
class Hangup:
    """End the call."""


Verb = Say | Play | Gather | Dial | Hangup

SpeakingTime = Callable[[str, str], float]
"""A function from a text and its language, ("Press zero.", "en-US"), to the seconds of its words, without pauses."""


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


def average_speaking_time(text: str, language: str) -> float:
    """Seconds that `text` takes at two and a half words a second, in any language."""
    return len(text.split()) / 2.5


def unknown_sound(url: str) -> PlayedSound:
    """The sound at a URL whose content is not known: the URL in place of words, 0 seconds."""
    return PlayedSound("", f"[{url}]", 0.0)


def said_seconds(say: Say, speaking_time: SpeakingTime) -> float:
    """The seconds of `say`. Its rate changes the seconds of words, but not of pauses."""
    speech = sum(speaking_time(piece, say.language) for piece in say.pieces if isinstance(piece, str))
    pauses = sum(piece for piece in say.pieces if isinstance(piece, float))
    return speech / say.rate + pauses
