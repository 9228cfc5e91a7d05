"""A catalogue: a PO file read straight into memory, message by message, each one judged.

Nothing is compiled. A translation that could break a call (a lost placeholder, a lone %, a tag, a control character)
counts as missing, and is reported by file, line, fault and remedy. The map, keys and voices may not come in.
"""

import io
import re
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

from babel.messages.catalog import Message
from babel.messages.pofile import PoFileError, read_po

from ivr.errors import BadLocale, Fault
from ivr.files import text_of

MessageId = tuple[str, str]
"""The name of the text a message stands in (gettext's context), and its English words."""

PLACEHOLDER = re.compile(r"%\((\w+)\)s")
PO_LINE = re.compile(r'#.*|\s*|(msgctxt|msgid|msgid_plural|msgstr(\[\d+\])?)\s+".*"\s*|\s*".*"\s*')
CONFLICT = re.compile(r"(<{7}|={7}|>{7}|\|{7})")


def load_catalogue(path: Path) -> tuple[Mapping[MessageId, str], list[Fault]]:
    """The usable messages of a PO file and the faults of the others. Raises BadLocale if the file cannot be read."""
    text = _po_text(path)
    try:
        catalogue = read_po(io.StringIO(text), abort_invalid=True)
    except (PoFileError, ValueError) as error:
        raise BadLocale(
            [Fault(str(path), f"this is not a PO file: {error}", "Open it in a PO editor and save it again.")]
        ) from error
    messages: dict[MessageId, str] = {}
    faults: list[Fault] = []
    for message in catalogue:
        if message.id:
            messages.update(_usable(path, message, faults))
    if not len(catalogue):
        raise BadLocale(
            [
                Fault(
                    str(path),
                    "it holds no message",
                    "It may have been cut: fetch it again, or start with `ivr locale update`.",
                )
            ]
        )
    return messages, faults


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


def _usable(path: Path, message: Message, faults: list[Fault]) -> dict[MessageId, str]:
    english, translated = message.id, message.string
    where = f"{path}:{message.lineno}"
    if not isinstance(english, str) or not isinstance(translated, str):
        faults.append(Fault(where, "a plural message", "The texts have none: run `ivr locale update`."))
        return {}
    if not translated:
        return {}
    if message.fuzzy:
        faults.append(
            Fault(
                where,
                f"marked fuzzy: {translated[:40]!r}",
                "Compare it with the English, mend it, and take the mark off.",
            )
        )
        return {}
    found = message_fault(english, translated)
    if found:
        faults.append(Fault(where, *found))
        return {}
    return {(message.context or "", english): translated}


def message_fault(english: str, translated: str) -> tuple[str, str] | None:
    """Why a translation would break a call, and the remedy; None where it would not."""
    wanted, given = Counter(PLACEHOLDER.findall(english)), Counter(PLACEHOLDER.findall(translated))
    if wanted != given:
        return _placeholder_fault(wanted, given)
    if "%" in PLACEHOLDER.sub("", translated):
        return "a % that is not part of a placeholder", "Write the word instead: it is spoken."
    if any((ord(character) < 32 and character != "\n") or 127 <= ord(character) < 160 for character in translated):
        return "a control character", "Delete it; it may be invisible: type the line anew."
    if re.search(r"[<>]|&\w+;", translated):
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
