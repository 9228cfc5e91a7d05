"""The messages of the texts, compared with the catalogues: what is missing, what is stale, what stands twice.

Context and English are compared here, one by one: `pybabel update --check` cannot be used with contexts
(https://github.com/python-babel/babel/issues/1307).
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from babel.messages.extract import extract

from ivr.catalogue import MessageId
from ivr.content import Content
from ivr.errors import Fault
from ivr.prompts import Text

OPTIONS = {"trimmed": "true", "newstyle_gettext": "true", "silent": "false", "encoding": "utf-8"}
"""As the running environment reads the texts: with other options, look-ups would silently miss."""
KEYWORDS = {"pgettext": ((1, "c"), 2)}


class Found(NamedTuple):
    """A message of a text: where it stands, and the notes for translators in front of it."""

    id: MessageId
    path: Path
    line: int
    notes: tuple[str, ...]


def messages_of(text: Text) -> Iterator[Found]:
    """The messages of one text, in the order they are spoken."""
    with text.path.open("rb") as file:
        for line, message, notes, context in extract(
            "jinja2.ext:babel_extract", file, KEYWORDS, ("TRANSLATORS:",), OPTIONS
        ):
            english = message if isinstance(message, str) else message[-1]
            yield Found((context or "", english), text.path, line, tuple(notes))


def all_messages(texts: Mapping[str, Text]) -> list[Found]:
    """Every message of every text, text by text, each message once."""
    found: dict[MessageId, Found] = {}
    for name in texts:
        for message in messages_of(texts[name]):
            found.setdefault(message.id, message)
    return list(found.values())


def catalogue_faults(content: Content) -> Iterator[Fault]:
    """What keeps each wanted language from being whole, message by message."""
    wanted = {message.id: message for message in all_messages(content.prompts.texts)}
    yield from content.faults
    for tag in content.wanted[1:]:
        if tag in content.locales:
            yield from _language_faults(content, tag, wanted)


def _language_faults(content: Content, tag: str, wanted: Mapping[MessageId, Found]) -> Iterator[Fault]:
    path = content.root / "locales" / tag / "LC_MESSAGES" / "messages.po"
    messages = content.locales[tag].messages or {}
    for (context, english), found in wanted.items():
        if (context, english) not in messages:
            yield Fault(
                str(path),
                f"no usable translation of [{context}] {english[:60]!r} ({found.path.name}:{found.line})",
                "Translate it; until then callers hear the whole text in the first language.",
            )
    for context, english in messages:
        if (context, english) not in wanted:
            yield Fault(
                str(path),
                f"[{context}] {english[:60]!r} is not in the texts any more",
                "Run `ivr locale update`.",
            )
