"""The schedule of the steps: which prompts each one speaks, how long they take, how long the line then waits for a key.

The waits follow from the prompts. The waits of a menu are long enough that its three readings and the warning last
SHORTEST_SILENT_CALL, even with the fastest voice. At the slow pace every wait is long enough for a relay operator, who
types what the line says for a deaf caller.
"""

import math
from functools import cache

from ivr.call.flow import LanguageMenu, Reminder
from ivr.call.playlist import PromptRef, prompts_for
from ivr.call.state import Place
from ivr.call.transitions import MAX_MISSES, Ask, Step
from ivr.content.load import Content
from ivr.content.prompts import RenderedPrompt
from ivr.speech import timing

SHORTEST_SILENT_CALL = 120
"""The least seconds between the last key and the dial, or the end of the call: of speech, and of waiting for a key."""
CHOICE_WAIT, WARNING_WAIT, PART_WAIT = 10, 20, 2
"""Seconds of waiting for a key: after choices, at least; after the warning; between two parts of a text."""


class Schedule:
    """The prompts and the seconds of every step. Renders each prompt once and keeps it."""

    def __init__(self, content: Content) -> None:
        self._content, self._flow = content, content.flow
        self._prompt = cache(content.prompt)
        self._choice_waits: dict[Place, int] = {}

    def prompts(self, step: Step) -> tuple[RenderedPrompt, ...]:
        """The prompts that `step` speaks, in order."""
        return tuple(prompt for _, prompt in self.named_prompts(step))

    def named_prompts(self, step: Step) -> list[tuple[PromptRef, RenderedPrompt]]:
        """The prompts that `step` speaks, in order, each with its reference.

        Equal prompts are spoken once: if a text in two languages lacks a translation, both prompts are that of the
        source language. A prompt with a telephone number is spoken again, because callers hear each number twice.
        """
        named = list[tuple[PromptRef, RenderedPrompt]]()
        for reference in prompts_for(self._flow, step):
            prompt = self._prompt(reference)
            if prompt.numbers or all(prompt != other for _, other in named):
                named.append((reference, prompt))
        return named

    def longest_seconds(self, prompt: RenderedPrompt, slow: bool = False) -> float:
        """Seconds that `prompt` takes: exact for a recording, else the upper estimate."""
        if prompt.sound:
            return prompt.sound.slow_seconds if slow else prompt.sound.seconds
        return timing.longest_seconds(prompt.words, self._content.locales[prompt.locale].speech_rate, slow)

    def shortest_seconds(self, prompt: RenderedPrompt) -> float:
        """Seconds that `prompt` takes: exact for a recording, else the lower estimate."""
        if prompt.sound:
            return prompt.sound.seconds
        return timing.shortest_seconds(prompt.words, self._content.locales[prompt.locale].speech_rate)

    def wait(self, ask: Ask) -> int:
        """Seconds that the line waits for a key after the prompts of `ask`."""
        least = self._least_wait(ask)
        return max(least, self._typing_wait(ask)) if ask.place.pace == "slow" else least

    def _least_wait(self, ask: Ask) -> int:
        if ask.reading in ("warning", "ending", "last", "farewell"):
            return WARNING_WAIT
        if ask.reading != "part":
            return self._choice_wait(ask.place)
        offers_choices = isinstance(self._flow.nodes[ask.place.node], Reminder | LanguageMenu)
        return CHOICE_WAIT if offers_choices else PART_WAIT

    def _choice_wait(self, place: Place) -> int:
        """The wait of a menu: three readings and the warning last SHORTEST_SILENT_CALL, even with the fastest voice.

        What speech and the wait of the warning leave of SHORTEST_SILENT_CALL is divided equally between the three
        readings. After a second no-match the first reading is shorter, so its wait is longer: it gets all seconds that
        remain beside the unchanged waits of the other two. For the opening, the first reading of the main menu is
        counted, which is shorter than the opening.
        """
        menu = place._replace(misses=0)
        place_of_first_reading = place if place.misses == MAX_MISSES else menu
        if place_of_first_reading not in self._choice_waits:
            asks = (Ask(place_of_first_reading, "first"), Ask(menu, "second"), Ask(menu, "third"), Ask(menu, "warning"))
            speech = sum(self.shortest_seconds(prompt) for ask in asks for prompt in self.prompts(ask))
            all_waits = SHORTEST_SILENT_CALL - WARNING_WAIT - speech
            wait = all_waits / 3 if place_of_first_reading == menu else all_waits - 2 * self._choice_wait(menu)
            self._choice_waits[place_of_first_reading] = max(CHOICE_WAIT, math.ceil(wait))
        return self._choice_waits[place_of_first_reading]

    def _typing_wait(self, ask: Ask) -> int:
        """Seconds that a relay operator still needs to type the prompts when their speech has ended."""
        prompts = self.prompts(ask)
        speech = sum(self.longest_seconds(prompt, slow=True) for prompt in prompts)
        return math.ceil(sum(timing.typing_seconds(prompt.words) for prompt in prompts) - speech)
