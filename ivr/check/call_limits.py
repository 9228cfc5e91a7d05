"""Limits of a call: the seconds of the opening, of speech that no key stops, and of parts in two languages."""

from collections.abc import Iterator

from ivr.call.playlist import PromptRef
from ivr.call.state import Place
from ivr.call.transitions import Ask, Dial, End, Step, silent_steps
from ivr.check.rendered_texts import LIMITS, RenderedText, limit_fault
from ivr.errors import Fault
from ivr.line.line import Line
from ivr.line.schedule import CHOICE_WAIT, WARNING_WAIT
from ivr.line.twiml import PAUSE_AFTER_KEY
from ivr.speech.pauses import PARAGRAPH_PAUSE

GREETING_SECONDS, GREETING_ALLOWANCE = 2.2, 2
"""Seconds of this release's greeting. If an agency's own greeting is longer, up to GREETING_ALLOWANCE of the additional
seconds do not count."""


def call_limit_faults(line: Line) -> Iterator[Fault]:
    """Every limit of a call that is exceeded."""
    return filter(None, _possible_faults(line))


def _possible_faults(line: Line) -> Iterator[Fault | None]:
    yield from _opening(line)
    for locale in line.flow.offered[1:]:
        yield from _after_the_language_key(line, locale)
    yield from _speech_that_no_key_stops(line)
    yield from _parts_in_two_languages(line)
    if LIMITS["wait for a choice"].english > CHOICE_WAIT or LIMITS["wait before the line acts"].english > WARNING_WAIT:
        remedy = "Callers through a relay need the seconds of the table of limits."
        yield Fault("ivr/line/schedule.py", "a wait is too short", remedy)


def _opening(line: Line) -> Iterator[Fault | None]:
    """The opening of a call, in the source language.

    The limit "opening" is for the sentences before the choices; the last of them is about 911. Two of them are in the
    second published language: the offers of that language and of a person.
    """
    source, *others = line.flow.offered
    text, ends = _opening_ends(line, source)
    for second in others[:1]:
        offer, person = ends[PromptRef("language", 1, second)], ends[PromptRef("person", 1, second)]
        yield limit_fault(line, text, "opening: another language offered within", offer)
        yield limit_fault(line, text._replace(locale=second), "opening: a person offered within", person)
    yield limit_fault(line, text, "opening: a person offered within", ends[PromptRef("person", 1, source)])
    danger = ends[PromptRef("danger", 1, source)]
    yield limit_fault(line, text, "opening", danger)
    yield limit_fault(line, text, "opening: 911 within", danger)


def _after_the_language_key(line: Line, locale: str) -> Iterator[Fault | None]:
    text, ends = _opening_ends(line, locale)
    person, danger = ends[PromptRef("person", 1, locale)], ends[PromptRef("danger", 1, locale)]
    limit = "after the language key"
    yield limit_fault(line, text._replace(name="person"), f"{limit}: a person offered within", person)
    yield limit_fault(line, text._replace(name="danger"), f"{limit}: 911 within", danger)


def _opening_ends(line: Line, locale: str) -> tuple[RenderedText, dict[PromptRef, float]]:
    """The opening in a language, and the second at which each of its prompts ends: {PromptRef("person", …): 9.1}."""
    place = next(place for place in _places(line, line.flow.name_of_kind("opening")) if place.locale == locale)
    ask, end = Ask(place, "opening"), 0.0 if locale == line.flow.source_language else PAUSE_AFTER_KEY
    ends: dict[PromptRef, float] = {}
    for reference, prompt in line.schedule.named_prompts(ask):
        seconds = line.schedule.longest_seconds(prompt)
        if reference.text == "greeting" and seconds > GREETING_SECONDS:
            seconds = max(GREETING_SECONDS, seconds - GREETING_ALLOWANCE)
        end += seconds + (PARAGRAPH_PAUSE if ends else 0)
        ends[reference] = end
    return RenderedText(place.node, locale, line.paths[place]), ends


def _speech_that_no_key_stops(line: Line) -> Iterator[Fault | None]:
    """The last step of a silent call: for both policies, in each language, and before a language is chosen."""
    for place in _places(line, line.flow.main_menu):
        if place.misses or place.pace == "slow":  # the last step there is the same
            continue
        for policy in ("connect", "goodbye"):
            for step in silent_steps(line.flow, place, policy):
                if not isinstance(step, Ask):
                    yield _spoken_to_the_end(line, step)


def _spoken_to_the_end(line: Line, step: Dial | End) -> Fault | None:
    name, limit = "goodbye", "speech that no key stops"
    if isinstance(step, Dial):
        name = line.flow.name_of_kind("transfer")
        limit = "connecting sentence" if step.place.language_chosen else "connecting sentence in two languages"
    return limit_fault(line, RenderedText(name, step.place.locale, ""), limit, PAUSE_AFTER_KEY + _seconds(line, step))


def _parts_in_two_languages(line: Line) -> Iterator[Fault | None]:
    """The reminder and the text after a dial, before a language is chosen."""
    for node in (line.flow.name_of_kind("reminder"), line.flow.transfer.not_connected):
        for place in _places(line, node):
            if not place.language_chosen and place.misses == 0 and place.pace == "normal" and place.tries <= 1:
                text = RenderedText(node, place.locale, line.paths[place])
                seconds = _seconds(line, Ask(place, "part"))
                yield limit_fault(line, text, "seconds of a part in two languages", seconds)


def _places(line: Line, node: str) -> list[Place]:
    return [place for place in line.paths if place.node == node]


def _seconds(line: Line, step: Step) -> float:
    return sum(map(line.schedule.longest_seconds, line.schedule.prompts(step)))
