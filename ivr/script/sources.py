"""What each text rests on, and what a person must still open before callers hear it: as values, and as plain text."""

import re
import textwrap
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from ivr.call.flow import Flow
from ivr.content.facts import Fact, Facts, Number, Source
from ivr.content.templates import Template, blocks
from ivr.errors import BadText
from ivr.script.labels import way_to
from ivr.script.model import Script

WIDTH = 100
"""Characters of a line of plain text."""


class CitedFact(Fact):
    """A fact that a text rests on: `id` in sources.toml, and `says` with its telephone numbers written out."""

    id: str


def rest(facts: Facts, name: str) -> CitedFact:
    """The fact `name`, ready to be read. Raises BadText where there is none."""
    if name not in facts.facts:
        raise BadText.at("sources.toml", f"there is no fact {name}", "Add it with its source, or correct the text.")
    fact = facts.facts[name]
    return CitedFact.model_validate(
        fact.model_dump(by_alias=True) | {"id": name, "says": _written_out(facts, fact.says)}
    )


def _written_out(facts: Facts, says: str) -> str:
    """`{name}` stands for the telephone number of that name."""
    numbers = {name: number.say for name, number in facts.numbers.items()}
    return re.sub(r"\{(\w+)\}", lambda found: numbers.get(found[1], found[0]), says)


class PageToOpen(NamedTuple):
    """A page that a person must still open, or a call to make, and the facts that wait for it."""

    live: str
    rests: tuple[CitedFact, ...]


def errands(facts: Facts, names: Iterable[str]) -> tuple[PageToOpen, ...]:
    """What is still to be opened for the facts `names`, in alphabetical order, so that one site stands together."""
    waiting: dict[str, list[CitedFact]] = {}
    for name in dict.fromkeys(names):
        fact = rest(facts, name)
        if fact.to_open and not fact.opened:
            waiting.setdefault(fact.to_open, []).append(fact)
    return tuple(PageToOpen(live, tuple(waiting[live])) for live in sorted(waiting, key=str.casefold))


def sources_of(
    book: Script, flow: Flow, facts: Facts, texts: Mapping[str, Template], names: Sequence[str], live: bool
) -> Iterator[str]:
    """Lines to read: each block of the texts `names` (all, where none is named), and below it the facts that it speaks.

    At the end what is still to be opened live; with `live` only that. Raises BadText for a name that no text has.
    """
    known = {entry.node: entry for entry in book.all()}
    for name in names:
        if name not in known:
            raise BadText.at(name, "no text has this name", "`ivr map` lists the names.")
    chosen = [known[name] for name in names] or list(known.values())
    for entry in chosen if not live else ():
        way = way_to(flow, entry)
        yield f"{entry.node}: {way}" if way else entry.node
        yield from _blocks(texts[entry.node], facts)
        yield ""
    wanted = [fact for entry in chosen for fact in entry.facts] if names else list(facts.facts)
    yield from _errand_lines(errands(facts, wanted), book)


def _blocks(text: Template, facts: Facts) -> Iterator[str]:
    """Each block as it is written, its numbers in digits, and its facts; a fact in full where it is named first."""
    told: set[str] = set()
    for block in blocks(text):
        numbers = {name: number.say for name, number in facts.numbers.items()}
        words = {name: numbers.get(bound, "KEY") for name, (_, bound) in block.words.items()}
        yield from _wrapped(f"“{block.english % words}”", "  ")
        for name in block.facts:
            yield from _told(rest(facts, name)) if name not in told else [f"  {name}  (see above)"]
            told.add(name)


def compared(row: Fact | Number) -> str:
    """How a fact or a number was last compared: with the page itself, with a stored copy of it, or not at all."""
    if row.opened:
        return f"live page opened on {row.opened}"
    if row.compared:
        return f"stored copy compared on {row.compared}, live page not opened"
    return "said of ourselves"


def _told(fact: CitedFact) -> Iterator[str]:
    yield from _wrapped(fact.says, f"  {fact.id}  ")
    yield from _wrapped(f"{fact.confidence}; {compared(fact)}", "    ")
    for source in fact.sources:
        yield from _wrapped(dated(source), "    - ")
        if source.address:
            yield f"      {source.address}"
    if fact.hedge:
        yield from _wrapped(f"hold back: {fact.hedge}", "    ")
    if fact.beside:
        yield f"    said only with {', '.join(fact.beside)}"
    if fact.to_open and not fact.opened:
        yield from _wrapped(f"still to be opened: {fact.to_open}", "    ")


def dated(source: Source) -> str:
    """A source's title and the date it has."""
    return f"{source.title}, {source.date}" if source.date else source.title


def _errand_lines(found: Sequence[PageToOpen], book: Script) -> Iterator[str]:
    yield f"What a person must still open or call: {len(found) or 'nothing'}"
    for errand in found:
        yield from _wrapped(errand.live, "  - ")
        for fact in errand.rests:
            texts = ", ".join(entry.node for entry in book.all() if fact.id in entry.facts)
            yield from _wrapped(f"{fact.id}: {texts or 'not read out'}", "    ")


def _wrapped(text: str, first: str) -> Iterator[str]:
    yield from textwrap.wrap(
        text, WIDTH, initial_indent=first, subsequent_indent=" " * len(first), break_on_hyphens=False
    )
