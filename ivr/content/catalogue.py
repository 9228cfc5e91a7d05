"""Catalogues: the PO file of a language, read without a compiled MO file, and every message of it checked.

A translation that could break a call counts as missing and is reported with its line: one that lacks a placeholder or
has a single %, a tag or a control character. Translations that are merely bad are found by `check/translation_rules`.
"""

import io
import re
from collections import Counter
from collections.abc import Mapping
from email import message_from_string
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import PoFileError, PoFileParser

from ivr.content.files import is_unspeakable, read_text
from ivr.errors import BadLocale, Fault, FaultKind

MessageId = tuple[str, str]
"""The context of a message, which is the name of its text, and its English: ("tea", "Tea is hot.")."""

PLACEHOLDER = re.compile(r"%\((\w+)\)s")
QUOTED = r'"([^"\\]|\\.)*"'
PO_LINE = re.compile(rf"#.*|\s*|(msgctxt|msgid|msgid_plural|msgstr(\[\d+\])?)\s+{QUOTED}\s*|\s*{QUOTED}\s*")
RESAVE = "Open it in a PO editor and save it again."
MAX_GROWTH = 4
"""How many times as long as the English a translation may be: a document must not exceed Twilio's limits."""
CONFLICT = re.compile(r"(<{7}|={7}|>{7}|\|{7})")


class Catalogue(Catalog):
    """A PO file. `header` has the fields of its header ({"Language": "es"}), empty if it has no header.

    `duplicates` are pairs of messages with the same id; Babel keeps the first of them without a warning.
    """

    def __init__(self) -> None:
        super().__init__()
        self.header: dict[str, str] = {}
        self.duplicates: list[tuple[Message, Message]] = []

    def __setitem__(self, id: str | list[str] | tuple[str, ...], message: Message) -> None:  # noqa: A002
        first = self.get(id, message.context) if id else None
        if first:
            self.duplicates.append((first, message))
        elif not id:
            fields = message_from_string(str(message.string)).items()
            self.header = {name: " ".join(str(value).split()) for name, value in fields}
        super().__setitem__(id, message)


def po_path(root: Path, tag: str) -> Path:
    """The path of a language's catalogue."""
    return root / "locales" / tag / "LC_MESSAGES" / "messages.po"


def load_catalogue(path: Path) -> tuple[Mapping[MessageId, str], Mapping[MessageId, Fault]]:
    """The usable messages of a PO file and the faults of the others. Raises BadLocale if the file cannot be read."""
    catalogue = read_catalogue(path)
    if not len(catalogue):
        remedy = "It may be cut off: fetch it again, or begin with `ivr locale update`."
        raise BadLocale.at(str(path), "it has no messages", remedy)
    messages: dict[MessageId, str] = {}
    faults = duplicate_faults(path, catalogue)
    for message in catalogue:
        message_id = id_of(message)
        fault = faults.get(message_id) or _spoken_fault(path, message)
        if fault:
            faults[message_id] = fault
        elif message.id and message.string:
            messages[message_id] = str(message.string)
    return messages, faults


def read_catalogue(path: Path) -> Catalogue:
    """All messages of a PO file, faulty ones too. Raises BadLocale if the file cannot be read."""
    text, catalogue = _po_text(path), Catalogue()
    try:
        PoFileParser(catalogue, abort_invalid=True).parse(io.StringIO(text))
    except PoFileError as error:
        found = f"this is not a PO file: {str(error).removesuffix(f' on {error.lineno}')}"
        raise BadLocale.at(f"{path}:{error.lineno + 1}", found, RESAVE) from error
    except ValueError as error:
        raise BadLocale.at(str(path), f"its header cannot be read: {error}", RESAVE) from error
    return catalogue


def _po_text(path: Path) -> str:
    text = read_text(path, BadLocale)
    for number, line in enumerate(text.split("\n"), start=1):
        if CONFLICT.match(line):
            found = "a conflict marker was left behind by a merge"
            raise BadLocale.at(f"{path}:{number}", found, "Keep one of the two versions and remove the marker lines.")
        if not PO_LINE.fullmatch(line):
            found = f"this line is incomplete: {line[:40]!r}"
            raise BadLocale.at(
                f"{path}:{number}", found, "Close its quote, or fetch the file again: it may be cut off."
            )
    return text


def id_of(message: Message) -> MessageId:
    """The context and the English of a message, the key under which its translation is looked up."""
    return message.context or "", message.id if isinstance(message.id, str) else message.id[0]


def duplicate_faults(path: Path, catalogue: Catalogue) -> dict[MessageId, Fault]:
    """A fault for each message that the file has twice: it is not known which translation is meant."""
    remedy = "Keep the better translation and remove the other message."
    return {
        id_of(second): _fault_of(path, second, f"line {first.lineno} has the same message", remedy)
        for first, second in catalogue.duplicates
    }


def _fault_of(path: Path, message: Message, found: str, remedy: str, kind: FaultKind = "fault") -> Fault:
    """The fault of one message of the catalogue at `path` (…/<tag>/LC_MESSAGES/messages.po)."""
    (context, english), tag = id_of(message), path.parent.parent.name
    where = f"{path}:{message.lineno}"
    return Fault(where, found, remedy, locale=tag, text=context, english=english, kind=kind)


def _spoken_fault(path: Path, message: Message) -> Fault | None:
    """The fault that keeps a translation from being spoken; None if it can be spoken or is empty."""
    english, translated = message.id, message.string
    if not isinstance(english, str) or not isinstance(translated, str):
        return _fault_of(path, message, "a plural message", "The texts have no plurals: run `ivr locale update`.")
    if not english or not translated:
        return None
    if message.fuzzy:
        remedy = "Compare it with the English, correct it, and remove the mark."
        return _fault_of(path, message, f"marked fuzzy: {translated[:40]!r}", remedy, "fuzzy")
    found_and_remedy = message_fault(english, translated)
    return _fault_of(path, message, *found_and_remedy) if found_and_remedy else None


def message_fault(english: str, translated: str) -> tuple[str, str] | None:
    """The fault of a translation that would break a call, and its remedy; None if the translation is usable.

    Example: ("a digit", "Numbers and keys come from placeholders; write other numbers as words.").
    """
    expected, given = Counter(PLACEHOLDER.findall(english)), Counter(PLACEHOLDER.findall(translated))
    if expected != given:
        return _placeholder_fault(expected, given)
    if "%" in PLACEHOLDER.sub("", translated):
        return "a % that is not part of a placeholder", "Write the word instead: it is spoken."
    if any(map(is_unspeakable, translated)):
        return "a control character or a line break", "Delete it. If it is invisible, type the line again."
    if not re.search(r"[^\W\d_]", translated):
        return "it has no words", "Write the translation, or leave it empty until there is one."
    if len(translated) > MAX_GROWTH * len(english) + 80:
        return "it is far longer than the English", "Another text may have been pasted into it: translate the English."
    if re.search(r"[<>]|&#?\w+;", translated):
        return "a tag or an entity", "Texts are plain words: remove it."
    if re.search(r"\d", PLACEHOLDER.sub("", translated)):
        return "a digit", "Numbers and keys come from placeholders; write other numbers as words."
    return None


def _placeholder_fault(expected: Mapping[str, int], given: Mapping[str, int]) -> tuple[str, str]:
    missing = [f"%({name})s" for name in expected if given.get(name, 0) < expected[name]]
    extra = [f"%({name})s" for name in given if given[name] > expected.get(name, 0)]
    found = [f"{', '.join(missing)} is missing"] if missing else []
    found += [f"{', '.join(extra)} is too much"] if extra else []
    return "; ".join(found), "Write every %(…)s exactly as in the English, and as often."
