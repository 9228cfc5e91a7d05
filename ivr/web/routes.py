"""The addresses of the pages. The answers are pages and files that were rendered at start.

Path parameters are read from the request: a typed parameter makes FastAPI import a second pydantic at each start.
"""

from collections.abc import Mapping
from urllib.parse import urlsplit

from fastapi import FastAPI, Request, Response
from fastapi.responses import RedirectResponse

from ivr.content.load import tags_under
from ivr.line.line import Line
from ivr.readiness import Readiness
from ivr.settings import Settings
from ivr.web.draft_preview import DraftPages
from ivr.web.security_headers import IMMUTABLE, NO_STORE
from ivr.web.site import TELEPHONE_DATA, Site, Telephone, unavailable_blank_page, unavailable_page
from ivr.web.sound_requests import add_sounds
from ivr.web.sounds import voices_of_test_line
from ivr.web.templates import Body, PageTemplates, SiteAddresses, StaticFiles, make_body
from ivr.web.try_out import TRY_OUT_DATA, try_out_data

GET_OR_HEAD = ["GET", "HEAD"]


def add_pages(app: FastAPI, settings: Settings, readiness: Readiness) -> list[str]:
    """Add the front page to `app`, and the phone page and the readable text unless the settings turn them off.

    Returns sentences for the operator about sounds that are missing.
    """
    base, static = urlsplit(settings.public_url).path.rstrip("/"), StaticFiles()
    templates = PageTemplates(SiteAddresses(base), static, settings.ivr_neutral_page)
    _add_static_files(app, static)
    line = readiness.line
    if line is None:
        _add_answer_to_unknown(app, unavailable_page(templates, readiness.fallback_document), 503)
        _add_blank_pages(app, {"en": unavailable_blank_page(templates)})
        return []
    draft_page_tags = tags_under(settings.ivr_content) if _has_draft_pages(line, settings) else ()
    telephone = _telephone(line, settings) if settings.ivr_web_phone == "on" else None
    site = Site(line, telephone, templates, draft_page_tags, settings.ivr_readable == "on", settings.uses_test_token)
    for tag in draft_page_tags:
        app.mount(f"/draft/{tag}", DraftPages(settings, line.content.configured, tag, add_pages))
    _add_answer_to_unknown(app, site.not_found, 404)
    _add_blank_pages(app, site.blank_pages)
    _add_front_pages(app, site)
    if site.has_text:
        _add_read_pages(app, site, base)
    if telephone:
        _add_phone_pages(app, site, telephone)
        add_sounds(app, telephone.synthesized_files, telephone.synthesizer)
        if settings.uses_test_token:
            _add_body(app, f"/{TRY_OUT_DATA}", make_body(try_out_data(line), "application/json"))
    return telephone.notes if telephone else []


def _telephone(line: Line, settings: Settings) -> Telephone:
    """A test line synthesizes the sounds that IVR_SOUNDS lacks; a line in service synthesizes none."""
    if not settings.uses_test_token:
        return Telephone(line, settings.ivr_sounds)
    installed, notes = voices_of_test_line(settings.ivr_voices)
    return Telephone(line, settings.ivr_sounds, installed, notes)


def _has_draft_pages(line: Line, settings: Settings) -> bool:
    return settings.uses_test_token and settings.ivr_web_phone == "on" and not line.content.is_preview


def _add_static_files(app: FastAPI, static: StaticFiles) -> None:
    @app.api_route("/static/{name}", methods=GET_OR_HEAD)
    async def static_file(request: Request) -> Response:
        body = static.bodies.get(request.path_params["name"])
        return respond(request, body, headers=IMMUTABLE) if body else Response(status_code=404, headers=NO_STORE)


def _add_answer_to_unknown(app: FastAPI, page: Body, status: int) -> None:
    """Answer each address that the application does not know with `page`."""

    async def answer(request: Request, _: Exception) -> Response:
        return respond(request, page, status)

    app.add_exception_handler(404, answer)


def _add_body(app: FastAPI, path: str, body: Body) -> None:
    """Answer requests for `path` with `body`."""

    async def answer(request: Request) -> Response:
        return respond(request, body)

    app.add_api_route(path, answer, methods=GET_OR_HEAD)


def _add_blank_pages(app: FastAPI, pages: Mapping[str, Body]) -> None:
    """Add the blank pages, which a visitor who leaves sees while the neutral page loads. Their names do not say why."""
    for tag, page in pages.items():
        _add_body(app, f"/blank/{tag}", page)


def _add_front_pages(app: FastAPI, site: Site) -> None:
    @app.api_route("/", methods=GET_OR_HEAD)
    async def front(request: Request) -> Response:
        language = site.language(request.headers.get("accept-language", ""))
        response = respond(request, site.front_pages[language])
        response.headers["Vary"] = "Accept-Language, Accept-Encoding"
        return response

    for tag, page in site.front_pages.items():
        _add_body(app, f"/{tag}", page)


def _add_read_pages(app: FastAPI, site: Site, base: str) -> None:
    @app.api_route("/read/{tag}", methods=GET_OR_HEAD)
    async def read_page(request: Request) -> Response:
        page = site.read_pages.get(request.path_params["tag"])
        return respond(request, page) if page else respond(request, site.not_found, 404)

    @app.api_route("/read/{tag}/{node}", methods=GET_OR_HEAD)
    async def section(request: Request) -> Response:
        tag, node = request.path_params["tag"], request.path_params["node"]
        if tag in site.read_pages and node in site.nodes:
            return RedirectResponse(f"{base}/read/{tag}#{node}", 308, NO_STORE)
        return respond(request, site.not_found, 404)

    _add_body(app, "/read", site.read_pages[site.source_tag])


def _add_phone_pages(app: FastAPI, site: Site, telephone: Telephone) -> None:
    _add_body(app, f"/{TELEPHONE_DATA}", telephone.body)

    @app.api_route("/phone/{tag}", methods=GET_OR_HEAD)
    async def phone_page(request: Request) -> Response:
        page = site.phone_pages.get(request.path_params["tag"])
        return respond(request, page) if page else respond(request, site.not_found, 404)


def respond(request: Request, body: Body, status: int = 200, headers: Mapping[str, str] = NO_STORE) -> Response:
    """The response with `body`, compressed if the browser accepts gzip."""
    gzip = "gzip" in request.headers.get("accept-encoding", "")
    encoding = {"Content-Encoding": "gzip"} if gzip else {}
    content = body.gzipped if gzip else body.plain
    return Response(
        content, status, {**headers, "Vary": "Accept-Encoding", **encoding, "Content-Type": body.content_type}
    )
