"""The door: from a request to an answer. What the answer is, the line decides; what an operator set, settings say.

`/call…` is answered in front of FastAPI's router by `Webhook`: a look-up needs no framework. A request that is not
signed gets 403; a signed one always gets 200 and a document, the last resort if anything at all fails.
"""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, MutableMapping, Sequence
from contextlib import suppress
from typing import Any
from urllib.parse import urlsplit

from ivr import log, signature
from ivr.call.state import Answer, Lost, Outcome, Ring, Silence
from ivr.call.urls import RING
from ivr.errors import Unverified
from ivr.line.line import Form
from ivr.readiness import Readiness
from ivr.server import urlencoded
from ivr.server.metrics import Metrics
from ivr.settings import Settings
from ivr.usage.counter import TEST_CALL, UsageCounter

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]
"""An ASGI application: https://asgi.readthedocs.io/en/latest/specs/www.html."""

MAX_BODY_BYTES = 64_000
MOST_FIELDS = 200
BODY_TIMEOUT = 10.0
"""Seconds in which a request must have arrived."""
SIGNATURE, SIGNED_HOW = b"x-twilio-signature", b"x-twilio-webhooks-signature-settings"
_RING, _BELOW_RING = RING.encode(), RING.encode() + b"/"
_OF_A_DOCUMENT = (b"content-type", b"text/xml; charset=utf-8")
_OF_NOTHING = (b"content-type", b"text/plain")
_KEPT_BY_NOBODY = (b"cache-control", b"no-store")
_EVENTS: dict[type, log.Event] = {Ring: "ring", Silence: "silence", Outcome: "outcome", Lost: "lost"}


class TooLarge(Exception):
    """More bytes or fields than any request of Twilio's."""


class Gone(Exception):
    """The connection ended before its request had arrived: there is nobody to answer, and nothing was refused."""


class Webhook:
    """An ASGI application: Twilio's requests in front, everything else to `behind`."""

    def __init__(
        self,
        behind: Application,
        readiness: Readiness,
        settings: Settings,
        counts: UsageCounter | None = None,
        metrics: Metrics | None = None,
    ) -> None:
        self._behind, self._readiness = behind, readiness
        self._counts, self._metrics = counts, metrics
        self._prefix = urlsplit(settings.public_url).path.rstrip("/").encode()
        self._public, self._tokens = settings.public_url, settings.tokens

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one ASGI connection."""
        path = self._path(scope) if scope["type"] == "http" else None
        if path:
            await self._answer(path, scope, receive, send)
        else:
            await self._behind({**scope, "root_path": self._prefix.decode()}, receive, send)

    def _path(self, scope: Scope) -> bytes | None:
        """The raw path of a call behind the public URL, whether a proxy has taken its prefix off or not."""
        raw: bytes = scope.get("raw_path") or scope["path"].encode()
        behind = raw.removeprefix(self._prefix)
        if _is_of_a_call(behind):
            return behind
        return raw if _is_of_a_call(raw) else None

    async def _answer(self, path: bytes, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["method"] not in ("POST", "GET"):
            await _send(send, 405, b"", (b"allow", b"POST, GET"))
            return
        try:
            body = await _body(scope, receive)
            document = self._document(path, self._verified(path, scope, body))
        except (TooLarge, TimeoutError) as error:
            await _send(send, 408 if isinstance(error, TimeoutError) else 413, b"", (b"connection", b"close"))
        except Gone:
            return
        except Unverified:
            log.event("refused", level=logging.WARNING)
            if self._metrics:
                self._metrics.refused()
            await _send(send, 403, b"")
        except Exception:  # a fault of ours, whoever asks: the last resort tells nobody anything new
            await _send(send, 200, self._fallback_document())
        else:
            await _send(send, 200, document)

    def _verified(self, path: bytes, scope: Scope, body: bytes) -> Form:
        """The fields of a request that Twilio signed. A GET carries them in its query. Raises Unverified."""
        query = scope["query_string"].decode("latin-1")
        url = self._public + path.decode("latin-1") + (f"?{query}" if query else "")
        signatures, how = _named(SIGNATURE, scope["headers"]), _named(SIGNED_HOW, scope["headers"])
        posted, asked_by_get = _fields(body.decode("latin-1")), scope["method"] == "GET"
        signature.verify(self._tokens, url, () if asked_by_get else posted, signatures, how)
        signed = _fields(query) if asked_by_get else posted
        if not signature.from_a_call(signed):
            raise Unverified("it is not the request of one call")
        return signed

    def _document(self, path: bytes, form: Form) -> bytes:
        started = time.perf_counter()
        try:
            line = self._readiness.line
            if line is None:
                return self._fallback_document()
            answer = line.respond(path.decode("latin-1"), form)
        except Exception:  # whatever it is: a caller is never lost to it
            return self._fallback_document()
        with suppress(Exception):  # nor to what is written down
            self._write_down(answer, time.perf_counter() - started, test_call=TEST_CALL in form)
        return answer.body

    def _write_down(self, answer: Answer, seconds: float, test_call: bool) -> None:
        place, event, _ = answer
        log.event(_EVENTS.get(type(event), "key"), place.node, place.locale, seconds)
        if self._metrics:
            self._metrics.answered(event, seconds, test_call)
        if self._counts and not test_call:
            self._counts.count(place, event)

    def _fallback_document(self) -> bytes:
        with suppress(Exception):
            log.event("last resort", level=logging.ERROR)
            if self._metrics:
                self._metrics.sent_fallback()
        return self._readiness.fallback_document


def _is_of_a_call(path: bytes) -> bool:
    return path.startswith(_BELOW_RING) or path == _RING


def _named(name: bytes, headers: Sequence[tuple[bytes, bytes]]) -> list[str]:
    return [value.decode("latin-1") for other, value in headers if other == name]


def _fields(encoded: str) -> Form:
    if encoded.count("&") >= MOST_FIELDS:
        raise Unverified("more fields than a call has")
    return urlencoded.read(encoded)


async def _body(scope: Scope, receive: Receive) -> bytes:
    """What was sent. Almost always it is there at once; until its first piece is, the wire has a deadline too."""
    message = _still_there(await receive())
    body: bytes = message.get("body", b"")
    if message.get("more_body", False):
        async with asyncio.timeout(BODY_TIMEOUT):
            body = await _whole(body, receive)
    if len(body) > MAX_BODY_BYTES or len(scope["query_string"]) > MAX_BODY_BYTES:
        raise TooLarge
    return body


async def _whole(body: bytes, receive: Receive) -> bytes:
    more = True
    while more and len(body) <= MAX_BODY_BYTES:
        message = _still_there(await receive())
        body += message.get("body", b"")
        more = message.get("more_body", False)
    return body


def _still_there(message: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    if message["type"] == "http.disconnect":
        raise Gone
    return message


async def _send(send: Send, status: int, body: bytes, *more: tuple[bytes, bytes]) -> None:
    headers = [_OF_A_DOCUMENT if body else _OF_NOTHING, (b"content-length", b"%d" % len(body)), _KEPT_BY_NOBODY, *more]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
