"""Every page of the site, rendered once: the telephone and the readable line in each language that can be spoken."""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

from ivr.line.line import Line
from ivr.phone.parser import Dial, Say
from ivr.phone.parser import read as verbs_of
from ivr.script.model import read
from ivr.settings import Settings
from ivr.web.audio_preview import Sounds
from ivr.web.phone_links import TextSpan, written_number
from ivr.web.read_page import Readable, write_down
from ivr.web.templates import Body, Pages, Static

EMERGENCY, TEXT = "emergency", "hotline_text"
"""Names in numbers.toml beside the hotline's. Where one is missing, the pages do not offer it."""
Rendered = TypeVar("Rendered")
_PREFERENCE = re.compile(r"\s*([A-Za-z]{1,8})(?:-[A-Za-z0-9-]+)?\s*(?:;\s*q\s*=\s*([01](?:\.[0-9]{0,3})?))?\s*")


class Site:
    """The pages of `line`, ready to be sent. `phone` and `read` are empty where the settings turn them off."""

    def __init__(self, line: Line, settings: Settings, base: str, static: Static, drafts: Sequence[str] = ()) -> None:
        self.base, self.first, self._drafts = base, line.flow.published[0], drafts
        self.phones, self.reads = settings.web_phone == "on", settings.read == "on"
        self.nodes = frozenset(line.content.prompts.texts)
        self.sounds = Sounds(line, self.phones)
        self._line, self._settings, self._pages = line, settings, Pages(base, static)
        self._books = self._in_every_language(self._write_down) if self.reads else {}
        self.phone = self._in_every_language(self._phone) if self.phones else {}
        self.read = self._in_every_language(self._read) if self.reads else {}
        self.lost = self._read(self.first, lost=True) if self.reads else self._help()

    def language(self, wanted: str) -> str:
        """The language that an Accept-Language header asks for, the first one where it asks for none of ours."""
        asked = [found for one in wanted[:200].split(",") if (found := _PREFERENCE.fullmatch(one))]
        asked.sort(key=lambda found: -float(found[2] or 1))
        tags = {tag.partition("-")[0].lower(): tag for tag in reversed(self._line.flow.published)}
        return next((tags[found[1].lower()] for found in asked if found[1].lower() in tags), self.first)

    def _in_every_language(self, render: Callable[[str], Rendered]) -> Mapping[str, Rendered]:
        return {tag: render(tag) for tag in self._line.flow.published}

    def _write_down(self, tag: str) -> Readable:
        return write_down(self._line, read(self._line, tag, graded=False))

    def _phone(self, tag: str) -> Body:
        more = {"sound": self.sounds.available, "trying_out": self._settings.trying_out}
        return self._render("phone.html", tag, here="/phone/", **more)

    def _read(self, tag: str, lost: bool = False) -> Body:
        readable: Readable = self._books[tag]
        return self._render("read.html", tag, here="/read/", readable=readable, lost=lost)

    def _help(self) -> Body:
        return self._render("help.html", self.first, here="/phone/")

    def _render(self, template: str, tag: str, **values: object) -> Body:
        locales = self._line.content.locales
        offered: dict[str, object] = {
            "phone": self.phones,
            "read": self.reads,
            "drafts": self._drafts,
            "draft": self._line.content.is_preview,
            "languages": [locales[one] for one in self._line.flow.published],
            "hotline": self._number(self._line.flow.transfer.number),
            "emergency": self._number(EMERGENCY),
            "hotline_text": self._number(TEXT),
        }
        return self._pages.render(template, locales[tag], locales[self.first], **offered | values)

    def _number(self, name: str) -> TextSpan | None:
        number = self._line.content.facts.numbers.get(name)
        return written_number(number) if number else None


def closed(base: str, static: Static, fallback_document: bytes) -> Body:
    """The page for when the line cannot be used: what callers hear then, and the number that they are connected to."""
    verbs = verbs_of(fallback_document)
    said = dict.fromkeys((verb.language, verb.text) for verb in verbs if isinstance(verb, Say))
    numbers = dict.fromkeys(verb.number for verb in verbs if isinstance(verb, Dial))
    return Pages(base, static).plain("closed.html", said=list(said), numbers=list(numbers))
