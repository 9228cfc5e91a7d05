"""The readable line: the book of one language as sections, lists and links. Every word that is spoken, and no other."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from ivr.content.facts import Source
from ivr.content.locale import Locale
from ivr.content.wordlists import load_words
from ivr.errors import BadLocale
from ivr.line.line import Line
from ivr.script.model import Entry, Script
from ivr.web.phone_links import NumberLinker, TextSpan

DEEPEST = 6
"""The smallest heading that HTML has."""

Paragraph = tuple[TextSpan, ...]


class Choice(NamedTuple):
    """One choice of a menu: the section it leads to, its label, and the rest of the sentence."""

    node: str
    label: str
    rest: str


class Section(NamedTuple):
    """A text, written down. `above` is the menu that it belongs to; `title_locale` the language of its title."""

    node: str
    kind: str
    keys: tuple[str, ...]
    level: int
    title: str
    title_locale: Locale
    locale: Locale
    parts: tuple[tuple[Paragraph, ...], ...]
    choices: tuple[Choice, ...]
    above: str


class Readable(NamedTuple):
    """The whole line, written down: what the keys lead to, what else comes up in a call, and where it is from."""

    sections: tuple[Section, ...]
    others: tuple[Section, ...]
    lines: tuple[Section, ...]
    sources: tuple[Source, ...]

    def titled(self, node: str) -> Section:
        """The section of a text that choices lead to."""
        return next(section for section in self.sections if section.node == node)

    def of_kind(self, kind: str) -> Iterator[Section]:
        """What else comes up in a call, of one kind."""
        return (section for section in self.others if section.kind == kind)


def write_down(line: Line, book: Script) -> Readable:
    """The readable line from its `book`."""
    write = _Writer(line, book).section
    entries, others, lines = (tuple(map(write, some)) for some in (book.entries, book.others, book.lines))
    return Readable(entries, others, lines, _sources(line, book))


class _Writer:
    def __init__(self, line: Line, book: Script) -> None:
        self._line, self._book, self._locales = line, book, line.content.locales
        self._hands = {tag: NumberLinker(one, line.content.facts.numbers) for tag, one in self._locales.items()}
        folder = line.content.root / "locales"
        self._small: Mapping[str, list[str]] = {tag: _small_words(folder / tag) for tag in self._locales}
        self._above = {choice.node: entry for entry in book.entries for choice in entry.choices}

    def section(self, entry: Entry) -> Section:
        above = self._above.get(entry.node)
        titled_in = above.locale if above else entry.locale
        return Section(
            entry.node,
            entry.kind,
            tuple(entry.keys.split()),
            min(entry.depth + 2, DEEPEST),
            self._title(entry.title, titled_in),
            self._locales[titled_in],
            self._locales[entry.locale],
            tuple(tuple(self._hands[part.locale].write(one) for one in part.paragraphs) for part in entry.parts),
            tuple(_choice(choice.node, choice.offer) for choice in entry.choices),
            above.node if above else "",
        )

    def _title(self, label: str, tag: str) -> str:
        """A label as a heading: without the small word that it begins with ("For warning signs": Warning signs)."""
        first, _, rest = label.partition(" ")
        title = rest if rest and first.lower() in self._small[tag] else label
        return title[:1].upper() + title[1:]


def _small_words(folder: Path) -> list[str]:
    """The small words of a language; none where its lists cannot be read: a heading then begins with one."""
    try:
        return load_words(folder).small
    except BadLocale:
        return []


def _choice(node: str, offer: str) -> Choice:
    label, _, rest = offer.partition("…")
    return Choice(node, label.strip(), rest.strip())


def _sources(line: Line, book: Script) -> tuple[Source, ...]:
    """The documents behind all that is said, each once, by title."""
    named = dict.fromkeys(fact for entry in book.all() for fact in entry.facts)
    known = line.content.facts.facts
    found = {(one.title, one.address): one for fact in named if fact in known for one in known[fact].sources}
    return tuple(found[key] for key in sorted(found, key=lambda key: (key[0].lower(), key[1])))
