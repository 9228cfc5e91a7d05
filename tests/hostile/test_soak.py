"""Some hundred calls of `make soak` in every run of the tests: the same faults, fewer of them."""

import os
from pathlib import Path

import pytest
from hostile.soak import soak

CALLS = int(os.environ.get("SOAK") or 400)


def test_soak_loses_no_call(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    wrong = soak(CALLS, tmp_path)
    told = capsys.readouterr().out
    assert wrong == [], told
    assert "calls lost: 0\n" in told
    assert f"calls: {CALLS}," in told
