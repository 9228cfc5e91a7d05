"""The architecture, read off the imports: which room knows which, what may stand where, how large anything may be."""

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
EMPTY_NAMES = {"utils", "util", "helpers", "helper", "common", "misc", "core", "base", "manager", "service", "services"}

MAY_IMPORT = {
    # the values of a call, and what everybody knows
    "call": "",
    "errors": "",
    "ear": "",
    "files": "errors",
    "garbage": "",
    # the map
    "flow": "",
    "map_file": "errors files flow",
    "walk": "call flow",
    "readings": "call flow walk",
    "addresses": "call errors flow walk",
    # the words
    "facts": "errors files",
    "catalogue": "errors files",
    "voices": "errors files",
    "recordings": "errors files",
    "locales": "catalogue ear errors files recordings voices",
    "prompts": "errors facts files locales recordings",
    "twiml": "call ear locales prompts",
    # the compiled line
    "content": "errors facts flow locales map_file prompts readings",
    "line": "addresses call content ear errors facts flow prompts readings twiml voices walk",
    # rooms of their own: a telephone knows nothing of us, the checks know the line
    "phone": "",
    "check": "addresses call catalogue content ear errors facts files flow line locales phone prompts readings "
    "recordings twiml voices walk",
    "book": "call catalogue check ear errors facts flow line prompts readings walk",
    # the door
    "form": "",
    "signature": "errors form",
    "settings": "errors facts line",
    "journal": "",
    "counts": "call journal",
    "usage_tables": "counts",
    "usage_file": "counts errors usage_tables",
    "usage_database": "counts errors usage_tables",
    "counting": "counts settings usage_database usage_file usage_tables",
    "metrics": "call counts",
    "metrics_door": "metrics",
    "readiness": "check errors garbage line settings signature",
    "audio": "addresses recordings",
    "web": "addresses audio book call calling check ear errors facts line locales phone readiness settings twiml",
    "app": "addresses audio call counts errors form journal line metrics readiness settings signature web",
    "wire": "",
    "workers": "",
    "serving": "app counting counts errors garbage journal metrics metrics_door readiness settings wire workers",
    # for people at a keyboard: they may know anything but the command itself
    "calling": "addresses ear errors line phone settings signature",
    "translating": "book catalogue check errors line prompts",
    "operate": "*",
    "room": "*",
    "cli": "*",
    "__main__": "cli garbage",
}
"""Each room, or file, and the rooms that it may import; its own files it may always. `*` is any but `cli`."""

ONLY_THERE = {
    "twilio.twiml": {"ivr.twiml"},
    "twilio.request_validator": {"ivr.signature"},
    "twilio.rest": {"ivr.operate.account"},
    "fastapi": {"ivr.app", "ivr.audio", "ivr.web"},
    "uvicorn": {"ivr.serving", "ivr.wire"},
    "sqlite3": {"ivr.usage_file"},
    "psycopg": {"ivr.usage_database"},
    "jinja2": {"ivr.prompts", "ivr.check.catalogue", "ivr.book", "ivr.operate", "ivr.room", "ivr.web"},
    "babel": {"ivr.catalogue", "ivr.check.catalogue", "ivr.translating", "ivr.book", "ivr.room", "ivr.web"},
    "click": {"ivr.cli", "ivr.calling", "ivr.operate", "ivr.room"},
    "pydantic_settings": {"ivr.settings"},
}
"""Libraries, and the files or rooms in which they may be imported."""


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


def room(module: str) -> str:
    """The room of one of our modules: "check" of "ivr.check.keys", "line" of "ivr.line"."""
    return [*module.split("."), ""][1]


MODULES = [name for name in TREES if name != "ivr"]
SOURCES = {name: path.read_text("utf-8") for name, path in PATHS.items()}


def functions() -> Iterator[tuple[str, ast.FunctionDef | ast.AsyncFunctionDef]]:
    """Every function, with the file that it stands in."""
    for name, tree in TREES.items():
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                yield name, node


def test_every_file_has_its_place_in_the_table() -> None:
    """Where this fails a room is new: say in MAY_IMPORT what it may know."""
    assert {room(name) for name in MODULES} == set(MAY_IMPORT)


def test_a_file_imports_only_what_its_room_may_know() -> None:
    strangers = {
        name: sorted(module for module in ours(name) if not may_know(room(name), room(module))) for name in MODULES
    }
    assert {name: modules for name, modules in strangers.items() if modules} == {}


def may_know(one: str, other: str) -> bool:
    allowed = MAY_IMPORT.get(one, "")
    return one == other or (other not in ("cli", "__main__") if allowed == "*" else other in allowed.split())


def test_nothing_imports_the_command() -> None:
    assert [name for name in MODULES if "ivr.cli" in ours(name)] == ["ivr.__main__"]


def test_no_import_leads_back_to_where_it_began() -> None:
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


def test_a_telephone_knows_the_standard_library_and_nothing_of_us() -> None:
    known = {module for name in MODULES if room(name) == "phone" for module in imported(name)}
    assert known
    assert {
        one for one in known if not one.startswith("ivr.phone.") and first(one) not in sys.stdlib_module_names
    } == set()


def first(module: str) -> str:
    return module.partition(".")[0]


def within(module: str, places: Collection[str]) -> bool:
    """Whether `module` is one of `places`, or stands in one of them."""
    return any(module == place or module.startswith(f"{place}.") for place in places)


@pytest.mark.parametrize("library", ONLY_THERE)
def test_a_library_is_used_in_its_place_only(library: str) -> None:
    users = [name for name in TREES if any(within(module, [library]) for module in imported(name))]
    assert users
    assert [name for name in users if not within(name, ONLY_THERE[library])] == []


def test_nothing_that_answers_calls_can_ring_write_or_send() -> None:
    answering = ("addresses", "app", "line", "prompts", "readiness", "readings", "signature", "twiml", "walk")
    barred = ["twilio.rest", "smtplib", "subprocess", "socket", "urllib.request", "http.client", "requests", "httpx2"]
    found = {module for name in answering for module in imported(f"ivr.{name}") if within(module, barred)}
    assert found == set()


def test_only_the_settings_read_the_environment() -> None:
    words = re.compile(r"\b(os\.environb?|getenvb?|load_dotenv|from os import)\b")
    assert {name for name, source in SOURCES.items() if words.search(source)} <= {"ivr.settings"}


def test_no_file_has_an_empty_name() -> None:
    assert {word for name in PATHS for word in name.split(".")} & EMPTY_NAMES == set()


def test_no_file_is_too_long_to_be_read() -> None:
    assert {name for name, source in SOURCES.items() if len(source.splitlines()) > MOST_LINES} == set()


def test_no_function_is_too_long_to_be_read() -> None:
    lines = {f"{name}.{node.name}": int(node.end_lineno or 0) - node.lineno + 1 for name, node in functions()}
    assert {name: length for name, length in lines.items() if length > LONGEST_FUNCTION} == {}


def test_every_file_says_what_it_is_for() -> None:
    assert [name for name, tree in TREES.items() if not ast.get_docstring(tree)] == []


def test_only_the_writer_writes_xml() -> None:
    verb = re.compile(r"</?(Response|Say|Gather|Dial|Number|Hangup|Redirect|Play)\b")
    writers = {name for name, tree in TREES.items() if any(verb.search(text) for text in written(tree))}
    assert writers == {"ivr.twiml", *(name for name in writers if room(name) == "phone")}


def written(tree: ast.Module) -> set[str]:
    """Every string of a file that a program may send, as text: those that stand by themselves are for people only."""
    alone = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    constants = [node for node in ast.walk(tree) if isinstance(node, ast.Constant) and id(node) not in alone]
    texts = {node.value for node in constants if isinstance(node.value, str)}
    return texts | {node.value.decode("latin-1") for node in constants if isinstance(node.value, bytes)}


@pytest.mark.parametrize("folder", ["prompts", "locales"])
def test_content_holds_no_program(folder: str) -> None:
    assert list((CHECKOUT / folder).rglob("*.py")) == []
    assert list((CHECKOUT / folder).rglob("*.mo")) == []


def test_nothing_in_the_program_is_ever_spoken() -> None:
    assert list(IVR.rglob("*.txt")) == []
    assert list(IVR.rglob("*.po")) == []
