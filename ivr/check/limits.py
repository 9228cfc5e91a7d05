"""Limits: what a text may ask of an ear. They fail `ivr check`; they never stop a line that runs.

The numbers are in `limit_table`. Seconds are upper estimates at the normal pace (`ivr.speech.timing`); "within N
seconds" means that the sentence has ended by then. A menu is measured by its choices alone: its heading, the offer of a
person and the silence after a key are not counted; nor is that silence in a part of a topic.
"""

from collections.abc import Iterator
from typing import NamedTuple

from ivr.call.flow import Menu, Reminder, Topic
from ivr.call.playlist import PromptRef, named_keys, prompts_for
from ivr.call.state import Place
from ivr.call.transitions import Ask, Dial, Step, silence
from ivr.check.limit_table import LIMITS
from ivr.content.prompts import RenderedPrompt
from ivr.content.wordlists import load_words
from ivr.errors import Fault
from ivr.line.line import Line
from ivr.line.schedule import CHOICE_WAIT, WARNING_WAIT
from ivr.line.twiml import AFTER_KEY
from ivr.speech import readability
from ivr.speech.pauses import PARAGRAPH_PAUSE

GRADED_FROM = 100
"""Words from which a topic is graded: the formulas say little of a shorter text."""
SAFETY_MENUS = ("my_safety", "someone")
"""Topics of these menus, and the reminder, are held to the higher reading level."""
MAX_PARTS = 6
"""Parts that a topic may have without telling in the first one how to go on."""
GREETING_SECONDS, GREETING_ALLOWANCE = 2.2, 2
"""Seconds of the greeting of this release, and the seconds that the longer greeting of an agency may add to them."""
REPEATED_FROM = 5
"""Digits from which a telephone number is said twice in a part, or with the offer to hear the part again."""


class RenderedText(NamedTuple):
    """A text in one language, whole: its name, its parts, a shortest way to it."""

    name: str
    locale: str
    parts: tuple[RenderedPrompt, ...]
    way: str

    @property
    def text(self) -> str:
        """All its words."""
        return "\n\n".join(part.text for part in self.parts)


class LimitChecker:
    """A line, measured. `faults()` is everything that is over a limit."""

    def __init__(self, line: Line) -> None:
        self.line, self.flow = line, line.flow
        self.paths = ways_to_texts(line)
        self.words = {tag: load_words(line.content.root / "locales" / tag) for tag in self.flow.published}

    def faults(self) -> Iterator[Fault]:
        """Every limit over every text, in every published language."""
        for told in self.told():
            yield from self._sentences(told)
            if told.locale == self.flow.published[0]:  # translations are judged message by message
                yield from self._words_never_said(told)
            node = self.flow.nodes.get(told.name)
            if isinstance(node, Menu):
                yield from self._menu(told)
            if isinstance(node, Topic | Reminder):
                yield from self._topic(told)
        for locale in self.flow.published:
            yield from self._opening(locale)
        yield from self._uncut()
        yield from self._in_two_languages()
        yield from self._waits()

    def told(self) -> Iterator[RenderedText]:
        """Every text in every language it is whole in."""
        for locale in self.flow.published:
            for name in self.line.content.prompts.templates:
                parts = self.line.content.prompts.speak(name, locale, named_keys(self.flow, name))
                if parts[0].locale == locale:
                    yield RenderedText(name, locale, parts, self.paths.get((name, locale), ""))

    def seconds(self, spoken: RenderedPrompt) -> float:
        """How long one part takes to hear, at the normal pace."""
        return self.line.schedule.longest_seconds(spoken)

    def grade(self, told: RenderedText) -> readability.Grade | None:
        """The reading level of a topic that is long enough to have one; official names are taken out."""
        if (
            not isinstance(self.flow.nodes.get(told.name), Topic | Reminder)
            or len(readability.words(told.text)) < GRADED_FROM
        ):
            return None
        return readability.grade(self.words[told.locale].without_names(told.text), told.locale)

    def _over(self, told: RenderedText, limit: str, found: float, what: str = "") -> Iterator[Fault]:
        most, unit = LIMITS[limit].of(told.locale), LIMITS[limit].unit
        counted = unit != "words" or self.line.content.locales[told.locale].word_limits
        if counted and found > most:
            where = f"{told.name} ({told.locale})"
            yield Fault(
                where,
                f"{what or limit}: {found:.1f}, the limit is {most:g} {unit}",
                "Shorten it, or part it in two.",
                told.way,
                told.locale,
                told.name,
            )

    def _sentences(self, told: RenderedText) -> Iterator[Fault]:
        for sentence in (sentence for part in told.parts for sentence in readability.sentences(part.text)):
            yield from self._over(
                told,
                "words of a sentence",
                len(readability.words(sentence)),
                f"the sentence “{sentence[:50]}”, words",
            )

    def _words_never_said(self, told: RenderedText) -> Iterator[Fault]:
        for word in self.words[told.locale].never_in(told.text):
            yield Fault(
                f"{told.name} ({told.locale})",
                f"it says “{word}”",
                f"locales/{told.locale}/words.toml lists it under `never`: say it otherwise.",
                told.way,
                told.locale,
                told.name,
            )

    def _menu(self, told: RenderedText) -> Iterator[Fault]:
        *headings, choices = told.parts
        menu = "the main menu" if told.name == self.flow.main_menu else "a menu"
        yield from self._over(told, f"words of {menu}", len(readability.words(choices.text)))
        yield from self._over(told, f"seconds of {menu}", self.seconds(choices))
        yield from self._heading(told, [heading.text for heading in headings])
        for choice in choices.paragraphs:
            yield from self._over(
                told, "words of a choice", len(readability.words(choice)), f"the choice “{choice[:50]}”, words"
            )
        nouns = [self.words[told.locale].first_noun(choice) for choice in choices.paragraphs]
        for noun in sorted({noun for noun in nouns if nouns.count(noun) > 1}):
            yield Fault(
                f"{told.name} ({told.locale})",
                f"two choices begin with “{noun}”",
                "Begin each with another noun: callers hear the beginning.",
                told.way,
                told.locale,
                told.name,
            )

    def _heading(self, told: RenderedText, headings: list[str]) -> Iterator[Fault]:
        """A menu below the main one says first where the key has led."""
        for heading in headings:
            yield from self._over(told, "words of a heading", len(readability.words(heading)))
        if not headings and told.name != self.flow.main_menu:
            yield Fault(
                f"{told.name} ({told.locale})",
                "the menu has no heading",
                "Begin its text with two or three words and a part break: callers then know where the key has led.",
                told.way,
            )

    def _topic(self, told: RenderedText) -> Iterator[Fault]:
        for number, part in enumerate(told.parts, start=1):
            yield from self._over(told, "words of a part", len(readability.words(part.text)), f"part {number}, words")
            yield from self._over(told, "seconds of a part", self.seconds(part), f"part {number}, seconds")
            yield from self._said_once(told, number, part)
        if len(told.parts) > MAX_PARTS and "#" not in told.parts[0].keys:
            yield Fault(
                f"{told.name} ({told.locale})",
                f"it has {len(told.parts)} parts and does not say how to go on",
                "Name the key # in its first part.",
                told.way,
            )
        mean = len(readability.words(told.text)) / len(readability.sentences(told.text))
        yield from self._over(told, "mean words of a sentence", mean)
        grade = self.grade(told)
        if grade and grade.scale == "Flesch-Kincaid":
            yield from self._over(told, "Flesch-Kincaid", grade.score, "reading level, Flesch-Kincaid")
        elif grade:
            yield from self._too_hard(told, grade)

    def _said_once(self, told: RenderedText, number: int, part: RenderedPrompt) -> Iterator[Fault]:
        """Telephone numbers that a caller hears once and is not told how to hear again."""
        once = {name for name in part.numbers if part.numbers.count(name) == 1 and "7" not in part.keys}
        for name in sorted(once):
            said = self.line.content.facts.numbers[name].say
            if len(said.replace("-", "")) >= REPEATED_FROM:
                yield Fault(
                    f"{told.name} ({told.locale})",
                    f"part {number} says {said} once",
                    "Say it twice, or offer the key 7 to hear the part again.",
                    told.way,
                )

    def _too_hard(self, told: RenderedText, grade: readability.Grade) -> Iterator[Fault]:
        safe = self.flow.parent(told.name) in SAFETY_MENUS or isinstance(self.flow.nodes[told.name], Reminder)
        least = LIMITS["INFLESZ of a safety text" if safe else "INFLESZ"].of(told.locale)
        if grade.score < least:
            yield Fault(
                f"{told.name} ({told.locale})",
                f"reading level, INFLESZ: {grade.score:.1f}, at least {least:g}",
                "Use shorter words and sentences.",
                told.way,
                told.locale,
                told.name,
            )

    def _opening(self, locale: str) -> Iterator[Fault]:
        first = self.flow.published[0]
        place = next(
            place for place in self.line.paths if place.node == self.flow.only("opening") and place.locale == locale
        )
        ends = self._ends(Ask(place, "opening"))
        told = RenderedText(place.node, locale, (), self.line.paths[place])
        before = "opening:" if locale == first else "after the language key:"
        if locale == first:
            others = [ends[PromptRef("language", 1, other)] for other in self.flow.published[1:2]]
            for end in others:
                yield from self._over(told, "opening: another language offered within", end)
            yield from self._over(told, "opening", ends[PromptRef("danger", 1, locale)])
            for other in self.flow.published[1:2]:
                yield from self._over(
                    told._replace(locale=other),
                    "opening: a person offered within",
                    ends[PromptRef("person", 1, other)],
                )
        yield from self._over(told, f"{before} a person offered within", ends[PromptRef("person", 1, locale)])
        yield from self._over(told, f"{before} 911 within", ends[PromptRef("danger", 1, locale)])

    def _ends(self, ask: Ask) -> dict[PromptRef, float]:
        """When each prompt of a reading has ended, in seconds from its beginning."""
        clock = 0.0 if ask.place.locale == self.flow.published[0] else AFTER_KEY
        ends: dict[PromptRef, float] = {}
        for cue, spoken in zip(prompts_for(self.flow, ask), self.line.schedule.spoken(ask), strict=True):
            allowance = self._allowance(spoken) if cue.text == "greeting" else 0
            clock += self.seconds(spoken) - allowance + (PARAGRAPH_PAUSE if ends else 0)
            ends[cue] = clock
        return ends

    def _allowance(self, greeting: RenderedPrompt) -> float:
        """Seconds of a greeting that are not counted, because it names an agency."""
        return min(max(self.seconds(greeting) - GREETING_SECONDS, 0), GREETING_ALLOWANCE)

    def _uncut(self) -> Iterator[Fault]:
        """Speech that no key cuts, from the main menu in each language, and before a language is chosen."""
        main = {(place.locale, place.language_chosen): place for place in self._at(self.flow.main_menu)}
        for place in main.values():
            for policy in ("connect", "goodbye"):
                for step in silence(self.flow, place, policy):
                    if not isinstance(step, Ask):
                        yield from self._spoken_to_the_end(step)

    def _spoken_to_the_end(self, step: Step) -> Iterator[Fault]:
        limit = "connecting sentence" if isinstance(step, Dial) else "speech that no key cuts"
        if isinstance(step, Dial) and not step.place.language_chosen:
            limit = "connecting sentence in two languages"
        name = self.flow.only("transfer") if isinstance(step, Dial) else "goodbye"
        took = AFTER_KEY + self._seconds_of(step)
        yield from self._over(RenderedText(name, step.place.locale, (), ""), limit, took)

    def _in_two_languages(self) -> Iterator[Fault]:
        """The reminder and what follows a dial, before a language is chosen."""
        for node in (self.flow.only("reminder"), self.flow.transfer.not_connected):
            for place in self._at(node):
                if not place.language_chosen and place.misses == 0 and place.pace == "normal" and place.tries <= 1:
                    told = RenderedText(node, place.locale, (), self.line.paths[place])
                    took = self._seconds_of(Ask(place, "part"))
                    yield from self._over(told, "seconds of a part in two languages", took)

    def _at(self, node: str) -> list[Place]:
        return [place for place in self.line.paths if place.node == node]

    def _seconds_of(self, step: Step) -> float:
        return sum(self.seconds(spoken) for spoken in self.line.schedule.spoken(step))

    def _waits(self) -> Iterator[Fault]:
        if (
            LIMITS["wait for a choice"].english > CHOICE_WAIT
            or LIMITS["wait before the line acts"].english > WARNING_WAIT
        ):
            yield Fault(
                "ivr/line.py",
                "a wait is too short",
                "Callers through a relay need the seconds that the table gives.",
            )


def ways_to_texts(line: Line) -> dict[tuple[str, str], str]:
    """A shortest way to each node in each language, by both."""
    ways: dict[tuple[str, str], str] = {}
    for place, way in line.paths.items():
        ways.setdefault((place.node, place.locale), way)
    return ways
