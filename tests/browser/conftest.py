"""Fixtures of the browser tests: Debian's Chromium and a served line.

If Chromium is not installed, the tests are skipped with a message; in CI (CI=true) they fail.
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
from support.browser_phone import PhonePage

from ivr.errors import Fault
from ivr.line.line import Line
from ivr.readiness import Readiness
from ivr.server.app import make_app
from ivr.settings import Settings

HERE = Path(__file__).parent
NO_CHROMIUM = "Chromium is not installed, which the browser tests need: on Debian, apt-get install chromium."
CHROMIUM_ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--autoplay-policy=user-gesture-required",
]  # fmt: skip


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run these tests last: Playwright keeps an event loop running, and other tests could not run theirs beside it."""
    items.sort(key=lambda item: HERE in item.path.parents)


@pytest.fixture(scope="session")
def chromium() -> str:
    """The path of Chromium."""
    path = shutil.which("chromium")
    if path is None and os.environ.get("CI") == "true":
        pytest.fail(NO_CHROMIUM)
    if path is None:
        pytest.skip(NO_CHROMIUM)
    return path


@pytest.fixture(scope="session")
def browser_type_launch_args(chromium: str, browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    return {**browser_type_launch_args, "executable_path": chromium, "args": CHROMIUM_ARGUMENTS}


@contextmanager
def served(
    line: Line, mute: bool = False, token: str = "try-" + "0" * 32, faults: tuple[Fault, ...] = ()
) -> Iterator[str]:
    """Serves the line on a port of this machine and yields the address; `mute`: as if no voice were installed.

    With the default `token` the line is tried out: its pages offer outcomes and draft pages. With `faults` the line
    cannot be used.
    """
    given = {"twilio_auth_token": token, "public_url": line.options.public_url}
    settings = Settings(_env_file=None, ivr_content=line.content.root, **given)
    with patch("ivr.speech.programs.shutil.which", return_value=None) if mute else nullcontext():
        app = make_app(settings, Readiness(None if faults else line, line.fallback_document, faults))
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
    """The address of the toy line, without an installed voice."""
    assert chromium
    with served(line, mute=True) as address:
        yield address


@pytest.fixture(scope="session")
def site_with_voice(chromium: str, line: Line) -> Iterator[str]:
    """The address of the toy line, with the voices of this machine."""
    assert chromium
    with served(line) as address:
        yield address


@pytest.fixture(scope="session")
def real_site(chromium: str, real: Line) -> Iterator[str]:
    """The address of the real line as visitors find it, without an installed voice."""
    assert chromium
    with served(real, mute=True, token="0123456789abcdef" * 2) as address:
        yield address


@pytest.fixture(scope="session")
def unavailable_site(chromium: str, line: Line) -> Iterator[str]:
    """The address of a line that cannot be used."""
    assert chromium
    with served(line, faults=(Fault("here", "something", "Mend it."),)) as address:
        yield address


@pytest.fixture
def phone(page: Page, site: str) -> PhonePage:
    """The phone page of the toy line, not in a call."""
    return PhonePage(page, f"{site}/phone/en")


@pytest.fixture
def requests(context: BrowserContext) -> list[str]:
    """The address of every request that the browser sends."""
    addresses: list[str] = []
    context.on("request", lambda request: addresses.append(request.url))
    return addresses
