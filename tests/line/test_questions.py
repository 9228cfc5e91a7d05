"""Questions of callers: each question of calls/questions.toml is answered on its path, in the seconds that it may take.

The clock runs from the ring. Each menu is heard to the end of the choice that is pressed, in a topic the parts before
the answer are heard whole. It stops with the answer. All seconds are the upper estimates of the line.
"""

import tomllib
from pathlib import Path
from typing import NamedTuple

import pytest
from support.options import OPTIONS

from ivr.call.flow import Opening
from ivr.call.playlist import named_keys, prompts_for
from ivr.call.state import Key, Place, Ring
from ivr.call.transitions import Ask, next_place
from ivr.content.prompts import RenderedPrompt
from ivr.content.templates import blocks_by_part
from ivr.line.compiler import compile_line
from ivr.line.line import Line
from ivr.line.schedule import PART_WAIT
from ivr.line.twiml import PAUSE_AFTER_KEY
from ivr.settings import CHECKOUT
from ivr.speech import readability
from ivr.speech.pauses import PARAGRAPH_PAUSE

FILE = Path(__file__).parent / "calls" / "questions.toml"
PROMISED = {"missing_child": 60, "happening": 45, "immigration": 60}
"""Seconds in which a missing child, one's own safety and immigration are answered in English; 15 more in Spanish."""
MORE_IN_SPANISH = 15
FEWEST = 60


class Question(NamedTuple):
    """One question; the file says what the fields are."""

    asks: str
    language: str
    keys: str
    node: str
    part: int
    fact: str
    within: int
    sentences: int | None = None


QUESTIONS = [Question(**table) for table in tomllib.loads(FILE.read_text("utf-8"))["question"]]
LANGUAGES = tuple(dict.fromkeys(question.language for question in sorted(QUESTIONS, key=lambda one: one.language)))


class Clock:
    """The seconds of a call, as a caller spends them."""

    def __init__(self, line: Line) -> None:
        self.line, self.flow = line, line.flow

    def answered(self, question: Question) -> float:
        """Seconds from the ring to the end of the answer."""
        place, clock = next_place(self.flow, Place(self.flow.main_menu, "en"), Ring()), 0.0
        if question.language != "en":
            clock += self._until(place, "language", question.language)
            place = self._press(place, "8")
        for key in question.keys.split():
            clock += self._until(place, key, place.locale)
            place = self._press(place, key)
        assert (place.node, place.locale) == (question.node, question.language)
        return clock + self._answer(question)

    def _press(self, place: Place, key: str) -> Place:
        return next_place(self.flow, place, Key(key))

    def _until(self, place: Place, key: str, language: str) -> float:
        """Seconds until the choice of `key`, or the offer of `language`, has been said."""
        node = self.flow.nodes[place.node]
        menu = node.menu if isinstance(node, Opening) else place.node
        ask = Ask(place, "opening" if isinstance(node, Opening) else "first")
        rings = place == next_place(self.flow, place, Ring())
        clock = 0.0 if rings else PAUSE_AFTER_KEY
        for number, (cue, spoken) in enumerate(
            zip(prompts_for(self.flow, ask), self.line.schedule.prompts(ask), strict=True)
        ):
            clock += PARAGRAPH_PAUSE if number else 0
            if cue.text == "language" and key == "language" and cue.locale == language:
                return clock + self.line.schedule.longest_seconds(spoken)
            if cue.text == menu and cue.part == self.flow.part_count(menu) and key != "language":
                return clock + self._paragraphs(spoken, int(key))
            clock += self.line.schedule.longest_seconds(spoken)
        raise AssertionError(f"{key} is not offered at {place}")

    def _answer(self, question: Question) -> float:
        """Seconds of the topic until the answer has been said."""
        parts = self.line.content.prompts.parts(question.node, question.language, named_keys(self.flow, question.node))
        before = sum(self.line.schedule.longest_seconds(part) + PART_WAIT for part in parts[: question.part - 1])
        part, block = parts[question.part - 1], self._block(question)
        return PAUSE_AFTER_KEY + before + self._paragraphs(part, block, question.sentences)

    def _block(self, question: Question) -> int:
        """Which paragraph of the part names the fact first, counted from 1."""
        blocks = blocks_by_part(self.line.content.prompts.templates[question.node])[question.part - 1]
        named = [question.fact in block.facts for block in blocks]
        assert any(named), f"{question.node}, part {question.part}, does not speak {question.fact}"
        return named.index(True) + 1

    def _paragraphs(self, spoken: RenderedPrompt, number: int, sentences: int | None = None) -> float:
        """Seconds of the first paragraphs of a part, of the last one only the first `sentences`."""
        *whole, last = spoken.paragraphs[:number]
        said = last if sentences is None else " ".join(readability.sentences(last)[:sentences])
        return self.line.schedule.longest_seconds(spoken._replace(paragraphs=(*whole, said)))


@pytest.fixture(scope="module")
def clock() -> Clock:
    """The clock of a line in the languages of the questions: with a third one, key 8 leads to a menu of languages."""
    return Clock(compile_line(CHECKOUT, OPTIONS, LANGUAGES))


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: f"{question.language}: {question.asks}")
def test_question_is_answered_in_time(clock: Clock, question: Question) -> None:
    assert clock.answered(question) <= question.within


@pytest.mark.parametrize("node", PROMISED)
@pytest.mark.parametrize("language", ["en", "es"])
def test_answers_on_safety_a_missing_child_and_immigration_come_soon(clock: Clock, node: str, language: str) -> None:
    answers = [clock.answered(one) for one in QUESTIONS if one.node == node and one.language == language]
    assert min(answers) <= PROMISED[node] + (MORE_IN_SPANISH if language == "es" else 0)


def test_both_languages_have_enough_questions_without_duplicates() -> None:
    assert len(QUESTIONS) >= FEWEST
    assert len({(one.asks, one.language) for one in QUESTIONS}) == len(QUESTIONS)
    assert LANGUAGES == ("en", "es")
