"""Renders every page of the site once: front page, telephone page and readable text in each published language.

The telephone page loads the exported line, and its calls run in the visitor's browser.
"""

import re
from collections.abc import Sequence
from pathlib import Path

from ivr.call.state import KEYS
from ivr.content.facts import grouped
from ivr.export.captions import TextSpan, number_span
from ivr.export.export import export_line
from ivr.export.files import to_bytes
from ivr.line.line import Line
from ivr.phone.parser import read_document
from ivr.phone.verbs import Dial
from ivr.script.model import script_of
from ivr.speech.installed_voices import InstalledVoices
from ivr.web.read_page import ReadableText
from ivr.web.sounds import PlayableSounds
from ivr.web.templates import Body, PageTemplates, PageWords, make_body

OTHER_NUMBERS = ("emergency", "hotline_text", "relay")
"""Names in numbers.toml of the numbers that the pages offer beside the hotline's; each may be missing."""
HOTLINE_SITE = "hotline_site"
"""The name in written.toml of the hotline's site, which has its chat."""
MAX_ACCEPT_LANGUAGE = 200
"""Characters of an Accept-Language header that are read."""
_LANGUAGE_RANGE = re.compile(r"\s*([A-Za-z]{1,8})(?:-[A-Za-z0-9-]+)?\s*(?:;\s*q\s*=\s*([01](?:\.[0-9]{0,3})?))?\s*")
"""One entry of Accept-Language, such as "es-MX;q=0.8": https://www.rfc-editor.org/rfc/rfc9110#section-12.5.4."""


class Telephone:
    """The data of the telephone page: the exported line in `body`, and the `sounds` that it can play.

    `sounds_folder` has the sounds that `ivr listen --all` made. `notes` are sentences for the operator.
    """

    def __init__(
        self,
        line: Line,
        sounds_folder: Path | None,
        installed: InstalledVoices | None = None,
        notes: Sequence[str] = (),
    ) -> None:
        exported = export_line(line, with_twiml=False)
        self.body = make_body(to_bytes(exported), "application/json")
        self.sounds = PlayableSounds(exported, sounds_folder, installed or InstalledVoices())
        self.notes = [*notes, *self.sounds.notes]
        has_recordings = any(prompt.recording for prompt in (exported.prompts or {}).values())
        self.has_sounds = bool(self.sounds.languages) or has_recordings


class Site:
    """The rendered pages of `line`.

    `pages` are by path, in each language: the front page ("en"), the page that a visitor who leaves sees while the
    neutral page loads ("blank/en"), the telephone page if there is a `telephone` ("phone/en"), and the readable text if
    `has_text` ("read/en"). `not_found` is the answer to an unknown address. `draft_page_tags` are the languages with a
    draft page, published or not. On a test line a visitor chooses how a dial ends.
    """

    def __init__(
        self,
        line: Line,
        telephone: Telephone | None,
        templates: PageTemplates,
        draft_page_tags: Sequence[str] = (),
        has_text: bool = True,
        is_test_line: bool = False,
    ) -> None:
        self.source_tag, self.has_text = line.flow.source_language, has_text
        self._line, self._templates = line, templates
        self._values = _content_values(line) | {
            "telephone": telephone,
            "has_text": has_text,
            "draft_page_tags": draft_page_tags,
            "is_test_line": is_test_line,
        }
        template_of_folder = {"": "front.html", "blank/": "blank.html"}
        template_of_folder |= {"read/": "read.html"} if has_text else {}
        template_of_folder |= {"phone/": "phone.html"} if telephone else {}
        self.pages: dict[str, Body] = {}
        for tag in line.flow.offered:
            text = ReadableText(line, script_of(line, tag)) if has_text else None
            for folder, template in template_of_folder.items():
                base = templates.base(folder + tag)
                self.pages[folder + tag] = self._render(template, base, tag, folder, text)
        # It is shown at any address, so its links must not be relative.
        self.not_found = self._render("not_found.html", templates.root, self.source_tag)

    def language(self, accept_language: str) -> str:
        """The published language that an Accept-Language header prefers; the source language if it names none."""
        entries = accept_language[:MAX_ACCEPT_LANGUAGE].split(",")
        matches = filter(None, map(_LANGUAGE_RANGE.fullmatch, entries))
        ranges = [match for match in matches if float(match[2] or 1)]  # q=0: the reader does not accept the language
        ranges.sort(key=lambda match: -float(match[2] or 1))
        # Of two tags of one language, such as pt-BR and pt-PT, the first one is kept.
        tags = {tag.partition("-")[0].lower(): tag for tag in reversed(self._line.flow.offered)}
        return next((tags[match[1].lower()] for match in ranges if match[1].lower() in tags), self.source_tag)

    def _render(self, template: str, base: str, tag: str, folder: str = "", text: ReadableText | None = None) -> Body:
        locale, source = self._line.content.locales[tag], self._line.content.locales[self.source_tag]
        return self._templates.render(
            template,
            base,
            (locale.neutral_page, source.neutral_page),
            pgettext=PageWords(locale, source),
            locale=locale,
            source_locale=source,
            language=tag,
            keys={key: locale.key_word(key) for key in KEYS},
            folder=folder,
            text=text,
            **self._values,
        )


def _content_values(line: Line) -> dict[str, object]:
    """The values that the templates take from the content."""
    facts, locales = line.content.facts, line.content.locales

    def may_say(*ids: str) -> bool:
        """Whether the content has all facts of these `ids`, such as "HL-04", and all of them may be spoken."""
        return all(fact in facts.facts and facts.facts[fact].spoken for fact in ids)

    numbers = {name: number_span(number) for name, number in facts.numbers.items()}
    return {
        "is_preview": line.content.is_preview,
        "languages": [locales[tag] for tag in line.flow.offered],
        "hotline": numbers[line.flow.transfer.number],
        "hotline_site": facts.written.get(HOTLINE_SITE),
        "may_say": may_say,
        **{name: numbers.get(name) for name in OTHER_NUMBERS},
    }


def unavailable_pages(templates: PageTemplates, fallback_document: bytes) -> tuple[Body, Body]:
    """Two pages for a line that cannot be used: 911 and the numbers that the fallback document dials; a blank page."""
    verbs = read_document(fallback_document)
    numbers = dict.fromkeys(verb.number for verb in verbs if isinstance(verb, Dial))
    spans = [TextSpan(grouped(number), f"tel:{number}") for number in numbers]
    page = templates.render("unavailable.html", templates.root, numbers=spans)
    return page, templates.render("blank.html", templates.root, language="en")
