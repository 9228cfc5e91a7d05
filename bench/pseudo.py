"""Content in many languages, to see how the line grows: each is the English with other vowels, and nobody's language.

`write(root, folder, count)` copies the content under `root` and adds pseudo-languages until there are `count`. Their
tags are of the range that BCP 47 leaves to private use: "qaa", "qab" …
"""

import itertools
import re
import shutil
import string
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.pofile import write_po

from ivr.content.catalogue import MessageId
from ivr.content.messages import all_messages
from ivr.content.templates import load_templates

PUBLISHED = re.compile(r"^published = .*$", re.MULTILINE)
VOWELS = str.maketrans("aeiouAEIOU", "áéíóúÁÉÍÓÚ")
PLACEHOLDER = re.compile(r"(%\(\w+\)s)")


def write(root: Path, folder: Path, count: int) -> Path:
    """The root of the content in `count` languages, English first: `folder`, which must not exist yet."""
    for name in ("prompts", "locales/en"):
        shutil.copytree(root / name, folder / name)
    shutil.copy(root / "locales" / "voices.toml", folder / "locales")
    messages = [message.id for message in all_messages(load_templates(folder / "prompts"))]
    tags = ["en", *itertools.islice(_tags(), count - 1)]
    for tag in tags[1:]:
        _write_language(folder / "locales", tag, messages)
    flow = folder / "prompts" / "flow.toml"
    listed = ", ".join(f'"{tag}"' for tag in tags)
    flow.write_text(PUBLISHED.sub(f"published = [{listed}]", flow.read_text("utf-8")), "utf-8")
    return folder


def _tags() -> itertools.chain[str]:
    pairs = itertools.product(string.ascii_lowercase[:20], string.ascii_lowercase)
    return itertools.chain("q" + "".join(pair) for pair in pairs)


def _write_language(locales: Path, tag: str, messages: list[MessageId]) -> None:
    """A folder like the English one, and a catalogue in which every message is translated."""
    (locales / tag / "LC_MESSAGES").mkdir(parents=True)
    shutil.copy(locales / "en" / "locale.toml", locales / tag)
    catalogue = Catalog(locale=None, charset="utf-8", fuzzy=False)
    for context, english in messages:
        catalogue.add(english, _pseudo(english), context=context)
    with (locales / tag / "LC_MESSAGES" / "messages.po").open("wb") as file:
        write_po(file, catalogue)


def _pseudo(english: str) -> str:
    pieces = PLACEHOLDER.split(english)
    return "".join(piece if PLACEHOLDER.fullmatch(piece) else piece.translate(VOWELS) for piece in pieces)
