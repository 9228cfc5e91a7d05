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

from ivr import ear, twiml
from ivr.addresses import OUTCOME, RING, address_of, language_in, outcome_address_of, place_at
from ivr.call import KEYS, Answer, Event, Key, Lost, Outcome, Place, Reached, Ring, Silence
from ivr.content import Content, load_content
from ivr.errors import UnknownAddress
from ivr.facts import HOTLINE
from ivr.flow import Languages, Reminder
from ivr.prompts import Spoken
from ivr.readings import cues
from ivr.walk import Ask, End, Policy, Step, next_place, reachable, silence

Form = Sequence[tuple[str, str]]
"""The fields of a request in the order they came, blanks and repeated names kept."""

SHORTEST_SILENCE = 120
"""Seconds that a silent call lasts at least, from the last key."""
CHOICE_WAIT, WARNING_WAIT, PART_WAIT = 10, 20, 2
"""Seconds: the least wait for a choice, the wait before the line acts by itself, the wait between parts."""
_EVENTS = {key: Key(key) for key in KEYS}
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
    """The line. Raises BadContent where the map, the numbers or the texts of the first language cannot be used."""

    def __init__(self, root: Path, options: Options = Options()) -> None:
        started = time.perf_counter()
        self.content: Content = load_content(root)
        self.flow, self.options = self.content.flow, options
        self.ways = reachable(self.flow, options.silence)
        self._fragments: dict[Step, bytes] = {}
        self._waits: dict[Place, int] = {}
        self.documents = {place: self._document(place) for place in self.ways}
        self.last_resort = self._last_resort()
        size = sum(map(len, self._fragments.values()))
        self.built = Built(len(self.documents), len(self._fragments), size, time.perf_counter() - started)

    def respond(self, address: str, form: Form) -> Answer:
        """The answer to a verified request: `address` is the path behind the public URL, `form` its fields."""
        place, event = self._arrival(address, form)
        there = next_place(self.flow, place, event)
        return Answer(there, event, twiml.document(self.documents[there]))

    def steps(self, place: Place) -> tuple[Step, ...]:
        """What happens at `place` while the caller does nothing."""
        return silence(self.flow, place, self.options.silence)

    def spoken(self, step: Step) -> tuple[Spoken, ...]:
        """What `step` speaks, in order."""
        return tuple(self.content.speak(self.flow, cue) for cue in cues(self.flow, step))

    def wait(self, ask: Ask) -> int:
        """Seconds that the line waits for a key after what `ask` reads."""
        if ask.reading in ("warning", "ending", "last", "farewell"):
            return WARNING_WAIT
        node = self.flow.nodes[ask.place.node]
        choosing = ask.reading != "part" or isinstance(node, Reminder | Languages)
        least = PART_WAIT if not choosing else CHOICE_WAIT if ask.reading == "part" else self._choice_wait(ask.place)
        return max(least, self._typing_wait(ask)) if ask.place.pace == "slow" else least

    def _arrival(self, address: str, form: Form) -> tuple[Place, Event]:
        if address == RING:
            return Place(self.flow.root, self.flow.published[0]), Ring()
        at, _, outcome = address.rpartition("/")
        ended = f"/{outcome}" == OUTCOME
        try:
            place = place_at(self.flow, at if ended else address)
            self.documents[place]
        except (UnknownAddress, KeyError):
            place = Place(self.flow.root, language_in(self.flow, address))
            return place, _outcome(form) if ended else Lost(_key(form).key)
        return place, _outcome(form) if ended else _pressed(form)

    def _document(self, place: Place) -> tuple[bytes, ...]:
        return tuple(self._fragment(step) for step in self.steps(place))

    def _fragment(self, step: Step) -> bytes:
        if step not in self._fragments:
            self._fragments[step] = self._write(step)
        return self._fragments[step]

    def _write(self, step: Step) -> bytes:
        spoken, voices, pace = self.spoken(step), self.content.locales, step.place.pace
        if isinstance(step, Ask):
            action = self.options.public_url + address_of(step.place)
            rings = step.reading == "opening" and step.place == next_place(self.flow, step.place, Ring())
            return twiml.gather(spoken, voices, pace, action, self.wait(step), 0 if rings else twiml.AFTER_KEY)
        told = b"".join(twiml.tell(one, voices, pace) for one in spoken)
        if isinstance(step, End):
            return told + twiml.hang_up()
        action = self.options.public_url + outcome_address_of(step.place)
        return told + twiml.dial(self._number(), action, self.options.caller_id)

    def _number(self) -> str:
        return str(self.content.facts.numbers[self.flow.transfer.number].dial)

    def _choice_wait(self, place: Place) -> int:
        """Long enough that three readings and the warning fill SHORTEST_SILENCE even for the fastest voice."""
        menu = place._replace(misses=0)
        if menu not in self._waits:
            readings = (Ask(menu, "first"), Ask(menu, "second"), Ask(menu, "third"), Ask(menu, "warning"))
            read = sum(self._fewest_seconds(ask) for ask in readings)
            self._waits[menu] = max(CHOICE_WAIT, math.ceil((SHORTEST_SILENCE - WARNING_WAIT - read) / 3))
        return self._waits[menu]

    def _fewest_seconds(self, ask: Ask) -> float:
        locales = self.content.locales
        return sum(ear.fewest_seconds(one.text, locales[one.locale].ear) for one in self.spoken(ask))

    def _typing_wait(self, ask: Ask) -> int:
        """How much longer a relay operator types what was read than it took to read it."""
        locales, spoken = self.content.locales, self.spoken(ask)
        read = sum(ear.seconds(one.text, locales[one.locale].ear, slow=True) for one in spoken)
        return math.ceil(sum(ear.typing_seconds(one.text) for one in spoken) - read)

    def _last_resort(self) -> bytes:
        number = str(self.content.facts.numbers[HOTLINE].dial)
        call = twiml.dial(number, None, self.options.line_number)
        told = {text: self._in_every_language(text) for text in ("last_resort", "last_resort_again", "goodbye")}
        return twiml.document([told["last_resort"], call, told["last_resort_again"], call, told["goodbye"]])

    def _in_every_language(self, text: str) -> bytes:
        spoken = dict.fromkeys(self.content.line(self.flow, text, locale) for locale in self.flow.published[:2])
        return b"".join(twiml.tell(one, self.content.locales, "normal") for one in spoken)


def _key(form: Form) -> Key:
    digits = [value for name, value in form if name == "Digits"]
    return _EVENTS.get(digits[0], Key("")) if len(digits) == 1 else Key("")


def _pressed(form: Form) -> Event:
    return _key(form) if any(name == "Digits" and value for name, value in form) else Silence()


def _outcome(form: Form) -> Outcome:
    fields = dict(form)
    if fields.get("DialBridged") == "true":
        return Outcome("connected")
    return Outcome(_REACHED.get(fields.get("DialCallStatus", ""), "unknown"))
