"""The application in this process, called without a network: for tests that make very many requests."""

import asyncio
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple
from urllib.parse import urlencode, urlsplit

from ivr.server.webhook import Webhook
from ivr.signature import Form, sign

PUBLIC = "https://line.example.org"
TOKEN = "0123456789abcdef0123456789abcdef"


class Answered(NamedTuple):
    """The answer of an application."""

    status: int
    headers: dict[str, str]
    body: bytes


class Asked:
    """An application, asked one request after the other by an event loop of its own."""

    def __init__(self, webhook: Webhook) -> None:
        self.webhook, self._loop = webhook, asyncio.new_event_loop()

    def close(self) -> None:
        self._loop.close()

    def ask(
        self, method: str, path: bytes, query: bytes = b"", headers: Iterable[tuple[bytes, bytes]] = (),
        body: Sequence[bytes] = (b"",),
    ) -> Answered:  # fmt: skip
        """One request as a server hands it over, its body in pieces."""
        scope = {
            "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": method, "scheme": "http",
            "path": path.decode("latin-1"), "raw_path": path, "query_string": query, "root_path": "",
            "headers": [(b"host", b"x"), *headers], "client": ("203.0.113.47", 47), "server": ("127.0.0.1", 80),
        }  # fmt: skip
        pieces = [*body]
        sent: list[Any] = []

        async def receive() -> dict[str, Any]:
            if not pieces:
                return {"type": "http.disconnect"}
            return {"type": "http.request", "body": pieces.pop(0), "more_body": bool(pieces)}

        async def send(message: Any) -> None:
            sent.append(message)

        self._loop.run_until_complete(self.webhook(scope, receive, send))
        started = sent[0]
        told = {name.decode(): value.decode("latin-1") for name, value in started["headers"]}
        return Answered(started["status"], told, b"".join(one.get("body", b"") for one in sent[1:]))

    def post(self, address: str, form: Form) -> Answered:
        """A request as Twilio signs it."""
        path = urlsplit(address).path
        headers = [
            (b"x-twilio-signature", sign(TOKEN, PUBLIC + path, form).encode()),
            (b"content-type", b"application/x-www-form-urlencoded"),
        ]
        return self.ask("POST", path.encode(), headers=headers, body=[urlencode(form).encode()])

    def document(self, address: str, form: Form) -> bytes:
        """The document at `address`: the `post` of a virtual caller."""
        answer = self.post(address, form)
        assert answer.status == 200
        return answer.body
