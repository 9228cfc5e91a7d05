"""The routes of the line on a screen. They hand out what was rendered at start and play one act of a call at a time.

What stands in a path is taken from the request: for a typed parameter FastAPI loads a second pydantic, at every start.
"""

import asyncio
import json
from collections.abc import Mapping
from urllib.parse import urlsplit

from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse, RedirectResponse

from ivr.line.line import Line
from ivr.readiness import Readiness
from ivr.settings import Settings
from ivr.speech.synthesis import SynthesisFailed
from ivr.web.draft_preview import Draft, drafts
from ivr.web.pages import Site, closed
from ivr.web.phone_api import Telephone
from ivr.web.rate_limit import Limiter
from ivr.web.security_headers import FIXED, FRESH
from ivr.web.templates import Body, Static

ACTS_A_SECOND, ACTS_AT_ONCE = 20.0, 60
"""Of all visitors together. An act takes about two milliseconds; calls must never feel it."""
MOST_BYTES = 1_000
DEADLINE = 5.0
"""Seconds in which what a visitor did must have arrived."""
READING = ["GET", "HEAD"]


def add_pages(app: FastAPI, settings: Settings, readiness: Readiness) -> None:
    """Add the telephone page and the readable line to `app`, as far as the settings want them."""
    base, static = urlsplit(settings.public_url).path.rstrip("/"), Static()
    _add_static(app, static)
    if readiness.line is None:
        _add_closed(app, closed(base, static, readiness.fallback_document))
        return
    tags = (
        drafts(settings.ivr_content, readiness.line.content.configured)
        if _tries_drafts(readiness.line, settings)
        else ()
    )
    site = Site(readiness.line, settings, base, static, tags)
    for tag in tags:
        app.mount(f"/draft/{tag}", Draft(settings, site.first, tag, add_pages))
    _add_front(app, site)
    if site.reads:
        _add_readable(app, site)
    if site.phones:
        _add_phone(app, site)
        _add_act(app, Telephone(readiness.line, site.sounds))
        _add_sound(app, site)


def _tries_drafts(line: Line, settings: Settings) -> bool:
    return settings.trying_out and settings.web_phone == "on" and not line.content.is_preview


def _add_static(app: FastAPI, static: Static) -> None:
    @app.api_route("/static/{name}", methods=READING)
    async def file(request: Request) -> Response:
        found = static.files.get(request.path_params["name"])
        return sent(request, found, headers=FIXED) if found else Response(status_code=404, headers=FRESH)


def _add_closed(app: FastAPI, page: Body) -> None:
    """The line cannot be used: the same last resort that callers get, on every page."""

    async def fallback_document(request: Request) -> Response:
        return sent(request, page, 503)

    for path in ("/", "/phone/{rest:path}", "/read", "/read/{rest:path}"):
        app.add_api_route(path, fallback_document, methods=READING)


def _add_front(app: FastAPI, site: Site) -> None:
    @app.api_route("/", methods=READING)
    async def front(request: Request) -> Response:
        pages = site.phone or site.read
        if not pages:
            return sent(request, site.lost, 404)
        language = site.language(request.headers.get("accept-language", ""))
        answer = sent(request, pages[language])
        answer.headers["Vary"] = "Accept-Language, Accept-Encoding"
        return answer


def _add_readable(app: FastAPI, site: Site) -> None:
    @app.api_route("/read/{tag}", methods=READING)
    async def readable(request: Request) -> Response:
        page = site.read.get(request.path_params["tag"])
        return sent(request, page) if page else sent(request, site.lost, 404)

    @app.api_route("/read/{tag}/{node}", methods=READING)
    async def node(request: Request) -> Response:
        tag, node = request.path_params["tag"], request.path_params["node"]
        if tag in site.read and node in site.nodes:
            return RedirectResponse(f"{site.base}/read/{tag}#{node}", 308, FRESH)
        return sent(request, site.lost, 404)

    @app.api_route("/read", methods=READING)
    async def default(request: Request) -> Response:
        return sent(request, site.read[site.first])


def _add_phone(app: FastAPI, site: Site) -> None:
    @app.api_route("/phone/{tag}", methods=READING)
    async def phone(request: Request) -> Response:
        page = site.phone.get(request.path_params["tag"])
        return sent(request, page) if page else sent(request, site.lost, 404)


def _add_act(app: FastAPI, telephone: Telephone) -> None:
    limiter = Limiter(ACTS_A_SECOND, ACTS_AT_ONCE)

    @app.post("/phone/call")
    async def act(request: Request) -> Response:
        if not limiter.allows():
            return JSONResponse({"steps": []}, 429, {**FRESH, "Retry-After": "2"})
        try:
            asked = await asyncio.wait_for(_asked(request), DEADLINE)
        except TimeoutError:
            return Response(status_code=408, headers=FRESH)
        return JSONResponse({"steps": telephone.act(asked)}, headers=FRESH)


async def _asked(request: Request) -> Mapping[str, object]:
    """What a browser sent, {} for anything that is not a small JSON object: that is a ring."""
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > MOST_BYTES:
            return {}
    try:
        asked = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return asked if isinstance(asked, dict) else {}


def _add_sound(app: FastAPI, site: Site) -> None:
    @app.get("/sound/{name}.wav")
    async def sound(request: Request) -> Response:
        try:
            return Response(await site.sounds.wav(request.path_params["name"]), media_type="audio/wav", headers=FRESH)
        except KeyError:
            return Response(status_code=404, headers=FRESH)
        except SynthesisFailed:
            return Response(status_code=503, headers=FRESH)


def sent(request: Request, body: Body, status: int = 200, headers: Mapping[str, str] = FRESH) -> Response:
    """The response that carries `body`, packed where the browser takes it so."""
    packed = "gzip" in request.headers.get("accept-encoding", "")
    more = {"Vary": "Accept-Encoding"} | ({"Content-Encoding": "gzip"} if packed else {})
    content = body.packed if packed else body.plain
    return Response(content, status, {**headers, **more, "Content-Type": body.kind})
