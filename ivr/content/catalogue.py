"""A catalogue: a PO file read straight into memory, message by message, each one judged.

Nothing is compiled. A translation that could break a call (a lost placeholder, a lone %, a tag, a control character)
counts as missing, and is reported by file, line, fault and remedy. The map, keys and voices may not come in.
"""

import io
import re
from collections import Counter
from collections.abc import Mapping
from email import message_from_string
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import PoFileError, PoFileParser

from ivr.content.files import not_spoken, text_of
from ivr.errors import BadLocale, Fault, FaultKind

MessageId = tuple[str, str]
"""The name of the text a message stands in (gettext's context), and its English words."""

PLACEHOLDER = re.compile(r"%\((\w+)\)s")
QUOTED = r'"([^"\\]|\\.)*"'
PO_LINE = re.compile(rf"#.*|\s*|(msgctxt|msgid|msgid_plural|msgstr(\[\d+\])?)\s+{QUOTED}\s*|\s*{QUOTED}\s*")
MEND = "Open it in a PO editor and save it again."
LONGER = 4
"""How many times as long as the English a translation may be: a document must stay within what Twilio reads."""
CONFLICT = re.compile(r"(<{7}|={7}|>{7}|\|{7})")


class Catalogue(Catalog):
    """A PO file, read. `head` are the fields at its beginning as they stand there, none where it has no head.

    `twice` are the messages that stand in it twice: Babel keeps the first and says nothing.
    """

    def __init__(self) -> None:
        super().__init__()
        self.header: dict[str, str] = {}
        self.duplicates: list[tuple[Message, Message]] = []

    def __setitem__(self, id: str | list[str] | tuple[str, ...], message: Message) -> None:  # noqa: A002
        before = self.get(id, message.context) if id else None
        if before:
            self.duplicates.append((before, message))
        elif not id:
            fields = message_from_string(str(message.string)).items()
            self.header = {name: " ".join(str(value).split()) for name, value in fields}
        super().__setitem__(id, message)


def po_path(root: Path, tag: str) -> Path:
    """Where a language's catalogue stands."""
    return root / "locales" / tag / "LC_MESSAGES" / "messages.po"


def load_catalogue(path: Path) -> tuple[Mapping[MessageId, str], Mapping[MessageId, Fault]]:
    """The usable messages of a PO file and the faults of the others. Raises BadLocale if the file cannot be read."""
    catalogue = read_catalogue(path)
    if not len(catalogue):
        remedy = "It may have been cut: fetch it again, or start with `ivr locale update`."
        raise BadLocale.at(str(path), "it holds no message", remedy)
    messages: dict[MessageId, str] = {}
    faults = double_faults(path, catalogue)
    for message in catalogue:
        name = id_of(message)
        fault = faults.get(name) or _fault(path, message)
        if fault:
            faults[name] = fault
        elif message.id and message.string:
            messages[name] = str(message.string)
    return messages, faults


def read_catalogue(path: Path) -> Catalogue:
    """All messages of a PO file, whatever is wrong with each. Raises BadLocale if the file cannot be read."""
    text, catalogue = _po_text(path), Catalogue()
    try:
        PoFileParser(catalogue, abort_invalid=True).parse(io.StringIO(text))
    except PoFileError as error:
        found = f"this is not a PO file: {str(error).removesuffix(f' on {error.lineno}')}"
        raise BadLocale.at(f"{path}:{error.lineno + 1}", found, MEND) from error
    except ValueError as error:
        raise BadLocale.at(str(path), f"its head cannot be read: {error}", MEND) from error
    return catalogue


def _po_text(path: Path) -> str:
    text = text_of(path, BadLocale)
    for number, line in enumerate(text.split("\n"), start=1):
        if CONFLICT.match(line):
            found = "a conflict marker was left behind by a merge"
            raise BadLocale.at(f"{path}:{number}", found, "Keep one of the two versions and remove the marker lines.")
        if not PO_LINE.fullmatch(line):
            found = f"this line is not whole: {line[:40]!r}"
            raise BadLocale.at(
                f"{path}:{number}", found, "Close its quote, or fetch the file again: it may have been cut."
            )
    return text


def id_of(message: Message) -> MessageId:
    """What a message is found by."""
    return message.context or "", message.id if isinstance(message.id, str) else message.id[0]


def double_faults(path: Path, catalogue: Catalogue) -> dict[MessageId, Fault]:
    """A fault for each message that stands twice: nobody can know which of its translations is meant."""
    remedy = "Keep the better translation and remove the other message."
    return {
        id_of(again): _fault_of(path, again, f"this message stands in line {before.lineno} already", remedy)
        for before, again in catalogue.duplicates
    }


def _fault_of(path: Path, message: Message, found: str, remedy: str, kind: FaultKind = "fault") -> Fault:
    """The fault of one message of the catalogue at `path` (…/<tag>/LC_MESSAGES/messages.po)."""
    context, english = id_of(message)
    return Fault(f"{path}:{message.lineno}", found, remedy, "", path.parent.parent.name, context, english, kind)


def _fault(path: Path, message: Message) -> Fault | None:
    """The fault that keeps a translation from being spoken; None if it can be spoken or is empty."""
    english, translated = message.id, message.string
    if not isinstance(english, str) or not isinstance(translated, str):
        return _fault_of(path, message, "a plural message", "The texts have none: run `ivr locale update`.")
    if not english or not translated:
        return None
    if message.fuzzy:
        remedy = "Compare it with the English, mend it, and take the mark off."
        return _fault_of(path, message, f"marked fuzzy: {translated[:40]!r}", remedy, "fuzzy")
    found_and_remedy = message_fault(english, translated)
    return _fault_of(path, message, *found_and_remedy) if found_and_remedy else None


def message_fault(english: str, translated: str) -> tuple[str, str] | None:
    """Why a translation would break a call, and the remedy; None where it would not."""
    wanted, given = Counter(PLACEHOLDER.findall(english)), Counter(PLACEHOLDER.findall(translated))
    if wanted != given:
        return _placeholder_fault(wanted, given)
    if "%" in PLACEHOLDER.sub("", translated):
        return "a % that is not part of a placeholder", "Write the word instead: it is spoken."
    if any(map(not_spoken, translated)):
        return "a control character or a line break", "Delete it; it may be invisible: type the line anew."
    if not re.search(r"[^\W\d_]", translated):
        return "no word stands in it", "Write the translation, or leave it empty until there is one."
    if len(translated) > LONGER * len(english) + 80:
        return "it is far longer than the English", "Something else was pasted into it: say what the English says."
    if re.search(r"[<>]|&#?\w+;", translated):
        return "a tag or an entity", "Texts are plain words: take it out."
    if re.search(r"\d", PLACEHOLDER.sub("", translated)):
        return "a digit", "Numbers and keys come from placeholders; write other numbers as words."
    return None


def _placeholder_fault(wanted: Mapping[str, int], given: Mapping[str, int]) -> tuple[str, str]:
    lost = [f"%({name})s" for name in wanted if given.get(name, 0) < wanted[name]]
    new = [f"%({name})s" for name in given if given[name] > wanted.get(name, 0)]
    found = "; ".join(
        filter(
            None,
            [f"{', '.join(lost)} is missing" if lost else "", f"{', '.join(new)} is too much" if new else ""],
        )
    )
    return found, "Every %(…)s of the English stands in the translation exactly as often, letter by letter."
