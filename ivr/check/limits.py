"""Limits of texts: how long and how hard to read they may be. They fail `ivr check`; a running line ignores them.

The table of limits is `rendered_texts.LIMITS`; `call_limits` measures the opening and the last sentence. Seconds are
upper estimates at the normal pace (`ivr.speech.timing`); "within N seconds" means that the sentence has ended by then.
A menu is measured by its choices only, without its heading and the offer of a person. The silence after a key does not
count, in a menu or in a part of a topic.
"""

from collections.abc import Iterator, Mapping

from ivr.call.flow import Menu, Reminder, Topic
from ivr.check.call_limits import call_limit_faults
from ivr.check.rendered_texts import LIMITS, RenderedText, limit_fault, rendered_texts
from ivr.content.characters import wrong_characters
from ivr.content.prompts import RenderedPrompt
from ivr.content.templates import blocks_by_part
from ivr.content.wordlists import WordLists
from ivr.errors import Fault
from ivr.line.line import Line
from ivr.speech import readability

MIN_GRADED_WORDS = 100
"""A topic with fewer words gets no reading level: the formulas say little about a short text."""
SAFETY_MENUS = ("my_safety", "someone")
"""Topics of these menus, and the reminder, must be easier to read in Spanish: "INFLESZ of a safety text" in LIMITS."""
MAX_PARTS = 6
"""Parts that a topic may have without the key # in its first part."""
MIN_REPEATED_DIGITS = 5
"""The least number of digits of a telephone number that a part must say twice, or with the offer to hear it again."""


def grade_of(text: str, locale: str, word_lists: WordLists) -> readability.Grade | None:
    """The reading level of a text without its official names; None for a short one."""
    if len(readability.words(text)) < MIN_GRADED_WORDS:
        return None
    return readability.grade(word_lists.without_names(text), locale)


class LimitChecker:
    """The limits of a line. `texts` has each text in each language in which it is whole."""

    def __init__(self, line: Line) -> None:
        self.line, self.flow = line, line.flow
        self.texts = tuple(rendered_texts(line))
        self._word_lists = {tag: line.content.word_lists(tag) for tag in self.flow.offered}

    def faults(self) -> Iterator[Fault]:
        """Every limit that is exceeded."""
        for text in self.texts:
            yield from filter(None, self._possible_faults(text))
        yield from call_limit_faults(self.line)

    def _possible_faults(self, text: RenderedText) -> Iterator[Fault | None]:
        yield from self._sentences(text)
        if text.locale == self.flow.source_language:  # `translation_rules` checks the words of translations
            yield from self._words_and_characters(text)
        node = self.flow.nodes.get(text.name)
        if isinstance(node, Menu):
            yield from self._menu(text)
        if isinstance(node, Topic | Reminder):
            yield from self._topic(text)

    def seconds(self, prompt: RenderedPrompt) -> float:
        """The upper estimate for a prompt."""
        return self.line.schedule.longest_seconds(prompt)

    def grade(self, text: RenderedText) -> readability.Grade | None:
        """The reading level of a topic without its official names; None for another text or a short one."""
        is_topic = isinstance(self.flow.nodes.get(text.name), Topic | Reminder)
        return grade_of(text.words, text.locale, self._word_lists[text.locale]) if is_topic else None

    def _sentences(self, text: RenderedText) -> Iterator[Fault | None]:
        for sentence in (sentence for part in text.parts for sentence in readability.sentences(part.words)):
            words, subject = len(readability.words(sentence)), f"the sentence “{sentence[:50]}”, words"
            yield limit_fault(self.line, text, "words of a sentence", words, subject)

    def _words_and_characters(self, text: RenderedText) -> Iterator[Fault]:
        for word in self._word_lists[text.locale].avoided_words_in(text.words):
            remedy = f"locales/{text.locale}/words.toml lists it under `never`: use other words."
            yield text.fault(f"it says “{word}”", remedy)
        for wrong in wrong_characters(text.words.replace("\n", " "), text.locale):
            yield text.fault(f"a character that cannot be spoken, {wrong}", "Type it again, or write the word.")

    def _menu(self, text: RenderedText) -> Iterator[Fault | None]:
        *headings, choices = text.parts
        menu = "the main menu" if text.name == self.flow.main_menu else "a menu"
        yield limit_fault(self.line, text, f"words of {menu}", len(readability.words(choices.words)))
        yield limit_fault(self.line, text, f"seconds of {menu}", self.seconds(choices))
        yield from self._heading(text, [heading.words for heading in headings])
        english = self._messages_of_choices(text, choices)
        for choice, message in english.items():
            words, subject = len(readability.words(choice)), f"the choice “{choice[:50]}”, words"
            yield limit_fault(self.line, text, "words of a choice", words, subject, message)
        yield from self._beginnings(text, english)

    def _messages_of_choices(self, text: RenderedText, choices: RenderedPrompt) -> dict[str, str]:
        """The English message of each choice of a menu, "" where it is not known: {"Para té … uno.": "For tea …"}."""
        *_, blocks = blocks_by_part(self.line.content.prompts.templates[text.name])
        if len(blocks) != len(choices.paragraphs):
            return dict.fromkeys(choices.paragraphs, "")
        return {choice: block.english for choice, block in zip(choices.paragraphs, blocks, strict=True)}

    def _beginnings(self, text: RenderedText, english: Mapping[str, str]) -> Iterator[Fault]:
        """Choices that begin with the same word, at the message of the first of them."""
        nouns = {choice: self._word_lists[text.locale].first_noun(choice) for choice in english}
        for noun in sorted({noun for noun in nouns.values() if [*nouns.values()].count(noun) > 1}):
            alike = [choice for choice in nouns if nouns[choice] == noun]
            found = f"two choices begin with “{noun}”: {' '.join(f'“{choice[:50]}”' for choice in alike)}"
            small = f"If “{noun}” is a small word like “for”, list it under `small` in words.toml."
            remedy = f"Begin each with another noun: callers hear the beginning. {small}"
            yield text.fault(found, remedy, english[alike[0]])

    def _heading(self, text: RenderedText, headings: list[str]) -> Iterator[Fault | None]:
        """The heading of a menu below the main one. It says to the caller which menu the key led to."""
        for heading in headings:
            yield limit_fault(self.line, text, "words of a heading", len(readability.words(heading)))
        if not headings and text.name != self.flow.main_menu:
            remedy = "Begin its text with two or three words and a part break: callers then know where the key has led."
            yield text.fault("the menu has no heading", remedy)

    def _topic(self, text: RenderedText) -> Iterator[Fault | None]:
        blocks = blocks_by_part(self.line.content.prompts.templates[text.name])
        for number, (part, (first, *_)) in enumerate(zip(text.parts, blocks, strict=True), start=1):
            words, name = len(readability.words(part.words)), f"part {number}"
            yield limit_fault(self.line, text, "words of a part", words, f"{name}, words", first.english)
            yield limit_fault(
                self.line, text, "seconds of a part", self.seconds(part), f"{name}, seconds", first.english
            )
            yield from self._numbers_said_once(text, number, part)
        if len(text.parts) > MAX_PARTS and "#" not in text.parts[0].keys:
            found = f"it has {len(text.parts)} parts and does not say how to go on"
            yield text.fault(found, "Name the key # in its first part.")
        mean = len(readability.words(text.words)) / len(readability.sentences(text.words))
        yield limit_fault(self.line, text, "mean words of a sentence", mean)
        yield from self._reading_level(text)

    def _numbers_said_once(self, text: RenderedText, number: int, part: RenderedPrompt) -> Iterator[Fault]:
        """Telephone numbers that a part says once, without the offer to hear the part again."""
        once = {name for name in part.numbers if part.numbers.count(name) == 1 and "7" not in part.keys}
        for name in sorted(once):
            digits = self.line.content.facts.numbers[name].say
            if len(digits.replace("-", "")) >= MIN_REPEATED_DIGITS:
                remedy = "Say it twice, or offer the key 7 to hear the part again."
                yield text.fault(f"part {number} says {digits} once", remedy)

    def _reading_level(self, text: RenderedText) -> Iterator[Fault | None]:
        grade = self.grade(text)
        if grade and grade.scale == "Flesch-Kincaid":
            yield limit_fault(self.line, text, "Flesch-Kincaid", grade.score, "reading level, Flesch-Kincaid")
        elif grade:
            for_safety = self.flow.parent(text.name) in SAFETY_MENUS or isinstance(self.flow.nodes[text.name], Reminder)
            least = LIMITS["INFLESZ of a safety text" if for_safety else "INFLESZ"].of(text.locale)
            if grade.score < least:
                found = f"reading level, INFLESZ: {grade.score:.1f}, at least {least:g}"
                yield text.fault(found, "Use shorter words and sentences.")
