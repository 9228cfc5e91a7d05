"""Catalogues as files: the template made from the texts, and each language's PO brought up to date with it.

For editors and translators, never on the way of a call. What a translator wrote is kept; where the English changed,
the old translation stays as fuzzy with the previous English beside it, as Poedit and Weblate expect.
"""

import io
import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path

from babel import Locale, UnknownLocaleError
from babel.messages.catalog import Catalog, Message
from babel.messages.plurals import get_plural
from babel.messages.pofile import denormalize, escape, write_po

from ivr.content.catalogue import QUOTED, Catalogue, MessageId, double_faults, po_path, read_catalogue
from ivr.content.messages import PROGRAM, SourceMessage, all_messages, page_messages
from ivr.content.templates import load_templates
from ivr.errors import BadLocale
from ivr.line.compiler import compile_line
from ivr.translate.comments import notes

PROJECT = "The information line"
HEAD = {
    "Project-Id-Version": "information-line",
    "POT-Creation-Date": "2026-11-24 00:00+0000",
    "PO-Revision-Date": "2026-11-24 00:00+0000",
    "Last-Translator": "nobody yet",
    "Language-Team": "none",
    "Language": "",
    "MIME-Version": "1.0",
    "Content-Type": "text/plain; charset=UTF-8",
    "Content-Transfer-Encoding": "8bit",
    "Plural-Forms": "nplurals=2; plural=(n != 1);",
}
"""The head of a new catalogue; what a translator's editor has written into one is kept. No date moves by itself."""
OURS = {"MIME-Version", "Content-Type", "Content-Transfer-Encoding", "Language"}
UNFILLED = re.compile(r"FULL NAME|EMAIL@ADDRESS|LL@li\.org|VERSION|YEAR-MO-DA|INTEGER")
"""What tools write where nobody has filled a field in."""
UNWRAPPED = 1_000_000
"""Characters a line: with a width of 0 Babel wraps the previous English as a comment, which no PO editor can read."""
PREVIOUS = re.compile(rf"msgid (?P<english>({QUOTED}\s*)+)")
_DAY = datetime(2026, 11, 24, tzinfo=UTC)
"""A fixed date in the head: a catalogue changes only when its messages do."""


def template_of(root: Path) -> Catalog:
    """All messages of the texts under `root` and of the web pages. Raises BadText where a text cannot be read."""
    template = Catalog(creation_date=_DAY, charset="utf-8", fuzzy=False)
    template.header_comment = f"# {PROJECT}: the words to translate. Made by `ivr locale update`; do not edit."
    messages = all_messages(load_templates(root / "prompts"))
    made = notes(compile_line(root))
    for message in [*messages, *page_messages()]:
        _add(template, root, message, made)
    return template


def _add(template: Catalog, root: Path, message: SourceMessage, made: Mapping[MessageId, tuple[str, ...]]) -> None:
    context, english = message.id
    place = str(message.path.relative_to(PROGRAM.parent if message.path.is_relative_to(PROGRAM) else root))
    told = [note.removeprefix("TRANSLATORS:").strip() for note in message.notes]
    comments = [*told, *made.get(message.id, ())]
    template.add(english, locations=[(place, 0)], auto_comments=comments, context=context)


def update(root: Path, tags: Iterable[str]) -> list[Path]:
    """Write locales/messages.pot and merge it into each language's messages.po. Returns the files that changed.

    Raises BadContent for texts and a map that cannot be used: the notes are made from them. Raises BadLocale for a
    catalogue that cannot be read, or holds a message twice: no translation is thrown away.
    """
    template = template_of(root)
    changed = [_write(root / "locales" / "messages.pot", template, HEAD)]
    for tag in tags:
        catalogue = _merged(root, tag, template)
        changed.append(_write(po_path(root, tag), catalogue, head(tag, catalogue.header)))
    return [path for path in changed if path is not None]


def head(tag: str, kept: Mapping[str, str]) -> dict[str, str]:
    """The fields at the beginning of a catalogue: those that somebody has filled in, ours for the others."""
    filled = {name: value for name, value in kept.items() if name not in OURS and not UNFILLED.search(value)}
    own = {"Language": tag.replace("-", "_"), "Plural-Forms": _plural_forms(tag)}
    return {name: value for name, value in (HEAD | own | filled).items() if name not in ("Generated-By",)}


def _plural_forms(tag: str) -> str:
    """The texts have no plurals, but tools ask for the field: as CLDR has it, or as most languages do."""
    try:
        return get_plural(Locale.parse(tag, sep="-")).plural_forms
    except (UnknownLocaleError, ValueError):
        return HEAD["Plural-Forms"]


def _merged(root: Path, tag: str, template: Catalog) -> Catalogue:
    catalogue = _kept(po_path(root, tag))
    if not catalogue.header:
        catalogue.header_comment = f"# {PROJECT}: {tag}"
    before = {(message.id, message.context): _previous(message) for message in catalogue}
    catalogue.update(template, update_creation_date=False)
    for message in catalogue:
        if message.fuzzy:  # what was fuzzy before was made for an older English still
            english = message.previous_id[0] if message.previous_id else message.id
            message.previous_id = before.get((english, message.context)) or message.previous_id
    catalogue.obsolete.clear()
    return catalogue


def _kept(path: Path) -> Catalogue:
    if not path.exists():
        return Catalogue()
    catalogue = read_catalogue(path)
    if catalogue.duplicates:
        raise BadLocale(double_faults(path, catalogue).values())
    return catalogue


def _previous(message: Message) -> list[str]:
    """The English that a fuzzy translation was made for. Babel reads it as a comment: it is taken out of there."""
    told = "\n".join(comment[1:].strip() for comment in message.user_comments if comment.startswith("|"))
    message.user_comments = [comment for comment in message.user_comments if not comment.startswith("|")]
    found = PREVIOUS.search(told)
    return [denormalize(found["english"].strip())] if found else []


def _write(path: Path, catalogue: Catalog, fields: Mapping[str, str]) -> Path | None:
    whole = _written(catalogue, fields)
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.exists() and path.read_bytes() == whole:
        return None
    path.write_bytes(whole)
    return path


def _written(catalogue: Catalog, fields: Mapping[str, str]) -> bytes:
    """The catalogue as a PO file. The head is written here: Babel would leave out what it does not know."""
    file = io.BytesIO()
    write_po(
        file,
        catalogue,
        width=UNWRAPPED,
        omit_header=True,
        include_previous=True,
        include_lineno=False,
        sort_output=False,
    )
    rows = [escape(f"{name}: {value}\n") for name, value in fields.items()]
    comment = catalogue.header_comment.strip().encode("utf-8")
    return b"\n".join(
        (comment, b'msgid ""', b'msgstr ""', *(row.encode("utf-8") for row in rows), b"", file.getvalue())
    )


def languages(root: Path) -> list[str]:
    """The languages that have a catalogue under `root`."""
    return sorted(path.parent.parent.name for path in (root / "locales").glob("*/LC_MESSAGES/messages.po"))
