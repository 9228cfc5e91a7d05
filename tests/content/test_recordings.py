"""Recordings: pinned to the words that they read, checked, converted, played, and left alone when the words change."""

import array
import asyncio
import math
import os
import shutil
import subprocess
import wave
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

import httpx2
import pytest
from support.options import OPTIONS

from ivr import simulator
from ivr.call.state import Place
from ivr.call.transitions import Ask
from ivr.check.proofs import prove
from ivr.check.report import check_all
from ivr.content.recordings import MAX_RECORDING_SECONDS, file_name, load_recordings
from ivr.errors import OperationFailed
from ivr.line.compiler import compile_line
from ivr.line.line import Line
from ivr.phone.caller import Caller
from ivr.phone.parser import Gather, Play, Say, read_document
from ivr.readiness import Readiness
from ivr.server.app import make_app
from ivr.settings import Settings
from ivr.speech.wav import SAMPLE_RATE, read_wav, write_wav
from ivr.translate import record
from ivr.translate.listen import compile_with_draft
from ivr.translate.update import po_path

BASE = "https://line.example.org"
APPLES = "Manzanas. Son rojas."

pytestmark = pytest.mark.skipif(shutil.which("sox") is None, reason="sox is not on this machine")


def spoken_file(path: Path, seconds: float, loud: float = 0.3, hertz: int = 22050, gap: float = 0.0) -> Path:
    """A file that sounds like speech to a meter: a tone that swells four times a second, with a silence in it."""
    before, after = int(seconds / 2 * hertz), int(seconds * hertz) - int(seconds / 2 * hertz)
    one = _tone(loud, hertz)
    values = _long(one, before) + array.array("h", [0]) * int(gap * hertz) + _long(one, after)
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, hertz, 0, "NONE", ""))
        file.writeframes(values.tobytes())
    return path


@cache
def _tone(loud: float, hertz: int) -> "array.array[int]":
    """Four swells, a second long: it begins and ends in silence."""
    at = [number / hertz for number in range(hertz)]
    heard = [loud * (0.6 - 0.4 * math.cos(8 * math.pi * one)) * math.sin(446 * math.pi * one) for one in at]
    return array.array("h", [int(32767 * max(-1.0, min(1.0, value))) for value in heard])


def _long(tone: "array.array[int]", length: int) -> "array.array[int]":
    return (tone * (length // len(tone) + 1))[:length]


def add(root: Path, name: str, file: Path, tag: str = "es") -> str:
    return record.add(compile_with_draft(root, OPTIONS, tag), tag, name, file)


def long_enough(root: Path, name: str, tag: str = "es") -> float:
    """Seconds in which a calm person reads it."""
    line = compile_with_draft(root, OPTIONS, tag)
    spoken = next(one.spoken for one in record.to_record(line, tag, 3) if one.name == name)._replace(sound=None)
    return (line.schedule.longest_seconds(spoken) + line.schedule.shortest_seconds(spoken)) / 2


def record_text(root: Path, name: str, tag: str = "es") -> None:
    seconds = long_enough(root, name, tag)
    add(root, name, spoken_file(root / f"{name}.wav", seconds), tag)


def record_all(root: Path, tag: str, languages: int) -> None:
    for one in list(record.to_record(compile_with_draft(root, OPTIONS, tag), tag, languages)):
        record_text(root, one.name, tag)


def say_otherwise(root: Path, old: str, new: str, tag: str = "es") -> None:
    path = po_path(root, tag)
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new), "utf-8")


def heard_at(line: Line, place: Place) -> Sequence[Say | Play]:
    first = read_document(
        b'<?xml version="1.0" encoding="UTF-8"?><Response>' + line.documents[place][0] + b"</Response>"
    )[0]
    assert isinstance(first, Gather)
    return first.spoken


# Added


def test_a_recording_is_played_where_its_text_is_read_at_both_paces(copied: Path) -> None:
    record_text(copied, "apples")
    line = compile_line(copied, OPTIONS)
    (row,) = line.content.locales["es"].recordings.rows
    assert (row.name, row.reads) == ("apples", APPLES)
    assert heard_at(line, Place("apples", "es")) == (Play(f"{BASE}/audio/{row.sound.file}"),)
    assert heard_at(line, Place("apples", "es", pace="slow")) == (Play(f"{BASE}/audio/{row.sound.slow}"),)
    assert [type(one) for one in heard_at(line, Place("apples", "en"))] == [Say]
    assert prove(line) == ()
    assert check_all(copied, OPTIONS).faults == ()


def test_what_is_kept_is_telephone_sound_with_a_silence_in_front(copied: Path) -> None:
    record_text(copied, "apples")
    (row,) = load_recordings(copied / "locales" / "es" / "audio").rows
    whole = (copied / "locales" / "es" / "audio" / row.sound.file).read_bytes()
    heard = read_wav(whole)
    assert file_name(whole) == row.sound.file
    assert len(heard) / SAMPLE_RATE == row.sound.seconds
    assert set(heard[: SAMPLE_RATE // 4]) <= {0x7F, 0xFF}, "nothing in the first quarter of a second"
    assert row.sound.slow_seconds > row.sound.seconds


def test_its_real_length_is_what_the_line_reckons_with(copied: Path) -> None:
    record_text(copied, "apples")
    line = compile_line(copied, OPTIONS)
    (spoken,) = line.schedule.spoken(Ask(Place("apples", "es"), "part"))
    assert spoken.sound is not None
    assert line.schedule.longest_seconds(spoken) == line.schedule.shortest_seconds(spoken) == spoken.sound.seconds
    assert line.schedule.longest_seconds(spoken, slow=True) == spoken.sound.slow_seconds


def test_keys_and_numbers_are_part_of_what_is_read(copied: Path) -> None:
    record_text(copied, "language-key-8")
    record_text(copied, "person")
    path = copied / "locales" / "es" / "locale.toml"
    path.write_text(path.read_text("utf-8").replace('"cero"', '"ceros"'), "utf-8")
    line = compile_line(copied, OPTIONS)
    assert [one for one in record.outdated_recordings(line, "es") if one.name == "person"]
    (person, _) = line.schedule.spoken(Ask(Place("main", "es"), "first"))
    assert (person.text, person.sound) == ("Para hablar con una persona … oprima ceros.", None)


def test_a_telephone_hears_what_the_recording_reads(copied: Path) -> None:
    record_text(copied, "apples")
    line = compile_line(copied, OPTIONS)
    caller = Caller(simulator.in_process(line), f"{BASE}/call", seconds=simulator.speaking_time(line),
                    recordings=simulator.recordings(line))  # fmt: skip
    caller.rings()
    for key in "821":
        caller.presses(key, interrupting=True)
    caller.listens()
    (heard,) = [one for one in caller.heard if one.voice == "recording"]
    assert (heard.language, heard.text) == ("es-US", APPLES)
    assert heard.seconds == line.content.locales["es"].recordings.rows[0].sound.seconds


def test_the_last_resort_is_spoken_by_voices_alone(copied: Path) -> None:
    for name in ("apples", "goodbye"):
        record_text(copied, name)
    line = compile_line(copied, OPTIONS)
    assert b"<Play>" not in line.fallback_document
    assert b"es-US" in line.fallback_document


def test_mp3_is_taken_too(copied: Path) -> None:
    wav, mp3 = spoken_file(copied / "a.wav", long_enough(copied, "apples")), copied / "a.mp3"
    if subprocess.run(["sox", str(wav), str(mp3)], capture_output=True, check=False).returncode:
        pytest.skip("sox has no MP3 on this machine (libsox-fmt-mp3)")
    assert add(copied, "apples", mp3).startswith("added apples: ")


def test_a_new_recording_takes_the_place_of_the_old_one_and_deletes_nothing(copied: Path) -> None:
    record_text(copied, "apples")
    before = set((copied / "locales" / "es" / "audio").glob("*.wav"))
    add(copied, "apples", spoken_file(copied / "b.wav", long_enough(copied, "apples") * 1.1))
    (row,) = load_recordings(copied / "locales" / "es" / "audio").rows
    assert before < set((copied / "locales" / "es" / "audio").glob("*.wav"))
    assert row.sound.file not in {path.name for path in before}


# Refused


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
def test_a_recording_that_callers_could_not_follow_is_refused(copied: Path, told: str, how: dict[str, Any]) -> None:
    with pytest.raises(OperationFailed, match=told):
        add(copied, "apples", spoken_file(copied / "a.wav", **how))
    assert not (copied / "locales" / "es" / "audio").exists()


def test_what_is_no_sound_is_refused(copied: Path) -> None:
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
        ("last_resort", "There is no text"),
    ],
)
def test_only_what_is_read_aloud_can_be_recorded(copied: Path, name: str, told: str) -> None:
    with pytest.raises(OperationFailed, match=told):
        add(copied, name, spoken_file(copied / "a.wav", 2))


def test_without_sox_it_is_said_what_to_install(copied: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda _: None)
    with pytest.raises(OperationFailed, match="apt install espeak-ng sox"):
        add(copied, "apples", spoken_file(copied / "a.wav", 2))


# Stale


def test_when_the_words_change_the_voice_takes_over_at_once(copied: Path) -> None:
    record_text(copied, "apples")
    say_otherwise(copied, APPLES, "Manzanas. Son muy rojas.")
    line = compile_line(copied, OPTIONS)
    assert [type(one) for one in heard_at(line, Place("apples", "es"))] == [Say]
    report = check_all(copied, OPTIONS)
    assert report.faults == ()
    assert "es: the voice reads what has changed since it was recorded: apples" in report.lines
    (text,) = [text for text in record.sheet(line, "es") if text.startswith("\n== apples.wav")]
    assert "changed" in text


def test_only_prune_deletes_and_only_what_nothing_needs(copied: Path) -> None:
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


def test_the_sheet_names_what_is_to_be_read(copied: Path) -> None:
    line = compile_with_draft(copied, OPTIONS, "es")
    whole = "\n".join(record.sheet(line, "es"))
    assert "== person.wav   new, about" in whole
    assert "Para hablar con una persona … oprima cero." in whole
    assert "== tea-2.wav" in whole
    assert "last_resort" not in whole
    record_text(copied, "person")
    assert "== person.wav" not in "\n".join(record.sheet(compile_with_draft(copied, OPTIONS, "es"), "es"))
    assert "== person.wav   recorded" in "\n".join(
        record.sheet(compile_with_draft(copied, OPTIONS, "es"), "es", every=True)
    )


# Spoilt


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
def test_a_spoilt_recording_is_told_and_the_voice_speaks(copied: Path, spoil: Any, found: str) -> None:
    record_text(copied, "apples")
    spoil(copied / "locales" / "es" / "audio")
    line = compile_line(copied, OPTIONS)
    assert line.flow.published == ("en", "es")
    assert [type(one) for one in heard_at(line, Place("apples", "es"))] == [Say]
    assert prove(line) == ()
    assert any(found in fault.found for fault in check_all(copied, OPTIONS).faults)


# A language without a voice


@pytest.fixture
def voiceless(copied: Path) -> Path:
    """The toy line with a Spanish that no voice speaks."""
    path = copied / "locales" / "es" / "locale.toml"
    path.write_text(path.read_text("utf-8").replace("Polly.Lupe-Neural", "none"), "utf-8")
    return copied


def test_a_language_without_a_voice_is_withheld_until_its_offers_are_recorded(voiceless: Path) -> None:
    line = compile_line(voiceless, OPTIONS)
    assert line.flow.published == ("en",)
    assert prove(line) == ()
    told = [fault.found for fault in check_all(voiceless, OPTIONS).faults]
    assert told.count("it is not recorded") == len(list(record.to_record(line, "es")))


def test_a_language_without_a_voice_can_be_published_when_all_is_recorded(voiceless: Path) -> None:
    record_all(voiceless, "es", 2)
    line = compile_line(voiceless, OPTIONS)
    assert line.flow.published == ("en", "es")
    assert prove(line) == ()
    assert check_all(voiceless, OPTIONS).faults == ()
    spanish = b"".join(b"".join(fragments) for place, fragments in line.documents.items() if place.locale == "es")
    assert b'voice="none"' not in spanish
    assert b"<Play>" in spanish
    assert b'voice="none"' not in line.fallback_document


def test_where_its_words_change_the_text_is_english_and_check_says_so(voiceless: Path) -> None:
    record_all(voiceless, "es", 2)
    say_otherwise(voiceless, APPLES, "Manzanas. Son muy rojas.")
    (spoken,) = compile_line(voiceless, OPTIONS).schedule.spoken(Ask(Place("apples", "es"), "part"))
    assert spoken.locale == "en"
    (fault,) = check_all(voiceless, OPTIONS).faults
    assert fault.found == "its recording reads other words"


# Handed out


def fetch(root: Path, path: str, method: str = "GET", line: Line | None = None, **headers: str) -> httpx2.Response:
    settings = Settings(_env_file=None, ivr_content=root, public_url=BASE, ivr_usage="off")
    line = line or compile_line(root, OPTIONS)
    app = make_app(settings, Readiness(line, line.fallback_document))

    async def asked() -> httpx2.Response:
        async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app=app), base_url=BASE) as client:
            return await client.request(method, path, headers=headers)

    return asyncio.run(asked())


def test_a_recording_is_handed_out_and_may_be_kept_for_ever(copied: Path) -> None:
    record_text(copied, "apples")
    folder = copied / "locales" / "es" / "audio"
    (row,) = load_recordings(folder).rows
    answer = fetch(copied, f"/audio/{row.sound.file}")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "audio/wav")
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert answer.content == (folder / row.sound.file).read_bytes()
    assert fetch(copied, f"/audio/{row.sound.file}", "HEAD").status_code == 200
    assert fetch(copied, f"/audio/{row.sound.file}", range="bytes=0-9").content == answer.content[:10]


def test_a_call_that_began_on_the_last_release_still_plays(copied: Path) -> None:
    record_text(copied, "apples")
    (row,) = load_recordings(copied / "locales" / "es" / "audio").rows
    say_otherwise(copied, APPLES, "Manzanas. Son muy rojas.")
    (copied / "locales" / "es" / "audio" / "recordings.toml").unlink()
    assert fetch(copied, f"/audio/{row.sound.file}").status_code == 200


@pytest.mark.parametrize("name", ["0123456789abcdef0123.wav", "recordings.toml", "..%2f..%2flocale.toml", ""])
def test_nothing_else_is_handed_out(copied: Path, name: str) -> None:
    record_text(copied, "apples")
    assert fetch(copied, f"/audio/{name}").status_code == 404
