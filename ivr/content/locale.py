"""A language of the line: the folder locales/<tag>/ with its settings (locale.toml), catalogue and recordings."""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Literal, NamedTuple

from pydantic import AliasChoices, BaseModel, ConfigDict, Field, ValidationError

from ivr.content.catalogue import MessageId, load_catalogues
from ivr.content.fallback_voice import FallbackVoice, load_fallback_voice
from ivr.content.files import is_unspeakable, read_toml, wrong_fields
from ivr.content.recordings import Recordings, Sound, load_recordings, with_recordings
from ivr.content.voices import NO_VOICE, PREVIEW_VOICE, Voice, Voices
from ivr.errors import BadLocale, Fault, Untranslated
from ivr.speech.timing import SpeechRate

TWILIO_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")
"""How Twilio writes a language: "es-US". locales/voices.toml lists the languages."""
TWILIO_VOICE = re.compile(r"man|woman|alice|[A-Za-z]+\.\w+(-\w+)*")
"""How Twilio writes a voice: "Polly.Lupe-Neural". locales/voices.toml lists the voices."""
DIGIT_KEYS = "0123456789"
MIN_RATE, MAX_RATE = 1, 40
"""Units of speech a second: the slowest and the fastest rate of any language in any unit."""


class _Table(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)


class _RateTable(_Table):
    counts: Literal["words", "syllables", "characters"]
    slowest: float
    fastest: float


class Review(_Table):
    """The native speaker who has read every text aloud, and the day."""

    by: str
    date: date

    def __str__(self) -> str:
        return f"{self.by}, {self.date}"


class _LocaleFile(_Table):
    name: str
    direction: Literal["ltr", "rtl"] = "ltr"
    language: str
    voice: str
    fallback_voice: str = ""
    digits: list[str]
    star: str
    pound: str
    key_words: dict[str, str] = {}
    speech_rate: _RateTable = Field(validation_alias=AliasChoices("speech_rate", "ear"))  # `ear` was its name in 0.1.0
    word_limits: bool = False
    reviewed: Review | None = None
    translators: list[str] = []
    leaders: list[str] = []
    neutral_page: str = ""


class Locale(NamedTuple):
    """A language of the line. `tag` is our name for it ("es"), `language` Twilio's name ("es-US").

    - `name`: its name in itself ("español"). `voice`: as Twilio writes it ("Polly.Lupe-Neural").
    - `digits`: the words for 0 to 9. `star`, `pound`: the words for the keys * and #.
    - `key_words`: the words for the digit keys whose word differs from that in a telephone number: {"6": "seis"}.
    - `review`: the person who read the texts aloud, and the day; None without a reviewer.
    - `messages`: the usable translations; None for the source language. `faults`: the faults of the other messages.
    - `voice_row`: the voice's row in the table of voices; None without a voice, or if the table cannot be read.
    - `sounds`: the recordings, by the words that they read.
    - `translators`: the names of translators who wish to be named.
    - `leaders`: who answers for the language, each as CODEOWNERS writes it: "@maria", "@team/spanish", an address.
    - `is_preview`: texts without a recording are spoken too, in a language without a voice: to read and hear a draft.
    - `word_limits`: whether the limits that count words apply; seconds are a fair measure of every language.
    - `fallback`: the voice of the fallback document.
    - `neutral_page`: the address that “Leave this page” opens; "" for that of the source language. It may be faulty.
    """

    tag: str
    name: str
    direction: str
    language: str
    voice: str
    digits: tuple[str, ...]
    star: str
    pound: str
    speech_rate: SpeechRate
    review: Review | None
    messages: Mapping[MessageId, str] | None
    faults: Mapping[MessageId, Fault] = {}
    voice_row: Voice | None = None
    recordings: Recordings = Recordings()
    sounds: Mapping[str, Sound] = {}
    word_limits: bool = False
    translators: tuple[str, ...] = ()
    fallback: FallbackVoice = FallbackVoice()
    leaders: tuple[str, ...] = ()
    is_preview: bool = False
    key_words: Mapping[str, str] = {}
    neutral_page: str = ""

    @property
    def say_voice(self) -> str:
        """The voice of a <Say>: in a preview of a language without a voice, one that no telephone has."""
        return PREVIEW_VOICE if self.voice == NO_VOICE else self.voice

    @property
    def takes_ssml(self) -> bool:
        """Whether the voice takes pauses and a pace inside a <Say>."""
        return self.is_preview if self.voice_row is None else self.voice_row.takes_ssml

    def can_say(self, text: str) -> bool:
        """Whether the language has a voice, or one in a preview, and one <Say> holds `text`."""
        has_voice = self.voice != NO_VOICE or self.is_preview
        return has_voice and (self.voice_row is None or self.voice_row.can_say(text))

    def in_fallback_voice(self) -> "Locale":
        """The language as the fallback document speaks it: in its own voice where the fallback voice has a fault."""
        if self.voice == NO_VOICE or self.fallback.fault:
            return self
        return self._replace(voice=self.fallback.name, voice_row=self.fallback.row)

    def key_word(self, key: str) -> str:
        """The word for a key ("0" to "9", "*", "#"): "estrella" for "*"."""
        return {"*": self.star, "#": self.pound, **self.key_words}.get(key) or self.digits[int(key)]

    def digit_groups(self, groups: Sequence[str]) -> str:
        """Groups of digits in words, with a pause between groups: "one … eight eight eight" for ("1", "888")."""
        return " … ".join(" ".join(self.digits[int(digit)] for digit in group) for group in groups)

    def translation(self, context: str, english: str) -> str:
        """The translation of a message; in the source language, `english` itself. Raises Untranslated without one."""
        if self.messages is None:
            return english
        try:
            return self.messages[context, english]
        except KeyError:
            raise Untranslated(f"{self.tag}: {context}: {english}") from None


def load_locale(folder: Path, voices: Voices | None, source: bool = False, own: Path | None = None) -> Locale:
    """Read the folder of a language: locale.toml, audio/ and, unless it is the `source` language, messages.po.

    `voices` is the table of locales/voices.toml; None if it cannot be read: then no voice gets pauses. `own` is the
    folder of the language in a layer: its files have the fields, messages and recordings that differ. A faulty message
    is left out and reported in `faults`. Raises BadLocale if the language cannot be used at all.
    """
    try:
        return _load_parts(folder, voices, source, own)
    except BadLocale as error:
        raise BadLocale(fault._replace(locale=folder.name) for fault in error.faults) from error


def _load_parts(folder: Path, voices: Voices | None, source: bool, own: Path | None) -> Locale:
    paths = [path for path in (folder / "locale.toml", own and own / "locale.toml") if path and path.exists()]
    path = paths[-1] if paths else folder / "locale.toml"
    fields, voice_row = _read_fields(paths or [path], voices, source)
    po = Path("LC_MESSAGES", "messages.po")
    messages, faults = (None, {}) if source else load_catalogues(folder / po, own and own / po)
    rate = SpeechRate(fields.speech_rate.counts, fields.speech_rate.slowest, fields.speech_rate.fastest)
    recordings = load_recordings(folder / "audio")
    if own:
        recordings = with_recordings(recordings, load_recordings(own / "audio"))
    recordings = recordings._replace(faults=tuple(fault._replace(locale=folder.name) for fault in recordings.faults))
    fallback = load_fallback_voice(path, fields.fallback_voice, fields.voice, fields.language, voices, source)
    return Locale(
        folder.name, fields.name, fields.direction, fields.language, fields.voice, tuple(fields.digits), fields.star,
        fields.pound, rate, fields.reviewed, messages, faults, voice_row, recordings, recordings.sounds_by_words(),
        fields.word_limits, tuple(fields.translators), fallback, tuple(fields.leaders),
        key_words=fields.key_words, neutral_page=fields.neutral_page,
    )  # fmt: skip


def _read_fields(paths: Sequence[Path], voices: Voices | None, source: bool) -> tuple[_LocaleFile, Voice | None]:
    """The fields of a locale.toml, and its voice's row in the table of voices. Raises BadLocale with every fault.

    Of several `paths` the last one, a layer's, has the fields that differ, and the faults.
    """
    path, tables = paths[-1], [read_toml(path, BadLocale) for path in paths]
    try:
        fields = _LocaleFile.model_validate({name: field for table in tables for name, field in table.items()})
    except ValidationError as error:
        raise BadLocale(_field_faults(path, error)) from error
    rows = voices.named(fields.voice) if voices else ()
    faults = [*_word_faults(path, fields), *_form_faults(path, fields)]
    if not faults:  # a malformed name is in no table: its fault alone is reported
        faults = list(_voice_faults(path, fields, rows, voices is not None, source))
    if faults:
        raise BadLocale(faults)
    return fields, next((row for row in rows if row.language == fields.language), None)


def _field_faults(path: Path, error: ValidationError) -> Iterator[Fault]:
    for field, found in wrong_fields(error):
        yield Fault(f"{path}: {field}", found, "locales/en/locale.toml explains every field.")


def _word_faults(path: Path, fields: _LocaleFile) -> Iterator[Fault]:
    if len(fields.digits) != 10:
        yield Fault(f"{path}: digits", f"{len(fields.digits)} words", "Write ten: the words for 0, 1, 2 … 9.")
    if other := [key for key in fields.key_words if key not in DIGIT_KEYS]:
        remedy = 'It is for the keys 0 to 9, such as { 6 = "seis" }; `star` and `pound` are the words for * and #.'
        yield Fault(f"{path}: key_words", f"{', '.join(map(repr, other))}: not a digit key", remedy)
    yield from _bad_words(f"{path}: digits, star, pound", [*fields.digits, fields.star, fields.pound])
    keys = dict(zip(DIGIT_KEYS, fields.digits, strict=False)) | fields.key_words
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


def _form_faults(path: Path, fields: _LocaleFile) -> Iterator[Fault]:
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
    path: Path, fields: _LocaleFile, rows: Sequence[Voice], has_table: bool, source: bool
) -> Iterator[Fault]:
    """A voice that Twilio does not have or that speaks another language: Twilio ends a call at such a <Say>."""
    if fields.voice == NO_VOICE:
        if source:
            remedy = "Its voice speaks every text that is not translated: name one."
            yield Fault(f"{path}: voice", "the source language has no voice", remedy)
    elif has_table and not rows:
        remedy = "See locales/voices.toml. If Twilio has the voice, add it to the table, with its source."
        yield Fault(f"{path}: voice", f"{fields.voice} is not in the table of voices", remedy)
    elif has_table and fields.language not in {row.language for row in rows}:
        spoken = " and ".join(row.language for row in rows)
        remedy = f"Name a voice of {fields.language} in locales/voices.toml, or the language that it speaks."
        yield Fault(f"{path}: voice", f"{fields.voice} speaks {spoken}, not {fields.language}", remedy)
