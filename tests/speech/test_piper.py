"""Speech by Piper: a separate program, which is given the words; the pauses are added between its sounds."""

import io
import wave
from pathlib import Path

import pytest
from support.voices import PIPER, add_piper_voice, install, install_all

from ivr.speech.installed_voices import InstalledVoice, piper_voices
from ivr.speech.programs import SynthesisFailed
from ivr.speech.synthesis import speak_with_piper
from ivr.speech.utterance import Utterance


@pytest.fixture
def voice(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> InstalledVoice:
    install_all(tmp_path)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    add_piper_voice(tmp_path / "voices", "en_US-joe-medium", "en_US", length_scale=1.2)
    return piper_voices(tmp_path / "voices")[0]


def spoken(voice: InstalledVoice, *utterances: tuple[str | float, ...], rate: float = 1.0) -> list[float]:
    """The length of each sound in seconds."""
    given = [Utterance("en-US", pieces, rate) for pieces in utterances]
    return [seconds_of(sound) for sound in speak_with_piper(given, voice, 20)]


def seconds_of(sound: bytes) -> float:
    with wave.open(io.BytesIO(sound)) as file:
        return file.getnframes() / file.getframerate()


def test_sounds_are_in_the_order_of_the_texts_with_their_pauses(voice: InstalledVoice) -> None:
    """The stand-in takes 0.12 s for a letter in this voice, and names its files by a number that has no fixed width."""
    lengths = spoken(voice, ("a" * 10, 0.4, "b"), (0.5, "cc"), ("ddd", 0.6, "e", 0.4, "f"))
    assert lengths == pytest.approx([11 * 0.12 + 0.4, 2 * 0.12 + 0.5, 5 * 0.12 + 1.0], abs=0.001)


def test_slow_pace_makes_the_words_longer_and_no_pause(voice: InstalledVoice) -> None:
    (normal,), (slow,) = spoken(voice, ("abc", 1.0, "d")), spoken(voice, ("abc", 1.0, "d"), rate=0.9)
    assert slow - 1.0 == pytest.approx((normal - 1.0) / 0.9, abs=0.002)


def test_many_texts_need_one_start_of_the_program(voice: InstalledVoice, tmp_path: Path) -> None:
    spoken(voice, *[("one", 0.4, "two")] * 5)
    assert (tmp_path / "piper.log").read_text() == "en_US-joe-medium 1.200\n"


@pytest.mark.parametrize(
    ("program", "sentence"),
    [
        ("#!/bin/sh\necho 'usage: piper' >&2; echo 'no such option' >&2; exit 2\n", r"status 2 \(no such option\)"),
        ("#!/nowhere\n", "piper does not start"),
        ("#!/bin/sh\nexec sleep 30\n", "piper took more than 0.5 s"),
        ("#!/bin/sh\ncat >/dev/null\n", "piper made 0 sounds of 2 texts"),
        (PIPER.replace("in enumerate(lines)", "in enumerate(lines[1:])"), "piper made 1 sounds of 2 texts"),
        (PIPER.replace("(1, 2, 22050", "(2, 2, 22050"), "not one channel of 16 bits"),
        ('#!/bin/sh\nfor f in 1 2; do echo "no sound" > "$4/$f.wav"; done\n', "a file that is no sound"),
    ],
)
def test_failure_of_the_program_is_a_sentence(
    voice: InstalledVoice, tmp_path: Path, program: str, sentence: str
) -> None:
    install(tmp_path / "piper", program)
    limit = 0.5 if "sleep" in program else 20
    with pytest.raises(SynthesisFailed, match=sentence):
        speak_with_piper([Utterance("en-US", ("one", 0.4, "two"))], voice, limit)
