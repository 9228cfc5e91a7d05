"""The map of the line, as an outline and as a drawing in DOT: the menus and topics, and the key that leads to each."""

import shutil
import subprocess
import textwrap
from collections.abc import Iterator
from html import escape

from ivr.call.flow import Flow
from ivr.call.transitions import LANGUAGES_PER_PART
from ivr.errors import OperationFailed
from ivr.script.labels import heard_when, title_of
from ivr.script.model import Entry, Script

DOT_TIMEOUT = 60
"""Seconds that `dot` may take."""
LABEL_WIDTH = 32
"""Characters in a line of a box."""
STYLE = {
    "graph": 'rankdir=LR, ordering=out, nodesep=0.12, ranksep=0.9, bgcolor="#ffffff"',
    "node": 'shape=box, style="rounded,filled", fillcolor="#ffffff", color="#8a8f94", fontcolor="#1c1f21", '
    'fontsize=11, margin="0.14,0.06", fontname="Helvetica, Arial, sans-serif"',
    "edge": 'color="#8a8f94", arrowsize=0.6',
}
FILL = {"menu": "#e3eef1", "reminder": "#f7e9e4", "transfer": "#f7e9e4"}
"""The colour of a box by its kind, white for the others. The outline has the kind in words."""


def outline(script: Script, flow: Flow) -> Iterator[str]:
    """Lines of plain text, indented by depth: keys, label, kind and name, such as "1 2: For pears (topic, pears)"."""
    for entry in script.entries:
        keys = " ".join(entry.keys.split()) or "start"
        yield f"{'  ' * entry.depth}{keys}: {title_of(flow, entry)} ({_kind(entry)}, {entry.name})"
    yield ""
    yield "At any time:"
    for entry in script.others:
        yield f"  {heard_when(flow, entry)}: {title_of(flow, entry)} ({_kind(entry)}, {entry.name})"
    other = "the other language" if len(flow.offered) <= 2 else f"another language, {LANGUAGES_PER_PART} at a time"
    yield f"  press 8: {other}; 7: again, more slowly; *: the menu above; #: the next part"


def _kind(entry: Entry) -> str:
    parts = len(entry.parts)
    return f"{entry.kind}, {parts} parts" if parts > 1 else entry.kind


def dot(script: Script, flow: Flow) -> str:
    """The map in the DOT language, https://graphviz.org/doc/info/lang.html."""
    lines = ["digraph line {", *(f"  {name} [{style}];" for name, style in STYLE.items())]
    lines += [_box(flow, entry) for entry in (*script.entries, *script.others)]
    lines += [f'  "{entry.name}" -> "{choice.node}";' for entry in script.entries for choice in entry.choices]
    return "\n".join([*lines, *_global_edges(flow), "}"]) + "\n"


def _global_edges(flow: Flow) -> Iterator[str]:
    """Keys 0 and 9 work at every node. Only the main menu's edges are drawn, to keep the drawing readable."""
    main_menu, connect, reminder = flow.main_menu, flow.name_of_kind("transfer"), flow.name_of_kind("reminder")
    edges = [(main_menu, connect), (main_menu, reminder)]
    edges += [(connect, flow.transfer.connected), (connect, flow.transfer.not_connected)]
    return (f'  "{node}" -> "{target}" [style=dashed];' for node, target in edges)


def _box(flow: Flow, entry: Entry) -> str:
    kind = flow.nodes[entry.name].kind
    key = entry.keys.split()[-1] if entry.keys else {"transfer": "0", "reminder": "9"}.get(kind, "")
    label = "<br/>".join(escape(line) for line in textwrap.wrap(title_of(flow, entry), LABEL_WIDTH))
    named = f"<b>{escape(key)}</b>  " if key else ""
    name = f'<font point-size="9" color="#565c61">{escape(entry.name)}</font>'
    fill = FILL.get(kind, "#ffffff")
    return f'  "{entry.name}" [id="{entry.name}", fillcolor="{fill}", label=<{named}{label}<br/>{name}>];'


def svg(drawing: str) -> str:
    """The SVG of `drawing` (DOT). Raises OperationFailed where Graphviz is not installed, is too slow or fails."""
    program = shutil.which("dot")
    if program is None:
        raise OperationFailed(
            "The program `dot`, which draws the map, is not installed. Install the package graphviz "
            "(`apt install graphviz`, `brew install graphviz`), or use `ivr map --outline`."
        )
    try:
        drawn = subprocess.run([program, "-Tsvg"], input=drawing, capture_output=True, text=True, timeout=DOT_TIMEOUT)
    except subprocess.TimeoutExpired:
        raise OperationFailed(f"`dot` did not finish within {DOT_TIMEOUT} seconds. Try `ivr map --outline`.") from None
    if drawn.returncode:
        raise OperationFailed(f"`dot` could not draw the map: {drawn.stderr.strip()}")
    return drawn.stdout
