"""The pages of the toy line and of the real line."""

import pytest
from support.page_client import app_of

from ivr.line.line import Line
from ivr.server.webhook import Webhook


@pytest.fixture(scope="module")
def app(line: Line) -> Webhook:
    return app_of(line)


@pytest.fixture(scope="module")
def real_app(real: Line) -> Webhook:
    return app_of(real)
