"""`ivr recordings`: what has to be read, sound files that are checked and converted, unused files deleted."""

import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from support.options import OPTIONS
from support.recordings import APPLES, add, long_enough, record_text, say_otherwise, spoken_file

from ivr.content.recordings import file_name, load_recordings
from ivr.errors import OperationFailed
from ivr.speech.wav import SAMPLE_RATE, read_wav
from ivr.translate import record
from ivr.translate.listen import compile_with_draft

pytestmark = pytest.mark.skipif(shutil.which("sox") is None, reason="sox is not on this machine")


def test_added_recording_is_telephone_sound_with_a_silence_first(copied: Path) -> None:
    record_text(copied, "apples")
    (row,) = load_recordings(copied / "locales" / "es" / "audio").rows
    whole = (copied / "locales" / "es" / "audio" / row.sound.file).read_bytes()
    heard = read_wav(whole)
    assert file_name(whole) == row.sound.file
    assert len(heard) / SAMPLE_RATE == row.sound.seconds
    assert set(heard[: SAMPLE_RATE // 4]) <= {0x7F, 0xFF}, "nothing in the first quarter of a second"
    assert row.sound.slow_seconds > row.sound.seconds


def test_mp3_is_converted(copied: Path) -> None:
    wav, mp3 = spoken_file(copied / "a.wav", long_enough(copied, "apples")), copied / "a.mp3"
    if subprocess.run(["sox", str(wav), str(mp3)], capture_output=True, check=False).returncode:
        pytest.skip("sox has no MP3 on this machine (libsox-fmt-mp3)")
    assert add(copied, "apples", mp3).startswith("added apples: ")


def test_new_recording_replaces_the_old_one_and_deletes_no_file(copied: Path) -> None:
    record_text(copied, "apples")
    before = set((copied / "locales" / "es" / "audio").glob("*.wav"))
    add(copied, "apples", spoken_file(copied / "b.wav", long_enough(copied, "apples") * 1.1))
    (row,) = load_recordings(copied / "locales" / "es" / "audio").rows
    assert before < set((copied / "locales" / "es" / "audio").glob("*.wav"))
    assert row.sound.file not in {path.name for path in before}


@pytest.mark.parametrize(
    ("told", "how"),
    [
        ("of speech, but this text takes", {"seconds": 0.2}),
        ("of speech, but this text takes", {"seconds": 9.0}),
        ("it is too quiet", {"seconds": 1.6, "loud": 0.02}),
        ("it holds no speech", {"seconds": 1.6, "loud": 0.0}),
        ("it is clipped", {"seconds": 1.6, "loud": 3.0}),
        ("it has a silence of 4.", {"seconds": 1.6, "gap": 4.0}),
    ],
)
def test_recording_that_is_hard_to_follow_is_refused(copied: Path, told: str, how: dict[str, Any]) -> None:
    with pytest.raises(OperationFailed, match=told):
        add(copied, "apples", spoken_file(copied / "a.wav", **how))
    assert not (copied / "locales" / "es" / "audio").exists()


def test_file_without_sound_is_refused(copied: Path) -> None:
    (copied / "a.wav").write_bytes(b"hello")
    with pytest.raises(OperationFailed, match="sox cannot read this file"):
        add(copied, "apples", copied / "a.wav")
    with pytest.raises(OperationFailed, match="does not exist"):
        add(copied, "apples", copied / "b.wav")


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("nowhere", "There is no text `nowhere`"),
        ("tea", r"It has parts: tea-1, tea-2, tea-3\."),
        ("language", "It has parts: language-key-8, language-key-1"),
        ("fallback", "There is no text"),
    ],
)
def test_only_parts_of_texts_can_be_recorded(copied: Path, name: str, told: str) -> None:
    with pytest.raises(OperationFailed, match=told):
        add(copied, name, spoken_file(copied / "a.wav", 2))


def test_missing_sox_is_reported_with_the_command_to_install_it(copied: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda _: None)
    with pytest.raises(OperationFailed, match="apt install espeak-ng sox"):
        add(copied, "apples", spoken_file(copied / "a.wav", 2))


def test_prune_deletes_unused_files_only(copied: Path) -> None:
    record_text(copied, "apples")
    record_text(copied, "pears")
    say_otherwise(copied, APPLES, "Manzanas. Son muy rojas.")
    folder = copied / "locales" / "es" / "audio"
    (folder / "notes.txt").write_text("Ana, 2026", "utf-8")
    kept = next(row.sound for row in load_recordings(folder).rows if row.name == "pears")
    gone = record.prune(compile_with_draft(copied, OPTIONS, "es"), "es")
    assert gone[0] == "apples: its words have changed"
    assert {path.name for path in folder.iterdir()} == {kept.file, kept.slow, "recordings.toml", "notes.txt"}
    assert record.prune(compile_with_draft(copied, OPTIONS, "es"), "es") == []


def test_sheet_lists_what_has_to_be_read(copied: Path) -> None:
    line = compile_with_draft(copied, OPTIONS, "es")
    whole = "\n".join(record.recording_sheet(line, "es"))
    assert "== person.wav   new, about" in whole
    assert "Para hablar con una persona … oprima cero." in whole
    assert "== tea-2.wav" in whole
    assert "fallback" not in whole
    record_text(copied, "person")
    assert "== person.wav" not in "\n".join(record.recording_sheet(compile_with_draft(copied, OPTIONS, "es"), "es"))
    assert "== person.wav   recorded" in "\n".join(
        record.recording_sheet(compile_with_draft(copied, OPTIONS, "es"), "es", every=True)
    )
