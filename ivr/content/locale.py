"""A language of the line: its catalogue, its voice, its recordings, its words for digits and keys.

No map, no XML, no numbers.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Literal, NamedTuple

from pydantic import BaseModel, ConfigDict, ValidationError

from ivr.content.catalogue import MessageId, load_catalogue
from ivr.content.files import not_spoken, toml_of, wrong_fields
from ivr.content.recordings import Recordings, Sound, load_recordings
from ivr.content.voices import NO_VOICE, Voice, Voices
from ivr.errors import BadLocale, Fault, Untranslated
from ivr.speech.timing import SpeechRate

LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")
VOICE = re.compile(r"man|woman|alice|[A-Za-z]+\.\w+(-\w+)*")
"""How Twilio writes a language and a voice; which there are stands in locales/voices.toml."""
SLOWEST, FASTEST = 1, 40
"""Units a second: nobody speaks more slowly or faster, whatever a language counts."""


class _Table(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class _Ear(_Table):
    counts: Literal["words", "syllables", "characters"]
    slowest: float
    fastest: float


class _Reviewed(_Table):
    by: str
    date: date


class _LocaleFile(_Table):
    name: str
    direction: Literal["ltr", "rtl"] = "ltr"
    language: str
    voice: str
    digits: list[str]
    star: str
    pound: str
    ear: _Ear
    reviewed: _Reviewed | None = None


class Locale(NamedTuple):
    """A language. `messages` is None for the language that the texts are written in; `faults` are those left out.

    `speaker` is its row in the table of voices: None where it has no voice, or the table cannot be read. `sounds` are
    its recordings by the words that they read.
    """

    tag: str
    name: str
    direction: str
    language: str
    voice: str
    digits: tuple[str, ...]
    star: str
    pound: str
    ear: SpeechRate
    reviewed: str
    messages: Mapping[MessageId, str] | None
    faults: Mapping[MessageId, Fault] = {}
    speaker: Voice | None = None
    recordings: Recordings = Recordings()
    sounds: Mapping[str, Sound] = {}

    @property
    def takes_ssml(self) -> bool:
        """Whether the voice takes pauses and pace inside a Say."""
        return self.speaker is not None and self.speaker.takes_ssml

    def can_say(self, text: str) -> bool:
        """Whether there is a voice, and one <Say> holds `text`."""
        return self.voice != NO_VOICE and (self.speaker is None or self.speaker.can_say(text))

    def key(self, key: str) -> str:
        """The word for a key: "0" to "9", "*", "#"."""
        return {"*": self.star, "#": self.pound}.get(key) or self.digits[int(key)]

    def digit_groups(self, groups: Sequence[str]) -> str:
        """Groups of digits as words, one digit at a time, a breath between groups."""
        return " … ".join(" ".join(self.digits[int(digit)] for digit in group) for group in groups)

    def message(self, context: str, english: str) -> str:
        """The translation of a message. Raises Untranslated where the catalogue has none that can be used."""
        if self.messages is None:
            return english
        try:
            return self.messages[context, english]
        except KeyError:
            raise Untranslated(f"{self.tag}: {context}: {english}") from None


def load_locale(folder: Path, voices: Voices | None, source: bool = False) -> Locale:
    """Read a language's folder (`locale.toml`, and LC_MESSAGES/messages.po unless it is the `source` language).

    `voices` is the table of locales/voices.toml; None if it cannot be read: then no voice gets pauses. A faulty message
    is left out and reported in `faults`. Raises BadLocale if the language cannot be used at all.
    """
    try:
        return _load_locale(folder, voices, source)
    except BadLocale as error:
        raise BadLocale(fault._replace(locale=folder.name) for fault in error.faults) from error


def _load_locale(folder: Path, voices: Voices | None, source: bool) -> Locale:
    path = folder / "locale.toml"
    told, speaker = _told(path, voices, source)
    messages, faults = (None, {}) if source else load_catalogue(folder / "LC_MESSAGES" / "messages.po")
    ear = SpeechRate(told.ear.counts, told.ear.slowest, told.ear.fastest)
    reviewed = f"{told.reviewed.by}, {told.reviewed.date}" if told.reviewed else ""
    recordings = load_recordings(folder / "audio")
    recordings = recordings._replace(faults=tuple(one._replace(locale=folder.name) for one in recordings.faults))
    return Locale(
        folder.name, told.name, told.direction, told.language, told.voice, tuple(told.digits), told.star, told.pound,
        ear, reviewed, messages, faults, speaker, recordings, recordings.reading(),
    )  # fmt: skip


def _told(path: Path, voices: Voices | None, source: bool) -> tuple[_LocaleFile, Voice | None]:
    try:
        told = _LocaleFile.model_validate(toml_of(path, BadLocale))
    except ValidationError as error:
        raise BadLocale(_field_faults(path, error)) from error
    named = voices.named(told.voice) if voices else ()
    faults = [*_word_faults(path, told), *_voice_faults(path, told)]
    faults = faults or list(_speaker_faults(path, told, named, voices is not None, source))
    if faults:
        raise BadLocale(faults)
    return told, next((voice for voice in named if voice.language == told.language), None)


def _field_faults(path: Path, error: ValidationError) -> Iterator[Fault]:
    for field, found in wrong_fields(error):
        yield Fault(f"{path}: {field}", found, "locales/en/locale.toml explains every field.")


def _word_faults(path: Path, told: _LocaleFile) -> Iterator[Fault]:
    words = [*told.digits, told.star, told.pound]
    if len(told.digits) != 10:
        yield Fault(f"{path}: digits", f"{len(told.digits)} words", "Write ten: the words for 0, 1, 2 … 9.")
    bad = [word for word in words if words.count(word) > 1 or not _is_word(word)]
    if bad:
        found = f"{', '.join(map(repr, bad))}: empty, twice, or not a word"
        yield Fault(f"{path}: digits, star, pound", found, "Each needs a word of its own, in letters.")


def _is_word(word: str) -> bool:
    spoken = not any(map(not_spoken, word)) and not re.search(r"[\d<>&%]", word)
    return spoken and re.search(r"[^\W\d_]", word) is not None


def _voice_faults(path: Path, told: _LocaleFile) -> Iterator[Fault]:
    if not LANGUAGE.fullmatch(told.language):
        yield Fault(f"{path}: language", f"found {told.language!r}", "Write it as Twilio does, such as es-US.")
    if not VOICE.fullmatch(told.voice) and told.voice != NO_VOICE:
        remedy = f'Write it as Twilio does, such as Polly.Lupe-Neural, or "{NO_VOICE}" where every text is recorded.'
        yield Fault(f"{path}: voice", f"found {told.voice!r}", remedy)
    if not SLOWEST <= told.ear.slowest <= told.ear.fastest <= FASTEST:
        yield Fault(
            f"{path}: ear",
            f"slowest {told.ear.slowest:g}, fastest {told.ear.fastest:g}",
            f"Both are units a second, from {SLOWEST} to {FASTEST}, and the slowest is the smaller.",
        )


def _speaker_faults(
    path: Path, told: _LocaleFile, named: Sequence[Voice], known: bool, source: bool
) -> Iterator[Fault]:
    """A voice that Twilio does not have, or that speaks another language, would end a call."""
    if told.voice == NO_VOICE:
        if source:
            yield Fault(
                f"{path}: voice", "the first language has none", "Every text falls back to its voice: name one."
            )
    elif known and not named:
        remedy = (
            "See locales/voices.toml; a voice that Twilio has and the table has not is added there, with its source."
        )
        yield Fault(f"{path}: voice", f"{told.voice} is not in the table of voices", remedy)
    elif known and told.language not in {voice.language for voice in named}:
        spoken = " and ".join(voice.language for voice in named)
        remedy = f"Name a voice of {told.language} in locales/voices.toml, or the language that it speaks."
        yield Fault(f"{path}: voice", f"{told.voice} speaks {spoken}, not {told.language}", remedy)
