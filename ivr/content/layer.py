"""A layer: the folder of an agency that has only what differs from the release (docs/own.md).

The content of a line is a stack of folders: the release, and over it the layer if there is one. Both have the same
layout. A file of the layer adds to the file of the same name in the release, or takes its place:

    own.toml                        topics added to menus, topics left out, published languages
    prompts/shelter.txt             a new text, or one in place of the release's
    prompts/added/helplines.txt     blocks that follow those of the release's text `helplines`
    prompts/replaced/about.txt      the release's text when `about` was replaced: `ivr own` compares
    prompts/numbers.toml, sources.toml, written.toml        more rows
    locales/<tag>/…                                         more messages, fields and recordings

A layer changes the call flow by own.toml alone. So it cannot change a node of another kind than menu and topic, nor the
number that is dialled.
"""

import os
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from pydantic import Field

from ivr.content.files import CHECKOUT, Table, read_table
from ivr.content.recordings import FILE_NAME
from ivr.content.templates import Paragraph, Part, Template, load_templates
from ivr.errors import BadContent, Fault

OWN_FILE = "own.toml"
RELEASE = CHECKOUT
"""The folder of the release's own content. It is a name of its own, because tests put a small release in its place."""


class Stack(NamedTuple):
    """The folders of a content: `base` (the RELEASE, or a whole content) and over it the `layer`, None without one."""

    base: Path
    layer: Path | None = None

    @property
    def folders(self) -> tuple[Path, ...]:
        """Both folders, the base first."""
        return (self.base, self.layer) if self.layer else (self.base,)

    @property
    def flow_path(self) -> Path:
        """The file that decides the flow: own.toml of the layer, or flow.toml."""
        return self.layer / OWN_FILE if self.layer else self.base / "prompts" / "flow.toml"

    def layer_path(self, path: str) -> Path | None:
        """A path in the layer, such as "prompts"; None without a layer."""
        return self.layer / path if self.layer else None

    def path(self, path: str) -> Path:
        """A file, such as "locales/es/locale.toml": the layer's if it exists, else the base's if that exists.

        If neither exists, it is the path in the layer, or without a layer that in the base.
        """
        in_layer, in_base = self.layer_path(path), self.base / path
        return in_base if in_layer is None or (in_base.exists() and not in_layer.exists()) else in_layer

    def existing(self, path: str) -> tuple[Path, ...]:
        """The files of this path that exist, that of the base first."""
        return tuple(folder / path for folder in self.folders if (folder / path).exists())


def stack_of(root: Path) -> Stack:
    """The stack of `root`: `root` alone if it is the release or has flow.toml, else `root` as a layer over the release.

    A folder with own.toml is a layer in any case.
    """
    # Path.exists raises if the permission to read a folder is missing
    has_own, has_flow = (os.path.exists(root / name) for name in (OWN_FILE, "prompts/flow.toml"))  # noqa: PTH110
    is_whole = (has_flow or root.resolve() == RELEASE) and not has_own
    return Stack(root) if is_whole else Stack(RELEASE, root)


def recording_files(root: Path) -> dict[str, Path]:
    """The file of each recording of the content at `root` by its name, also of those that no text uses any more."""
    paths = (path for folder in stack_of(root).folders for path in folder.glob("locales/*/audio/*.wav"))
    return {path.name: path for path in paths if FILE_NAME.fullmatch(path.name)}


class Own(Table, strict=True):
    """The fields of own.toml.

    - `add`: topics that are added to a menu, as its last choices: {"helplines": ["shelter"]}. An added topic that has
      a row of its own here is a menu.
    - `leave_out`: topics and menus of the release that this line does not have.
    - `published`: the published languages; None for those of the release.
    """

    add: dict[str, list[str]] = Field(default_factory=dict)
    leave_out: list[str] = Field(default_factory=list)
    published: list[str] | None = None


def load_own(layer: Path) -> Own:
    """Read own.toml of a layer. Raises BadContent with every fault."""
    path = layer / OWN_FILE
    if not path.exists():
        found = "it has neither own.toml, as a layer, nor prompts/flow.toml, as a whole content"
        raise BadContent.at(str(layer), found, "Correct IVR_CONTENT, or put the files there.")
    return read_table(path, Own, "The file has `leave_out`, `published` and [add]; docs/own.md explains them.")


def layered_flow(release: Mapping[str, Any], own: Own, path: Path) -> dict[str, Any]:
    """The tables of flow.toml, those of the `release` with the changes of `own`, which was read from `path`.

    A node that is left out is in [moved]: a call that is there while the layer starts goes on at the menu above it.
    Raises BadContent if a change does not fit the release.
    """
    nodes = {name: table for name, table in release.items() if isinstance(table, dict)}
    menus = {name: table["choices"] for name, table in nodes.items() if table.get("kind") == "menu"}
    parents = {choice: menu for menu, choices in menus.items() for choice in choices}
    if faults := [*_add_faults(release, menus, own, path), *_leave_out_faults(release, parents, own, path)]:
        raise BadContent(faults)
    left_out = _left_out(menus, parents, own.leave_out)
    tables = {name: table for name, table in release.items() if name not in left_out}
    for menu in menus.keys() - left_out.keys():
        kept = [choice for choice in menus[menu] if choice not in left_out]
        tables[menu] = {**tables[menu], "choices": [*kept, *own.add.get(menu, ())]}
    for name in _added(own):
        tables[name] = {"kind": "menu", "choices": own.add[name]} if name in own.add else {"kind": "topic"}
    moved = {old: left_out.get(new, new) for old, new in release.get("moved", {}).items()}
    published = release.get("published") if own.published is None else own.published
    return {**tables, "moved": moved | left_out, "published": published}


def _added(own: Own, skip: Collection[str] = ()) -> list[str]:
    """The names of all added nodes, without those in the rows named `skip`."""
    return [name for menu, names in own.add.items() if menu not in skip for name in names]


def _left_out(menus: Mapping[str, list[str]], parents: Mapping[str, str], names: list[str]) -> dict[str, str]:
    """The nodes `names` and all below them, each with the nearest menu above it that stays: {"month": "this_line"}."""
    left_out, waiting = set[str](), [name for name in names if name in parents]
    while waiting:
        name = waiting.pop()
        left_out.add(name)
        waiting.extend(menus.get(name, ()))
    return {name: _remaining_menu(name, parents, left_out) for name in left_out}


def _remaining_menu(name: str, parents: Mapping[str, str], left_out: Collection[str]) -> str:
    """The nearest menu above `name` that is not left out."""
    menu = parents[name]
    return _remaining_menu(menu, parents, left_out) if menu in left_out else menu


def _add_faults(release: Mapping[str, Any], menus: Collection[str], own: Own, path: Path) -> Iterator[Fault]:
    where, added = f"{path}: [add]", _added(own)
    for menu in own.add:
        if menu in Own.model_fields:
            yield Fault(where, f"`{menu}` stands below [add]", "Move its line above the line [add].")
        elif menu not in menus and menu not in added:
            yield Fault(where, f"`{menu}` is not a menu of the release", f"Its menus are: {', '.join(menus)}.")
    for name in _added(own, skip=Own.model_fields):
        if name in release or name in release.get("moved", {}):
            yield Fault(
                where, f"the release has, or had, a node `{name}`", "Give yours another name, and its text too."
            )
        if added.count(name) > 1:
            yield Fault(where, f"`{name}` is added twice", "A topic is in one menu: remove the other.")


def _leave_out_faults(release: Collection[str], offered: Collection[str], own: Own, path: Path) -> Iterator[Fault]:
    for name in own.leave_out:
        if name in release and name not in offered:
            yield Fault(f"{path}: leave_out", f"`{name}` is not the choice of a menu", "It cannot be left out.")


def unknown_left_out(release: Collection[str], own: Own, path: Path) -> Iterator[Fault]:
    """Names in `leave_out` that the release does not have: a misspelling, or a topic of an earlier release."""
    for name in own.leave_out:
        if name not in release:
            remedy = "Correct the name, or remove it if the release has no such topic any more."
            yield Fault(f"{path}: leave_out", f"the release has no node `{name}`", remedy)


def layered_templates(
    release: Mapping[str, Template], folder: Path, left_out: Collection[str]
) -> Mapping[str, Template]:
    """The templates of the release with those in `folder` (the prompts/ of a layer) over them, by name.

    The texts of the nodes `left_out` are dropped, and so are the blocks that offer them. Raises BadContent.
    """
    templates, added = {**release, **load_templates(folder)}, load_templates(folder, ["added/*.txt"])
    if unknown := [template for name, template in added.items() if name not in templates]:
        remedy = "Name the file after a text of the release, or put a new text into prompts/ itself."
        raise BadContent(
            Fault(str(path), f"there is no text `{name}` to add to", remedy, text=name) for name, path, *_ in unknown
        )
    templates |= {name: _with_added(templates[name], template) for name, template in added.items()}
    return {name: _without(template, left_out) for name, template in templates.items() if name not in left_out}


def _with_added(template: Template, added: Template) -> Template:
    """`template` with the parts of `added` behind its own. The first of them becomes the end of its last part."""
    last, first = template.parts[-1], added.parts[0]
    return template._replace(parts=(*template.parts[:-1], (*last, *first), *added.parts[1:]), added=added.path)


def _without(template: Template, left_out: Collection[str]) -> Template:
    """`template` without the blocks that offer the key of a node in `left_out`."""
    keys = {("press", name) for name in left_out}

    def kept(part: Part) -> Iterator[Paragraph]:
        for paragraph in part:
            if blocks := tuple(block for block in paragraph if keys.isdisjoint(block.placeholders.values())):
                yield blocks

    return template._replace(parts=tuple(tuple(kept(part)) for part in template.parts))
