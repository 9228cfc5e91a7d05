"""`ivr serve`: where it listens."""

import socket
import subprocess
from pathlib import Path

import pytest
from support.page_client import BASE, settings_for
from support.processes import IVR, free_port, line_environment, running

from ivr.operate import http_client
from ivr.readiness import readiness_of
from ivr.server import serve


def test_line_listens_on_ipv6_and_ipv4_together_at_the_port_of_the_environment(tiny: Path, tmp_path: Path) -> None:
    if not socket.has_dualstack_ipv6():
        pytest.skip("this machine has no IPv6")
    port = free_port()
    environment = line_environment(tiny, f"http://127.0.0.1:{port}", PORT=str(port))
    with running([IVR, "serve", "--host", "::", "--workers", "1"], port, tmp_path, environment):
        for address in ("127.0.0.1", "[::1]"):
            assert http_client.fetch(f"http://{address}:{port}/health/live", None, {}).status == 200


def test_line_listens_on_ipv4_where_the_machine_has_no_ipv6(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "has_dualstack_ipv6", lambda: False)
    with serve._listen("::", 0) as listening:
        assert listening.family == socket.AF_INET
        assert listening.getsockname()[0] == "0.0.0.0"


def test_line_does_not_say_that_it_is_ready_before_it_has_its_port(tiny: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        environment = line_environment(tiny, f"http://127.0.0.1:{port}", PORT=str(port))
        ended = subprocess.run([IVR, "serve"], env=environment, capture_output=True, text=True, timeout=60, check=False)
    assert ended.returncode != 0
    assert f"port {port}" in ended.stdout + ended.stderr
    assert "ready" not in ended.stdout


def test_line_says_at_its_start_that_sounds_cannot_be_used_and_answers(tiny: Path, tmp_path: Path) -> None:
    port, sounds = free_port(), {"IVR_WEB_PHONE": "on", "IVR_SOUNDS": str(tmp_path / "nowhere")}
    environment = line_environment(tiny, f"http://127.0.0.1:{port}", PORT=str(port), **sounds)
    with running([IVR, "serve", "--workers", "1"], port, tmp_path, environment):
        assert http_client.fetch(f"http://127.0.0.1:{port}/health/ready", None, {}).status == 200
    assert "IVR_SOUNDS: " in (tmp_path / "printed").read_text("utf-8")


def test_line_prints_the_address_of_its_page(tiny: Path) -> None:
    settings = settings_for(tiny)
    lines = serve.announcement(readiness_of(settings), settings)
    assert f"page: {BASE}/" in lines
    assert lines[-1] == f"ready: {BASE}/call"
