"""Requests to a running line: one request, no redirects, signed as Twilio signs it, every failure a sentence.

`ExternalServices` has these functions, so that tests can replace them.
"""

import errno
import ipaddress
import re
import socket
import ssl
import time
import urllib.request
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import partial
from http.client import HTTPException, HTTPResponse, RemoteDisconnected
from typing import Any, NamedTuple
from urllib.parse import urlencode, urlsplit

from ivr import signature
from ivr.call.urls import RING
from ivr.errors import BadSettings, OperationFailed, Unreachable, UnreachableReason
from ivr.settings import Settings
from ivr.signature import Form

RESPONSE_TIMEOUT = 15
"""Seconds that Twilio waits for an answer at a plain URL: https://www.twilio.com/docs/api/errors/11205."""
MAX_RESPONSE_BYTES = 20_000_000
"""Several times the data of the telephone on a page, which `ivr check --against` reads."""
_NO_TOKEN = (
    "TWILIO_AUTH_TOKEN is not set. This command signs its requests as Twilio does, also for a line that verifies no "
    "signature. Set it to the token of the line. To try the line out only: move .env away and run `make setup`, which "
    "writes a .env with a token."
)
_CERTIFICATE: dict[int, tuple[UnreachableReason, str]] = {
    9: ("certificate", "offers a certificate that is not valid yet: is the clock of this machine right?"),
    10: ("expired", "offers a certificate that has expired"),
    18: ("certificate", "offers a self-signed certificate, which Twilio does not trust"),
    19: ("certificate", "offers a certificate of a private authority, which Twilio does not trust"),
    20: (
        "chain",
        "offers a certificate without its intermediate certificates, or of an authority that Twilio does not trust",
    ),
    21: ("chain", "offers a certificate without its intermediate certificates"),
    62: ("other name", "offers a certificate for another name"),
    64: ("other name", "offers a certificate for another address"),
}
"""Reason and words by X509_V_ERR_…: https://docs.openssl.org/master/man3/X509_STORE_CTX_get_error/"""
_CONNECTION: dict[int, tuple[UnreachableReason, str]] = {
    errno.ECONNREFUSED: ("refused", "refuses the connection: no program listens on that port"),
    errno.ECONNRESET: ("closed", "accepts the connection and closes it without an answer"),
    errno.EPIPE: ("closed", "accepts the connection and closes it without an answer"),
    errno.EHOSTUNREACH: ("timeout", "cannot be reached: there is no route to it"),
    errno.ENETUNREACH: ("offline", "cannot be reached: this machine has no network"),
    socket.EAI_AGAIN: ("offline", "cannot be looked up: this machine's name server does not answer"),
    socket.EAI_NONAME: ("name", "has no address: the name does not exist in DNS"),
    socket.EAI_NODATA: ("name", "has no address: the name has no A or AAAA record in DNS"),
}
"""Reason and words by errno, or by the code of getaddrinfo; none of these codes is the number of an errno above."""


class Reply(NamedTuple):
    """A response: status, headers with names in lower case, the first bytes of the body, the seconds it took."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    seconds: float


Fetch = Callable[[str, Form | None, Mapping[str, str]], Reply]
"""(URL, fields of a POST or None for GET, headers) -> reply. Raises OperationFailed if there is no reply."""


class _AnyStatus(urllib.request.HTTPErrorProcessor):
    """Any status is a reply, also that of a redirect: a redirected request would lose its signature."""

    def http_response(self, request: urllib.request.Request, response: HTTPResponse) -> HTTPResponse:  # noqa: ARG002
        return response

    https_response = http_response


def fetch(url: str, form: Form | None, headers: Mapping[str, str]) -> Reply:
    """Send one request to `url`. Any status is a reply. Raises Unreachable if there is no reply.

    A proxy of the environment (https_proxy) is used, but never for an address of this machine.
    """
    if not re.match(r"https?://[^\[\]/]+(/|$)|https?://\[[0-9a-f:]+\](:[0-9]+)?(/|$)", url):
        raise OperationFailed(f"{url} is not an http or https address.")
    request = urllib.request.Request(url, None if form is None else urlencode(form).encode(), dict(headers))
    handlers = [_AnyStatus(), *([urllib.request.ProxyHandler({})] if is_loopback(url) else [])]
    started = time.perf_counter()
    try:
        with urllib.request.build_opener(*handlers).open(request, timeout=RESPONSE_TIMEOUT) as answer:
            body = answer.read(MAX_RESPONSE_BYTES)
    except (OSError, HTTPException, ValueError) as error:
        raise unreachable_error(_subject(url), error) from None
    seconds = time.perf_counter() - started
    return Reply(answer.status, {name.lower(): value for name, value in answer.headers.items()}, body, seconds)


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


def unreachable_error(address: str, error: BaseException) -> Unreachable:
    """The error for a host at `address`, by an exception of urllib, http.client, socket or ssl.

    Example of its sentence: "line.example.org:443 refuses the connection: no program listens on that port".
    """
    reason, words = _reason_and_words(error)
    return Unreachable(f"{address} {words}", reason)


def _reason_and_words(error: BaseException) -> tuple[UnreachableReason, str]:
    inner = getattr(error, "reason", None)  # of URLError; the reason of an SSLError is a word
    cause = inner if isinstance(inner, BaseException) else error
    match cause:
        case ssl.SSLCertVerificationError():
            words = f"offers a certificate that is refused ({cause.verify_message})"
            return _CERTIFICATE.get(cause.verify_code, ("certificate", words))
        case TimeoutError():
            return "timeout", "does not answer in time: a firewall may keep the request back"
        case RemoteDisconnected() | ssl.SSLEOFError() | ssl.SSLZeroReturnError():
            return "closed", "accepts the connection and closes it without an answer"
        case ssl.SSLError():
            return "tls", f"does not speak TLS on that port ({cause.reason or type(cause).__name__})"
        case OSError() if cause.errno in _CONNECTION:
            return _CONNECTION[cause.errno]
        case HTTPException() | ValueError():
            return "other", f"gives an answer that is not HTTP ({type(cause).__name__})"
    return "other", f"does not answer ({getattr(cause, 'strerror', None) or type(cause).__name__})"


def signed_post(fetch: Fetch, token: str, url: str, form: Form, signed_url: str = "") -> Reply:
    """Post `form` to `url` as Twilio does. The signature is made with `token` over `signed_url`, or else `url`.

    The two URLs differ behind a tunnel or a proxy: the line checks the signature over its PUBLIC_URL.
    """
    signed = as_twilio_signs(signed_url or url)
    headers = {**signature_header(token, signed, form), "Content-Type": "application/x-www-form-urlencoded"}
    return fetch(url, form, headers)


def post_to_line(settings: Settings, base_url: str, fetch: Fetch, action: str, form: Form) -> Reply:
    """Post `form` to the path of `action` at `base_url`, signed for PUBLIC_URL, as if a proxy had passed it on.

    `action` is a URL in a document of the line. Raises OperationFailed if it is not below `base_url` or PUBLIC_URL,
    Unreachable without a reply, BadSettings without a token.
    """
    if not settings.tokens:
        raise BadSettings(_NO_TOKEN)
    path = action.removeprefix(settings.public_url).removeprefix(base_url)
    if not path.startswith("/"):
        found = action.partition(RING)[0]
        raise OperationFailed(f"the line answers with addresses at {found}: write that address.")
    return signed_post(fetch, settings.tokens[0], base_url + path, form, settings.public_url + path)


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
