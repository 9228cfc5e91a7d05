"""A virtual telephone (`ivr.phone`) for a compiled line. It knows the seconds of the line's texts and recordings."""

from collections.abc import Callable

from ivr.call.urls import RING, address_in
from ivr.line.line import Line
from ivr.phone.caller import Caller, Post
from ivr.phone.verbs import PlayedSound, SpeakingTime, unknown_sound
from ivr.phone.webhook_form import FORM, Fields
from ivr.speech import timing

UNKNOWN_LANGUAGE = timing.SpeechRate("words", 2.3, 3.2)
"""The speech rate of English, for a language that the line does not have."""


def new_caller(line: Line, ring: str = "", post: Post | None = None, form: Fields = FORM) -> Caller:
    """A telephone for `line` in this process that has not rung yet; its requests are not signed.

    `ring` is the URL of the first request, by default that of a new call. With `post`, which sends the requests,
    another line answers, and `line` only gives the seconds.
    """
    ring = ring or line.options.public_url + RING
    return Caller(post or in_process(line), ring, form, _speaking_time(line), _sound_at(line))


def in_process(line: Line) -> Post:
    """Returns the function that sends a telephone's requests to `line` in this process, unsigned."""
    return lambda url, form: line.respond(address_in(line.options.public_url, url), form).body


def _speaking_time(line: Line) -> SpeakingTime:
    """Returns a function from a text and its language ("en-US") to an upper estimate in seconds, without pauses."""
    rates = {locale.language: locale.speech_rate for locale in reversed(tuple(line.content.locales.values()))}
    return lambda text, language: timing.longest_seconds(text, rates.get(language, UNKNOWN_LANGUAGE))


def _sound_at(line: Line) -> Callable[[str], PlayedSound]:
    """Returns a function from the URL of a sound file, on any host, to its language, words and seconds."""
    sounds = {
        file: PlayedSound(locale.language, row.reads, seconds)
        for locale in line.content.locales.values()
        for row in locale.recordings.rows
        for file, seconds in ((row.sound.file, row.sound.seconds), (row.sound.slow, row.sound.slow_seconds))
    }
    return lambda url: sounds.get(url.rpartition("/")[2]) or unknown_sound(url)
