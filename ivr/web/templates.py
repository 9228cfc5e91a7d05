"""Renders the pages, once at start: HTML templates, the words of the pages in each language, and the static files.

The words of the pages are in the catalogues of the line, under contexts that begin with `web.`. A message that has no
translation is shown in the source language, with that language in `lang`. The spoken texts come from `ivr.script`.
"""

import gzip
import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from ivr.content.locale import Locale
from ivr.content.neutral_page import first_neutral_page
from ivr.errors import Untranslated
from ivr.web.javascript import joined_script

HERE = Path(__file__).resolve().parent
TEMPLATES, STATIC = HERE / "pages", HERE / "static"
CONTENT_TYPES = {".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml"}
WORD_PLACEHOLDER = Markup("<span data-placeholder></span>")
"""A placeholder in a sentence, which the script of the phone page replaces by a word."""


class Body(NamedTuple):
    """The body of an answer: its bytes, its Content-Type, and the same bytes compressed with gzip."""

    plain: bytes
    content_type: str
    gzipped: bytes


def make_body(content: bytes, content_type: str = "text/html; charset=utf-8") -> Body:
    """`content` as a body, compressed once. gzip's time stamp is left empty, so every process has the same bytes."""
    return Body(content, content_type, gzip.compress(content, 9, mtime=0))


class StaticFiles:
    """The style sheets, the scripts and the icon. `bodies` holds the files that a page names, by their served names.

    A served name holds a hash of the content, as in "page.1f0c2a9b3d.css", so that a browser may always cache the file.
    A script is served in one file with the modules that it imports.
    """

    def __init__(self, folder: Path = STATIC) -> None:
        self.bodies: dict[str, Body] = {}
        self._folder = folder
        self._served_names: dict[str, str] = {}

    def served_name(self, name: str) -> str:
        """The name under which the file `name`, such as "page.css", is served. The first call adds it to `bodies`."""
        if name not in self._served_names:
            path = self._folder / name
            content = (joined_script(path) if path.suffix == ".js" else path.read_text("utf-8")).encode()
            served = f"{path.stem}.{hashlib.sha256(content).hexdigest()[:10]}{path.suffix}"
            self.bodies[served] = make_body(content, CONTENT_TYPES[path.suffix])
            self._served_names[name] = served
        return self._served_names[name]


class PageWords:
    """The messages of the pages in `locale`; a message without a translation is shown in the source language."""

    def __init__(self, locale: Locale, source: Locale) -> None:
        self._locale, self._source = locale, source

    def __call__(self, context: str, english: str, **values: object) -> Markup:
        """One message with its values. The message and each value that is not markup are escaped."""
        try:
            return self._format(self._locale.translation(context, english), values)
        except Untranslated:
            words = self._format(english, values)
            return Markup('<span lang="{}" dir="{}">{}</span>').format(self._source.tag, self._source.direction, words)

    @staticmethod
    def _format(message: str, values: Mapping[str, object]) -> Markup:
        return Markup(escape(message)) % values


class PageTemplates:
    """Renders the templates. `static` has the static files that the pages name.

    Pages name others and files by addresses below `root`, the path of PUBLIC_URL ("" or "/help"). If `are_files`, each
    page is a file, and addresses are relative and end in ".html", so that any folder of any host can hold the site.
    “Leave this page” opens `neutral_page` (IVR_NEUTRAL_PAGE) in every language; if it is "", each language's own page.
    """

    def __init__(self, root: str, neutral_page: str = "", are_files: bool = False) -> None:
        self.root, self._neutral_page, self._are_files, self.static = root, neutral_page, are_files, StaticFiles()
        self._environment = Environment(
            loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined,
            extensions=["jinja2.ext.i18n"], trim_blocks=True, lstrip_blocks=True,
        )  # fmt: skip
        self._environment.policies["ext.i18n.trimmed"] = True
        self._environment.newstyle_gettext = True  # type: ignore[attr-defined]
        self._environment.globals.update(suffix=".html" if are_files else "", word_placeholder=WORD_PLACEHOLDER)

    def base(self, path: str) -> str:
        """The beginning of every address in the page at `path`: `root`, or ".." in the file "phone/en"."""
        return (".." if "/" in path else ".") if self._are_files else self.root

    def render(self, template: str, base: str, neutral_pages: Sequence[str] = (), **values: object) -> Body:
        """The page `template`. `base` begins its addresses; `neutral_pages` are those that its languages name."""

        def static(name: str) -> str:
            return f"{base}/static/{self.static.served_name(name)}"

        neutral_page = first_neutral_page(self._neutral_page, *neutral_pages)
        page = self._environment.get_template(template).render(
            base=base, static=static, neutral_page=neutral_page, **values
        )
        return make_body(page.encode())
