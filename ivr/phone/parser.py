"""A TwiML document, read as strictly as Twilio reads it: what passes here does in a call what it says.

Verbs are those of the portable set, which every dialect of TwiML understands: Say, Play, Gather, Dial with
Number, Redirect, Hangup. What else Twilio knows (Pause, Record, Enqueue …) this telephone does not. Nothing
of a call may come in here.
Sources: https://www.twilio.com/docs/voice/twiml and the page of each verb beneath it.
"""

import re
from collections.abc import Callable, Iterable
from functools import lru_cache
from itertools import pairwise
from xml.etree.ElementTree import Element

from ivr.phone.errors import Refused
from ivr.phone.schema import E164, attributes, is_address
from ivr.phone.ssml import Speech, speech
from ivr.phone.verbs import Dial, Gather, Hangup, Play, Redirect, Say, SayOrPlay, Verb
from ivr.phone.xml import element

__all__ = [
    "Dial",
    "Gather",
    "Hangup",
    "Play",
    "Redirect",
    "Refused",
    "Say",
    "SayOrPlay",
    "Verb",
    "in_order",
    "read",
    "read_verb",
]

MOST_BYTES = 64_000
"""Of one document: https://www.twilio.com/docs/api/errors/11750."""


@lru_cache(maxsize=256)  # ten thousand random calls meet the same few hundred documents
def read(document: bytes) -> tuple[Verb, ...]:
    """The verbs of `document`, in their order. Raises Refused for what Twilio would not take as it stands."""
    if len(document) > MOST_BYTES:
        raise Refused(f"a document of {len(document)} bytes: at most {MOST_BYTES} are read", 11750)
    root = element(document)
    if root.tag != "Response":
        raise Refused(f"the root is <{root.tag}>: it must be <Response>", 12102)
    attributes(root)
    _no_text(root)
    return in_order(_verb(child) for child in root)


def read_verb(fragment: bytes) -> Verb:
    """The one verb that `fragment` is: a top-level element of a document, held to the same rules."""
    return _verb(element(fragment))


def in_order(verbs: Iterable[Verb]) -> tuple[Verb, ...]:
    """The same verbs, when each of them can be reached.

    Nothing after <Redirect>, <Hangup>, a <Dial> with an action or a <Gather> that asks on silence is ever
    executed (https://www.twilio.com/docs/voice/twiml/dial#action): it is a fault of the writer.
    """
    verbs = tuple(verbs)
    for before, after in pairwise(verbs):
        if _is_last(before):
            name, lost = type(before).__name__, type(after).__name__
            raise Refused(f"<{lost}> stands after <{name}>, which never comes back: it cannot be reached")
    return verbs


def _is_last(verb: Verb) -> bool:
    match verb:
        case Redirect() | Hangup():
            return True
        case Dial(action=action):
            return action is not None
        case Gather(asks_on_silence=asks):
            return asks
    return False


def _verb(found: Element) -> Verb:
    if found.tag not in _READERS:
        raise Refused(f"<{found.tag}> is not a verb this telephone knows", 12200)
    return _READERS[found.tag](found)


def _say(found: Element) -> Say:
    """https://www.twilio.com/docs/voice/twiml/say"""
    given = attributes(found)
    return _said(speech(found), given.get("language", ""), given.get("voice", ""), int(given.get("loop", "1")))


@lru_cache(maxsize=2000)  # one value for all that is said alike
def _said(heard: Speech, language: str, voice: str, loop: int) -> Say:
    return Say(heard.text, language, voice, heard.pieces, heard.rate, loop)


def _play(found: Element) -> Play:
    """https://www.twilio.com/docs/voice/twiml/play"""
    return Play(_address(found), int(attributes(found).get("loop", "1")))


def _gather(found: Element) -> Gather:
    """https://www.twilio.com/docs/voice/twiml/gather, with its defaults; only <Say> and <Play> are nested."""
    given = attributes(found)
    _no_text(found)
    digits = given.get("numDigits")
    return Gather(
        action=given["action"],
        method=given.get("method", "POST"),
        timeout=int(given.get("timeout", "5")),
        num_digits=int(digits) if digits else None,
        finish_on_key=given.get("finishOnKey", "#"),
        spoken=tuple(_spoken(child) for child in found),
        asks_on_silence=given.get("actionOnEmptyResult") == "true",
    )


def _spoken(found: Element) -> SayOrPlay:
    if found.tag == "Say":
        return _say(found)
    if found.tag == "Play":
        return _play(found)
    raise Refused(f"<{found.tag}> may not stand in <Gather>: only <Say> and <Play> may", 13320)


def _dial(found: Element) -> Dial:
    """https://www.twilio.com/docs/voice/twiml/dial, with its defaults; exactly one <Number> is nested."""
    given = attributes(found)
    _no_text(found)
    if [child.tag for child in found] != ["Number"]:
        inside = ", ".join(f"<{child.tag}>" for child in found) or "nothing"
        raise Refused(f"<Dial> holds {inside}: it must hold one <Number>", 13215)
    return Dial(
        number=_number(found[0]),
        action=given.get("action"),
        timeout=int(given.get("timeout", "30")),
        caller_id=given.get("callerId"),
        method=given.get("method", "POST"),
    )


def _number(found: Element) -> str:
    """https://www.twilio.com/docs/voice/twiml/number

    E.164, so that no country is guessed and no emergency or other short number can be dialled.
    """
    attributes(found)
    text = _text(found)
    if not re.fullmatch(E164, text):
        raise Refused(f'<Number> holds "{text}": expected a number like +12025550100', 13223)
    return text


def _redirect(found: Element) -> Redirect:
    """https://www.twilio.com/docs/voice/twiml/redirect"""
    return Redirect(_address(found), attributes(found).get("method", "POST"))


def _hangup(found: Element) -> Hangup:
    """https://www.twilio.com/docs/voice/twiml/hangup: it holds nothing."""
    attributes(found)
    if _text(found):
        raise Refused("<Hangup> holds text: it must be empty", 12200)
    return Hangup()


def _address(found: Element) -> str:
    text = _text(found)
    if not is_address(text):
        raise Refused(f'<{found.tag}> holds "{text}": it must hold a URL', 11100)
    return text


def _text(found: Element) -> str:
    if len(found):
        raise Refused(f"<{found[0].tag}> may not stand in <{found.tag}>", 12200)
    return (found.text or "").strip()


def _no_text(found: Element) -> None:
    for text in (found.text, *(child.tail for child in found)):
        if text and text.strip():
            raise Refused(f'"{text.strip()[:40]}" stands in <{found.tag}>: words must stand in a <Say>', 12200)


_READERS: dict[str, Callable[[Element], Verb]] = {
    "Say": _say,
    "Play": _play,
    "Gather": _gather,
    "Dial": _dial,
    "Redirect": _redirect,
    "Hangup": _hangup,
}
