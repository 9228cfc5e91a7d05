"""The picture of the packages in docs/architecture.md is that of the imports."""

from pathlib import Path

import pytest
from support.paths import CHECKOUT


@pytest.fixture(autouse=True)
def _tools(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(CHECKOUT / "tools"))


def test_picture_of_the_packages_is_current() -> None:
    import draw_packages

    assert draw_packages.diagram() in draw_packages.PAGE.read_text("utf-8"), "run `make picture`"


def test_import_that_a_longer_path_implies_is_left_out() -> None:
    import draw_packages

    graph = {"web": {"line", "call"}, "line": {"call"}, "call": set[str]()}
    assert draw_packages.reduced(graph) == {"web": {"line"}, "line": {"call"}, "call": set()}


def test_imports_of_files_beside_the_packages_are_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import draw_packages

    (tmp_path / "ivr" / "line").mkdir(parents=True)
    (tmp_path / "ivr" / "log.py").write_text("", "utf-8")
    (tmp_path / "ivr" / "line" / "twiml.py").write_text("from ivr import log\nfrom ivr.line import x\n", "utf-8")
    monkeypatch.setattr(draw_packages, "CHECKOUT", tmp_path)
    assert draw_packages.imports(tmp_path / "ivr") == {"log": set(), "line": {"log"}}
