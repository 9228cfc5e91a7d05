"""Renders every page of the site once: front page, telephone page and readable text in each published language.

The telephone page loads the exported line, and its calls run in the visitor's browser.
"""

import re
from collections.abc import Sequence
from pathlib import Path

from ivr.content.facts import grouped
from ivr.export.captions import TextSpan, number_span
from ivr.export.export import export_line
from ivr.export.files import to_bytes
from ivr.line.line import Line
from ivr.phone.parser import read_document
from ivr.phone.verbs import Dial
from ivr.script.model import read_script
from ivr.speech.installed_voices import InstalledVoices
from ivr.web.read_page import readable_text
from ivr.web.sounds import PageSounds
from ivr.web.templates import Body, PageTemplates, make_body

TELEPHONE_DATA = "telephone.json"
"""The file of the telephone's data; `phone.js` loads it."""
EMERGENCY_NUMBER, TEXT_NUMBER, RELAY_NUMBER = "emergency", "hotline_text", "relay"
"""Names in numbers.toml of the numbers that the pages offer beside the hotline's; each may be missing."""
HOTLINE_SITE = "hotline_site"
"""The name in written.toml of the hotline's site, which has its chat."""
MAX_ACCEPT_LANGUAGE = 200
"""Characters of an Accept-Language header that are read."""
_LANGUAGE_RANGE = re.compile(r"\s*([A-Za-z]{1,8})(?:-[A-Za-z0-9-]+)?\s*(?:;\s*q\s*=\s*([01](?:\.[0-9]{0,3})?))?\s*")
"""One entry of Accept-Language, such as "es-MX;q=0.8": https://www.rfc-editor.org/rfc/rfc9110#section-12.5.4."""


class Telephone:
    """The data of the telephone page: the exported line in `body`, and the `sounds` that it can play.

    `folder` has the sounds that `ivr listen --all` made. `notes` are sentences for the operator.
    """

    def __init__(
        self, line: Line, folder: Path | None, installed: InstalledVoices | None = None, notes: Sequence[str] = ()
    ) -> None:
        exported = export_line(line, with_twiml=False)
        self.body = make_body(to_bytes(exported), "application/json")
        self.sounds = PageSounds(exported, folder, installed or InstalledVoices())
        self.notes = [*notes, *self.sounds.notes]
        has_recordings = any(prompt.recording for prompt in (exported.prompts or {}).values())
        self.has_sounds = bool(self.sounds.languages) or has_recordings


class Site:
    """The rendered pages of `line`.

    `pages` are by path, in each language: the front page ("en"), the page that a visitor who leaves sees while the
    neutral page loads ("blank/en"), with `telephone` the telephone page ("phone/en"), and if `has_text` the readable
    text ("read/en"). `not_found` is the answer to an unknown address. `draft_page_tags` are the languages with a draft
    page, published or not. On a test line a visitor chooses how a dial ends.
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
        self.source_tag, self._draft_page_tags = line.flow.source_language, draft_page_tags
        self.has_text, self._is_test_line = has_text, is_test_line
        self._line, self._telephone, self._templates = line, telephone, templates
        self.pages: dict[str, Body] = {}
        for tag in line.flow.offered:
            self._add_pages(tag)
        # The answer to any address: its own addresses are not relative.
        self.not_found = self._render("not_found.html", templates.root, self.source_tag, here="/")

    def language(self, accept_language: str) -> str:
        """The published language that an Accept-Language header prefers; the source language if it names none."""
        entries = accept_language[:MAX_ACCEPT_LANGUAGE].split(",")
        matches = filter(None, map(_LANGUAGE_RANGE.fullmatch, entries))
        ranges = [match for match in matches if float(match[2] or 1)]  # q=0: the reader does not accept the language
        ranges.sort(key=lambda match: -float(match[2] or 1))
        tags = {tag.partition("-")[0].lower(): tag for tag in reversed(self._line.flow.offered)}
        return next((tags[match[1].lower()] for match in ranges if match[1].lower() in tags), self.source_tag)

    def _add_pages(self, tag: str) -> None:
        text = readable_text(self._line, read_script(self._line, tag, graded=False)) if self.has_text else None
        self._add_page(
            "front.html",
            "",
            tag,
            text=text,
            relay=self._number(RELAY_NUMBER),
            hotline_site=self._line.content.facts.written.get(HOTLINE_SITE),
            may_say=self._may_say,
        )
        self._add_page("blank.html", "blank/", tag, language=tag)
        if text:
            self._add_page("read.html", "read/", tag, text=text)
        if self._telephone:
            self._add_page(
                "phone.html",
                "phone/",
                tag,
                sound_languages=self._telephone.sounds.languages,
                has_sounds=self._telephone.has_sounds,
                uses_test_token=self._is_test_line,
                source_tag=self.source_tag,
            )

    def _add_page(self, template: str, folder: str, tag: str, **values: object) -> None:
        path = folder + tag
        base = self._templates.base(path)
        self.pages[path] = self._render(template, base, tag, here=f"/{folder}", **values)

    def _may_say(self, *ids: str) -> bool:
        """Whether the content has all facts of these `ids`, such as "HL-04", and all of them may be spoken."""
        facts = self._line.content.facts.facts
        return all(fact in facts and facts[fact].spoken for fact in ids)

    def _render(self, template: str, base: str, tag: str, **values: object) -> Body:
        locales = self._line.content.locales
        common: dict[str, object] = {
            "has_phone": self._telephone is not None,
            "has_text": self.has_text,
            "draft_page_tags": self._draft_page_tags,
            "is_preview": self._line.content.is_preview,
            "languages": [locales[published] for published in self._line.flow.offered],
            "hotline": self._number(self._line.flow.transfer.number),
            "emergency": self._number(EMERGENCY_NUMBER),
            "hotline_text": self._number(TEXT_NUMBER),
        }
        return self._templates.render(template, base, locales[tag], locales[self.source_tag], **common | values)

    def _number(self, name: str) -> TextSpan | None:
        number = self._line.content.facts.numbers.get(name)
        return number_span(number) if number else None


def unavailable_pages(templates: PageTemplates, fallback_document: bytes) -> tuple[Body, Body]:
    """The page while the line cannot be used: 911, and the numbers that the fallback document dials; its blank page."""
    verbs = read_document(fallback_document)
    numbers = dict.fromkeys(verb.number for verb in verbs if isinstance(verb, Dial))
    spans = [TextSpan(grouped(number), f"tel:{number}") for number in numbers]
    page = templates.render_untranslated("unavailable.html", templates.root, numbers=spans)
    return page, templates.render_untranslated("blank.html", templates.root, language="en")
