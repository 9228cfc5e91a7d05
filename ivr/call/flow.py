"""The map: which nodes there are, of what kind, and where their keys lead. It knows no words, numbers or files."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

MAX_CHOICES, MAX_MAIN_CHOICES = 5, 6
"""Choices of a menu at most, and of the main menu: the one that the opening leads into."""
NAME = re.compile(r"[a-z][a-z0-9_]*")
TAG = re.compile(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*", re.ASCII)
"""What a language is called in the map, in addresses and in locales/: "es", "pt-BR"."""
RESERVED = frozenset({"person", "again", "language", "reminder_again", "back", "next", "outcome", "slow", "moved"})


class _Node(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class Opening(_Node):
    """What a ringing telephone hears first. Its keys are those of the root menu `menu`."""

    kind: Literal["opening"]
    menu: str


class Menu(_Node):
    """`choices` are the keys 1, 2, 3 … in this order."""

    kind: Literal["menu"]
    choices: list[str]


class Topic(_Node):
    """A text, in one part or several. `parent` only where no menu offers it."""

    kind: Literal["topic"]
    parent: str | None = None


class Reminder(_Node):
    """Key 9: hang up and dial 911 on this phone; 1 repeats it."""

    kind: Literal["reminder"]
    parent: str


class Transfer(_Node):
    """Key 0: dials `number` (a name in numbers.toml), then goes to `connected` or to `not_connected`."""

    kind: Literal["transfer"]
    number: str
    connected: str
    not_connected: str


class Farewell(_Node):
    """After a conversation: a goodbye, and the choices of `menu` once more."""

    kind: Literal["farewell"]
    menu: str


class Languages(_Node):
    """Key 8 when three or more languages are published: each is offered in its own language and voice."""

    kind: Literal["languages"]
    parent: str


Node = Annotated[Opening | Menu | Topic | Reminder | Transfer | Farewell | Languages, Field(discriminator="kind")]
ONCE = {"opening", "reminder", "transfer", "farewell", "languages"}


@dataclass(frozen=True, eq=False)
class Flow:
    """The map. `published` are language tags, a call begins in the first. `parts` counts each text's parts.

    `moved` leads from the name of a node of an earlier release to the node that took its place.
    """

    nodes: Mapping[str, Node]
    published: tuple[str, ...]
    parts: Mapping[str, int] = field(default_factory=dict)
    moved: Mapping[str, str] = field(default_factory=dict)

    def only(self, kind: str) -> str:
        """The name of the one node of this kind ("opening", "reminder", "transfer", "farewell", "languages")."""
        return self._only[kind]

    @cached_property
    def _only(self) -> dict[str, str]:
        return {node.kind: name for name, node in self.nodes.items() if node.kind in ONCE}

    @cached_property
    def root(self) -> str:
        """The root menu: the one that the opening leads into."""
        opening = self.nodes[self.only("opening")]
        assert isinstance(opening, Opening)
        return opening.menu

    @cached_property
    def transfer(self) -> Transfer:
        """The node that dials."""
        node = self.nodes[self.only("transfer")]
        assert isinstance(node, Transfer)
        return node

    @cached_property
    def _parents(self) -> dict[str, str]:
        offered = {
            choice: menu for menu, node in self.nodes.items() if isinstance(node, Menu) for choice in node.choices
        }
        own = {name: getattr(node, "parent", None) or getattr(node, "menu", None) for name, node in self.nodes.items()}
        return {name: own[name] or offered.get(name, self.root) for name in self.nodes}

    def parent(self, name: str) -> str:
        """The menu that `*` leads to: the node's own `parent`, else the menu that offers it; the root's is the root."""
        return self._parents[name]

    @cached_property
    def _choices(self) -> dict[str, tuple[str, ...]]:
        offered = {name: tuple(node.choices) for name, node in self.nodes.items() if isinstance(node, Menu)}
        openings = {name: node.menu for name, node in self.nodes.items() if isinstance(node, Opening)}
        return offered | {name: offered.get(menu, ()) for name, menu in openings.items()}

    def choices(self, name: str) -> tuple[str, ...]:
        """What the keys 1, 2, 3 … lead to at a menu, and at the opening, whose keys are its menu's; else nothing."""
        return self._choices.get(name, ())

    def last_part(self, name: str) -> int:
        """The number of parts of the node's text, 1 where nothing is known."""
        return self.parts.get(name, 1)

    def speaking(self, published: tuple[str, ...], parts: Mapping[str, int]) -> "Flow":
        """The same map with the languages that can really be spoken and the parts that the texts really have."""
        return replace(self, published=published, parts=parts)


def leads_to(node: Node) -> tuple[str, ...]:
    """The names of the nodes that `node` names, in the order of its fields."""
    match node:
        case Menu():
            return tuple(node.choices)
        case Transfer():
            return (node.connected, node.not_connected)
        case Opening() | Farewell():
            return (node.menu,)
        case Topic() | Reminder() | Languages():
            return (node.parent,) if node.parent else ()
