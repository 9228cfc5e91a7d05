"""Everything that an operator's commands reach, simulated: hosts by name, a certificate, Twilio, a clock."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

from starlette.testclient import TestClient
from support.twilio_account import LINE_NUMBER, SID, TOKEN, TwilioApi

from ivr.call.urls import OVERRIDES
from ivr.errors import Unreachable
from ivr.operate.http_client import ExternalServices, Reply, TlsHost
from ivr.readiness import Readiness, readiness_of
from ivr.server.app import make_app
from ivr.server.webhook import Webhook
from ivr.settings import Settings
from ivr.signature import Form, verify

PUBLIC = "https://line.example.org/help"
BIN = "https://handler.twilio.com/twiml/EH" + "1" * 32
NOW = datetime(2026, 12, 5, 12, tzinfo=UTC)
Host = Callable[[str, Form | None, Mapping[str, str]], Reply]


def operator(tiny: Path, **more: Any) -> Settings:
    """The settings of an operator whose line is set up well."""
    given = {
        "twilio_account_sid": SID, "twilio_auth_token": TOKEN, "public_url": PUBLIC, "line_number": LINE_NUMBER,
        "ivr_content": tiny, "ivr_usage": "off", "ivr_web_phone": "off", "ivr_readable": "off",
    } | more  # fmt: skip
    return Settings(_env_file=None, **given)


@lru_cache(maxsize=32)
def ready(settings: Settings) -> Readiness:
    """The line of `settings`, compiled once for all tests."""
    return readiness_of(settings)


@lru_cache(maxsize=32)
def app(settings: Settings) -> Webhook:
    """The application of `settings`, made once for all tests."""
    return make_app(settings, ready(settings))


def reply(status: int, body: bytes = b"", seconds: float = 0.01, **headers: str) -> Reply:
    return Reply(status, headers, body, seconds)


def certificate(days: float, lifetime: float = 90, ipv4: bool = True) -> TlsHost:
    """A certificate that ends in so many `days`."""
    ends = NOW + timedelta(days=days, hours=1)
    return TlsHost(ends - timedelta(days=lifetime), ends, ipv4)


def app_host(webhook: Webhook, rewrite: Callable[[str], str] = lambda path: path, seconds: float = 0.01) -> Host:
    """A host on which `webhook` answers, behind a proxy that hides the host's name and may `rewrite` the path."""
    client = TestClient(webhook, base_url="http://127.0.0.1:8000", follow_redirects=False)

    def host(url: str, form: Form | None, headers: Mapping[str, str]) -> Reply:
        path = rewrite(urlsplit(url).path)
        body = None if form is None else urlencode(list(form))
        query = urlsplit(url).query
        address = f"{path}?{query}" if query else path
        answer = client.request("GET" if form is None else "POST", address, content=body, headers=dict(headers))
        return Reply(answer.status_code, {**answer.headers}, answer.content, seconds)

    return host


def a_bin(document: bytes) -> Host:
    """A TwiML Bin: it answers requests that are signed with the account's token and name the account."""

    def host(url: str, form: Form | None, headers: Mapping[str, str]) -> Reply:
        asked = dict([("AccountSid", SID)] if f"AccountSid={SID}" in url else [])
        try:
            verify([TOKEN], url, form or (), [headers.get("X-Twilio-Signature", "")])
        except Exception:
            return reply(403)
        return reply(200 if asked else 400, document)

    return host


class World:
    """The external services, all well by default; a test breaks one of them."""

    def __init__(self, tiny: Path, **settings: Any) -> None:
        self.settings = operator(tiny, **settings)
        self.ready = ready(self.settings)
        self.twilio = TwilioApi()
        self.twilio.numbers[0] |= {
            "voice_url": f"{PUBLIC}/call{OVERRIDES}", "voice_method": "POST", "voice_fallback_url": BIN,
            "status_callback": "",
        }  # fmt: skip
        self.hosts: dict[str, Host] = {
            "line.example.org": app_host(app(self.settings)),
            "handler.twilio.com": a_bin(self.ready.fallback_document),
        }
        self.certificate: TlsHost | Exception = certificate(days=60)
        self.now = NOW
        self.asked: list[str] = []

    def fetch(self, url: str, form: Form | None, headers: Mapping[str, str]) -> Reply:
        self.asked.append(url)
        name = urlsplit(url).hostname or ""
        if name not in self.hosts:
            raise Unreachable(f"{name} has no address", "name")
        return self.hosts[name](url, form, headers)

    def tls_host(self, *_: object) -> TlsHost:
        if isinstance(self.certificate, Exception):
            raise self.certificate
        return self.certificate

    def outside(self) -> ExternalServices:
        return ExternalServices(self.fetch, self.tls_host, self.twilio, lambda: self.now)
