"""Recordings against the texts: what a language has to read aloud, what is read, what reads old words."""

from collections.abc import Iterator
from typing import NamedTuple

from ivr.call.playlist import language_keys, named_keys
from ivr.content.prompts import RenderedPrompt
from ivr.content.recordings import LIST, Recording
from ivr.content.voices import NO_VOICE
from ivr.errors import Fault, Untranslated
from ivr.line.line import Line

VOICED_ONLY = ("last_resort", "last_resort_again")
"""Texts that are spoken when nobody can fetch a recording from us."""


MANY = 3
"""Languages from which on each may be offered at any key of the language menu."""


class Recordable(NamedTuple):
    """One thing to be read aloud: its name ("reach-2", "language-key-8"), and its words as the line speaks them."""

    name: str
    spoken: RenderedPrompt

    @property
    def text(self) -> str:
        """The name of the text that it is a part of."""
        return self.name.partition("-")[0]


def readings(line: Line, tag: str, languages: int | None = None) -> Iterator[Recordable]:
    """Everything spoken in a language, text by text; what is not whole there is left out.

    `languages` is how many are published, where others than now are thought of.
    """
    for text in line.content.prompts.templates:
        for key in language_keys(text, languages or len(line.content.configured)):
            yield from _of_text(line, tag, text, key)


def to_record(line: Line, tag: str, languages: int | None = None) -> Iterator[Recordable]:
    """What of it can be recorded."""
    return (reading for reading in readings(line, tag, languages) if reading.text not in VOICED_ONLY)


def _of_text(line: Line, tag: str, text: str, key: str) -> Iterator[Recordable]:
    try:
        parts = line.content.prompts.render(text, tag, named_keys(line.flow, text, key))
    except Untranslated:
        return
    name = f"{text}-key-{key}" if text == "language" else text
    for number, spoken in enumerate(parts, start=1):
        yield Recordable(f"{name}-{number}" if len(parts) > 1 else name, spoken)


def stale(line: Line, tag: str) -> tuple[Recording, ...]:
    """The recordings that read words which no text has any more."""
    wanted = {reading.spoken.text for reading in to_record(line, tag, MANY)}
    return tuple(row for row in line.content.locales[tag].recordings.rows if row.reads not in wanted)


def missing(line: Line, tag: str) -> tuple[Recordable, ...]:
    """What nobody has recorded as it stands now."""
    sounds = line.content.locales[tag].sounds
    return tuple(reading for reading in to_record(line, tag) if reading.spoken.text not in sounds)


def recording_faults(line: Line, tag: str) -> Iterator[Fault]:
    """In a language without a voice every text must be recorded, and the recording be current."""
    if line.content.locales[tag].voice == NO_VOICE:
        path, old = line.content.root / "locales" / tag / "audio" / LIST, {row.name for row in stale(line, tag)}
        for reading in missing(line, tag):
            found = "its recording reads other words" if reading.name in old else "it is not recorded"
            where, remedy = f"{path}: [{reading.name}]", f"Read it aloud: `ivr recordings sheet {tag}`."
            yield Fault(where, found, remedy, locale=tag, text=reading.text)


def recording_notes(line: Line, tag: str) -> Iterator[str]:
    """What a voice has taken over, where there is one: it keeps nobody from a call, so it is no fault."""
    if line.content.locales[tag].voice != NO_VOICE and (old := stale(line, tag)):
        yield f"{tag}: the voice reads what has changed since it was recorded: {', '.join(row.name for row in old)}"
