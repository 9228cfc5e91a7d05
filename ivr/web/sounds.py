"""The sounds of the telephone page. A browser names a prompt and a pace, so the server never reads free text aloud.

The sounds are files that `ivr listen --all` made (IVR_SOUNDS). Only on a test line a missing sound is made when
it is requested: a visitor of the page must take no time from a machine that answers calls. If a sound is
missing or fails, the page continues with a voice of the device or with captions.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Mapping
from pathlib import Path

from ivr.errors import OperationFailed
from ivr.export.format import ExportedLine
from ivr.export.sounds import PageSound, page_sounds
from ivr.speech.installed_voices import InstalledVoice, InstalledVoices, piper_voices
from ivr.speech.programs import SynthesisFailed, espeak_voice_names
from ivr.speech.sound_folder import SoundFolder, sound_file_name
from ivr.speech.synthesis import synthesize

MAX_CONCURRENT, MAX_QUEUED = 2, 12
"""Sounds that are synthesized at the same time, and sounds that are queued or being synthesized."""
SYNTHESIS_TIMEOUT = 30.0
"""Seconds that a program may run for one sound, with the seconds in which it loads a Piper voice."""
CACHE_BYTES = 24_000_000
"""Bytes of synthesized sound that are kept in memory."""


class SynthesizedFiles:
    """The files in `folder` with the synthesized sounds of `line`: `paths` by name, such as "es/partner/2/slow".

    `languages` are the tags of the languages that have a sound. `notes` are sentences for the operator about missing
    sounds. Without a folder there are no sounds and no notes.
    """

    def __init__(self, line: ExportedLine, folder: Path | None) -> None:
        self.paths: Mapping[str, Path] = {}
        self.notes: list[str] = []
        sounds = page_sounds(line)
        if folder:
            try:
                self.paths = _existing(sounds, SoundFolder(folder))
            except OperationFailed as error:
                self.notes.append(f"IVR_SOUNDS: {error}")
        self.languages = frozenset(sounds[name].tag for name in self.paths)
        if folder and not self.notes and (missing := len(sounds) - len(self.paths)):
            self.notes.append(
                f"IVR_SOUNDS: {missing} of {len(sounds)} sounds are missing. Run `ivr listen --all` again."
            )


def _existing(sounds: Mapping[str, PageSound], folder: SoundFolder) -> Mapping[str, Path]:
    """The file of each of `sounds` that `folder` has, in the voice of its language. Raises OperationFailed."""
    voices, existing = folder.voices(), folder.names()
    names = {
        name: sound_file_name(sound.utterance, voices[sound.tag])
        for name, sound in sounds.items()
        if sound.tag in voices
    }
    return {name: folder.path / file for name, file in names.items() if file in existing}


class Synthesizer:
    """Synthesizes the sounds of `line` that are requested, in voices of this machine. Keeps CACHE_BYTES of sounds."""

    def __init__(self, line: ExportedLine, installed: InstalledVoices) -> None:
        self._sounds = page_sounds(line)
        named = {tag: installed.voice_of(language.language, tag) for tag, language in line.languages.items()}
        self.voices: Mapping[str, InstalledVoice] = {tag: voice for tag, voice in named.items() if voice}
        """The voice of each language that has one, by tag."""
        self._cache: OrderedDict[str, bytes] = OrderedDict()
        self._in_progress: dict[str, asyncio.Task[bytes]] = {}
        self._slots = asyncio.Semaphore(MAX_CONCURRENT)

    async def wav(self, name: str) -> bytes:
        """The sound `name` as a WAV file. Raises KeyError if there is none, SynthesisFailed if it cannot be made."""
        sound = self._sounds[name]
        voice = self.voices[sound.tag]
        if name in self._cache:
            self._cache.move_to_end(name)
            return self._cache[name]
        if name not in self._in_progress:
            if len(self._in_progress) >= MAX_QUEUED:
                raise SynthesisFailed("too many sounds are queued")
            self._in_progress[name] = asyncio.create_task(self._synthesize(name, sound, voice))
        return await asyncio.shield(self._in_progress[name])

    async def _synthesize(self, name: str, sound: PageSound, voice: InstalledVoice) -> bytes:
        try:
            async with self._slots:
                (wav,) = await asyncio.to_thread(synthesize, [sound.utterance], voice, SYNTHESIS_TIMEOUT)
            self._keep(name, wav)
            return wav
        finally:
            del self._in_progress[name]

    def _keep(self, name: str, sound: bytes) -> None:
        self._cache[name] = sound
        while sum(map(len, self._cache.values())) > CACHE_BYTES:
            self._cache.popitem(last=False)


def voices_of_test_line(folder: Path | None) -> tuple[InstalledVoices, list[str]]:
    """The voices of this machine, with the Piper voices in `folder`, and sentences about voices that cannot be used."""
    try:
        return InstalledVoices(espeak_voice_names(), piper_voices(folder) if folder else ()), []
    except OperationFailed as error:
        return InstalledVoices(espeak_voice_names()), [str(error)]
