"""A call without any key, step by step with the time: what the caller hears, and how long the line waits."""

from typing import NamedTuple

from ivr.call.state import Place
from ivr.call.transitions import Ask, Dial, Step
from ivr.content.prompts import RenderedPrompt
from ivr.line.line import Line
from ivr.speech.pauses import PARAGRAPH_PAUSE

STEP_NAMES = {
    "opening": "The opening",
    "part": "A part of the text",
    "first": "The menu, first reading",
    "second": "The menu, second reading, with the keys that work everywhere",
    "third": "The menu, third reading, short",
    "last": "The menu, last reading",
    "farewell": "After a conversation",
    "warning": "The line says what it will do",
    "ending": "The line says that it will end the call",
    "number": "The hotline’s number, twice",
}
"""The readings of `ivr.call.transitions`, in words."""


class TimelineStep(NamedTuple):
    """One step: it begins `at` seconds after the first and takes `seconds`, both upper estimates at the normal pace.

    `texts` are the names and the words, in order. The line then waits `wait` seconds for a key, or, where `wait` is
    None, acts as `action` says, such as "dials the hotline".
    """

    name: str
    texts: tuple[tuple[str, RenderedPrompt], ...]
    at: float
    seconds: float
    wait: int | None
    action: str

    @property
    def clock(self) -> str:
        """The beginning as minutes and seconds, such as "1:05"."""
        return f"{int(self.at) // 60}:{int(self.at) % 60:02}"


def timeline(line: Line, place: Place) -> tuple[TimelineStep, ...]:
    """All steps of `line` from `place` on, for a caller who presses no key."""
    steps: list[TimelineStep] = []
    at = 0.0
    for step in line.steps(place):
        steps.append(_step(line, step, at))
        at += steps[-1].seconds + (steps[-1].wait or 0)
    return tuple(steps)


def _step(line: Line, step: Step, at: float) -> TimelineStep:
    spoken = line.schedule.prompts(step)
    texts = tuple((reference.text, words) for reference, words in line.schedule.named_prompts(step))
    seconds = sum(map(line.schedule.longest_seconds, spoken)) + PARAGRAPH_PAUSE * (len(spoken) - 1)
    if isinstance(step, Ask):
        return TimelineStep(STEP_NAMES[step.reading], texts, at, seconds, line.schedule.wait(step), "")
    if isinstance(step, Dial):
        return TimelineStep("The line connects", texts, at, seconds, None, "dials the hotline")
    return TimelineStep("The line ends the call", texts, at, seconds, None, "hangs up")
