"""What the tests with a browser need: Debian's Chromium, and a served line.

Where Chromium is not installed the tests say so and are skipped; where CI says that it is one, that fails.
"""

import os
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
import uvicorn
from playwright.sync_api import BrowserContext, Page
from support.browser_phone import Handset

from ivr.line.line import Line
from ivr.readiness import Readiness
from ivr.server.app import make_app
from ivr.settings import Settings

HERE = Path(__file__).parent
ABSENT = "Chromium is not installed, so nothing was tried in a browser: on Debian, apt-get install chromium."
QUIET = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--autoplay-policy=user-gesture-required",
]  # fmt: skip


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """These tests come last: Playwright keeps an event loop running, beside which no other test can run its own."""
    items.sort(key=lambda item: HERE in item.path.parents)


@pytest.fixture(scope="session")
def chromium() -> str:
    """Where Chromium is."""
    found = shutil.which("chromium")
    if found is None and os.environ.get("CI") == "true":
        pytest.fail(ABSENT)
    if found is None:
        pytest.skip(ABSENT)
    return found


@pytest.fixture(scope="session")
def browser_type_launch_args(chromium: str, browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    return {**browser_type_launch_args, "executable_path": chromium, "args": QUIET}


@contextmanager
def served(line: Line, mute: bool = False) -> Iterator[str]:
    """The line on a port of this machine, its address; `mute` as on a machine without a voice."""
    given = {"twilio_auth_token": "try-" + "0" * 32, "public_url": line.options.public_url}
    settings = Settings(_env_file=None, ivr_content=line.content.root, **given)
    with patch("ivr.speech.synthesis.shutil.which", return_value=None) if mute else nullcontext():
        app = make_app(settings, Readiness(line, line.fallback_document))
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="error", lifespan="off"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        thread.join(0.02)
    try:
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(5)


@pytest.fixture(scope="session")
def site(chromium: str, line: Line) -> Iterator[str]:
    """The toy line, on a machine without a voice."""
    assert chromium
    with served(line, mute=True) as address:
        yield address


@pytest.fixture(scope="session")
def heard(chromium: str, line: Line) -> Iterator[str]:
    """The toy line, with whatever voice this machine has."""
    assert chromium
    with served(line) as address:
        yield address


@pytest.fixture(scope="session")
def real_site(chromium: str, real: Line) -> Iterator[str]:
    """The line itself, on a machine without a voice."""
    assert chromium
    with served(real, mute=True) as address:
        yield address


@pytest.fixture
def handset(page: Page, site: str) -> Handset:
    """The telephone of the toy line, not yet in a call."""
    return Handset(page, f"{site}/phone/en")


@pytest.fixture
def trail(context: BrowserContext) -> list[str]:
    """The address of every request that the browser makes."""
    made: list[str] = []
    context.on("request", lambda request: made.append(request.url))
    return made
