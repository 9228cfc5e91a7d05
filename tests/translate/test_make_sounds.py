"""`ivr listen --all`: every sound of the web page is made beforehand, once, and nothing else stays in the folder."""

import os
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from support.options import OPTIONS
from support.recordings import record_text
from support.voices import ESPEAK, add_piper_voice, install, install_all

from ivr.cli.main import main
from ivr.export.export import export_line, page_sounds
from ivr.export.format import ExportedLine
from ivr.line.compiler import compile_line
from ivr.line.line import Line
from ivr.speech.sound_folder import INDEX, SoundFolder, sound_file_name
from ivr.speech.wav import seconds_of
from ivr.translate import listen

REAL_PATH = os.environ["PATH"]
VOICES = {"en": "espeak-ng en-us", "es": "espeak-ng es-419"}


@pytest.fixture(autouse=True)
def programs(unset: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Stand-ins for the programs: what goes in comes out."""
    folder = unset / "bin"
    folder.mkdir()
    install_all(folder)
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")
    return folder


@pytest.fixture
def sounds(unset: Path) -> Path:
    return unset / "sounds"


def make_all(root: Path, sounds: Path, monkeypatch: pytest.MonkeyPatch, **settings: str) -> Result:
    for name, value in {"IVR_CONTENT": str(root), **settings}.items():
        monkeypatch.setenv(name, value)
    result = CliRunner().invoke(main, ["listen", "--all", str(sounds)])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exc_info
    return result


def exported(root: Path) -> ExportedLine:
    return export_line(compile_line(root, OPTIONS), with_twiml=False)


def needed(root: Path) -> set[str]:
    return {sound_file_name(sound.utterance, VOICES[sound.tag]) for sound in page_sounds(exported(root)).values()}


def test_each_prompt_of_the_line_has_a_sound_at_each_pace(real: Line) -> None:
    line = export_line(real, with_twiml=False)
    prompts = {name for name, prompt in (line.prompts or {}).items() if prompt.recording is None}
    names = page_sounds(line)
    assert set(names) == prompts | {f"{name}/slow" for name in prompts}
    assert {sound.tag for sound in names.values()} == set(line.languages)
    assert {sound.utterance.rate for name, sound in names.items() if name.endswith("/slow")} == {0.9}
    assert all(any(word.strip() for word in sound.utterance.words) for sound in names.values())


def test_all_sounds_are_made_and_the_index_names_the_voices(
    tiny: Path, sounds: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    result = make_all(tiny, sounds, monkeypatch)
    assert result.exit_code == 0
    assert SoundFolder(sounds).names() == {INDEX, *needed(tiny)}
    assert SoundFolder(sounds).voices() == VOICES
    assert f"IVR_SOUNDS={sounds}" in result.output


def test_sounds_that_are_there_are_not_made_again(tiny: Path, sounds: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make_all(tiny, sounds, monkeypatch)
    monkeypatch.setattr(listen, "synthesize", None)
    assert "0 made now, 0 removed" in make_all(tiny, sounds, monkeypatch).output


def test_interrupted_command_continues_where_it_stopped(
    tiny: Path, sounds: Path, programs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    install(programs / "espeak-ng", ESPEAK.replace("\ncat\n", '\n[ "$3" = en-us ] || exit 7\ncat\n'))
    result = make_all(tiny, sounds, monkeypatch)
    assert result.exit_code == 1
    assert "The sounds of es cannot be made in the voice es-419: espeak-ng ended with status 7" in result.stderr
    kept = {path: path.stat().st_mtime_ns for path in sounds.iterdir()}
    assert 0 < len(kept) < len(needed(tiny))
    assert not (sounds / INDEX).exists(), "the line must not take it for complete"
    install(programs / "espeak-ng", ESPEAK)
    assert make_all(tiny, sounds, monkeypatch).exit_code == 0
    assert SoundFolder(sounds).names() == {INDEX, *needed(tiny)}
    assert {path: path.stat().st_mtime_ns for path in kept} == kept


def test_changed_text_is_made_anew_and_its_old_sound_removed(
    copied: Path, sounds: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_all(copied, sounds, monkeypatch)
    before = SoundFolder(sounds).names()
    path = copied / "locales" / "es" / "LC_MESSAGES" / "messages.po"
    path.write_text(path.read_text("utf-8").replace("Viene en tazas.", "Viene en tazas muy grandes."), "utf-8")
    (sounds / "notes.txt").write_text("mine", "utf-8")
    result = make_all(copied, sounds, monkeypatch)
    assert "2 made now, 2 removed" in result.output, "at both paces"
    after = SoundFolder(sounds).names()
    assert (len(before - after), after) == (2, {INDEX, "notes.txt", *needed(copied)})


@pytest.mark.skipif(shutil.which("sox") is None, reason="sox is not on this machine")
def test_recorded_prompt_needs_no_synthetic_sound(copied: Path, sounds: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = needed(copied)
    with monkeypatch.context() as real_programs:
        real_programs.setenv("PATH", REAL_PATH)
        record_text(copied, "apples")
    assert needed(copied) < whole
    make_all(copied, sounds, monkeypatch)
    assert SoundFolder(sounds).names() == {INDEX, *needed(copied)}


def test_piper_speaks_its_language_and_espeak_the_other(
    tiny: Path, sounds: Path, programs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_all(tiny, sounds, monkeypatch)
    add_piper_voice(programs / "voices", "en_US-joe-medium", "en_US")
    result = make_all(tiny, sounds, monkeypatch, IVR_VOICES=str(programs / "voices"))
    voices = SoundFolder(sounds).voices()
    assert voices["en"].startswith("piper en_US-joe-medium ")
    assert voices["es"] == VOICES["es"]
    in_english = sum(name.startswith("en-us-") for name in SoundFolder(sounds).names())
    assert f"{in_english} made now, {in_english} removed" in result.output
    scales = {line.split()[1] for line in (programs / "piper.log").read_text().splitlines()}
    assert scales == {"1.000", "1.111"}, "each of the two paces"


def test_language_without_a_voice_is_named_and_the_others_are_made(
    tiny: Path, sounds: Path, programs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    install(programs / "espeak-ng", ESPEAK.replace("es-419", "xx"))
    result = make_all(tiny, sounds, monkeypatch)
    assert result.exit_code == 1
    assert "es: no voice of this machine speaks it" in result.output
    assert set(SoundFolder(sounds).voices()) == {"en"}


@pytest.mark.parametrize("words", [["es"], ["--slow"], ["--out", "x"]])
def test_all_sounds_and_one_language_are_not_asked_for_together(unset: Path, words: list[str]) -> None:
    result = CliRunner().invoke(main, ["listen", "--all", str(unset / "sounds"), *words])
    assert (result.exit_code, "--all allows no TAG" in result.stderr) == (2, True)
    assert CliRunner().invoke(main, ["listen"]).exit_code == 2


@pytest.mark.skipif(
    not (shutil.which("espeak-ng") and shutil.which("sox")), reason="espeak-ng or sox is not on this machine"
)
def test_sounds_by_the_real_programs_are_telephone_sound(
    copied: Path, sounds: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", REAL_PATH)
    assert make_all(copied, sounds, monkeypatch).exit_code == 0
    for name, sound in page_sounds(exported(copied)).items():
        content = (sounds / sound_file_name(sound.utterance, VOICES[sound.tag])).read_bytes()
        pauses = sum(piece for piece in sound.utterance.pieces if isinstance(piece, float))
        assert seconds_of(content) > pauses + 0.3, name
