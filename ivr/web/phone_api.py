"""Answers the telephone page: plays one action of a visitor through the virtual caller and returns what is heard.

A browser sends the address of a place with a key or with the outcome of a dial. The answer holds captions and addresses
of places. A document holds everything that happens if the caller does nothing, and so does the answer: a visitor who
stays silent sends no further request.
"""

import re
from collections.abc import Iterator, Mapping
from typing import TypedDict

from ivr import simulator
from ivr.call.urls import OUTCOME, RING, address_in, address_of, place_at
from ivr.errors import UnknownAddress
from ivr.export.number_links import NumberLinker, TextSpan, without_pauses
from ivr.line.line import Line
from ivr.line.request import Form
from ivr.phone.caller import KEYS, Caller
from ivr.phone.playback import Heard
from ivr.phone.verbs import Say, SayOrPlay
from ivr.phone.webhook_form import FORM, OUTCOMES, answered, dial_ended, digits_pressed
from ivr.web.audio_preview import Sounds, join_says

CONVERSATION_SECONDS = 60.0
"""The length of the conversation with the hotline that is reported to the line; the page dials no number."""


class Caption(TypedDict):
    """The speech of one voice.

    `lang`, `dir` and `name` describe the language, such as "es-US", "ltr", "español"; `voice` is the name of the voice
    on the telephone, "" for a recording. `text` is spoken word for word; `lines` is the same with numbers as links.
    `sound` names the audio file, "" if there is none; `recorded` tells a recording from synthesized speech.
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


class PhoneStep(TypedDict):
    """Captions, and what follows them.

    `does` is "listen" (for `wait` seconds; a key is sent with the address `at`), "dial" (the outcome is sent with `at`)
    or "end". Example of `at`: "/call/en/main".
    """

    does: str
    captions: list[Caption]
    at: str
    wait: int


class PhoneApi:
    """The telephone of `line` for any number of visitors. It keeps no state between two requests."""

    def __init__(self, line: Line, sounds: Sounds) -> None:
        self._line, self._sounds, self._public_url = line, sounds, line.options.public_url
        self._post = simulator.in_process(line)
        self._locales = {locale.language: locale for locale in line.content.locales.values()}
        self._linkers = {
            language: NumberLinker(locale, line.content.facts.numbers) for language, locale in self._locales.items()
        }
        self._seconds, self._recordings = simulator.speaking_time(line), simulator.recordings(line)

    def steps(self, request: Mapping[str, object]) -> list[PhoneStep]:
        """The steps after `request`: {"at", "key"} or {"at", "outcome"}. Any other request is a new call."""
        address, form = self._first_post(request)
        caller = Caller(self._post, self._public_url + address, form, self._seconds, self._recordings)
        return list(self._play(caller))

    def _first_post(self, request: Mapping[str, object]) -> tuple[str, Form]:
        """The address and the form fields that Twilio would post."""
        at, key, outcome = (request.get(name) for name in ("at", "key", "outcome"))
        try:
            place = place_at(self._line.flow, str(at))
        except UnknownAddress:
            return RING, FORM
        if isinstance(key, str) and len(key) == 1 and key in KEYS:
            return str(at), [*answered(FORM), *digits_pressed(key)]
        if isinstance(outcome, str) and outcome in OUTCOMES:
            return address_of(place) + OUTCOME, [*answered(FORM), *dial_ended(outcome, CONVERSATION_SECONDS)]
        return RING, FORM

    def _play(self, caller: Caller) -> Iterator[PhoneStep]:
        """Play the call until it dials or ends, with a step for each time that it waits for a key."""
        caller.rings()
        captioned = 0
        while gather := caller.gather:
            caller.listens()
            yield PhoneStep(
                does="listen",
                captions=list(self._captions(caller, captioned)),
                at=address_in(self._public_url, gather.action),
                wait=gather.timeout,
            )
            captioned = len(caller.heard)
            caller.waits()
        dial = caller.dial
        at = address_in(self._public_url, dial.action).removesuffix(OUTCOME) if dial and dial.action else ""
        yield PhoneStep(does="dial" if dial else "end", captions=list(self._captions(caller, captioned)), at=at, wait=0)

    def _captions(self, caller: Caller, start: int) -> Iterator[Caption]:
        for spoken, verbs in join_says(caller.heard_verbs[start:]):
            heard = caller.heard[start : start + verbs]
            yield self._caption(spoken, heard[0], sum(part.seconds for part in heard))
            start += verbs

    def _caption(self, spoken: SayOrPlay, heard: Heard, seconds: float) -> Caption:
        locale, recorded = self._locales.get(heard.language), not isinstance(spoken, Say)
        text = spoken.text if isinstance(spoken, Say) else heard.text
        return Caption(
            lang=heard.language,
            dir=locale.direction if locale else "auto",
            name=locale.name if locale else heard.language,
            voice="" if recorded else heard.voice.rpartition(".")[2].partition("-")[0],
            text=without_pauses(text),
            rate=spoken.rate if isinstance(spoken, Say) else 1.0,
            lines=[self._linked(line, heard.language) for line in lines_of(spoken, text)],
            seconds=round(seconds, 1),
            sound=self._sounds.name(spoken) if isinstance(spoken, Say) else _recording_name(spoken.address),
            recorded=recorded,
        )

    def _linked(self, line: str, language: str) -> list[TextSpan]:
        linker = self._linkers.get(language)
        return list(linker.link(line)) if linker else [TextSpan(line)]


def _recording_name(address: str) -> str:
    return address.rpartition("/")[2].removesuffix(".wav")


def lines_of(spoken: SayOrPlay, text: str) -> list[str]:
    """The text of a caption in lines, with `…` for pauses. A pause at the end of a sentence begins a new line."""
    if not isinstance(spoken, Say):
        return re.split(r"\n\s*\n", text)
    lines, sentence_ended = list[str](), True
    for piece in (piece for piece in spoken.pieces if isinstance(piece, str)):
        if sentence_ended:
            lines.append(piece)
        else:
            lines[-1] += piece if piece[0] in ".,;:!?" else f" … {piece}"
        sentence_ended = piece.endswith((".", "!", "?"))
    return lines
