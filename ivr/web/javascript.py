"""Joins a script with the modules that it imports into one file, which a page loads with one request.

Each module becomes a function that returns its exports, so that equal names in two modules do not collide:

    const clock_js = (() => {
    class Clock {}
    return { Clock };
    })();

The module that imports it begins with `const { Clock } = clock_js;`. Comments on lines of their own are left out.
"""

import re
from pathlib import Path

_IMPORT = re.compile(r'^import ([^"]+?) from "\./(\w+)\.js";\n', re.MULTILINE)
_EXPORT = re.compile(r"^export (?=(?:(?:async )?function|class|const) (\w+))", re.MULTILINE)
_COMMENT = re.compile(r"^[ \t]*(?://[^\n]*|/\*(?:(?!\*/).)*\*/)\n", re.MULTILINE | re.DOTALL)


def joined_script(path: Path) -> str:
    """The script at `path` with every module that it imports, each once, before the first module that needs it.

    A module imports names (`import { Clock } from "./clock.js";`) or all exports (`import * as screen from …`) of files
    in its own folder. It exports functions, classes and constants where it declares them.
    """
    modules: dict[str, str] = {}
    _add_module(path, modules)
    return "".join(modules.values())


def _add_module(path: Path, modules: dict[str, str]) -> None:
    """Add the module at `path` to `modules`, by its name, after those that it imports."""
    if path.stem in modules:
        return
    source = _COMMENT.sub("", path.read_text("utf-8"))
    for _, name in _IMPORT.findall(source):
        _add_module(path.with_stem(name), modules)
    exports = ", ".join(_EXPORT.findall(source))
    body = _EXPORT.sub("", _IMPORT.sub(_as_constant, source))
    modules[path.stem] = f"const {path.stem}_js = (() => {{\n{body}return {{ {exports} }};\n}})();\n"


def _as_constant(match: re.Match[str]) -> str:
    """An import as the declaration of a constant."""
    names = match[1].removeprefix("* as ").replace(" as ", ": ")
    return f"const {names} = {match[2]}_js;\n"
