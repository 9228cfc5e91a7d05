"""A folder of sounds: the name of each follows from all that can be heard, and a file is whole or not there."""

import errno
import os
from pathlib import Path
from typing import Any

import pytest

from ivr.errors import OperationFailed
from ivr.speech.sound_folder import INDEX, SoundFolder, sound_file_name
from ivr.speech.utterance import Utterance, utterance_of

SAID = Utterance("es-US", ("Para té", 0.4, "oprima uno."))
VOICE = "espeak-ng es-419"
NAME = sound_file_name(SAID, VOICE)


def test_name_of_a_sound_stays_the_same() -> None:
    """Where this fails, every folder of sounds must be made again: is that meant? Then raise RENDERING."""
    assert sound_file_name(SAID, VOICE) == "es-us-478ab6306fea2cbc950a.wav"


@pytest.mark.parametrize(
    ("said", "voice"),
    [
        (SAID, "espeak-ng es"),
        (SAID, "piper es-419"),
        (SAID._replace(language="es-MX"), VOICE),
        (SAID._replace(rate=0.9), VOICE),
        (SAID._replace(pieces=("Para té", 0.5, "oprima uno.")), VOICE),
        (SAID._replace(pieces=("Para té", 0.4, "oprima dos.")), VOICE),
        (SAID._replace(pieces=("Para té oprima uno.",)), VOICE),
    ],
)
def test_other_voice_language_pace_pause_or_word_is_another_sound(said: Utterance, voice: str) -> None:
    assert sound_file_name(said, voice) != NAME


def test_words_and_pauses_of_a_text_are_in_its_utterance() -> None:
    said = utterance_of("en-US", ["For tea … press one.", "Bye."])
    assert said == Utterance("en-US", ("For tea", 0.4, "press one.", 0.6, "Bye."))
    slow = utterance_of("en-US", ["For tea … press one.", "Bye."], slow=True)
    assert slow == Utterance("en-US", ("For tea", 0.7, "press one.", 1.05, "Bye."), 0.9)


def test_sound_is_added_whole(tmp_path: Path) -> None:
    folder = SoundFolder(tmp_path / "a" / "sounds")
    assert folder.names() == frozenset()
    assert folder.add(NAME, b"sound").read_bytes() == b"sound"
    assert folder.names() == {NAME}


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EIO])
def test_sound_that_cannot_be_written_leaves_no_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int
) -> None:
    def fail(_: Any) -> None:
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(OperationFailed, match=rf"{NAME} cannot be written \({os.strerror(code)}\)"):
        SoundFolder(tmp_path).add(NAME, b"sound")
    assert SoundFolder(tmp_path).names() == frozenset()


def test_folder_that_cannot_be_made_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    folder = SoundFolder(tmp_path / "file" / "sounds")
    with pytest.raises(OperationFailed, match="cannot be written"):
        folder.add(NAME, b"sound")
    with pytest.raises(OperationFailed, match="cannot be written"), folder.locked():
        pass


def test_index_names_the_voices_of_a_complete_folder(tmp_path: Path) -> None:
    folder = SoundFolder(tmp_path)
    folder.write_index({"es": VOICE})
    assert folder.voices() == {"es": VOICE}


@pytest.mark.parametrize(
    "content", ["", "{}", "[]", "\xff", '{"format": 2, "voices": {}}', '{"format": 1, "voices": {"es": 3}}']
)
def test_file_that_is_no_index_is_a_sentence_with_the_command(tmp_path: Path, content: str) -> None:
    with pytest.raises(OperationFailed, match=r"sounds\.json is missing: `ivr listen --all"):
        SoundFolder(tmp_path).voices()
    (tmp_path / INDEX).write_text(content, "latin-1")
    with pytest.raises(OperationFailed, match=r"is no index of sounds: `ivr listen --all"):
        SoundFolder(tmp_path).voices()


def test_only_sounds_of_this_program_are_removed(tmp_path: Path) -> None:
    others = {"0123456789abcdef0123.wav", "notes.txt", "es-us.wav", "song.mp3", INDEX}
    for name in (*others, NAME, sound_file_name(SAID, "other"), f"{NAME}.17.part"):
        (tmp_path / name).write_bytes(b"x")
    (tmp_path / "locales").mkdir()
    assert SoundFolder(tmp_path).remove_others([NAME]) == 2
    assert SoundFolder(tmp_path).names() == {*others, NAME, "locales"}


def test_one_command_at_a_time_makes_sounds_in_a_folder(tmp_path: Path) -> None:
    with SoundFolder(tmp_path).locked(), pytest.raises(OperationFailed, match="Another command is making sounds"):
        SoundFolder(tmp_path).locked().__enter__()
    with SoundFolder(tmp_path).locked():
        pass
