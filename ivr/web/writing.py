"""Writes spoken paragraphs as a page writes them.

Telephone numbers become digits with a link, and a number that is said again at once stands there once. Words that
spell an address or a word become its written form (prompts/written.toml). A sentence that offers a key loses "… press
one" and gets the key as a keycap. In a topic, a page does itself what the keys 0, 7 and # do: it shows the hotline's
number, can be read again, and has the next part below; so there a sentence with key 0 ends in that number, and one
with key 7 or # is left out. A pause inside a sentence becomes a comma.

No other word is changed or left out: tests/web/test_same_words.py compares every text with its page.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Literal, NamedTuple

from ivr.content.locale import Locale
from ivr.content.prompts import Offer, RenderedPrompt, SpelledWords
from ivr.content.written import WrittenForm
from ivr.export.captions import SENTENCE_MARKS, SERVICE_CODE_DIGITS, NumberLinker, TextSpan

SENTENCE_END = re.compile(rf"[{SENTENCE_MARKS}][\"”»)]*(?:\s+(?:…\s+)?|$)")
"""The end of a sentence, and the blank or the pause after it."""
MAX_WORDS_OF_REPETITION = 4
"""Words before a number that is said again: "Again, it is"."""
_REPETITION = re.compile(rf"[.!?。]\s+\S+(?:\s+\S+){{0,{MAX_WORDS_OF_REPETITION - 1}}}\s*")
KEYS_OF_A_PAGE = frozenset("07#")
"""The keys whose work a page does itself. A topic's sentences with these keys are changed or left out, except in a part
that offers another key too: it explains the telephone."""
_PAUSE_INSIDE = re.compile(r"(?<=\w)\s*…\s*(?=\w)")
_PAUSE = re.compile(r"\s*…\s*")


class Piece(NamedTuple):
    """A piece of a written paragraph: plain words, a number, an address, a word to send or type, or a key.

    `link` opens a number or an address: "tel:911", "https://report.cybertip.org/".
    """

    text: str
    kind: Literal["words", "number", "address", "word", "key"] = "words"
    link: str = ""

    @property
    def leads_away(self) -> bool:
        """Whether the link leads to another site."""
        return self.link.startswith("https:")


Paragraph = tuple[Piece, ...]
"""A spoken paragraph in writing; empty if a page leaves it out."""


class _Sentence(NamedTuple):
    """A sentence that offers a key: where it begins, and where its words end before "… press", in characters."""

    start: int
    label_end: int


class Writer:
    """Writes the prompts of one language; `hotline` is the number that key 0 dials."""

    def __init__(
        self, locale: Locale, linker: NumberLinker, forms: Mapping[str, WrittenForm], hotline: TextSpan
    ) -> None:
        self._locale, self._linker, self._forms = locale, linker, forms
        self._hotline = Piece(hotline.text, "number", hotline.link)

    def paragraphs(self, prompt: RenderedPrompt, start: int = 0, in_topic: bool = False) -> tuple[Paragraph, ...]:
        """The paragraphs of `prompt` in writing; the first one without its characters before `start`."""
        leaves_keys_out = in_topic and KEYS_OF_A_PAGE.issuperset(prompt.keys)
        offers = prompt.offers or (None,) * len(prompt.paragraphs)
        spelled_words = prompt.spelled_words or ((),) * len(prompt.paragraphs)
        paragraphs = zip(prompt.paragraphs, offers, spelled_words, strict=True)
        return tuple(
            tuple(_tidy(self._pieces(text, start if number == 0 else 0, offer, spelled, leaves_keys_out)))
            for number, (text, offer, spelled) in enumerate(paragraphs)
        )

    def _pieces(
        self, text: str, start: int, offer: Offer | None, spelled: Sequence[SpelledWords], leaves_keys_out: bool
    ) -> Iterator[Piece]:
        """The pieces of a paragraph from `start`, which `_tidy` must still join."""
        if offer is None:
            yield from self._words(text, start, len(text), spelled)
            return
        sentence = self._offering_sentence(text, offer)
        key_end = offer.position + len(self._locale.key_word(offer.key))
        if sentence is None:
            yield from (*self._words(text, start, offer.position, spelled), Piece(offer.key, "key"))
        elif leaves_keys_out and offer.key != "0":
            yield from self._words(text, start, sentence.start, spelled)
            key_end += text.startswith(tuple(SENTENCE_MARKS), key_end)
        else:
            yield from self._words(text, start, sentence.label_end, spelled)
            yield from (Piece(": "), self._hotline) if leaves_keys_out else (Piece(" "), Piece(offer.key, "key"))
        yield from self._words(text, key_end, len(text), spelled)

    def _offering_sentence(self, text: str, offer: Offer) -> _Sentence | None:
        """The sentence in which a key is offered after a pause; None if there is no pause before "press"."""
        label_end = text.rfind("…", 0, offer.position)
        if label_end < 0 or SENTENCE_END.search(text, label_end, offer.position):
            return None
        start = max((end.end() for end in SENTENCE_END.finditer(text, 0, label_end)), default=0)
        return _Sentence(start, len(text[:label_end].rstrip())) if start < label_end else None

    def _words(self, text: str, start: int, end: int, spelled: Sequence[SpelledWords]) -> Iterator[Piece]:
        """The words from `start` to `end`, with numbers, and written forms in place of spelled words."""
        for words in spelled:
            if start <= words.start and words.end <= end:
                yield from self._numbers(text[start : words.start])
                form = self._forms[words.form]
                yield Piece(form.write, "address" if form.link else "word", form.link)
                start = words.end
        yield from self._numbers(text[start:end])

    def _numbers(self, text: str) -> Iterator[Piece]:
        for span in self._linker.link(text):
            yield (
                Piece(span.text, "number", span.link)
                if span.link
                else Piece(_PAUSE.sub(" ", _PAUSE_INSIDE.sub(", ", span.text)))
            )


def _tidy(pieces: Iterable[Piece]) -> Iterator[Piece]:
    """The pieces with words joined, single blanks between them, and without words that only repeat a number."""
    joined = list[Piece]()
    for piece in filter(lambda piece: piece.text, pieces):
        if joined and joined[-1].kind == piece.kind == "words":
            piece = Piece(joined.pop().text + piece.text)
        joined.append(Piece(re.sub(r"\s+", " ", piece.text)) if piece.kind == "words" else piece)
    without = _without_repetitions(joined)
    for place, piece in enumerate(without):
        text = piece.text.lstrip() if place == 0 else piece.text
        text = text.rstrip() if place == len(without) - 1 else text
        if text:
            yield piece._replace(text=text)


def _without_repetitions(pieces: list[Piece]) -> list[Piece]:
    """`pieces` without "Again, it is 1-888-373-7888" after the same number. A service code, such as 911, stays."""
    kept = list[Piece]()
    for piece in pieces:
        is_again = (
            len(kept) > 1
            and piece.kind == "number"
            and piece == kept[-2]
            and len(piece.text) > SERVICE_CODE_DIGITS
            and _REPETITION.fullmatch(kept[-1].text)
        )
        if is_again:
            kept.pop()
        else:
            kept.append(piece)
    return kept


def title_end(text: str, title: str, small_words: Iterable[str]) -> int:
    """Where the first sentence of `text` ends if it only repeats words of `title`, else 0.

    Small words do not count. Example: 17 for "Signs at work. A …" under the title "For signs at work".
    """
    end = SENTENCE_END.search(text)
    known = {*_words_of(title), *small_words}
    return end.end() if end and known.issuperset(_words_of(text[: end.start()])) else 0


def _words_of(text: str) -> list[str]:
    return re.findall(r"\w+", text.lower())
