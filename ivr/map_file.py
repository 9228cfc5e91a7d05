"""The map as a file: prompts/flow.toml read, and everything that can be wrong with it as a sentence for its editor."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from ivr.errors import BadFlow, Fault
from ivr.files import toml_of
from ivr.flow import (
    MOST_CHOICES,
    NAME,
    ONCE,
    RESERVED,
    Farewell,
    Flow,
    Menu,
    Node,
    Opening,
    Topic,
    Transfer,
    leads_to,
)

_NODES: TypeAdapter[Node] = TypeAdapter(Node)


def load_flow(path: Path) -> Flow:
    """Read the map from `path` (TOML). Raises BadFlow with every fault at once."""
    raw = toml_of(path, BadFlow)
    published = raw.pop("published", None)
    faults = list(_published_faults(path, published))
    nodes: dict[str, Node] = {}
    for name, table in raw.items():
        try:
            nodes[name] = _node(name, table)
        except (ValidationError, ValueError) as error:
            faults.append(
                Fault(
                    f"{path}: [{name}]",
                    _first_words(error),
                    "Mend this node; the head of the file lists the kinds and their fields.",
                )
            )
    if not faults:
        faults = list(_map_faults(path, nodes))
    if faults:
        raise BadFlow(faults)
    return Flow(nodes, tuple(published or ()))


def _node(name: str, table: Any) -> Node:
    if not NAME.fullmatch(name):
        raise ValueError("a node's name is lower-case letters, digits and _, beginning with a letter")
    if name in RESERVED:
        raise ValueError(f"`{name}` is a word that the addresses and the texts use themselves")
    return _NODES.validate_python(table)


def _first_words(error: Exception) -> str:
    if isinstance(error, ValidationError):
        first = error.errors()[0]
        place = ".".join(str(step) for step in first["loc"][1:])
        return f"{place + ': ' if place else ''}{first['msg'][0].lower()}{first['msg'][1:]}"
    return str(error)


def _published_faults(path: Path, published: Any) -> Iterator[Fault]:
    whole = isinstance(published, list) and published and all(isinstance(tag, str) for tag in published)
    if not whole or len(set(published)) != len(published):
        yield Fault(
            f"{path}: published",
            f"found {published!r}",
            'Write the languages on offer, each once: published = ["en", "es"].',
        )


def _map_faults(path: Path, nodes: Mapping[str, Node]) -> Iterator[Fault]:
    for kind in sorted(ONCE):
        count = sum(node.kind == kind for node in nodes.values())
        if count != 1:
            yield Fault(str(path), f"there are {count} nodes of the kind `{kind}`", "There must be exactly one.")
            return
    yield from _target_faults(path, nodes)
    yield from _menu_faults(path, nodes)
    yield from _reach_faults(path, nodes)


def _target_faults(path: Path, nodes: Mapping[str, Node]) -> Iterator[Fault]:
    menus = {name for name, node in nodes.items() if isinstance(node, Menu)}
    for name, node in nodes.items():
        for target in leads_to(node):
            if target not in nodes:
                yield Fault(
                    f"{path}: [{name}]",
                    f"it leads to `{target}`, which is not a node",
                    f"Add [{target}] or correct the name.",
                )
        for role in ("menu", "parent"):
            named = getattr(node, role, None)
            if named in nodes and named not in menus:
                yield Fault(
                    f"{path}: [{name}]",
                    f"its {role} `{named}` is not a menu",
                    "Name a node of the kind `menu`.",
                )
    yield from _transfer_faults(path, nodes)


def _transfer_faults(path: Path, nodes: Mapping[str, Node]) -> Iterator[Fault]:
    wanted = {"connected": Farewell, "not_connected": Topic}
    for name, node in nodes.items():
        for role, kind in wanted.items():
            target = nodes.get(getattr(node, role, ""))
            if isinstance(node, Transfer) and target is not None and not isinstance(target, kind):
                yield Fault(
                    f"{path}: [{name}]",
                    f"{role} names a node of the kind `{target.kind}`",
                    f"It must be a {kind.__name__.lower()}.",
                )


def _menu_faults(path: Path, nodes: Mapping[str, Node]) -> Iterator[Fault]:
    offered: dict[str, str] = {}
    roots = {node.menu for node in nodes.values() if isinstance(node, Opening)}
    for name, node in nodes.items():
        if not isinstance(node, Menu):
            continue
        if not 1 <= len(node.choices) <= MOST_CHOICES:
            yield Fault(
                f"{path}: [{name}]",
                f"it has {len(node.choices)} choices",
                f"A menu has 1 to {MOST_CHOICES}; make a menu below it.",
            )
        for choice in node.choices:
            if choice in roots:
                yield Fault(
                    f"{path}: [{name}]",
                    f"it offers the root menu `{choice}`",
                    "The key * leads there already: take it out.",
                )
            if choice in offered:
                yield Fault(
                    f"{path}: [{name}]",
                    f"`{choice}` is offered by [{offered[choice]}] already",
                    "A node has one parent: take it out of one of them.",
                )
            offered[choice] = name
            if choice in nodes and not isinstance(nodes[choice], Menu | Topic):
                yield Fault(
                    f"{path}: [{name}]",
                    f"`{choice}` is of the kind `{nodes[choice].kind}`",
                    "A menu offers menus and topics.",
                )


def _reach_faults(path: Path, nodes: Mapping[str, Node]) -> Iterator[Fault]:
    reached: set[str] = set()
    waiting = [name for name, node in nodes.items() if node.kind in ONCE]
    while waiting:
        name = waiting.pop()
        if name in nodes and name not in reached:
            reached.add(name)
            waiting.extend(leads_to(nodes[name]))
    offered = {choice for node in nodes.values() if isinstance(node, Menu) for choice in node.choices}
    for name, node in nodes.items():
        if name not in reached:
            yield Fault(f"{path}: [{name}]", "no key leads to it", "Offer it in a menu's choices, or take it out.")
        elif isinstance(node, Topic) and node.parent is None and name not in offered:
            yield Fault(f"{path}: [{name}]", "it has no way out", "Offer it in a menu, or give it a `parent`.")
