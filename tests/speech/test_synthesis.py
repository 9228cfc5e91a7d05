"""Sounds by the real programs: a written pause is heard, as long as it is written."""

import shutil

import pytest

from ivr.speech.installed_voices import InstalledVoice
from ivr.speech.synthesis import synthesize
from ivr.speech.utterance import Utterance
from ivr.speech.wav import seconds_of

pytestmark = pytest.mark.skipif(
    not (shutil.which("espeak-ng") and shutil.which("sox")), reason="espeak-ng or sox is not installed"
)
VOICE = InstalledVoice("espeak-ng", "en-us")


def seconds(*pieces: str | float, rate: float = 1.0) -> float:
    """The length of the sound that is made of `pieces`."""
    (sound,) = synthesize([Utterance("en-US", pieces, rate)], VOICE, 60)
    return seconds_of(sound)


@pytest.mark.parametrize("rate", [1.0, 0.9])
def test_written_pause_makes_the_sound_longer_by_its_seconds(rate: float) -> None:
    short, long = seconds("Tea", 0.4, "press one.", rate=rate), seconds("Tea", 1.4, "press one.", rate=rate)
    assert long - short == pytest.approx(1.0, abs=0.05)
    assert short > seconds("Tea press one.", rate=rate) + 0.3


def test_pause_in_front_of_the_first_word_is_heard() -> None:
    assert seconds(0.5, "Tea.") - seconds("Tea.") == pytest.approx(0.5, abs=0.05)


def test_slow_pace_makes_the_words_longer() -> None:
    assert seconds("For tea, press one.", rate=0.9) > seconds("For tea, press one.")


def test_markup_in_a_text_is_spoken_as_text() -> None:
    assert seconds("Tea <break strength='none' time='3000ms'/> now") != pytest.approx(
        seconds("Tea", 3.0, "now"), abs=0.3
    )


def test_sounds_made_together_are_in_the_order_of_their_utterances() -> None:
    texts = ["Tea. " * number for number in (3, 1, 2)]
    made = synthesize([Utterance("en-US", (text,)) for text in texts], VOICE, 60)
    assert [seconds_of(sound) for sound in made] == [seconds(text) for text in texts]
