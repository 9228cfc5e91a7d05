"""The notes for translators in a catalogue (`PoEntry.notes`): where a message is heard, its seconds, its placeholders.

Example: "Heard: “For pears”, part 2 of 3; about 5 s in English." They are made from the source language alone, so a
translation changes no note. They have no key of a menu, so another order of choices changes no note either.
"""

from collections.abc import Mapping

from ivr.call.playlist import named_keys
from ivr.content.catalogue import MessageId
from ivr.content.templates import blocks_by_part
from ivr.content.written import END
from ivr.line.line import Line
from ivr.script.labels import heard_when, title_of
from ivr.script.model import SHARED, Entry, Script, read_script
from ivr.speech import timing

KEY_PURPOSES = {
    "person": "for a person",
    "again": "to hear it again, more slowly",
    "language": "for another language",
    "reminder": "for the reminder to dial 911",
    "back": "for the menu above",
    "next": "for the next part",
    "reminder_again": "to hear the reminder again",
}
"""The purposes of the keys that work everywhere, by the name that texts give them."""


def notes_of(line: Line) -> Mapping[MessageId, tuple[str, ...]]:
    """The notes about each message of the texts."""
    script = read_script(line, line.flow.source_language)
    rate = line.content.locales[script.locale].speech_rate
    notes = dict[MessageId, tuple[str, ...]]()
    for entry in script.all():
        for part, blocks in enumerate(blocks_by_part(line.content.prompts.templates[entry.name]), start=1):
            for english, placeholders, *_ in blocks:
                values = {name: _value(line, entry, source) for name, source in placeholders.items()}
                heard = _heard(line, entry, part, timing.longest_seconds(english % values, rate))
                explained = (_explain(line, script, entry, name, placeholders[name], values[name]) for name in values)
                notes.setdefault((entry.name, english), (heard, *explained))
    return notes


def _heard(line: Line, entry: Entry, part: int, seconds: float) -> str:
    event = "" if entry.keys else heard_when(line.flow, entry)
    label = f"“{title_of(line.flow, entry)}”" if entry.kind != SHARED else ""
    position = f"part {part} of {len(entry.parts)}" if len(entry.parts) > 1 else ""
    where = ", ".join(filter(None, (event, label, position)))
    return f"Heard: {where or entry.name}; about {max(1, round(seconds))} s in English."


def _value(line: Line, entry: Entry, source: tuple[str, str]) -> str:
    """The words for a placeholder in the source language: none for the mark of a written form.

    `source` is ("press", choice), ("numbers", name) or ("written", name).
    """
    locale = line.content.locales[line.flow.source_language]
    kind, name = source
    if kind == "written":
        return ""
    if kind == "press":
        return locale.key_word(named_keys(line.flow, entry.name)[name])
    return locale.digit_groups(line.content.facts.numbers[name].groups)


def _explain(line: Line, script: Script, entry: Entry, placeholder: str, source: tuple[str, str], value: str) -> str:
    kind, name = source
    if kind == "numbers":
        number = line.content.facts.numbers[name].say
        return f"%({placeholder})s is the number {number}, said digit by digit: “{value}”."
    if kind == "written":
        return _explain_written(line, placeholder, name)
    key = named_keys(line.flow, entry.name)[name]
    if purpose := KEY_PURPOSES.get(name):
        return f"%({placeholder})s is the word for key {key}, {purpose}: “{value}”."
    return f"%({placeholder})s is the word for the key that leads to “{title_of(line.flow, script.entry(name))}”."


def _explain_written(line: Line, placeholder: str, name: str) -> str:
    if name == END:
        return f"%({placeholder})s ends these words. Neither mark is spoken."
    form = line.content.facts.written[name].write
    written = f"writes “{form}” for them" if form else "leaves them out"
    return f"%({placeholder})s begins words that are for listeners only: the web page {written}."
