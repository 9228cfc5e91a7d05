"""Reads the call flow, prompts/flow.toml, and reports every fault in it."""

from collections.abc import Iterator, Mapping
from itertools import chain
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from ivr.call.flow import (
    MAX_CHOICES,
    MAX_MAIN_CHOICES,
    NAME,
    RESERVED,
    SINGLE_KINDS,
    TAG,
    Farewell,
    Flow,
    Menu,
    Node,
    Opening,
    Topic,
    Transfer,
    leads_to,
)
from ivr.content.files import read_toml, row_faults
from ivr.content.layer import OWN_FILE, layered_flow, load_own
from ivr.errors import BadContent, Fault

SOURCE = "en"
"""The source language, if the file does not name another one (texts = "en")."""
Finding = tuple[str, str, str]
"""The name of a node, its fault and the remedy."""
_NODES: TypeAdapter[Node] = TypeAdapter(Node)


def load_flow(path: Path, layer: Path | None = None) -> Flow:
    """Read the call flow from a TOML file, with the changes of a layer. Raises BadContent with every fault at once."""
    tables = read_toml(path)
    flow = _flow(path, tables)
    if layer is None:
        return flow
    return _flow(layer / OWN_FILE, layered_flow(tables, load_own(layer), layer / OWN_FILE))


def _flow(path: Path, tables: Mapping[str, Any]) -> Flow:
    """The flow of the tables of a flow.toml; `path` is the file that their faults are in."""
    raw = dict(tables)
    published, source = raw.pop("published", None), raw.pop("texts", SOURCE)
    moved = raw.pop("moved", {})
    faults = list(_published_faults(path, published, source))
    nodes: dict[str, Node] = {}
    for name, table in raw.items():
        where, remedy = f"{path}: [{name}]", "The comment at the top of the file lists the kinds and their fields."
        try:
            nodes[name] = _node(name, table)
        except ValidationError as error:
            faults.extend(row_faults(where, error, remedy, leading=1))
        except ValueError as error:
            faults.append(Fault(where, str(error), "Rename it, and correct the nodes that lead to it."))
    if not faults:
        faults = [*_graph_faults(path, nodes), *_moved_faults(path, nodes, moved)]
    if faults:
        raise BadContent(faults)
    return Flow(nodes, tuple(published or ()), moved=moved)


def _node(name: str, table: Any) -> Node:
    if not NAME.fullmatch(name):
        raise ValueError("a node's name is lower-case letters, digits and _, beginning with a letter")
    if name in RESERVED:
        raise ValueError(f"`{name}` is a name that URLs and texts use themselves")
    return _NODES.validate_python(table)


def _published_faults(path: Path, published: Any, source: Any) -> Iterator[Fault]:
    tags = published if isinstance(published, list) else []
    well_formed = all(isinstance(tag, str) and TAG.fullmatch(tag) for tag in tags)
    if not tags or not well_formed or len(set(tags)) != len(tags):
        remedy = 'List the published languages, each once: published = ["en", "es"].'
        yield Fault(f"{path}: published", f"found {published!r}", remedy)
    elif tags[0] != source:
        found = f"it begins with {tags[0]!r}, and the source language (`texts`) is {source!r}"
        remedy = f"Begin the list with {source!r}: a text without a translation is spoken in it."
        yield Fault(f"{path}: published", found, remedy)


def _moved_faults(path: Path, nodes: Mapping[str, Node], moved: Any) -> Iterator[Fault]:
    """Rows of [moved] that do not lead from the name of a former node to a menu or a topic."""
    where = f"{path}: [moved]"
    if not isinstance(moved, dict):
        yield Fault(where, f"found {moved!r}", 'Write a table: old_name = "new_name".')
        return
    after_dials = {node.not_connected for node in nodes.values() if isinstance(node, Transfer)}
    for old, new in moved.items():
        if not NAME.fullmatch(old) or old in nodes:
            remedy = "Write the name of a node that the file no longer has."
            yield Fault(where, f"`{old}` is not the name of a former node", remedy)
        if not isinstance(nodes.get(str(new)), Menu | Topic) or new in after_dials:
            yield Fault(where, f"`{old}` leads to {new!r}", "Name a menu or a topic of the file.")


def _graph_faults(path: Path, nodes: Mapping[str, Node]) -> Iterator[Fault]:
    """The faults of the nodes together. A wrong number of nodes of a kind is reported alone: later checks need one."""
    for kind in sorted(SINGLE_KINDS):
        count = sum(node.kind == kind for node in nodes.values())
        if count != 1:
            yield Fault(str(path), f"there are {count} nodes of the kind `{kind}`", "There must be exactly one.")
            return
    findings = (_target_faults(nodes), _transfer_faults(nodes), _menu_faults(nodes), _reach_faults(nodes))
    for name, found, remedy in chain(*findings):
        yield Fault(f"{path}: [{name}]", found, remedy)


def _target_faults(nodes: Mapping[str, Node]) -> Iterator[Finding]:
    for name, node in nodes.items():
        for target in leads_to(node):
            if target not in nodes:
                yield name, f"it leads to `{target}`, which is not a node", f"Add [{target}] or correct the name."
        for role in ("menu", "parent"):
            above = getattr(node, role, "")
            if above in nodes and not isinstance(nodes[above], Menu):
                yield name, f"its {role} `{above}` is not a menu", "Name a node of the kind `menu`."


def _transfer_faults(nodes: Mapping[str, Node]) -> Iterator[Finding]:
    for name, node in nodes.items():
        for role, kind in (("connected", Farewell), ("not_connected", Topic)):
            target = nodes.get(getattr(node, role, ""))
            if target is not None and not isinstance(target, kind):
                yield name, f"{role} names a node of the kind `{target.kind}`", f"It must be a {kind.__name__.lower()}."


def _menu_faults(nodes: Mapping[str, Node]) -> Iterator[Finding]:
    offered: dict[str, str] = {}
    main_menus = {node.menu for node in nodes.values() if isinstance(node, Opening)}
    for name, node in nodes.items():
        if not isinstance(node, Menu):
            continue
        menu, most = ("The main menu", MAX_MAIN_CHOICES) if name in main_menus else ("A menu", MAX_CHOICES)
        if not 1 <= len(node.choices) <= most:
            yield name, f"it has {len(node.choices)} choices", f"{menu} has 1 to {most}; make a menu below it."
        for choice in node.choices:
            if choice in main_menus:
                yield name, f"it offers the main menu `{choice}`", "The key * leads there already: remove it."
            yield from ((name, *fault) for fault in _choice_faults(nodes.get(choice), choice, offered.get(choice)))
            offered[choice] = name


def _choice_faults(node: Node | None, choice: str, before: str | None) -> Iterator[tuple[str, str]]:
    """Each fault of a choice and its remedy. `before` is the menu that offers it in an earlier row, if there is one."""
    if before:
        yield f"`{choice}` is offered by [{before}] already", "A node has one parent: remove it from one of them."
    if node and not isinstance(node, Menu | Topic):
        yield f"`{choice}` is of the kind `{node.kind}`", "A menu offers menus and topics."
    if isinstance(node, Topic) and node.parent:
        yield f"`{choice}` has a `parent` of its own", "Remove `parent`: the menu that offers it is its parent."


def _reach_faults(nodes: Mapping[str, Node]) -> Iterator[Finding]:
    """Nodes that no key leads to, and topics without a parent."""
    reached: set[str] = set()
    waiting = [name for name, node in nodes.items() if node.kind in SINGLE_KINDS]
    while waiting:
        name = waiting.pop()
        if name in nodes and name not in reached:
            reached.add(name)
            waiting.extend(leads_to(nodes[name]))
    offered = {choice for node in nodes.values() if isinstance(node, Menu) for choice in node.choices}
    for name, node in nodes.items():
        if name not in reached:
            yield name, "no key leads to it", "Add it to the choices of a menu, or remove it."
        elif isinstance(node, Topic) and node.parent is None and name not in offered:
            yield name, "it has no parent", "Add it to the choices of a menu, or give it a `parent`."
