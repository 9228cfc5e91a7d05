"""The webhook: verifies a request of Twilio's and answers it with a document of the compiled line.

`Webhook` is an ASGI application. It answers the requests of calls itself, because a look-up in the compiled line needs
no framework, and passes all other requests to the site, the FastAPI application with the pages.
A request with the header X-Twilio-Signature belongs to a call, whatever its path, because the URL that is set on a
number may be misspelled; so does every request below `/call`. Without a valid signature it gets 403. With one it gets
200 and a document: the fallback document if anything fails.

How long a request may take to arrive is a limit of HTTP: ivr/server/http_limits.py.
"""

import asyncio
import time
from collections.abc import Sequence
from contextlib import suppress
from typing import NamedTuple
from urllib.parse import urlsplit

from starlette.types import ASGIApp, Receive, Scope, Send

from ivr import log, signature
from ivr.call.state import Answer, DialEnded
from ivr.call.urls import RING
from ivr.errors import Unverified
from ivr.readiness import Readiness
from ivr.refusal import TEST_CALL, Refusal, is_test_call
from ivr.server import urlencoded
from ivr.server.metrics import EVENT_NAMES, Metrics
from ivr.settings import Settings
from ivr.signature import Form
from ivr.usage.counter import UsageCounter

MAX_BODY_BYTES = 64_000
MAX_FIELDS = 200
SIGNATURE, SIGNATURE_SETTINGS = b"x-twilio-signature", b"x-twilio-webhooks-signature-settings"
XML_CONTENT_TYPE = (b"content-type", b"text/xml; charset=utf-8")
JSON_CONTENT_TYPE = (b"content-type", b"application/json")
TEXT_CONTENT_TYPE = (b"content-type", b"text/plain")
NO_STORE = (b"cache-control", b"no-store")
_CALL, _BELOW_CALL = RING.encode(), RING.encode() + b"/"


class TooLarge(Exception):
    """The body or the query has more than MAX_BODY_BYTES."""


class Disconnected(Exception):
    """The connection ended before the request was whole: there is no answer and no refusal."""


class Response(NamedTuple):
    """An HTTP response. `headers` are those that not every response has: ((b"allow", b"POST, GET"),)."""

    status: int
    body: bytes = b""
    headers: tuple[tuple[bytes, bytes], ...] = ()


class Webhook:
    """The ASGI application that answers Twilio, and hands every other request to `site`.

    `counter` and `metrics`, if they are given, count each answer.
    """

    def __init__(
        self,
        site: ASGIApp,
        readiness: Readiness,
        settings: Settings,
        counter: UsageCounter | None = None,
        metrics: Metrics | None = None,
    ) -> None:
        self._site, self._readiness = site, readiness
        self._counter, self._metrics = counter, metrics
        self._prefix = urlsplit(settings.public_url).path.rstrip("/").encode()
        self._public, self._tokens = settings.public_url, settings.tokens

    @property
    def notes(self) -> tuple[str, ...]:
        """Sentences for an operator: the notes of the readiness, to which `make_app` adds those about the pages."""
        return self._readiness.notes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one ASGI connection."""
        try:
            path = self._path_of_a_call(scope) if scope["type"] == "http" else None
            response = None if path is None else await self._response(path, scope, receive)
        except Disconnected:
            return
        except asyncio.CancelledError:  # the line stops
            raise
        except BaseException as error:  # SystemExit too: a fault must not cost the call or the worker
            response = Response(200, self._fallback(error))
        if response is None:
            await self._site({**scope, "root_path": self._prefix.decode()}, receive, send)
        else:
            await _send(send, response)

    def _path_of_a_call(self, scope: Scope) -> bytes | None:
        """The raw path below PUBLIC_URL, such as b"/call/en/main", or b"" for PUBLIC_URL itself; None for the site.

        A proxy may remove the path of PUBLIC_URL, or leave it.
        """
        raw: bytes = scope.get("raw_path") or scope["path"].encode()
        below = raw.removeprefix(self._prefix)
        for path in (below, raw):
            if path.startswith(_BELOW_CALL) or path == _CALL:
                return path
        return below if any(name == SIGNATURE for name, _ in scope["headers"]) else None

    async def _response(self, path: bytes, scope: Scope, receive: Receive) -> Response:
        if scope["method"] not in ("POST", "GET"):
            return Response(405, headers=((b"allow", b"POST, GET"),))
        try:
            body = await _body(scope, receive)
        except TooLarge:
            log.count("too large")
            return Response(413, headers=((b"connection", b"close"),))
        try:
            form = self._verified_form(path, scope, body)
        except Unverified:
            return self._refused(scope, body)
        return Response(200, self._document(path, form))

    def _refused(self, scope: Scope, body: bytes) -> Response:
        """The 403. A test call gets what was seen of it, so that `ivr doctor` can say why; all others get no body."""
        log.count("refused")
        signatures = len(_header_values(SIGNATURE, scope["headers"]))
        if is_test_call(scope["query_string"], body):
            return Response(403, Refusal(scope["method"], len(body), signatures).as_json())
        if self._metrics:
            self._metrics.add("ivr_refused")
            if signatures:
                self._metrics.add("ivr_refused_signed")
        return Response(403)

    def _verified_form(self, path: bytes, scope: Scope, body: bytes) -> Form:
        """The fields of a request that Twilio signed; a GET has them in its query. Raises Unverified."""
        query, is_get = scope["query_string"].decode("latin-1"), scope["method"] == "GET"
        form = _fields(query if is_get else body.decode("latin-1"))
        signed = () if is_get else form  # a GET is signed by its URL alone, which has the query
        address, suffix = path.decode("latin-1"), f"?{query}" if query else ""
        try:
            self._verify_url(address + suffix, signed, scope)
        except Unverified:
            if address not in ("", "/"):
                raise
            # An HTTP client sends the path "/" for a URL without a path, so Twilio may have signed either URL.
            self._verify_url(("" if address else "/") + suffix, signed, scope)
        if not signature.has_call_ids(form):
            raise Unverified("it does not have exactly one CallSid and one AccountSid")
        return form

    def _verify_url(self, below: str, signed: Form, scope: Scope) -> None:
        """Raises Unverified unless Twilio signed the fields `signed` for the URL PUBLIC_URL + `below`."""
        signatures = _header_values(SIGNATURE, scope["headers"])
        algorithms = _header_values(SIGNATURE_SETTINGS, scope["headers"])
        signature.verify(self._tokens, self._public + below, signed, signatures, algorithms)

    def _document(self, path: bytes, form: Form) -> bytes:
        started = time.perf_counter()
        if self._readiness.line is None:
            return self._fallback()
        try:
            answer = self._readiness.line.respond(path.decode("latin-1"), form)
        except BaseException as error:
            return self._fallback(error)
        with suppress(BaseException):  # counting must cost no call
            self._count(answer, time.perf_counter() - started, test_call=TEST_CALL in form)
        return answer.body

    def _count(self, answer: Answer, seconds: float, test_call: bool) -> None:
        place, event, _ = answer
        name = event.outcome if isinstance(event, DialEnded) else EVENT_NAMES[type(event)]
        log.count("test call" if test_call else name)
        if self._metrics:
            self._metrics.answered(event, seconds, test_call)
        if self._counter and not test_call:
            self._counter.count(place, event)

    def _fallback(self, error: BaseException | None = None) -> bytes:
        """The fallback document. `error` is the reason, None if there is no line that can be used."""
        with suppress(BaseException):
            log.count("fallback")
            if error is not None:
                log.fault(error)
            if self._metrics:
                self._metrics.add("ivr_fallback")
        return self._readiness.fallback_document


def _header_values(name: bytes, headers: Sequence[tuple[bytes, bytes]]) -> list[str]:
    """The values of each header `name`, without the blanks around them, which HTTP ignores (RFC 9110, §5.5)."""
    return [value.strip(b" \t").decode("latin-1") for other, value in headers if other == name]


def _fields(encoded: str) -> Form:
    """The fields of a form. Raises Unverified if there are more than MAX_FIELDS."""
    if encoded.count("&") >= MAX_FIELDS:
        raise Unverified(f"it has more than {MAX_FIELDS} fields")
    return urlencoded.read_fields(encoded)


async def _body(scope: Scope, receive: Receive) -> bytes:
    """The body of a request. Raises Disconnected, and TooLarge for a body or a query."""
    body, more = b"", True
    while more and len(body) <= MAX_BODY_BYTES:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise Disconnected
        body += message.get("body", b"")
        more = message.get("more_body", False)
    if len(body) > MAX_BODY_BYTES or len(scope["query_string"]) > MAX_BODY_BYTES:
        raise TooLarge
    return body


async def _send(send: Send, response: Response) -> None:
    """Send `response`: a document is XML, a refusal JSON, an empty body plain text."""
    content_type = TEXT_CONTENT_TYPE
    if response.body:
        content_type = XML_CONTENT_TYPE if response.status == 200 else JSON_CONTENT_TYPE
    length = (b"content-length", b"%d" % len(response.body))
    headers = [content_type, length, NO_STORE, *response.headers]
    await send({"type": "http.response.start", "status": response.status, "headers": headers})
    await send({"type": "http.response.body", "body": response.body})
