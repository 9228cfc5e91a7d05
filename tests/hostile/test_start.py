"""A start ends: content that is not a regular file, has no end or is nested too deep is reported."""

import os
import subprocess
import time
from pathlib import Path

import pytest
from support.line_server import IVR, served
from support.processes import end, free_port, line_environment

from ivr.content.files import MAX_TEXT_BYTES

DEADLINE = 30
"""Seconds for a command that usually takes two; a hang would be without end."""
FILES = ["prompts/flow.toml", "prompts/tea.txt", "prompts/numbers.toml", "prompts/sources.toml",
         "locales/voices.toml", "locales/en/locale.toml", "locales/es/locale.toml",
         "locales/es/LC_MESSAGES/messages.po"]  # fmt: skip
SPOILS = {
    "a FIFO": os.mkfifo,
    "a device": lambda path: path.symlink_to("/dev/zero"),
    "a terminal": lambda path: path.symlink_to("/dev/tty"),
    "a folder": lambda path: path.mkdir(),
    "a link to itself": lambda path: path.symlink_to(path),
    "a file without end": lambda path: path.write_bytes(b"# \n" * (MAX_TEXT_BYTES // 3 + 1)),
}


def check(root: Path, tmp_path: Path) -> "subprocess.CompletedProcess[str]":
    environment = {"PATH": os.environ["PATH"], **line_environment(root, "http://127.0.0.1:1")}
    return subprocess.run(
        [IVR, "check"], cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=DEADLINE
    )


@pytest.mark.parametrize(
    ("file", "spoil"),
    [(file, spoil) for file in FILES for spoil in SPOILS if spoil in ("a FIFO", "a device") or file == FILES[-1]],
)
def test_a_file_of_another_kind_is_reported(copied: Path, tmp_path: Path, file: str, spoil: str) -> None:
    (copied / file).unlink()
    SPOILS[spoil](copied / file)
    done = check(copied, tmp_path)
    assert done.returncode == 1
    assert f"{copied / file}: it cannot be read (" in done.stdout
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("file", [name for name in FILES if name.endswith(".toml")])
def test_five_thousand_brackets_are_reported(copied: Path, tmp_path: Path, file: str) -> None:
    (copied / file).write_text("a = " + "[" * 5000 + "]" * 5000 + "\n", "utf-8")
    done = check(copied, tmp_path)
    assert done.returncode == 1
    assert f"{copied / file}: " in done.stdout
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("opened", ["{{ " + "(" * 5000, '{% trans "tea" a=' + "[" * 5000 + "%}x{% endtrans %}"])
def test_five_thousand_brackets_in_a_text_are_reported(copied: Path, tmp_path: Path, opened: str) -> None:
    (copied / "prompts/tea.txt").write_text(opened, "utf-8")
    done = check(copied, tmp_path)
    assert done.returncode == 1
    assert f"{copied / 'prompts/tea.txt'}" in done.stdout
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("file", ["prompts/tea.txt", "locales/es/LC_MESSAGES/messages.po"])
def test_a_line_with_a_fifo_in_place_of_a_file_starts_and_reports_it(copied: Path, tmp_path: Path, file: str) -> None:
    (copied / file).unlink()
    os.mkfifo(copied / file)
    port = free_port()
    environment = {"PATH": os.environ["PATH"], **line_environment(copied, f"http://127.0.0.1:{port}")}
    with (tmp_path / "out").open("wb") as out:
        line = subprocess.Popen(
            [IVR, "serve", "--port", str(port), "--workers", "1"], cwd=tmp_path, env=environment, stdout=out, stderr=out
        )
        try:
            deadline = time.monotonic() + DEADLINE
            while b"NOT READY" not in (tmp_path / "out").read_bytes():
                assert line.poll() is None, (tmp_path / "out").read_text("utf-8")
                assert time.monotonic() < deadline, (tmp_path / "out").read_text("utf-8")
                time.sleep(0.05)
        finally:
            line.terminate()
            line.wait(DEADLINE)
    assert "it is not a regular file" in (tmp_path / "out").read_text("utf-8")


@pytest.mark.parametrize(
    "setting",
    [
        {"IVR_USAGE": "/proc/version/usage"},
        {"IVR_USAGE": "/dev/null/usage.sqlite"},
        {"IVR_USAGE_URL": "postgresql://line:secret@127.0.0.1:1/usage", "IVR_USAGE": ""},
    ],
    ids=["folder", "file", "database"],
)
def test_usage_that_cannot_be_written_is_reported_and_calls_are_answered(
    tiny: Path, tmp_path: Path, setting: dict[str, str]
) -> None:
    with served(tiny, tmp_path / "run", environment=setting) as server:
        assert server.ask()[0] == 200
        assert server.get("/health/ready")[0] == 200
        end(server.process)  # the log has its counts once a minute, and at the end
        assert '"usage not written"' in server.printed
    assert "secret" not in server.printed
