"""`ivr check TAG`: everything that one language's translator has to know, at once. The language may be a draft."""

from collections.abc import Iterator
from pathlib import Path

from ivr.check.coverage import all_messages, catalogue_faults
from ivr.check.language import summary, translation_faults, unspeakable
from ivr.check.limits import LimitChecker
from ivr.check.proofs import prove
from ivr.check.recordings import recording_faults
from ivr.check.report import Report, check_all
from ivr.content.catalogue import Catalogue, id_of, po_path, read_catalogue
from ivr.content.load import with_drafts
from ivr.errors import BadContent, Fault
from ivr.line.line import Line, Options


def check_language(root: Path, options: Options, tag: str) -> Report:
    """Check one language as if it were published. Raises BadContent where there is none of that name."""
    wanted = with_drafts(root, tag)
    if tag == wanted[0]:
        return check_all(root, options)
    try:
        line = Line(root, options, wanted)
    except BadContent as error:
        return _report(error.faults, ())
    if tag not in line.content.locales:
        return _report(tuple(fault for fault in line.content.faults if fault.locale in ("", tag)), ())
    catalogue = read_catalogue(po_path(root, tag))
    faults = tuple(dict.fromkeys(_faults(line, tag, catalogue)))
    return _report(faults, (*summary(line, tag), *_how_to_publish(line, tag, faults)))


def _faults(line: Line, tag: str, catalogue: Catalogue) -> Iterator[Fault]:
    concerned = (fault for fault in catalogue_faults(line.content) if fault.locale in ("", tag))
    yield from (fault for fault in concerned if fault.kind != "missing")  # `_untranslated` counts these by text
    yield from _untranslated(line, tag, catalogue)
    yield from translation_faults(line, tag)
    yield from unspeakable(line, tag)
    yield from recording_faults(line, tag)
    over_limits = (fault for fault in LimitChecker(line).faults() if fault.locale == tag)
    yield from (_placed(fault, line.content.root, tag, catalogue) for fault in over_limits)
    yield from prove(line)


def _untranslated(line: Line, tag: str, catalogue: Catalogue) -> Iterator[Fault]:
    """What is not translated at all, a text at a time: a language that has just begun lacks everything."""
    locale, path = line.content.locales[tag], po_path(line.content.root, tag)
    known, lines = (locale.messages or {}).keys() | locale.faults.keys(), {id_of(one): one.lineno for one in catalogue}
    names = [message.id for message in all_messages(line.content.prompts.texts)]
    for text in line.content.prompts.texts:
        own = [name for name in names if name[0] == text]
        if absent := [name for name in own if name not in known]:
            at = next((f":{lines[name]}" for name in absent if name in lines), "")
            found = f"{text}: {len(absent)} of {len(own)} messages are not translated"
            remedy = "Until they are, callers hear the whole text in the first language."
            yield Fault(f"{path}{at}", found, remedy, "", tag, text, kind="missing")


def _placed(fault: Fault, root: Path, tag: str, catalogue: Catalogue) -> Fault:
    """A fault of a whole text, with the line of the catalogue that the text begins in."""
    line = next((message.lineno for message in catalogue if message.context == fault.text), None)
    return fault._replace(where=f"{po_path(root, tag)}:{line}: {fault.where}") if line else fault


def _how_to_publish(line: Line, tag: str, faults: tuple[Fault, ...]) -> Iterator[str]:
    if faults:
        yield "  published   not before it is whole: see above"
    elif tag not in with_drafts(line.content.root, line.content.configured[0]):
        yield f'  published   not yet: put "{tag}" into `published` in prompts/flow.toml'
    else:
        yield "  published   yes"


def _report(faults: tuple[Fault, ...], told: tuple[str, ...]) -> Report:
    lines = list[str]()
    for fault in faults:
        lines.append(str(fault))
        if fault.english:
            lines.append(f"    the English: {fault.english}")
    return Report(faults, (*lines, *told, f"{len(faults)} faults"))
