"""Spoken texts and what we wait for, written as TwiML. The only file that writes XML; nothing else comes in here.

A fragment is one top-level verb as bytes; a document is fragments between a head and a tail. Verbs and attributes are
those of https://www.twilio.com/docs/voice/twiml that every dialect shares: Response, Say, Play, Gather, Dial, Number,
Hangup. Twilio's builder writes every tag, and each only once: the same words are read in many fragments.
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
from ivr.speech.pauses import PARAGRAPH_PAUSE, SHORT_PAUSE, SLOW_PAUSE, SLOW_RATE

HEAD = b'<?xml version="1.0" encoding="UTF-8"?><Response>'
TAIL = b"</Response>"
AFTER_KEY = 0.5
"""Seconds before speech that follows a key: the telephone is on its way back to the ear."""
LEAD = SsmlBreak(time="lead")
"""Stands for the pause in front of the first word, which is not the same wherever a text is read."""
DIAL_TIMEOUT = 45
"""Seconds the hotline may ring; Twilio adds about five (https://www.twilio.com/docs/voice/twiml/dial)."""


def document(fragments: Iterable[bytes]) -> bytes:
    """The TwiML document made of `fragments`, UTF-8."""
    return b"".join((HEAD, *fragments, TAIL))


def gather(
    spoken: Sequence[RenderedPrompt],
    voices: Mapping[str, Locale],
    pace: Pace,
    action: str,
    wait: int,
    lead: float,
    audio: str = "",
) -> bytes:
    """A fragment: `spoken` is read while every key is live, then the line waits `wait` seconds for one.

    `action` is the absolute URL a key is posted to, `lead` the seconds of silence in front of the first word, `audio`
    the absolute URL that recordings lie under.
    """
    before, behind = _tag_of_gather(wait)
    said = (tell(one, voices, pace, PARAGRAPH_PAUSE if at else lead, audio) for at, one in enumerate(spoken))
    return b"".join((before, escape(action).encode("utf-8"), behind, *said, b"</Gather>"))


def tell(
    spoken: RenderedPrompt, voices: Mapping[str, Locale], pace: Pace, lead: float = AFTER_KEY, audio: str = ""
) -> bytes:
    """A fragment: `spoken` is read to the end, no key is live."""
    voice = voices[spoken.locale]
    before, behind = _told(spoken, _Voice(voice.voice, voice.language, voice.takes_ssml), pace, audio)
    return b"".join((before, _pause(lead, pace), behind)) if behind else before


def dial(number: str, action: str | None, caller_id: str | None) -> bytes:
    """A fragment: `number` (E.164) is dialled. How it ended goes to `action`; without one, the document goes on."""
    wanted = {"action": action, "method": "POST" if action else None, "caller_id": caller_id}
    verb = Dial(timeout=DIAL_TIMEOUT, **{name: value for name, value in wanted.items() if value})
    verb.number(number)
    return _bytes(verb)


def readdressed(document: bytes, kept: str, number: str, caller_id: str | None) -> bytes:
    """A document that was kept as a file, with another number dialled and spoken, and `caller_id` in every dial.

    `kept` is the number (E.164) that it was written with. Where that is spoken, as words in groups of 1, 3, 3 and 4
    digits, the digits of `number` stand in its place: voices of every language read them out one by one.
    """
    root = ElementTree.fromstring(document)
    for verb in root.iter("Dial"):
        if caller_id:
            verb.set("callerId", caller_id)
        for noun in verb.iter("Number"):
            noun.text = number
    text = ElementTree.tostring(root, encoding="unicode")
    if number != kept:
        text = _spoken_digits(kept).sub(_group_of_digits(number), text)
    return HEAD.removesuffix(b"<Response>") + text.encode()


def _spoken_digits(number: str) -> re.Pattern[str]:
    """How the digits of a number (E.164) look as words: each digit is one word, and always the same one."""
    seen, pattern = set[str](), list[str]()
    for place, digit in enumerate(number[1:]):
        gap = "" if not place else r"(?:[\s,.]*<[^>]*>[\s,.]*|[\s,.])+" if place in (1, 4, 7) else r"\s+"
        pattern.append(gap + (f"(?P=d{digit})" if digit in seen else rf"(?P<d{digit}>\b\w+)") + r"\b")
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
def _tag_of_gather(wait: int) -> tuple[bytes, bytes]:
    """The opening tag of a Gather that waits so long: what stands before its address, and behind it."""
    verb = Gather(input="dtmf", num_digits=1, finish_on_key="", timeout=wait, action="…", method="POST")
    before, behind = _bytes(verb).removesuffix(b" />").split("…".encode())
    return before, behind + b">"


class _Voice(NamedTuple):
    name: str
    language: str
    takes_ssml: bool


@lru_cache(maxsize=1000)
def _told(spoken: RenderedPrompt, voice: _Voice, pace: Pace, audio: str) -> tuple[bytes, bytes]:
    """The verbs that speak it: what stands before the pause that leads in, and behind it; all where there is none."""
    before, _, behind = b"".join(map(_bytes, _says(spoken, voice, pace, audio))).partition(_bytes(LEAD))
    return before, behind


@lru_cache
def _pause(seconds: float, pace: Pace) -> bytes:
    return b"".join(map(_bytes, _breaks(seconds, pace)))


def _says(spoken: RenderedPrompt, voice: _Voice, pace: Pace, audio: str) -> Iterable[TwiML]:
    """The recording of a text, which has its pauses in it; else its Says: a single one where the voice takes SSML,
    one for each stretch between pauses where it does not."""
    if spoken.sound:
        yield Play(f"{audio}/{spoken.sound.slow if pace == 'slow' else spoken.sound.file}")
        return
    if voice.takes_ssml:
        yield _ssml(spoken, voice, pace)
        return
    for paragraph in spoken.paragraphs:
        for stretch in paragraph.split("…"):
            if any(map(str.isalnum, stretch)):  # a full stop alone is not spoken
                yield Say(stretch.strip(), voice=voice.name, language=voice.language)


def _ssml(spoken: RenderedPrompt, voice: _Voice, pace: Pace) -> TwiML:
    say = Say(voice=voice.name, language=voice.language)
    words: TwiML = say
    if pace == "slow":
        words = SsmlProsody(rate=f"{SLOW_RATE:.0%}")
        say.append(words)
    for piece in (LEAD, *_pieces(spoken, pace)):
        words.append(piece)
    return say


def _pieces(spoken: RenderedPrompt, pace: Pace) -> Iterable[TwiML | str]:
    """The words of a text, and the pauses between them."""
    for paragraph_number, paragraph in enumerate(spoken.paragraphs):
        if paragraph_number:
            yield from _breaks(PARAGRAPH_PAUSE, pace)
        for number, stretch in enumerate(paragraph.split("…")):
            if number:
                yield from _breaks(SHORT_PAUSE, pace)
            if stretch.strip():
                yield stretch.strip()


def _breaks(seconds: float, pace: Pace) -> list[SsmlBreak]:
    """A pause, or nothing where it has no length."""
    stretched = seconds * (SLOW_PAUSE if pace == "slow" else 1)
    return [SsmlBreak(time=f"{stretched * 1000:.0f}ms")] if stretched else []


def _bytes(verb: TwiML) -> bytes:
    return ElementTree.tostring(verb.xml(), encoding="unicode").encode("utf-8")
