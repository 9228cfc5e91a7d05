"""Notes for translators: for each message where it is heard, which keys lead there, its seconds, and its placeholders.

They stand in the catalogues, over each message. They are made from the first language alone, so that a translation
changes no note.
"""

from collections.abc import Iterator, Mapping

from ivr.call.playlist import named_keys
from ivr.content.catalogue import MessageId
from ivr.content.templates import blocks
from ivr.line.line import Line
from ivr.script.labels import title_of, way_to
from ivr.script.model import Entry, Script, read
from ivr.speech import timing

KEYS = {
    "person": "for a person",
    "again": "to hear it again, more slowly",
    "language": "for another language",
    "reminder": "for the reminder to dial 911",
    "back": "for the menu before",
    "next": "for the next part",
    "reminder_again": "to hear the reminder again",
}
"""What the keys do that mean the same everywhere."""


def notes(line: Line) -> Mapping[MessageId, tuple[str, ...]]:
    """The notes of every message of the texts."""
    book, told = read(line, line.flow.published[0]), dict[MessageId, tuple[str, ...]]()
    for entry in book.all():
        for english, kinds, _ in blocks(line.content.prompts.templates[entry.node]):
            spoken = {name: _spoken(line, entry, kind) for name, kind in kinds.items()}
            seconds = timing.longest_seconds(english % spoken, line.content.locales[book.locale].ear)
            named = (f"%({name})s is {_named(line, book, entry, kinds[name], spoken[name])}" for name in kinds)
            told.setdefault((entry.node, english), (*_heard(line, entry, seconds), *named))
    return told


def _heard(line: Line, entry: Entry, seconds: float) -> Iterator[str]:
    label = f"“{title_of(line.flow, entry)}”" if entry.kind != "line" else ""
    where = ", ".join(filter(None, (way_to(line.flow, entry), label)))
    yield f"Heard: {where or entry.node}; about {max(1, round(seconds))} s in English."


def _spoken(line: Line, entry: Entry, kind: tuple[str, str]) -> str:
    locale = line.content.locales[line.flow.published[0]]
    if kind[0] == "press":
        return locale.key(named_keys(line.flow, entry.node)[kind[1]])
    return locale.digit_groups(line.content.facts.numbers[kind[1]].groups)


def _named(line: Line, book: Script, entry: Entry, kind: tuple[str, str], spoken: str) -> str:
    room, name = kind
    if room == "numbers":
        return f"the number {line.content.facts.numbers[name].say}, said digit by digit: “{spoken}”."
    key = named_keys(line.flow, entry.node)[name]
    does = KEYS.get(name) or f"which leads to “{title_of(line.flow, book.entry(name))}”"
    return f"the word for key {key}, {does}: “{spoken}”."
