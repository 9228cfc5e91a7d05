"""Catalogues: the PO file of a language, read without a compiled MO file, and every message of it checked.

A translation that could break a call counts as missing and is reported with its line: one that lacks a placeholder or
has a single %, a tag or a control character. Translations that are merely bad are found by `check/translation_rules`.
"""

import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from email import message_from_string
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

from ivr.content.characters import is_unspeakable
from ivr.content.files import MAX_TEXT_BYTES, read_bytes
from ivr.content.po import PoEntry, PoFault, read_po, with_line_feeds
from ivr.content.written import END
from ivr.errors import BadLocale, Fault, FaultKind

MessageId = tuple[str, str]
"""The context of a message, which is the name of its text, and its English: ("tea", "Tea is hot.")."""

PLACEHOLDER = re.compile(r"%\((\w+)\)s")
MAX_GROWTH = 4
"""How many times as long as the English a translation may be: a document must not exceed Twilio's limits."""
GROWTH_OF_SHORT = 80
"""The characters that it may have beyond that, because the translation of a short message may be long."""
WAITS_SINCE = re.compile(r"Waits since (\d{4}-\d\d-\d\d)")
"""The note that `ivr locale update` writes at a message without a translation: "Waits since 2026-01-31"."""
CONFLICT = re.compile(r"(<{7}|={7}|>{7}|\|{7})")


class Catalogue(NamedTuple):
    """A PO file: its messages that are in use (`entries`) and those that are not (`obsolete`).

    `header` has the fields of its header ({"Language": "es"}); it is empty if the file has no header.
    """

    header: Mapping[str, str]
    entries: tuple[PoEntry, ...]
    obsolete: tuple[PoEntry, ...] = ()


def po_subpath(tag: str) -> str:
    """The path of a language's catalogue below the root of a content."""
    return f"locales/{tag}/LC_MESSAGES/messages.po"


def po_path(root: Path, tag: str) -> Path:
    """The path of a language's catalogue."""
    return root / po_subpath(tag)


def load_messages(paths: Iterable[Path]) -> tuple[Mapping[MessageId, str], Mapping[MessageId, Fault]]:
    """The usable messages of PO files, and the faults of the others. Raises BadLocale if a file cannot be read.

    Of several files, a later one (that of a layer) takes the place of an earlier one, message by message. It may have
    no message: then the layer has no words of its own.
    """
    messages, faults = dict[MessageId, str](), dict[MessageId, Fault]()
    for number, path in enumerate(paths):
        translations, file_faults = _messages_in(path, may_be_empty=number > 0)
        faults = {message_id: fault for message_id, fault in faults.items() if message_id not in translations}
        messages, faults = messages | translations, faults | file_faults
    return messages, faults


def _messages_in(path: Path, may_be_empty: bool) -> tuple[dict[MessageId, str], dict[MessageId, Fault]]:
    catalogue = read_catalogue(path)
    if not (catalogue.entries or (may_be_empty and catalogue.header)):
        remedy = "It may be cut off: fetch it again, or begin with `ivr locale update`."
        raise BadLocale.at(str(path), "it has no messages", remedy)
    messages, faults = dict[MessageId, str](), duplicate_faults(path, catalogue)
    for entry in catalogue.entries:
        if fault := faults.get(entry.id) or _entry_fault(path, entry):
            faults[entry.id] = fault
        elif entry.translation:
            messages[entry.id] = entry.translation
    return messages, faults


def read_catalogue(path: Path) -> Catalogue:
    """All messages of a PO file, faulty ones too. Raises BadLocale if the file cannot be read."""
    try:
        content = read_bytes(path, MAX_TEXT_BYTES)
        entries = read_po(content)
    except OSError as error:
        found, remedy = f"it cannot be read ({error.strerror})", "Put the file there and make it readable."
        raise BadLocale.at(str(path), found, remedy) from error
    except UnicodeDecodeError as error:
        found = f"it is not UTF-8 ({error.reason} at byte {error.start}), and its header names no other character set"
        raise BadLocale.at(str(path), found, "Save it as UTF-8.") from error
    except PoFault as error:
        line = with_line_feeds(content.decode("utf-8", "replace")).split("\n")[error.line - 1]
        raise BadLocale.at(f"{path}:{error.line}", *_found_and_remedy(error, line)) from error
    header = next((entry.translation for entry in entries if entry.is_header), "")
    fields = {name: " ".join(str(value).split()) for name, value in message_from_string(header).items()}
    in_use = tuple(entry for entry in entries if not entry.is_header and not entry.obsolete)
    return Catalogue(fields, in_use, tuple(entry for entry in entries if entry.obsolete))


def po_path_of_text(paths: Sequence[Path], text: str) -> Path:
    """The last of the PO files `paths` that has a message of the text; the first file if none has."""
    with_text = (path for path in paths if any(entry.context == text for entry in read_catalogue(path).entries))
    return [paths[0], *with_text][-1]


def _found_and_remedy(fault: PoFault, line: str) -> tuple[str, str]:
    """The fault of a line that is not part of a PO file, and its remedy."""
    if CONFLICT.match(line):
        return (
            "a conflict marker was left behind by a merge",
            "Keep one of the two versions and remove the lines that begin with <<<<<<<, ======= and >>>>>>>.",
        )
    if line.rstrip().endswith("”"):
        return f"the closing quote is curly: {line[-40:].strip()!r}", 'Replace it by a straight quote: ".'
    remedy = "Correct the line, or fetch the file again: it may be cut off."
    return f"this is not a PO file: {fault.found}: {line[:40].strip()!r}", remedy


def waiting_note(day: date) -> str:
    """The note at a message that waits for its translator since `day`."""
    return f"Waits since {day}"


def waits_since(entry: PoEntry) -> date | None:
    """The day since which a message waits for its translator; None if no note gives it."""
    days = (match[1] for note in entry.notes if (match := WAITS_SINCE.fullmatch(note)))
    try:
        return date.fromisoformat(next(days, ""))
    except ValueError:
        return None


def duplicate_faults(path: Path, catalogue: Catalogue) -> dict[MessageId, Fault]:
    """A fault for each message that the file has twice: it is not known which translation is meant."""
    first, faults = dict[MessageId, PoEntry](), dict[MessageId, Fault]()
    for entry in catalogue.entries:
        if first.setdefault(entry.id, entry) is not entry:
            found = f"line {first[entry.id].line} has the same message"
            faults[entry.id] = _fault_of(
                path, entry, found, "Keep the better translation and remove the other message."
            )
    return faults


def _fault_of(path: Path, entry: PoEntry, found: str, remedy: str, kind: FaultKind = "fault") -> Fault:
    """The fault of one message of the catalogue at `path` (…/<tag>/LC_MESSAGES/messages.po)."""
    (context, english), tag = entry.id, path.parent.parent.name
    return Fault(f"{path}:{entry.line}", found, remedy, locale=tag, text=context, english=english, kind=kind)


def _entry_fault(path: Path, entry: PoEntry) -> Fault | None:
    """The fault that keeps a translation from being spoken; None if it can be spoken or is empty."""
    if entry.plural:
        return _fault_of(path, entry, "a plural message", "The texts have no plurals: run `ivr locale update`.")
    if not entry.english or not entry.translation:
        return None
    if entry.fuzzy:
        remedy = "Compare it with the English, correct it, and remove the mark."
        return _fault_of(path, entry, f"marked fuzzy: {entry.translation[:40]!r}", remedy, "fuzzy")
    found_and_remedy = message_fault(entry.english, entry.translation)
    return _fault_of(path, entry, *found_and_remedy) if found_and_remedy else None


def message_fault(english: str, translated: str) -> tuple[str, str] | None:
    """The fault of a translation that would break a call, and its remedy; None if the translation is usable.

    Example: ("a digit", "Numbers and keys come from placeholders; write other numbers as words.").
    """
    expected, given = Counter(PLACEHOLDER.findall(english)), Counter(PLACEHOLDER.findall(translated))
    if expected != given:
        return _placeholder_fault(expected, given)
    if misplaced := spelled_words_fault(PLACEHOLDER.findall(translated), starts_of_spelled_words(english)):
        return misplaced
    if "%" in PLACEHOLDER.sub("", translated):
        return "a % that is not part of a placeholder", "Write the word instead: it is spoken."
    if any(map(is_unspeakable, translated)):
        return "a control character or a line break", "Delete it. If it is invisible, type the line again."
    if not re.search(r"[^\W\d_]", translated):
        return "it has no words", "Write the translation, or leave it empty until there is one."
    if len(translated) > MAX_GROWTH * len(english) + GROWTH_OF_SHORT:
        return "it is far longer than the English", "Another text may have been pasted into it: translate the English."
    if re.search(r"[<>]|&#?\w+;", translated):
        return "a tag or an entity", "Texts are plain words: remove it."
    if re.search(r"\d", PLACEHOLDER.sub("", translated)):
        return "a digit", "Numbers and keys come from placeholders; write other numbers as words."
    return None


def starts_of_spelled_words(english: str) -> frozenset[str]:
    """The placeholders that begin words with a written form: each of those before `%(end)s`.

    Example: {"site"} for "Go to %(site)s report dot cyber tip dot org %(end)s."
    """
    names = PLACEHOLDER.findall(english)
    return frozenset(name for name, following in pairwise(names) if following == END)


def spelled_words_fault(names: Sequence[str], starts: Collection[str]) -> tuple[str, str] | None:
    """The fault, and its remedy, if one of `starts` in the placeholders `names` is not followed by `end`; else None."""
    for name, following in pairwise((*names, "")):
        if name in starts and following != END:
            return f"%({END})s does not follow %({name})s", f"Write the words between %({name})s and %({END})s."
    return None


def _placeholder_fault(expected: Mapping[str, int], given: Mapping[str, int]) -> tuple[str, str]:
    missing = [f"%({name})s" for name in expected if given.get(name, 0) < expected[name]]
    extra = [f"%({name})s" for name in given if given[name] > expected.get(name, 0)]
    found = [f"{', '.join(missing)} is missing"] if missing else []
    found += [f"{', '.join(extra)} is too much"] if extra else []
    return "; ".join(found), "Write every %(…)s exactly as in the English, and as often."
