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
from ivr.script.model import SHARED, Entry, Script, script_of
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
    script = script_of(line, line.flow.source_language)
    rate = line.content.locales[script.locale].speech_rate
    notes = dict[MessageId, tuple[str, ...]]()
    for entry in script.all():
        for part, blocks in enumerate(blocks_by_part(line.content.prompts.templates[entry.name]), start=1):
            for block in blocks:
                explained = {name: _explain(line, script, entry, value) for name, value in block.placeholders.items()}
                spoken = {name: words for name, (words, _) in explained.items()}
                heard = _heard(line, entry, part, timing.longest_seconds(block.english % spoken, rate))
                rows = (f"%({name})s {explanation}" for name, (_, explanation) in explained.items())
                notes.setdefault((entry.name, block.english), (heard, *rows))
    return notes


def _heard(line: Line, entry: Entry, part: int, seconds: float) -> str:
    event = "" if entry.keys else heard_when(line.flow, entry)
    label = f"“{title_of(line.flow, entry)}”" if entry.kind != SHARED else ""
    position = f"part {part} of {len(entry.parts)}" if len(entry.parts) > 1 else ""
    where = ", ".join(filter(None, (event, label, position)))
    return f"Heard: {where or entry.name}; about {max(1, round(seconds))} s in English."


def _explain(line: Line, script: Script, entry: Entry, value: tuple[str, str]) -> tuple[str, str]:
    """The words for a placeholder in the source language, "" for the mark of a written form; and what it is.

    `value` is ("press", choice), ("numbers", name) or ("written", name).
    """
    (kind, name), locale = value, line.content.locales[script.locale]
    if kind == "written":
        return "", _explain_written(line, name)
    if kind == "numbers":
        number = line.content.facts.numbers[name]
        words = locale.digit_groups(number.groups)
        return words, f"is the number {number.say}, said digit by digit: “{words}”."
    key = named_keys(line.flow, entry.name)[name]
    word, purpose = locale.key_word(key), KEY_PURPOSES.get(name)
    if purpose:
        return word, f"is the word for key {key}, {purpose}: “{word}”."
    return word, f"is the word for the key that leads to “{title_of(line.flow, script.entry(name))}”."


def _explain_written(line: Line, name: str) -> str:
    if name == END:
        return "ends these words. Neither mark is spoken."
    form = line.content.facts.written[name].write
    written = f"writes “{form}” for them" if form else "leaves them out"
    return f"begins words that are for listeners only: the web page {written}."
