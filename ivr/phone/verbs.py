"""The verbs a telephone can be told, as frozen values without behaviour. XML and the call itself stay out."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Say:
    """Words in a voice: `pieces` are words and pauses (seconds) in order, `rate` 1.0 is the voice's own.

    `text` is the words alone. `language` and `voice` are empty where the document leaves them to the account.
    """

    text: str
    language: str
    voice: str
    pieces: tuple[str | float, ...]
    rate: float = 1.0
    loop: int = 1


@dataclass(frozen=True, slots=True)
class Play:
    """A sound file, at an absolute or relative address."""

    address: str
    loop: int = 1


SayOrPlay = Say | Play


@dataclass(frozen=True, slots=True)
class Gather:
    """The line listens for keys while it speaks and `timeout` seconds longer. `num_digits` None is no limit.

    `asks_on_silence`: silence is sent to `action` too, instead of going on with the next verb.
    """

    action: str
    method: str
    timeout: int
    num_digits: int | None
    finish_on_key: str
    spoken: tuple[SayOrPlay, ...]
    asks_on_silence: bool = False


@dataclass(frozen=True, slots=True)
class Dial:
    """A second call, rung for `timeout` seconds. `caller_id` None shows the caller's own number."""

    number: str
    action: str | None
    timeout: int
    caller_id: str | None
    method: str = "POST"


@dataclass(frozen=True, slots=True)
class Redirect:
    """Go on with the document at `address`."""

    address: str
    method: str = "POST"


@dataclass(frozen=True, slots=True)
class Hangup:
    """End the call."""


Verb = Say | Play | Gather | Dial | Redirect | Hangup
