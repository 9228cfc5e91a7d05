"""The compiled line: every place a caller can stand in has its document ready before the first call.

`Line(root)` reads prompts/ and locales/ under `root`, renders every fragment once and freezes it. `respond(address,
form)` is the whole service: a pure function; no file, network, clock or lock is on its way. What belongs to a web
server, to a signature or to the environment may not come in.
"""

import math
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from ivr.call.flow import Languages, Reminder, Transfer
from ivr.call.playlist import PromptRef, prompts_for
from ivr.call.state import KEYS, Answer, Event, Key, Lost, Outcome, Place, Reached, Ring, Silence
from ivr.call.transitions import MAX_MISSES, Ask, End, Policy, Step, explore, next_place, silence
from ivr.call.urls import AUDIO, OUTCOME, RING, address_of, language_in, outcome_address_of, successor_of
from ivr.content.facts import HOTLINE
from ivr.content.load import Content, load_content
from ivr.content.prompts import RenderedPrompt
from ivr.content.voices import NO_VOICE
from ivr.line import twiml
from ivr.speech import timing

Form = Sequence[tuple[str, str]]
"""The fields of a request in the order they came, blanks and repeated names kept."""

SHORTEST_SILENCE = 120
"""Seconds that a silent call lasts at least, from the last key."""
CHOICE_WAIT, WARNING_WAIT, PART_WAIT = 10, 20, 2
"""Seconds: the least wait for a choice, the wait before the line acts by itself, the wait between parts."""
_EVENTS, _OTHER = {key: Key(key) for key in KEYS}, Key("")
_REACHED: dict[str, Reached] = {
    "completed": "connected", "answered": "connected", "busy": "busy", "no-answer": "no-answer", "failed": "failed",
    "canceled": "canceled",
}  # fmt: skip


@dataclass(frozen=True)
class Options:
    """What an operator decides: the address the line is reached at, its own number, and what silence leads to."""

    public_url: str = "http://127.0.0.1:8000"
    line_number: str | None = None
    pass_caller_on: bool = False
    silence: Policy = "connect"

    @property
    def caller_id(self) -> str | None:
        """The number shown to the hotline: the line's own; None lets Twilio show the caller's."""
        return None if self.pass_caller_on else self.line_number


class Built(NamedTuple):
    """How large the compiled line is, in places, distinct fragments and their bytes, and the seconds it took."""

    places: int
    fragments: int
    size: int
    seconds: float

    def __str__(self) -> str:
        return f"{self.places} places, {self.fragments} fragments, {self.size / 1000:.0f} kB, {self.seconds:.2f} s"


class Line:
    """The line. Raises BadContent where the map, the numbers or the texts of the first language cannot be used.

    With `published`, these languages are offered and not those of the map: so a draft is tried out.
    """

    def __init__(self, root: Path, options: Options = Options(), published: Sequence[str] | None = None) -> None:
        started = time.perf_counter()
        self.content: Content = load_content(root, published)
        self.flow, self.options = self.content.flow, options
        self.paths, self.transitions = explore(self.flow, options.silence)
        self._spoken: dict[PromptRef, RenderedPrompt] = {}
        self._waits: dict[Place, int] = {}
        fragments = dict[Step, bytes]()
        by_language = sorted(self.paths, key=lambda place: place.locale)
        self.documents = {place: self._document(place, fragments) for place in by_language}
        self._places = {address_of(place): place for place in self.documents}
        self.fallback_document = self._fallback_document()
        size = sum(map(len, fragments.values()))
        self.built = Built(len(self.documents), len(fragments), size, time.perf_counter() - started)

    def respond(self, address: str, form: Form) -> Answer:
        """The answer to a verified request: `address` is the path behind the public URL, `form` its fields."""
        place, event = self._arrival(address, form)
        there = self.transitions[place][event.key] if isinstance(event, Key) else next_place(self.flow, place, event)
        return Answer(there, event, twiml.document(self.documents[there]))

    def steps(self, place: Place) -> tuple[Step, ...]:
        """What happens at `place` while the caller does nothing."""
        return silence(self.flow, place, self.options.silence)

    def spoken(self, step: Step) -> tuple[RenderedPrompt, ...]:
        """What `step` speaks, in order."""
        return tuple(map(self._said, prompts_for(self.flow, step)))

    def _said(self, cue: PromptRef) -> RenderedPrompt:
        if cue not in self._spoken:
            self._spoken[cue] = self.content.speak(self.flow, cue)
        return self._spoken[cue]

    def seconds(self, spoken: RenderedPrompt, slow: bool = False) -> float:
        """How long `spoken` takes to hear: its recording's length, else an upper estimate."""
        if spoken.sound:
            return spoken.sound.slow_seconds if slow else spoken.sound.seconds
        return timing.longest_seconds(spoken.text, self.content.locales[spoken.locale].ear, slow)

    def fewest_seconds(self, spoken: RenderedPrompt) -> float:
        """How long `spoken` takes at least: its recording's length, else a lower estimate."""
        if spoken.sound:
            return spoken.sound.seconds
        return timing.shortest_seconds(spoken.text, self.content.locales[spoken.locale].ear)

    def wait(self, ask: Ask) -> int:
        """Seconds that the line waits for a key after what `ask` reads."""
        if ask.reading in ("warning", "ending", "last", "farewell"):
            return WARNING_WAIT
        node = self.flow.nodes[ask.place.node]
        choosing = ask.reading != "part" or isinstance(node, Reminder | Languages)
        least = PART_WAIT if not choosing else CHOICE_WAIT if ask.reading == "part" else self._choice_wait(ask.place)
        return max(least, self._typing_wait(ask)) if ask.place.pace == "slow" else least

    def _arrival(self, address: str, form: Form) -> tuple[Place, Event]:
        if address in self._places:
            return self._places[address], _pressed(form)
        home = Place(self.flow.root, language_in(self.flow, address))
        if address == RING:
            return home, Ring()
        if address.endswith(OUTCOME):
            place = self._places.get(address.removesuffix(OUTCOME), home)
            dialled = place if isinstance(self.flow.nodes[place.node], Transfer) else home
            return dialled, _outcome(form)
        return successor_of(self.flow, address) or home, Lost(_key(_digits(form)).key)

    def _document(self, place: Place, fragments: dict[Step, bytes]) -> tuple[bytes, ...]:
        steps = self.steps(place)
        for step in steps:
            if step not in fragments:
                fragments[step] = self._write(step)
        return tuple(fragments[step] for step in steps)

    def _write(self, step: Step) -> bytes:
        spoken, voices, pace = self.spoken(step), self.content.locales, step.place.pace
        if isinstance(step, Ask):
            action = self.options.public_url + address_of(step.place)
            rings = step.reading == "opening" and step.place == next_place(self.flow, step.place, Ring())
            lead = 0 if rings else twiml.AFTER_KEY
            return twiml.gather(spoken, voices, pace, action, self.wait(step), lead, self._audio)
        told = b"".join(twiml.tell(one, voices, pace, audio=self._audio) for one in spoken)
        if isinstance(step, End):
            return told + twiml.hang_up()
        action = self.options.public_url + outcome_address_of(step.place)
        return told + twiml.dial(self._number(), action, self.options.caller_id)

    @property
    def _audio(self) -> str:
        return self.options.public_url + AUDIO

    def _number(self) -> str:
        return str(self.content.facts.numbers[self.flow.transfer.number].dial)

    def _choice_wait(self, place: Place) -> int:
        """Long enough that three readings and the warning fill SHORTEST_SILENCE even for the fastest voice.

        After a second wrong key the first reading is the short one, and its wait makes up for that.
        """
        menu, here = place._replace(misses=0), place if place.misses == MAX_MISSES else place._replace(misses=0)
        if here not in self._waits:
            readings = (Ask(here, "first"), Ask(menu, "second"), Ask(menu, "third"), Ask(menu, "warning"))
            read = sum(self.fewest_seconds(one) for ask in readings for one in self.spoken(ask))
            silent = SHORTEST_SILENCE - WARNING_WAIT - read
            wait = silent / 3 if here == menu else silent - 2 * self._choice_wait(menu)
            self._waits[here] = max(CHOICE_WAIT, math.ceil(wait))
        return self._waits[here]

    def _typing_wait(self, ask: Ask) -> int:
        """How much longer a relay operator types what was read than it took to read it."""
        spoken = self.spoken(ask)
        read = sum(self.seconds(one, slow=True) for one in spoken)
        return math.ceil(sum(timing.typing_seconds(one.text) for one in spoken) - read)

    def _fallback_document(self) -> bytes:
        number = str(self.content.facts.numbers[HOTLINE].dial)
        call = twiml.dial(number, None, self.options.line_number)
        told = {text: self._in_every_language(text) for text in ("last_resort", "last_resort_again", "goodbye")}
        return twiml.document([told["last_resort"], call, told["last_resort_again"], call, told["goodbye"]])

    def _in_every_language(self, text: str) -> bytes:
        """By voice alone: where this is needed, nobody can fetch a recording from us."""
        voiced = [tag for tag in self.flow.published if self.content.locales[tag].voice != NO_VOICE]
        spoken = dict.fromkeys(self.content.line(self.flow, text, tag)._replace(sound=None) for tag in voiced[:2])
        return b"".join(twiml.tell(one, self.content.locales, "normal") for one in spoken)


def _digits(form: Form) -> list[str]:
    return [value for name, value in form if name == "Digits"]


def _key(digits: list[str]) -> Key:
    return _EVENTS.get(digits[0], _OTHER) if len(digits) == 1 else _OTHER


def _pressed(form: Form) -> Event:
    digits = _digits(form)
    return _key(digits) if any(digits) else Silence()


def _outcome(form: Form) -> Outcome:
    fields = dict(form)
    if fields.get("DialBridged") == "true":
        return Outcome("connected")
    return Outcome(_REACHED.get(fields.get("DialCallStatus", ""), "unknown"))
