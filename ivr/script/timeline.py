"""What a caller hears who presses nothing, step by step and against the clock: the readings and the waits."""

from typing import NamedTuple

from ivr.call.playlist import prompts_for
from ivr.call.state import Place
from ivr.call.transitions import Ask, Dial, Step
from ivr.content.prompts import RenderedPrompt
from ivr.line.line import Line
from ivr.speech.pauses import PARAGRAPH_PAUSE

NAMES = {
    "opening": "The opening",
    "part": "A part of the text",
    "first": "The menu, read once",
    "second": "The menu, read again, with the keys that work everywhere",
    "third": "A third reading, short and plain",
    "last": "The menu, read for the last time",
    "farewell": "After a conversation",
    "warning": "The line says what it will do",
    "ending": "The line says that it will end the call",
    "number": "The hotline’s number, twice",
}
"""The readings of the walk, in words."""


class Heard(NamedTuple):
    """One step of silence: it begins `at` seconds and is read for `seconds`, both upper estimates at the normal pace.

    `texts` are the names and words read, in order. `wait` is how many seconds the line then waits for a key, None where
    it acts instead, as `then` says.
    """

    name: str
    texts: tuple[tuple[str, RenderedPrompt], ...]
    at: float
    seconds: float
    wait: int | None
    then: str

    @property
    def clock(self) -> str:
        """The beginning as minutes and seconds."""
        return f"{int(self.at) // 60}:{int(self.at) % 60:02}"


def hear(line: Line, place: Place) -> tuple[Heard, ...]:
    """The whole of what `line` does at `place` while nothing is pressed."""
    heard: list[Heard] = []
    at = 0.0
    for step in line.steps(place):
        heard.append(_step(line, step, at))
        at += heard[-1].seconds + (heard[-1].wait or 0)
    return tuple(heard)


def _step(line: Line, step: Step, at: float) -> Heard:
    spoken = line.schedule.spoken(step)
    texts = tuple((cue.text, one) for cue, one in zip(prompts_for(line.flow, step), spoken, strict=True))
    read = sum(map(line.schedule.longest_seconds, spoken))
    seconds = read + PARAGRAPH_PAUSE * (len(spoken) - 1)
    if isinstance(step, Ask):
        return Heard(NAMES[step.reading], texts, at, seconds, line.schedule.wait(step), "")
    if isinstance(step, Dial):
        return Heard("The line connects", texts, at, seconds, None, "dials the hotline")
    return Heard("The line ends the call", texts, at, seconds, None, "hangs up")
