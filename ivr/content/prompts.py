"""The texts: Jinja's blocks of plain sentences, spoken in the language they are found in. No keys, no map, no XML.

Which key `press.signs` is, and what digits a number has, is handed in; a text gives words. One text, one language: a
text whose translation is not whole is spoken whole in the first language, by that language's voice.
"""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from jinja2 import Environment, TemplateSyntaxError, nodes
from jinja2.ext import InternationalizationExtension

from ivr.content.facts import Facts
from ivr.content.files import not_spoken, text_of
from ivr.content.locale import Locale
from ivr.content.recordings import Sound
from ivr.errors import BadText, Fault, Untranslated

PART_BREAK = re.compile(r"^\s*---\s*$", re.MULTILINE)
FACTS = re.compile(r"\{#\s*facts:(?P<ids>[^#]*)#\}")
TAG = re.compile(r"<[^>]*>|&#?\w+;")
MARKUP = re.compile(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}", re.DOTALL)
OUTLINE = re.compile(r"\{#.*?#\}|\{%[-+]?\s*trans\b.*?%\}.*?\{%[-+]?\s*endtrans\s*[-+]?%\}", re.DOTALL)
BLOCK = "\0"
"""What stands for a block in the outline of a text."""
MARK = re.compile("\ue000(.*?)\ue000|\ue001(.*?)\ue001")
"""What stands in front of each spoken key and number while a text is rendered: it is recorded, then taken out."""


class Block(NamedTuple):
    """One message of a text: its English, and what its placeholders stand for, such as ("press", "person").

    `facts` are the ids that it speaks: those of the comment `{# facts: … #}` that stands before it last.
    """

    english: str
    words: Mapping[str, tuple[str, str]]
    facts: tuple[str, ...] = ()


class Template(NamedTuple):
    """A text as it stands in its file: `facts` are the ids that it speaks, `parts` how many parts it has.

    `pieces` are its blocks and what stands between them: blank lines and part breaks.
    """

    name: str
    path: Path
    pieces: tuple[str | Block, ...]
    facts: tuple[str, ...]
    parts: int


class RenderedPrompt(NamedTuple):
    """One part of a text, ready to be heard, and the locale it was FOUND in.

    `keys` are the keys that it names, `numbers` the names of the telephone numbers that it reads out, in order.
    `sound` is the recording that reads exactly these words, None where the voice does.
    """

    locale: str
    paragraphs: tuple[str, ...]
    keys: tuple[str, ...] = ()
    numbers: tuple[str, ...] = ()
    sound: Sound | None = None

    @property
    def text(self) -> str:
        """The words, a blank line between paragraphs."""
        return "\n\n".join(self.paragraphs)


def _environment() -> Environment:
    environment = Environment(extensions=[InternationalizationExtension], autoescape=False)
    environment.policies["ext.i18n.trimmed"] = True
    environment.newstyle_gettext = True  # type: ignore[attr-defined]
    return environment


def load_texts(folder: Path) -> Mapping[str, Template]:
    """Read every text of `folder` and of its `lines/`. Raises BadText with every fault at once."""
    faults: list[Fault] = []
    texts: dict[str, Template] = {}
    for path in sorted([*folder.glob("*.txt"), *folder.glob("lines/*.txt")]):
        try:
            text = _text(path)
        except BadText as error:
            faults.extend(error.faults)
            continue
        if path.stem in texts:
            remedy = "Rename one: lines and nodes share their names."
            faults.append(Fault(str(path), f"there are two texts named `{path.stem}`", remedy))
        texts[path.stem] = text
    if faults:
        raise BadText(faults)
    return texts


def _text(path: Path) -> Template:
    source = text_of(path, BadText)
    try:
        tree = _ENVIRONMENT.parse(source)
    except TemplateSyntaxError as error:
        remedy = "Compare the block with its neighbours."
        raise BadText.at(f"{path}:{error.lineno}", f"{error.message}".rstrip(".?"), remedy) from error
    outline = OUTLINE.sub(_emptied, source)
    faults = [*_word_faults(path, source, outline), *_outline_faults(path, outline), *_block_faults(path, tree)]
    if faults:
        raise BadText(faults)
    pieces = tuple(_pieces(tree, list(_block_facts(source))))
    ids = dict.fromkeys(fact for piece in pieces if isinstance(piece, Block) for fact in piece.facts)
    return Template(path.stem, path, pieces, tuple(ids), len(PART_BREAK.findall(outline)) + 1)


def _block_facts(source: str) -> Iterator[tuple[str, ...]]:
    """The ids that hold for each block of `source`, in order."""
    ids: tuple[str, ...] = ()
    for found in OUTLINE.finditer(source):
        if found[0].startswith("{%"):
            yield ids
        elif named := FACTS.match(found[0]):
            ids = tuple(named["ids"].split())


def blocks(text: Template) -> Iterator[Block]:
    """The messages of a text, in the order they are spoken."""
    return (piece for piece in text.pieces if isinstance(piece, Block))


def _emptied(found: re.Match[str]) -> str:
    """What stands for a comment or a block where only its lines count."""
    return (BLOCK if found[0].startswith("{%") else "") + "\n" * found[0].count("\n")


def _word_faults(path: Path, source: str, outline: str) -> Iterator[Fault]:
    bare = MARKUP.sub(_emptied, source).replace(BLOCK, "")
    lines = zip(bare.split("\n"), source.split("\n"), outline.split("\n"), strict=True)
    for number, (line, whole, outer) in enumerate(lines, start=1):
        where, begins = f"{path}:{number}", repr(line.strip()[:40])
        if re.search(r"\d", line):
            remedy = "Keys come from press.…, telephone numbers from numbers.…, other numbers as words."
            yield Fault(where, f"a digit stands in the text: {begins}", remedy)
        if TAG.search(line):
            remedy = "Texts are plain words: take it out."
            yield Fault(where, f"a tag or an entity stands in the text: {begins}", remedy)
        if any(map(not_spoken, whole.rstrip("\r"))):
            yield Fault(where, f"a control character stands in the text: {begins}", "Type the line anew.")
        if PART_BREAK.fullmatch(line) and not PART_BREAK.fullmatch(outer):
            yield Fault(where, "a part break stands in a block", "End the block before it; begin another behind it.")


def _outline_faults(path: Path, outline: str) -> Iterator[Fault]:
    """Outside its blocks a text has blank lines and part breaks alone."""
    for number, line in enumerate(outline.split("\n"), start=1):
        outside = line.replace(BLOCK, "").strip()
        if outside and not PART_BREAK.fullmatch(line):
            remedy = f'Put them into {{% trans "{path.stem}" %}} … {{% endtrans %}}.'
            yield Fault(f"{path}:{number}", f"words outside a block: {outside[:40]!r}", remedy)


def _block_faults(path: Path, tree: nodes.Template) -> Iterator[Fault]:
    """Every block has the text's own name as its context, and names keys and numbers alone."""
    for call in tree.find_all(nodes.Call):
        name = getattr(call.node, "name", "")
        context = call.args[0].as_const() if name == "pgettext" else None
        if context != path.stem:
            found = f"a block has the context {context!r}" if context else "a block has no context"
            yield Fault(f"{path}:{call.lineno}", found, f'Begin it with {{% trans "{path.stem}" … %}}.')
        for word in call.kwargs if name == "pgettext" else []:
            bound = word.value.node if isinstance(word.value, nodes.Getattr) else None
            if getattr(bound, "name", "") not in ("press", "numbers"):
                remedy = f'Bind it: {{% trans "{path.stem}" {word.key}=press.… %}}.'
                yield Fault(f"{path}:{call.lineno}", f"`{word.key}` is neither a key nor a number", remedy)


def _pieces(tree: nodes.Template, facts: list[tuple[str, ...]]) -> Iterator[str | Block]:
    """What a text without faults is made of. Jinja has read it; no template is made of it, for there is no logic."""
    for node in tree.find_all((nodes.TemplateData, nodes.Call)):
        if isinstance(node, nodes.TemplateData):
            yield node.data
        elif isinstance(node, nodes.Call):
            yield Block(node.args[1].as_const(), dict(_bound(node)), facts.pop(0) if facts else ())


def _bound(call: nodes.Call) -> Iterator[tuple[str, tuple[str, str]]]:
    for word in call.kwargs:
        if isinstance(word.value, nodes.Getattr) and isinstance(word.value.node, nodes.Name):
            yield word.key, (word.value.node.name, word.value.attr)


_ENVIRONMENT = _environment()


Words = Mapping[str, Mapping[str, str]]
"""What `press` and `numbers` stand for: the words for each name, behind the mark that records them."""


def _keys(locale: Locale, press: Mapping[str, str]) -> Mapping[str, str]:
    return {name: f"\ue000{key}\ue000{locale.key(key)}" for name, key in press.items()}


def _numbers(locale: Locale, facts: Facts) -> Mapping[str, str]:
    return {name: f"\ue001{name}\ue001{locale.digit_groups(one.groups)}" for name, one in facts.numbers.items()}


def _said(text: Template, locale: Locale, words: Words) -> Iterator[str]:
    """`text`, piece by piece, in `locale`. Raises Untranslated where it has no words, BadText for an unknown name."""
    for piece in text.pieces:
        if isinstance(piece, str):
            yield piece
            continue
        for kind, name in piece.words.values():
            if name not in words[kind]:
                remedy = "A text names its own node's keys (press.…) and the numbers of numbers.toml (numbers.…)."
                raise BadText.at(str(text.path), f"there is no `{kind}.{name}` here", remedy)
        values = {placeholder: words[kind][name] for placeholder, (kind, name) in piece.words.items()}
        yield locale.message(text.name, piece.english) % values


class Prompts:
    """All texts, in all languages. `speak` is their one way out; what it has rendered once it keeps."""

    def __init__(self, texts: Mapping[str, Template], locales: Mapping[str, Locale], facts: Facts, first: str) -> None:
        self.texts, self.locales, self._first = texts, locales, first
        self._numbers = {tag: _numbers(locale, facts) for tag, locale in locales.items()}
        self._rendered: dict[tuple[str, str, tuple[tuple[str, str], ...]], tuple[RenderedPrompt, ...]] = {}

    def speak(self, name: str, locale: str, press: Mapping[str, str]) -> tuple[RenderedPrompt, ...]:
        """The parts of text `name`, in `locale` if it is whole and can be heard there, else in the first language.

        `press` says which key each name stands for. Raises BadText where the text names what does not exist.
        """
        asked = (name, locale, tuple(sorted(press.items())))
        if asked not in self._rendered:
            try:
                self._rendered[asked] = tuple(map(self._heard, self.words(name, locale, press)))
            except Untranslated:
                self._rendered[asked] = tuple(map(self._heard, self.words(name, self._first, press)))
        return self._rendered[asked]

    def whole(self, name: str, locale: str, press: Mapping[str, str]) -> bool:
        """Whether text `name` is spoken in `locale` itself."""
        return all(spoken.locale == locale for spoken in self.speak(name, locale, press))

    def words(self, name: str, locale: str, press: Mapping[str, str]) -> tuple[RenderedPrompt, ...]:
        """The parts of text `name` in `locale` itself, whether or not they can be heard. Raises Untranslated."""
        text, words = self.texts[name], {"press": _keys(self.locales[locale], press), "numbers": self._numbers[locale]}
        said = "".join(_said(text, self.locales[locale], words))
        parts = tuple(_spoken(locale, part) for part in PART_BREAK.split(said))
        if not all(part.paragraphs for part in parts):
            raise BadText.at(str(text.path), "a part of it is empty", "Write its words, or take the part break out.")
        return parts

    def _heard(self, spoken: RenderedPrompt) -> RenderedPrompt:
        """`spoken` with the recording that reads it. Raises Untranslated where neither that nor the voice can."""
        locale = self.locales[spoken.locale]
        sound = locale.sounds.get(spoken.text)
        if sound is None and locale.tag != self._first and not locale.can_say(spoken.text):
            raise Untranslated(f"{locale.tag}: nobody can say: {spoken.text[:60]}")
        return spoken._replace(sound=sound)


def _spoken(locale: str, part: str) -> RenderedPrompt:
    marks = MARK.findall(part)
    paragraphs = (" ".join(MARK.sub("", paragraph).split()) for paragraph in re.split(r"\n\s*\n", part))
    keys = tuple(key for key, _ in marks if key)
    return RenderedPrompt(locale, tuple(filter(None, paragraphs)), keys, tuple(name for _, name in marks if name))
