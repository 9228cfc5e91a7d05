"""An HTTP client for checks of a running line: one request, no redirects, every failure a sentence."""

import re
import socket
import ssl
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from http.client import HTTPException
from typing import NamedTuple
from urllib.parse import urlencode, urlsplit
from urllib.response import addinfourl

from ivr import signature
from ivr.errors import OperationFailed
from ivr.line.request import Form

RESPONSE_TIMEOUT = 15
"""Seconds that Twilio waits for an answer: https://www.twilio.com/docs/api/errors/11205."""
MAX_RESPONSE_BYTES = 200_000


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
    """Send one request to `url`. Any status is a reply. Raises OperationFailed if there is no reply."""
    if not re.match(r"https?://[^\[\]/]+(/|$)|https?://\[[0-9a-f:]+\](:[0-9]+)?(/|$)", url):
        raise OperationFailed(f"{url} is not an http or https address.")
    body = None if form is None else urlencode(form).encode()
    request = urllib.request.Request(url, body, dict(headers))
    started = time.perf_counter()
    try:
        with urllib.request.build_opener(_NoRedirects).open(request, timeout=RESPONSE_TIMEOUT) as answer:
            return _reply(answer, started)
    except urllib.error.HTTPError as error:
        with error:
            return _reply(error, started)
    except (OSError, HTTPException, ValueError) as error:
        raise OperationFailed(f"{_public_part(url)} does not answer ({_reason(error)})") from None


def signed_post(fetch: Fetch, token: str, url: str, form: Form, signed_url: str = "") -> Reply:
    """Posts `form` to `url` as Twilio does: the signature is made with `token` over `signed_url`, else over `url`.

    The two differ behind a tunnel or a proxy: the line checks the signature over its PUBLIC_URL.
    """
    headers = {**signature_header(token, signed_url or url, form), "Content-Type": "application/x-www-form-urlencoded"}
    return fetch(url, form, headers)


def signature_header(token: str, url: str, form: Form = ()) -> dict[str, str]:
    """The header with which Twilio signs a request to `url`: for POST with the fields of its body, for GET without."""
    return {"X-Twilio-Signature": signature.sign(token, url, form)}


def _reply(answer: addinfourl, started: float) -> Reply:
    body = answer.read(MAX_RESPONSE_BYTES)
    headers = {name.lower(): value for name, value in answer.headers.items()}
    return Reply(answer.status or 0, headers, body, time.perf_counter() - started)


def certificate_ends(host: str, port: int) -> datetime:
    """When (UTC) the certificate of `host` ends. Raises OperationFailed if no trusted TLS connection can be made."""
    context = ssl.create_default_context()
    try:
        with (
            socket.create_connection((host, port), timeout=RESPONSE_TIMEOUT) as plain,
            context.wrap_socket(plain, server_hostname=host) as secure,
        ):
            certificate = secure.getpeercert() or {}
    except OSError as error:
        raise OperationFailed(
            f"{host}:{port} offers no certificate that Twilio would trust ({_reason(error)})"
        ) from None
    return datetime.fromtimestamp(ssl.cert_time_to_seconds(str(certificate["notAfter"])), UTC)


def _public_part(url: str) -> str:
    """The address without its password and its query, which may hold secrets."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"


def _reason(error: BaseException) -> str:
    inner = getattr(error, "reason", None) or error
    if isinstance(inner, ssl.SSLCertVerificationError):
        return inner.verify_message
    if isinstance(inner, TimeoutError):
        return f"no answer within {RESPONSE_TIMEOUT} seconds"
    return str(getattr(inner, "strerror", None) or inner or type(inner).__name__)
