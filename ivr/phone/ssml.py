"""The content of a <Say>: words, pauses and one rate of speech.

Twilio passes it to the voice as SSML: https://www.twilio.com/docs/voice/twiml/say/text-speech#ssml. Only <break> and
<prosody rate> are supported here: the two elements that every neural voice takes.
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import groupby
from typing import NamedTuple
from xml.etree.ElementTree import Element

from ivr.phone.schema import break_seconds, checked_attributes
from ivr.phone.xml import InvalidTwiml

MAX_SAY_CHARACTERS = 3000
"""The most in one <Say> in a voice of Amazon Polly, without the tags: https://www.twilio.com/docs/api/errors/13521."""

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")


Speech = tuple[str, tuple[str | float, ...], float]
"""The `text`, `pieces` and `rate` of a `verbs.Say`. Example: `("Press two.", ("Press", 0.4, "two."), 1.0)`."""


class _Token(NamedTuple):
    """Words as they are in the XML, or a pause in seconds, and the rate of the element around them."""

    piece: str | float
    rate: float


def read_speech(say: Element) -> Speech:
    """The content of a <Say>. Raises InvalidTwiml without words, with a control character, or with two rates."""
    return _speech(tuple(_tokens(say, 1.0)))


@lru_cache(maxsize=200)  # documents that follow one another hold the same words
def _speech(tokens: tuple[_Token, ...]) -> Speech:
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
