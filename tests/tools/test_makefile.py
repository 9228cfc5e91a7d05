"""`make` writes settings to try the line out only where no settings exist."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from support.paths import CHECKOUT


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A folder with the Makefile, in which everything is installed."""
    if not shutil.which("make"):
        pytest.skip("make is not on this machine")
    shutil.copy(CHECKOUT / "Makefile", tmp_path)
    for name in ("requirements-dev.txt", "pyproject.toml"):
        (tmp_path / name).touch()
    (tmp_path / ".venv" / "bin").mkdir(parents=True)
    (tmp_path / ".venv" / "bin" / "python").symlink_to(sys.executable)
    (tmp_path / ".venv" / ".ready").touch()
    return tmp_path


def make(checkout: Path, target: str, **environment: str) -> str:
    """What `make` prints."""
    names = {name: value for name, value in os.environ.items() if not name.startswith(("TWILIO_", "MAKE"))}
    command = ["make", "--no-print-directory", target]
    done = subprocess.run(command, cwd=checkout, env=names | environment, check=True, capture_output=True, timeout=60)
    return done.stdout.decode()


def make_env_file(checkout: Path, **environment: str) -> Path:
    make(checkout, ".env", **environment)
    return checkout / ".env"


@pytest.mark.skipif(Path("/etc/line.env").exists(), reason="this machine has the settings of a line")
def test_env_file_to_try_the_line_out_is_its_owners_and_is_written_once(checkout: Path) -> None:
    path = make_env_file(checkout)
    first = path.read_text("utf-8")
    assert first.startswith("TWILIO_AUTH_TOKEN=try-")
    assert path.stat().st_mode & 0o777 == 0o600
    assert make_env_file(checkout).read_text("utf-8") == first


@pytest.mark.skipif(Path("/etc/line.env").exists(), reason="this machine has the settings of a line")
def test_setup_ends_with_the_next_command_and_says_that_it_left_the_env_file(checkout: Path) -> None:
    first, second = (make(checkout, "setup").splitlines()[-1] for _ in range(2))
    assert "make run" in first
    assert "make run" in second
    assert [".env" in said for said in (first, second)] == [False, True]


def test_no_env_file_is_written_where_the_environment_has_settings(checkout: Path) -> None:
    assert not make_env_file(checkout, TWILIO_AUTH_TOKEN="0" * 32).exists()
