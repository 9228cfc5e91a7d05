"""Pages, rendered once at start and frozen: templates with words of their own, in every language of the line.

The words of the pages stand in the catalogues like those of the line, under the contexts `web.…`. A word that a
language has not got is shown in the first language and marked as such; what is spoken comes from the book.
"""

import gzip
import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from ivr.call.state import KEYS
from ivr.content.locale import Locale
from ivr.errors import Untranslated

HERE = Path(__file__).resolve().parent
TEMPLATES, STATIC = HERE / "pages", HERE / "static"
TYPES = {".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml"}
ELSEWHERE = "https://www.weather.gov/"
"""Where “leave this page” leads: a page that anybody may have open."""
SLOT = Markup("<span data-slot></span>")
"""Stands in a sentence where the page itself puts a word in later."""


class Body(NamedTuple):
    """What is sent: the bytes, their type, and the same bytes packed."""

    plain: bytes
    kind: str
    packed: bytes


def body(text: bytes, kind: str = "text/html; charset=utf-8") -> Body:
    """Bytes ready to be sent, packed or not."""
    return Body(text, kind, gzip.compress(text, 9, mtime=0))


class Static:
    """Style, script and icon. Each is served under a name that changes with what is in it."""

    def __init__(self, folder: Path = STATIC) -> None:
        self.files: dict[str, Body] = {}
        self._names: dict[str, str] = {}
        for path in sorted(folder.iterdir()):
            content = path.read_bytes()
            name = f"{path.stem}.{hashlib.sha256(content).hexdigest()[:10]}{path.suffix}"
            self.files[name] = body(content, TYPES[path.suffix])
            self._names[path.name] = name

    def name(self, plain: str) -> str:
        """The name under which a file is served."""
        return self._names[plain]


class Words:
    """The page's own words in one language, word by word from the first one where they are missing."""

    def __init__(self, locale: Locale, first: Locale) -> None:
        self._locale, self._first = locale, first

    def __call__(self, context: str, english: str, **values: object) -> Markup:
        """One message. A value that is not markup is escaped; so is every word of a catalogue."""
        try:
            return self._filled(self._locale.message(context, english), values)
        except Untranslated:
            words = self._filled(english, values)
            return Markup('<span lang="{}" dir="{}">{}</span>').format(self._first.tag, self._first.direction, words)

    @staticmethod
    def _filled(message: str, values: Mapping[str, object]) -> Markup:
        return Markup(escape(message)) % values


class Pages:
    """Renders a page. `base` is the path of the public URL, in front of every address in it."""

    def __init__(self, base: str, static: Static) -> None:
        self._environment = Environment(
            loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined,
            extensions=["jinja2.ext.i18n"], trim_blocks=True, lstrip_blocks=True,
        )  # fmt: skip
        self._environment.policies["ext.i18n.trimmed"] = True
        self._environment.newstyle_gettext = True  # type: ignore[attr-defined]
        self._environment.globals.update(
            base=base, static=lambda name: f"{base}/static/{static.name(name)}", elsewhere=ELSEWHERE, slot=SLOT
        )

    def render(self, template: str, locale: Locale, first: Locale, **values: object) -> Body:
        """The page `template` in `locale`, with `values`."""
        keys = {key: locale.key(key) for key in KEYS}
        return self.plain(template, pgettext=Words(locale, first), locale=locale, keys=keys, **values)

    def plain(self, template: str, **values: object) -> Body:
        """The page `template`, which has no words of its own."""
        return body(self._environment.get_template(template).render(values).encode())
