"""The probe: one synthetic call, one line, an exit code; and the one request that it and the doctor make."""

import http.server
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from support.content_faults import fault_named
from support.external import PUBLIC, World, app, app_host, operator, reply
from support.proxies import trusted_certificate
from support.twilio_account import LINE_NUMBER, TOKEN

from ivr.cli.main import main
from ivr.errors import BadSettings, OperationFailed, Unreachable
from ivr.operate import http_client
from ivr.operate.http_client import unreachable_error
from ivr.operate.probe import probe
from ivr.server.app import make_app

URL = "https://line.example.org/help"


@pytest.fixture
def world(tiny: Path) -> World:
    return World(tiny)


def test_a_line_that_is_well(world: World) -> None:
    probed = probe(world.settings, URL, world.fetch)
    assert str(probed) == f"OK {URL}: it answers, key 0 dials the hotline, slowest answer 10 ms."
    ring, language, person, health = world.asked
    assert (ring, health) == (f"{URL}/call", f"{URL}/health/ready")
    assert language.startswith(f"{URL}/call/en/opening/")
    assert person.startswith(f"{URL}/call/es/")


def test_a_line_is_called_at_another_address_than_it_is_signed_for(world: World) -> None:
    world.hosts["10.0.0.7"] = world.hosts["line.example.org"]
    assert probe(world.settings, "http://10.0.0.7:8000", world.fetch).state == "OK"


@pytest.mark.parametrize(
    ("host", "said"),
    [
        (lambda *_: reply(403), "the refusal does not come from the line"),
        (lambda *_: reply(502), "The proxy does not reach the line"),
        (lambda *_: reply(200, b"<h1>hello</h1>"), "Does another server answer there?"),
        (lambda *_: reply(200, b""), "Does another server answer there?"),
    ],
)
def test_a_line_that_is_down_is_named_with_the_cause(world: World, host: Any, said: str) -> None:
    world.hosts["line.example.org"] = host
    probed = probe(world.settings, URL, world.fetch)
    assert (probed.state, said in probed.reason) == ("DOWN", True), probed


def test_another_token_of_the_line_is_named(world: World, tiny: Path) -> None:
    world.hosts["line.example.org"] = app_host(app(operator(tiny, twilio_auth_token="f" * 32)))
    assert "TWILIO_AUTH_TOKEN on the server is not the one" in probe(world.settings, URL, world.fetch).reason


@pytest.mark.parametrize(("reason", "state"), [("refused", "DOWN"), ("name", "DOWN"), ("offline", "CANNOT TELL")])
def test_a_host_without_a_reply_is_down_unless_this_machine_has_no_network(
    world: World, reason: Any, state: str
) -> None:
    def away(*_: object) -> http_client.Reply:
        raise Unreachable("line.example.org is away", reason)

    world.hosts["line.example.org"] = away
    assert probe(world.settings, URL, world.fetch) == (state, URL, "line.example.org is away.")


def test_the_fallback_document_is_not_the_line(world: World) -> None:
    world.hosts["line.example.org"] = app_host(make_app(world.settings, replace(world.ready, line=None)))
    assert "answers with the fallback document" in probe(world.settings, URL, world.fetch).reason


def test_a_slow_line_is_told_from_one_that_is_down(world: World) -> None:
    world.hosts["line.example.org"] = app_host(make_app(world.settings, world.ready), seconds=4.2)
    assert str(probe(world.settings, URL, world.fetch)) == f"SLOW {URL}: an answer took 4.2 s, more than 3 s."


@pytest.mark.parametrize("proxy_hides_health", [False, True])
def test_a_language_that_is_not_offered_is_no_success(world: World, copied: Path, proxy_hides_health: bool) -> None:
    (copied / "locales/es/LC_MESSAGES/messages.po").write_text("garbage", "utf-8")
    inner = app_host(app(operator(copied)))

    def host(url: str, *asked: Any) -> http_client.Reply:
        return reply(404) if proxy_hides_health and "/health" in url else inner(url, *asked)

    world.hosts["line.example.org"] = host
    sentence = str(probe(world.settings, URL, world.fetch))
    assert sentence.startswith(f"NOT WHOLE {URL}: es is not offered")
    assert ("messages.po" in sentence) != proxy_hides_health, "the reason, where it can be had"


def test_a_text_in_english_for_a_fault_is_no_success(world: World, copied: Path) -> None:
    fault_named("catalogue", "lost_placeholder").plant(copied)
    world.hosts["line.example.org"] = app_host(app(operator(copied)))
    sentence = str(probe(world.settings, URL, world.fetch))
    assert sentence.startswith(f"NOT WHOLE {URL}: es is not whole: locales/es/LC_MESSAGES/messages.po:")


def test_a_text_that_waits_for_its_translator_is_a_success(world: World, copied: Path) -> None:
    fault_named("catalogue", "fuzzy").plant(copied)
    world.hosts["line.example.org"] = app_host(app(operator(copied)))
    assert probe(world.settings, URL, world.fetch).state == "OK"


def test_key_0_that_leads_elsewhere(world: World) -> None:
    inner = world.hosts["line.example.org"]

    def elsewhere(*asked: Any) -> http_client.Reply:
        answer = inner(*asked)
        return answer._replace(body=answer.body.replace(b"+18883737888", b"+12025550177"))

    world.hosts["line.example.org"] = elsewhere
    assert "does not dial the hotline" in probe(world.settings, URL, world.fetch).reason


def test_without_a_token(tiny: Path, world: World) -> None:
    with pytest.raises(BadSettings, match=r"TWILIO_AUTH_TOKEN is not set.*make setup"):
        probe(operator(tiny, twilio_auth_token=""), URL, world.fetch)


def test_addresses_at_another_host_than_the_one_asked_are_named(world: World) -> None:
    inner, here = world.hosts["line.example.org"], b"http://localhost:3000"

    def elsewhere(*asked: Any) -> http_client.Reply:
        answer = inner(*asked)
        return answer._replace(body=answer.body.replace(PUBLIC.encode(), here))

    world.hosts["line.example.org"] = elsewhere
    probed = probe(world.settings, URL, world.fetch)
    assert (probed.state, f"addresses at {here.decode()}: write that" in probed.reason) == ("DOWN", True), probed


@pytest.mark.usefixtures("unset")
def test_the_command(tiny: Path, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {
        "TWILIO_AUTH_TOKEN": TOKEN, "LINE_NUMBER": LINE_NUMBER, "IVR_CONTENT": str(tiny), "PUBLIC_URL": PUBLIC,
    }.items():  # fmt: skip
        monkeypatch.setenv(name, value)
    well = CliRunner().invoke(main, ["probe", URL], obj=world.outside())
    assert (well.exit_code, len(well.output.splitlines())) == (0, 1)
    world.hosts.clear()
    down = CliRunner().invoke(main, ["probe", URL], obj=world.outside())
    assert (down.exit_code, len(down.output.splitlines())) == (1, 1)
    assert TOKEN not in well.output + down.output


# -- one request, over a socket of this machine ------------------------------------------------------------------------


class _Site(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(302 if self.path == "/moved" else 200)
        self.send_header("Location", "/elsewhere")
        self.end_headers()
        self.wfile.write(
            self.headers.get("X-Mark", "").encode()
            + b"x" * (http_client.MAX_RESPONSE_BYTES if self.path == "/big" else 0)
        )

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(403)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def site() -> Iterator[str]:
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Site) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()
        thread.join()


def test_a_request_follows_nothing_and_takes_any_status_as_a_reply(site: str) -> None:
    moved = http_client.fetch(f"{site}/moved", None, {"X-Mark": "yes"})
    assert (moved.status, moved.headers["location"], moved.body) == (302, "/elsewhere", b"yes")
    refused = http_client.fetch(f"{site}/call", [("Digits", "#"), ("FromZip", "")], {})
    assert (refused.status, refused.body) == (403, b"Digits=%23&FromZip=")
    assert refused.seconds > 0
    assert len(http_client.fetch(f"{site}/big", None, {}).body) == http_client.MAX_RESPONSE_BYTES


@pytest.mark.parametrize(
    "url",
    ["http://127.0.0.1:1/call", "https://127.0.0.1:1", "http://nowhere.invalid/", "file:///etc/passwd", "http://[x/"],
)
def test_no_reply_is_a_sentence_without_a_password(url: str) -> None:
    with pytest.raises(OperationFailed) as error:
        http_client.fetch(url.replace("//", "//user:hunter2@", 1) if "127" in url else url, None, {})
    assert "hunter2" not in str(error.value)


@pytest.mark.parametrize("proxied", [True, False])
def test_an_address_of_this_machine_is_never_asked_through_a_proxy(
    site: str, monkeypatch: pytest.MonkeyPatch, proxied: bool
) -> None:
    monkeypatch.setenv("http_proxy", "http://user:hunter2@127.0.0.1:1")
    monkeypatch.setenv("no_proxy", "")
    if not proxied:
        assert http_client.fetch(f"{site}/", None, {}).status == 200
        return
    with pytest.raises(Unreachable, match=r"or the proxy 127\.0\.0\.1:1 through which it is asked") as error:
        http_client.fetch("http://line.example.org/", None, {})
    assert "hunter2" not in str(error.value)


@contextmanager
def listening(handle: Callable[[socket.socket], object], host: str = "127.0.0.1") -> Iterator[int]:
    """A port of this machine whose connections `handle` gets, until the end of the block."""

    def accept() -> None:
        with suppress(OSError):
            while True:
                connection, _ = server.accept()
                with connection, suppress(OSError):
                    handle(connection)

    with socket.create_server((host, 0)) as server:
        thread = threading.Thread(target=accept, daemon=True)
        thread.start()
        yield server.getsockname()[1]
        server.shutdown(socket.SHUT_RDWR)
    thread.join(10)


def tls(folder: Path) -> Callable[[socket.socket], object]:
    """Serves a handshake with the certificate in `folder`, then closes."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "chain.pem", folder / "key.pem")
    return lambda connection: context.wrap_socket(connection, server_side=True).close()


def plain(connection: socket.socket) -> None:
    connection.recv(1000)
    connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")


@pytest.mark.parametrize(("handle", "reason"), [(lambda connection: None, "closed"), (plain, "tls")])
def test_a_port_without_tls_and_one_that_closes_are_told_apart(handle: Any, reason: str) -> None:
    with listening(handle) as port, pytest.raises(Unreachable) as error:
        http_client.tls_host("127.0.0.1", port)
    assert error.value.reason == reason


def test_certificates_that_twilio_refuses_are_told_apart(tmp_path: Path) -> None:
    with trusted_certificate(tmp_path):
        with listening(tls(tmp_path)) as port:
            host = http_client.tls_host("localhost", port)
        with listening(tls(tmp_path), "127.0.0.2") as port, pytest.raises(Unreachable, match="for another address"):
            http_client.tls_host("127.0.0.2", port)
    assert (host.certificate_ends - host.certificate_starts).days == 60
    with listening(tls(tmp_path)) as port, pytest.raises(Unreachable, match="self-signed") as error:
        http_client.tls_host("localhost", port)
    assert error.value.reason == "certificate"


def test_every_kind_of_refused_certificate_has_its_own_words() -> None:
    reasons = {10: "expired", 20: "chain", 21: "chain", 62: "other name", 64: "other name"}
    words = set()
    for code in (9, 10, 18, 19, 20, 21, 62, 64, 7):
        error = ssl.SSLCertVerificationError(1, "certificate verify failed")
        error.verify_code, error.verify_message = code, "other"
        fault = unreachable_error("line.example", error)
        assert fault.reason == reasons.get(code, "certificate")
        words.add(str(fault))
    assert len(words) == 9


def test_the_clock_of_the_outside_is_utc() -> None:
    from ivr.operate.http_client import ExternalServices

    assert abs(ExternalServices().now() - datetime.now(UTC)) < timedelta(minutes=1)
