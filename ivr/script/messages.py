"""The messages of a catalogue behind the paragraphs of the script: line in the file, and comments of translators."""

from collections.abc import Mapping
from typing import NamedTuple

from ivr.content.catalogue import MessageId, po_file_of, read_catalogue
from ivr.line.line import Line


class Message(NamedTuple):
    """A message of a catalogue: its line in the file, and the comments of its translators ("Is this word polite?")."""

    line: int
    comments: tuple[str, ...]


def messages_of(line: Line, tag: str) -> Mapping[MessageId, Message]:
    """The messages in the catalogue of a language; none for the source language."""
    if tag == line.content.configured[0]:
        return {}
    catalogues = map(read_catalogue, line.content.stack.existing(po_file_of(tag)))
    return {entry.id: Message(entry.line, entry.comments) for catalogue in catalogues for entry in catalogue.entries}
