"""A language of the line: the folder locales/<tag>/ with its settings (locale.toml), catalogue and recordings."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from ivr.content.catalogue import MessageId, load_messages
from ivr.content.locale_file import LocaleFile, Review, read_locale_file
from ivr.content.recordings import Recordings, Sound, load_recordings, merged_recordings
from ivr.content.voices import NO_VOICE, PREVIEW_VOICE, Voice, Voices
from ivr.errors import BadLocale, Fault, Untranslated
from ivr.speech.timing import SpeechRate


class FallbackVoice(NamedTuple):
    """The voice of a language in the fallback document, its row in the table of voices, and why it is not usable.

    Twilio plays that document when the line fails, also when it fails because a vendor has withdrawn a voice or has an
    outage. So this voice is of another vendor. A fault of it withholds no language: the language's own voice speaks.
    `name` is "none" where the fallback document does not speak the language.
    """

    name: str = NO_VOICE
    row: Voice | None = None
    fault: Fault | None = None


class Locale(NamedTuple):
    """A language of the line. `tag` is our name for it ("es"), `language` Twilio's name ("es-US").

    - `name`: its name in the language itself ("español"). `voice`: as Twilio writes it ("Polly.Lupe-Neural").
    - `digits`: the words for 0 to 9. `star`, `pound`: the words for the keys * and #.
    - `key_words`: the words for the digit keys whose word differs from that in a telephone number: {"6": "seis"}.
    - `review`: the person who read the texts aloud, and the day; None without a reviewer.
    - `messages`: the usable translations; None for the source language. `faults`: the faults of the other messages.
    - `voice_row`: the voice's row in the table of voices; None without a voice, or if the table cannot be read.
    - `sounds`: the recordings, by the words that they read.
    - `translators`: the names of translators who wish to be named.
    - `leaders`: who answers for the language, each as CODEOWNERS writes it: "@maria", "@team/spanish", an address.
    - `has_preview_voice`: it has no voice, and PREVIEW_VOICE says the texts without a recording: to try out a draft.
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
    has_preview_voice: bool = False
    key_words: Mapping[str, str] = {}
    neutral_page: str = ""

    @property
    def say_voice(self) -> str:
        """The voice of a <Say>: for a language without a voice PREVIEW_VOICE, which no telephone has."""
        return PREVIEW_VOICE if self.voice == NO_VOICE else self.voice

    @property
    def takes_ssml(self) -> bool:
        """Whether the voice takes pauses and a pace inside a <Say>."""
        return self.has_preview_voice if self.voice_row is None else self.voice_row.takes_ssml

    def can_say(self, text: str) -> bool:
        """Whether the language has a voice or the preview voice, and one <Say> holds `text`."""
        has_voice = self.voice != NO_VOICE or self.has_preview_voice
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
        """The translation of a message; in the source language, `english`. Raises Untranslated if it is missing."""
        if self.messages is None:
            return english
        try:
            return self.messages[context, english]
        except KeyError:
            raise Untranslated(f"{self.tag}: {context}: {english}") from None


def load_locale(
    folder: Path, voices: Voices | None, is_source: bool = False, layer_folder: Path | None = None
) -> Locale:
    """Read the folder of a language: locale.toml, audio/ and, unless it is the source language, messages.po.

    `voices` is the table of locales/voices.toml; None if it cannot be read: then no voice gets pauses. The files of
    `layer_folder` (locales/<tag> of a layer) have the fields, messages and recordings that differ. A faulty message is
    left out and reported in `faults`. Raises BadLocale if the language cannot be used at all.
    """
    try:
        return _load_folders(folder, voices, is_source, layer_folder)
    except BadLocale as error:
        raise BadLocale(fault._replace(locale=folder.name) for fault in error.faults) from error


def _load_folders(folder: Path, voices: Voices | None, is_source: bool, layer_folder: Path | None) -> Locale:
    folders = (folder, layer_folder) if layer_folder else (folder,)
    paths = _paths_in(folders, "locale.toml")
    fields, voice_row = read_locale_file(paths, voices, is_source)
    catalogues = () if is_source else _paths_in(folders, "LC_MESSAGES/messages.po")
    messages, faults = load_messages(catalogues)
    recordings = load_recordings(folder / "audio")
    if layer_folder:
        recordings = merged_recordings(recordings, load_recordings(layer_folder / "audio"))
    recordings = recordings._replace(faults=tuple(fault._replace(locale=folder.name) for fault in recordings.faults))
    rate = SpeechRate(fields.speech_rate.counts, fields.speech_rate.slowest, fields.speech_rate.fastest)
    shared_fields = {name: field for name, field in fields if name in Locale._fields} | {"speech_rate": rate}
    return Locale(
        tag=folder.name,
        **shared_fields,
        messages=None if is_source else messages,
        faults=faults,
        voice_row=voice_row,
        recordings=recordings,
        sounds={row.reads: row.sound for row in recordings.rows},
        fallback=_fallback_voice(paths[-1], fields, voices, is_source),
    )


def _paths_in(folders: Sequence[Path], name: str) -> Sequence[Path]:
    """The files of this name that exist in `folders`, the release's first; if none exists, the first path.

    A single path is returned unchecked, because Path.exists raises if the permission to read its folder is missing. The
    reader of the file reports that as a fault of this language alone.
    """
    paths = [folder / name for folder in folders]
    existing = [path for path in paths if path.exists()] if len(paths) > 1 else paths
    return existing or paths[:1]


def _fallback_voice(path: Path, fields: LocaleFile, voices: Voices | None, is_source: bool) -> FallbackVoice:
    """The fallback voice that `fields`, read from the locale.toml `path`, name.

    `voices` is None if the table of voices cannot be read: then the language's own voice speaks. "none" is a fault in
    the source language, which the fallback document always speaks.
    """
    name, language = fields.fallback_voice, fields.language
    if voices is None:
        return FallbackVoice(fields.voice)
    if name == NO_VOICE and not is_source:
        return FallbackVoice()
    row = next((row for row in voices.named(name) if row.language == language), None)
    if not (found := _fallback_voice_fault(name, row, fields)):
        return FallbackVoice(name, row)
    other = voices.voice_of_another_vendor(language, fields.voice)
    remedy = f"Name a voice of {language} of another vendor in locales/voices.toml, such as {other}."
    if other == NO_VOICE:
        remedy = f'No other vendor has a voice of {language}: write "{NO_VOICE}", which leaves the language out.'
    return FallbackVoice(name, row, Fault(f"{path}: fallback_voice", found, remedy, locale=path.parent.name))


def _fallback_voice_fault(name: str, row: Voice | None, fields: LocaleFile) -> str:
    if not name:
        return "none is set, so the fallback document fails where the line's own voice does"
    if row is None:
        return f"{name} is not a voice of {fields.language} in the table of voices"
    if row.vendor == fields.voice.partition(".")[0]:
        return f"{name} is of the vendor of {fields.voice}, and would fail together with it"
    return ""
