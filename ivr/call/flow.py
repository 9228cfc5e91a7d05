"""The flow graph: the nodes of a call, their kinds, and where their keys lead.

It is loaded from prompts/flow.toml. A node's words are in the text of the same name.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

MAX_CHOICES, MAX_MAIN_CHOICES = 5, 6
"""The most choices of a menu, and of the main menu."""
NAME = re.compile(r"[a-z][a-z0-9_]*")
TAG = re.compile(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*", re.ASCII)
"""A language tag in flow.toml and the name of its folder in locales/: "es", "pt-BR"."""
RESERVED = frozenset({"person", "again", "language", "reminder_again", "back", "next", "outcome", "slow", "moved"})
"""Names that URLs and templates use for other things; a node cannot have them."""


class _Node(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class Opening(_Node):
    """The first node of a call. Its keys are those of the main menu, `menu`."""

    kind: Literal["opening"]
    menu: str


class Menu(_Node):
    """The keys 1, 2, 3 … lead to `choices`, in this order."""

    kind: Literal["menu"]
    choices: list[str]


class Topic(_Node):
    """A text in one or more parts. `parent` is set only where the topic is not a choice of a menu."""

    kind: Literal["topic"]
    parent: str | None = None


class Reminder(_Node):
    """Key 9 leads here: the caller is told to hang up and to dial 911. Key 1 repeats the text."""

    kind: Literal["reminder"]
    parent: str


class Transfer(_Node):
    """Key 0 leads here: the line dials `number` (of numbers.toml), then goes to `connected` or to `not_connected`."""

    kind: Literal["transfer"]
    number: str
    connected: str
    not_connected: str


class Farewell(_Node):
    """After a conversation: a text that says so, and the choices of `menu` once. Without a key the call ends."""

    kind: Literal["farewell"]
    menu: str


class LanguageMenu(_Node):
    """With three or more offered languages key 8 leads here. Each language offers itself in its own voice."""

    kind: Literal["languages"]
    parent: str


Node = Annotated[Opening | Menu | Topic | Reminder | Transfer | Farewell | LanguageMenu, Field(discriminator="kind")]
SINGLE_KINDS = {"opening", "reminder", "transfer", "farewell", "languages"}
"""A flow has exactly one node of each of these kinds."""


@dataclass(frozen=True, eq=False)
class Flow:
    """The graph. `nodes` are by name, `offered` are language tags, the source language first: a call begins in it.

    `parts` is the number of parts of each text by its name, such as {"signs": 4}; a text that is not in it has one.
    `moved` maps the name of a node of an earlier release to the node that took its place.
    """

    nodes: Mapping[str, Node]
    offered: tuple[str, ...]
    parts: Mapping[str, int] = field(default_factory=dict)
    moved: Mapping[str, str] = field(default_factory=dict)

    def name_of_kind(self, kind: str) -> str:
        """The name of the only node of `kind`, one of `SINGLE_KINDS`: "connect" for "transfer"."""
        return self._single_nodes[kind]

    @cached_property
    def _single_nodes(self) -> dict[str, str]:
        return {node.kind: name for name, node in self.nodes.items() if node.kind in SINGLE_KINDS}

    @property
    def source_language(self) -> str:
        """The tag of the language in which the texts are written, such as "en"."""
        return self.offered[0]

    @cached_property
    def main_menu(self) -> str:
        """The name of the menu that the opening leads into."""
        opening = self.nodes[self.name_of_kind("opening")]
        assert isinstance(opening, Opening)
        return opening.menu

    @cached_property
    def transfer(self) -> Transfer:
        """The node that dials."""
        node = self.nodes[self.name_of_kind("transfer")]
        assert isinstance(node, Transfer)
        return node

    @cached_property
    def _parents(self) -> dict[str, str]:
        offered_by = {
            choice: menu for menu, node in self.nodes.items() if isinstance(node, Menu) for choice in node.choices
        }
        return {name: _named_parent(node) or offered_by.get(name, self.main_menu) for name, node in self.nodes.items()}

    def parent(self, name: str) -> str:
        """The menu that `*` leads to: the node's `parent`, or the menu that offers it; at the main menu, itself."""
        return self._parents[name]

    def choices(self, name: str) -> tuple[str, ...]:
        """The nodes that keys 1, 2, 3 … lead to at a menu; at the opening those of the main menu, at other nodes ()."""
        node = self.nodes.get(name)
        menu = self.nodes[node.menu] if isinstance(node, Opening) else node
        return tuple(menu.choices) if isinstance(menu, Menu) else ()

    def part_count(self, name: str) -> int:
        """The number of parts of the node's text."""
        return self.parts.get(name, 1)


def _named_parent(node: Node) -> str | None:
    """The menu that the fields of `node` name: its `parent`, or the `menu` of an opening or a farewell."""
    if isinstance(node, Menu | Transfer):
        return None
    return node.menu if isinstance(node, Opening | Farewell) else node.parent


def leads_to(node: Node) -> tuple[str, ...]:
    """The names of the nodes that `node` names, in the order of its fields."""
    if isinstance(node, Menu):
        return tuple(node.choices)
    if isinstance(node, Transfer):
        return (node.connected, node.not_connected)
    return tuple(filter(None, [_named_parent(node)]))
