"""The map of the line as a drawing and as an outline: the menus and topics, and the key that leads to each.

We write DOT; the program `dot` of Graphviz, where it is installed, draws it. Nothing of a call comes in here.
"""

import shutil
import subprocess
import textwrap
from collections.abc import Iterator
from html import escape

from ivr.call.flow import Flow
from ivr.call.transitions import LANGUAGES_PER_PART
from ivr.errors import BadSettings
from ivr.script.labels import title_of, way_to
from ivr.script.model import Entry, Script

PATIENCE = 60
"""Seconds that `dot` may take."""
LABEL = 32
"""Characters of a line in a box of the drawing."""
STYLE = {
    "graph": 'rankdir=LR, ordering=out, nodesep=0.12, ranksep=0.9, bgcolor="#ffffff"',
    "node": 'shape=box, style="rounded,filled", fillcolor="#ffffff", color="#8a8f94", fontcolor="#1c1f21", '
    'fontsize=11, margin="0.14,0.06", fontname="Helvetica, Arial, sans-serif"',
    "edge": 'color="#8a8f94", arrowsize=0.6',
}
FILL = {"menu": "#e3eef1", "reminder": "#f7e9e4", "transfer": "#f7e9e4"}
"""The colour of a box by its kind; white where none is named. The kind is also written in the outline."""


def outline(book: Script, flow: Flow) -> Iterator[str]:
    """Lines of plain text, each whole in itself: the way, the label, the kind and the name, indented by depth."""
    for entry in book.entries:
        keys = " ".join(entry.keys.split()) or "start"
        yield f"{'  ' * entry.depth}{keys}: {title_of(flow, entry)} ({_kind(entry)}, {entry.node})"
    yield ""
    yield "At any time:"
    for entry in book.others:
        yield f"  {way_to(flow, entry)}: {title_of(flow, entry)} ({_kind(entry)}, {entry.node})"
    other = "the other language" if len(flow.published) <= 2 else f"another language, {LANGUAGES_PER_PART} at a time"
    yield f"  press 8: {other}; 7: again, more slowly; *: the menu before; #: the next part"


def _kind(entry: Entry) -> str:
    parts = len(entry.parts)
    return f"{entry.kind}, {parts} parts" if parts > 1 else entry.kind


def dot(book: Script, flow: Flow) -> str:
    """The map in the DOT language, https://graphviz.org/doc/info/lang.html."""
    lines = ["digraph line {", *(f"  {name} [{style}];" for name, style in STYLE.items())]
    lines += [_box(flow, entry) for entry in (*book.entries, *book.others)]
    lines += [f'  "{entry.node}" -> "{choice.node}";' for entry in book.entries for choice in entry.choices]
    return "\n".join([*lines, *_always(flow), "}"]) + "\n"


def _always(flow: Flow) -> Iterator[str]:
    """What every text leads to would be lines from everywhere: the root's stand for all."""
    transfer = flow.transfer
    connect, reminder = flow.only("transfer"), flow.only("reminder")
    yield f'  "{flow.main_menu}" -> "{connect}" [style=dashed];'
    yield f'  "{flow.main_menu}" -> "{reminder}" [style=dashed];'
    yield f'  "{connect}" -> "{transfer.connected}" [style=dashed];'
    yield f'  "{connect}" -> "{transfer.not_connected}" [style=dashed];'


def _box(flow: Flow, entry: Entry) -> str:
    kind, key = flow.nodes[entry.node].kind, _key(flow, entry)
    label = "<br/>".join(escape(line) for line in textwrap.wrap(title_of(flow, entry), LABEL))
    named = f"<b>{escape(key)}</b>  " if key else ""
    name = f'<font point-size="9" color="#565c61">{escape(entry.node)}</font>'
    fill = FILL.get(kind, "#ffffff")
    return f'  "{entry.node}" [id="{entry.node}", fillcolor="{fill}", label=<{named}{label}<br/>{name}>];'


def _key(flow: Flow, entry: Entry) -> str:
    always = {"transfer": "0", "reminder": "9"}
    return entry.keys.split()[-1] if entry.keys else always.get(flow.nodes[entry.node].kind, "")


def svg(drawing: str) -> str:
    """The SVG that Graphviz makes of `drawing` (DOT). Raises BadSettings where it is not installed, or fails."""
    program = shutil.which("dot")
    if program is None:
        raise BadSettings(
            "The program `dot`, which draws the map, is not on this machine. Install the package graphviz "
            "(`apt install graphviz`, `brew install graphviz`), or read `ivr map --outline`."
        )
    try:
        drawn = subprocess.run([program, "-Tsvg"], input=drawing, capture_output=True, text=True, timeout=PATIENCE)
    except subprocess.TimeoutExpired:
        raise BadSettings(f"`dot` did not finish within {PATIENCE} seconds. Try `ivr map --outline`.") from None
    if drawn.returncode:
        raise BadSettings(f"`dot` could not draw the map: {drawn.stderr.strip()}")
    return drawn.stdout
