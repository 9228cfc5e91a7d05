"""Dependencies are locked by hash; the bill of materials lists them; SECURITY.md says how to report a fault."""

import ast
import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

import ivr
from ivr.settings import CHECKOUT

LOCKS = ["requirements.txt", "requirements-dev.txt"]


def locked(name: str) -> dict[str, tuple[str, set[str]]]:
    """The packages of a lock, their versions and hashes: read in another way than tools/sbom.py does."""
    found: dict[str, tuple[str, set[str]]] = {}
    package = ""
    for line in (CHECKOUT / name).read_text("utf-8").splitlines():
        if not line.startswith((" ", "#")) and "==" in line:
            package, _, rest = line.partition("==")
            found[package] = (re.split(r"[ ;\\]", rest)[0], set())
        elif "--hash=sha256:" in line:
            found[package][1].add(line.partition("sha256:")[2].split(" ")[0])
    return found


@pytest.mark.parametrize("name", LOCKS)
def test_every_package_is_locked_by_hash_without_a_registry_address(name: str) -> None:
    assert all(hashes for _, hashes in locked(name).values())
    text = (CHECKOUT / name).read_text("utf-8")
    assert "://" not in text
    assert "--index-" + "url" not in text
    assert "--find-links" not in text


def test_npm_lock_has_hashes_and_no_registry_address() -> None:
    packages = json.loads((CHECKOUT / "package-lock.json").read_text("utf-8"))["packages"]
    for name, package in packages.items():
        if name:
            assert package["integrity"].startswith("sha512-"), name
            assert "resolved" not in package, name


def make_bill(path: Path) -> bytes:
    """The bill of materials as a release makes it."""
    command = [sys.executable, str(CHECKOUT / "tools" / "sbom.py"), str(path)]
    subprocess.run(command, capture_output=True, check=True, timeout=60)
    return path.read_bytes()


def test_bill_of_materials_lists_exactly_the_locked_packages_and_hashes(tmp_path: Path) -> None:
    bill = json.loads(make_bill(tmp_path / "bill.json"))
    assert (bill["bomFormat"], bill["specVersion"]) == ("CycloneDX", "1.6")
    assert bill["metadata"]["component"]["version"] == ivr.__version__
    listed = {
        component["name"]: (component["version"], {digest["content"] for digest in component["hashes"]})
        for component in bill["components"]
    }
    assert listed == locked("requirements.txt")
    assert len({component["purl"] for component in bill["components"]}) == len(bill["components"])


def test_same_lock_gives_the_same_bill_of_materials(tmp_path: Path) -> None:
    assert make_bill(tmp_path / "first.json") == make_bill(tmp_path / "second.json")


def test_every_direct_dependency_is_in_the_lock_and_has_a_floor() -> None:
    project = tomllib.loads((CHECKOUT / "pyproject.toml").read_text("utf-8"))["project"]
    for wanted in project["dependencies"]:
        name, _, floor = wanted.partition(">=")
        assert floor, wanted
        assert name in locked("requirements.txt"), "run `make lock`"


def test_installs_require_hashes_and_binary_packages() -> None:
    made = (CHECKOUT / "Makefile").read_text("utf-8") + (CHECKOUT / "Dockerfile").read_text("utf-8")
    installed = re.findall(r"install (?!--quiet)(?!--no-deps)[^\n|;]*--requirement", made)
    assert len(installed) >= 2
    assert all("--require-hashes --only-binary :all:" in one for one in installed)
    assert not re.search(r"curl|wget|git clone", made)


def test_security_md_says_how_to_report() -> None:
    told = (CHECKOUT / "SECURITY.md").read_text("utf-8")
    assert "## How to report" in told
    assert "Report a vulnerability" in told
    assert "docs/threats.md" in told
    for never in ("number", "SID", "recording", "token"):
        assert never in told


def test_program_uses_no_eval_pickle_yaml_or_shell() -> None:
    for path in (CHECKOUT / "ivr").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                assert node.func.id not in ("eval", "exec", "compile", "__import__"), path
            if isinstance(node, ast.Import | ast.ImportFrom):
                names = {alias.name for alias in node.names} | {getattr(node, "module", None) or ""}
                assert not names & {"pickle", "marshal", "shelve", "yaml"}, path
            if isinstance(node, ast.keyword) and node.arg == "shell":
                raise AssertionError(f"{path}: a shell")
