"""The addresses of the pages. The answers are pages and files that were rendered at start, and the draft pages.

Path parameters are read from the request: a typed parameter makes FastAPI import a second pydantic at each start.
"""

import asyncio
import re
import threading
from collections.abc import Collection, Mapping
from pathlib import Path
from urllib.parse import urlsplit

from fastapi import FastAPI, Request, Response
from fastapi.responses import HTMLResponse, PlainTextResponse, RedirectResponse
from starlette.types import Receive, Scope, Send

from ivr.content.layer import OWN_FILE, stack_of
from ivr.content.load import tags_under
from ivr.errors import BadContent, Fault
from ivr.export.files import TELEPHONE_FILE
from ivr.line.compiler import compile_line
from ivr.line.line import Line
from ivr.readiness import Readiness
from ivr.script.page import render_page
from ivr.settings import Settings
from ivr.web.security_headers import PAGE_HEADERS, STATIC_HEADERS
from ivr.web.site import Site, Telephone, unavailable_pages
from ivr.web.sounds import add_recordings, add_sounds, voices_of_test_line
from ivr.web.templates import Body, PageTemplates, make_body
from ivr.web.try_out import TRY_OUT_FILE, try_out_data

GET_OR_HEAD = ["GET", "HEAD"]
_ACCEPTS_GZIP = re.compile(r"\bgzip\b(?!\s*;\s*q=0(?:\.0*)?\s*(?:,|$))")
"""The weight 0 means "not acceptable": https://www.rfc-editor.org/rfc/rfc9110#section-12.4.2."""
FileState = tuple[Path, int]
"""A file, and when it last changed, in nanoseconds since the epoch."""
SCRIPT_POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'"
"""The page of the script is one file, with its style sheet in it: https://www.w3.org/TR/CSP3/."""
FAULTS_FIRST = "This language cannot be heard yet. Correct these faults first, then load the page again.\n\n"


def add_pages(app: FastAPI, settings: Settings, readiness: Readiness) -> list[str]:
    """Add the front page to `app`, and the phone page and the readable text unless the settings turn them off.

    Returns sentences for the operator about sounds that are missing.
    """
    templates = PageTemplates(urlsplit(settings.public_url).path.rstrip("/"), settings.ivr_neutral_page)
    if readiness.line:
        notes = _add_site(app, settings, readiness.line, templates)
    else:
        page, blank_page = unavailable_pages(templates, readiness.fallback_document)
        _add_page_for_unknown_addresses(app, page, 503)
        _add_bodies(app, "/blank/", {"en": blank_page})
        notes = []
    _add_bodies(app, "/static/", templates.static.bodies, STATIC_HEADERS)  # after the pages, which name these files
    return notes


def _add_site(app: FastAPI, settings: Settings, line: Line, templates: PageTemplates) -> list[str]:
    telephone = _telephone(line, settings) if settings.ivr_web_phone == "on" else None
    has_draft_pages = telephone and settings.is_test_line and not line.content.is_preview
    draft_page_tags = tags_under(settings.ivr_content) if has_draft_pages else ()  # also of published languages
    site = Site(line, telephone, templates, draft_page_tags, settings.ivr_readable == "on", settings.is_test_line)
    for tag in draft_page_tags:
        app.mount(f"/draft/{tag}", DraftPages(settings, line.content.configured, tag))
    _add_page_for_unknown_addresses(app, site.not_found, 404)
    _add_front_page(app, site)
    bodies = dict(site.pages)
    if site.has_text:
        bodies["read"] = site.pages[f"read/{site.source_tag}"]
        _add_sections(app, site, frozenset(line.content.prompts.templates), templates.root)
    if telephone:
        bodies[TELEPHONE_FILE] = telephone.body
        add_sounds(app, telephone.sounds)
        if settings.is_test_line:
            bodies[TRY_OUT_FILE] = make_body(try_out_data(line), "application/json")
    _add_bodies(app, "/", bodies)
    return telephone.notes if telephone else []


def _telephone(line: Line, settings: Settings) -> Telephone:
    """A test line synthesizes the sounds that IVR_SOUNDS lacks; a line in service synthesizes none."""
    if not settings.is_test_line:
        return Telephone(line, settings.ivr_sounds)
    installed, notes = voices_of_test_line(settings.ivr_voices)
    return Telephone(line, settings.ivr_sounds, installed, notes)


def _add_page_for_unknown_addresses(app: FastAPI, page: Body, status: int) -> None:
    """Answer each address that the application does not know with `page`."""

    async def answer(request: Request, _: Exception) -> Response:
        return respond(request, page, status)

    app.add_exception_handler(404, answer)


def _add_bodies(
    app: FastAPI, folder: str, bodies: Mapping[str, Body], headers: Mapping[str, str] = PAGE_HEADERS
) -> None:
    """Answer requests for each name below `folder` with its body."""

    def add(path: str, body: Body) -> None:
        async def answer(request: Request) -> Response:
            return respond(request, body, headers=headers)

        app.add_api_route(path, answer, methods=GET_OR_HEAD)

    for name, body in bodies.items():
        add(folder + name, body)


def _add_front_page(app: FastAPI, site: Site) -> None:
    @app.api_route("/", methods=GET_OR_HEAD)
    async def front(request: Request) -> Response:
        language = site.language(request.headers.get("accept-language", ""))
        response = respond(request, site.pages[language])
        response.headers["Vary"] = "Accept-Language, Accept-Encoding"
        return response


def _add_sections(app: FastAPI, site: Site, nodes: Collection[str], root: str) -> None:
    """Redirect the address of a node to its section of the readable text."""

    @app.api_route("/read/{tag}/{node}", methods=GET_OR_HEAD)
    async def section(request: Request) -> Response:
        tag, node = request.path_params["tag"], request.path_params["node"]
        if f"read/{tag}" in site.pages and node in nodes:
            return RedirectResponse(f"{root}/read/{tag}#{node}", 308, PAGE_HEADERS)
        return respond(request, site.not_found, 404)


def respond(request: Request, body: Body, status: int = 200, headers: Mapping[str, str] = PAGE_HEADERS) -> Response:
    """The response with `body`, compressed if the browser accepts gzip."""
    gzip = _ACCEPTS_GZIP.search(request.headers.get("accept-encoding", ""))
    encoding = {"Content-Encoding": "gzip"} if gzip else {}
    content = body.gzipped if gzip else body.plain
    return Response(
        content, status, {**headers, "Vary": "Accept-Encoding", **encoding, "Content-Type": body.content_type}
    )


class DraftPages:
    """The draft pages of one language: an ASGI application to be mounted under /draft/<tag>.

    They have the texts as their files are now. On a test line every language has them. A language is compiled as a line
    of its own when its page is first loaded, and again when a file of the content has changed since. A published
    language is compiled with all `published` ones, another language with the source language. Calls of Twilio are never
    answered from these lines.
    """

    def __init__(self, settings: Settings, published: tuple[str, ...], tag: str) -> None:
        public_url = f"{settings.public_url}/draft/{tag}"
        self._settings = settings.model_copy(update={"public_url": public_url})
        self._tag = tag
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
        add_recordings(app, root)
        _add_script(app, line, self._tag)
        add_pages(app, self._settings, Readiness(line, line.fallback_document))
        return app


def _add_script(app: FastAPI, line: Line, tag: str) -> None:
    """The script of the language under /script: each paragraph beside the English, with its line in the catalogue."""

    @app.get("/script")
    def script() -> HTMLResponse:
        return HTMLResponse(render_page(line, tag), headers={**PAGE_HEADERS, "Content-Security-Policy": SCRIPT_POLICY})


def _add_faults(app: FastAPI, faults: tuple[Fault, ...]) -> FastAPI:
    """Answer every address with the faults that keep the language from being heard."""

    @app.get("/{path:path}")
    async def list_faults() -> PlainTextResponse:
        return PlainTextResponse(FAULTS_FIRST + "\n".join(map(str, faults)), 503, PAGE_HEADERS)

    return app


def _file_states(root: Path) -> frozenset[FileState]:
    """The state of every file of the content at `root`: a removed file, and one from a backup, differ too."""
    folders = [folder / name for folder in stack_of(root).folders for name in ("prompts", "locales")]
    paths = (path for folder in folders for path in folder.rglob("*") if path.is_file())
    return frozenset((path, path.stat().st_mtime_ns) for path in (*paths, *root.glob(OWN_FILE)))
