"""The ASGI application: the webhook for calls; the health addresses, the recordings and the pages."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

from fastapi import FastAPI
from fastapi.responses import JSONResponse

from ivr import __version__
from ivr.readiness import Readiness
from ivr.server.metrics import Metrics
from ivr.server.webhook import Webhook
from ivr.settings import Settings
from ivr.usage.counter import UsageCounter
from ivr.web.routes import GET_OR_HEAD, add_pages
from ivr.web.sounds import add_recordings


def make_app(
    settings: Settings, readiness: Readiness, counter: UsageCounter | None = None, metrics: Metrics | None = None
) -> Webhook:
    """The application that one worker serves. `counter` writes its counts while the application runs."""

    @asynccontextmanager
    async def counting(_: FastAPI) -> AsyncIterator[None]:
        if counter:
            counter.start()
        yield
        if counter:
            await asyncio.to_thread(counter.close)

    site = FastAPI(docs_url=None, redoc_url=None, openapi_url=None, redirect_slashes=False, lifespan=counting)
    try:
        add_recordings(site, settings.ivr_content)
        notes = add_pages(site, settings, readiness)
    except Exception as error:  # a fault of the pages must cost no call
        notes = [f"the pages could not be made ({type(error).__name__})"]
    readiness = replace(readiness, notes=(*readiness.notes, *notes))
    add_health(site, readiness)
    return Webhook(site, readiness, settings, counter, metrics)


def add_health(site: FastAPI, readiness: Readiness) -> None:
    """Add the addresses for health checks. Each answers 200 or 503.

    `/health/live`: the process answers. `/health/serving`: callers get the menu; for health checks and proxies, which
    would otherwise take the line away. `/health/ready`: callers get the whole line; for rollouts, alerts and
    `ivr check --against`.
    """

    def add(name: str, content: dict[str, object], healthy: bool) -> None:
        async def answer() -> JSONResponse:
            return JSONResponse(content, 200 if healthy else 503)

        site.add_api_route(f"/health/{name}", answer, methods=GET_OR_HEAD)

    add("live", {"alive": True, "release": __version__}, healthy=True)
    add("ready", readiness.report(), readiness.ready)
    add("serving", readiness.report(), readiness.serving)
