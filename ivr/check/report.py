"""`ivr check`: all proofs, limits, sources and catalogues at once, as lines to read."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import NamedTuple

from ivr import ear
from ivr.check.catalogue import catalogue_faults
from ivr.check.limits import Measure, Told
from ivr.check.proofs import Walked, prove, walked
from ivr.check.sources import ages, source_faults
from ivr.errors import BadContent, Fault
from ivr.flow import Menu, Topic
from ivr.line import Line, Options


class Report(NamedTuple):
    """Every fault, and what is printed: the faults, what was measured, and the closing line."""

    faults: tuple[Fault, ...]
    lines: tuple[str, ...]


def check_all(root: Path, options: Options, today: date | None = None) -> Report:
    """Check the content under `root`, with silence leading to the hotline and to a goodbye. Never raises BadContent."""
    try:
        lines = [Line(root, replace(options, silence=policy)) for policy in ("connect", "goodbye")]
    except BadContent as error:
        return _report(error.faults, [], Walked(0, 0, 0))
    measure = Measure(lines[0])
    faults = [fault for line in lines for fault in prove(line)]
    faults += [*measure.faults(), *source_faults(lines[0].content), *catalogue_faults(lines[0].content)]
    if today:
        faults += ages(lines[0].content, today)
    walks = [walked(line) for line in lines]
    total = Walked(*(sum(parts) for parts in zip(*walks, strict=True)))
    return _report(tuple(dict.fromkeys(faults)), list(_measured(measure)), total)


def _report(faults: tuple[Fault, ...], measured: list[str], total: Walked) -> Report:
    return Report(faults, (*map(str, faults), *measured, f"{total}, {len(faults)} faults"))


def _measured(measure: Measure) -> Iterator[str]:
    told = list(measure.told())
    nodes = [node for node in measure.flow.nodes.values() if isinstance(node, Menu | Topic)]
    facts = measure.line.content.facts
    yield f"{len(nodes)} menus and topics, {len(facts.numbers)} numbers, {len(facts.facts)} facts"
    for locale in measure.flow.published:
        own = [one for one in told if one.locale == locale]
        words = sum(len(ear.words(one.text)) for one in own)
        seconds = sum(measure.seconds(part) for one in own for part in one.parts)
        yield f"{locale}: {len(own)} texts, {words} words, {seconds / 60:.0f} minutes; {_hardest(measure, own)}"
    longest = max(
        measure.ways.items(), key=lambda item: len(item[1].split()) if item[0][0] in measure.flow.nodes else 0
    )
    yield f"longest path: {longest[1]} ({longest[0][0]}, {longest[0][1]})"


def _hardest(measure: Measure, own: list[Told]) -> str:
    graded = [(measure.grade(one), one.name) for one in own]
    scored = [
        (grade.score if grade.scale == "Flesch-Kincaid" else -grade.score, grade, name)
        for grade, name in graded
        if grade
    ]
    if not scored:
        return "no text is long enough to be graded"
    _, grade, name = max(scored)
    return f"hardest to read: {name} ({grade.scale} {grade.score:.1f})"
