"""The function for Twilio answers every request as the line does."""

import json
import os
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from support.export_cases import cases
from support.languages import add_languages
from support.options import OPTIONS

from ivr.export.export import compile_with_placeholders, export_line
from ivr.export.twilio_project import write_project
from ivr.line.compiler import compile_line
from ivr.line.options import Options

HERE, CHECKOUT = Path(__file__).parent, Path(__file__).parent.parent.parent
BASE = "https://information-line-1234-dev.twil.io"
OLD_ADDRESSES = sorted((CHECKOUT / "tests" / "addresses").glob("*.txt"))

pytestmark = pytest.mark.skipif(shutil.which("node") is None, reason="node is not on this machine")


def project(root: Path, folder: Path, options: Options = OPTIONS) -> Path:
    """The line under `root` as a project for Twilio, in `folder`."""
    write_project(export_line(compile_with_placeholders(root, options, own_number=True)), {"ready": True}, {}, folder)
    return folder


def compared(root: Path, folder: Path, options: Options, old_addresses: Sequence[str] = ()) -> dict[str, object]:
    """Compare the function with the line under `root`: how many requests, and those that it answers otherwise."""
    requests = folder / "cases.json"
    line = compile_line(root, options)
    folder.mkdir()
    requests.write_text(json.dumps(list(cases(line, BASE, old_addresses))), "utf-8")
    command = ["node", str(HERE / "compare.mjs"), str(project(root, folder / "project", options)), BASE, str(requests)]
    return json.loads(subprocess.run(command, capture_output=True, check=True, timeout=300).stdout)


def test_function_answers_as_the_line_of_this_release(tmp_path: Path) -> None:
    old = [address for path in OLD_ADDRESSES for address in path.read_text("utf-8").split()]
    result = compared(CHECKOUT, tmp_path / "real", OPTIONS, old)
    assert result.pop("first") == []
    assert result["different"] == 0
    assert int(str(result["compared"])) > 100_000


@pytest.mark.parametrize("silence", ["connect", "goodbye"])
def test_function_answers_as_a_line_with_two_languages(tiny: Path, tmp_path: Path, silence: str) -> None:
    result = compared(tiny, tmp_path / "tiny", replace(OPTIONS, silence=silence, line_number=None))
    assert result["first"] == []


def test_function_answers_as_a_line_with_many_languages(copied: Path, tmp_path: Path) -> None:
    """Regions and scripts of one language, and the language menu."""
    tags = ("zh-Hant", "pt-BR", "pt-PT", "pt-PT-x-a")
    add_languages(copied, tags)
    assert compile_line(copied).flow.offered == ("en", "es", "art-lulu", *tags)
    result = compared(copied, tmp_path / "many", OPTIONS)
    assert result["first"] == []


def test_function_passes_its_own_tests(tmp_path: Path) -> None:
    environment = {"PATH": os.environ["PATH"], "PROJECT": str(project(CHECKOUT, tmp_path / "project"))}
    command = ["node", "--test", str(HERE / "function.test.mjs")]
    result = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120)
    assert result.returncode == 0, result.stdout + result.stderr
