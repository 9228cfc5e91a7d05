"""The issue forms are ones that GitHub shows: https://docs.github.com/articles/syntax-for-githubs-form-schema."""

from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

FOLDER = Path(__file__).resolve().parents[2] / ".github" / "ISSUE_TEMPLATE"
FORMS = sorted(FOLDER.glob("*.yml"))
ATTRIBUTES = {
    "markdown": {"value"},
    "input": {"label", "description", "placeholder", "value"},
    "textarea": {"label", "description", "placeholder", "value", "render"},
    "dropdown": {"label", "description", "multiple", "options", "default"},
    "checkboxes": {"label", "description", "options"},
}
"""The attributes of each type of field. A form with another one is not shown."""


@pytest.fixture(params=FORMS, ids=lambda path: path.stem)
def form(request: pytest.FixtureRequest) -> dict[str, Any]:
    return dict(YAML(typ="safe").load(request.param.read_text("utf-8")))


def test_there_are_forms() -> None:
    assert [path.stem for path in FORMS] == ["translate", "wrong-sentence"]


def test_form_has_only_fields_that_github_knows(form: dict[str, Any]) -> None:
    assert {"name", "description", "body"} <= set(form) <= {"name", "description", "body", "title", "labels"}
    for field in form["body"]:
        assert set(field) <= {"type", "id", "attributes", "validations"}
        assert set(field["attributes"]) <= ATTRIBUTES[field["type"]]
        assert field["type"] == "markdown" or field["attributes"]["label"]
    ids = [field["id"] for field in form["body"] if field["type"] != "markdown"]
    assert len(set(ids)) == len(ids)


def test_choices_are_words_and_no_other_type(form: dict[str, Any]) -> None:
    for field in form["body"]:
        options = field["attributes"].get("options", [])
        assert all(isinstance(one["label"] if field["type"] == "checkboxes" else one, str) for one in options)


def test_form_says_that_everybody_can_read_it(form: dict[str, Any]) -> None:
    notes = [field["attributes"]["value"] for field in form["body"] if field["type"] == "markdown"]
    assert any("Everybody can read this page" in note for note in notes)
