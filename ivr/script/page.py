"""The script as an HTML page: the texts of one language beside the source language, with their keys and their sources.

Lawyers, survivor advocates and native speakers review it on screen or on paper. The page is one file: no JavaScript, no
request for another file.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import zip_longest
from pathlib import Path
from typing import NamedTuple

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from ivr import __version__
from ivr.call.state import Place
from ivr.call.transitions import Ask
from ivr.check.limits import grade_of
from ivr.content.catalogue import MessageId, po_subpath, read_catalogue
from ivr.content.facts import Fact
from ivr.content.po import PoEntry
from ivr.content.templates import Paragraph
from ivr.content.wordlists import WordLists
from ivr.errors import BadLocale
from ivr.line.line import Line
from ivr.line.schedule import PART_WAIT
from ivr.script.labels import heard_when, title_of
from ivr.script.model import Choice, Entry, Script, script_of, timeline
from ivr.script.sources import comparison_of, pages_to_open
from ivr.speech.readability import Grade

TEMPLATES = Path(__file__).parent / "pages"


NOT_REVIEWED_BY = (
    "survivors of trafficking",
    "lawyers",
    "native speakers of each language",
    "people who call through a relay",
    "people with cognitive disabilities",
)
"""The groups that have not reviewed the texts yet; the first page lists them. Remove a group after its review."""


class Row(NamedTuple):
    """A paragraph: its words, the words of the source language ("" on its own page), and the choice that it offers.

    `anchor` is its place on the page: "tea-2-1" is the first paragraph of part 2. `messages` has the catalogue entry of
    each of its blocks.
    """

    words: str
    source_words: str
    choice: Choice | None
    anchor: str
    messages: tuple[PoEntry, ...]


class ShownEntry(NamedTuple):
    """An entry as the page shows it.

    `title_locale` is the language of the title, "" for a title that `labels.py` has in English. `heard` says when
    callers hear it: "press 1, then 2". `wait` is the seconds that the line waits for a key, None if it does not wait.
    """

    entry: Entry
    title: str
    title_locale: str
    heard: str
    parts: tuple[tuple[Row, ...], ...]
    facts: tuple[Fact, ...]
    wait: int | None


class ScriptPage(NamedTuple):
    """The data of one page. `messages` has the catalogue, `word_lists` those of each language by its tag."""

    line: Line
    script: Script
    source_script: Script
    messages: Mapping[MessageId, PoEntry]
    word_lists: Mapping[str, WordLists]

    def shown(self, entry: Entry) -> ShownEntry:
        """`entry` as the page shows it."""
        flow = self.line.flow
        facts = tuple(map(self.line.content.facts.fact, entry.facts))
        offered_in = self.script.entry(flow.parent(entry.name)).locale if entry.keys else ""
        title, heard = title_of(flow, entry), heard_when(flow, entry)
        return ShownEntry(entry, title, offered_in, heard, tuple(self._parts(entry)), facts, self._wait(entry))

    def grade(self, entry: Entry) -> Grade | None:
        """The reading level of a topic; None for another text or a short one."""
        words = "\n\n".join(part.words for part in entry.parts)
        return grade_of(words, entry.locale, self.word_lists[entry.locale]) if entry.kind == "topic" else None

    def _wait(self, entry: Entry) -> int | None:
        if entry.kind not in ("menu", "reminder"):
            return None
        place = Place(entry.name, self.script.locale)
        return self.line.schedule.wait(Ask(place, "first" if entry.kind == "menu" else "part"))

    def _parts(self, entry: Entry) -> Iterator[tuple[Row, ...]]:
        translated = entry.locale != self.source_script.locale
        source_parts = self.source_script.entry(entry.name).parts if translated else ()
        written = self.line.content.prompts.templates[entry.name].parts
        for number, (part, source, blocks) in enumerate(zip_longest(entry.parts, source_parts, written), start=1):
            choices = entry.choices if part == entry.parts[-1] else ()
            messages = [self._messages(entry.name, paragraph) for paragraph in blocks]
            rows = zip_longest(part.paragraphs, source.paragraphs if source else (), choices, messages, fillvalue=None)
            yield tuple(
                Row(words or "", source_words or "", choice, f"{entry.name}-{number}-{index}", of_row or ())
                for index, (words, source_words, choice, of_row) in enumerate(rows, start=1)
            )

    def _messages(self, name: str, paragraph: Paragraph) -> tuple[PoEntry, ...]:
        return tuple(filter(None, (self.messages.get((name, block.english)) for block in paragraph)))

    def commented(self) -> Iterator[Row]:
        """The paragraphs on which translators have left a comment."""
        rows = (row for entry in self.script.all() for part in self._parts(entry) for row in part)
        return (row for row in rows if any(message.comments for message in row.messages))

    def entries_with(self, number: str) -> list[Entry]:
        """The entries that speak a telephone number, which is given by its name in numbers.toml."""
        return [entry for entry in self.script.all() if any(number in part.numbers for part in entry.parts)]

    def texts_with(self, fact: str) -> list[str]:
        """The names of the texts that cite `fact`."""
        return [entry.name for entry in self.script.all() if fact in entry.facts]


def write_pages(line: Line, locales: Sequence[str], folder: Path) -> list[Path]:
    """Write a page for each of `locales` (empty: for all), such as es.html, into `folder`; returns the paths.

    Raises BadLocale for a tag that the line does not have, OSError where a file cannot be written.
    """
    known = tuple(line.content.locales)
    for locale in locales:
        if locale not in known:
            raise BadLocale.at(locale, "this line has no language with this tag", f"It has {', '.join(known)}.")
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for locale in locales or known:
        paths.append(folder / f"{locale}.html")
        paths[-1].write_text(render_page(line, locale), "utf-8")
    return paths


def render_page(line: Line, locale: str) -> str:
    """The page of one language, as HTML."""
    script, source_script = script_of(line, locale), script_of(line, line.flow.source_language)
    word_lists = {tag: line.content.word_lists(tag) for tag in line.content.locales}
    files = line.content.stack.existing(po_subpath(locale)) if locale != source_script.locale else []
    messages = {entry.id: entry for file in files for entry in read_catalogue(file).entries}
    page = ScriptPage(line, script, source_script, messages, word_lists)
    facts, opening = line.content.facts, Place(line.flow.name_of_kind("opening"), locale)
    rows = [*(fact for fact in facts.facts.values() if fact.confidence != "own"), *facts.numbers.values()]
    copies = [row.copy_day for row in rows if row.copy_day]
    opened = [row.live_day for row in rows if row.live_day]
    return _environment().get_template("script.html").render(
        page=page, script=script, is_translation=locale != source_script.locale, locales=line.content.locales,
        locale=line.content.locales[locale], facts=facts, rows=rows, copies=copies, opened=opened,
        untranslated=sum(entry.locale != locale for entry in script.all()), timeline=timeline(line, opening),
        pages_to_open=pages_to_open(facts, facts.facts), not_reviewed_by=NOT_REVIEWED_BY, part_wait=PART_WAIT,
        unspoken_facts=[fact for fact in facts.facts.values() if not fact.spoken], version=__version__,
    )  # fmt: skip


def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined,
        trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    environment.filters["mark_pauses"] = mark_pauses
    environment.filters["comparison"] = comparison_of
    return environment


def mark_pauses(text: str) -> Markup:
    """`text` as HTML with an element around each …, which the style sheet shows in grey."""
    return Markup(re.sub("…", '<span class="pause">…</span>', str(escape(text))))
