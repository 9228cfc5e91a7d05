"""Merges the messages of the texts into a catalogue, as gettext's msgmerge does.

A message of the texts takes the first of these that exists:

1. its own translation;
2. its own translation from the obsolete entries;
3. the translation of the same English in another text, if the other text no longer has this English;
4. as a fuzzy proposal, the translation of a similar English in the same text, if the text no longer has that English.

Translations that are no longer used stay in the file as obsolete entries (`#~`).
"""

from collections.abc import Collection, Sequence
from datetime import date
from difflib import SequenceMatcher
from typing import Literal, NamedTuple

from ivr.content.catalogue import Catalogue, MessageId, waiting_note, waits_since
from ivr.content.po import PoEntry

MIN_SIMILARITY = 0.6
"""The similarity of two English sentences (0 to 1) from which the translation of one is proposed for the other."""
ChangeKind = Literal["to translate", "fuzzy", "same meaning", "moved", "revived", "obsolete"]


class Change(NamedTuple):
    """One message that an update changed: `Change("fuzzy", ("tea", "Tea is cold."))` for an English that changed."""

    kind: ChangeKind
    message: MessageId


class Merged(NamedTuple):
    """A merged catalogue: the messages of the texts in their order, then the obsolete ones; and the changes."""

    entries: tuple[PoEntry, ...]
    changes: tuple[Change, ...]


def merge(
    catalogue: Catalogue, source: Sequence[PoEntry], same_meaning: Collection[str] = (), today: date | None = None
) -> Merged:
    """Merge `source`, the messages of the texts, into a catalogue.

    In the contexts `same_meaning` a change of the English keeps the translation. With `today`, a message that begins
    to wait for its translator gets a note with this day.
    """
    translations = _Translations(catalogue, source, same_meaning)
    pairs = [translations.of(message) for message in source]
    since = {entry.id: waits_since(entry) for entry in catalogue.entries}
    entries = [_with_note(entry, since.get(entry.id) or today) for entry, _ in pairs]
    obsolete = translations.unused()
    were_obsolete = {entry.id for entry in catalogue.obsolete}
    gone = [Change("obsolete", entry.id) for entry in obsolete if entry.id not in were_obsolete]
    return Merged((*entries, *obsolete), (*(change for _, change in pairs if change), *gone))


class _Translations:
    """The translations of a catalogue, each of which is used for one message of the texts or becomes obsolete."""

    def __init__(self, catalogue: Catalogue, source: Sequence[PoEntry], same_meaning: Collection[str]) -> None:
        self._same_meaning, ids = same_meaning, {message.id for message in source}
        self._present = {entry.id: entry for entry in catalogue.entries}
        self._obsolete = {entry.id: entry for entry in catalogue.obsolete if entry.translation}
        unused = {**self._obsolete, **self._present}
        self._unused = {key: entry for key, entry in unused.items() if key not in ids and entry.translation}

    def of(self, message: PoEntry) -> tuple[PoEntry, Change | None]:
        """`message` with its translation, and the change if there is one."""
        present, obsolete = self._present.get(message.id), self._obsolete.get(message.id)
        if obsolete and not (present and present.translation):
            return _translated(message, obsolete), Change("revived", message.id)
        if present:
            kept = _translated(message, present)
            return self._unmarked_if_same_meaning(kept) if kept.fuzzy else (kept, None)
        return self._with_unused_translation(message)

    def _with_unused_translation(self, message: PoEntry) -> tuple[PoEntry, Change]:
        """`message` with the translation of an entry that left the texts, or without a translation."""
        if same := [entry for entry in self._unused.values() if entry.english == message.english]:
            moved = self._unused.pop(min(same, key=lambda entry: entry.fuzzy).id)
            return _translated(message, moved), Change("moved", message.id)
        if similar := self._take_similar(message):
            previous = similar.previous if similar.fuzzy and similar.previous else similar.english
            entry = _translated(message, similar)._replace(fuzzy=True, previous=previous)
            if similar.fuzzy:  # the translation was made for an older English already
                return entry, Change("fuzzy", message.id)
            entry, change = self._unmarked_if_same_meaning(entry)
            return entry, change or Change("fuzzy", message.id)
        return message, Change("to translate", message.id)

    def _unmarked_if_same_meaning(self, entry: PoEntry) -> tuple[PoEntry, Change | None]:
        """A fuzzy `entry`; without its fuzzy mark if its English changed and its text is one of `same_meaning`."""
        if entry.previous and entry.context in self._same_meaning:
            return entry._replace(fuzzy=False, previous=""), Change("same meaning", entry.id)
        return entry, None

    def _take_similar(self, message: PoEntry) -> PoEntry | None:
        """The unused entry of the same text whose English is most similar; None if none is similar enough."""
        similarities = {
            entry.id: SequenceMatcher(None, entry.english, message.english, autojunk=False).ratio()
            for entry in self._unused.values()
            if entry.context == message.context
        }
        nearest = max(similarities, key=similarities.__getitem__, default=None)
        return self._unused.pop(nearest) if nearest and similarities[nearest] >= MIN_SIMILARITY else None

    def unused(self) -> list[PoEntry]:
        """The translations that no message of the texts has used, as obsolete entries."""
        return [
            entry._replace(
                obsolete=True, plural=False, notes=(), file="", previous=entry.previous if entry.fuzzy else ""
            )
            for entry in self._unused.values()
        ]


def _translated(message: PoEntry, other: PoEntry) -> PoEntry:
    """`message` with the translation, the marks and the translators' comments of another entry."""
    fuzzy = bool(other.translation) and (other.fuzzy or other.plural)
    previous = other.previous if fuzzy and other.previous != message.english else ""
    return message._replace(translation=other.translation, fuzzy=fuzzy, comments=other.comments, previous=previous)


def _with_note(entry: PoEntry, since: date | None) -> PoEntry:
    """`entry`; if it waits for its translator, with a note that says since which day."""
    waits = entry.fuzzy or not entry.translation
    return entry._replace(notes=(*entry.notes, waiting_note(since))) if waits and since else entry
