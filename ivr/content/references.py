"""Faults between the files of a content: a name without its number, text or node, and a text in too many parts."""

from collections.abc import Iterator, Mapping, Sequence

from ivr.call.flow import Farewell, Flow, LanguageMenu, Menu, Opening
from ivr.call.playlist import SHARED_TEXTS
from ivr.content.facts import Facts
from ivr.content.layer import Stack
from ivr.content.templates import Template
from ivr.errors import Fault


def reference_faults(stack: Stack, flow: Flow, facts: Facts, templates: Mapping[str, Template]) -> Iterator[Fault]:
    """References without a target: a dialled number without `dial`, a node without a text, a text without a node."""
    transfer = facts.numbers.get(flow.transfer.number)
    if transfer is None or transfer.dial is None:
        where = f"{stack.flow_path}: [{flow.name_of_kind('transfer')}]"
        found = f"it dials `{flow.transfer.number}`, which has no `dial` in numbers.toml"
        yield Fault(where, found, "Name a number that the line may dial.")
    # the opening and the language menu say shared texts alone
    nodes = (name for name, node in flow.nodes.items() if not isinstance(node, Opening | LanguageMenu))
    names = [*nodes, *SHARED_TEXTS]
    for name in names:
        if name not in templates:
            remedy = f"Write {name}.txt, or lines/{name}.txt for a shared text."
            yield Fault(f"{(stack.layer or stack.base) / 'prompts'}", f"there is no text `{name}`", remedy, text=name)
    for name, template in templates.items():
        if name not in names:
            found, remedy = "no node of flow.toml has this name", "Add the node to flow.toml, or remove the text."
            if stack.layer:
                found, remedy = "no node has this name", "Add it to a menu in [add] of own.toml, or remove the text."
            yield Fault(str(template.path), found, remedy, text=name)
        yield from _part_faults(flow, template)


def _part_faults(flow: Flow, template: Template) -> Iterator[Fault]:
    """A menu or a farewell with too many parts: a menu below the main one may have a heading before its choices."""
    node, most = flow.nodes.get(template.name), 1 if template.name == flow.main_menu else 2
    parts = len(template.parts)
    if (isinstance(node, Farewell) and parts > 1) or (isinstance(node, Menu) and parts > most):
        remedy = "The main menu and the farewell are one part; any other menu is a heading and its choices."
        yield Fault(str(template.path), f"a {node.kind} in {parts} parts", remedy, text=template.name)


def choice_faults(flow: Flow, templates: Mapping[str, Template]) -> Iterator[Fault]:
    """Menus whose choices are not offered each by a paragraph of its own.

    To be called if the texts have no other fault: any other fault can be the reason for one of these.
    """
    for name, node in flow.nodes.items():
        if isinstance(node, Menu):
            faults = _choice_faults(templates[name], node.choices)
            yield from (fault._replace(text=name) for fault in faults)


def _choice_faults(template: Template, choices: Sequence[str]) -> Iterator[Fault]:
    missing = list(choices)
    for paragraph in template.parts[-1]:
        keys = [key for block in paragraph for kind, key in block.placeholders.values() if kind == "press"]
        offered = [choice for choice in choices if choice in keys]
        where = paragraph[0].where
        if not offered:
            remedy = "A menu has one paragraph for each choice: put other words into a topic."
            yield Fault(where, "a paragraph of a menu without a choice", remedy)
        elif len(offered) > 1:
            remedy = "Put a blank line between two choices, and each choice into a block of its own."
            yield Fault(where, f"a paragraph of a menu with the choices {', '.join(offered)}", remedy)
        elif offered[0] not in missing:
            yield Fault(where, f"the choice `{offered[0]}` is offered a second time", "Keep one of its paragraphs.")
        missing = [choice for choice in missing if choice not in offered]
    for choice in missing:
        block = f'{{% trans "{template.name}" key=press.{choice} %}}… press {{{{ key }}}}.{{% endtrans %}}'
        remedy = f"Add one where flow.toml has the choice: {block}"
        yield Fault(template.where, f"no paragraph offers the choice `{choice}`", remedy)
