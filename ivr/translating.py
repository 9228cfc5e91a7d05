"""Catalogues as files: the template made from the texts, and each language's PO brought up to date with it.

For editors and translators, never on the way of a call. What a translator wrote is kept; where the English changed,
the old translation stays as fuzzy with the previous English beside it, as Poedit and Weblate expect.
"""

import io
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po, write_po

from ivr.check.catalogue import Found, all_messages
from ivr.prompts import load_texts

PROJECT = "The information line"
_DAY = datetime(2026, 11, 24, tzinfo=UTC)
"""A fixed date in the head: a catalogue changes only when its messages do."""


def template_of(root: Path) -> Catalog:
    """All messages of the texts under `root`. Raises BadText where a text cannot be read."""
    template = Catalog(project=PROJECT, creation_date=_DAY, charset="utf-8", fuzzy=False)
    template.header_comment = f"# {PROJECT}: the words to translate. Made by `ivr locale update`; do not edit."
    for message in all_messages(load_texts(root / "prompts")):
        _add(template, root, message)
    return template


def _add(template: Catalog, root: Path, message: Found) -> None:
    context, english = message.id
    place = str(message.path.relative_to(root))
    notes = [note.removeprefix("TRANSLATORS:").strip() for note in message.notes]
    template.add(english, locations=[(place, 0)], auto_comments=notes, context=context)


def update(root: Path, tags: Iterable[str]) -> list[Path]:
    """Write locales/messages.pot and merge it into each language's messages.po. Returns the files that changed."""
    template = template_of(root)
    changed = [_write(root / "locales" / "messages.pot", template)]
    for tag in tags:
        changed.append(_write(po_path(root, tag), _merged(root, tag, template)))
    return [path for path in changed if path is not None]


def po_path(root: Path, tag: str) -> Path:
    """Where a language's catalogue stands."""
    return root / "locales" / tag / "LC_MESSAGES" / "messages.po"


def _merged(root: Path, tag: str, template: Catalog) -> Catalog:
    path = po_path(root, tag)
    if path.exists():
        with path.open("rb") as file:
            catalogue = read_po(file, abort_invalid=True)
    else:
        catalogue = Catalog(project=PROJECT, charset="utf-8", creation_date=_DAY, revision_date=_DAY, fuzzy=False)
    catalogue.header_comment = f"# {PROJECT}: {tag}"
    catalogue.update(template, update_creation_date=False)
    catalogue.obsolete.clear()
    return catalogue


def _write(path: Path, catalogue: Catalog) -> Path | None:
    written = io.BytesIO()
    write_po(written, catalogue, width=0, include_previous=True, include_lineno=False, sort_output=False)
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.exists() and path.read_bytes() == written.getvalue():
        return None
    path.write_bytes(written.getvalue())
    return path


def languages(root: Path) -> list[str]:
    """The languages that have a catalogue under `root`."""
    return sorted(path.parent.parent.name for path in (root / "locales").glob("*/LC_MESSAGES/messages.po"))
