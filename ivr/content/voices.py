"""The table of Twilio's voices, locales/voices.toml: which voice speaks which language, and what a <Say> may hold."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote

from pydantic import Field

from ivr.call.language_tags import lookup_tags
from ivr.content.files import Table, read_table
from ivr.errors import BadLocale, Fault

NO_VOICE = "none"
"""The `voice` of a language that Twilio has no voice for: every text is recorded."""
PREVIEW_VOICE = "Polly.Preview"
"""The voice in the TwiML of a draft without a voice. Pages show its words, and espeak-ng speaks them."""
MAX_ENCODED = 4500
"""Characters of one <Say> when its text is percent-encoded: https://www.twilio.com/docs/api/errors/13521."""


class Voice(NamedTuple):
    """A voice and a language that it speaks: Voice("Polly.Lupe-Neural", "es-US", "polly-neural", True, 3000).

    `max_characters` is the longest text of one <Say>.
    """

    name: str
    language: str
    kind: str
    takes_ssml: bool
    max_characters: int

    @property
    def vendor(self) -> str:
        """The company whose voice it is, as Twilio names it: "Polly" (Amazon) or "Google"."""
        return self.name.partition(".")[0]

    def can_say(self, text: str) -> bool:
        """Whether `text` is short enough for one <Say>."""
        return len(text) <= self.max_characters and len(quote(text)) <= MAX_ENCODED


class Voices(NamedTuple):
    """The table of voices.

    `languages` has the voices of each language of Twilio's, the best voice first: {"es-US": (Voice(…), …)}. `tags` has
    the language of Twilio's for a tag: {"es": "es-US"}.
    """

    languages: Mapping[str, tuple[Voice, ...]]
    tags: Mapping[str, str]

    def named(self, name: str) -> tuple[Voice, ...]:
        """The rows of a voice, one for each language that it speaks."""
        return tuple(voice for voices in self.languages.values() for voice in voices if voice.name == name)

    def voice_of_another_vendor(self, language: str, name: str) -> str:
        """The first voice of `language` whose vendor is not that of the voice `name`; "none" if there is none."""
        vendors = {voice.vendor for voice in self.named(name)}
        others = (voice.name for voice in self.languages.get(language, ()) if voice.vendor not in vendors)
        return next(others, NO_VOICE)

    def language_for(self, tag: str) -> str:
        """Twilio's language for a tag, "" if there is none in its script.

        "es-PR" is "es-US", because Twilio has no voice for es-PR; "zh-Hant-HK" is "yue-HK"; "sr-Latn" has none.
        """
        names = lookup_tags(tag)
        listed = [self.tags.get(name, name) for name in names]
        alike = [language for language in self.languages if set(lookup_tags(language)) & set(names)]
        return next((language for language in (*listed, *alike) if language in self.languages), "")


class _Kind(Table, strict=True):
    ssml: bool
    longest: int


class _VoicesFile(Table, strict=True):
    kinds: dict[str, _Kind]
    tags: dict[str, str] = Field(default_factory=dict)
    languages: dict[str, dict[str, list[str]]]


def load_voices(path: Path) -> Voices:
    """Read the table of voices. Raises BadLocale if it cannot be used."""
    remedy = "Compare it with the rows around it; the comment at the top of the file explains them."
    table = read_table(path, _VoicesFile, remedy, BadLocale)
    if faults := list(_unknown_kinds(path, table)):
        raise BadLocale(faults)
    languages = {language: tuple(_voices(language, kinds, table.kinds)) for language, kinds in table.languages.items()}
    return Voices(languages, table.tags)


def _unknown_kinds(path: Path, table: _VoicesFile) -> Iterator[Fault]:
    for language, kinds in table.languages.items():
        for kind in kinds.keys() - table.kinds.keys():
            yield Fault(f"{path}: languages.{language}", f"`{kind}` is not a kind of voice", "[kinds] lists the kinds.")


def _voices(language: str, named: Mapping[str, list[str]], kinds: Mapping[str, _Kind]) -> Iterator[Voice]:
    for kind, names in named.items():
        for name in names:
            yield Voice(name, language, kind, kinds[kind].ssml, kinds[kind].longest)
