"""One machine: the fallback file, the container, the service, and the line as it is deployed."""

import configparser
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from urllib.parse import urlencode

import pytest
from click.testing import CliRunner
from ruamel.yaml import YAML
from support.line_server import children, eventually
from support.processes import IVR, TOKEN, end, free_port, line_environment, running
from support.signed_calls import CALL, post_to_port
from support.toy_line import MAIN

from ivr.cli.main import main
from ivr.content.facts import PINNED_HOTLINE, load_facts
from ivr.line.twiml import with_new_numbers
from ivr.operate import http_client
from ivr.operate.probe import probe
from ivr.phone.parser import read_document
from ivr.phone.verbs import Dial, Say
from ivr.settings import CHECKOUT, Settings
from ivr.signature import sign
from ivr.usage.sqlite import SqliteStore

DEPLOY = CHECKOUT / "deploy"


# -- the fallback document ---------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("unset")
def test_kept_fallback_document_is_what_ivr_fallback_prints() -> None:
    printed = CliRunner().invoke(main, ["fallback"])
    assert printed.exit_code == 0, printed.output
    assert (DEPLOY / "fallback.xml").read_text("utf-8") == printed.stdout, "run `make fallback`"


def test_kept_fallback_document_with_the_number_of_a_line_is_what_ivr_fallback_prints(
    unset: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LINE_NUMBER", "+12025550123")
    printed = CliRunner().invoke(main, ["fallback"])
    kept = (DEPLOY / "fallback.xml").read_bytes().strip()
    assert with_new_numbers(kept, PINNED_HOTLINE, PINNED_HOTLINE, "+12025550123").decode() == printed.output.strip()


def test_kept_fallback_document_dials_the_hotline_twice_without_an_action() -> None:
    verbs = read_document((DEPLOY / "fallback.xml").read_bytes().strip())
    hotline = load_facts(CHECKOUT / "prompts").numbers["hotline"].dial
    dials = [verb for verb in verbs if isinstance(verb, Dial)]
    assert [(dial.number, dial.action) for dial in dials] == [(hotline, None)] * 2
    assert isinstance(verbs[0], Say)
    assert isinstance(verbs[-1], Say)


# -- the container and the service -------------------------------------------------------------------------------------


def test_compose_file_matches_the_schema(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.compose-spec"]
    done = subprocess.run([*command, str(DEPLOY / "compose.yaml")], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stdout + done.stderr
    wrong = tmp_path / "compose.yaml"
    wrong.write_text("services: {line: {image: 7, read_onyl: true}}", "utf-8")
    assert subprocess.run([*command, str(wrong)], capture_output=True, timeout=60).returncode == 1


def test_compose_file_drops_capabilities_and_write_access() -> None:
    services = YAML(typ="safe").load(DEPLOY / "compose.yaml")["services"]
    assert set(services) == {"line", "proxy"}
    for service in services.values():
        assert service["read_only"] is True
        assert service["cap_drop"] == ["ALL"]
        assert service["security_opt"] == ["no-new-privileges:true"]
    assert "ports" not in services["line"]
    assert services["line"]["volumes"] == ["usage:/app/usage"]
    assert services["line"]["ulimits"] == {"core": 0}
    assert services["proxy"]["cap_add"] == ["NET_BIND_SERVICE"]
    assert (DEPLOY / services["proxy"]["volumes"][0].partition(":")[0]).is_file()
    names = {*services["line"]["environment"], *(name.upper() for name in Settings.model_fields)}
    assert {"PUBLIC_URL", "IVR_CONTENT", "IVR_USAGE"} <= names


def test_image_runs_two_workers_as_an_unprivileged_user() -> None:
    told = (CHECKOUT / "Dockerfile").read_text("utf-8")
    assert re.search(r"^USER 10001:10001$", told, re.MULTILINE)
    command = json.loads(re.findall(r"^CMD (\[.*\])$", told, re.MULTILINE)[-1])
    assert command[-2:] == ["--workers", "2"]
    entry = json.loads(re.findall(r"^ENTRYPOINT (\[.*\])$", told, re.MULTILINE)[-1])
    assert entry[0] == "tini", "as process 1, Python would ignore SIGTERM until its handler is set"
    assert "!deploy/fallback.xml" in (CHECKOUT / ".dockerignore").read_text("utf-8").split()


def test_systemd_accepts_the_service(tmp_path: Path) -> None:
    text = (DEPLOY / "line.service").read_text("utf-8")
    unit = configparser.ConfigParser(strict=False, interpolation=None)
    unit.optionxform = str  # type: ignore[assignment,method-assign]
    unit.read_string(text)
    assert unit["Service"]["ExecStart"].endswith("ivr serve --workers 2")
    assert unit["Service"]["ProtectSystem"] == "strict"
    assert (unit["Unit"]["StartLimitIntervalSec"], unit["Service"]["Restart"]) == ("0", "always"), "it never gives up"
    if not shutil.which("systemd-analyze"):
        pytest.skip("systemd-analyze is not on this machine")
    assert unit["Service"]["KillMode"] == "mixed", "else the workers are told to stop before the master knows"
    socket_ = configparser.ConfigParser(interpolation=None)
    socket_.read_string((DEPLOY / "line.socket").read_text("utf-8"))
    assert unit["Unit"]["Requires"] == "line.socket"
    listening = socket_["Socket"]["listenstream"]
    assert f"--against http://{listening}" in text
    (tmp_path / "line.service").write_text(text.replace("/opt/line/.venv/bin/ivr", sys.executable), "utf-8")
    shutil.copy(DEPLOY / "line.socket", tmp_path)
    done = subprocess.run(
        ["systemd-analyze", "verify", str(tmp_path / "line.socket"), str(tmp_path / "line.service")],
        capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert "line." not in done.stderr, done.stderr


def test_systemd_accepts_the_timers_and_a_failure_sends_a_mail(tmp_path: Path) -> None:
    for name in ("line-probe", "line-doctor"):
        service = (DEPLOY / f"{name}.service").read_text("utf-8")
        assert "OnFailure=line-alert@%n.service" in service
        assert service.count("EnvironmentFile=/etc/line.env") == 1
        runs_anything = service.replace("/opt/line/.venv/bin/ivr", sys.executable)
        (tmp_path / f"{name}.service").write_text(runs_anything, "utf-8")
        shutil.copy(DEPLOY / f"{name}.timer", tmp_path)
    shutil.copy(DEPLOY / "line-alert@.service", tmp_path / "line-alert@line-probe.service.service")
    if not shutil.which("systemd-analyze"):
        pytest.skip("systemd-analyze is not on this machine")
    command = ["systemd-analyze", "verify", *sorted(map(str, tmp_path.iterdir()))]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert "line-" not in done.stderr, done.stderr


# -- the line as it is deployed ----------------------------------------------------------------------------------------


def test_two_workers_count_exactly_and_survive_a_kill_and_a_lost_store(tiny: Path, tmp_path: Path) -> None:
    port, usage = free_port(), tmp_path / "usage"
    public = f"http://127.0.0.1:{port}"
    environment = line_environment(tiny, public, str(usage))
    with running([IVR, "serve", "--port", str(port), "--workers", "2"], port, tmp_path, environment) as process:
        for _ in range(60):
            assert post_to_port(port, public, f"/call/en/main/{MAIN}", [("Digits", "1")]).status == 200
        eventually(lambda: len(children(process.pid)) == 2)
        workers = children(process.pid)
        assert probe(Settings(_env_file=None, **_small(environment)), public, http_client.fetch).state == "OK"
        shutil.rmtree(usage)
        usage.write_text("no folder any more", "utf-8")
        for _ in range(40):
            assert post_to_port(port, public, f"/call/en/main/{MAIN}", [("Digits", "1")]).status == 200
        usage.unlink()
        os.kill(workers[0], signal.SIGKILL)
        answers = [_status(port, public) for _ in range(40)]
        assert answers.count(200) >= 39, "one request may have been with the worker that was killed"
        assert end(process) == 0
    counted = SqliteStore(usage / "usage.sqlite").read(time.strftime("%Y-%m", time.gmtime()))
    assert sum(counted.counts.values()) <= 140
    assert {cell.event for cell in counted.counts} <= {"1", "ring"}
    assert any(span.ended for span in counted.spans)


def _small(environment: dict[str, str]) -> dict[str, str]:
    return {name.lower(): value for name, value in environment.items() if name.lower() in Settings.model_fields}


def _status(port: int, public: str) -> int:
    try:
        return post_to_port(port, public).status
    except Exception:
        time.sleep(0.1)
        return 0


@pytest.mark.parametrize("workers", ["1", "2"])
def test_sigterm_finishes_requests_and_writes_counts(tiny: Path, tmp_path: Path, workers: str) -> None:
    port = free_port()
    public = f"http://127.0.0.1:{port}"
    environment = line_environment(tiny, public, str(tmp_path / "usage"))
    body = urlencode([*CALL, ("Digits", "1")]).encode()
    head = (
        f"POST /call/en/main HTTP/1.1\r\nHost: line\r\nContent-Type: application/x-www-form-urlencoded\r\n"
        f"X-Twilio-Signature: {sign(TOKEN, public + '/call/en/main', [*CALL, ('Digits', '1')])}\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    ).encode()
    command = [IVR, "serve", "--port", str(port), "--workers", workers]
    with running(command, port, tmp_path, environment) as process, socket.create_connection(("127.0.0.1", port)) as one:
        one.sendall(head + body[:10])
        time.sleep(2)  # it has begun to be read, also where the machine is busy
        process.terminate()
        time.sleep(0.3)  # it has got the signal
        one.sendall(body[10:])
        answer = b""
        while chunk := one.recv(65536):
            answer += chunk
        assert answer.startswith(b"HTTP/1.1 200 OK\r\n")
        assert b"connection: close\r\n" in answer, "else the line would wait for another request on it before it ends"
        assert answer.endswith(b"</Response>")
        assert end(process) in (0, -signal.SIGTERM)
    counted = SqliteStore(tmp_path / "usage" / "usage.sqlite").read(time.strftime("%Y-%m", time.gmtime()))
    assert sum(counted.counts.values()) == 1
    assert all(span.ended for span in counted.spans)


@pytest.mark.skipif(not shutil.which("bwrap"), reason="bubblewrap is not on this machine")
def test_line_runs_read_only_with_a_writable_usage_folder(tiny: Path, tmp_path: Path) -> None:
    port, usage, folder = free_port(), tmp_path / "usage", tmp_path / "empty"
    usage.mkdir()
    folder.mkdir()
    public = f"http://127.0.0.1:{port}"
    jail = ["bwrap", "--ro-bind", "/", "/", "--dev", "/dev", "--bind", str(usage), str(usage), "--die-with-parent"]
    tried = subprocess.run([*jail, "touch", str(folder / "x")], capture_output=True, text=True, timeout=30)
    if "Read-only file system" not in tried.stderr:
        pytest.skip(f"bubblewrap cannot make a jail here: {tried.stderr}")
    environment = line_environment(tiny, public, str(usage))
    command = [*jail, IVR, "serve", "--port", str(port), "--workers", "2"]
    with running(command, port, tmp_path, environment) as process:
        for _ in range(20):
            assert post_to_port(port, public, f"/call/en/main/{MAIN}", [("Digits", "1")]).status == 200
        ready = json.loads(http_client.fetch(f"{public}/health/ready", None, {}).body)
        assert ready["ready"] is True
        for inner in children(process.pid):
            os.kill(inner, signal.SIGTERM)
        assert process.wait(30) == 0
    counted = SqliteStore(usage / "usage.sqlite").read(time.strftime("%Y-%m", time.gmtime()))
    assert sum(counted.counts.values()) == 20
    assert [path.name for path in usage.iterdir()] == ["usage.sqlite"]
