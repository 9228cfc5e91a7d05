"""The readable text of the line in one language: every text as a section with paragraphs, choices and sources."""

from collections.abc import Iterable, Iterator, Mapping
from itertools import chain
from typing import NamedTuple

from ivr.content.facts import Source
from ivr.content.locale import Locale
from ivr.errors import BadLocale
from ivr.export.captions import NumberLinker, number_span
from ivr.line.line import Line
from ivr.script.model import Entry, Script
from ivr.web.writing import Paragraph, Writer, title_end

LOWEST_HEADING = 6
"""HTML has headings h1 to h6."""


class Section(NamedTuple):
    """One text.

    `keys` lead to it from the main menu; `level` is the level of its heading, from 2 (h2) to 6; `title_locale` and
    `locale` are the languages of its title and its text; `parts` are its written paragraphs, for a menu without the
    choices; `choices` are the names of the texts that they lead to, in key order; `menu` is the name of the menu that
    offers it, "" if none does (the main menu, the reminder); `sources` are those of its facts.
    """

    name: str
    kind: str
    keys: tuple[str, ...]
    level: int
    title: str
    title_locale: Locale
    locale: Locale
    parts: tuple[tuple[Paragraph, ...], ...]
    choices: tuple[str, ...]
    menu: str
    sources: tuple[Source, ...]


class ReadableText:
    """The readable text of `line`, in the language of its `script`.

    `sections` are the menus and topics in key order, `others` the other nodes (reminder, transfer, …), `shared` the
    texts that many nodes share.
    """

    def __init__(self, line: Line, script: Script) -> None:
        facts = line.content.facts
        hotline = number_span(facts.numbers[line.flow.transfer.number])
        self._locales, self._facts = line.content.locales, facts.facts
        self._writers = {
            tag: Writer(locale, NumberLinker(locale, facts.numbers), facts.written, hotline)
            for tag, locale in self._locales.items()
        }
        self._small_words: Mapping[str, list[str]] = {tag: _small_words(line, tag) for tag in self._locales}
        self._menus = {choice.node: entry for entry in script.entries for choice in entry.choices}
        self.sections = tuple(map(self._section, script.entries))
        self.others = tuple(map(self._section, script.others))
        self.shared = tuple(map(self._section, script.shared))

    def section(self, name: str) -> Section:
        """The section of a text that choices lead to."""
        return next(section for section in self.sections if section.name == name)

    def below(self, section: Section) -> tuple[Section, ...]:
        """The sections that the choices of `section` lead to, in key order."""
        return tuple(map(self.section, section.choices))

    def of_kinds(self, *kinds: str) -> tuple[Section, ...]:
        """The other sections of these kinds, such as "transfer", kind by kind."""
        return tuple(section for kind in kinds for section in self.others if section.kind == kind)

    @staticmethod
    def sources_of(sections: Iterable[Section]) -> tuple[Source, ...]:
        """The documents behind several sections, each once, by title."""
        return each_source_once(section.sources for section in sections)

    def _section(self, entry: Entry) -> Section:
        menu = self._menus.get(entry.name)
        title_locale = menu.locale if menu else entry.locale
        return Section(
            name=entry.name,
            kind=entry.kind,
            keys=tuple(entry.keys.split()),
            level=min(entry.depth + 1, LOWEST_HEADING),
            title=self._title(entry.label, title_locale),
            title_locale=self._locales[title_locale],
            locale=self._locales[entry.locale],
            parts=tuple(self._parts(entry, title_locale)),
            choices=tuple(choice.node for choice in entry.choices),
            menu=menu.name if menu else "",
            sources=each_source_once(self._facts[fact].sources for fact in entry.facts if fact in self._facts),
        )

    def _parts(self, entry: Entry, title_locale: str) -> Iterator[tuple[Paragraph, ...]]:
        """The parts in writing, without a first sentence that only repeats the title, and without choices."""
        is_topic = bool(entry.keys) and not entry.choices
        for number, part in enumerate(entry.parts[:-1] if entry.choices else entry.parts, start=1):
            start = 0
            if number == 1 and entry.keys and part.locale == title_locale:
                start = title_end(part.paragraphs[0], entry.label, self._small_words[part.locale])
            yield self._writers[part.locale].paragraphs(part, start, is_topic)

    def _title(self, label: str, tag: str) -> str:
        """A label as a heading, without a small word at its start: "For warning signs" is "Warning signs"."""
        first, _, rest = label.partition(" ")
        title = rest if rest and first.lower() in self._small_words[tag] else label
        return title[:1].upper() + title[1:]


def each_source_once(lists: Iterable[Iterable[Source]]) -> tuple[Source, ...]:
    """The documents of all `lists`, each once, by title."""
    by_title = {(source.title.lower(), source.address): source for source in chain.from_iterable(lists)}
    return tuple(by_title[key] for key in sorted(by_title))


def _small_words(line: Line, tag: str) -> list[str]:
    """The small words of a language, such as "for" and "the"; [] if its word lists cannot be read."""
    try:
        return list(line.content.word_lists(tag).small)
    except BadLocale:
        return []
