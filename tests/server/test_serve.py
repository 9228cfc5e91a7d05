"""`ivr serve`: where it listens."""

import socket
from pathlib import Path

import pytest
from support.processes import IVR, free_port, line_environment, running

from ivr.operate import http_client
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
