"""One application of the toy line for each test module of the server."""

from pathlib import Path

import pytest
from support.signed_calls import settings_for

from ivr.readiness import Readiness, readiness_of
from ivr.server.app import make_app
from ivr.server.webhook import Webhook
from ivr.settings import Settings


@pytest.fixture(scope="module")
def settings(tiny: Path) -> Settings:
    return settings_for(tiny)


@pytest.fixture(scope="module")
def ready(settings: Settings) -> Readiness:
    return readiness_of(settings)


@pytest.fixture(scope="module")
def app(settings: Settings, ready: Readiness) -> Webhook:
    return make_app(settings, ready)
