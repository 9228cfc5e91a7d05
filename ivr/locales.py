"""A language of the line: its catalogue, its voice, its words for digits and keys. No map, no XML, no numbers."""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Literal, NamedTuple

from pydantic import BaseModel, ConfigDict, ValidationError

from ivr.catalogue import MessageId, load_catalogue
from ivr.ear import Ear
from ivr.errors import BadLocale, Fault, Untranslated
from ivr.files import toml_of

SSML_VOICES = ("Polly.", "Google.")
"""Voices that take pauses and pace as SSML: https://www.twilio.com/docs/voice/twiml/say/text-speech."""


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
    """A language. `messages` is None for the language that the texts are written in."""

    tag: str
    name: str
    direction: str
    language: str
    voice: str
    digits: tuple[str, ...]
    star: str
    pound: str
    ear: Ear
    reviewed: str
    messages: Mapping[MessageId, str] | None
    faults: tuple[Fault, ...] = ()

    @property
    def takes_ssml(self) -> bool:
        """Whether the voice takes pauses and pace inside a Say."""
        return self.voice.startswith(SSML_VOICES)

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


def load_locale(folder: Path, source: bool) -> Locale:
    """Read a language's folder (`locale.toml`, and LC_MESSAGES/messages.po unless it is the `source` language).

    A faulty message is left out and reported in `faults`. Raises BadLocale where nothing of it can be used.
    """
    told = _told(folder / "locale.toml")
    messages, faults = (None, ()) if source else load_catalogue(folder / "LC_MESSAGES" / "messages.po")
    ear = Ear(told.ear.counts, told.ear.slowest, told.ear.fastest)
    reviewed = f"{told.reviewed.by}, {told.reviewed.date}" if told.reviewed else ""
    return Locale(
        folder.name, told.name, told.direction, told.language, told.voice, tuple(told.digits), told.star, told.pound,
        ear, reviewed, messages, tuple(faults),
    )  # fmt: skip


def _told(path: Path) -> _LocaleFile:
    try:
        told = _LocaleFile.model_validate(toml_of(path, BadLocale))
    except ValidationError as error:
        raise BadLocale(_field_faults(path, error)) from error
    faults = list(_word_faults(path, told))
    if faults:
        raise BadLocale(faults)
    return told


def _field_faults(path: Path, error: ValidationError) -> Iterator[Fault]:
    for one in error.errors():
        field = ".".join(str(step) for step in one["loc"])
        yield Fault(f"{path}: {field}", one["msg"].lower(), "locales/en/locale.toml explains every field.")


def _word_faults(path: Path, told: _LocaleFile) -> Iterator[Fault]:
    words = [*told.digits, told.star, told.pound]
    if len(told.digits) != 10:
        yield Fault(f"{path}: digits", f"{len(told.digits)} words", "Write ten: the words for 0, 1, 2 … 9.")
    if not all(words) or len(set(words)) != len(words) or any(re.search(r"[\d<>&%]", word) for word in words):
        yield Fault(
            f"{path}: digits, star, pound",
            "a word is empty, stands twice, or is not a word",
            "Each needs a word of its own, in letters.",
        )
    if not 0 < told.ear.slowest <= told.ear.fastest:
        yield Fault(
            f"{path}: ear",
            f"slowest {told.ear.slowest}, fastest {told.ear.fastest}",
            "Both are units a second, the slowest is the smaller.",
        )
