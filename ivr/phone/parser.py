"""Reads a TwiML document as strictly as Twilio does, from bytes to verbs.

The verbs are those that the line needs: Say, Play, Gather, Dial with Number, Hangup. Every dialect of TwiML understands
them. Twilio's other verbs (Redirect, Pause, Record …) raise InvalidTwiml. Twilio passes the content of a <Say> to the
voice as SSML: only <break> and <prosody rate> are supported here, the two elements that every neural voice takes.
Sources: https://www.twilio.com/docs/voice/twiml and the page of each verb below it.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from itertools import groupby, pairwise
from typing import NamedTuple
from xml.etree.ElementTree import Element

from ivr.phone.schema import E164, break_seconds, checked_attributes, is_url
from ivr.phone.verbs import Dial, Gather, Hangup, Play, Say, SayOrPlay, Verb
from ivr.phone.xml import InvalidTwiml, parse_xml

MAX_DOCUMENT_BYTES = 64_000
"""Size of one document: https://www.twilio.com/docs/api/errors/11750."""
MAX_SAY_CHARACTERS = 3000
"""The most in one <Say> in a voice of Amazon Polly, without the tags: https://www.twilio.com/docs/api/errors/13521."""
Speech = tuple[str, tuple[str | float, ...], float]
"""The `text`, `pieces` and `rate` of a `verbs.Say`. Example: `("Press two.", ("Press", 0.4, "two."), 1.0)`."""
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")


@lru_cache(maxsize=256)  # random calls read the same few hundred documents
def read_document(document: bytes) -> tuple[Verb, ...]:
    """The verbs of `document`: `(Hangup(),)` for `b"<Response><Hangup/></Response>"`. Raises InvalidTwiml."""
    if len(document) > MAX_DOCUMENT_BYTES:
        raise InvalidTwiml(f"a document of {len(document)} bytes: at most {MAX_DOCUMENT_BYTES} are allowed", 11750)
    root = parse_xml(document)
    if root.tag != "Response":
        raise InvalidTwiml(f"the root is <{root.tag}>: it must be <Response>", 12102)
    checked_attributes(root)
    _require_no_text(root)
    return check_reachable(_verb(child) for child in root)


def check_reachable(verbs: Iterable[Verb]) -> tuple[Verb, ...]:
    """Return `verbs`. Raises InvalidTwiml for a verb after a <Hangup> or a <Dial> with an action, so never reached.

    https://www.twilio.com/docs/voice/twiml/dial#action
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
    values, (text, pieces, rate) = checked_attributes(element), _speech(tuple(_tokens(element, 1.0)))
    return Say(text, values.get("language", ""), values.get("voice", ""), pieces, rate)


def _play(element: Element) -> Play:
    """https://www.twilio.com/docs/voice/twiml/play"""
    checked_attributes(element)
    url = _text_of(element)
    if not is_url(url):
        raise InvalidTwiml(f'<Play> holds "{url}": it must hold a URL', 11100)
    return Play(url)


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
    """https://www.twilio.com/docs/voice/twiml/number, in E.164 alone: 911 or another short number cannot be dialled."""
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


class _Token(NamedTuple):
    """Words as they are in the XML, or a pause in seconds, and the rate of the element around them."""

    piece: str | float
    rate: float


@lru_cache(maxsize=200)  # documents that follow one another hold the same words
def _speech(tokens: tuple[_Token, ...]) -> Speech:
    """The content of a <Say>: https://www.twilio.com/docs/voice/twiml/say/text-speech#ssml."""
    raw = "".join(token.piece for token in tokens if isinstance(token.piece, str))
    if len(raw) > MAX_SAY_CHARACTERS:
        raise InvalidTwiml(f"a <Say> of {len(raw)} characters: at most {MAX_SAY_CHARACTERS} are allowed", 13521)
    if control := _CONTROL.search(raw):
        raise InvalidTwiml(f"the control character U+{ord(control[0]):04X} in a <Say>", 13520)
    pieces = tuple(_pieces(tokens))
    if not any(isinstance(piece, str) for piece in pieces):
        raise InvalidTwiml("a <Say> without words", 13520)
    return _words(pieces), pieces, _rate(tokens)


def _tokens(parent: Element, rate: float) -> list[_Token]:
    tokens = [_Token(parent.text or "", rate)]
    for child in parent:
        if child.tag == "break":
            tokens.append(_Token(_pause(child), 1.0))
        elif (parent.tag, child.tag) == ("Say", "prosody"):
            tokens += _tokens(child, int(checked_attributes(child)["rate"][:-1]) / 100)
        else:
            error = f"<{child.tag}> is not allowed in <{parent.tag}>"
            raise InvalidTwiml(f"{error}: only text, <break> and one <prosody> are", 13520)
        tokens.append(_Token(child.tail or "", rate))
    return tokens


def _pause(element: Element) -> float:
    if len(element) or element.text:
        raise InvalidTwiml("<break> must be empty", 13520)
    return break_seconds(checked_attributes(element)["time"])


def _pieces(tokens: tuple[_Token, ...]) -> Iterator[str | float]:
    for kind, run in groupby((token.piece for token in tokens), key=type):
        if kind is float:
            yield from run
        elif text := " ".join("".join(map(str, run)).split()):
            yield text


def _words(pieces: tuple[str | float, ...]) -> str:
    """The words in one line. Punctuation after a pause stays with the word before it."""
    text = ""
    for piece in pieces:
        if isinstance(piece, str):
            text += piece if not text or piece[0] in ".,;:!?" else f" {piece}"
    return text


def _rate(tokens: tuple[_Token, ...]) -> float:
    rates = {token.rate for token in tokens if isinstance(token.piece, str) and token.piece.strip()}
    if len(rates) > 1:
        raise InvalidTwiml("two rates in one <Say>: put all its words into one <prosody>", 13520)
    return rates.pop()
