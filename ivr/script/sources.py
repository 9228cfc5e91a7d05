"""The sources of each text, and the pages that a person must still open: as values, and as plain text."""

import textwrap
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from ivr.content.facts import DatedRow, Fact, Facts, Source
from ivr.content.prompts import MARK, written_marks
from ivr.content.templates import Template, blocks
from ivr.errors import BadContent
from ivr.line.line import Line
from ivr.script.labels import heard_when
from ivr.script.model import Script

WIDTH = 100
"""Characters in a line of plain text."""


class PageToOpen(NamedTuple):
    """A page that a person must still open, or a call to make, and the facts that depend on it."""

    page: str
    facts: tuple[Fact, ...]


def pages_to_open(facts: Facts, names: Iterable[str]) -> tuple[PageToOpen, ...]:
    """The pages still to be opened for the facts `names`, sorted, so that the pages of one site follow one another."""
    by_page: dict[str, list[Fact]] = {}
    for name in dict.fromkeys(names):
        fact = facts.fact(name)
        if fact.to_open and not fact.live_day:
            by_page.setdefault(fact.to_open, []).append(fact)
    return tuple(PageToOpen(page, tuple(by_page[page])) for page in sorted(by_page, key=str.casefold))


def sources_of(line: Line, script: Script, names: Sequence[str], live: bool) -> Iterator[str]:
    """Lines of plain text: the blocks of the texts `names` (empty: of all), each with its facts and their sources.

    Then the pages still to be opened; with `live`, only these. Raises BadContent for an unknown name.
    """
    facts, templates = line.content.facts, line.content.prompts.templates
    known = {entry.name: entry for entry in script.all()}
    for name in names:
        if name not in known:
            raise BadContent.at(name, "no text has this name", "`ivr map` lists the names.")
    chosen = [known[name] for name in names] or list(known.values())
    for entry in chosen if not live else ():
        heard = heard_when(line.flow, entry)
        yield from _wrapped(f"{entry.name}: {heard}" if heard else entry.name, "")
        yield from _block_lines(templates[entry.name], facts)
        yield ""
    cited = [fact for entry in chosen for fact in entry.facts] if names else list(facts.facts)
    yield from _page_lines(pages_to_open(facts, cited), script)


def _block_lines(template: Template, facts: Facts) -> Iterator[str]:
    """Each block with its telephone numbers in digits, and its facts: in full where the template first names them."""
    numbers = {("numbers", name): number.say for name, number in facts.numbers.items()}
    marks = {("written", name): mark for name, mark in written_marks(facts).items()}
    named: set[str] = set()
    for block in blocks(template):
        values = {name: (numbers | marks).get(value, "KEY") for name, value in block.placeholders.items()}
        yield from _wrapped(f"“{MARK.sub('', block.english % values)}”", "  ")
        for name in block.facts:
            yield from _fact_lines(facts.fact(name)) if name not in named else [f"  {name}  (see above)"]
            named.add(name)


def comparison_of(row: DatedRow) -> str:
    """How a fact or a number was last compared: with the live page or a stored copy. Facts about the line have none."""
    if row.live_day:
        return f"live page opened on {row.live_day}"
    if row.copy_day:
        return f"stored copy compared on {row.copy_day}, live page not opened"
    return "about this line itself"


def _fact_lines(fact: Fact) -> Iterator[str]:
    yield from _wrapped(fact.says, f"  {fact.id}  ")
    yield from _wrapped(f"{fact.confidence}; {comparison_of(fact)}", "    ")
    for source in fact.sources:
        yield from _wrapped(dated(source), "    - ")
        if source.address:
            yield f"      {source.address}"
    if fact.hedge:
        yield from _wrapped(f"caution: {fact.hedge}", "    ")
    if fact.beside:
        yield f"    spoken only together with {', '.join(fact.beside)}"
    if fact.to_open and not fact.live_day:
        yield from _wrapped(f"still to be opened: {fact.to_open}", "    ")


def dated(source: Source) -> str:
    """The title of a source, with its date if there is one."""
    return f"{source.title}, {source.date}" if source.date else source.title


def _page_lines(pages: Sequence[PageToOpen], script: Script) -> Iterator[str]:
    yield f"Pages that a person must still open, or calls to make: {len(pages)}"
    for page in pages:
        yield from _wrapped(page.page, "  - ")
        for fact in page.facts:
            texts = ", ".join(entry.name for entry in script.all() if fact.id in entry.facts)
            yield from _wrapped(f"{fact.id}: {texts or 'not spoken'}", "    ")


def _wrapped(text: str, first: str) -> Iterator[str]:
    yield from textwrap.wrap(
        text, WIDTH, initial_indent=first, subsequent_indent=" " * len(first), break_on_hyphens=False
    )
