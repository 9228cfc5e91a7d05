"""The messages to translate: those of the templates and those of the web pages, each once.

Babel extracts them with the options of `templates`. With other options, Babel would write a message in another form
than the one that the running line looks up, and the line would not find its translation.
"""

from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import NamedTuple

from babel.messages.extract import extract

from ivr.content.catalogue import MessageId
from ivr.content.files import CHECKOUT
from ivr.content.templates import Template, blocks

PAGES = CHECKOUT / "ivr" / "web" / "pages"
"""The templates of the web pages. The contexts of their messages begin with `web.`."""
_METHOD = "jinja2.ext:babel_extract"
_OPTIONS = {"trimmed": "true", "newstyle_gettext": "true", "silent": "false", "encoding": "utf-8-sig"}
_KEYWORDS = {"pgettext": ((1, "c"), 2)}


def is_of_a_page(message_id: MessageId) -> bool:
    """Whether a message is of the web pages and not spoken: its context begins with `web.`."""
    return message_id[0].startswith("web.")


class SourceMessage(NamedTuple):
    """A message in the source language: its id, such as ("tea", "Tea is hot."), its file and line.

    `notes` are the comments for translators in front of it, each with its prefix "TRANSLATORS:".
    """

    id: MessageId
    path: Path
    line: int
    notes: tuple[str, ...]


def messages_of(template: Template) -> Iterator[SourceMessage]:
    """The messages of one template, in the order they are spoken."""
    english = {block.english for block in blocks(template)}  # a layer may have left out the offer of a topic
    for path in filter(None, (template.path, template.added)):
        yield from (message for message in _messages_in(path) if message.id[1] in english)


def _messages_in(path: Path) -> Iterator[SourceMessage]:
    with path.open("rb") as file:
        for line, message, notes, context in extract(_METHOD, file, _KEYWORDS, ("TRANSLATORS:",), _OPTIONS):
            english = message if isinstance(message, str) else message[-1]  # a keyword with a context gives a tuple
            yield SourceMessage((context or "", english), path, line, tuple(notes))


def all_messages(templates: Mapping[str, Template]) -> list[SourceMessage]:
    """The messages of all templates, template by template, each once."""
    return _each_once(message for template in templates.values() for message in messages_of(template))


@cache  # the pages are part of the program: they do not change while it runs
def page_messages() -> tuple[SourceMessage, ...]:
    """The messages of the web pages, each once. One that is not translated is shown in English."""
    return tuple(_each_once(message for path in sorted(PAGES.glob("*.html")) for message in _messages_in(path)))


def _each_once(messages: Iterable[SourceMessage]) -> list[SourceMessage]:
    """The first message of each id."""
    first: dict[MessageId, SourceMessage] = {}
    for message in messages:
        first.setdefault(message.id, message)
    return list(first.values())
