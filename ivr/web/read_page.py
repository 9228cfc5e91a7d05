"""The readable text of the line in one language: every spoken word as sections, lists and links."""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from ivr.content.facts import Source
from ivr.content.locale import Locale
from ivr.errors import BadLocale
from ivr.export.number_links import NumberLinker, TextSpan
from ivr.line.line import Line
from ivr.script.model import Entry, Script

LOWEST_HEADING = 6
"""HTML has headings h1 to h6."""

Paragraph = tuple[TextSpan, ...]


class Choice(NamedTuple):
    """One choice of a menu: the node it leads to, its label, and the rest of the sentence ("press 2.")."""

    node: str
    label: str
    rest: str


class Section(NamedTuple):
    """One text.

    `keys` lead to it from the main menu; `level` is that of its heading, from 2 (h2) to 6; `title_locale` and `locale`
    are the languages of its title and its text; `menu` is the name of the menu that offers it, "" for the main menu.
    """

    name: str
    kind: str
    keys: tuple[str, ...]
    level: int
    title: str
    title_locale: Locale
    locale: Locale
    parts: tuple[tuple[Paragraph, ...], ...]
    choices: tuple[Choice, ...]
    menu: str


class ReadableText(NamedTuple):
    """The whole line.

    `sections` are the menus and topics in key order, `others` the other nodes (reminder, transfer, …), `shared` the
    texts that many nodes share, `sources` the documents that they come from.
    """

    sections: tuple[Section, ...]
    others: tuple[Section, ...]
    shared: tuple[Section, ...]
    sources: tuple[Source, ...]

    def section(self, name: str) -> Section:
        """The section of a text that choices lead to."""
        return next(section for section in self.sections if section.name == name)

    def of_kind(self, kind: str) -> Iterator[Section]:
        """The other sections of one kind, such as "transfer"."""
        return (section for section in self.others if section.kind == kind)


def readable_text(line: Line, script: Script) -> ReadableText:
    """The readable text of `line`, in the language of its `script`."""
    section = _SectionMaker(line, script).section
    sections, others, shared = (
        tuple(map(section, entries)) for entries in (script.entries, script.others, script.shared)
    )
    return ReadableText(sections, others, shared, _sources(line, script))


class _SectionMaker:
    def __init__(self, line: Line, script: Script) -> None:
        self._locales = line.content.locales
        self._linkers = {tag: NumberLinker(locale, line.content.facts.numbers) for tag, locale in self._locales.items()}
        self._small_words: Mapping[str, list[str]] = {tag: _small_words(line, tag) for tag in self._locales}
        self._menus = {choice.node: entry for entry in script.entries for choice in entry.choices}

    def section(self, entry: Entry) -> Section:
        menu = self._menus.get(entry.name)
        title_locale = menu.locale if menu else entry.locale
        return Section(
            name=entry.name,
            kind=entry.kind,
            keys=tuple(entry.keys.split()),
            level=min(entry.depth + 2, LOWEST_HEADING),
            title=self._title(entry.title, title_locale),
            title_locale=self._locales[title_locale],
            locale=self._locales[entry.locale],
            parts=tuple(tuple(map(self._linkers[part.locale].link, part.paragraphs)) for part in entry.parts),
            choices=tuple(_choice(choice.node, choice.offer) for choice in entry.choices),
            menu=menu.name if menu else "",
        )

    def _title(self, label: str, tag: str) -> str:
        """A label as a heading, without a small word at its start: "For warning signs" is "Warning signs"."""
        first, _, rest = label.partition(" ")
        title = rest if rest and first.lower() in self._small_words[tag] else label
        return title[:1].upper() + title[1:]


def _small_words(line: Line, tag: str) -> list[str]:
    """The small words of a language. If its word lists cannot be read, there are none, and headings keep theirs."""
    try:
        return list(line.content.words(tag).small)
    except BadLocale:
        return []


def _choice(node: str, offer: str) -> Choice:
    label, _, rest = offer.partition("…")
    return Choice(node, label.strip(), rest.strip())


def _sources(line: Line, script: Script) -> tuple[Source, ...]:
    """The documents behind the texts, each once, by title."""
    cited = dict.fromkeys(fact for entry in script.all() for fact in entry.facts)
    facts = line.content.facts.facts
    sources = {
        (source.title, source.address): source for fact in cited if fact in facts for source in facts[fact].sources
    }
    return tuple(sources[key] for key in sorted(sources, key=lambda key: (key[0].lower(), key[1])))
