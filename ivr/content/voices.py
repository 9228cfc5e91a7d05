"""The voices of the telephone, locales/voices.toml: which voice speaks which language, and what it takes.

It is data about the telephone's side. No language of the line, no words and no XML may come in here.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote

from pydantic import BaseModel, ConfigDict, ValidationError

from ivr.content.files import toml_of, wrong_fields
from ivr.errors import BadLocale, Fault

NO_VOICE = "none"
"""Stands in the place of a voice where a language has none and every text is recorded."""
LONGEST_ENCODED = 4500
"""Characters of one <Say>, encoded as in an address: https://www.twilio.com/docs/api/errors/13521."""


class Voice(NamedTuple):
    """A voice and a language that it speaks. `longest` is the characters of text that one <Say> may hold."""

    name: str
    language: str
    kind: str
    takes_ssml: bool
    longest: int

    def can_say(self, text: str) -> bool:
        """Whether `text` is short enough for one <Say>."""
        return len(text) <= self.longest and len(quote(text)) <= LONGEST_ENCODED


class Voices(NamedTuple):
    """The table: the voices of each of Twilio's languages, the best first, and which language is meant by a tag."""

    languages: Mapping[str, tuple[Voice, ...]]
    tags: Mapping[str, str]

    def named(self, name: str) -> tuple[Voice, ...]:
        """The voice of that name, once for each language that it speaks."""
        return tuple(voice for voices in self.languages.values() for voice in voices if voice.name == name)

    def language_for(self, tag: str) -> str:
        """Twilio's language for the tag of a language, "" where it has none: es-PR is es-US, for want of its own."""
        bare = tag.partition("-")[0]
        alike = (language for language in self.languages if language.partition("-")[0] == bare)
        own = (tag,) if tag in self.languages else ()
        named = (self.tags[one] for one in (tag, bare) if one in self.tags)
        return next((language for language in (*own, *named, *alike) if language in self.languages), "")


class _Kind(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    ssml: bool
    longest: int


class _Table(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    kinds: dict[str, _Kind]
    tags: dict[str, str] = {}
    languages: dict[str, dict[str, list[str]]]


def load_voices(path: Path) -> Voices:
    """Read the table of voices. Raises BadLocale where it cannot be used."""
    try:
        table = _Table.model_validate(toml_of(path, BadLocale))
    except ValidationError as error:
        remedy = "Compare it with the rows around it; the head of the file explains them."
        raise BadLocale(Fault(f"{path}: {field}", found, remedy) for field, found in wrong_fields(error)) from error
    if faults := list(_unknown_kinds(path, table)):
        raise BadLocale(faults)
    languages = {language: tuple(_voices(language, kinds, table.kinds)) for language, kinds in table.languages.items()}
    return Voices(languages, table.tags)


def _unknown_kinds(path: Path, table: _Table) -> Iterator[Fault]:
    for language, kinds in table.languages.items():
        for kind in kinds.keys() - table.kinds.keys():
            yield Fault(f"{path}: languages.{language}", f"`{kind}` is no kind of voice", "The kinds stand in [kinds].")


def _voices(language: str, named: Mapping[str, list[str]], kinds: Mapping[str, _Kind]) -> Iterator[Voice]:
    for kind, names in named.items():
        for name in names:
            yield Voice(name, language, kind, kinds[kind].ssml, kinds[kind].longest)
