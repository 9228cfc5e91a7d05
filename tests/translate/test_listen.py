"""Listening to a language: its texts become sounds, published or not, and each sound is made once."""

import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from support.options import OPTIONS

from ivr.cli.main import main
from ivr.content.load import load_content
from ivr.errors import BadLocale, OperationFailed
from ivr.speech import programs
from ivr.speech.pauses import SHORT_PAUSE
from ivr.speech.wav import seconds_of
from ivr.translate import listen
from ivr.translate.new_locale import create_locale

needs_voices = pytest.mark.skipif(
    not (shutil.which("espeak-ng") and shutil.which("sox")), reason="espeak-ng or sox is not on this machine"
)


def heard(root: Path, tag: str, *nodes: str, out: Path | None = None) -> list[listen.TextSound]:
    line = listen.compile_with_draft(root, OPTIONS, tag)
    return list(listen.copy_to(out, listen.text_sounds(line, tag, nodes)))


@needs_voices
def test_each_part_of_a_text_is_one_telephone_sound(copied: Path) -> None:
    sounds = heard(copied, "es", "tea")
    assert [sound.name for sound in sounds] == ["tea-1", "tea-2", "tea-3"]
    assert sounds[1].words == "Viene en tazas."
    for sound in sounds:
        assert seconds_of(sound.path.read_bytes()) == sound.seconds > 0.5


@needs_voices
def test_sound_is_made_once(copied: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = heard(copied, "es", "tea")
    monkeypatch.setattr(listen, "synthesize", None)
    assert heard(copied, "es", "tea") == first


@needs_voices
def test_changed_words_make_a_new_sound(copied: Path) -> None:
    (before,) = heard(copied, "es", "tea-2")
    path = copied / "locales" / "es" / "LC_MESSAGES" / "messages.po"
    path.write_text(path.read_text("utf-8").replace("Viene en tazas.", "Viene en tazas muy grandes."), "utf-8")
    (after,) = heard(copied, "es", "tea-2")
    assert after.path != before.path
    assert after.seconds > before.seconds


@needs_voices
def test_sounds_are_copied_by_name(copied: Path, tmp_path: Path) -> None:
    sounds = heard(copied, "es", out=tmp_path / "heard")
    names = {path.stem for path in (tmp_path / "heard").iterdir()}
    assert names == {sound.name for sound in sounds}
    assert {"person", "fallback", "language-key-8", "tea-3"} <= names


@needs_voices
def test_draft_can_be_heard(copied: Path) -> None:
    create_locale(copied, "fr")
    path = copied / "locales" / "fr" / "LC_MESSAGES" / "messages.po"
    text = path.read_text("utf-8")
    path.write_text(
        text.replace('"Tea. It is hot."\nmsgstr ""', '"Tea. It is hot."\nmsgstr "Le thé. Il est chaud."'), "utf-8"
    )
    with pytest.raises(OperationFailed, match="ivr check fr"):
        heard(copied, "fr", "tea")
    (one,) = heard_with(copied, "Apples. They are red.", "Les pommes. Elles sont rouges.", "apples")
    assert one.words == "Les pommes. Elles sont rouges."


def heard_with(root: Path, english: str, french: str, node: str) -> list[listen.TextSound]:
    path = root / "locales" / "fr" / "LC_MESSAGES" / "messages.po"
    text = path.read_text("utf-8")
    path.write_text(text.replace(f'msgid "{english}"\nmsgstr ""', f'msgid "{english}"\nmsgstr "{french}"'), "utf-8")
    return heard(root, "fr", node)


@needs_voices
def test_language_without_installed_voice_names_the_sheet(copied: Path) -> None:
    path = copied / "locales" / "es" / "locale.toml"
    path.write_text(path.read_text("utf-8").replace("Polly.Lupe-Neural", "none").replace("es-US", "so"), "utf-8")
    path.parent.rename(copied / "locales" / "so")
    with pytest.raises(OperationFailed, match=r"No voice of this machine speaks español.*ivr recordings sheet so"):
        heard(copied, "so", "apples")


def test_missing_programs_are_named_with_the_packages(copied: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda _: None)
    with pytest.raises(OperationFailed, match=r"espeak-ng and sox are not installed.*apt install espeak-ng sox"):
        heard(copied, "es", "apples")


def test_unknown_text_or_language_is_a_sentence(copied: Path) -> None:
    with pytest.raises(OperationFailed, match="There is no text `nowhere`"):
        heard(copied, "es", "nowhere")
    with pytest.raises(BadLocale, match="ivr locale new fr"):
        heard(copied, "fr")


# The command


def ivr(root: Path, monkeypatch: pytest.MonkeyPatch, *words: str) -> Result:
    monkeypatch.setenv("IVR_CONTENT", str(root))
    result = CliRunner().invoke(main, words)
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exc_info
    return result


@needs_voices
def test_listen_plays_the_named_texts(copied: Path, unset: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    played = list[Path]()
    monkeypatch.setattr(listen, "play", lambda path: played.append(path) or True)
    told = ivr(copied, monkeypatch, "listen", "es", "apples").output
    assert "Manzanas. Son rojas." in told
    assert [path.suffix for path in played] == [".wav"]
    ivr(copied, monkeypatch, "listen", "es", "apples", "--out", str(unset / "heard"))
    assert len(played) == 1
    assert (unset / "heard" / "apples.wav").exists()


def test_listen_does_not_call_an_unknown_text_untranslated(
    copied: Path, unset: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    output = ivr(copied, monkeypatch, "listen", "es", "tea", "coffee").output
    assert "There is no text `coffee`" in output
    assert "coffee: not fully translated" not in output


@needs_voices
def test_listen_without_player_names_the_file(copied: Path, unset: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert unset.is_dir()
    monkeypatch.setattr(programs, "PLAYERS", ())
    assert "open the file" in ivr(copied, monkeypatch, "listen", "es", "apples", "--slow").output


def test_translator_commands_print_sentences(copied: Path, unset: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert unset.is_dir()
    made = ivr(copied, monkeypatch, "locale", "new", "fr").output
    assert "created " in made
    assert "CHECK: proposed" in made
    assert ivr(copied, monkeypatch, "locale", "new", "fr").stderr.startswith("Error: ")
    checked = ivr(copied, monkeypatch, "check", "fr")
    assert checked.exit_code == 1
    assert "translated  0 of " in checked.output
    assert "== apples.wav" in ivr(copied, monkeypatch, "recordings", "sheet", "es").output
    assert "does not exist" in ivr(copied, monkeypatch, "recordings", "add", "es", "apples", "nowhere.wav").stderr
    assert ivr(copied, monkeypatch, "recordings", "prune", "es").output == "no file to delete\n"
    assert "all catalogues are up to date" not in ivr(copied, monkeypatch, "locale", "update", "es").output


def test_speech_rate_of_a_voice_is_measured_without_its_pauses(tiny: Path) -> None:
    spanish = load_content(tiny).locales["es"]
    sounds = [listen.TextSound("a", "uno … " * 20, tiny, 20 * SHORT_PAUSE + 10.0)] * 3
    row = listen.rate_row(spanish, sounds)
    assert "reads 4.0 syllables a second" in row
    assert 'speech_rate = { counts = "syllables", slowest = 3.7, fastest = 6.4 }' in row
    assert listen.rate_row(spanish, sounds[:1]) == "", "ten seconds are too few"
