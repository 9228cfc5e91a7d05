"""A visitor without a browser: asks for pages of an application in this process, and reads them."""

import asyncio
from pathlib import Path
from typing import Any

import httpx2
import lxml.html

from ivr.line.line import Line
from ivr.readiness import Readiness
from ivr.server.app import make_app
from ivr.server.webhook import Webhook
from ivr.settings import Settings

BASE = "https://line.example.org"
Answer = httpx2.Response


def settings_for(root: Path, **more: Any) -> Settings:
    """The settings of an operator, without .env and environment variables."""
    given = {"twilio_auth_token": "0123456789abcdef" * 2, "line_number": "+12025550123", "public_url": BASE}
    return Settings(_env_file=None, **given | {"ivr_content": root} | more)


def app_of(line: Line, **more: Any) -> Webhook:
    return make_app(settings_for(line.content.root, **more), Readiness(line, line.fallback_document))


def ask(app: Webhook, path: str, method: str = "GET", **more: Any) -> Answer:
    async def run() -> Answer:
        async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app=app), base_url=BASE) as client:
            return await client.request(method, path, **more)

    return asyncio.run(run())


def telephone_of(app: Webhook, below: str = "") -> dict[str, Any]:
    """The data of the telephone page below a path, such as "/draft/fr"."""
    answer = ask(app, f"{below}/telephone.json")
    assert answer.status_code == 200
    return answer.json()


def page_of(answer: Answer) -> lxml.html.HtmlElement:
    return lxml.html.document_fromstring(answer.text)
