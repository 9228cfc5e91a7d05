"""The issue forms for translators and listeners are ones that GitHub shows."""

import subprocess
import sys
from pathlib import Path

import pytest

FOLDER = Path(__file__).resolve().parents[2] / ".github" / "ISSUE_TEMPLATE"


@pytest.mark.parametrize("name", ["translate", "wrong-sentence"])
def test_issue_form_keeps_the_schema_of_github_and_says_that_everybody_can_read_it(name: str) -> None:
    path = FOLDER / f"{name}.yml"
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.github-issue-forms", str(path)]
    checked = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert checked.returncode == 0, checked.stdout
    assert "Everybody can read this page" in path.read_text("utf-8")
