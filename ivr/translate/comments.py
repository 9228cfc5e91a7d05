"""The comments for translators in a catalogue: where a message is heard, how many seconds it takes, its placeholders.

Example: "Heard: press 1, then 2, “For pears”; about 5 s in English." They are made from the source language alone, so a
translation changes no comment.
"""

from collections.abc import Mapping

from ivr.call.playlist import named_keys
from ivr.content.catalogue import MessageId
from ivr.content.templates import blocks
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


def comments_of(line: Line) -> Mapping[MessageId, tuple[str, ...]]:
    """The comments of each message of the texts."""
    script = read_script(line, line.flow.source_language)
    rate = line.content.locales[script.locale].speech_rate
    comments = dict[MessageId, tuple[str, ...]]()
    for entry in script.all():
        for english, placeholders, _ in blocks(line.content.prompts.templates[entry.name]):
            values = {name: _value(line, entry, source) for name, source in placeholders.items()}
            seconds = timing.longest_seconds(english % values, rate)
            explained = (_explain(line, script, entry, name, placeholders[name], values[name]) for name in placeholders)
            comments.setdefault((entry.name, english), (_heard(line, entry, seconds), *explained))
    return comments


def _heard(line: Line, entry: Entry, seconds: float) -> str:
    label = f"“{title_of(line.flow, entry)}”" if entry.kind != SHARED else ""
    where = ", ".join(filter(None, (heard_when(line.flow, entry), label)))
    return f"Heard: {where or entry.name}; about {max(1, round(seconds))} s in English."


def _value(line: Line, entry: Entry, source: tuple[str, str]) -> str:
    """The words for a placeholder in the source language. `source` is ("press", choice) or ("numbers", name)."""
    locale = line.content.locales[line.flow.source_language]
    kind, name = source
    if kind == "press":
        return locale.key_word(named_keys(line.flow, entry.name)[name])
    return locale.digit_groups(line.content.facts.numbers[name].groups)


def _explain(line: Line, script: Script, entry: Entry, placeholder: str, source: tuple[str, str], value: str) -> str:
    kind, name = source
    if kind == "numbers":
        number = line.content.facts.numbers[name].say
        return f"%({placeholder})s is the number {number}, said digit by digit: “{value}”."
    key = named_keys(line.flow, entry.name)[name]
    purpose = KEY_PURPOSES.get(name) or f"which leads to “{title_of(line.flow, script.entry(name))}”"
    return f"%({placeholder})s is the word for key {key}, {purpose}: “{value}”."
