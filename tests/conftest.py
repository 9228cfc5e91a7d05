"""Fixtures of many tests: the toy line, the real line, and an environment without settings."""

import os
import shutil
from dataclasses import replace
from pathlib import Path

import hypothesis
import pytest
from support.options import NEW_HOTLINE, OPTIONS

from ivr.content.facts import grouped
from ivr.line.compiler import compile_line
from ivr.line.line import Line
from ivr.settings import Settings

TINY = Path(__file__).parent / "tiny"
CHECKOUT = TINY.parent.parent


hypothesis.settings.register_profile("no deadline", deadline=None)
hypothesis.settings.load_profile("no deadline")  # an example may be slow on a busy machine; that is no fault


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip the tests marked `root` for an ordinary user. `.ci/run` runs them once more as root."""
    for item in items:
        if item.get_closest_marker("root") and os.geteuid() != 0:
            item.add_marker(pytest.mark.skip(reason="needs root"))


def pytest_xdist_auto_num_workers() -> int:
    """One worker more than cores: many tests wait for a process that they have started."""
    return (os.cpu_count() or 1) + 1


@pytest.fixture(scope="session")
def tiny() -> Path:
    """The root of the toy line: one node of every kind, in two languages."""
    return TINY


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    """The root of a copy of the toy line, for a test that changes it."""
    return Path(shutil.copytree(TINY, tmp_path / "tiny"))


@pytest.fixture
def renumbered(copied: Path) -> Path:
    """The root of a copy of the toy line whose numbers.toml has the number of `NEW_HOTLINE`."""
    path = copied / "prompts" / "numbers.toml"
    text = path.read_text("utf-8").replace("+18883737888", NEW_HOTLINE.hotline)
    path.write_text(text.replace("1-888-373-7888", grouped(NEW_HOTLINE.hotline)), "utf-8")
    return copied


@pytest.fixture(scope="session")
def line() -> Line:
    """The toy line, compiled."""
    return compile_line(TINY, OPTIONS)


@pytest.fixture(scope="session")
def real() -> Line:
    """The line itself, compiled from prompts/ and locales/ of the checkout, in the languages that it can offer now."""
    return compile_line(CHECKOUT, OPTIONS)


@pytest.fixture(scope="session")
def line_goodbye() -> Line:
    """The toy line of an operator who has set IVR_SILENCE=goodbye."""
    return compile_line(TINY, replace(OPTIONS, silence="goodbye"))


@pytest.fixture(scope="session")
def real_goodbye() -> Line:
    """The line itself, of an operator who has set IVR_SILENCE=goodbye."""
    return compile_line(CHECKOUT, replace(OPTIONS, silence="goodbye"))


@pytest.fixture
def unset(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """An environment without any of our names, in an empty folder that holds no .env: the folder."""
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    return tmp_path
