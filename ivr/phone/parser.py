"""Reads a TwiML document as strictly as Twilio does, from bytes to verbs.

The verbs are those that the line needs: Say, Play, Gather, Dial with Number, Hangup. Every dialect of TwiML understands
them. Twilio's other verbs (Redirect, Pause, Record …) raise InvalidTwiml.
Sources: https://www.twilio.com/docs/voice/twiml and the page of each verb below it.
"""

import re
from collections.abc import Callable, Iterable
from functools import lru_cache
from itertools import pairwise
from xml.etree.ElementTree import Element

from ivr.phone.schema import E164, checked_attributes, is_address
from ivr.phone.ssml import read_speech
from ivr.phone.verbs import Dial, Gather, Hangup, Play, Say, SayOrPlay, Verb
from ivr.phone.xml import InvalidTwiml, parse_xml

MAX_DOCUMENT_BYTES = 64_000
"""Size of one document: https://www.twilio.com/docs/api/errors/11750."""


@lru_cache(maxsize=256)  # random calls read the same few hundred documents
def read_document(document: bytes) -> tuple[Verb, ...]:
    """The verbs of `document`, in order. Raises InvalidTwiml.

    Example: `b"<Response><Hangup/></Response>"` gives `(Hangup(),)`.
    """
    if len(document) > MAX_DOCUMENT_BYTES:
        raise InvalidTwiml(f"a document of {len(document)} bytes: at most {MAX_DOCUMENT_BYTES} are allowed", 11750)
    root = parse_xml(document)
    if root.tag != "Response":
        raise InvalidTwiml(f"the root is <{root.tag}>: it must be <Response>", 12102)
    checked_attributes(root)
    _require_no_text(root)
    return check_reachable(_verb(child) for child in root)


def check_reachable(verbs: Iterable[Verb]) -> tuple[Verb, ...]:
    """Return `verbs` unchanged. Raises InvalidTwiml if Twilio cannot reach one of them.

    Twilio does not reach a verb after a <Hangup> or a <Dial> with an action:
    https://www.twilio.com/docs/voice/twiml/dial#action.
    """
    verbs = tuple(verbs)
    for before, after in pairwise(verbs):
        if isinstance(before, Hangup) or (isinstance(before, Dial) and before.action is not None):
            last, next_verb = type(before).__name__, type(after).__name__
            raise InvalidTwiml(f"<{next_verb}> follows <{last}>, which never goes on to it: it cannot be reached")
    return verbs


def _verb(element: Element) -> Verb:
    if element.tag not in _READERS:
        raise InvalidTwiml(f"<{element.tag}> is not a verb that is supported", 12200)
    return _READERS[element.tag](element)


def _say(element: Element) -> Say:
    """https://www.twilio.com/docs/voice/twiml/say"""
    values, (text, pieces, rate) = checked_attributes(element), read_speech(element)
    return Say(text, values.get("language", ""), values.get("voice", ""), pieces, rate)


def _play(element: Element) -> Play:
    """https://www.twilio.com/docs/voice/twiml/play"""
    checked_attributes(element)
    address = _text_of(element)
    if not is_address(address):
        raise InvalidTwiml(f'<Play> holds "{address}": it must hold a URL', 11100)
    return Play(address)


def _gather(element: Element) -> Gather:
    """https://www.twilio.com/docs/voice/twiml/gather, with its defaults; only <Say> and <Play> are nested."""
    values = checked_attributes(element)
    _require_no_text(element)
    nested = tuple(_say_or_play(child) for child in element)
    return Gather(values["action"], int(values.get("timeout", "5")), nested)


def _say_or_play(element: Element) -> SayOrPlay:
    if element.tag == "Say":
        return _say(element)
    if element.tag == "Play":
        return _play(element)
    raise InvalidTwiml(f"<{element.tag}> is not allowed in <Gather>: only <Say> and <Play> are", 13320)


def _dial(element: Element) -> Dial:
    """https://www.twilio.com/docs/voice/twiml/dial, with its defaults; exactly one <Number> is nested."""
    values = checked_attributes(element)
    _require_no_text(element)
    if [child.tag for child in element] != ["Number"]:
        inside = ", ".join(f"<{child.tag}>" for child in element) or "nothing"
        raise InvalidTwiml(f"<Dial> holds {inside}: it must hold one <Number>", 13215)
    timeout = int(values.get("timeout", "30"))
    return Dial(_number(element[0]), values.get("action"), timeout, values.get("callerId"))


def _number(element: Element) -> str:
    """https://www.twilio.com/docs/voice/twiml/number

    Only E.164: the country is explicit, and 911 or another short number cannot be dialled.
    """
    checked_attributes(element)
    text = _text_of(element)
    if not re.fullmatch(E164, text):
        raise InvalidTwiml(f'<Number> holds "{text}": expected a number like +12025550100', 13223)
    return text


def _hangup(element: Element) -> Hangup:
    """https://www.twilio.com/docs/voice/twiml/hangup: it must be empty."""
    checked_attributes(element)
    if _text_of(element):
        raise InvalidTwiml("<Hangup> holds text: it must be empty", 12200)
    return Hangup()


def _text_of(element: Element) -> str:
    if len(element):
        raise InvalidTwiml(f"<{element[0].tag}> is not allowed in <{element.tag}>", 12200)
    return (element.text or "").strip()


def _require_no_text(element: Element) -> None:
    for text in (element.text, *(child.tail for child in element)):
        if text and text.strip():
            raise InvalidTwiml(f'"{text.strip()[:40]}" is text in <{element.tag}>: words belong in a <Say>', 12200)


_READERS: dict[str, Callable[[Element], Verb]] = {
    "Say": _say, "Play": _play, "Gather": _gather, "Dial": _dial, "Hangup": _hangup,
}  # fmt: skip
