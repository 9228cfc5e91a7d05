"""Fixtures of the browser tests: Debian's Chromium and a served line.

If Chromium is not installed, the tests are skipped with a message; in CI (CI=true) they fail.
"""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page
from support.browser_phone import PhonePage
from support.served_site import served

from ivr.errors import Fault
from ivr.line.line import Line

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
