"""One act of a visitor on the telephone page, played through the virtual caller: what is heard, and what can be done.

From a browser come a place's address and a key, or how a dial ended; the answer holds words and addresses of places
only. Because a document carries its whole silent future, the answer does too: silence needs no further request.
"""

import re
from collections.abc import Iterator, Mapping
from typing import TypedDict

from ivr import simulator
from ivr.call.urls import OUTCOME, RING, address_of, place_at
from ivr.errors import UnknownAddress
from ivr.line.line import Form, Line
from ivr.phone.caller import FORM, KEYS, OUTCOMES, Caller, Heard
from ivr.phone.verbs import Say, SayOrPlay
from ivr.phone.webhook_form import answered, dial_ended, digits_pressed
from ivr.web.audio_preview import Sounds, joined
from ivr.web.phone_links import NumberLinker, TextSpan, plain

TALKED = 60.0
"""Seconds of a conversation that never takes place."""


class Caption(TypedDict):
    """What one voice says: `text` word for word, `lines` as it is written.

    `voice` is the one of the telephone, empty for a recording; `sound` the name under which it can be heard, or empty.
    """

    lang: str
    dir: str
    name: str
    voice: str
    text: str
    rate: float
    lines: list[list[TextSpan]]
    seconds: float
    sound: str
    recorded: bool


class Step(TypedDict):
    """Captions, then: `listen` for a key that goes to `at`, for `wait` seconds; `dial`; or the `end` of the call."""

    does: str
    captions: list[Caption]
    at: str
    wait: int


class Telephone:
    """A telephone on `line` for any number of visitors. It keeps nothing between two acts."""

    def __init__(self, line: Line, sounds: Sounds) -> None:
        self._line, self._sounds, self._public = line, sounds, line.options.public_url
        self._post = simulator.in_process(line)
        self._locales = {locale.language: locale for locale in line.content.locales.values()}
        self._hands = {tag: NumberLinker(one, line.content.facts.numbers) for tag, one in self._locales.items()}
        self._seconds, self._recordings = simulator.speaking_time(line), simulator.recordings(line)

    def act(self, asked: Mapping[str, object]) -> list[Step]:
        """The course of the call from what is `asked`: {"at", "key"} or {"at", "outcome"}; anything else is a ring."""
        address, form = self._arrival(asked)
        return list(self._course(Caller(self._post, self._public + address, form, self._seconds, self._recordings)))

    def _arrival(self, asked: Mapping[str, object]) -> tuple[str, Form]:
        at, key, outcome = (asked.get(name) for name in ("at", "key", "outcome"))
        try:
            place = place_at(self._line.flow, str(at))
        except UnknownAddress:
            return RING, FORM
        if isinstance(key, str) and len(key) == 1 and key in KEYS:
            return address_of(place), [*answered(FORM), *digits_pressed(key)]
        if isinstance(outcome, str) and outcome in OUTCOMES:
            return address_of(place) + OUTCOME, [*answered(FORM), *dial_ended(outcome, TALKED)]
        return RING, FORM

    def _course(self, caller: Caller) -> Iterator[Step]:
        caller.rings()
        written = 0
        while gather := caller.standing:
            caller.listens()
            yield Step(
                does="listen",
                captions=list(self._captions(caller, written)),
                at=gather.action.removeprefix(self._public),
                wait=gather.timeout,
            )
            written = len(caller.heard)
            caller.waits()
        dial = caller.dialling
        at = dial.action.removeprefix(self._public).removesuffix(OUTCOME) if dial and dial.action else ""
        does = "dial" if dial else "end"
        yield Step(does=does, captions=list(self._captions(caller, written)), at=at, wait=0)

    def _captions(self, caller: Caller, start: int) -> Iterator[Caption]:
        for spoken, many in joined(caller.spoken[start:]):
            heard = caller.heard[start : start + many]
            yield self._caption(spoken, heard[0], sum(one.seconds for one in heard))
            start += many

    def _caption(self, spoken: SayOrPlay, heard: Heard, seconds: float) -> Caption:
        locale, said = self._locales.get(heard.language), isinstance(spoken, Say)
        text = spoken.text if isinstance(spoken, Say) else heard.text
        return Caption(
            lang=heard.language,
            dir=locale.direction if locale else "auto",
            name=locale.name if locale else heard.language,
            voice=heard.voice.rpartition(".")[2].partition("-")[0] if said else "",
            text=plain(text),
            rate=spoken.rate if isinstance(spoken, Say) else 1.0,
            lines=[self._written(line, heard.language) for line in lines_of(spoken, text)],
            seconds=round(seconds, 1),
            sound=self._sounds.name(spoken) if isinstance(spoken, Say) else _file(spoken.address),
            recorded=not said,
        )

    def _written(self, line: str, language: str) -> list[TextSpan]:
        hand = self._hands.get(language)
        return list(hand.write(line)) if hand else [TextSpan(line)]


def _file(address: str) -> str:
    return address.rpartition("/")[2].removesuffix(".wav")


def lines_of(spoken: SayOrPlay, text: str) -> list[str]:
    """The words in lines, with the marks of a breath: a new line where a pause follows the end of a sentence."""
    if not isinstance(spoken, Say):
        return re.split(r"\n\s*\n", text)
    lines, ended = list[str](), True
    for piece in (piece for piece in spoken.pieces if isinstance(piece, str)):
        if ended:
            lines.append(piece)
        else:
            lines[-1] += piece if piece[0] in ".,;:!?" else f" … {piece}"
        ended = piece.endswith((".", "!", "?"))
    return lines
