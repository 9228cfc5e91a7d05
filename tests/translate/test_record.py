"""`ivr recordings`: what has to be read, sound files that are checked and converted, unused files deleted."""

import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from support.options import OPTIONS
from support.recordings import APPLES, add, long_enough, record_text, say_otherwise, spoken_file

from ivr.call.state import Place
from ivr.check.report import check_language
from ivr.content.recordings import file_name, load_recordings
from ivr.errors import OperationFailed
from ivr.line.compiler import compile_line
from ivr.speech.wav import SAMPLE_RATE, read_wav
from ivr.translate import record
from ivr.translate.listen import compile_with_draft
from ivr.translate.record import recording_sheet

needs_ffmpeg = pytest.mark.skipif(shutil.which("ffmpeg") is None, reason="ffmpeg is not on this machine")
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


@needs_ffmpeg
@pytest.mark.parametrize(
    ("suffix", "options"),
    [(".m4a", ["-c:a", "aac"]), (".opus", ["-c:a", "libopus"]), (".ogg", ["-c:a", "libvorbis"]),
     (".3gp", ["-c:a", "aac"]), (".webm", ["-c:a", "libopus"]), (".wav", ["-c:a", "libmp3lame", "-f", "mp3"])],
)  # fmt: skip
def test_sound_of_a_telephone_or_messenger_is_converted(copied: Path, suffix: str, options: list[str]) -> None:
    wav, other = spoken_file(copied / "a.wav", long_enough(copied, "apples")), copied / f"b{suffix}"
    made = ["ffmpeg", "-nostdin", "-v", "error", "-i", str(wav), "-ar", "48000", *options, str(other)]
    if subprocess.run(made, capture_output=True, check=False).returncode:
        pytest.skip(f"ffmpeg cannot write {suffix} on this machine")
    assert add(copied, "apples", other).startswith("added apples: ")


def test_format_that_sox_does_not_read_is_answered_with_what_to_do(
    copied: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    which = shutil.which
    monkeypatch.setattr(shutil, "which", lambda name: None if name == "ffmpeg" else which(name))
    (copied / "memo.m4a").write_bytes(b"\0\0\0\x1cftypM4A \0\0\0\0M4A mp42isom" + b"\0" * 1000)
    with pytest.raises(OperationFailed, match=r"Install ffmpeg .* export the recording as WAV or MP3"):
        add(copied, "apples", copied / "memo.m4a")


@pytest.mark.parametrize("has_ffmpeg", [pytest.param(True, marks=needs_ffmpeg), False])
@pytest.mark.parametrize("name", ["toma [1].wav", "-take.wav", "a*b?.wav", "%d.wav", "concat:x.wav", "tomé 100%.WAV"])
def test_file_name_is_no_pattern_and_no_option(
    copied: Path, monkeypatch: pytest.MonkeyPatch, name: str, has_ffmpeg: bool
) -> None:
    which = shutil.which
    monkeypatch.setattr(shutil, "which", lambda program: which(program) if has_ffmpeg or program != "ffmpeg" else None)
    seconds = long_enough(copied, "apples")
    for decoy in ("toma 1.wav", "aXbY.wav", "1.wav"):
        spoken_file(copied / decoy, seconds * 2, loud=0.6)
    monkeypatch.chdir(copied)
    spoken_file(copied / name, seconds)
    assert add(copied, "apples", Path(name)).startswith("added apples: ")
    (row,) = load_recordings(copied / "locales" / "es" / "audio").rows
    assert abs(row.sound.seconds - seconds) < 1.5


def test_folder_is_added_file_by_file_and_a_refused_one_stops_no_other(copied: Path) -> None:
    folder = copied / "read"
    folder.mkdir()
    for name in ("apples", "pears", "tea-2"):
        spoken_file(folder / f"{name}.wav", long_enough(copied, name))
    spoken_file(folder / "person.wav", 0.2)
    spoken_file(folder / "nowhere.wav", 2.0)
    (folder / "notes.txt").write_text("Ana", "utf-8")
    results = list(record.add_folder(compile_with_draft(copied, OPTIONS, "es"), "es", folder))
    assert [is_added for _, is_added in results] == [True, False, True, False, True]
    rows = load_recordings(copied / "locales" / "es" / "audio").rows
    assert {row.name for row in rows} == {"apples", "pears", "tea-2"}


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_folder_that_cannot_be_written_is_a_sentence(copied: Path) -> None:
    locale = copied / "locales" / "es"
    locale.chmod(0o555)
    with pytest.raises(OperationFailed, match="cannot be written"):
        add(copied, "apples", spoken_file(copied / "a.wav", long_enough(copied, "apples")))
    locale.chmod(0o755)


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
    with pytest.raises(OperationFailed, match="WAV or MP3"):
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
    whole = "\n".join(recording_sheet(line, "es"))
    assert "== person.wav   new, about" in whole
    assert "Para hablar con una persona … oprima cero." in whole
    assert "== tea-2.wav" in whole
    assert "fallback" not in whole
    record_text(copied, "person")
    assert "== person.wav" not in "\n".join(recording_sheet(compile_with_draft(copied, OPTIONS, "es"), "es"))
    assert "== person.wav   recorded" in "\n".join(
        recording_sheet(compile_with_draft(copied, OPTIONS, "es"), "es", every=True)
    )


def test_sheet_has_the_english_beside_each_text_and_each_words_once(copied: Path) -> None:
    say_otherwise(copied, "Peras. Son verdes.", APPLES)
    sheet = "\n".join(recording_sheet(compile_with_draft(copied, OPTIONS, "es"), "es"))
    assert "== apples.wav, pears.wav   new" in sheet
    assert sheet.count(APPLES) == 1
    assert "    Apples. They are red." in sheet


def test_draft_without_a_voice_is_read_and_checked_before_it_is_recorded(copied: Path) -> None:
    path = copied / "locales" / "es" / "locale.toml"
    path.write_text(path.read_text("utf-8").replace("Polly.Lupe-Neural", "none"), "utf-8")
    line = compile_with_draft(copied, OPTIONS, "es")
    assert "es" in line.flow.offered
    assert "Son rojas." in str(line.documents[Place("apples", "es")])
    told = check_language(copied, OPTIONS, "es").faults
    assert {fault.found for fault in told} == {"it is not recorded"}
    assert compile_line(copied).flow.offered == ("en",), "callers do not hear it before it is recorded"
