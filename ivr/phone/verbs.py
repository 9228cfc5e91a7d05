"""The verbs of TwiML, as frozen values. https://www.twilio.com/docs/voice/twiml"""

from dataclasses import dataclass


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
    """A sound file, at an absolute or relative address."""

    address: str


SayOrPlay = Say | Play


@dataclass(frozen=True, slots=True)
class Gather:
    """Speaks the `nested` verbs and waits for one key until `timeout` seconds after the last word.

    Without a key the next verb follows.
    """

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
