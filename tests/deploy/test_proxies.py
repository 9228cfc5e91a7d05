"""The proxies of deploy/, started in front of a running line: signatures hold behind them."""

import shutil
import socket
import ssl
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
from support.processes import IVR, TOKEN, free_port, line_environment, running
from support.proxies import COMMANDS, trusted_certificate

from ivr.operate import http_client
from ivr.operate.doctor import public, run
from ivr.operate.doctor.check import Target
from ivr.operate.http_client import ExternalServices
from ivr.operate.probe import probe
from ivr.readiness import readiness_of
from ivr.settings import CHECKOUT, Settings

DEPLOY = CHECKOUT / "deploy"
PROXIES = [
    pytest.param(name, marks=pytest.mark.skipif(not shutil.which(name), reason=f"{name} is not on this machine"))
    for name in ("nginx", "caddy")
]
PATH = "/help"
PUBLIC_CHECKS = {name: check for name, check in run.ALL_CHECKS.items() if "address" in check.needs}
SIGNED_CALL = {"signed call": run.ALL_CHECKS["signed call"]}


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder with a key and a certificate for localhost that ends in sixty days, trusted while these tests run."""
    with trusted_certificate(tmp_path_factory.mktemp("certificate")) as folder:
        yield folder


class Lines(dict[str, int]):
    """The ports of the running lines by the path of their PUBLIC_URL; `front` is the port of the proxy."""

    front = 0


@pytest.fixture(scope="module")
def lines(tiny: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lines]:
    found = Lines()
    found.front = free_port()
    with ExitStack() as stack:
        for path in ("", PATH):
            port, folder = free_port(), tmp_path_factory.mktemp("line")
            environment = line_environment(tiny, f"https://localhost:{found.front}{path}")
            stack.enter_context(running([IVR, "serve", "--port", str(port)], port, folder, environment))
            found[path] = port
        yield found


@contextmanager
def proxy(
    name: str, lines: Lines, path: str, stripped: bool, certificate: Path, folder: Path, wait: str = "10s"
) -> Iterator[None]:
    """The example of deploy/ for `name`; only ports, files, the path and the timeout differ."""
    command = COMMANDS[name](lines.front, [lines[path]], certificate, folder, path, stripped, wait)
    with running(command, lines.front, folder, {"XDG_DATA_HOME": str(folder), "XDG_CONFIG_HOME": str(folder)}):
        yield


@pytest.mark.parametrize("name", PROXIES)
@pytest.mark.parametrize(("path", "stripped"), [("", False), (PATH, False), (PATH, True)])
def test_signatures_hold_behind_a_proxy(
    name: str, path: str, stripped: bool, lines: Lines, certificate: Path, tiny: Path, tmp_path: Path
) -> None:
    """nginx sends another Host, with or without the path; Caddy keeps the Host. Every check of the doctor passes."""
    url = f"https://localhost:{lines.front}{path}"
    settings = Settings(
        _env_file=None, twilio_auth_token=TOKEN, public_url=url, line_number="+12025550123", ivr_content=tiny,
        ivr_web_phone="off", ivr_readable="off",
    )  # fmt: skip
    with proxy(name, lines, path, stripped, certificate, tmp_path):
        probed = probe(settings, url, http_client.fetch)
        assert probed.state == "OK", probed
        target = Target(settings, ExternalServices(), readiness_of(settings))
        results = list(run.run_checks(target, PUBLIC_CHECKS))
        assert [result.name for result in results if result.finding.verdict == "PASS"] == [*PUBLIC_CHECKS], results
        assert results[0].finding.sentence == "it is reached, and its certificate ends in 59 days."


@pytest.mark.parametrize("name", PROXIES)
def test_doctor_names_a_wrong_public_url_behind_a_proxy(
    name: str, lines: Lines, certificate: Path, tiny: Path, tmp_path: Path
) -> None:
    """The proxy keeps the path, and the PUBLIC_URL of the line has another one."""
    url = f"https://localhost:{lines.front}{PATH}"
    settings = Settings(
        _env_file=None, twilio_auth_token=TOKEN, public_url=url, line_number="+12025550123", ivr_content=tiny,
        ivr_web_phone="off", ivr_readable="off",
    )  # fmt: skip
    mistaken = Lines({PATH: lines[""]})
    mistaken.front = lines.front
    with proxy(name, mistaken, PATH, True, certificate, tmp_path):
        finding = public.signed_call_is_answered(Target(settings, ExternalServices(), readiness_of(settings)))
    assert finding.verdict == "FAIL"
    assert f"PUBLIC_URL is https://localhost:{lines.front} on the server, and {url} on this machine" in finding.found


@pytest.mark.skipif(not shutil.which("nginx"), reason="nginx is not on this machine")
@pytest.mark.parametrize(
    ("directive", "found"),
    [
        ("return 444;", "closes it without an answer"),
        (
            'default_type text/html; return 200 "<h1>Welcome to nginx!</h1>";',
            "a page that is not the line's: status 200, text/html",
        ),
        ("deny all;", "the refusal does not come from the line"),
        ('proxy_set_header X-Twilio-Signature "";', "without the header X-Twilio-Signature"),
        ('proxy_pass_request_body off; proxy_set_header Content-Length "";', "reaches the line with 0 bytes"),
        ("proxy_method GET;", "reaches the line as GET"),
    ],
)
def test_doctor_names_what_a_real_proxy_does_to_a_call(
    directive: str, found: str, lines: Lines, certificate: Path, tiny: Path, tmp_path: Path
) -> None:
    url = f"https://localhost:{lines.front}"
    settings = Settings(
        _env_file=None, twilio_auth_token=TOKEN, public_url=url, line_number="+12025550123", ivr_content=tiny
    )
    command = COMMANDS["nginx"](lines.front, [lines[""]], certificate, tmp_path)
    conf = tmp_path / "line.conf"
    conf.write_text(conf.read_text("utf-8").replace("proxy_pass http", f"{directive} proxy_pass http"), "utf-8")
    with running(command, lines.front, tmp_path, {}):
        result = next(run.run_checks(Target(settings, ExternalServices(), readiness_of(settings)), SIGNED_CALL))
    assert (result.finding.verdict, found in result.finding.found) == ("FAIL", True), result


@pytest.mark.parametrize("name", PROXIES)
def test_proxy_refuses_large_and_slow_requests(name: str, lines: Lines, certificate: Path, tmp_path: Path) -> None:
    with proxy(name, lines, "", False, certificate, tmp_path, wait="1s"):
        large = http_client.fetch(f"https://localhost:{lines.front}/call", [("x", "y" * 100_000)], {})
        assert large.status in (413, 502)  # Caddy 2.6 says 502
        context = ssl.create_default_context()
        with (
            socket.create_connection(("127.0.0.1", lines.front), timeout=10) as plain,
            context.wrap_socket(plain, server_hostname="localhost") as one,
        ):
            started = time.monotonic()
            one.sendall(b"POST /call HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5000\r\n\r\nCallSid=")
            answer = one.recv(65536)
            assert time.monotonic() - started < 5
            assert b"<Response" not in answer  # Caddy 2.6 closes with an empty 200


@pytest.mark.parametrize("name", PROXIES)
def test_proxy_logs_hold_no_caller(name: str, lines: Lines, certificate: Path, tmp_path: Path) -> None:
    with proxy(name, lines, "", False, certificate, tmp_path):
        for path in ("/call", "/call?From=%2B12025550100", "/nowhere"):
            http_client.fetch(f"https://localhost:{lines.front}{path}", [("From", "+12025550100")], {})
            http_client.fetch(f"https://localhost:{lines.front}{path}", None, {})
    kept = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    assert b"2025550100" not in kept
