"""The voice with which a language speaks in the fallback document.

Twilio plays that document when the line fails, also when it fails because a vendor has withdrawn a voice or has an
outage. So this voice is of another vendor. A fault of it withholds no language: the language's own voice speaks.
"""

from pathlib import Path
from typing import NamedTuple

from ivr.content.locale_file import LocaleFile
from ivr.content.voices import NO_VOICE, Voice, Voices
from ivr.errors import Fault


class FallbackVoice(NamedTuple):
    """A voice, its row in the table of voices, and why it is not usable.

    `name` is "none" where the fallback document does not speak the language.
    """

    name: str = NO_VOICE
    row: Voice | None = None
    fault: Fault | None = None


def load_fallback_voice(path: Path, fields: LocaleFile, voices: Voices | None, source: bool) -> FallbackVoice:
    """The fallback voice that `fields`, read from the locale.toml `path`, name.

    `voices` is None if the table of voices cannot be read: then the language's own voice speaks. The `source` language
    must have a voice.
    """
    name, language = fields.fallback_voice, fields.language
    if voices is None:
        return FallbackVoice(fields.voice)
    if name == NO_VOICE and not source:
        return FallbackVoice()
    row = next((row for row in voices.named(name) if row.language == language), None)
    if not (found := _fault(name, row, fields)):
        return FallbackVoice(name, row)
    other = voices.voice_of_another_vendor(language, fields.voice)
    remedy = f"Name a voice of {language} of another vendor in locales/voices.toml, such as {other}."
    if other == NO_VOICE:
        remedy = f'No other vendor has a voice of {language}: write "{NO_VOICE}", which leaves the language out.'
    return FallbackVoice(name, row, Fault(f"{path}: fallback_voice", found, remedy, locale=path.parent.name))


def _fault(name: str, row: Voice | None, fields: LocaleFile) -> str:
    if not name:
        return "none is set, so the fallback document fails where the line's own voice does"
    if row is None:
        return f"{name} is not a voice of {fields.language} in the table of voices"
    if row.vendor == fields.voice.partition(".")[0]:
        return f"{name} is of the vendor of {fields.voice}, and would fail together with it"
    return ""
