"""What stands inside a <Say>: words, pauses and one pace. Nothing but the inside of a <Say> comes in.

Twilio hands it to the voice as SSML: https://www.twilio.com/docs/voice/twiml/say/text-speech#ssml. Of SSML
only <break> and <prosody rate> are known here: the two that every neural voice takes.
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import groupby
from typing import NamedTuple
from xml.etree.ElementTree import Element

from ivr.phone.errors import Refused
from ivr.phone.schema import attributes, break_seconds

MOST_CHARACTERS = 3000
"""Of one <Say> in an Amazon Polly voice, tags not counted: https://www.twilio.com/docs/api/errors/13521."""

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")


class Speech(NamedTuple):
    """Words alone; words and pauses (seconds) in their order; the pace, 1.0 being the voice's own."""

    text: str
    pieces: tuple[str | float, ...]
    rate: float


class _Token(NamedTuple):
    said: str | float
    rate: float


def speech(say: Element) -> Speech:
    """What is to be heard of `say`. There must be a word in it, no control character, and not two paces."""
    return _heard(tuple(_tokens(say, 1.0)))


@lru_cache(maxsize=2000)  # the same words stand in many documents
def _heard(tokens: tuple[_Token, ...]) -> Speech:
    raw = "".join(token.said for token in tokens if isinstance(token.said, str))
    if len(raw) > MOST_CHARACTERS:
        raise Refused(f"a <Say> of {len(raw)} characters: at most {MOST_CHARACTERS} are spoken", 13521)
    if control := _CONTROL.search(raw):
        raise Refused(f"the control character U+{ord(control[0]):04X} in a <Say>", 13520)
    pieces = tuple(_pieces(tokens))
    if not any(isinstance(piece, str) for piece in pieces):
        raise Refused("a <Say> without words", 13520)
    return Speech(_words(pieces), pieces, _pace(tokens))


def _tokens(parent: Element, rate: float) -> list[_Token]:
    tokens = [_Token(parent.text or "", rate)]
    for child in parent:
        if child.tag == "break":
            tokens.append(_Token(_pause(child), 1.0))
        elif (parent.tag, child.tag) == ("Say", "prosody"):
            tokens += _tokens(child, int(attributes(child)["rate"][:-1]) / 100)
        else:
            found = f"<{child.tag}> may not stand in <{parent.tag}>"
            raise Refused(f"{found}: only text, <break> and one <prosody> may", 13520)
        tokens.append(_Token(child.tail or "", rate))
    return tokens


def _pause(found: Element) -> float:
    if len(found) or found.text:
        raise Refused("<break> must be empty", 13520)
    return break_seconds(attributes(found)["time"])


def _pieces(tokens: tuple[_Token, ...]) -> Iterator[str | float]:
    for kind, run in groupby((token.said for token in tokens), key=type):
        if kind is float:
            yield from run
        elif text := " ".join("".join(map(str, run)).split()):
            yield text


def _words(pieces: tuple[str | float, ...]) -> str:
    """The words in one line; a full stop that follows a pause stays with the word before it."""
    text = ""
    for piece in pieces:
        if isinstance(piece, str):
            text += piece if not text or piece[0] in ".,;:!?" else f" {piece}"
    return text


def _pace(tokens: tuple[_Token, ...]) -> float:
    paces = {token.rate for token in tokens if isinstance(token.said, str) and token.said.strip()}
    if len(paces) > 1:
        raise Refused("two paces in one <Say>: put all of its words into one <prosody>", 13520)
    return paces.pop()
