"""The content of the compiled lines."""

import pytest

from ivr.content.load import Content
from ivr.line.line import Line


@pytest.fixture(params=["line", "real"])
def content(request: pytest.FixtureRequest) -> Content:
    """The content of the toy line and of this release."""
    line: Line = request.getfixturevalue(request.param)
    return line.content
