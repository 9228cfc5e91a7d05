"""The messages of the texts and the web pages, compared with the catalogues: what is missing, stale, or stands twice.

Context and English are compared here, one by one: `pybabel update --check` cannot be used with contexts
(https://github.com/python-babel/babel/issues/1307).
"""

from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import NamedTuple

from babel.messages.extract import extract

from ivr.content.catalogue import MessageId
from ivr.content.load import Content
from ivr.content.prompts import Template
from ivr.errors import Fault

OPTIONS = {"trimmed": "true", "newstyle_gettext": "true", "silent": "false", "encoding": "utf-8"}
"""As the running environment reads the texts: with other options, look-ups would silently miss."""
KEYWORDS = {"pgettext": ((1, "c"), 2)}
PROGRAM = Path(__file__).resolve().parent.parent
PAGES = PROGRAM / "web" / "pages"
"""Templates of the web pages: their words are translated too, under contexts that begin with `web.`."""


class Found(NamedTuple):
    """A message of a text: where it stands, and the notes for translators in front of it."""

    id: MessageId
    path: Path
    line: int
    notes: tuple[str, ...]


def messages_of(text: Template) -> Iterator[Found]:
    """The messages of one text, in the order they are spoken."""
    return _messages_in(text.path)


def _messages_in(path: Path) -> Iterator[Found]:
    with path.open("rb") as file:
        for line, message, notes, context in extract(
            "jinja2.ext:babel_extract", file, KEYWORDS, ("TRANSLATORS:",), OPTIONS
        ):
            english = message if isinstance(message, str) else message[-1]
            yield Found((context or "", english), path, line, tuple(notes))


def all_messages(texts: Mapping[str, Template]) -> list[Found]:
    """Every message of every text, text by text, each message once."""
    found: dict[MessageId, Found] = {}
    for name in texts:
        for message in messages_of(texts[name]):
            found.setdefault(message.id, message)
    return list(found.values())


@cache  # the pages are part of the program: they are the same as long as it runs
def page_messages() -> tuple[Found, ...]:
    """Every message of the web pages, each once. Where one is not translated, a page shows that word in English."""
    found: dict[MessageId, Found] = {}
    for path in sorted(PAGES.glob("*.html")):
        for message in _messages_in(path):
            found.setdefault(message.id, message)
    return tuple(found.values())


def page_notes(content: Content) -> Iterator[str]:
    """How much of the pages each language still lacks. It keeps nobody from a call, so it is no fault."""
    messages = page_messages()
    for tag in content.configured[1:]:
        known = content.locales[tag].messages or {} if tag in content.locales else {}
        if missing := sum(message.id not in known for message in messages):
            yield f"{tag}: {missing} of {len(messages)} messages of the web pages are not translated"


def catalogue_faults(content: Content) -> Iterator[Fault]:
    """What keeps each wanted language from being whole, message by message."""
    wanted = {message.id: message for message in all_messages(content.prompts.texts)}
    yield from content.faults
    for tag in content.configured[1:]:
        if tag in content.locales:
            yield from _language_faults(content, tag, wanted)


def _language_faults(content: Content, tag: str, wanted: Mapping[MessageId, Found]) -> Iterator[Fault]:
    path = content.root / "locales" / tag / "LC_MESSAGES" / "messages.po"
    messages, faults = content.locales[tag].messages or {}, content.locales[tag].faults
    for (context, english), found in wanted.items():
        if (context, english) not in messages and (context, english) not in faults:
            yield Fault(
                str(path),
                f"no translation of [{context}] {english[:60]!r} ({found.path.name}:{found.line})",
                "Translate it; until then callers hear the whole text in the first language.",
                "",
                tag,
                context,
                english,
                "missing",
            )
    paged = {message.id for message in page_messages()}
    for context, english in messages:
        if (context, english) not in wanted and (context, english) not in paged:
            yield Fault(
                str(path),
                f"[{context}] {english[:60]!r} is not in the texts any more",
                "Run `ivr locale update`.",
                "",
                tag,
                context,
            )
