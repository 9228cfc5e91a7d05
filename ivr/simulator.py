"""A telephone for the terminal, connected: to the line in this process, or, signed, to one that runs elsewhere."""

import sys
import urllib.error
import urllib.request
from collections.abc import Callable, Sequence
from functools import partial
from http.client import HTTPException
from urllib.parse import urlencode

from ivr import signature
from ivr.call.urls import RING
from ivr.errors import BadSettings, LineError
from ivr.line.line import Form, Line
from ivr.phone import stories, terminal
from ivr.phone.caller import Caller, Impossible
from ivr.phone.parser import Refused
from ivr.phone.playback import Recording, unknown_sound
from ivr.settings import Settings, plain_url
from ivr.speech import timing

PATIENCE = 15
"""Seconds that Twilio waits for an answer: https://www.twilio.com/docs/api/errors/11205."""


class CallFailed(LineError):
    """The call cannot be made or went wrong: a sentence for the person at the keyboard."""


def caller(settings: Settings, url: str | None) -> Caller:
    """A telephone that has not rung yet, on the line in this process or, with `url`, on a running one."""
    line = Line(settings.ivr_content, settings.options)
    timing = partial(seconds, line)
    if url is None:
        return Caller(in_process(line), settings.public_url + RING, seconds=timing, recordings=recordings(line))
    try:
        url = plain_url(url)
    except ValueError:
        raise CallFailed(f"{url}: expected an address such as http://127.0.0.1:8000.") from None
    if not settings.tokens:
        raise BadSettings(
            "TWILIO_AUTH_TOKEN is not set: a running line answers signed requests only. "
            "`make setup` writes one for trying out."
        )
    return Caller(partial(_post, settings, url), url + RING, seconds=timing, recordings=recordings(line))


def in_process(line: Line) -> Callable[[str, Form], bytes]:
    """The cable from a telephone to `line`: no network, no signature."""
    return lambda address, form: line.respond(address.removeprefix(line.options.public_url), form).body


def seconds(line: Line, text: str, language: str) -> float:
    """Upper estimate of how long `text` takes in the language that Twilio calls `language`, pauses not counted."""
    spoken = (locale.ear for locale in line.content.locales.values() if locale.language == language)
    return timing.longest_seconds(text, next(spoken, timing.SpeechRate("words", 2.3, 3.2)))


def recordings(line: Line) -> Callable[[str], Recording]:
    """What a sound file of `line` holds, by its address on any host."""
    known = {
        file: Recording(locale.language, row.reads, seconds)
        for locale in line.content.locales.values()
        for row in locale.recordings.rows
        for file, seconds in ((row.sound.file, row.sound.seconds), (row.sound.slow, row.sound.slow_seconds))
    }
    return lambda address: known.get(address.rpartition("/")[2]) or unknown_sound(address)


def _post(settings: Settings, url: str, address: str, form: Form) -> bytes:
    """One signed request: signed for the public address, sent to `url`, as a tunnel or a proxy would."""
    path = address.removeprefix(settings.public_url).removeprefix(url)
    signed = signature.sign(settings.tokens[0], settings.public_url + path, form)
    headers = {"X-Twilio-Signature": signed, "Content-Type": "application/x-www-form-urlencoded"}
    request = urllib.request.Request(url + path, urlencode(form).encode(), headers, method="POST")
    try:
        with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
            return bytes(answer.read())
    except urllib.error.HTTPError as error:
        error.close()
        raise CallFailed(_refused(url, error.code)) from None
    except (OSError, HTTPException) as error:
        raise CallFailed(
            f"{url} does not answer ({getattr(error, 'reason', error)}). Is the line running? Start it with `make run`."
        ) from None


def _refused(url: str, status: int) -> str:
    if status == 403:
        return f"{url} refuses the signature. Both sides need the same TWILIO_AUTH_TOKEN and the same PUBLIC_URL."
    return f"{url} answers with status {status}; a line answers a signed request with 200."


def talk(one: Caller, keys: Sequence[str] | None, outcome: str, write: Callable[[str], None]) -> None:
    """Make the call: with `keys` given, or by hand. Raises CallFailed where it cannot go on."""
    try:
        if keys is None:
            terminal.converse(one, _typed, write)
        else:
            for line in terminal.play(one, keys, outcome):
                write(line)
    except (Impossible, Refused) as error:
        raise CallFailed(str(error)) from None


def _typed() -> str:
    line = sys.stdin.readline()
    if not line:
        raise EOFError
    return line


def story(one: Caller) -> str:
    """The call that was made, as a story that tests replay."""
    return stories.keep(one)
