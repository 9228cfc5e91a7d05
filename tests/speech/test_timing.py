"""Seconds against sums made by hand."""

import pytest

from ivr.speech import timing
from ivr.speech.pauses import SLOW_RATE
from ivr.speech.timing import SpeechRate

ENGLISH = SpeechRate("words", 2.3, 3.2)
SPANISH = SpeechRate("syllables", 4.0, 7.8)


@pytest.mark.parametrize(
    ("unit", "count"), [("words", 3), ("syllables", 8), ("characters", 15)]
)  # o-pri-ma ce-ro a-ho-ra
def test_text_is_measured_in_the_unit_of_its_language(unit: timing.Unit, count: int) -> None:
    assert timing.units("Oprima cero … ahora.", unit) == count


def test_longest_seconds_are_words_at_the_slowest_rate_plus_pauses() -> None:
    ten_seconds = " ".join(["tea"] * 23)
    assert timing.longest_seconds(ten_seconds, ENGLISH) == pytest.approx(10.0)
    assert timing.longest_seconds(ten_seconds + " … .", ENGLISH) == pytest.approx(10.4)
    assert timing.longest_seconds(ten_seconds + "\n\n" + ten_seconds, ENGLISH) == pytest.approx(20.6)


def test_spanish_seconds_count_syllables() -> None:
    assert timing.longest_seconds("Oprima cero … ahora.", SPANISH) == pytest.approx(8 / 4.0 + 0.4)
    assert timing.shortest_seconds("Oprima cero … ahora.", SPANISH) == pytest.approx(8 / 7.8 + 0.4)


def test_slow_pace_stretches_words_a_little_and_pauses_a_lot() -> None:
    text = " ".join(["tea"] * 23) + " … now"
    assert timing.longest_seconds(text, ENGLISH, slow=True) == pytest.approx(24 / 2.3 / 0.9 + 0.4 * 1.75)
    assert SLOW_RATE >= 0.85


def test_shortest_seconds_never_exceed_longest_seconds() -> None:
    for text in ("", "…", "One. Two.\n\nThree … four."):
        assert (
            timing.shortest_seconds(text, ENGLISH)
            <= timing.longest_seconds(text, ENGLISH)
            <= timing.longest_seconds(text, ENGLISH, slow=True)
        )


def test_empty_text_takes_no_time() -> None:
    assert timing.longest_seconds("", ENGLISH) == 0
    assert timing.pause_seconds("\n\nOne.\n\n") == 0, "a blank line around a text is no pause inside it"


def test_relay_operator_types_a_word_a_second() -> None:
    assert timing.typing_seconds("To talk with a person now … press zero.") == 8.0
