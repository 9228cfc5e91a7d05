"""Reads locale.toml, the settings of a language, and reports every fault in it.

Also reads locales/proposals.toml, the words that `ivr locale new` proposes; `ivr check` compares languages with it.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any, Literal

from pydantic import AliasChoices, Field, ValidationError

from ivr.call.language_tags import lookup_tags
from ivr.content.characters import is_unspeakable
from ivr.content.files import CHECKOUT, Table, read_table, read_toml, wrong_fields
from ivr.content.voices import NO_VOICE, Voice, Voices
from ivr.errors import BadLocale, Fault

TWILIO_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")
"""How Twilio writes a language: "es-US". locales/voices.toml lists the languages."""
TWILIO_VOICE = re.compile(r"man|woman|alice|[A-Za-z]+\.\w+(-\w+)*")
"""How Twilio writes a voice: "Polly.Lupe-Neural". locales/voices.toml lists the voices."""
DIGIT_KEYS = "0123456789"
MIN_RATE, MAX_RATE = 1, 40
"""Units of speech a second: the slowest and the fastest rate of any language in any unit."""
RATE_NAMES = AliasChoices("speech_rate", "ear")
"""The names of a field: `ear` was the name of `speech_rate` in release 0.1.0."""


class _RateTable(Table, str_strip_whitespace=True):
    counts: Literal["words", "syllables", "characters"]
    slowest: float
    fastest: float


class Review(Table, str_strip_whitespace=True):
    """The native speaker who has read every text aloud, and the day."""

    by: str
    date: date

    def __str__(self) -> str:
        return f"{self.by}, {self.date}"


class LocaleFile(Table, str_strip_whitespace=True):
    """The fields of locale.toml. `Locale` has the same ones, and explains them."""

    name: str
    direction: Literal["ltr", "rtl"] = "ltr"
    language: str
    voice: str
    fallback_voice: str = ""
    digits: tuple[str, ...]
    star: str
    pound: str
    key_words: Mapping[str, str] = {}
    speech_rate: _RateTable = Field(validation_alias=RATE_NAMES)
    word_limits: bool = False
    review: Review | None = Field(default=None, alias="reviewed")
    translators: tuple[str, ...] = ()
    leaders: tuple[str, ...] = ()
    neutral_page: str = ""


def read_locale_file(paths: Sequence[Path], voices: Voices | None, is_source: bool) -> tuple[LocaleFile, Voice | None]:
    """The fields of a locale.toml, and its voice's row in the table of voices. Raises BadLocale with every fault.

    Of several `paths` the last one, a layer's, has the fields that differ, and the faults.
    """
    path, tables = paths[-1], [read_toml(path, BadLocale) for path in paths]
    try:
        fields = LocaleFile.model_validate({name: field for table in tables for name, field in table.items()})
    except ValidationError as error:
        remedy = "locales/en/locale.toml explains every field."
        raise BadLocale(Fault(f"{path}: {field}", found, remedy) for field, found in wrong_fields(error)) from error
    rows = voices.named(fields.voice) if voices else ()
    faults = [*_word_faults(path, fields), *_form_faults(path, fields)]
    if not faults:  # a malformed name is in no table: its fault alone is reported
        faults = list(_voice_faults(path, fields, rows, voices is not None, is_source))
    if faults:
        raise BadLocale(faults)
    return fields, next((row for row in rows if row.language == fields.language), None)


def _word_faults(path: Path, fields: LocaleFile) -> Iterator[Fault]:
    if len(fields.digits) != 10:
        yield Fault(f"{path}: digits", f"{len(fields.digits)} words", "Write ten: the words for 0, 1, 2 … 9.")
    if other := [key for key in fields.key_words if key not in DIGIT_KEYS]:
        remedy = 'It is for the keys 0 to 9, such as { 6 = "seis" }; `star` and `pound` are the words for * and #.'
        yield Fault(f"{path}: key_words", f"{', '.join(map(repr, other))}: not a digit key", remedy)
    yield from _bad_words(f"{path}: digits, star, pound", [*fields.digits, fields.star, fields.pound])
    keys = {**dict(zip(DIGIT_KEYS, fields.digits, strict=False)), **fields.key_words}
    if fields.key_words:
        yield from _bad_words(f"{path}: key_words", [*keys.values(), fields.star, fields.pound])


def _bad_words(where: str, words: Sequence[str]) -> Iterator[Fault]:
    bad = [word for word in words if words.count(word) > 1 or not _is_word(word)]
    if bad:
        found = f"{', '.join(map(repr, bad))}: empty, twice, or not a word"
        yield Fault(where, found, "Each needs its own word, in letters.")


def _is_word(word: str) -> bool:
    spoken = not any(map(is_unspeakable, word)) and not re.search(r"[\d<>&%]", word)
    return spoken and re.search(r"[^\W\d_]", word) is not None


def _form_faults(path: Path, fields: LocaleFile) -> Iterator[Fault]:
    """A malformed language or voice, and a speech rate that no language has."""
    if not TWILIO_LANGUAGE.fullmatch(fields.language):
        yield Fault(f"{path}: language", f"found {fields.language!r}", "Write it as Twilio does, such as es-US.")
    if not TWILIO_VOICE.fullmatch(fields.voice) and fields.voice != NO_VOICE:
        remedy = f'Write it as Twilio does, such as Polly.Lupe-Neural, or "{NO_VOICE}" where every text is recorded.'
        yield Fault(f"{path}: voice", f"found {fields.voice!r}", remedy)
    slowest, fastest = fields.speech_rate.slowest, fields.speech_rate.fastest
    if not MIN_RATE <= slowest <= fastest <= MAX_RATE:
        remedy = f"Both are units a second, from {MIN_RATE} to {MAX_RATE}, and the slowest is the smaller."
        yield Fault(f"{path}: speech_rate", f"slowest {slowest:g}, fastest {fastest:g}", remedy)


def _voice_faults(
    path: Path, fields: LocaleFile, rows: Sequence[Voice], has_table: bool, is_source: bool
) -> Iterator[Fault]:
    """A voice that Twilio does not have or that speaks another language: Twilio ends a call at such a <Say>."""
    if fields.voice == NO_VOICE:
        if is_source:
            remedy = "Its voice speaks every text that is not translated: name one."
            yield Fault(f"{path}: voice", "the source language has no voice", remedy)
    elif has_table and not rows:
        remedy = "See locales/voices.toml. If Twilio has the voice, add it to the table, with its source."
        yield Fault(f"{path}: voice", f"{fields.voice} is not in the table of voices", remedy)
    elif has_table and fields.language not in {row.language for row in rows}:
        spoken = " and ".join(row.language for row in rows)
        remedy = f"Name a voice of {fields.language} in locales/voices.toml, or the language that it speaks."
        yield Fault(f"{path}: voice", f"{fields.voice} speaks {spoken}, not {fields.language}", remedy)


_PROPOSED_RATE: Any = Field(default={}, validation_alias=RATE_NAMES)


class ProposedWords(Table):
    """The words of a language, as locale.toml and words.toml have them; an empty value is not known."""

    digits: tuple[str, ...] = ()
    star: str = ""
    pound: str = ""
    key_words: Mapping[str, str] = {}
    speech_rate: Mapping[str, Any] = _PROPOSED_RATE
    press: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()
    not_keys: tuple[str, ...] = ()
    small: tuple[str, ...] = ()


class Proposals(Table):
    """The proposals by tag. `speech_rate` is the rate of every language without one in its row."""

    speech_rate: Mapping[str, Any] = _PROPOSED_RATE
    languages: Mapping[str, ProposedWords]

    def of(self, tag: str) -> ProposedWords:
        """The words of `tag`, those of the nearest of its `lookup_tags`; an unknown language has empty words."""
        return next((self.languages[name] for name in lookup_tags(tag) if name in self.languages), ProposedWords())


def load_proposals(root: Path) -> Proposals:
    """Read the table of the line under `root`, or that of the program. Raises BadLocale if it cannot be used."""
    path = table_path(root, "proposals.toml")
    return read_table(path, Proposals, "The comment at the head of the file explains its fields.", BadLocale)


def table_path(root: Path, name: str) -> Path:
    """The path of a table in locales/ of this line, or, if it has none, of the program."""
    own = root / "locales" / name
    return own if own.exists() else CHECKOUT / "locales" / name
