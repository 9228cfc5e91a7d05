"""Change one thing at a time in what decides where callers go, and see whether a test notices (`make mutants`).

Each change is made in a copy of the program; the tests named for its file are run on it. A change that no test notices
survives and is printed. ONLY=walk looks at one file; docs/threats.md explains the survivors that stand.
"""

import ast
import copy
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import NamedTuple

CHECKOUT = Path(__file__).resolve().parent.parent
PYTEST = str(Path(sys.executable).with_name("pytest"))
TESTS = {
    "walk": ["test_walk.py", "hostile/test_small_changes.py", "test_calls.py", "test_line.py"],
    "addresses": ["test_addresses.py", "hostile/test_small_changes.py", "hostile/test_issued_addresses.py"],
    "signature": ["test_signature.py", "hostile/test_signed.py"],
}
AT_ONCE = 2
PATIENCE = 240


class Mutant(NamedTuple):
    """One change: of which file, in which line, what it was and became, and the whole file with it."""

    file: str
    line: int
    was: str
    became: str
    source: str


SWAPS: dict[type, type] = {
    ast.Eq: ast.NotEq, ast.NotEq: ast.Eq, ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt,
    ast.In: ast.NotIn, ast.NotIn: ast.In, ast.Is: ast.IsNot, ast.IsNot: ast.Is, ast.And: ast.Or, ast.Or: ast.And,
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.FloorDiv: ast.Mult,
}  # fmt: skip


def mutants(file: str, source: str) -> Iterator[Mutant]:
    """Every change of `source`, one at a time; what stands in docstrings and annotations is left alone."""
    tree = ast.parse(source)
    quiet = {id(one) for one in _unspoken(tree)}
    for number, node in enumerate(ast.walk(tree)):
        if id(node) in quiet:
            continue
        for changed in _changes(node):
            whole = copy.deepcopy(tree)
            there = list(ast.walk(whole))[number]
            before = ast.unparse(there)
            there.__dict__.clear()
            there.__class__ = type(changed)  # type: ignore[assignment]
            there.__dict__.update(vars(changed))
            yield Mutant(file, getattr(node, "lineno", 0), before, ast.unparse(changed), ast.unparse(ast.fix_missing_locations(whole)))  # fmt: skip # noqa: E501


def _changes(node: ast.AST) -> Iterator[ast.AST]:
    old = vars(node)
    if isinstance(node, ast.Compare):
        for place, operator in enumerate(node.ops):
            if type(operator) in SWAPS:
                ops = [*node.ops[:place], SWAPS[type(operator)](), *node.ops[place + 1 :]]
                yield ast.Compare(**{**old, "ops": ops})
    elif isinstance(node, ast.BoolOp):
        yield ast.BoolOp(**{**old, "op": SWAPS[type(node.op)]()})
    elif isinstance(node, ast.BinOp) and type(node.op) in SWAPS:
        yield ast.BinOp(**{**old, "op": SWAPS[type(node.op)]()})
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        yield node.operand
    elif isinstance(node, ast.If | ast.IfExp):
        for value in (True, False):
            yield type(node)(**{**old, "test": ast.Constant(value)})
    elif isinstance(node, ast.Constant):
        yield from (ast.Constant(**{**old, "value": value}) for value in _other_values(node.value))


def _other_values(value: object) -> list[object]:
    if isinstance(value, bool):
        return [not value]
    if isinstance(value, int):
        return [value + 1, value - 1]
    return [f"{value}X"] if isinstance(value, str) else []


def _unspoken(tree: ast.Module) -> Iterator[ast.AST]:
    """What has no effect when the program runs: docstrings, annotations, imports, named types."""
    for node in ast.walk(tree):
        parts: list[ast.AST | None] = []
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            parts = [node]
        elif isinstance(node, ast.arg | ast.AnnAssign):
            parts = [node.annotation]
        elif isinstance(node, ast.FunctionDef):
            parts = [node.returns]
        elif isinstance(node, ast.Assign) and isinstance(node.value, ast.Subscript | ast.BinOp):
            parts = [node.value] if isinstance(node.targets[0], ast.Name) and node.targets[0].id[0].isupper() else []
        for part in parts:
            yield from ast.walk(part) if part else ()


def survives(folder: Path, mutant: Mutant) -> bool:
    """Whether the tests of its file pass all the same."""
    home = Path(tempfile.mkdtemp(dir=folder))
    shutil.copytree(CHECKOUT / "ivr", home / "ivr", ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("prompts", "locales", "deploy"):
        (home / name).symlink_to(CHECKOUT / name)
    (home / "ivr" / f"{mutant.file}.py").write_text(mutant.source, "utf-8")
    tests = [str(CHECKOUT / "tests" / name) for name in TESTS[mutant.file]]
    command = [PYTEST, "-x", "-q", "-p", "no:cacheprovider", "-p", "no:randomly", "--hypothesis-seed=1", *tests]
    environment = {**os.environ, "PYTHONPATH": str(home), "PYTHONDONTWRITEBYTECODE": "1", "WALKS": "20"}
    try:
        done = subprocess.run(command, cwd=CHECKOUT, env=environment, capture_output=True, timeout=PATIENCE)
    except subprocess.TimeoutExpired:
        return False
    finally:
        shutil.rmtree(home)
    return done.returncode == 0


def main() -> None:
    only = os.environ.get("ONLY", "")
    files = [only] if only else list(TESTS)
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(AT_ONCE) as at_once:
        for file in files:
            made = list(mutants(file, (CHECKOUT / "ivr" / f"{file}.py").read_text("utf-8")))
            unchanged = made[0]._replace(source=(CHECKOUT / "ivr" / f"{file}.py").read_text("utf-8"))
            if not survives(Path(folder), unchanged):
                sys.exit(f"{file}: its tests fail without any change")
            found = at_once.map(partial(survives, Path(folder)), made)
            alive = [one for one, lives in zip(made, found, strict=True) if lives]
            print(f"{file}: {len(made)} changes, {len(made) - len(alive)} noticed, {len(alive)} not", flush=True)
            for one in alive:
                print(f"  ivr/{file}.py:{one.line}: {one.was!r} became {one.became!r}", flush=True)


if __name__ == "__main__":
    main()
