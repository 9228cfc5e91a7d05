"""The pages of the toy line and of the line itself."""

import pytest
from visitor import app_of

from ivr.app import Door
from ivr.line import Line


@pytest.fixture(scope="module")
def app(line: Line) -> Door:
    return app_of(line)


@pytest.fixture(scope="module")
def real_app(real: Line) -> Door:
    return app_of(real)
