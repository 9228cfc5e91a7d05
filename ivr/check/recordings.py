"""Recordings compared with the texts: what can be recorded, what is recorded, which recordings are outdated."""

from collections.abc import Iterator
from typing import NamedTuple

from ivr.call.playlist import language_keys, named_keys
from ivr.call.transitions import LANGUAGES_PER_PART
from ivr.content.prompts import RenderedPrompt
from ivr.content.recordings import RECORDINGS_FILE, Recording
from ivr.content.voices import NO_VOICE
from ivr.errors import Fault, Untranslated
from ivr.line.line import Line

VOICE_ONLY = ("fallback", "fallback_again")
"""Texts of the fallback document. It is used when our recordings cannot be fetched, so a voice always speaks them."""
LANGUAGES_FOR_EVERY_KEY = 1 + LANGUAGES_PER_PART
"""The number of published languages with which a part of the language menu is full: each key from 1 to 5 offers one."""


class TextPart(NamedTuple):
    """A part of a text in one language, and its words as the line speaks them.

    `name` is the text, with the number of the part if there are several ("reach-2"), and with the key for the offer of
    a language ("language-key-8").
    """

    name: str
    spoken: RenderedPrompt

    @property
    def text(self) -> str:
        """The name of the text: "reach" for "reach-2"."""
        return self.name.partition("-")[0]


def translated_parts(line: Line, tag: str, language_count: int | None = None) -> Iterator[TextPart]:
    """Every part of every text that is translated into a language; for the source language, of every text.

    `language_count` is the number of published languages, None for the present number. It decides which keys can offer
    the language: 8 alone, or with three or more languages also a key from 1 to 5.
    """
    for text in line.content.prompts.templates:
        for key in language_keys(text, language_count or len(line.content.configured)):
            yield from _parts(line, tag, text, key)


def parts_to_record(line: Line, tag: str, language_count: int | None = None) -> Iterator[TextPart]:
    """The parts whose recording would be played: all but those of the fallback document."""
    return (part for part in translated_parts(line, tag, language_count) if part.text not in VOICE_ONLY)


def _parts(line: Line, tag: str, text: str, key: str) -> Iterator[TextPart]:
    try:
        parts = line.content.prompts.render(text, tag, named_keys(line.flow, text, key))
    except Untranslated:
        return
    name = f"{text}-key-{key}" if text == "language" else text
    for number, spoken in enumerate(parts, start=1):
        yield TextPart(f"{name}-{number}" if len(parts) > 1 else name, spoken)


def outdated_recordings(line: Line, tag: str) -> tuple[Recording, ...]:
    """The recordings whose words no text has any more."""
    texts = {part.spoken.words for part in parts_to_record(line, tag, LANGUAGES_FOR_EVERY_KEY)}
    return tuple(row for row in line.content.locales[tag].recordings.rows if row.reads not in texts)


def unrecorded_parts(line: Line, tag: str) -> tuple[TextPart, ...]:
    """The parts that have no recording of their present words."""
    sounds = line.content.locales[tag].sounds
    return tuple(part for part in parts_to_record(line, tag) if part.spoken.words not in sounds)


def recording_faults(line: Line, tag: str) -> Iterator[Fault]:
    """The parts without a recording, in a language without a voice."""
    if line.content.locales[tag].voice == NO_VOICE:
        path = line.content.root / "locales" / tag / "audio" / RECORDINGS_FILE
        changed = {row.name for row in outdated_recordings(line, tag)}
        for part in unrecorded_parts(line, tag):
            found = "its recording reads other words" if part.name in changed else "it is not recorded"
            where, remedy = f"{path}: [{part.name}]", f"Read it aloud: `ivr recordings sheet {tag}`."
            yield Fault(where, found, remedy, locale=tag, text=part.text)


def recording_notes(line: Line, tag: str) -> Iterator[str]:
    """The outdated recordings of a language with a voice: the voice speaks instead, so they are no faults."""
    if line.content.locales[tag].voice != NO_VOICE and (rows := outdated_recordings(line, tag)):
        yield f"{tag}: the voice reads what has changed since it was recorded: {', '.join(row.name for row in rows)}"
