"""Draft pages: the texts as their files are now. On a test line every language has them, published or not.

Each language is compiled as a line of its own when its page is first loaded, and again when a file of the content has
changed since. A published language is compiled with all published ones, another language with the source language.
Calls of Twilio are never answered from these lines.
"""

import asyncio
import threading
from collections.abc import Callable
from pathlib import Path

from fastapi import FastAPI
from fastapi.responses import HTMLResponse, PlainTextResponse
from starlette.types import Receive, Scope, Send

from ivr.content.layer import OWN_FILE, stack_of
from ivr.errors import BadContent, Fault
from ivr.line.compiler import compile_line
from ivr.line.line import Line
from ivr.readiness import Readiness
from ivr.script.page import render_page
from ivr.settings import Settings
from ivr.web.security_headers import NO_STORE
from ivr.web.sound_requests import add_audio_files

AddPages = Callable[[FastAPI, Settings, Readiness], object]
FileState = tuple[Path, int]
"""A file, and when it last changed, in nanoseconds since the epoch."""
SCRIPT_POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'"
"""The page of the script is one file, with its style sheet in it: https://www.w3.org/TR/CSP3/."""
FAULTS_FIRST = "This language cannot be heard yet. Correct these faults first, then load the page again.\n\n"


class DraftPages:
    """The draft pages of one language: an ASGI application to be mounted under /draft/<tag>.

    `published` are the languages of the flow file; `add_pages` adds the pages of a line to an application.
    """

    def __init__(self, settings: Settings, published: tuple[str, ...], tag: str, add_pages: AddPages) -> None:
        public_url = f"{settings.public_url}/draft/{tag}"
        self._settings = settings.model_copy(update={"public_url": public_url})
        self._tag, self._add_pages = tag, add_pages
        self._languages = published if tag in published else (published[0], tag)
        self._lock, self._files, self._app = threading.Lock(), frozenset[FileState](), FastAPI()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request from the content as its files are now."""
        app = await asyncio.to_thread(self._current_app)
        await app(scope, receive, send)

    def _current_app(self) -> FastAPI:
        with self._lock:
            files = _file_states(self._settings.ivr_content)
            if files != self._files:
                self._app, self._files = self._make_app(), files
            return self._app

    def _make_app(self) -> FastAPI:
        app, root = FastAPI(docs_url=None, redoc_url=None, openapi_url=None), self._settings.ivr_content
        try:
            line = compile_line(root, self._settings.options, self._languages)
        except BadContent as error:
            return _add_faults(app, error.faults)
        if self._tag not in line.flow.offered:
            return _add_faults(app, line.content.faults)
        add_audio_files(app, root)
        _add_script(app, line, self._tag)
        self._add_pages(app, self._settings, Readiness(line, line.fallback_document))
        return app


def _add_script(app: FastAPI, line: Line, tag: str) -> None:
    """The script of the language under /script: each paragraph beside the English, with its line in the catalogue."""

    @app.get("/script")
    def script() -> HTMLResponse:
        return HTMLResponse(render_page(line, tag), headers={**NO_STORE, "Content-Security-Policy": SCRIPT_POLICY})


def _add_faults(app: FastAPI, faults: tuple[Fault, ...]) -> FastAPI:
    """Answer every address with the faults that keep the language from being heard."""

    @app.get("/{path:path}")
    async def list_faults() -> PlainTextResponse:
        return PlainTextResponse(FAULTS_FIRST + "\n".join(map(str, faults)), 503, NO_STORE)

    return app


def _file_states(root: Path) -> frozenset[FileState]:
    """The state of every file of the content at `root`: a removed file, and one from a backup, differ too."""
    folders = [folder / name for folder in stack_of(root).folders for name in ("prompts", "locales")]
    paths = (path for folder in folders for path in folder.rglob("*") if path.is_file())
    return frozenset((path, path.stat().st_mtime_ns) for path in (*paths, *root.glob(OWN_FILE)))
