"""Sounds for translators: each text of a language, published or a draft, as a telephone would carry it.

The recording of a text is used if there is one, else a voice of this machine. Its sounds are kept: each is made once.
`ivr listen --all` makes those of a whole line beforehand, so that no request of the web page waits for a voice.
"""

import shutil
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from ivr.call.state import Pace
from ivr.check.recordings import TextPart, translated_parts
from ivr.content.layer import recording_files
from ivr.content.load import published_and_drafts
from ivr.content.locale import Locale
from ivr.content.voices import NO_VOICE
from ivr.errors import BadLocale, OperationFailed
from ivr.export.export import page_sounds
from ivr.export.format import ExportedLine
from ivr.line.compiler import compile_line
from ivr.line.line import Line
from ivr.line.options import Options
from ivr.speech import programs, timing
from ivr.speech.installed_voices import InstalledVoice, InstalledVoices, installed_voices
from ivr.speech.programs import SynthesisFailed
from ivr.speech.sound_folder import INDEX, SoundFolder, sound_file_name
from ivr.speech.synthesis import synthesize
from ivr.speech.utterance import Utterance, utterance_of
from ivr.speech.wav import seconds_of

BATCH_SIZE = 12
"""Sounds that one start of Piper makes. A command that is interrupted loses at most this many."""
BATCH_TIMEOUT = 900.0
"""Seconds that a program may run for one batch, on a slow and busy machine."""
PLAYER_TIMEOUT = 300
"""Seconds that a program may play one sound."""
MIN_MEASURED_SECONDS = 20
"""Seconds of speech after which the speech rate of a voice is known well enough to be proposed."""
SLOWEST_FACTOR, FASTEST_FACTOR = 0.92, 1.6
"""A proposed rate is the measured rate of espeak-ng times a factor. The rates in locales/en correspond to the factors
0.92 and 1.28, those in locales/es to 0.93 and 1.81."""
SOUNDS_FOLDER = ".sounds"
"""The folder of synthetic sounds, beside prompts/ and locales/. It may be deleted at any time."""


class LanguageSounds(NamedTuple):
    """The sounds of the language `tag` in `voice`: the utterance of each sound, by the name of its file."""

    tag: str
    voice: InstalledVoice
    utterances: Mapping[str, Utterance]


def sounds_by_language(line: ExportedLine, installed: InstalledVoices) -> tuple[list[LanguageSounds], list[str]]:
    """The sounds of each published language that has a voice, and the tags of the languages without one."""
    languages, mute = list[LanguageSounds](), list[str]()
    for tag, language in line.languages.items():
        utterances = [sound.utterance for sound in page_sounds(line).values() if sound.tag == tag]
        if voice := installed.voice_of(language.language, tag):
            languages.append(LanguageSounds(tag, voice, by_file_name(utterances, voice)))
        elif utterances:
            mute.append(tag)
    return languages, mute


def by_file_name(utterances: Sequence[Utterance], voice: InstalledVoice) -> dict[str, Utterance]:
    """`utterances` by the names of their files."""
    return {sound_file_name(utterance, voice.identity): utterance for utterance in utterances}


def missing_in(folder: SoundFolder, sounds: LanguageSounds) -> dict[str, Utterance]:
    """The utterances, by file name, whose sounds `folder` does not have."""
    names = folder.names()
    return {name: utterance for name, utterance in sounds.utterances.items() if name not in names}


def make_missing(folder: SoundFolder, sounds: LanguageSounds) -> Iterator[int]:
    """Make the sounds that `folder` does not have. Yields after each batch how many it made. Raises OperationFailed."""
    for batch in _batches(missing_in(folder, sounds)):
        try:
            made = synthesize(list(batch.values()), sounds.voice, BATCH_TIMEOUT)
        except SynthesisFailed as error:
            raise OperationFailed(
                f"The sounds of {sounds.tag} cannot be made in the voice {sounds.voice.name}: {error}. Correct this "
                "and run the command again: it keeps the sounds that are made already."
            ) from None
        for name, content in zip(batch, made, strict=True):
            folder.add(name, content)
        yield len(batch)


def _batches(missing: Mapping[str, Utterance]) -> Iterator[dict[str, Utterance]]:
    """The utterances in batches of one rate, at most BATCH_SIZE in each."""
    for rate in sorted({utterance.rate for utterance in missing.values()}):
        of_rate = [item for item in missing.items() if item[1].rate == rate]
        yield from (dict(of_rate[start : start + BATCH_SIZE]) for start in range(0, len(of_rate), BATCH_SIZE))


def finish_folder(folder: SoundFolder, languages: Sequence[LanguageSounds]) -> int:
    """Write the index of `folder`. Remove the sounds that no text needs; return how many. Raises OperationFailed."""
    folder.write_index({sounds.tag: sounds.voice.identity for sounds in languages})
    return folder.remove_others([INDEX, *(name for sounds in languages for name in sounds.utterances)])


class TextSound(NamedTuple):
    """One text or part to listen to: its name, such as "tea-2", its words, its sound file and the seconds it takes."""

    name: str
    words: str
    path: Path
    seconds: float


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
    unit, seconds = locale.speech_rate.unit, sum(sound.seconds - timing.pause_seconds(sound.words) for sound in heard)
    if seconds < MIN_MEASURED_SECONDS:
        return ""
    rate = sum(timing.units(sound.words, unit) for sound in heard) / seconds
    slowest, fastest = (f"{rate * factor:.1f}" for factor in (SLOWEST_FACTOR, FASTEST_FACTOR))
    proposed = f'speech_rate = {{ counts = "{unit}", slowest = {slowest}, fastest = {fastest} }}'
    return f"this voice reads {rate:.1f} {unit} a second; proposal for locale.toml: {proposed}"


def left_out(line: Line, tag: str, names: Sequence[str]) -> list[str]:
    """The texts of `names` that are not fully translated. [] if not one of `names` is: `text_sounds` raises."""
    texts, translated = line.content.prompts.templates, {part.text for part in translated_parts(line, tag)}
    missing = [name for name in names if name in texts and name not in translated]
    return missing if len(missing) < len(names) else []


def _chosen(line: Line, tag: str, names: Sequence[str]) -> list[TextPart]:
    translated = list(translated_parts(line, tag))
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


def _recorded(line: Line, locale: Locale, part: TextPart, pace: Pace) -> Path | None:
    if sound := locale.sounds.get(part.spoken.words):
        return recording_files(line.content.root)[sound.slow if pace == "slow" else sound.file]
    return None


def _synthetic(
    line: Line, locale: Locale, parts: Sequence[TextPart], pace: Pace, voices_folder: Path | None
) -> dict[str, Path]:
    """The sound of each of `parts`, by the name of the part. Makes the sounds that SOUNDS_FOLDER does not have."""
    voice = _installed_voice(locale, installed_voices(voices_folder))
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
