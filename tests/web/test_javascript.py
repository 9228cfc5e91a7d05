"""A script is served in one file with the modules that it imports."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from ivr.web.javascript import joined_script
from ivr.web.templates import STATIC

MODULES = {
    "number.js": "const SECRET = 1;\nexport const number = SECRET;\nexport async function later() {}\n",
    "word.js": '// number.js also has a SECRET.\nconst SECRET = "one";\n'
    "export class Word {\n  /** the word */\n  text = SECRET;\n}\n",
    "both.js": 'import { number as value } from "./number.js";\nimport {\n  Word,\n} from "./word.js";\n'
    "export function both() {\n  return [value, new Word().text];\n}\n",
    "main.js": 'import { both } from "./both.js";\nimport * as numbers from "./number.js";\n\n'
    "console.log(JSON.stringify([both(), numbers.number]));\n",
}  # fmt: skip


def write(folder: Path, modules: dict[str, str]) -> Path:
    for name, source in modules.items():
        (folder / name).write_text(source, "utf-8")
    return folder / "main.js"


@pytest.mark.skipif(shutil.which("node") is None, reason="node is not on this machine")
def test_joined_script_does_what_its_modules_do(tmp_path: Path) -> None:
    joined = tmp_path / "joined.mjs"
    joined.write_text(joined_script(write(tmp_path, MODULES)), "utf-8")
    result = subprocess.run(["node", str(joined)], capture_output=True, check=True, timeout=30)
    assert result.stdout.decode() == '[[1,"one"],1]\n'


def test_each_module_is_in_the_script_once_and_without_its_comments(tmp_path: Path) -> None:
    script = joined_script(write(tmp_path, MODULES))
    assert re.findall(r"^const (\w+)_js = ", script, re.MULTILINE) == ["number", "word", "both", "main"]
    assert "also has" not in script
    assert "/**" not in script


@pytest.mark.parametrize("path", sorted(STATIC.glob("*.js")), ids=lambda path: path.name)
def test_no_script_of_the_site_imports_or_exports_in_a_form_that_is_not_joined(path: Path) -> None:
    assert not re.search(r"^(import|export)\b|\bimport\(", joined_script(path), re.MULTILINE)
