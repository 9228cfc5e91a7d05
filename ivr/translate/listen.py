"""Hear what was written: texts in any language, published or a draft, read by espeak-ng as a telephone would carry it.

A sound is kept under the hash of its voice and its words, so a second listening costs nothing.
"""

import asyncio
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from ivr.call.state import Pace
from ivr.check.recordings import Recordable, readings
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
ANY_VOICE = "Polly.Nobody"
KEPT = ".sounds"
"""The folder of sounds, beside prompts/ and locales/. It may be deleted at any time."""


class Sample(NamedTuple):
    """One reading, to be heard: its name, its words, the sound file, its seconds."""

    name: str
    text: str
    path: Path
    seconds: float


def drafted(root: Path, options: Options, tag: str) -> Line:
    """The line with the language `tag` in it, published or not. Raises BadContent where it cannot be read."""
    line = compile_line(root, options, with_drafts(root, tag))
    if tag not in line.content.locales:
        raise BadLocale(fault for fault in line.content.faults if fault.locale == tag)
    return line


def sound(line: Line, tag: str, wanted: Sequence[str], pace: Pace = "normal") -> Iterator[Sample]:
    """The sound of all texts of a language, or of those `wanted`. Raises OperationFailed if they cannot be."""
    chosen = _chosen(line, tag, wanted)
    locale = line.content.locales[tag]
    for one in chosen:
        path = _recorded(line, locale, one, pace) or _rendered(line, locale, one, pace)
        yield Sample(one.name, one.spoken.text, path, seconds_of(path.read_bytes()))


def absent(line: Line, tag: str, wanted: Sequence[str]) -> list[str]:
    """The names that are not whole in a language yet, where others of those `wanted` are."""
    known = {name for one in readings(line, tag) for name in (one.name, one.text)}
    return [name for name in wanted if name not in known] if known & set(wanted) else []


def _chosen(line: Line, tag: str, wanted: Sequence[str]) -> list[Recordable]:
    every = list(readings(line, tag))
    for name in wanted:
        if name not in line.content.prompts.templates and name not in {one.name for one in every}:
            raise OperationFailed(
                f"There is no text `{name}`. `ivr map` shows all of them; the lines are in prompts/lines/."
            )
    chosen = [one for one in every if not wanted or one.text in wanted or one.name in wanted]
    if not chosen:
        raise OperationFailed(
            f"{', '.join(wanted) or 'Nothing'} is not whole in {tag} yet: `ivr check {tag}` says what is missing."
        )
    return chosen


def _recorded(line: Line, locale: Locale, one: Recordable, pace: Pace) -> Path | None:
    found = locale.sounds.get(one.spoken.text)
    if found is None:
        return None
    return line.content.root / "locales" / locale.tag / "audio" / (found.slow if pace == "slow" else found.file)


def _rendered(line: Line, locale: Locale, one: Recordable, pace: Pace) -> Path:
    voice = _voice(locale)
    utterance = _utterance(one, locale, pace)
    path = line.content.root / KEPT / f"{utterance.sound_name}.wav"
    if not path.exists():
        try:
            whole = asyncio.run(synthesize(utterance, voice))
        except SynthesisFailed as error:
            raise OperationFailed(f"{one.name} cannot be heard: {error}. {synthesis.INSTALL}") from None
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(whole)
    return path


def _utterance(one: Recordable, locale: Locale, pace: Pace) -> Utterance:
    """What is said, with its pauses, whatever the voice of the telephone takes: here espeak-ng speaks."""
    speaker = locale.speaker or Voice(ANY_VOICE, locale.language, "", True, MAX_SAY_CHARACTERS)
    verbs = read_document(twiml.document([twiml.tell(one.spoken, {locale.tag: _spoken_by(locale, speaker)}, pace)]))
    say = next(verb for verb in verbs if isinstance(verb, Say))
    return Utterance(say.language, say.pieces, say.rate)


def _spoken_by(locale: Locale, speaker: Voice) -> Locale:
    return locale._replace(voice=speaker.name, speaker=speaker)


def _voice(locale: Locale) -> str:
    known = synthesis.required_voices()
    voice = voice_for(locale.language, known) or voice_for(locale.tag, known)
    if not voice:
        raise OperationFailed(
            f"espeak-ng speaks no {locale.name} ({locale.language}), so it cannot be heard here before it is recorded: "
            f"`ivr recordings sheet {locale.tag}`."
        )
    return voice


def keep(soundings: Iterator[Sample], folder: Path | None) -> Iterator[Sample]:
    """The same, each also copied into `folder` under the name of its text, if one is given."""
    for one in soundings:
        if folder:
            folder.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(one.path, folder / f"{one.name}.wav")
            one = one._replace(path=folder / f"{one.name}.wav")
        yield one


def play(path: Path) -> bool:
    """Play a sound file, if this machine can: False where it cannot."""
    program = synthesis.player()
    if not program:
        return False
    try:
        return subprocess.run([program, str(path)], capture_output=True, timeout=PLAYER_TIMEOUT).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False
