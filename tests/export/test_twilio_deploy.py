"""`npm run deploy`: Twilio's toolkit uploads the exported line, and a failure leaves the deployed line as it was."""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.fake_serverless import DOMAIN, REDIRECT, Serverless, fake_serverless
from support.options import OPTIONS
from support.twilio_runtime import ABSENT, INSTALLED

from ivr.export.export import compile_with_placeholders, export_line
from ivr.export.twilio_project import write_project

pytestmark = pytest.mark.skipif(not INSTALLED.exists(), reason=ABSENT)
TOKEN = "c0ffee" + "0" * 26


@pytest.fixture
def project(tiny: Path, tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    write_project(export_line(compile_with_placeholders(tiny, OPTIONS, own_number=True)), {"ready": True}, {}, folder)
    (folder / "node_modules").symlink_to(INSTALLED)
    (folder / ".env").write_text(f"ACCOUNT_SID=AC{'5' * 32}\nAUTH_TOKEN={TOKEN}\n", "utf-8")
    return folder


@pytest.fixture
def twilio() -> Iterator[Serverless]:
    with fake_serverless() as state:
        yield state


def deploy(project: Path, twilio: Serverless) -> subprocess.CompletedProcess[str]:
    redirect = project.parent / "redirect.cjs"
    redirect.write_text(REDIRECT.replace("PORT", str(twilio.port)), "utf-8")
    environment = {
        "PATH": os.environ["PATH"], "HOME": str(project.parent), "CI": "true",
        "NODE_OPTIONS": f"--require {redirect}",
    }  # fmt: skip
    command = ["npm", "run", "deploy"]
    return subprocess.run(command, cwd=project, env=environment, capture_output=True, text=True, timeout=120)


def test_line_is_uploaded_and_deployed(project: Path, twilio: Serverless) -> None:
    result = deploy(project, twilio)
    assert result.returncode == 0, result.stdout + result.stderr
    assert f"https://{DOMAIN}/call" in result.stdout
    assert {path: upload.visibility for path, upload in twilio.uploads.items()} == {
        "/call": "protected",
        "/line.txt": "private",
        "/fallback-document.xml": "private",
        "/fallback.xml": "public",
        "/health/ready": "public",
        "/telephone.json": "public",
    }
    assert twilio.uploads["/line.txt"].content == (project / "assets" / "line.private.txt").read_bytes()
    assert twilio.uploads["/call"].content == (project / "functions" / "call.protected.js").read_bytes()
    assert twilio.deployments == 1
    assert not any(TOKEN.encode() in body for body in twilio.bodies)


@pytest.mark.parametrize("part", ["Assets", "Builds", "Deployments"])
def test_failure_deploys_nothing(project: Path, twilio: Serverless, part: str) -> None:
    twilio.fails = part
    assert deploy(project, twilio).returncode == 1
    assert any(request.endswith(part) for request in twilio.asked)
    assert twilio.deployments == 0


def test_taken_name_deploys_nothing_and_says_what_to_do(project: Path, twilio: Serverless) -> None:
    twilio.name_is_taken = True
    result = deploy(project, twilio)
    assert result.returncode == 1
    assert "--override-existing-project" in result.stdout + result.stderr
    assert twilio.deployments == 0
