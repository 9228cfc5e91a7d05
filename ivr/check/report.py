"""`ivr check`: all proofs, limits, sources and catalogues at once, as lines to read."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import NamedTuple

from ivr.call.flow import Menu, Topic
from ivr.check.coverage import catalogue_faults, page_notes
from ivr.check.language import translation_faults, unreviewed, unspeakable
from ivr.check.limits import LimitChecker, RenderedText
from ivr.check.proofs import Walked, prove, walked
from ivr.check.recordings import recording_faults, recording_notes
from ivr.check.sources import ages, source_faults
from ivr.errors import BadContent, BadLocale, Fault
from ivr.line.line import Line, Options
from ivr.speech import readability


class Report(NamedTuple):
    """Every fault, and what is printed: the faults, what was measured, and the closing line."""

    faults: tuple[Fault, ...]
    lines: tuple[str, ...]


def check_all(root: Path, options: Options, today: date | None = None) -> Report:
    """Check the content under `root`, with silence leading to the hotline and to a goodbye. Never raises BadContent."""
    try:
        lines = [Line(root, replace(options, silence=policy)) for policy in ("connect", "goodbye")]
        measure = LimitChecker(lines[0])
    except BadContent as error:
        return _report(error.faults, [], Walked(0, 0, 0))
    faults = [fault for line in lines for fault in prove(line)]
    faults += [*measure.faults(), *source_faults(lines[0].content), *catalogue_faults(lines[0].content)]
    faults += [fault for tag in _translated(lines[0]) for fault in _translators_faults(lines[0], tag)]
    if today:
        faults += ages(lines[0].content, today)
    walks = [walked(line) for line in lines]
    total = Walked(*(sum(parts) for parts in zip(*walks, strict=True)))
    return _report(tuple(dict.fromkeys(faults)), [*_measured(measure), *_notes(lines[0])], total)


def _translated(line: Line) -> list[str]:
    return [tag for tag in line.content.configured[1:] if tag in line.content.locales]


def _translators_faults(line: Line, tag: str) -> Iterator[Fault]:
    try:
        yield from translation_faults(line, tag)
        yield from unspeakable(line, tag)
        yield from recording_faults(line, tag)
    except BadLocale as error:  # of a language that is withheld nothing was loaded but its messages
        yield from error.faults


def _notes(line: Line) -> Iterator[str]:
    """What an editor should know and nobody is kept back by."""
    yield from page_notes(line.content)
    yield from unreviewed(line)
    for tag in line.content.locales:
        yield from recording_notes(line, tag)


def _report(faults: tuple[Fault, ...], measured: list[str], total: Walked) -> Report:
    return Report(faults, (*map(str, faults), *measured, f"{total}, {len(faults)} faults"))


def _measured(measure: LimitChecker) -> Iterator[str]:
    told = list(measure.told())
    nodes = [node for node in measure.flow.nodes.values() if isinstance(node, Menu | Topic)]
    facts = measure.line.content.facts
    yield f"{len(nodes)} menus and topics, {len(facts.numbers)} numbers, {len(facts.facts)} facts"
    for locale in measure.flow.published:
        own = [one for one in told if one.locale == locale]
        words = sum(len(readability.words(one.text)) for one in own)
        seconds = sum(measure.seconds(part) for one in own for part in one.parts)
        yield f"{locale}: {len(own)} texts, {words} words, {seconds / 60:.0f} minutes; {_hardest(measure, own)}"
    longest = max(
        measure.paths.items(), key=lambda item: len(item[1].split()) if item[0][0] in measure.flow.nodes else 0
    )
    yield f"longest path: {longest[1]} ({longest[0][0]}, {longest[0][1]})"


def _hardest(measure: LimitChecker, own: list[RenderedText]) -> str:
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
