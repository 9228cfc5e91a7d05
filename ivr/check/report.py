"""`ivr check` and `ivr check TAG`: every proof, limit, source and catalogue at once, as a report to read."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import NamedTuple

from ivr.call.flow import Menu, Topic
from ivr.check import catalogues
from ivr.check.language import fallback_voice_faults, summary, texts_too_long, translation_faults, unreviewed
from ivr.check.limits import LimitChecker
from ivr.check.locale_settings import doubts, setting_faults
from ivr.check.proofs import proof_counts, prove
from ivr.check.recordings import recording_faults, recording_notes
from ivr.check.rendered_texts import RenderedText, paths_to_texts
from ivr.check.sources import age_faults, source_faults
from ivr.content.catalogue import po_subpath, read_catalogue
from ivr.content.load import Content, published_and_drafts, published_languages
from ivr.errors import BadContent, BadLocale, Fault
from ivr.line.compiler import compile_line
from ivr.line.line import Line
from ivr.line.options import Options
from ivr.speech import readability


class Report(NamedTuple):
    """The faults, and the rows to print: the faults as sentences, the measurements, a count at the end."""

    faults: tuple[Fault, ...]
    rows: tuple[str, ...]


def check_all(root: Path, options: Options, today: date | None = None) -> Report:
    """Check the content for both policies of silence, and with `today` all ages. BadContent is reported."""
    try:
        lines = [compile_line(root, replace(options, silence=policy)) for policy in ("connect", "goodbye")]
        limits = LimitChecker(lines[0])
    except BadContent as error:
        return Report(error.faults, (*map(str, error.faults), f"{proof_counts([])}, {_count(error.faults)}"))
    faults = [fault for line in lines for fault in prove(line)]
    faults += _content_faults(lines[0], limits)
    if today:
        faults += age_faults(lines[0].content, today)
        faults += catalogues.overdue_faults(lines[0].content, today)
    located = (_in_layer(lines[0].content, fault) for fault in faults)
    unique_faults = tuple(dict.fromkeys(located))  # both policies can have the same fault
    summary_row = f"{proof_counts(lines)}, {_count(unique_faults)}"
    return Report(unique_faults, (*map(str, unique_faults), *_measurements(limits), *_notes(lines[0]), summary_row))


def _count(faults: Sequence[Fault]) -> str:
    """How many faults there are, in words."""
    return "1 fault" if len(faults) == 1 else f"{len(faults)} faults"


def _in_layer(content: Content, fault: Fault) -> Fault:
    """A fault of a text that has words of a layer, with the file of the layer."""
    text, layer = content.prompts.templates.get(fault.text), content.stack.layer
    if text is None or layer is None or str(layer) in fault.where:
        return fault
    own = next((path for path in (text.added, text.path) if path and path.is_relative_to(layer)), None)
    return fault._replace(where=f"{own}: {fault.where}") if own else fault


def _content_faults(line: Line, limits: LimitChecker) -> Iterator[Fault]:
    yield from limits.faults()
    yield from source_faults(line.content)
    yield from catalogues.catalogue_faults(line.content)
    yield from fallback_voice_faults(line)
    yield from catalogues.needed_faults(line.content)
    for tag in catalogues.target_languages(line.content):
        yield from _folder_faults(line, tag)


def _folder_faults(line: Line, tag: str) -> Iterator[Fault]:
    """The faults of the folder of a language: its settings, translations and recordings."""
    try:
        published = tag in published_languages(line.content.root)
        yield from setting_faults(line, tag, date.today(), published)
        yield from translation_faults(line, tag)
        yield from texts_too_long(line, tag)
        yield from recording_faults(line, tag)
    except BadLocale as error:  # the word list of a language that is withheld is read here for the first time
        yield from error.faults


def _notes(line: Line) -> Iterator[str]:
    """Remarks for an editor. They are not faults."""
    yield from catalogues.waiting_rows(line.content)
    yield from catalogues.page_notes(line.content)
    yield from unreviewed(line)
    for tag, locale in line.content.locales.items():
        yield from recording_notes(line, tag)
        yield from (f"{tag}: {doubt}" for doubt in doubts(locale, line.content.root))
    yield from catalogues.draft_rows(line.content)


def _measurements(limits: LimitChecker) -> Iterator[str]:
    flow, facts = limits.flow, limits.line.content.facts
    nodes = [node for node in flow.nodes.values() if isinstance(node, Menu | Topic)]
    yield f"{len(nodes)} menus and topics, {len(facts.numbers)} numbers, {len(facts.facts)} facts"
    for locale in flow.offered:
        texts = [text for text in limits.texts if text.locale == locale]
        words = sum(len(readability.words(text.words)) for text in texts)
        seconds = sum(limits.seconds(part) for text in texts for part in text.parts)
        yield f"{locale}: {len(texts)} texts, {words} words, {seconds / 60:.0f} minutes; {_hardest(limits, texts)}"
    node_and_locale, path = max(paths_to_texts(limits.line).items(), key=lambda item: len(item[1].split()))
    yield f"longest path: {path} ({', '.join(node_and_locale)})"


def _hardest(limits: LimitChecker, texts: Iterable[RenderedText]) -> str:
    graded = [(grade, text.name) for text in texts if (grade := limits.grade(text))]
    if not graded:
        return "no reading level is measured"
    # a Flesch-Kincaid grade rises with difficulty, an INFLESZ score falls
    grade, name = max(graded, key=lambda pair: pair[0].score * (1 if pair[0].scale == "Flesch-Kincaid" else -1))
    return f"hardest to read: {name} ({grade.scale} {grade.score:.1f})"


def check_language(root: Path, options: Options, tag: str) -> Report:
    """Check a language as if it were published: its faults, its progress. Raises BadLocale for an unknown `tag`."""
    languages = published_and_drafts(root, tag)
    if tag == languages[0]:
        return check_all(root, options)
    try:
        line = compile_line(root, options, languages)
    except BadContent as error:
        return _language_report(error.faults)
    if tag not in line.content.locales:
        return _language_report(_faults_for(tag, line.content.faults))
    waiting = catalogues.waiting_messages(line.content, tag)
    needed = catalogues.faults_with_missing_as_one([message for message in waiting if message.needed])
    faults = tuple(dict.fromkeys((*_faults_if_published(line, tag), *needed)))
    optional = [message for message in waiting if not message.needed]
    fuzzy = [message.fault for message in optional if message.fault.kind == "fuzzy"]
    published = f"  published   {_published(line, tag, bool(faults), bool(optional))}"
    waiting_rows = [catalogues.waiting_row(tag, optional)] if optional else []
    return _language_report(faults, fuzzy, [*waiting_rows, *summary(line, tag), published])


def _faults_for(tag: str, faults: Iterable[Fault]) -> tuple[Fault, ...]:
    """The faults of the language `tag`, and those without a language, which concern every language."""
    return tuple(fault for fault in faults if fault.locale in ("", tag))


def _faults_if_published(line: Line, tag: str) -> Iterator[Fault]:
    """The faults of `line`, in which the language `tag` is published: those of this language, and of every proof."""
    yield from _faults_for(tag, catalogues.catalogue_faults(line.content))
    yield from _folder_faults(line, tag)
    yield from (fault for fault in fallback_voice_faults(line) if fault.locale == tag)
    over_limits = (fault for fault in LimitChecker(line).faults() if fault.locale == tag)
    yield from (_with_catalogue_line(fault, line.content.stack.existing(po_subpath(tag))) for fault in over_limits)
    yield from prove(line)


def _with_catalogue_line(fault: Fault, po_files: Sequence[Path]) -> Fault:
    """A fault of a text, with the line of the catalogue at which its message, or else the text, begins."""
    for path in reversed(po_files):
        of_text = (entry for entry in read_catalogue(path).entries if entry.context == fault.text)
        if entry := next((entry for entry in of_text if fault.english in ("", entry.english)), None):
            return fault._replace(where=f"{path}:{entry.line}: {fault.where}")
    return fault


def _published(line: Line, tag: str, has_faults: bool, waits: bool) -> str:
    if tag in published_languages(line.content.root):
        return "yes"
    if has_faults:
        return "not before the faults are corrected"
    if waits:
        return "not yet: texts wait for their translator"
    return f'not yet: put "{tag}" into `published` in {line.content.stack.flow_path.name}'


def _language_report(faults: tuple[Fault, ...], fuzzy: Sequence[Fault] = (), rows: Sequence[str] = ()) -> Report:
    """The faults and the `fuzzy` messages, which are no faults, each with its English below it; then `rows`."""
    described = list[str]()
    for fault in (*faults, *fuzzy):
        described += [str(fault), f"    the English: {fault.english}"] if fault.english else [str(fault)]
    return Report(faults, (*described, *rows, _count(faults)))
