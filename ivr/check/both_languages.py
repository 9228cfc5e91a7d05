"""Proofs about the first two languages: a caller who has not chosen one hears the essential sentences in both."""

from collections.abc import Iterator

from ivr.call.flow import Languages
from ivr.call.playlist import PromptRef, prompts_for
from ivr.call.transitions import Ask, Step
from ivr.call.urls import address_of
from ivr.check.line_index import LineIndex
from ivr.errors import Fault

BILINGUAL_READINGS = ("part", "third", "warning", "farewell", "ending", "number")
"""The readings that are spoken in both languages. The other readings have only the offer of a person in both."""


def both_languages_are_spoken_until_one_is_chosen(index: LineIndex) -> Iterator[Fault]:
    """Both languages speak the connecting sentence, the warning, the reminder, the text after a dial, the goodbye."""
    for step, place in index.places_by_step.items():
        missing = set(index.flow.offered[:2]) - {prompt.locale for prompt in _prompts(index, step)}
        if missing and not step.place.language_chosen:
            found = f"`{' '.join(prompt.text for prompt in prompts_for(index.flow, step))}` is not spoken in"
            yield index.fault(place, f"{found} {', '.join(sorted(missing))}", "Speak it in both languages.")


def _prompts(index: LineIndex, step: Step) -> tuple[PromptRef, ...]:
    """The prompts of `step` that must be in both languages. The choices of a menu are in one language."""
    prompts = prompts_for(index.flow, step)
    if isinstance(step, Ask) and step.reading not in BILINGUAL_READINGS:
        return tuple(prompt for prompt in prompts if prompt.text in ("person", "short"))
    return tuple(prompt for prompt in prompts if prompt.text not in ("language", "languages"))


def a_choice_or_eight_chooses_the_language(index: LineIndex) -> Iterator[Fault]:
    """Keys 1 to 6 that lead on, and 8, end the speech in two languages; every other key keeps it."""
    for place in index.places_with_keys:
        if place.language_chosen:
            continue
        choices = len(index.flow.choices(place.node))
        choosing = {"8", *(str(number) for number in range(1, choices + 1))}
        for key, target in index.line.transitions[place].items():
            if target.language_chosen != (key in choosing) and not isinstance(index.flow.nodes[target.node], Languages):
                found = f"{key or 'another key'} leads to {address_of(target)}"
                yield index.fault(place, found, "Only a choice or key 8 chooses a language.")
