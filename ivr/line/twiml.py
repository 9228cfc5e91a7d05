"""TwiML: prompts, waits and dials as bytes. This is the only file that writes XML.

A fragment is one or more top-level verbs, for example

    <Gather action="https://…/call/en/main" …><Say voice="…">…</Say></Gather>

and a document is `HEAD`, fragments, `TAIL`. The verbs are Response, Say, Play, Gather, Dial, Number and Hangup of
https://www.twilio.com/docs/voice/twiml.

Twilio's own builder writes every tag. It is slow, and the same prompt is part of many fragments, so what it writes is
cached. A segment is the words between two pauses (`…`) of a paragraph.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from html import escape
from typing import NamedTuple
from xml.etree import ElementTree

from twilio.twiml import TwiML
from twilio.twiml.voice_response import Dial, Gather, Hangup, Play, Say, SsmlBreak, SsmlProsody

from ivr.call.state import Pace
from ivr.content.locale import Locale
from ivr.content.prompts import RenderedPrompt
from ivr.speech.pauses import PARAGRAPH_PAUSE, SHORT_PAUSE, SLOW_PAUSE_FACTOR, SLOW_RATE

HEAD = b'<?xml version="1.0" encoding="UTF-8"?><Response>'
TAIL = b"</Response>"
PAUSE_AFTER_KEY = 0.5
"""Seconds of silence before speech that follows a key: the caller moves the phone from the eyes back to the ear."""
DIAL_TIMEOUT = 45
"""Seconds that the hotline may ring; Twilio adds about five (https://www.twilio.com/docs/voice/twiml/dial)."""


def document(fragments: Iterable[bytes]) -> bytes:
    """The TwiML document made of `fragments`, UTF-8."""
    return b"".join((HEAD, *fragments, TAIL))


def gather(
    prompts: Sequence[RenderedPrompt],
    locales: Mapping[str, Locale],
    pace: Pace,
    action: str,
    wait: int,
    first_pause: float,
    audio_url: str = "",
) -> bytes:
    """A fragment: `prompts` are spoken, any key stops them, then the line waits `wait` seconds for a key.

    `action` is the absolute URL that a key is posted to. `first_pause` is the seconds of silence before the first word.
    `audio_url` is the absolute URL of the folder of recordings.
    """
    start, end = _gather_tag(wait)
    speech = (
        say(prompt, locales, pace, PARAGRAPH_PAUSE if index else first_pause, audio_url)
        for index, prompt in enumerate(prompts)
    )
    return b"".join((start, escape(action).encode("utf-8"), end, *speech, b"</Gather>"))


def say(
    prompt: RenderedPrompt,
    locales: Mapping[str, Locale],
    pace: Pace,
    first_pause: float = PAUSE_AFTER_KEY,
    audio_url: str = "",
) -> bytes:
    """A fragment: `prompt` is spoken. Inside a Gather a key stops it, outside none does."""
    locale = locales[prompt.locale]
    voice = _Voice(locale.say_voice, locale.language, locale.takes_ssml)
    return _speech(prompt, voice, pace, first_pause, audio_url)


def dial(number: str, action: str | None, caller_id: str | None) -> bytes:
    """A fragment: `number` (E.164) is dialled, and the outcome is posted to `action`.

    Without an `action` the document continues after the dial. With `caller_id` None, Twilio shows the caller's number.
    """
    attributes = {"action": action, "method": "POST" if action else None, "caller_id": caller_id}
    verb = Dial(timeout=DIAL_TIMEOUT, **{name: value for name, value in attributes.items() if value})
    verb.number(number)
    return _bytes(verb)


def with_new_numbers(document: bytes, old_number: str, number: str, caller_id: str | None) -> bytes:
    """`document` with `number` in the place of `old_number` (both E.164), and with `caller_id` in every dial.

    With equal numbers only `caller_id` is set. The spoken `old_number`, words in groups of 1, 3, 3 and 4 digits,
    becomes the digits of `number` ("1, 2 0 2, …"), which voices of every language read one by one.
    """
    root = ElementTree.fromstring(document)
    for verb in root.iter("Dial"):
        if caller_id:
            attributes = sorted({**verb.attrib, "callerId": caller_id}.items())  # as `dial` writes them
            verb.attrib.clear()
            verb.attrib.update(attributes)
        for noun in verb.iter("Number"):
            noun.text = number
    text = ElementTree.tostring(root, encoding="unicode")
    if number != old_number:
        text = _spoken_digits(old_number).sub(_group_of_digits(number), text)
    return HEAD.removesuffix(b"<Response>") + text.encode()


def _spoken_digits(number: str) -> re.Pattern[str]:
    """A pattern for the digits of a number (E.164) as words of any language.

    The first word for a digit can be any word (`(?P<d8>\\w+)`), each later one must be the same (`(?P=d8)`). There are
    punctuation marks or a tag between two groups, and a blank between two digits of a group.
    """
    gaps = {0: "", **dict.fromkeys((1, 4, 7), r"(?:[\s,.]*<[^>]*>[\s,.]*|[\s,.])+")}
    seen, pattern = set[str](), list[str]()
    for position, digit in enumerate(number[1:]):
        word = f"(?P=d{digit})" if digit in seen else rf"(?P<d{digit}>\b\w+)"
        pattern.append(gaps.get(position, r"\s+") + word + r"\b")
        seen.add(digit)
    return re.compile("".join(pattern))


def _group_of_digits(number: str) -> str:
    """+12025550123 as "1, 2 0 2, 5 5 5, 0 1 2 3"."""
    groups = (number[1:2], number[2:5], number[5:8], number[8:])
    return ", ".join(" ".join(group) for group in groups)


def hang_up() -> bytes:
    """A fragment: the call ends."""
    return _bytes(Hangup())


@lru_cache
def _gather_tag(wait: int) -> tuple[bytes, bytes]:
    """The start tag of a Gather with the timeout `wait`, in two halves: before and after the value of `action`."""
    verb = Gather(input="dtmf", num_digits=1, finish_on_key="", timeout=wait, action="…", method="POST")
    before, after = _bytes(verb).removesuffix(b" />").split("…".encode())
    return before, after + b">"


class _Voice(NamedTuple):
    name: str
    language: str
    takes_ssml: bool


@lru_cache(maxsize=1000)
def _speech(prompt: RenderedPrompt, voice: _Voice, pace: Pace, first_pause: float, audio_url: str) -> bytes:
    """A Play, if the prompt is recorded; else one Say with SSML; if the voice takes no SSML, a Say for each segment."""
    if prompt.sound:
        return _bytes(Play(f"{audio_url}/{prompt.sound.slow if pace == 'slow' else prompt.sound.file}"))
    if voice.takes_ssml:
        return _bytes(_ssml_say(prompt, voice, pace, first_pause))
    segments = [segment for paragraph in prompt.paragraphs for segment in paragraph.split("…")]
    spoken = [segment.strip() for segment in segments if any(map(str.isalnum, segment))]  # no full stop alone
    return b"".join(_bytes(Say(segment, voice=voice.name, language=voice.language)) for segment in spoken)


def _ssml_say(prompt: RenderedPrompt, voice: _Voice, pace: Pace, first_pause: float) -> TwiML:
    verb = Say(voice=voice.name, language=voice.language)
    words: TwiML = verb
    if pace == "slow":
        words = SsmlProsody(rate=f"{SLOW_RATE:.0%}")
        verb.append(words)
    for piece in (*_breaks(first_pause, pace), *_words_and_pauses(prompt, pace)):
        words.append(piece)
    return verb


def _words_and_pauses(prompt: RenderedPrompt, pace: Pace) -> Iterable[TwiML | str]:
    for paragraph_index, paragraph in enumerate(prompt.paragraphs):
        if paragraph_index:
            yield from _breaks(PARAGRAPH_PAUSE, pace)
        for index, segment in enumerate(paragraph.split("…")):
            if index:
                yield from _breaks(SHORT_PAUSE, pace)
            if segment.strip():
                yield segment.strip()


def _breaks(seconds: float, pace: Pace) -> list[SsmlBreak]:
    """A pause, longer at the slow pace; an empty list for 0 seconds."""
    milliseconds = seconds * 1000 * (SLOW_PAUSE_FACTOR if pace == "slow" else 1)
    return [SsmlBreak(time=f"{milliseconds:.0f}ms")] if milliseconds else []


def _bytes(verb: TwiML) -> bytes:
    return ElementTree.tostring(verb.xml(), encoding="unicode").encode("utf-8")
