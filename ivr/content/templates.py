"""Templates: the files prompts/*.txt and prompts/lines/*.txt, read, and every fault in them.

A template is a sequence of gettext messages: Jinja's `{% trans %}` blocks, one for each paragraph. It has no logic.
Between the blocks are only blank lines, comments and part breaks (a line `---`), for example:

    {# facts: TOY-01 #}
    {% trans "tea" %}Tea is hot.{% endtrans %}
    ---
    {% trans "tea" key=press.again %}To hear this again … press {{ key }}.{% endtrans %}

Faults are looked for in three views of a file. All have the same number of lines, so that each fault has its line:

- the source: the file as it is;
- the outline: the words outside the blocks, with `_BLOCK` in place of each block, and without comments;
- the bare words: those inside the blocks and outside, without markup and comments.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from itertools import chain, islice
from pathlib import Path
from typing import NamedTuple

from jinja2 import Environment, TemplateSyntaxError, nodes
from jinja2.ext import InternationalizationExtension

from ivr.content.catalogue import PLACEHOLDER, spelled_words_fault
from ivr.content.characters import is_unspeakable
from ivr.content.files import attempt, read_text
from ivr.content.written import END
from ivr.errors import BadContent, Fault

PART_BREAK = re.compile(r"^\s*---\s*$", re.MULTILINE)
BLANK_LINE = re.compile(r"\n\s*\n")
"""What separates two paragraphs."""
_FACTS = re.compile(r"\{#\s*facts:(?P<ids>[^#]*)#\}")
_TAG = re.compile(r"<[^>]*>|&#?\w+;")
_MARKUP = re.compile(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}", re.DOTALL)
_COMMENT_OR_BLOCK = re.compile(r"\{#.*?#\}|\{%[-+]?\s*trans\b.*?%\}.*?\{%[-+]?\s*endtrans\s*[-+]?%\}", re.DOTALL)
_ENVIRONMENT = Environment(extensions=[InternationalizationExtension], autoescape=False)
_ENVIRONMENT.policies["ext.i18n.trimmed"] = True
_ENVIRONMENT.newstyle_gettext = True  # type: ignore[attr-defined]
_BLOCK = "\0"
"""The character that replaces a block in the outline of a template."""


class Block(NamedTuple):
    """One message of a template: its English with gettext's placeholders, and the value of each placeholder.

        Block("Press %(key)s.", {"key": ("press", "person")}, ("TOY-01",), "prompts/tea.txt:3")

    A value of `placeholders` is ("press", the name of a key), ("numbers", the name of a telephone number),
    ("written", the name of a written form) before words that a page writes in another way, or ("written", "end") behind
    these words (see written.py). `facts` are the ids of the facts that it speaks: those of the
    last comment `{# facts: … #}` before it. `where` is its file and line.
    """

    english: str
    placeholders: Mapping[str, tuple[str, str]]
    facts: tuple[str, ...]
    where: str


Paragraph = tuple[Block, ...]
Part = tuple[Paragraph, ...]


class Template(NamedTuple):
    """A template: `parts` has the blocks of each paragraph of each part.

    `name` is the name of the file without its ending ("tea"). `added` is the file of a layer whose blocks follow.
    """

    name: str
    path: Path
    parts: tuple[Part, ...]
    added: Path | None = None

    @property
    def where(self) -> str:
        """The file in which a fault of the rendered text is to be looked for: the layer's, if there is one."""
        return str(self.added or self.path)

    @property
    def facts(self) -> tuple[str, ...]:
        """The ids of the facts that its blocks speak, each once ("TOY-01")."""
        return tuple(dict.fromkeys(fact for block in blocks(self) for fact in block.facts))


def load_templates(folder: Path, patterns: Sequence[str] = ("*.txt", "lines/*.txt")) -> dict[str, Template]:
    """Read every template in `folder` (prompts/), by name. Raises BadContent with every fault at once."""
    faults, templates = list[Fault](), dict[str, Template]()
    for path in sorted(path for pattern in patterns for path in folder.glob(pattern)):
        template = attempt(partial(_load_template, path), faults)
        if template is None:
            continue
        if path.stem in templates:
            remedy = "Rename one: a shared text and a node cannot have the same name."
            faults.append(Fault(str(path), f"there are two texts named `{path.stem}`", remedy, text=path.stem))
        templates[path.stem] = template
    if faults:
        raise BadContent(faults)
    return templates


def _load_template(path: Path) -> Template:
    source = read_text(path)
    try:
        tree = _ENVIRONMENT.parse(source)
    except TemplateSyntaxError as error:
        remedy = "Compare the block with those around it."
        found = f"{error.message}".rstrip(".?")  # Fault adds a full stop
        raise BadContent.at(f"{path}:{error.lineno}", found, remedy) from error
    except RecursionError:
        raise BadContent.at(str(path), "its brackets are nested too deeply", "Close each bracket.") from None
    outline = _COMMENT_OR_BLOCK.sub(_in_outline, source)
    faults = [*_word_faults(path, source, outline), *_outline_faults(path, outline), *_block_faults(path, tree)]
    if faults:
        raise BadContent(fault._replace(text=path.stem) for fault in faults)
    return Template(path.stem, path, tuple(_parts(path, tree, _facts_of_blocks(source))))


def _facts_of_blocks(source: str) -> Iterator[tuple[str, ...]]:
    """The ids of the facts of each block of `source`, in order."""
    ids: tuple[str, ...] = ()
    for match in _COMMENT_OR_BLOCK.finditer(source):
        if match[0].startswith("{%"):
            yield ids
        elif named := _FACTS.match(match[0]):
            ids = tuple(named["ids"].split())


def blocks(template: Template) -> Iterator[Block]:
    """The messages of a template, in the order they are spoken."""
    return chain(*blocks_by_part(template))


def blocks_by_part(template: Template) -> list[list[Block]]:
    """The messages of each part of a template, in the order they are spoken."""
    return [list(chain(*part)) for part in template.parts]


def _in_outline(comment_or_block: re.Match[str]) -> str:
    """What the outline has in its place."""
    return (_BLOCK if comment_or_block[0].startswith("{%") else "") + _line_breaks(comment_or_block)


def _line_breaks(match: re.Match[str]) -> str:
    return "\n" * match[0].count("\n")


def _word_faults(path: Path, source: str, outline: str) -> Iterator[Fault]:
    """Words that cannot be spoken as they are: digits, tags, control characters; and part breaks inside a block."""
    bare = _MARKUP.sub(_line_breaks, source)
    lines = zip(bare.split("\n"), source.split("\n"), outline.split("\n"), strict=True)
    for number, (words, line, outside) in enumerate(lines, start=1):
        where, beginning = f"{path}:{number}", repr(words.strip()[:40])
        if re.search(r"\d", words):
            remedy = "Keys come from press.…, telephone numbers from numbers.…, other numbers as words."
            yield Fault(where, f"a digit in the text: {beginning}", remedy)
        if _TAG.search(words):
            remedy = "Texts are plain words: remove it."
            yield Fault(where, f"a tag or an entity in the text: {beginning}", remedy)
        if any(map(is_unspeakable, line.rstrip("\r"))):
            yield Fault(where, f"a control character in the text: {beginning}", "Type the line again.")
        if PART_BREAK.fullmatch(words) and not PART_BREAK.fullmatch(outside):
            yield Fault(where, "a part break inside a block", "End the block before it, and begin another after it.")


def _outline_faults(path: Path, outline: str) -> Iterator[Fault]:
    """Words outside the blocks, where only blank lines and part breaks are allowed."""
    for number, line in enumerate(outline.split("\n"), start=1):
        words = line.replace(_BLOCK, "").strip()
        if words and not PART_BREAK.fullmatch(line):
            remedy = f'Put them into {{% trans "{path.stem}" %}} … {{% endtrans %}}.'
            yield Fault(f"{path}:{number}", f"words outside a block: {words[:40]!r}", remedy)


def _block_faults(path: Path, tree: nodes.Template) -> Iterator[Fault]:
    """Blocks whose context is not the template's own name, or with placeholders that cannot be used."""
    for call in tree.find_all(nodes.Call):
        name = getattr(call.node, "name", "")
        context = call.args[0].as_const() if name == "pgettext" else None
        if context != path.stem:
            found = f"a block has the context {context!r}" if context else "a block has no context"
            yield Fault(f"{path}:{call.lineno}", found, f'Begin it with {{% trans "{path.stem}" … %}}.')
        if name == "pgettext":
            yield from _placeholder_faults(path, call)


def _placeholder_faults(path: Path, call: nodes.Call) -> Iterator[Fault]:
    """A placeholder that is no key, no number and no written form, and a written form without an end mark."""
    where, bound = f"{path}:{call.lineno}", dict(_placeholders(call))
    for word in call.kwargs:
        if bound.get(word.key, ("",))[0] not in ("press", "numbers", "written"):
            remedy = f'Bind it: {{% trans "{path.stem}" {word.key}=press.… %}}.'
            yield Fault(where, f"`{word.key}` is neither a key, nor a number, nor a written form", remedy)
        elif (word.key == END) != (bound[word.key] == ("written", END)):  # a catalogue has the name alone: %(end)s
            yield Fault(where, f"`{word.key}` is bound to {'.'.join(bound[word.key])}", f"Bind {END}=written.{END}.")
    starts = [name for name, (kind, _) in bound.items() if kind == "written" and name != END]
    if misplaced := spelled_words_fault(PLACEHOLDER.findall(call.args[1].as_const()), starts):
        yield Fault(where, *misplaced)


def _parts(path: Path, tree: nodes.Template, facts: Iterator[tuple[str, ...]]) -> Iterator[Part]:
    """The parts of a template without faults, from Jinja's syntax tree. Jinja does not run it.

    Blocks are one paragraph if neither a blank line nor a line with a comment alone is between them.
    """
    outline, found = "", list[Block]()
    for node in tree.find_all((nodes.TemplateData, nodes.Call)):
        if isinstance(node, nodes.TemplateData):
            outline += node.data
        elif isinstance(node, nodes.Call):
            outline += _BLOCK
            where, english = f"{path}:{node.lineno}", node.args[1].as_const()
            found.append(Block(english, dict(_placeholders(node)), next(facts, ()), where))
    remaining = iter(found)
    for part in PART_BREAK.split(outline):
        counts = (paragraph.count(_BLOCK) for paragraph in BLANK_LINE.split(part))
        yield tuple(tuple(islice(remaining, count)) for count in counts if count)


def _placeholders(call: nodes.Call) -> Iterator[tuple[str, tuple[str, str]]]:
    for word in call.kwargs:
        if isinstance(word.value, nodes.Getattr) and isinstance(word.value.node, nodes.Name):
            yield word.key, (word.value.node.name, word.value.attr)
