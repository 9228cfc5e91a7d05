"""The architecture, read from the imports: which package imports which, where libraries are used, sizes."""

import ast
import re
import sys
from collections.abc import Collection, Iterator
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).resolve().parent.parent
IVR = CHECKOUT / "ivr"
PATHS = {".".join(path.relative_to(CHECKOUT).with_suffix("").parts): path for path in sorted(IVR.rglob("*.py"))}
TREES = {name.removesuffix(".__init__"): ast.parse(path.read_text("utf-8")) for name, path in PATHS.items()}

MOST_LINES, LONGEST_FUNCTION = 300, 40
VAGUE_NAMES = {"utils", "util", "helpers", "helper", "common", "misc", "core", "base", "manager", "service", "services"}

ORDER = (
    "errors log phone",
    "call refusal signature speech",
    "content setting_rules",
    "line",
    "check settings simulator",
    "readiness script usage export",
    "operate translate web",
    "server",
    "cli",
    "__main__",
)
"""The packages, and the files beside them, from left to right. Each imports only from further left."""

ONLY_THERE = {
    "twilio.twiml": {"ivr.line.twiml"},
    "twilio.request_validator": {"ivr.signature"},
    "twilio.rest": {"ivr.operate.account"},
    "fastapi": {"ivr.server", "ivr.web"},
    "uvicorn": {"ivr.server"},
    "sqlite3": {"ivr.usage.sqlite"},
    "psycopg": {"ivr.usage.postgres"},
    "jinja2": {"ivr.content", "ivr.script", "ivr.usage.layout", "ivr.translate", "ivr.web"},
    "babel": {"ivr.call.language_tags", "ivr.content", "ivr.script", "ivr.translate", "ivr.web"},
    "click": {"ivr.cli"},
    "pydantic_settings": {"ivr.settings"},
}
"""Libraries, and the files or packages in which they may be imported."""


def imported(name: str) -> Iterator[str]:
    """The modules that the file `name` imports, wherever in it."""
    for node in ast.walk(TREES[name]):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{name}: an import says where from, in full"
            module, named = str(node.module), [f"{node.module}.{one.name}" for one in node.names]
            yield from (one if one in TREES or first(module) != "ivr" else module for one in named)


def ours(name: str) -> set[str]:
    return {module for module in imported(name) if module.startswith("ivr.")}


def package(module: str) -> str:
    """The package of one of our modules, such as "check" for "ivr.check.events" and "errors" for "ivr.errors"."""
    return [*module.split("."), ""][1]


RANK = {name: number for number, names in enumerate(ORDER) for name in names.split()}
MODULES = [name for name in TREES if name != "ivr"]
SOURCES = {name: path.read_text("utf-8") for name, path in PATHS.items()}


def functions() -> Iterator[tuple[str, ast.FunctionDef | ast.AsyncFunctionDef]]:
    """Every function, with its file."""
    for name, tree in TREES.items():
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                yield name, node


def test_every_package_is_in_the_order() -> None:
    """Where this fails a package is new: say in ORDER what it may import."""
    assert {package(name) for name in MODULES} <= set(RANK)


def test_packages_import_only_from_the_left() -> None:
    wrong = {
        (name, module) for name in MODULES for module in ours(name) if not may_import(package(name), package(module))
    }
    assert wrong == set()


def may_import(one: str, other: str) -> bool:
    return one == other or RANK[other] < RANK[one]


def test_only_main_imports_cli() -> None:
    assert [
        name for name in MODULES if package(name) != "cli" and any(package(module) == "cli" for module in ours(name))
    ] == ["ivr.__main__"]


def test_imports_have_no_cycle() -> None:
    whole, path = set[str](), list[str]()

    def visit(name: str) -> None:
        assert name not in path, " -> ".join([*path[path.index(name) :], name])
        if name in whole:
            return
        path.append(name)
        for module in sorted(ours(name) - {name}):
            visit(module)
        path.pop()
        whole.add(name)

    for name in MODULES:
        visit(name)
    assert whole == set(MODULES)


def test_phone_imports_the_standard_library_only() -> None:
    known = {module for name in MODULES if package(name) == "phone" for module in imported(name)}
    assert known
    assert {
        one for one in known if not one.startswith("ivr.phone.") and first(one) not in sys.stdlib_module_names
    } == set()


def first(module: str) -> str:
    return module.partition(".")[0]


def within(module: str, places: Collection[str]) -> bool:
    """Whether `module` is one of `places` or is inside one of them."""
    return any(module == place or module.startswith(f"{place}.") for place in places)


@pytest.mark.parametrize("library", ONLY_THERE)
def test_libraries_are_imported_in_their_packages_only(library: str) -> None:
    users = [name for name in TREES if any(within(module, [library]) for module in imported(name))]
    assert users
    assert [name for name in users if not within(name, ONLY_THERE[library])] == []


def test_answering_code_imports_no_network_client() -> None:
    answering = ("call", "content", "line", "readiness", "signature", "server.webhook", "server.urlencoded")
    barred = ["twilio.rest", "smtplib", "subprocess", "socket", "urllib.request", "http.client", "requests", "httpx2"]
    found = {
        module
        for name in MODULES
        if within(name, [f"ivr.{place}" for place in answering])
        for module in imported(name)
        if within(module, barred)
    }
    assert found == set()


def test_only_the_settings_read_the_environment() -> None:
    words = re.compile(r"\b(os\.environb?|getenvb?|load_dotenv|from os import)\b")
    assert {name for name, source in SOURCES.items() if words.search(source)} <= {"ivr.settings"}


def test_no_module_has_a_vague_name() -> None:
    assert {word for name in PATHS for word in name.split(".")} & VAGUE_NAMES == set()


def test_files_are_short() -> None:
    assert {name for name, source in SOURCES.items() if len(source.splitlines()) > MOST_LINES} == set()


def test_functions_are_short() -> None:
    lines = {f"{name}.{node.name}": int(node.end_lineno or 0) - node.lineno + 1 for name, node in functions()}
    assert {name: length for name, length in lines.items() if length > LONGEST_FUNCTION} == {}


def test_every_module_has_a_docstring() -> None:
    assert [name for name, tree in TREES.items() if not ast.get_docstring(tree)] == []


def test_only_twiml_writes_xml() -> None:
    verb = re.compile(r"</?(Response|Say|Gather|Dial|Number|Hangup|Redirect|Play)\b")
    writers = {name for name, tree in TREES.items() if any(verb.search(text) for text in written(tree))}
    assert writers == {"ivr.line.twiml", *(name for name in writers if package(name) == "phone")}


def written(tree: ast.Module) -> set[str]:
    """Every string of a file that a program may send, as text, without docstrings."""
    alone = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    constants = [node for node in ast.walk(tree) if isinstance(node, ast.Constant) and id(node) not in alone]
    texts = {node.value for node in constants if isinstance(node.value, str)}
    return texts | {node.value.decode("latin-1") for node in constants if isinstance(node.value, bytes)}


@pytest.mark.parametrize("folder", ["prompts", "locales"])
def test_content_has_no_python(folder: str) -> None:
    assert list((CHECKOUT / folder).rglob("*.py")) == []
    assert list((CHECKOUT / folder).rglob("*.mo")) == []


def test_program_contains_no_texts() -> None:
    assert list(IVR.rglob("*.txt")) == []
    assert list(IVR.rglob("*.po")) == []
