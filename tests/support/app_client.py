"""Requests to the application in this process, through an HTTP client."""

import asyncio
from collections.abc import Callable, Iterable
from typing import Any

import httpx2
from support.signed_calls import BASE, signed

from ivr.call.urls import RING, address_in
from ivr.phone.parser import read_document
from ivr.phone.verbs import Dial, Gather
from ivr.server.webhook import Webhook
from ivr.signature import Form

Answer = httpx2.Response
Send = Callable[[httpx2.AsyncClient], Any]


def in_turn(app: Webhook, sends: Iterable[Send], base: str = BASE) -> list[Answer]:
    """The answers to requests that are sent one after the other."""

    async def run() -> list[Answer]:
        transport = httpx2.ASGITransport(app=app)
        async with httpx2.AsyncClient(transport=transport, base_url=base) as client:
            return [await send(client) for send in sends]

    return asyncio.run(run())


def ask(app: Webhook, method: str, url: str, base: str = BASE, **more: Any) -> Answer:
    """The answer to one request."""
    return in_turn(app, [lambda client: client.request(method, url, **more)], base)[0]


def post(app: Webhook, path: str, more: Form = (), **how: Any) -> Answer:
    """The answer to one signed POST of a call."""
    return ask(app, "POST", path, **signed(path, more, **how))


def place(answer: Answer) -> str:
    """The place at which the document listens, such as "/es/main", or the number that it dials."""
    verb = next(verb for verb in read_document(answer.content) if isinstance(verb, Gather | Dial))
    return (
        address_in(BASE + RING, str(verb.action)).partition("/choices-")[0] if isinstance(verb, Gather) else verb.number
    )
