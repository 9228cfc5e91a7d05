"""Drafts: languages that are not published, on the telephone page where the line is tried out, and nowhere else.

Each is a line of its own, in the first language and the draft, compiled when somebody looks at it and anew when its
words have changed. No call of Twilio's ever comes here.
"""

import asyncio
import threading
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from fastapi.responses import PlainTextResponse

from ivr.errors import BadContent, Fault
from ivr.line.line import Line
from ivr.readiness import Readiness
from ivr.settings import Settings
from ivr.web.audio_files import add_audio
from ivr.web.security_headers import FRESH

Scope = MutableMapping[str, Any]
Call = Callable[..., Awaitable[Any]]
AddPages = Callable[[FastAPI, Settings, Readiness], None]
NOT_YET = "This draft cannot be heard yet. These texts come first: the offers, the reminder, and connecting.\n\n"


def drafts(root: Path, published: tuple[str, ...]) -> tuple[str, ...]:
    """The tags of the languages under `root` that are begun and not published."""
    begun = (path.parent.name for path in sorted(root.glob("locales/*/locale.toml")))
    return tuple(tag for tag in begun if tag not in published)


class Draft:
    """The pages of one draft, as an ASGI application to be mounted under /draft/<tag>."""

    def __init__(self, settings: Settings, first: str, tag: str, add_pages: AddPages) -> None:
        public_url = f"{settings.public_url}/draft/{tag}"
        self._settings = settings.model_copy(update={"public_url": public_url})
        self._languages, self._add_pages = (first, tag), add_pages
        self._lock, self._state, self._pages = threading.Lock(), 0.0, FastAPI()

    async def __call__(self, scope: Scope, receive: Call, send: Call) -> None:
        """Answer one connection with the pages as the files are now."""
        pages = await asyncio.to_thread(self._current)
        await pages(scope, receive, send)

    def _current(self) -> FastAPI:
        with self._lock:
            state = _newest(self._settings.ivr_content)
            if state != self._state:
                self._pages, self._state = self._built(), state
            return self._pages

    def _built(self) -> FastAPI:
        app, root = FastAPI(docs_url=None, redoc_url=None, openapi_url=None), self._settings.ivr_content
        try:
            options = replace(self._settings.options, public_url=self._settings.public_url)
            line = Line(root, options, self._languages)
        except BadContent as error:
            return _telling(app, error.faults)
        if self._languages[1] not in line.flow.published:
            return _telling(app, line.content.faults)
        add_audio(app, root)
        self._add_pages(app, self._settings, Readiness(line, line.fallback_document))
        return app


def _telling(app: FastAPI, faults: tuple[Fault, ...]) -> FastAPI:
    """Pages that say why a draft cannot be heard."""

    @app.get("/{rest:path}")
    async def told() -> PlainTextResponse:
        return PlainTextResponse(NOT_YET + "\n".join(map(str, faults)), 503, FRESH)

    return app


def _newest(root: Path) -> float:
    """When anything under prompts/ or locales/ was last changed."""
    paths = (path for room in ("prompts", "locales") for path in (root / room).rglob("*") if path.is_file())
    return max((path.stat().st_mtime for path in paths), default=0.0)
