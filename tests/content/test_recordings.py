"""Recordings: played for the exact words that they read, and replaced by the voice when the words change."""

import os
import shutil
from pathlib import Path
from typing import Any

import pytest
from support.options import OPTIONS
from support.recordings import APPLES, BASE, heard_at, record_all, record_text, say_otherwise, spoken_file

from ivr import simulator
from ivr.call.state import Place
from ivr.call.transitions import Ask
from ivr.check.proofs import prove
from ivr.check.report import check_all
from ivr.content.recordings import MAX_RECORDING_SECONDS, file_name
from ivr.line.compiler import compile_line
from ivr.phone.verbs import Play, Say
from ivr.speech.wav import SAMPLE_RATE, write_wav
from ivr.translate import record
from ivr.translate.record import recording_sheet

pytestmark = pytest.mark.skipif(shutil.which("sox") is None, reason="sox is not on this machine")


def test_recording_is_played_for_its_text_at_both_paces(copied: Path) -> None:
    record_text(copied, "apples")
    line = compile_line(copied, OPTIONS)
    (row,) = line.content.locales["es"].recordings.rows
    assert (row.name, row.reads) == ("apples", APPLES)
    assert heard_at(line, Place("apples", "es")) == (Play(f"{BASE}/audio/{row.sound.file}"),)
    assert heard_at(line, Place("apples", "es", pace="slow")) == (Play(f"{BASE}/audio/{row.sound.slow}"),)
    assert [type(one) for one in heard_at(line, Place("apples", "en"))] == [Say]
    assert prove(line) == ()
    assert check_all(copied, OPTIONS).faults == ()


def test_seconds_of_a_prompt_are_those_of_its_recording(copied: Path) -> None:
    record_text(copied, "apples")
    line = compile_line(copied, OPTIONS)
    (spoken,) = line.schedule.prompts(Ask(Place("apples", "es"), "part"))
    assert spoken.sound is not None
    assert line.schedule.longest_seconds(spoken) == line.schedule.shortest_seconds(spoken) == spoken.sound.seconds
    assert line.schedule.longest_seconds(spoken, slow=True) == spoken.sound.slow_seconds


def test_changed_word_for_a_key_outdates_the_recording(copied: Path) -> None:
    record_text(copied, "language-key-8")
    record_text(copied, "person")
    path = copied / "locales" / "es" / "locale.toml"
    path.write_text(path.read_text("utf-8").replace('"cero"', '"ceros"'), "utf-8")
    line = compile_line(copied, OPTIONS)
    assert [one for one in record.outdated_recordings(line, "es") if one.name == "person"]
    (person, _) = line.schedule.prompts(Ask(Place("main", "es"), "first"))
    assert (person.words, person.sound) == ("Para hablar con una persona … oprima ceros.", None)


def test_telephone_shows_the_words_of_the_recording(copied: Path) -> None:
    record_text(copied, "apples")
    line = compile_line(copied, OPTIONS)
    caller = simulator.new_caller(line)
    caller.rings()
    for key in "821":
        caller.presses(key, interrupting=True)
    caller.hears_out()
    (heard,) = [one for one in caller.heard if one.voice == "recording"]
    assert (heard.language, heard.text) == ("es-US", APPLES)
    assert heard.seconds == line.content.locales["es"].recordings.rows[0].sound.seconds


def test_fallback_document_plays_no_recording(copied: Path) -> None:
    for name in ("apples", "goodbye"):
        record_text(copied, name)
    line = compile_line(copied, OPTIONS)
    assert b"<Play>" not in line.fallback_document
    assert b"es-US" in line.fallback_document


def test_voice_speaks_a_text_whose_words_have_changed(copied: Path) -> None:
    record_text(copied, "apples")
    say_otherwise(copied, APPLES, "Manzanas. Son muy rojas.")
    line = compile_line(copied, OPTIONS)
    assert [type(one) for one in heard_at(line, Place("apples", "es"))] == [Say]
    report = check_all(copied, OPTIONS)
    assert report.faults == ()
    assert "es: the voice reads what has changed since it was recorded: apples" in report.rows
    (text,) = [text for text in recording_sheet(line, "es") if text.startswith("\n== apples.wav")]
    assert "changed" in text


def spoil_list(folder: Path) -> None:
    (folder / "recordings.toml").write_bytes(b"\xff[apples")


def lose_file(folder: Path) -> None:
    next(folder.glob("*.wav")).unlink()
    for path in folder.glob("*.wav"):
        path.unlink()


def change_file(folder: Path) -> None:
    for path in folder.glob("*.wav"):
        path.write_bytes(path.read_bytes()[:-100])


def lead_elsewhere(folder: Path) -> None:
    path = folder / "recordings.toml"
    path.write_text('[apples]\nreads = "x"\nsound = "../../../../etc/passwd"\nslow = "a"\n', "utf-8")


def forget_a_field(folder: Path) -> None:
    (folder / "recordings.toml").write_text('[apples]\nreads = "Manzanas. Son rojas."\n', "utf-8")


def another_sound(folder: Path) -> None:
    whole = spoken_file(folder / "x", 1).read_bytes()
    name = file_name(whole)
    (folder / name).write_bytes(whole)
    row = f'[apples]\nreads = "{APPLES}"\nsound = "{name}"\nslow = "{name}"\n'
    (folder / "recordings.toml").write_text(row, "utf-8")


def half_an_hour(folder: Path) -> None:
    """Larger than any recording may be: it is not even read."""
    _list_file(folder, write_wav(b"\x7f" * SAMPLE_RATE * 1800))


def three_minutes(folder: Path) -> None:
    """Its size would do, but a caller cannot stop it in front of a dial."""
    _list_file(folder, write_wav(b"\x7f" * (MAX_RECORDING_SECONDS + 1) * SAMPLE_RATE))


def _list_file(folder: Path, whole: bytes) -> None:
    name = file_name(whole)
    (folder / name).write_bytes(whole)
    row = f'[apples]\nreads = "{APPLES}"\nsound = "{name}"\nslow = "{name}"\n'
    (folder / "recordings.toml").write_text(row, "utf-8")


def fifo(folder: Path) -> None:
    for path in folder.glob("*.wav"):
        path.unlink()
        os.mkfifo(path)


@pytest.mark.parametrize(
    ("spoil", "found"),
    [
        (half_an_hour, "is larger than 1,000,000 bytes"),
        (three_minutes, "takes 121 seconds, the most is 120"),
        (fifo, "it is not a regular file"),
        (spoil_list, "it is not UTF-8"),
        (lose_file, "cannot be read (No such file or directory)"),
        (change_file, "is not the file that was added: its content has changed"),
        (lead_elsewhere, "'../../../../etc/passwd' is not the name of a sound file"),
        (forget_a_field, "it is missing"),
        (another_sound, "it is not telephone sound"),
    ],
)
def test_spoilt_recording_is_reported_and_the_voice_speaks(copied: Path, spoil: Any, found: str) -> None:
    record_text(copied, "apples")
    spoil(copied / "locales" / "es" / "audio")
    line = compile_line(copied, OPTIONS)
    assert line.flow.offered == ("en", "es")
    assert [type(one) for one in heard_at(line, Place("apples", "es"))] == [Say]
    assert prove(line) == ()
    assert any(found in fault.found for fault in check_all(copied, OPTIONS).faults)


@pytest.fixture
def voiceless(copied: Path) -> Path:
    """The toy line with a Spanish that no voice speaks."""
    path = copied / "locales" / "es" / "locale.toml"
    path.write_text(path.read_text("utf-8").replace("Polly.Lupe-Neural", "none"), "utf-8")
    return copied


def test_a_language_without_a_voice_is_withheld_until_its_offers_are_recorded(voiceless: Path) -> None:
    line = compile_line(voiceless, OPTIONS)
    assert line.flow.offered == ("en",)
    assert prove(line) == ()
    told = [fault.found for fault in check_all(voiceless, OPTIONS).faults]
    assert told.count("it is not recorded") == len(list(record.parts_to_record(line, "es")))


def test_a_language_without_a_voice_can_be_published_when_all_is_recorded(voiceless: Path) -> None:
    record_all(voiceless, "es", 2)
    line = compile_line(voiceless, OPTIONS)
    assert line.flow.offered == ("en", "es")
    assert prove(line) == ()
    assert check_all(voiceless, OPTIONS).faults == ()
    spanish = b"".join(b"".join(fragments) for place, fragments in line.documents.items() if place.locale == "es")
    assert b'voice="none"' not in spanish
    assert b"<Play>" in spanish
    assert b'voice="none"' not in line.fallback_document


def test_outdated_recording_without_a_voice_makes_the_text_english(voiceless: Path) -> None:
    record_all(voiceless, "es", 2)
    say_otherwise(voiceless, APPLES, "Manzanas. Son muy rojas.")
    (spoken,) = compile_line(voiceless, OPTIONS).schedule.prompts(Ask(Place("apples", "es"), "part"))
    assert spoken.locale == "en"
    (fault,) = check_all(voiceless, OPTIONS).faults
    assert fault.found == "its recording reads other words"
