"""The probe: one synthetic call, one line, an exit code; and the one request that it and the doctor make."""

import http.server
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from support.content_faults import fault_named
from support.external import PUBLIC, World, app, app_host, operator, reply
from support.twilio_account import LINE_NUMBER, TOKEN

from ivr.cli.main import main
from ivr.errors import BadSettings, OperationFailed
from ivr.operate import http_client
from ivr.operate.probe import probe
from ivr.server.app import make_app

URL = "https://line.example.org/help"


@pytest.fixture
def world(tiny: Path) -> World:
    return World(tiny)


def test_a_line_that_is_well(world: World) -> None:
    well, sentence = probe(world.settings, URL, world.fetch)
    assert well
    assert sentence == f"OK {URL}: it answers, key 0 dials the hotline, slowest answer 10 ms."
    ring, language, person, health = world.asked
    assert (ring, health) == (f"{URL}/call", f"{URL}/health/ready")
    assert language.startswith(f"{URL}/call/en/opening/")
    assert person.startswith(f"{URL}/call/es/")


def test_a_line_is_called_at_another_address_than_it_is_signed_for(world: World) -> None:
    world.hosts["10.0.0.7"] = world.hosts["line.example.org"]
    assert probe(world.settings, "http://10.0.0.7:8000", world.fetch).passed


@pytest.mark.parametrize(
    ("host", "said"),
    [
        (lambda *_: reply(403), "DOWN {}: it answers a signed request with status 403."),
        (lambda *_: reply(200, b"<h1>hello</h1>"), "DOWN {}: "),
        (lambda *_: reply(200, b""), "DOWN {}: "),
    ],
)
def test_a_line_that_is_not(world: World, host: Any, said: str) -> None:
    world.hosts["line.example.org"] = host
    well, sentence = probe(world.settings, URL, world.fetch)
    assert not well
    assert sentence.startswith(said.format(URL))


def test_nobody_answers(world: World) -> None:
    world.hosts.clear()
    assert probe(world.settings, URL, world.fetch) == (
        False,
        f"DOWN {URL}: line.example.org does not answer (no such host)",
    )


def test_the_fallback_document_is_not_the_line(world: World) -> None:
    world.hosts["line.example.org"] = app_host(make_app(world.settings, replace(world.ready, line=None)))
    assert "answers with the fallback document" in probe(world.settings, URL, world.fetch).sentence


def test_a_slow_line_is_told_from_one_that_is_down(world: World) -> None:
    world.hosts["line.example.org"] = app_host(make_app(world.settings, world.ready), seconds=4.2)
    assert probe(world.settings, URL, world.fetch) == (False, f"SLOW {URL}: an answer took 4.2 s, more than 3 s.")


@pytest.mark.parametrize("proxy_hides_health", [False, True])
def test_a_language_that_is_not_offered_is_no_success(world: World, copied: Path, proxy_hides_health: bool) -> None:
    (copied / "locales/es/LC_MESSAGES/messages.po").write_text("garbage", "utf-8")
    inner = app_host(app(operator(copied)))

    def host(url: str, *asked: Any) -> http_client.Reply:
        return reply(404) if proxy_hides_health and "/health" in url else inner(url, *asked)

    world.hosts["line.example.org"] = host
    well, sentence = probe(world.settings, URL, world.fetch)
    assert not well
    assert sentence.startswith(f"NOT WHOLE {URL}: es is not offered")
    assert ("messages.po" in sentence) != proxy_hides_health, "the reason, where it can be had"


def test_a_text_in_english_for_a_fault_is_no_success(world: World, copied: Path) -> None:
    fault_named("catalogue", "lost_placeholder").plant(copied)
    world.hosts["line.example.org"] = app_host(app(operator(copied)))
    well, sentence = probe(world.settings, URL, world.fetch)
    assert not well
    assert sentence.startswith(f"NOT WHOLE {URL}: es is not whole: locales/es/LC_MESSAGES/messages.po:")


def test_a_text_that_waits_for_its_translator_is_a_success(world: World, copied: Path) -> None:
    fault_named("catalogue", "fuzzy").plant(copied)
    world.hosts["line.example.org"] = app_host(app(operator(copied)))
    assert probe(world.settings, URL, world.fetch).passed


def test_key_0_that_leads_elsewhere(world: World) -> None:
    inner = world.hosts["line.example.org"]

    def elsewhere(*asked: Any) -> http_client.Reply:
        answer = inner(*asked)
        return answer._replace(body=answer.body.replace(b"+18883737888", b"+12025550177"))

    world.hosts["line.example.org"] = elsewhere
    assert "does not dial the hotline" in probe(world.settings, URL, world.fetch).sentence


def test_without_a_token(tiny: Path, world: World) -> None:
    with pytest.raises(BadSettings, match="TWILIO_AUTH_TOKEN is not set"):
        probe(operator(tiny, twilio_auth_token=""), URL, world.fetch)


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


def test_a_certificate_that_nobody_offers() -> None:
    with pytest.raises(OperationFailed, match=r"127\.0\.0\.1:1 offers no certificate"):
        http_client.certificate_ends("127.0.0.1", 1)


def test_the_clock_of_the_outside_is_utc() -> None:
    from ivr.operate.external import External

    assert abs(External().now() - datetime.now(UTC)) < timedelta(minutes=1)
