"""One bad catalogue never takes the line away: the services of compose start with it, and calls are answered."""

import json
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML
from support.content_faults import fault_named
from support.processes import IVR, free_port, line_environment, running
from support.signed_calls import post_to_port

from ivr.operate import http_client
from ivr.phone.parser import read_document
from ivr.phone.verbs import Gather, Say
from ivr.settings import CHECKOUT

DEPLOY = CHECKOUT / "deploy"
COMPOSE: Mapping[str, Any] = YAML(typ="safe").load(DEPLOY / "compose.yaml")["services"]
DOCKERFILE = (CHECKOUT / "Dockerfile").read_text("utf-8")


def image_command(instruction: str) -> list[str]:
    """The command of the image: "CMD", or "HEALTHCHECK" with its options taken off."""
    found = re.findall(rf"^{instruction}\b.*?(\[.*\])$", DOCKERFILE, re.MULTILINE)
    return [str(word) for word in json.loads(found[-1])]


def on_port(command: list[str], port: int) -> list[str]:
    """`command` of the image, with the programs of this checkout and another port."""
    programs = {"ivr": IVR, "python": sys.executable}
    return [programs.get(word, word).replace("8000", str(port)) for word in command]


@contextmanager
def line_service(content: Path, folder: Path, public: str) -> Iterator[int]:
    """The service `line`: its command and its environment, with another content, port and usage folder."""
    port = free_port()
    environment = {**line_environment(content, public), "PORT": str(port)}
    assert set(COMPOSE["line"]["environment"]) == {"PUBLIC_URL", "IVR_CONTENT", "IVR_USAGE"}
    folder.mkdir()
    with running(on_port(image_command("CMD"), port), port, folder, environment):
        yield port


def is_healthy(port: int) -> bool:
    """Whether the image's health check succeeds within the time that compose gives it."""
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        if subprocess.run(on_port(image_command("HEALTHCHECK"), port), capture_output=True, timeout=30).returncode == 0:
            return True
        time.sleep(0.5)
    return False


@contextmanager
def proxy_service(line: int, front: int, folder: Path) -> Iterator[None]:
    """The service `proxy`: Caddy with the file of deploy/, without TLS."""
    folder.mkdir()
    assert set(COMPOSE["proxy"]["environment"]) == {"LINE_HOST", "LINE"}
    environment = {
        "LINE_HOST": f"http://127.0.0.1:{front}", "LINE": f"127.0.0.1:{line}", "CADDY_ADMIN": f"unix/{folder}/admin",
        "XDG_DATA_HOME": str(folder), "XDG_CONFIG_HOME": str(folder),
    }  # fmt: skip
    command = ["caddy", "run", "--config", str(DEPLOY / "Caddyfile"), "--adapter", "caddyfile"]
    with running(command, front, folder, environment):
        yield


def languages(document: bytes) -> set[str]:
    gathers = [verb for verb in read_document(document) if isinstance(verb, Gather)]
    return {say.language for gather in gathers for say in gather.nested if isinstance(say, Say)}


def test_the_proxy_waits_for_a_line_that_serves_and_not_for_one_that_is_whole() -> None:
    assert COMPOSE["proxy"]["depends_on"] == {"line": {"condition": "service_healthy"}}
    assert "build" in COMPOSE["line"], "the image's own health check decides"
    assert "healthcheck" not in COMPOSE["line"]
    assert "/health/serving'" in image_command("HEALTHCHECK")[-1]


@pytest.mark.skipif(not shutil.which("caddy"), reason="caddy is not on this machine")
def test_with_a_cut_spanish_catalogue_the_services_start_and_an_english_call_is_answered(
    copied: Path, tmp_path: Path
) -> None:
    fault_named("catalogue", "cut").plant(copied)
    front = free_port()
    public = f"http://127.0.0.1:{front}"
    with line_service(copied, tmp_path / "line", public) as line:
        assert is_healthy(line), "compose starts the proxy only now"
        assert http_client.fetch(f"http://127.0.0.1:{line}/health/ready", None, {}).status == 503
        with proxy_service(line, front, tmp_path / "proxy"):
            ring = post_to_port(front, public)
            assert (ring.status, languages(ring.body)) == (200, {"en-US"})
    assert "SERVING, NOT READY" in (tmp_path / "line" / "printed").read_text("utf-8")


def test_a_line_that_does_not_serve_is_not_healthy(copied: Path, tmp_path: Path) -> None:
    (copied / "prompts/tea.txt").unlink()
    with line_service(copied, tmp_path / "line", "http://127.0.0.1:1") as line:
        command = on_port(image_command("HEALTHCHECK"), line)
        assert subprocess.run(command, capture_output=True, timeout=30).returncode != 0


@pytest.mark.parametrize(("file", "setting"), [("own.yaml", "IVR_CONTENT"), ("sounds.yaml", "IVR_SOUNDS")])
def test_layer_and_sounds_are_mounted_where_the_line_reads_them(file: str, setting: str) -> None:
    line = YAML(typ="safe").load(DEPLOY / file)["services"]["line"]
    assert [volume.split(":")[-2:] for volume in line["volumes"]] == [[line["environment"][setting], "ro"]]


def test_env_file_may_switch_counts_off_and_by_default_they_are_on_the_volume() -> None:
    [volume] = COMPOSE["line"]["volumes"]
    folder = volume.split(":")[1]
    assert COMPOSE["line"]["environment"]["IVR_USAGE"] == f"${{IVR_USAGE:-{folder}}}"
