"""Requests to a running line: one request, no redirects, signed as Twilio signs it, every failure a sentence.

`ExternalServices` has these functions, so that tests can replace them.
"""

import ipaddress
import re
import socket
import ssl
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import partial
from http.client import HTTPException
from typing import Any, NamedTuple
from urllib.parse import urlencode, urlsplit
from urllib.response import addinfourl

from ivr import signature
from ivr.call.urls import RING
from ivr.errors import BadSettings, OperationFailed
from ivr.operate.network_errors import unreachable_error
from ivr.settings import Settings
from ivr.signature import Form

RESPONSE_TIMEOUT = 15
"""Seconds that Twilio waits for an answer: https://www.twilio.com/docs/api/errors/11205."""
MAX_RESPONSE_BYTES = 20_000_000
"""Several times the data of the telephone on a page, which `ivr check --against` reads."""
_NO_TOKEN = (
    "TWILIO_AUTH_TOKEN is not set. This command signs its requests as Twilio does, also for a line that verifies no "
    "signature. Set it to the token of the line. To try the line out only: move .env away and run `make setup`, which "
    "writes a .env with a token."
)


class Reply(NamedTuple):
    """A response: status, headers with names in lower case, the first bytes of the body, the seconds it took."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    seconds: float


Fetch = Callable[[str, Form | None, Mapping[str, str]], Reply]
"""(URL, fields of a POST or None for GET, headers) -> reply. Raises OperationFailed if there is no reply."""


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: object) -> None:
        """Return None, which keeps the redirect as the reply: a redirected request would lose its signature."""


def fetch(url: str, form: Form | None, headers: Mapping[str, str]) -> Reply:
    """Send one request to `url`. Any status is a reply. Raises Unreachable if there is no reply.

    A proxy of the environment (https_proxy) is used, but never for an address of this machine.
    """
    if not re.match(r"https?://[^\[\]/]+(/|$)|https?://\[[0-9a-f:]+\](:[0-9]+)?(/|$)", url):
        raise OperationFailed(f"{url} is not an http or https address.")
    body = None if form is None else urlencode(form).encode()
    request = urllib.request.Request(url, body, dict(headers))
    handlers = [_NoRedirects(), *([urllib.request.ProxyHandler({})] if is_loopback(url) else [])]
    started = time.perf_counter()
    try:
        with urllib.request.build_opener(*handlers).open(request, timeout=RESPONSE_TIMEOUT) as answer:
            return _reply(answer, started)
    except urllib.error.HTTPError as error:
        with error:
            return _reply(error, started)
    except (OSError, HTTPException, ValueError) as error:
        raise unreachable_error(_subject(url), error) from None


def is_loopback(url: str) -> bool:
    """Whether `url` leads to this machine: localhost, 127.0.0.1 or [::1]."""
    host = urlsplit(url).hostname or ""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _subject(url: str) -> str:
    """The subject of a sentence about a request to `url`: the address, and the proxy between, if there is one.

    The password and the query of the address, which may hold secrets, are left out.
    """
    parts = urlsplit(url)
    address = f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"
    proxy = urllib.request.getproxies().get(parts.scheme, "")
    if not proxy or is_loopback(url) or urllib.request.proxy_bypass(parts.hostname or ""):
        return address
    name = urlsplit(proxy).netloc.rpartition("@")[2] or "of the environment"
    return f"{address}, or the proxy {name} through which it is asked,"


def signed_post(fetch: Fetch, token: str, url: str, form: Form, signed_url: str = "") -> Reply:
    """Post `form` to `url` as Twilio does. The signature is made with `token` over `signed_url`, or else `url`.

    The two URLs differ behind a tunnel or a proxy: the line checks the signature over its PUBLIC_URL.
    """
    signed = as_twilio_signs(signed_url or url)
    headers = {**signature_header(token, signed, form), "Content-Type": "application/x-www-form-urlencoded"}
    return fetch(url, form, headers)


def post_to_line(settings: Settings, url: str, fetch: Fetch, document_url: str, form: Form) -> Reply:
    """Post `form` to the line at `url`, signed for PUBLIC_URL, as a tunnel or a proxy would pass it on.

    `document_url` is an absolute URL from a document. Raises OperationFailed if it is not below `url` or PUBLIC_URL,
    Unreachable without a reply, BadSettings without a token.
    """
    if not settings.tokens:
        raise BadSettings(_NO_TOKEN)
    path = document_url.removeprefix(settings.public_url).removeprefix(url)
    if not path.startswith("/"):
        found = document_url.partition(RING)[0]
        raise OperationFailed(f"the line answers with addresses at {found}: write that address.")
    return signed_post(fetch, settings.tokens[0], url + path, form, settings.public_url + path)


def as_twilio_signs(url: str) -> str:
    """`url` as Twilio signs it: an https address loses its port.

    https://www.twilio.com/docs/usage/webhooks/webhooks-security
    """
    parts = urlsplit(url)
    if parts.scheme != "https" or parts.port is None:
        return url
    return parts._replace(netloc=parts.netloc.rpartition(":")[0]).geturl()


def signature_header(token: str, url: str, form: Form = ()) -> dict[str, str]:
    """The header with which Twilio signs a request to `url`: for POST with the fields of its body, for GET without."""
    return {"X-Twilio-Signature": signature.sign(token, url, form)}


def _reply(answer: addinfourl, started: float) -> Reply:
    body = answer.read(MAX_RESPONSE_BYTES)
    headers = {name.lower(): value for name, value in answer.headers.items()}
    return Reply(answer.status or 0, headers, body, time.perf_counter() - started)


class TlsHost(NamedTuple):
    """A host with a trusted certificate, and the time (UTC) for which the certificate is valid.

    `has_ipv4`: the host has an IPv4 address, and not IPv6 alone.
    """

    certificate_starts: datetime
    certificate_ends: datetime
    has_ipv4: bool = True


def tls_host(host: str, port: int) -> TlsHost:
    """Connect to `host`. Raises Unreachable if no trusted TLS connection can be made."""
    try:
        addresses = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        with (
            socket.create_connection((host, port), timeout=RESPONSE_TIMEOUT) as plain,
            ssl.create_default_context().wrap_socket(plain, server_hostname=host) as secure,
        ):
            certificate = secure.getpeercert() or {}
    except OSError as error:
        raise unreachable_error(f"{host}:{port}", error) from None
    starts, ends = (
        datetime.fromtimestamp(ssl.cert_time_to_seconds(str(certificate[name])), UTC)
        for name in ("notBefore", "notAfter")
    )
    return TlsHost(starts, ends, any(family == socket.AF_INET for family, *_ in addresses))


class ExternalServices(NamedTuple):
    """The network and the clock. `transport` is the `HttpClient` for Twilio's API; None means that of its library."""

    fetch: Fetch = fetch
    tls_host: Callable[[str, int], TlsHost] = tls_host
    transport: Any = None
    now: Callable[[], datetime] = partial(datetime.now, UTC)
