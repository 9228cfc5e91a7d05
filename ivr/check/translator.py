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
        return _report(error.faults, {}, ())
    if tag not in line.content.locales:
        return _report(tuple(fault for fault in line.content.faults if _is_about(fault, root, tag)), {}, ())
    catalogue = read_catalogue(po_path(root, tag))
    faults = tuple(dict.fromkeys(_faults(line, tag, catalogue)))
    english = {f"{po_path(root, tag)}:{one.lineno}": str(one.id) for one in catalogue if one.id and one.string}
    return _report(faults, english, (*summary(line, tag), *_how_to_publish(line, tag, faults)))


def _faults(line: Line, tag: str, catalogue: Catalogue) -> Iterator[Fault]:
    root = line.content.root
    yield from (fault for fault in catalogue_faults(line.content) if _is_about(fault, root, tag) and not _absent(fault))
    yield from _untranslated(line, tag, catalogue)
    yield from translation_faults(line, tag)
    yield from unspeakable(line, tag)
    yield from recording_faults(line, tag)
    yield from (
        _placed(fault, root, tag, catalogue) for fault in LimitChecker(line).faults() if f"({tag})" in fault.where
    )
    yield from prove(line)


def _is_about(fault: Fault, root: Path, tag: str) -> bool:
    folder = str(root / "locales" / tag)
    return fault.where == folder or fault.where.startswith((f"{folder}/", str(root / "locales" / "voices.toml")))


def _absent(fault: Fault) -> bool:
    return fault.found.startswith("no translation of ")


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
            yield Fault(f"{path}{at}", found, "Until they are, callers hear the whole text in the first language.")


def _placed(fault: Fault, root: Path, tag: str, catalogue: Catalogue) -> Fault:
    """A fault of a whole text, with the line of the catalogue that the text begins in."""
    text = fault.where.partition(" ")[0]
    line = next((message.lineno for message in catalogue if message.context == text), None)
    return fault._replace(where=f"{po_path(root, tag)}:{line}: {fault.where}") if line else fault


def _how_to_publish(line: Line, tag: str, faults: tuple[Fault, ...]) -> Iterator[str]:
    if faults:
        yield "  published   not before it is whole: see above"
    elif tag not in with_drafts(line.content.root, line.content.configured[0]):
        yield f'  published   not yet: put "{tag}" into `published` in prompts/flow.toml'
    else:
        yield "  published   yes"


def _report(faults: tuple[Fault, ...], english: dict[str, str], told: tuple[str, ...]) -> Report:
    lines = list[str]()
    for fault in faults:
        lines.append(str(fault))
        if source := english.get(fault.where):
            lines.append(f"    the English: {source}")
    return Report(faults, (*lines, *told, f"{len(faults)} faults"))
