"""tools/draw_packages.py reads the imports and leaves out the arrows that others imply."""

from pathlib import Path

import pytest
from support.paths import CHECKOUT


@pytest.fixture(autouse=True)
def _tools(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(CHECKOUT / "tools"))


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
