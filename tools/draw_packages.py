"""Draw the packages of ivr/ and their imports as a Mermaid diagram in docs/architecture.md (`make picture`).

An arrow means "imports". An import that a longer path of arrows already implies is left out: A → C disappears where
A → B → C exists. Format: https://mermaid.js.org/syntax/flowchart.html, which GitHub and GitLab render.
"""

import ast
import sys
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parent.parent
PAGE = CHECKOUT / "docs" / "architecture.md"
BEGIN, END = "<!-- make picture writes from here -->\n", "<!-- to here -->\n"


def package(path: Path) -> str:
    """The package of a file, or the name of the file beside them: "call" for ivr/call/urls.py, "log" for ivr/log.py."""
    return path.relative_to(CHECKOUT / "ivr").with_suffix("").parts[0]


def imports(root: Path) -> dict[str, set[str]]:
    """Which packages below `root` import which others, such as {"call": {"errors"}}."""
    found: dict[str, set[str]] = {}
    for path in sorted(root.rglob("*.py")):
        if path.parent == root and path.stem.startswith("__"):
            continue
        names = found.setdefault(package(path), set())
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.ImportFrom) and node.module == "ivr":
                names |= {alias.name for alias in node.names if not alias.name.startswith("_")}
            elif isinstance(node, ast.ImportFrom) and str(node.module).startswith("ivr."):
                names.add(str(node.module).split(".")[1])
    return {name: targets - {name} for name, targets in found.items()}


def has_path(graph: dict[str, set[str]], start: str, end: str) -> bool:
    """Whether `start` imports `end` by way of another package."""
    seen, waiting = {start}, list(graph[start] - {end})
    while waiting:
        name = waiting.pop()
        if name == end:
            return True
        if name not in seen:
            seen.add(name)
            waiting += graph.get(name, set())
    return False


def reduced(graph: dict[str, set[str]]) -> dict[str, set[str]]:
    """The graph without the arrows that a longer path implies."""
    return {name: {end for end in ends if not has_path(graph, name, end)} for name, ends in graph.items()}


def diagram(root: Path = CHECKOUT / "ivr") -> str:
    """The diagram of the packages below `root`."""
    graph = reduced(imports(root))
    arrows = [f"    {name} --> {target}" for name in sorted(graph) for target in sorted(graph[name])]
    return "\n".join(["```mermaid", "flowchart LR", *arrows, "```"]) + "\n"


def page_with(picture: str, page: str) -> str:
    """The text of the page with the picture between its marks."""
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
    return before + BEGIN + picture + END + after


if __name__ == "__main__":
    PAGE.write_text(page_with(diagram(), PAGE.read_text("utf-8")), "utf-8")
    sys.stdout.write(f"wrote the picture in {PAGE.relative_to(CHECKOUT)}\n")
