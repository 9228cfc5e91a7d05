"""Prompts: the parts of texts, rendered in a language, ready to be spoken.

One text, one language: a template of which a message is missing, fuzzy or faulty in a language is rendered whole in
the source language, and spoken by that language's voice.

Why there are marks. A prompt says keys and telephone numbers in words: "press one", "one … eight eight eight". The
checks must know which keys and numbers a prompt says: `check/spoken` compares the spoken keys with those that
work, and every language must say the same ones. The words alone cannot tell: "one" can be key 1, a digit of a number,
or an ordinary word; and a translation can move, repeat or lose a placeholder. So the value of each placeholder begins
with a mark: the key between two U+E000 ("⟨1⟩one", where ⟨ and ⟩ stand for U+E000), or the number's name between two
U+E001. Once gettext's placeholders are filled in, `_part` reads the marks in the order they are spoken and removes
them. Words that a page replaces by their written form (`ivr.content.written`) are between marks too: the form's name
between two U+E002, the words, U+E003. All of these characters are for private use
(https://www.unicode.org/faq/private_use.html): `characters.is_unspeakable` refuses them in every template and
translation, so a mark can only come from here.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from ivr.content.facts import Facts
from ivr.content.locale import Locale
from ivr.content.recordings import Sound
from ivr.content.templates import Block, Part, Template
from ivr.content.written import END
from ivr.errors import BadContent, Untranslated

MARK = re.compile("\ue000(.*?)\ue000|\ue001(.*?)\ue001|\ue002(.*?)\ue002 ?| ?(\ue003)")
"""A mark: a key, the name of a telephone number, the name of a written form, or the end of the words of a form."""


class Offer(NamedTuple):
    """The one key that a paragraph says, and where its word begins, in characters.

    Example: `Offer("1", 16)` for "For tea … press one.".
    """

    key: str
    position: int


class SpelledWords(NamedTuple):
    """Words that a page writes in another form: the form's name in written.toml, and where they begin and end.

    Example: `SpelledWords("cybertip", 6, 34)` in "Go to report dot cyber tip dot org."; both count characters.
    """

    form: str
    start: int
    end: int


class RenderedPrompt(NamedTuple):
    """One part of a template, and the language in which it is spoken: the source language if it is not translated.

    `keys` are the keys that it says ("0", "*"), `numbers` the names of the telephone numbers that it says, both in the
    order they are spoken. `sound` is the recording of exactly these words; None if the voice speaks them. `offers` has
    one member for each paragraph: the key that it offers, None for no key or for several ones; it is empty if the
    prompt says no key. `spelled_words` has those of each paragraph; it is empty if the prompt has none.
    """

    locale: str
    paragraphs: tuple[str, ...]
    keys: tuple[str, ...] = ()
    numbers: tuple[str, ...] = ()
    sound: Sound | None = None
    offers: tuple[Offer | None, ...] = ()
    spelled_words: tuple[tuple[SpelledWords, ...], ...] = ()

    @property
    def words(self) -> str:
        """All words, with a blank line between paragraphs."""
        return "\n\n".join(self.paragraphs)

    @property
    def without_sound(self) -> "RenderedPrompt":
        """The same words, spoken by the voice."""
        return self._replace(sound=None)


class Prompts:
    """The templates in every language. Each prompt is rendered once and kept."""

    def __init__(
        self, templates: Mapping[str, Template], locales: Mapping[str, Locale], facts: Facts, source_language: str
    ) -> None:
        self.templates, self.locales, self._source_language = templates, locales, source_language
        self._numbers = {tag: _number_values(locale, facts) for tag, locale in locales.items()}
        self._written = written_marks(facts)
        self._rendered: dict[tuple[str, str, tuple[tuple[str, str], ...]], tuple[RenderedPrompt, ...]] = {}

    def parts(self, name: str, tag: str, press: Mapping[str, str]) -> tuple[RenderedPrompt, ...]:
        """The parts of template `name` as they are spoken: in `tag`, or else all of them in the source language.

        `press` gives the key of each name that a template may use ({"person": "0", "tea": "1"}). Raises BadContent if
        the template names a key or a number that does not exist.
        """
        key = (name, tag, tuple(sorted(press.items())))
        if key not in self._rendered:
            try:
                self._rendered[key] = self._with_sound(self.render(name, tag, press))
            except Untranslated:
                self._rendered[key] = self._with_sound(self.render(name, self._source_language, press))
        return self._rendered[key]

    def render(self, name: str, tag: str, press: Mapping[str, str]) -> tuple[RenderedPrompt, ...]:
        """The parts of template `name` in `tag`, without recordings. Raises Untranslated if a message is missing."""
        template, locale = self.templates[name], self.locales[tag]
        keys = {name: f"\ue000{key}\ue000{locale.key_word(key)}" for name, key in press.items()}
        values = {"press": keys, "numbers": self._numbers[tag], "written": self._written}
        parts = tuple(_part(tag, _marked_paragraphs(template, part, locale, values)) for part in template.parts)
        if not all(part.paragraphs for part in parts):
            raise BadContent.at(template.where, "a part of it is empty", "Write its words, or remove the part break.")
        return parts

    def _with_sound(self, parts: tuple[RenderedPrompt, ...]) -> tuple[RenderedPrompt, ...]:
        return tuple(part._replace(sound=self._sound(part)) for part in parts)

    def _sound(self, prompt: RenderedPrompt) -> Sound | None:
        """The recording of `prompt`. Raises Untranslated if it has none and the voice cannot say it either."""
        locale = self.locales[prompt.locale]
        sound = locale.sounds.get(prompt.words)
        if sound is None and locale.tag != self._source_language and not locale.can_say(prompt.words):
            raise Untranslated(f"{locale.tag}: no voice or recording says: {prompt.words[:60]}")
        return sound


def written_marks(facts: Facts) -> Mapping[str, str]:
    """The mark of each written form by its name, and that of `END`. `MARK` finds them."""
    return {END: "\ue003", **{name: f"\ue002{name}\ue002" for name in facts.written}}


def _number_values(locale: Locale, facts: Facts) -> Mapping[str, str]:
    numbers = facts.numbers.items()
    return {name: f"\ue001{name}\ue001{locale.digit_groups(number.groups)}" for name, number in numbers}


Values = Mapping[str, Mapping[str, str]]
"""The marked words of each placeholder's value: {"press": {"person": "⟨0⟩zero"}, "numbers": {…}, "written": {…}}."""


def _marked_paragraphs(template: Template, part: Part, locale: Locale, values: Values) -> list[str]:
    """The words of each paragraph of `part`, with marks. A paragraph without words is left out."""
    words = (" ".join(_filled_in(template, block, locale, values) for block in paragraph) for paragraph in part)
    return [" ".join(paragraph.split()) for paragraph in words if paragraph.strip()]


def _filled_in(template: Template, block: Block, locale: Locale, values: Values) -> str:
    """The words of `block`, translated, with the marked words in their placeholders.

    Raises Untranslated if a message is not translated, BadContent for a placeholder without a value.
    """
    for kind, name in block.placeholders.values():
        if name not in values[kind]:
            remedy = (
                "A text can use keys of its own node (press.…), numbers of numbers.toml (numbers.…) and written "
                "forms of written.toml (written.…)."
            )
            raise BadContent.at(template.where, f"there is no `{kind}.{name}` here", remedy)
    words = {placeholder: values[kind][name] for placeholder, (kind, name) in block.placeholders.items()}
    return locale.translation(template.name, block.english) % words


def _part(tag: str, marked: Sequence[str]) -> RenderedPrompt:
    """One part of these paragraphs, with its marks read and removed."""
    marks = MARK.findall("\n".join(marked))
    keys = tuple(key for key, *_ in marks if key)
    numbers = tuple(number for _, number, *_ in marks if number)
    paragraphs = tuple(MARK.sub("", paragraph) for paragraph in marked)
    offers = tuple(map(_offer, marked)) if keys else ()
    spelled = tuple(tuple(_spelled_words(paragraph)) for paragraph in marked)
    return RenderedPrompt(tag, paragraphs, keys, numbers, None, offers, spelled if any(spelled) else ())


def _offer(paragraph: str) -> Offer | None:
    """The key that a paragraph with marks offers."""
    marks = [mark for mark in MARK.finditer(paragraph) if mark[1]]
    return Offer(marks[0][1], _position(paragraph, marks[0].start())) if len(marks) == 1 else None


def _spelled_words(paragraph: str) -> Iterator[SpelledWords]:
    """The words of a paragraph with marks that have a written form."""
    marks = [mark for mark in MARK.finditer(paragraph) if mark[3] or mark[4]]
    for begin, end in zip(marks[::2], marks[1::2], strict=True):
        yield SpelledWords(begin[3], _position(paragraph, begin.start()), _position(paragraph, end.start()))


def _position(paragraph: str, end: int) -> int:
    """How many characters of a paragraph with marks are spoken before `end`."""
    return len(MARK.sub("", paragraph[:end]))
