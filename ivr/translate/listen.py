"""Sounds for translators: each text of a language, published or a draft, as a telephone would carry it.

A recording is used where there is one, else espeak-ng. A synthetic sound is stored under a hash of its words, so it is
made only once.
"""

import asyncio
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from ivr.call.state import Pace
from ivr.check.recordings import Recordable, recordables
from ivr.content.layer import sound_files
from ivr.content.load import with_drafts
from ivr.content.locale import Locale
from ivr.content.voices import Voice
from ivr.errors import BadLocale, OperationFailed
from ivr.line import twiml
from ivr.line.compiler import compile_line
from ivr.line.line import Line
from ivr.line.options import Options
from ivr.phone.parser import read_document
from ivr.phone.ssml import MAX_SAY_CHARACTERS
from ivr.phone.verbs import Say
from ivr.speech import synthesis
from ivr.speech.synthesis import SynthesisFailed, Utterance, synthesize, voice_for
from ivr.speech.wav import seconds_of

PLAYER_TIMEOUT = 300
"""Seconds that a program may play one sound."""
SOUNDS_FOLDER = ".sounds"
"""The folder of synthetic sounds, beside prompts/ and locales/. It may be deleted at any time."""
PLACEHOLDER_VOICE = "Polly.Preview"
"""The voice in the TwiML of a language that has no voice. The preview uses the words and pauses only."""


class Sample(NamedTuple):
    """One text or part to listen to: its name, such as "tea-2", its words, its sound file and the seconds it takes."""

    name: str
    text: str
    path: Path
    seconds: float


def compile_with_draft(root: Path, options: Options, tag: str) -> Line:
    """The line with the language `tag` in it, published or not. Raises BadContent where it cannot be read."""
    line = compile_line(root, options, with_drafts(root, tag))
    if tag not in line.content.locales:
        raise BadLocale(fault for fault in line.content.faults if fault.locale == tag)
    return line


def samples(line: Line, tag: str, names: Sequence[str], pace: Pace = "normal") -> Iterator[Sample]:
    """The sounds of the texts or parts `names` (empty: of all texts) of a language.

    Raises OperationFailed for an unknown name, for names that are not translated, and where a sound cannot be made.
    """
    locale = line.content.locales[tag]
    for reading in _chosen(line, tag, names):
        path = _recorded(line, locale, reading, pace) or _synthetic(line, locale, reading, pace)
        yield Sample(reading.name, reading.spoken.text, path, seconds_of(path.read_bytes()))


def untranslated(line: Line, tag: str, names: Sequence[str]) -> list[str]:
    """Those of `names` that are not fully translated; empty if that is all of them: then `samples` raises."""
    known = {name for reading in recordables(line, tag) for name in (reading.name, reading.text)}
    return [name for name in names if name not in known] if known & set(names) else []


def _chosen(line: Line, tag: str, names: Sequence[str]) -> list[Recordable]:
    translated = list(recordables(line, tag))
    for name in names:
        if name not in line.content.prompts.templates and name not in {reading.name for reading in translated}:
            raise OperationFailed(
                f"There is no text `{name}`. `ivr map` lists the texts of nodes; the shared ones are in prompts/lines/."
            )
    chosen = [reading for reading in translated if not names or reading.text in names or reading.name in names]
    if not chosen:
        texts = f"{', '.join(names)}: not fully translated" if names else "No text is translated"
        raise OperationFailed(f"{texts} into {tag}. `ivr check {tag}` says what is missing.")
    return chosen


def _recorded(line: Line, locale: Locale, reading: Recordable, pace: Pace) -> Path | None:
    sound = locale.sounds.get(reading.spoken.text)
    if sound is None:
        return None
    return sound_files(line.content.root)[sound.slow if pace == "slow" else sound.file]


def _synthetic(line: Line, locale: Locale, reading: Recordable, pace: Pace) -> Path:
    voice = _installed_voice(locale)
    utterance = _utterance(reading, locale, pace)
    path = line.content.root / SOUNDS_FOLDER / f"{utterance.sound_name}.wav"
    if not path.exists():
        try:
            file = asyncio.run(synthesize(utterance, voice))
        except SynthesisFailed as error:
            raise OperationFailed(f"{reading.name} cannot be synthesized: {error}. {synthesis.INSTALL}") from None
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(file)
    return path


def _utterance(reading: Recordable, locale: Locale, pace: Pace) -> Utterance:
    """Words and pauses from the TwiML, written for a voice that takes pauses, because espeak-ng does."""
    speaker = locale.voice_row or Voice(PLACEHOLDER_VOICE, locale.language, "", True, MAX_SAY_CHARACTERS)
    voiced = {locale.tag: locale._replace(voice=speaker.name, voice_row=speaker)}
    verbs = read_document(twiml.document([twiml.say(reading.spoken, voiced, pace)]))
    say = next(verb for verb in verbs if isinstance(verb, Say))
    return Utterance(say.language, say.pieces, say.rate)


def _installed_voice(locale: Locale) -> str:
    voices = synthesis.required_voices()
    voice = voice_for(locale.language, voices) or voice_for(locale.tag, voices)
    if not voice:
        raise OperationFailed(
            f"espeak-ng has no voice for {locale.name} ({locale.language}), so it can only be recorded: "
            f"see `ivr recordings sheet {locale.tag}`."
        )
    return voice


def copy_to(folder: Path | None, sounds: Iterator[Sample]) -> Iterator[Sample]:
    """The same samples, each copied into `folder` as NAME.wav, if a folder is given."""
    for sample in sounds:
        if folder:
            folder.mkdir(parents=True, exist_ok=True)
            copy = folder / f"{sample.name}.wav"
            shutil.copyfile(sample.path, copy)
            sample = sample._replace(path=copy)
        yield sample


def play(path: Path) -> bool:
    """Play a sound file. Returns False where no program that can is installed, or where it fails."""
    program = synthesis.player()
    if not program:
        return False
    try:
        return subprocess.run([program, str(path)], capture_output=True, timeout=PLAYER_TIMEOUT).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False
