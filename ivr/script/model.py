"""The whole line in one language as one value: every text in key order, with its words, sources and seconds.

The script, the map, the readable web page and the notes for translators are made from this value, so all of them
hold exactly the words that callers hear.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from ivr.call.flow import LanguageMenu, Menu
from ivr.call.playlist import SHARED_TEXTS
from ivr.call.state import Place
from ivr.call.transitions import Ask, Dial, Step
from ivr.content.prompts import RenderedPrompt
from ivr.line.line import Line
from ivr.speech import readability
from ivr.speech.pauses import PARAGRAPH_PAUSE

SHARED = "shared"
"""The kind of a shared text, which many nodes speak; the kind of a node is that of the flow file."""


class Choice(NamedTuple):
    """One choice of a menu: its key, the node that it leads to, and the sentence that offers it."""

    key: str
    node: str
    offer: str


class Entry(NamedTuple):
    """One text, as it is spoken.

    `name` is that of a node or of a shared text. `keys` lead to it from the main menu, such as "1 2"; "" where no
    choice does. `label` is that of the choice that offers it ("For tea"), else the name of the text. `facts` are ids of
    sources.toml. `seconds` is an upper estimate at the normal pace.
    """

    name: str
    kind: str
    keys: str
    label: str
    parts: tuple[RenderedPrompt, ...]
    choices: tuple[Choice, ...]
    facts: tuple[str, ...]
    word_count: int
    seconds: float

    @property
    def depth(self) -> int:
        """How many keys lead here from the main menu."""
        return len(self.keys.split())

    @property
    def locale(self) -> str:
        """The language that it is spoken in: the source language where it is not translated."""
        return self.parts[0].locale


class Script(NamedTuple):
    """`entries` are the menus and topics in key order, `others` the other nodes, `shared` the texts of many nodes."""

    locale: str
    entries: tuple[Entry, ...]
    others: tuple[Entry, ...]
    shared: tuple[Entry, ...]

    def entry(self, name: str) -> Entry:
        """The entry of a text. Raises KeyError for an unknown name."""
        return {entry.name: entry for entry in self.all()}[name]

    def all(self) -> Iterator[Entry]:
        """Every entry, in reading order."""
        yield from (*self.entries, *self.others, *self.shared)

    def below(self, entry: Entry) -> tuple[Entry, ...]:
        """The entries that the choices of `entry` lead to, in key order."""
        return tuple(self.entry(choice.node) for choice in entry.choices)


def script_of(line: Line, locale: str) -> Script:
    """The script of `line` in `locale`, one of `line.content.locales`."""
    entries = tuple(_menu_and_below(line, locale, line.flow.main_menu))
    reached = {entry.name for entry in entries}
    texts = line.content.prompts.templates
    names = [name for name, node in line.flow.nodes.items() if name in texts and not isinstance(node, LanguageMenu)]
    others = tuple(_entry(line, locale, name) for name in names if name not in reached)
    return Script(locale, entries, others, tuple(_entry(line, locale, name) for name in SHARED_TEXTS))


def _menu_and_below(line: Line, locale: str, name: str, keys: str = "", label: str = "") -> Iterator[Entry]:
    """The menu and all texts below it, depth first, in key order."""
    entry = _entry(line, locale, name, keys, label)
    yield entry
    for choice in entry.choices:
        keys_of_choice = f"{keys} {choice.key}".strip()
        yield from _menu_and_below(line, locale, choice.node, keys_of_choice, label_of(choice.offer))


def _entry(line: Line, locale: str, name: str, keys: str = "", label: str = "") -> Entry:
    """One text. `keys` and `label` are empty where no choice leads to it."""
    parts, node = line.content.parts(name, locale), line.flow.nodes.get(name)
    offers = zip(node.choices, parts[-1].paragraphs, strict=True) if isinstance(node, Menu) else ()
    choices = tuple(Choice(str(key), target, offer) for key, (target, offer) in enumerate(offers, start=1))
    facts = line.content.prompts.templates[name].facts
    kind = node.kind if node and name not in SHARED_TEXTS else SHARED
    word_count = sum(len(readability.words(part.words)) for part in parts)
    return Entry(name, kind, keys, label or name, parts, choices, facts, word_count, _seconds(line, parts))


def _seconds(line: Line, prompts: Sequence[RenderedPrompt]) -> float:
    return sum(map(line.schedule.longest_seconds, prompts)) + PARAGRAPH_PAUSE * (len(prompts) - 1)


def label_of(offer: str) -> str:
    """The label of a choice: "For tea" for "For tea … press one."."""
    return offer.split("…")[0].strip()


STEP_NAMES = {
    "opening": "The opening",
    "part": "A part of the text",
    "first": "The menu, first reading",
    "second": "The menu, second reading, with the keys that work everywhere",
    "third": "The menu, third reading, short",
    "last": "The menu, last reading",
    "farewell": "After a conversation",
    "warning": "The line says what it will do",
    "ending": "The line says that it will end the call",
    "number": "The hotline’s number, twice",
}
"""The readings of `ivr.call.transitions`, in words."""


class TimelineStep(NamedTuple):
    """One step: it begins `at` seconds after the first and takes `seconds`, both upper estimates at the normal pace.

    `texts` are the names and the words, in order. The line then waits `wait` seconds for a key, or, where `wait` is
    None, acts as `action` says, such as "dials the hotline".
    """

    name: str
    texts: tuple[tuple[str, RenderedPrompt], ...]
    at: float
    seconds: float
    wait: int | None
    action: str

    @property
    def clock(self) -> str:
        """The beginning as minutes and seconds, such as "1:05"."""
        return f"{int(self.at) // 60}:{int(self.at) % 60:02}"


def timeline(line: Line, place: Place) -> tuple[TimelineStep, ...]:
    """All steps of `line` from `place` on, for a caller who presses no key."""
    steps, at = list[TimelineStep](), 0.0
    for step in line.steps(place):
        steps.append(_step(line, step, at))
        at += steps[-1].seconds + (steps[-1].wait or 0)
    return tuple(steps)


def _step(line: Line, step: Step, at: float) -> TimelineStep:
    texts = tuple((reference.text, prompt) for reference, prompt in line.schedule.named_prompts(step))
    seconds = _seconds(line, [prompt for _, prompt in texts])
    if isinstance(step, Ask):
        return TimelineStep(STEP_NAMES[step.reading], texts, at, seconds, line.schedule.wait(step), "")
    if isinstance(step, Dial):
        return TimelineStep("The line connects", texts, at, seconds, None, "dials the hotline")
    return TimelineStep("The line ends the call", texts, at, seconds, None, "hangs up")
