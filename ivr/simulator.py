"""Connects the virtual telephone (`ivr.phone`) to a compiled line in the same process.

seconds, sounds = speaking_time(line), recordings(line)
caller = Caller(in_process(line), line.options.public_url + RING, seconds=seconds, recordings=sounds)
"""

from collections.abc import Callable

from ivr.call.urls import address_in
from ivr.line.line import Line
from ivr.line.request import Form
from ivr.phone.playback import Recording, SpeakingTime, unknown_recording
from ivr.speech import timing

UNKNOWN_LANGUAGE = timing.SpeechRate("words", 2.3, 3.2)
"""The speech rate of English, for a language that the line does not have."""


def in_process(line: Line) -> Callable[[str, Form], bytes]:
    """Returns the function that sends a telephone's requests to `line` in this process, unsigned."""
    return lambda url, form: line.respond(address_in(line.options.public_url, url), form).body


def speaking_time(line: Line) -> SpeakingTime:
    """Returns a function from a text and Twilio's name of its language to an upper estimate in seconds.

    Pauses are not included: the telephone adds them as the document gives them. Example: `("Press zero.", "en-US")`.
    """
    rates = {locale.language: locale.speech_rate for locale in reversed(tuple(line.content.locales.values()))}
    return lambda text, language: timing.longest_seconds(text, rates.get(language, UNKNOWN_LANGUAGE))


def recordings(line: Line) -> Callable[[str], Recording]:
    """Returns a function from the address of a sound file, on any host, to its language, words and seconds."""
    known = {
        file: Recording(locale.language, row.reads, seconds)
        for locale in line.content.locales.values()
        for row in locale.recordings.rows
        for file, seconds in ((row.sound.file, row.sound.seconds), (row.sound.slow, row.sound.slow_seconds))
    }
    return lambda address: known.get(address.rpartition("/")[2]) or unknown_recording(address)
