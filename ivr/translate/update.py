"""Writes locales/messages.pot from the texts and merges it into each messages.po, as gettext's msgmerge does.

Translations and translators' comments are kept. Where the English changed, the old translation becomes fuzzy with the
previous English beside it (`#| msgid`), as Poedit and Weblate expect.
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

from ivr.content.catalogue import QUOTED, Catalogue, MessageId, duplicate_faults, po_path, read_catalogue
from ivr.content.messages import PROGRAM, SourceMessage, all_messages, page_messages
from ivr.content.templates import load_templates
from ivr.errors import BadLocale
from ivr.line.compiler import compile_line
from ivr.translate.comments import comments_of

PROJECT = "The information line"
NEW_HEADER = {
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
"""The header of a new catalogue. Fields that a PO editor has filled in are kept. The dates are fixed."""
FIXED_FIELDS = {"MIME-Version", "Content-Type", "Content-Transfer-Encoding", "Language"}
UNFILLED = re.compile(r"FULL NAME|EMAIL@ADDRESS|LL@li\.org|VERSION|YEAR-MO-DA|INTEGER")
"""Placeholders that tools write into header fields."""
UNWRAPPED = 1_000_000
"""Characters in a line. At width 0 Babel wraps the previous English as a comment, which PO editors cannot read."""
PREVIOUS = re.compile(rf"msgid (?P<english>({QUOTED}\s*)+)")
_DAY = datetime(2026, 11, 24, tzinfo=UTC)
"""A fixed date in the header: a catalogue changes only with its messages."""


def template_of(root: Path) -> Catalog:
    """The messages of the texts under `root` and of the web pages. Raises BadContent where a text cannot be read."""
    template = Catalog(creation_date=_DAY, charset="utf-8", fuzzy=False)
    template.header_comment = f"# {PROJECT}: the words to translate. Made by `ivr locale update`; do not edit."
    messages = all_messages(load_templates(root / "prompts"))
    comments = comments_of(compile_line(root))
    for message in [*messages, *page_messages()]:
        _add(template, root, message, comments)
    return template


def _add(template: Catalog, root: Path, message: SourceMessage, comments: Mapping[MessageId, tuple[str, ...]]) -> None:
    context, english = message.id
    place = str(message.path.relative_to(PROGRAM.parent if message.path.is_relative_to(PROGRAM) else root))
    own = [note.removeprefix("TRANSLATORS:").strip() for note in message.notes]
    auto_comments = [*own, *comments.get(message.id, ())]
    template.add(english, locations=[(place, 0)], auto_comments=auto_comments, context=context)


def update(root: Path, tags: Iterable[str]) -> list[Path]:
    """Write locales/messages.pot and merge it into each language's messages.po. Returns the files that changed.

    Raises BadContent where the texts or flow.toml cannot be used, and BadLocale for a catalogue that cannot be read or
    has a message twice, because a translation would be lost. Then no file of that language is written.
    """
    template = template_of(root)
    changed = [_write(root / "locales" / "messages.pot", template, NEW_HEADER)]
    for tag in tags:
        catalogue = _merged(root, tag, template)
        changed.append(_write(po_path(root, tag), catalogue, header(tag, catalogue.header)))
    return [path for path in changed if path is not None]


def header(tag: str, kept: Mapping[str, str]) -> dict[str, str]:
    """The header fields of a catalogue: the `kept` ones that are filled in, else those of a new catalogue."""
    filled = {name: value for name, value in kept.items() if name not in FIXED_FIELDS and not UNFILLED.search(value)}
    own = {"Language": tag.replace("-", "_"), "Plural-Forms": _plural_forms(tag)}
    return {name: value for name, value in (NEW_HEADER | own | filled).items() if name not in ("Generated-By",)}


def _plural_forms(tag: str) -> str:
    """The plural rule of CLDR, else that of English. The texts have no plurals, but tools require the field."""
    try:
        return get_plural(Locale.parse(tag, sep="-")).plural_forms
    except (UnknownLocaleError, ValueError):
        return NEW_HEADER["Plural-Forms"]


def _merged(root: Path, tag: str, template: Catalog) -> Catalogue:
    """The catalogue of `tag` with the messages of `template`.

    Babel's `update` sets the previous English of each fuzzy message to the English before this update. A translation
    that was fuzzy already belongs to an older English: that one is restored.
    """
    catalogue = _existing(po_path(root, tag))
    if not catalogue.header:
        catalogue.header_comment = f"# {PROJECT}: {tag}"
    before = {(message.id, message.context): _previous(message) for message in catalogue}
    catalogue.update(template, update_creation_date=False)
    for message in catalogue:
        if message.fuzzy:
            english = message.previous_id[0] if message.previous_id else message.id
            message.previous_id = before.get((english, message.context)) or message.previous_id
    catalogue.obsolete.clear()
    return catalogue


def _existing(path: Path) -> Catalogue:
    if not path.exists():
        return Catalogue()
    catalogue = read_catalogue(path)
    if catalogue.duplicates:
        raise BadLocale(duplicate_faults(path, catalogue).values())
    return catalogue


def _previous(message: Message) -> list[str]:
    """The English for which a fuzzy translation was made. Babel reads it as a comment, from which it is removed."""
    lines = "\n".join(comment[1:].strip() for comment in message.user_comments if comment.startswith("|"))
    message.user_comments = [comment for comment in message.user_comments if not comment.startswith("|")]
    match = PREVIOUS.search(lines)
    return [denormalize(match["english"].strip())] if match else []


def _write(path: Path, catalogue: Catalog, fields: Mapping[str, str]) -> Path | None:
    content = _po_file(catalogue, fields)
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.exists() and path.read_bytes() == content:
        return None
    path.write_bytes(content)
    return path


def _po_file(catalogue: Catalog, fields: Mapping[str, str]) -> bytes:
    """The catalogue as a PO file. The header is written here, because Babel drops fields that it does not know."""
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
