"""What a page is to write for the words that callers hear, by rules of its own, and what a page does write.

The rules are those that `ivr/web/writing.py` promises, each in another way than there:

- a telephone number is digits; the sentence after it that says the same number again is not written
- words with a written form (prompts/written.toml) are that form
- "… press one" is the key; in a part of a topic that offers only the keys 0, 7 and #, key 0 is the hotline's number,
  and the sentence with key 7 or # is not written
- a first sentence whose words are all in the heading is not written
- pauses, commas and colons do not count
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

import lxml.html

from ivr.content.prompts import RenderedPrompt
from ivr.export.captions import number_span
from ivr.line.line import Line
from ivr.script.model import Entry, Script

LINKS_OF_A_PAGE = ("number", "address")


def plain(text: str) -> str:
    """The words and sentence ends of a text."""
    return re.sub(r" (?=[.!?])", "", " ".join(re.sub("[…,:]", " ", text).split()))


def words_of(text: str) -> list[str]:
    return re.findall(r"\w+", text.lower())


class Spoken(NamedTuple):
    """The texts of one language as they are spoken; `repeated` collects the words before a number said again."""

    line: Line
    script: Script
    repeated: set[str]

    def paragraphs(self, entry: Entry) -> list[str]:
        """What the page is to write for a text, without the choices of a menu."""
        parts = entry.parts[:-1] if entry.choices else entry.parts
        written = [paragraph for part in parts for paragraph in self._part(entry, part)]
        if written and entry.keys and self._repeats_title(entry):
            written[0] = re.sub(r"^[^.?!]*[.?!] ?", "", written[0])
        return [paragraph for paragraph in map(plain, written) if paragraph]

    def _repeats_title(self, entry: Entry) -> bool:
        first = re.split("[.?!]", entry.parts[0].paragraphs[0])[0]
        offering = next(
            other for other in self.script.entries if entry.name in [choice.node for choice in other.choices]
        )
        small = self.line.content.word_lists(entry.locale).small
        return entry.locale == offering.locale and set(words_of(first)) <= {*words_of(entry.label), *small}

    def _part(self, entry: Entry, part: RenderedPrompt) -> Iterator[str]:
        page_acts = bool(entry.keys) and not set(part.keys) - set("07#")
        for place, paragraph in enumerate(part.paragraphs):
            edits = [
                (words.start, words.end, self.line.content.facts.written[words.form].write)
                for words in (part.spelled_words[place] if part.spelled_words else ())
            ]
            if offer := part.offers[place] if part.offers else None:
                word = self.line.content.locales[part.locale].key_word(offer.key)
                edits.append((offer.position, offer.position + len(word), f"⟦{offer.key}⟧"))
            for start, end, new in sorted(edits, reverse=True):
                paragraph = paragraph[:start] + new + paragraph[end:]
            yield self._keys(self._numbers(paragraph, part.locale), page_acts)

    def _numbers(self, paragraph: str, tag: str) -> str:
        locale, numbers = self.line.content.locales[tag], self.line.content.facts.numbers.values()
        for number in sorted(numbers, key=lambda number: -len("".join(number.groups))):
            digits = [locale.digits[int(digit)] for group in number.groups for digit in group]
            spoken, written = r"(?: …)? ".join(digits), number_span(number).text
            paragraph = re.sub(rf"(?<!\w){spoken}(?!\w)", written, paragraph, flags=re.IGNORECASE)
            if len(written) > 3:
                again = rf"{written}\. ((?:\S+ ){{1,4}}?)(?:… )?{written}(?!\d)"
                self.repeated.update(map(plain, re.findall(again, paragraph)))
                paragraph = re.sub(again, written, paragraph)
        return paragraph

    def _keys(self, paragraph: str, page_acts: bool) -> str:
        hotline = number_span(self.line.content.facts.numbers[self.line.flow.transfer.number]).text
        if page_acts:
            paragraph = re.sub(r"[^.?!…]*… [^.?!…]*⟦[7#]⟧\.?", "", paragraph)
            paragraph = re.sub(r"… [^.?!…]*⟦0⟧", hotline, paragraph)
        return re.sub(r"… [^.?!…]*(⟦.⟧)", r"\1", paragraph)


class ReadPage(NamedTuple):
    """A rendered read page of the line."""

    page: lxml.html.HtmlElement
    line: Line

    def paragraphs(self, name: str) -> list[str]:
        """What the page writes for a text. A number or an address with a wrong link is followed by that link."""
        section = self.page.get_element_by_id(name)
        if section.tag == "nav":
            return []
        said = [section] if section.get("class") == "said" else section.xpath("./div[@class='said']|./details/div")
        return [plain(self._text(paragraph)) for element in said for paragraph in element.iter("p")]

    def _text(self, paragraph: lxml.html.HtmlElement) -> str:
        for key in paragraph.iter("kbd"):
            key.text = f"⟦{key.text}⟧"
        for link in paragraph.iter("a"):
            if (link.text, link.get("href")) not in self._links():
                link.text = f"{link.text} leads to {link.get('href')}"
        return paragraph.text_content()

    def _links(self) -> set[tuple[str, str]]:
        facts = self.line.content.facts
        numbers = {tuple(number_span(number)) for number in facts.numbers.values()}
        return numbers | {(form.write, form.link) for form in facts.written.values()}

    def heading(self, name: str) -> str:
        return str(self.page.get_element_by_id(name).xpath("(.//h2|.//h3|.//h4)[1]")[0].text_content())

    def below(self, name: str) -> list[str]:
        """The sections directly below a menu, in order; for the main menu, those that the contents link to."""
        menu = self.page.get_element_by_id(name)
        if menu.tag == "nav":
            return [address.removeprefix("#") for address in menu.xpath(".//li/a/@href")]
        return list(menu.xpath("./section/@id"))

    def keys(self, name: str) -> list[str]:
        """The keys that lead to a topic."""
        return list(self.page.get_element_by_id(name).xpath("./details/p[@class='keys']/kbd/text()"))


def differences(line: Line, script: Script, page: lxml.html.HtmlElement, repeated: set[str]) -> list[str]:
    """The names of the texts that the page writes in other words than callers hear."""
    spoken, read = Spoken(line, script, repeated), ReadPage(page, line)
    return [entry.name for entry in script.all() if not _is_written(spoken, read, entry)]


def _is_written(spoken: Spoken, read: ReadPage, entry: Entry) -> bool:
    choices = [choice.node for choice in entry.choices]
    has_keys = not entry.keys or entry.choices or read.keys(entry.name) == entry.keys.split()
    has_title = not entry.keys or _is_title(read.heading(entry.name), entry.label)
    same_words = read.paragraphs(entry.name) == spoken.paragraphs(entry)
    return bool(same_words and has_keys and has_title and read.below(entry.name) == choices)


def _is_title(heading: str, label: str) -> bool:
    """Whether a heading is the label of a choice, perhaps without its first word."""
    return heading.lower() in (label.lower(), label.partition(" ")[2].lower())
