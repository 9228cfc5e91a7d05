"""The script: the whole line in one language as one page, for people who judge the words and not the code.

A lawyer, an advocate of survivors and a native speaker read it on screen or on paper: every text, the way to it, what
it rests on, and the first language beside another. The page stands alone: no script, nothing fetched.
"""

import re
from collections.abc import Iterator, Sequence
from itertools import zip_longest
from pathlib import Path
from typing import NamedTuple

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from ivr import __version__
from ivr.call.state import Place
from ivr.call.transitions import Ask
from ivr.content.facts import Number
from ivr.errors import BadLocale
from ivr.line.line import Line
from ivr.line.schedule import PART_WAIT
from ivr.script.labels import title_of, way_to
from ivr.script.model import Choice, Entry, Script, read
from ivr.script.sources import CitedFact, PageToOpen, compared, errands, rest
from ivr.script.timeline import Heard, hear

PAGES = Path(__file__).parent / "pages"


NOT_REVIEWED_BY = (
    "survivors of trafficking",
    "lawyers",
    "native speakers of each language",
    "people who call through a relay",
    "people with cognitive disabilities",
)
"""Who has not reviewed the texts yet: the first page says so. A name is taken out when that review has been made."""


class Row(NamedTuple):
    """A paragraph as it is spoken, the same in the first language ("" where it is that), and the choice it offers."""

    words: str
    beside: str
    choice: Choice | None


class ScriptEntry(NamedTuple):
    """An entry as it stands on the page.

    `title_locale` is "" where the title is the page's own; `wait` is the seconds that a choice is waited for, if any.
    """

    entry: Entry
    title: str
    title_locale: str
    way: str
    parts: tuple[tuple[Row, ...], ...]
    rests: tuple[CitedFact, ...]
    wait: int | None


class NumberUse(NamedTuple):
    """A telephone number, and the entries that read it out."""

    name: str
    number: Number
    entries: tuple[Entry, ...]


class ScriptPage(NamedTuple):
    """Everything on the page of one language. `first` is the book of the language the texts are written in."""

    line: Line
    book: Script
    first: Script

    @property
    def foreign(self) -> bool:
        """Whether the first language stands beside it."""
        return self.book.locale != self.first.locale

    @property
    def untranslated(self) -> int:
        """How many texts are spoken in another language, because this one does not have them whole."""
        return sum(entry.locale != self.book.locale for entry in self.book.all())

    def leaf(self, entry: Entry) -> ScriptEntry:
        """An entry, made ready for the page."""
        flow = self.line.flow
        rests = tuple(rest(self.line.content.facts, name) for name in entry.facts)
        offered_in = self.book.entry(flow.parent(entry.node)).locale if entry.keys else ""
        title, way = title_of(flow, entry), way_to(flow, entry)
        return ScriptEntry(entry, title, offered_in, way, tuple(self._parts(entry)), rests, self._wait(entry))

    def _wait(self, entry: Entry) -> int | None:
        if entry.kind not in ("menu", "reminder"):
            return None
        place = Place(entry.node, self.book.locale)
        return self.line.schedule.wait(Ask(place, "first" if entry.kind == "menu" else "part"))

    def _parts(self, entry: Entry) -> Iterator[tuple[Row, ...]]:
        beside = self.first.entry(entry.node).parts if entry.locale != self.first.locale else ()
        for part, other in zip_longest(entry.parts, beside):
            choices = entry.choices if part == entry.parts[-1] else ()
            paragraphs = zip_longest(part.paragraphs, other.paragraphs if other else (), choices, fillvalue=None)
            yield tuple(Row(words or "", english or "", choice) for words, english, choice in paragraphs)

    def silence(self) -> tuple[Heard, ...]:
        """What a caller hears who presses nothing from the first ring, or from the language key."""
        return hear(self.line, Place(self.line.flow.only("opening"), self.book.locale))

    def numbers(self) -> Iterator[NumberUse]:
        """Every number, and where it is read out."""
        for name, number in self.line.content.facts.numbers.items():
            readers = (entry for entry in self.book.all() if any(name in part.numbers for part in entry.parts))
            yield NumberUse(name, number, tuple(readers))

    def speaking(self, fact: str) -> list[str]:
        """The names of the texts that speak `fact`."""
        return [entry.node for entry in self.book.all() if fact in entry.facts]

    def errands(self) -> tuple[PageToOpen, ...]:
        """What a person must still open, for any fact."""
        return errands(self.line.content.facts, self.line.content.facts.facts)

    def unspoken(self) -> tuple[CitedFact, ...]:
        """The facts that are known and deliberately not read out."""
        facts = self.line.content.facts
        return tuple(rest(facts, name) for name, fact in facts.facts.items() if not fact.spoken)


def write(line: Line, locales: Sequence[str], folder: Path) -> list[Path]:
    """Write a page for each of `locales` (all, where none is named) into `folder`; returns their paths.

    Raises BadLocale for a tag that the line does not have.
    """
    known = tuple(line.content.locales)
    for locale in locales:
        if locale not in known:
            raise BadLocale.at(locale, "no language of this line has this tag", f"There are {', '.join(known)}.")
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for locale in locales or known:
        paths.append(folder / f"{locale}.html")
        paths[-1].write_text(page(line, locale), "utf-8")
    return paths


def page(line: Line, locale: str) -> str:
    """The page of one language, as HTML."""
    script = ScriptPage(line, read(line, locale), read(line, line.flow.published[0]))
    facts = line.content.facts
    rows = [*(fact for fact in facts.facts.values() if fact.confidence != "own"), *facts.numbers.values()]
    copies = [row.compared for row in rows if row.compared]
    return (
        _environment()
        .get_template("script.html")
        .render(
            script=script,
            book=script.book,
            locales=line.content.locales,
            here=line.content.locales[locale],
            facts=facts,
            rows=rows,
            copies=copies,
            opened=[row.opened for row in rows if row.opened],
            not_reviewed_by=NOT_REVIEWED_BY,
            part_wait=PART_WAIT,
            version=__version__,
        )
    )


def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(PAGES), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters["breaths"] = breaths
    environment.filters["compared"] = compared
    return environment


def breaths(text: str) -> Markup:
    """`text` with each pause marked, so that it can be shown more quietly than the words."""
    return Markup(re.sub("…", '<span class="breath">…</span>', str(escape(text))))
