"""Makes the sounds that a folder does not have: of texts to listen to, or of a whole line (`ivr listen --all`).

So the sounds of the web page are made beforehand, and no request waits for a voice.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from ivr.errors import OperationFailed
from ivr.export.export import page_sounds
from ivr.export.format import ExportedLine
from ivr.speech.installed_voices import InstalledVoice, InstalledVoices
from ivr.speech.programs import SynthesisFailed
from ivr.speech.sound_folder import INDEX, SoundFolder, sound_file_name
from ivr.speech.synthesis import synthesize
from ivr.speech.utterance import Utterance

BATCH_SIZE = 12
"""Sounds that one start of Piper makes. A command that is interrupted loses at most this many."""
BATCH_TIMEOUT = 900.0
"""Seconds that a program may run for one batch, on a slow and busy machine."""


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
