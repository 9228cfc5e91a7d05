"""The texts: Jinja templates of plain sentences, spoken in the language they are found in. No keys, no map, no XML.

Which key `press.signs` is, and what digits a number has, is handed in; a text gives words. One text, one language: a
text whose translation is not whole is spoken whole in the first language, by that language's voice.
"""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from jinja2 import Environment, StrictUndefined, TemplateError, nodes
from jinja2.exceptions import TemplateSyntaxError
from jinja2.ext import InternationalizationExtension

from ivr.errors import BadText, Fault, Untranslated
from ivr.facts import Facts
from ivr.files import text_of
from ivr.locales import Locale

PART_BREAK = re.compile(r"^\s*---\s*$", re.MULTILINE)
FACTS = re.compile(r"\A\{#\s*facts:(?P<ids>[^#]*)#\}")
TAG = re.compile(r"<[^>]*>|&\w+;")
MARK = re.compile("\ue000(.*?)\ue000|\ue001(.*?)\ue001")
"""What stands in front of each spoken key and number while a text is rendered: it is recorded, then taken out."""


class Text(NamedTuple):
    """A text as it stands in its file: `facts` are the ids that it speaks, `parts` how many parts it has."""

    name: str
    path: Path
    source: str
    facts: tuple[str, ...]
    parts: int


class Spoken(NamedTuple):
    """One part of a text, ready to be heard, and the locale it was FOUND in.

    `keys` are the keys that it names, `numbers` the names of the telephone numbers that it reads out, in order.
    """

    locale: str
    paragraphs: tuple[str, ...]
    keys: tuple[str, ...] = ()
    numbers: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """The words, a blank line between paragraphs."""
        return "\n\n".join(self.paragraphs)


def _environment() -> Environment:
    environment = Environment(
        extensions=[InternationalizationExtension],
        undefined=StrictUndefined,
        autoescape=False,
        keep_trailing_newline=True,
    )  # the writer of XML escapes, once
    environment.policies["ext.i18n.trimmed"] = True
    environment.newstyle_gettext = True  # type: ignore[attr-defined]
    return environment


def load_texts(folder: Path) -> Mapping[str, Text]:
    """Read every text of `folder` and of its `lines/`. Raises BadText with every fault at once."""
    faults: list[Fault] = []
    texts: dict[str, Text] = {}
    for path in sorted([*folder.glob("*.txt"), *folder.glob("lines/*.txt")]):
        try:
            text = _text(path)
        except BadText as error:
            faults.extend(error.faults)
            continue
        if path.stem in texts:
            faults.append(
                Fault(
                    str(path),
                    f"there are two texts named `{path.stem}`",
                    "Rename one: lines and nodes share their names.",
                )
            )
        texts[path.stem] = text
    if faults:
        raise BadText(faults)
    return texts


def _text(path: Path) -> Text:
    source = text_of(path, BadText)
    try:
        tree = _ENVIRONMENT.parse(source)
    except TemplateSyntaxError as error:
        raise BadText(
            [Fault(f"{path}:{error.lineno}", f"{error.message}", "Compare the block with its neighbours.")]
        ) from error
    faults = [*_word_faults(path, source), *_block_faults(path, tree)]
    if faults:
        raise BadText(faults)
    named = FACTS.match(source)
    ids = tuple(named["ids"].split()) if named else ()
    return Text(path.stem, path, source, ids, len(PART_BREAK.findall(source)) + 1)


def _word_faults(path: Path, source: str) -> list[Fault]:
    faults = []
    bare = re.sub(
        r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}", lambda found: "\n" * found[0].count("\n"), source, flags=re.DOTALL
    )
    for number, line in enumerate(bare.split("\n"), start=1):
        if re.search(r"\d", line):
            faults.append(
                Fault(
                    f"{path}:{number}",
                    f"a digit stands in the text: {line.strip()[:40]!r}",
                    "Keys come from press.…, telephone numbers from numbers.…, other numbers as words.",
                )
            )
        if TAG.search(line):
            faults.append(
                Fault(
                    f"{path}:{number}",
                    f"a tag stands in the text: {line.strip()[:40]!r}",
                    "Texts are plain words: take it out.",
                )
            )
    return faults


def _block_faults(path: Path, tree: nodes.Template) -> list[Fault]:
    """Every word stands in a trans block whose context is the text's own name."""
    faults = []
    for call in tree.find_all(nodes.Call):
        name = getattr(call.node, "name", "")
        context = call.args[0].as_const() if name == "pgettext" else None
        if name in ("gettext", "ngettext", "npgettext") or context not in (None, path.stem):
            faults.append(
                Fault(
                    f"{path}:{call.lineno}",
                    f"a block has the context {context!r}",
                    f'Begin it with {{% trans "{path.stem}" … %}}.',
                )
            )
    for data in tree.find_all(nodes.TemplateData):
        if re.sub(PART_BREAK, "", data.data).strip():
            faults.append(
                Fault(
                    f"{path}:{data.lineno}",
                    f"words outside a block: {data.data.strip()[:40]!r}",
                    f'Put them into {{% trans "{path.stem}" %}} … {{% endtrans %}}.',
                )
            )
    return faults


_ENVIRONMENT = _environment()


class _Words:
    """`press` or `numbers` in a text: gives the words for a name, and marks that it was spoken."""

    def __init__(self, mark: str, spoken: Mapping[str, tuple[str, str]]) -> None:
        self._mark, self._spoken = mark, spoken

    def __getitem__(self, name: str) -> str:
        recorded, words = self._spoken[name]
        return f"{self._mark}{recorded}{self._mark}{words}"


def _speaker(locale: Locale, facts: Facts, press: Mapping[str, str]) -> dict[str, object]:
    def pgettext(context: str, english: str, **values: str) -> str:
        return locale.message(context, english) % values

    keys = {name: (key, locale.key(key)) for name, key in press.items()}
    numbers = {name: (name, locale.digit_groups(number.groups)) for name, number in facts.numbers.items()}
    return {"pgettext": pgettext, "press": _Words("\ue000", keys), "numbers": _Words("\ue001", numbers)}


class Prompts:
    """All texts, in all languages. `speak` is their one way out; what it has rendered once it keeps."""

    def __init__(self, texts: Mapping[str, Text], locales: Mapping[str, Locale], facts: Facts, first: str) -> None:
        self.texts, self.locales, self._facts, self._first = texts, locales, facts, first
        self._templates = {name: _ENVIRONMENT.from_string(text.source) for name, text in texts.items()}
        self._rendered: dict[tuple[str, str, tuple[tuple[str, str], ...]], tuple[Spoken, ...]] = {}

    def speak(self, name: str, locale: str, press: Mapping[str, str]) -> tuple[Spoken, ...]:
        """The parts of text `name`, in `locale` if it is whole there, else in the first language.

        `press` says which key each name stands for. Raises BadText where the text names what does not exist.
        """
        asked = (name, locale, tuple(sorted(press.items())))
        if asked not in self._rendered:
            try:
                self._rendered[asked] = self._render(name, locale, press)
            except Untranslated:
                self._rendered[asked] = self._render(name, self._first, press)
        return self._rendered[asked]

    def whole(self, name: str, locale: str, press: Mapping[str, str]) -> bool:
        """Whether text `name` is spoken in `locale` itself."""
        return all(spoken.locale == locale for spoken in self.speak(name, locale, press))

    def _render(self, name: str, locale: str, press: Mapping[str, str]) -> tuple[Spoken, ...]:
        path = self.texts[name].path
        speaker = _speaker(self.locales[locale], self._facts, press)
        try:
            rendered = self._templates[name].render(speaker)
        except TemplateError as error:
            raise BadText(
                [
                    Fault(
                        str(path),
                        f"{error.message}",
                        "A text may name keys of this node (press.…) and numbers of numbers.toml.",
                    )
                ]
            ) from error
        parts = tuple(_spoken(locale, part) for part in PART_BREAK.split(rendered))
        if not all(part.paragraphs for part in parts):
            raise BadText([Fault(str(path), "a part of it is empty", "Write its words, or take the part break out.")])
        return parts


def _spoken(locale: str, part: str) -> Spoken:
    marks = MARK.findall(part)
    paragraphs = (" ".join(MARK.sub("", paragraph).split()) for paragraph in re.split(r"\n\s*\n", part))
    keys = tuple(key for key, _ in marks if key)
    return Spoken(locale, tuple(filter(None, paragraphs)), keys, tuple(name for _, name in marks if name))
