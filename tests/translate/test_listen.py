"""Listening: what a translator wrote is heard within a minute, published or not, and once heard costs nothing."""

import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from ivr.cli.main import main
from ivr.errors import BadLocale, OperationFailed
from ivr.line.options import Options
from ivr.speech import synthesis
from ivr.speech.wav import seconds_of
from ivr.translate import listen
from ivr.translate.new_locale import create_locale

OPTIONS = Options(public_url="https://line.example.org", line_number="+12025550123")

needs_voices = pytest.mark.skipif(
    not (shutil.which("espeak-ng") and shutil.which("sox")), reason="espeak-ng or sox is not on this machine"
)


def heard(root: Path, tag: str, *nodes: str, out: Path | None = None) -> list[listen.Sample]:
    line = listen.drafted(root, OPTIONS, tag)
    return list(listen.keep(listen.sound(line, tag, nodes), out))


@needs_voices
def test_a_text_is_heard_part_by_part_as_a_telephone_carries_it(copied: Path) -> None:
    told = heard(copied, "es", "tea")
    assert [one.name for one in told] == ["tea-1", "tea-2", "tea-3"]
    assert told[1].text == "Viene en tazas."
    for one in told:
        assert seconds_of(one.path.read_bytes()) == one.seconds > 0.5


@needs_voices
def test_what_was_heard_once_is_not_made_again(copied: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = heard(copied, "es", "tea")
    monkeypatch.setattr(listen, "synthesize", None)
    assert heard(copied, "es", "tea") == first


@needs_voices
def test_after_a_change_the_new_words_are_heard(copied: Path) -> None:
    (before,) = heard(copied, "es", "tea-2")
    path = copied / "locales" / "es" / "LC_MESSAGES" / "messages.po"
    path.write_text(path.read_text("utf-8").replace("Viene en tazas.", "Viene en tazas muy grandes."), "utf-8")
    (after,) = heard(copied, "es", "tea-2")
    assert after.path != before.path
    assert after.seconds > before.seconds


@needs_voices
def test_the_sounds_can_be_kept_by_name(copied: Path, tmp_path: Path) -> None:
    told = heard(copied, "es", out=tmp_path / "heard")
    names = {path.stem for path in (tmp_path / "heard").iterdir()}
    assert names == {one.name for one in told}
    assert {"person", "last_resort", "language-key-8", "tea-3"} <= names


@needs_voices
def test_a_draft_is_heard_before_anybody_publishes_it(copied: Path) -> None:
    create_locale(copied, "fr")
    path = copied / "locales" / "fr" / "LC_MESSAGES" / "messages.po"
    text = path.read_text("utf-8")
    path.write_text(
        text.replace('"Tea. It is hot."\nmsgstr ""', '"Tea. It is hot."\nmsgstr "Le thé. Il est chaud."'), "utf-8"
    )
    with pytest.raises(OperationFailed, match="ivr check fr"):
        heard(copied, "fr", "tea")
    (one,) = heard_with(copied, "Apples. They are red.", "Les pommes. Elles sont rouges.", "apples")
    assert one.text == "Les pommes. Elles sont rouges."


def heard_with(root: Path, english: str, french: str, node: str) -> list[listen.Sample]:
    path = root / "locales" / "fr" / "LC_MESSAGES" / "messages.po"
    text = path.read_text("utf-8")
    path.write_text(text.replace(f'msgid "{english}"\nmsgstr ""', f'msgid "{english}"\nmsgstr "{french}"'), "utf-8")
    return heard(root, "fr", node)


@needs_voices
def test_a_language_that_no_program_speaks_says_what_to_do(copied: Path) -> None:
    path = copied / "locales" / "es" / "locale.toml"
    path.write_text(path.read_text("utf-8").replace("Polly.Lupe-Neural", "none").replace("es-US", "so"), "utf-8")
    path.parent.rename(copied / "locales" / "so")
    with pytest.raises(OperationFailed, match=r"speaks no español.*ivr recordings sheet so"):
        heard(copied, "so", "apples")


def test_without_the_programs_it_is_said_what_to_install(copied: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda _: None)
    with pytest.raises(OperationFailed, match=r"espeak-ng and sox are not installed.*apt install espeak-ng sox"):
        heard(copied, "es", "apples")


def test_a_text_that_there_is_not_is_told(copied: Path) -> None:
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
def test_the_command_plays_a_text_where_it_can(copied: Path, unset: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    played = list[Path]()
    monkeypatch.setattr(listen, "play", lambda path: played.append(path) or True)
    told = ivr(copied, monkeypatch, "listen", "es", "apples").output
    assert "Manzanas. Son rojas." in told
    assert [path.suffix for path in played] == [".wav"]
    ivr(copied, monkeypatch, "listen", "es", "apples", "--out", str(unset / "heard"))
    assert len(played) == 1
    assert (unset / "heard" / "apples.wav").exists()


@needs_voices
def test_where_nothing_plays_the_file_is_named(copied: Path, unset: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert unset.is_dir()
    monkeypatch.setattr(synthesis, "PLAYERS", ())
    assert "open the file" in ivr(copied, monkeypatch, "listen", "es", "apples", "--slow").output


def test_the_room_s_commands_speak_in_sentences(copied: Path, unset: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert unset.is_dir()
    made = ivr(copied, monkeypatch, "locale", "new", "fr").output
    assert "made " in made
    assert "CHECK: from the spell-out rules" in made
    assert ivr(copied, monkeypatch, "locale", "new", "fr").stderr.startswith("Error: ")
    checked = ivr(copied, monkeypatch, "check", "fr")
    assert checked.exit_code == 1
    assert "translated  0 of " in checked.output
    assert "== apples.wav" in ivr(copied, monkeypatch, "recordings", "sheet", "es").output
    assert "is not there" in ivr(copied, monkeypatch, "recordings", "add", "es", "apples", "nowhere.wav").stderr
    assert ivr(copied, monkeypatch, "recordings", "prune", "es").output == "nothing to delete\n"
    assert "everything is up to date" not in ivr(copied, monkeypatch, "locale", "update", "es").output
