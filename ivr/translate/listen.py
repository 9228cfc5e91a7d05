"""Sounds for translators: each text of a language, published or a draft, as a telephone would carry it.

The recording of a text is used if there is one, else a voice of this machine. Its sounds are kept: each is made once.
"""

import shutil
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from ivr.call.state import Pace
from ivr.check.recordings import RecordablePart, recordable_parts
from ivr.content.layer import recording_files
from ivr.content.load import published_and_drafts
from ivr.content.locale import Locale
from ivr.content.voices import NO_VOICE
from ivr.errors import BadLocale, OperationFailed
from ivr.line.compiler import compile_line
from ivr.line.line import Line
from ivr.line.options import Options
from ivr.speech import programs, timing
from ivr.speech.installed_voices import InstalledVoice, InstalledVoices, required_voices
from ivr.speech.sound_folder import SoundFolder, sound_file_name
from ivr.speech.utterance import utterance_of
from ivr.speech.wav import seconds_of
from ivr.translate.make_sounds import BATCH_SIZE, LanguageSounds, by_file_name, make_missing

PLAYER_TIMEOUT = 300
"""Seconds that a program may play one sound."""
MIN_MEASURED_SECONDS = 20
"""Seconds of speech after which the speech rate of a voice is known well enough to be proposed."""
SLOWEST_FACTOR, FASTEST_FACTOR = 0.92, 1.6
"""A proposed rate is the measured rate of espeak-ng times a factor. The rates in locales/en correspond to the factors
0.92 and 1.28, those in locales/es to 0.93 and 1.81."""
SOUNDS_FOLDER = ".sounds"
"""The folder of synthetic sounds, beside prompts/ and locales/. It may be deleted at any time."""


class TextSound(NamedTuple):
    """One text or part to listen to: its name, such as "tea-2", its words, its sound file and the seconds it takes.

    `speech_seconds` are the seconds without the written pauses.
    """

    name: str
    words: str
    path: Path
    seconds: float

    @property
    def speech_seconds(self) -> float:
        return self.seconds - timing.pause_seconds(self.words)


def compile_with_draft(root: Path, options: Options, tag: str) -> Line:
    """The line with the language `tag` in it, published or not. Raises BadContent where it cannot be read."""
    line = compile_line(root, options, published_and_drafts(root, tag))
    if tag not in line.content.locales:
        raise BadLocale(fault for fault in line.content.faults if fault.locale == tag)
    return line


def text_sounds(
    line: Line, tag: str, names: Sequence[str], pace: Pace = "normal", voices_folder: Path | None = None
) -> Iterator[TextSound]:
    """The sounds of the texts or parts `names` (empty: of all texts) of a language.

    `voices_folder` has Piper voices. Raises OperationFailed for an unknown name, for names that are not translated, and
    where a sound cannot be made.
    """
    locale, chosen = line.content.locales[tag], _chosen(line, tag, names)
    for start in range(0, len(chosen), BATCH_SIZE):
        parts = chosen[start : start + BATCH_SIZE]
        recorded = {part.name: path for part in parts if (path := _recorded(line, locale, part, pace))}
        unrecorded = [part for part in parts if part.name not in recorded]
        paths = recorded | (_synthetic(line, locale, unrecorded, pace, voices_folder) if unrecorded else {})
        for part in parts:
            path = paths[part.name]
            yield TextSound(part.name, part.spoken.words, path, seconds_of(path.read_bytes()))


def rate_row(locale: Locale, heard: Sequence[TextSound]) -> str:
    """The measured rate of a voice, and a proposed row for locale.toml; "" if `heard` has too few seconds of speech."""
    unit, seconds = locale.speech_rate.unit, sum(sound.speech_seconds for sound in heard)
    if seconds < MIN_MEASURED_SECONDS:
        return ""
    rate = sum(timing.units(sound.words, unit) for sound in heard) / seconds
    slowest, fastest = (f"{rate * factor:.1f}" for factor in (SLOWEST_FACTOR, FASTEST_FACTOR))
    proposed = f'speech_rate = {{ counts = "{unit}", slowest = {slowest}, fastest = {fastest} }}'
    return f"this voice reads {rate:.1f} {unit} a second; proposal for locale.toml: {proposed}"


def untranslated(line: Line, tag: str, names: Sequence[str]) -> list[str]:
    """Those of `names` that are not fully translated; [] if none is translated, because `text_sounds` raises then."""
    known = {name for part in recordable_parts(line, tag) for name in (part.name, part.text)}
    return [name for name in names if name not in known] if known & set(names) else []


def _chosen(line: Line, tag: str, names: Sequence[str]) -> list[RecordablePart]:
    translated = list(recordable_parts(line, tag))
    for name in names:
        if name not in line.content.prompts.templates and name not in {part.name for part in translated}:
            raise OperationFailed(
                f"There is no text `{name}`. `ivr map` lists the texts of nodes; the shared ones are in prompts/lines/."
            )
    chosen = [part for part in translated if not names or part.text in names or part.name in names]
    if not chosen:
        texts = f"{', '.join(names)}: not fully translated" if names else "No text is translated"
        raise OperationFailed(f"{texts} into {tag}. `ivr check {tag}` says what is missing.")
    return chosen


def _recorded(line: Line, locale: Locale, part: RecordablePart, pace: Pace) -> Path | None:
    sound = locale.sounds.get(part.spoken.words)
    if sound is None:
        return None
    return recording_files(line.content.root)[sound.slow if pace == "slow" else sound.file]


def _synthetic(
    line: Line, locale: Locale, parts: Sequence[RecordablePart], pace: Pace, voices_folder: Path | None
) -> dict[str, Path]:
    """The sound of each of `parts`, by the name of the part. Makes the sounds that SOUNDS_FOLDER does not have."""
    voice = _installed_voice(locale, required_voices(voices_folder))
    utterances = [utterance_of(locale.language, part.spoken.paragraphs, pace == "slow") for part in parts]
    folder = SoundFolder(line.content.root / SOUNDS_FOLDER)
    for _ in make_missing(folder, LanguageSounds(locale.tag, voice, by_file_name(utterances, voice))):
        pass
    names = [sound_file_name(utterance, voice.identity) for utterance in utterances]
    return {part.name: folder.path / name for part, name in zip(parts, names, strict=True)}


def _installed_voice(locale: Locale, voices: InstalledVoices) -> InstalledVoice:
    voice = voices.voice_of(locale.language, locale.tag)
    if voice is None:
        recorded = f"so it can only be recorded: see `ivr recordings sheet {locale.tag}`."
        spoken = f"so it cannot be heard here. Callers hear {locale.voice}."
        remedy = recorded if locale.voice == NO_VOICE else spoken
        raise OperationFailed(f"No voice of this machine speaks {locale.name} ({locale.language}), {remedy}")
    return voice


def copy_to(folder: Path | None, sounds: Iterator[TextSound]) -> Iterator[TextSound]:
    """The same sounds, each copied into `folder` as NAME.wav, if a folder is given."""
    for sound in sounds:
        if folder:
            folder.mkdir(parents=True, exist_ok=True)
            copy = folder / f"{sound.name}.wav"
            shutil.copyfile(sound.path, copy)
            sound = sound._replace(path=copy)
        yield sound


def play(path: Path) -> bool:
    """Play a sound file. Returns False if no program that plays sounds is installed, or if the program fails."""
    program = programs.player_path()
    if not program:
        return False
    try:
        return subprocess.run([program, str(path)], capture_output=True, timeout=PLAYER_TIMEOUT).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False
