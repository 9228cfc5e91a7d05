"""The project for Twilio's serverless toolkit: its files, what it keeps, and when it is not written."""

import json
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from support.recordings import record_text

from ivr.cli.main import main
from ivr.export.twilio_project import TEMPLATE

FILES = {
    ".gitignore", ".npmrc", "README.md", "assets/fallback-document.private.xml", "assets/fallback.xml",
    "assets/health/ready", "assets/telephone.json", "assets/line.private.txt",
    "functions/call.protected.js", "package-lock.json", "package.json",
}  # fmt: skip


@pytest.fixture
def content(unset: Path, copied: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The root of the toy line, in an environment that names it and the line's number."""
    monkeypatch.setenv("IVR_CONTENT", str(copied))
    monkeypatch.setenv("LINE_NUMBER", "+12025550123")
    return copied


def exported(*words: str) -> Result:
    return CliRunner().invoke(main, ["export", "--twilio", "out", *words])


def test_project_has_the_function_the_line_and_the_fallback(content: Path) -> None:
    assert exported().exit_code == 0
    out = Path("out")
    assert {str(path.relative_to(out)) for path in out.rglob("*") if path.is_file()} == FILES
    assert (out / "assets" / "fallback.xml").read_text("utf-8").count('callerId="+12025550123"') == 2
    assert json.loads((out / "assets" / "health" / "ready").read_bytes())["ready"] is True


def test_second_export_keeps_the_files_of_the_operator(content: Path) -> None:
    exported()
    (Path("out") / ".env").write_text("AUTH_TOKEN=secret\n", "utf-8")
    (Path("out") / "node_modules").mkdir()
    assert exported().exit_code == 0
    assert (Path("out") / ".env").read_text("utf-8") == "AUTH_TOKEN=secret\n"
    assert (Path("out") / "node_modules").is_dir()


def test_project_holds_no_token(content: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    token = "c0ffee" + "0" * 26
    monkeypatch.setenv("TWILIO_AUTH_TOKEN", token)
    assert exported().exit_code == 0
    files = [path for path in Path("out").rglob("*") if path.is_file()]
    assert not any(token.encode() in path.read_bytes() for path in files)


@pytest.mark.skipif(shutil.which("sox") is None, reason="sox is not on this machine")
def test_recordings_are_public_assets(content: Path) -> None:
    record_text(content, "apples")
    assert exported().exit_code == 0
    recorded = sorted(path.name for path in (content / "locales" / "es" / "audio").glob("*.wav"))
    assert sorted(path.name for path in (Path("out") / "assets" / "audio").iterdir()) == recorded
    assert len(recorded) == 2


def test_line_without_a_number_is_exported_only_to_try_it_out(content: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("LINE_NUMBER")
    refused = exported()
    assert refused.exit_code == 1
    assert refused.stderr.startswith("Error: LINE_NUMBER is not set")
    assert not Path("out").exists()
    monkeypatch.setenv("TWILIO_AUTH_TOKEN", "try-0123456789abcdef")
    assert exported().exit_code == 0


@pytest.mark.parametrize(("token", "warns"), [("", True), ("try-0123456789abcdef", True), ("c0ffee" + "0" * 26, False)])
def test_export_without_twilios_token_is_called_one_for_trying_out(
    content: Path, monkeypatch: pytest.MonkeyPatch, token: str, warns: bool
) -> None:
    monkeypatch.setenv("TWILIO_AUTH_TOKEN", token)
    result = exported()
    assert (result.exit_code, "do not deploy it" in result.output) == (0, warns)


def test_line_that_is_not_whole_is_not_exported(content: Path) -> None:
    (content / "locales" / "es" / "LC_MESSAGES" / "messages.po").write_text("no catalogue", "utf-8")
    assert exported().exit_code == 1
    assert not Path("out").exists()


def test_folder_that_cannot_be_written_is_a_sentence(content: Path) -> None:
    Path("out").write_text("a file", "utf-8")
    result = exported()
    assert result.exit_code == 2
    assert "Traceback" not in result.output


def test_lock_of_the_toolkit_names_no_registry() -> None:
    lock = json.loads((TEMPLATE / "package-lock.json").read_bytes())
    packages = {name: package for name, package in lock["packages"].items() if name}
    assert not any("resolved" in package for package in packages.values())
    assert all("integrity" in package or package.get("inBundle") for package in packages.values())
    wanted = json.loads((TEMPLATE / "package.json").read_bytes())
    exact = {**wanted["dependencies"], **wanted["devDependencies"]}
    assert {name: packages[f"node_modules/{name}"]["version"] for name in exact} == exact
    assert (TEMPLATE / ".npmrc").read_text("utf-8").startswith("; The lock names packages by version and hash")
