"""A layer over a copy of the toy line, and the faults planted in its files."""

import shutil
import tomllib
from pathlib import Path

import pytest

from .content_faults import ContentFault
from .paths import TESTS, TINY

TINY_LAYER = TESTS / "tiny_layer"
FAULTS = TESTS / "content" / "layer_faults.toml"


def copy_layer(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the layer, over a copy of the toy line as the release: the folders `layer` and `tiny` of `folder`."""
    monkeypatch.setattr("ivr.content.layer.RELEASE", Path(shutil.copytree(TINY, folder / "tiny")))
    return Path(shutil.copytree(TINY_LAYER, folder / "layer"))


def layer_faults() -> list[ContentFault]:
    """The planted faults. Each table has the `file` of the layer, and how it is spoiled (`content_faults`)."""
    tables = tomllib.loads(FAULTS.read_text("utf-8"))
    return [ContentFault("layer", name, recipe.pop("file"), recipe) for name, recipe in tables.items()]
