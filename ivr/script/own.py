"""`ivr own`: what a layer has of its own, and what a new release changed in the texts that the layer replaces.

The layer keeps in prompts/replaced/ the release's text as it was when the layer's text took its place. If the release
now has another text, both are shown side by side: the agency decides whether its own text must follow.
"""

import shutil
from collections.abc import Iterator
from difflib import SequenceMatcher
from itertools import zip_longest
from pathlib import Path
from textwrap import wrap

from ivr.content.catalogue import po_subpath, read_catalogue
from ivr.content.layer import load_own, stack_of
from ivr.content.load import Content
from ivr.content.templates import Template, blocks, load_templates
from ivr.errors import OperationFailed

COLUMN = 56
"""Characters of a column where two texts are shown side by side."""
REPLACED = "prompts/replaced"


def own_rows(content: Content) -> Iterator[str]:
    """Everything that differs from the release, a row for each kind; then the changes of texts that are replaced."""
    layer, stack = _layer_of(content.root), content.stack
    release, own = load_templates(stack.base / "prompts"), load_own(layer)
    for menu, names in own.add.items():
        yield f"added to {menu}: {', '.join(names)}"
    yield from _row("left out", own.leave_out)
    yield from _row("published languages", own.published or ())
    templates = content.prompts.templates
    yield from _row("texts with more words", [name for name, text in templates.items() if text.added])
    replaced = [name for name, text in templates.items() if name in release and text.path != release[name].path]
    yield from _row("texts in the release's place", replaced)
    numbers, facts, of_layer = content.facts.numbers, content.facts.facts, content.facts.of_layer
    yield from _row("numbers", [f"{name} {numbers[name].say}" for name in sorted(of_layer & numbers.keys())])
    yield from _row("written forms", sorted(of_layer & content.facts.written.keys()))
    yield from _row("facts", sorted(of_layer & facts.keys()))
    yield from _languages(content, layer)
    for name in replaced:
        yield from _release_changes(layer, release[name])


def changed_texts(root: Path) -> list[str]:
    """The names of the release's texts that changed since the layer at `root` replaced them; [] without a layer."""
    stack = stack_of(root)
    if stack.layer is None or not (stack.layer / REPLACED).exists():
        return []
    then, now = load_templates(stack.layer / REPLACED), load_templates(stack.base / "prompts")
    return [name for name in then if name in now and _paragraphs(then[name]) != _paragraphs(now[name])]


def _paragraphs(text: Template) -> list[str]:
    return [block.english for block in blocks(text)]


def copy_text(root: Path, name: str) -> list[Path]:
    """Copy a text of the release into prompts/replaced/, and into the layer if the layer has no such text.

    Returns the copies. Raises OperationFailed if the release has no text `name`.
    """
    layer, release = _layer_of(root), stack_of(root).base
    texts = load_templates(release / "prompts")
    if name not in texts:
        raise OperationFailed(f"The release has no text `{name}`. `ivr map` lists the texts of nodes.")
    path = texts[name].path
    replaced, edited = layer / REPLACED / path.name, layer / path.relative_to(release)
    written = [replaced] if edited.exists() else [edited, replaced]
    for target in written:
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, target)
    return written


def _layer_of(root: Path) -> Path:
    layer = stack_of(root).layer
    if layer is None:
        raise OperationFailed("IVR_CONTENT names no layer: the line has the release's content. docs/own.md shows how.")
    return layer


def _row(title: str, names: list[str] | tuple[str, ...]) -> Iterator[str]:
    if names:
        yield f"{title}: {', '.join(names)}"


def _languages(content: Content, layer: Path) -> Iterator[str]:
    for tag in content.configured:
        folder, po = layer / "locales" / tag, layer / po_subpath(tag)
        files = [name for name in ("locale.toml", "words.toml") if (folder / name).exists()]
        messages = [f"{len(read_catalogue(po).entries)} messages"] if po.exists() else []
        sounds = [f"{count} sound files"] if (count := len(list(folder.glob("audio/*.wav")))) else []
        yield from _row(tag, [*messages, *files, *sounds])


def _release_changes(layer: Path, text: Template) -> Iterator[str]:
    """What changed in a text of the release since the layer replaced it: old and new paragraphs side by side."""
    path = layer / REPLACED / text.path.name
    if not path.exists():
        yield f"{text.name}: no copy of the replaced text is kept. `ivr own --copy {text.name}` makes one."
        return
    old, new = _paragraphs(load_templates(path.parent)[text.name]), _paragraphs(text)
    if old == new:
        return
    yield f"{text.name}: the release has changed the text that yours replaces. Change yours too if it needs that; then"
    yield f"run `ivr own --copy {text.name}`."
    yield f"  {'the release before':{COLUMN}}  the release now"
    for kind, start, end, new_start, new_end in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind != "equal":
            columns = wrap(" ".join(old[start:end]), COLUMN), wrap(" ".join(new[new_start:new_end]), COLUMN)
            for left, right in zip_longest(*columns, fillvalue=""):
                yield f"  {left:{COLUMN}}  {right}".rstrip()
