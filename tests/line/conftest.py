"""The compiled lines that the tests of this folder share: the toy line and the line of this release."""

import pytest
from support.subject import Subject, subject_of

CONNECT, GOODBYE = ["line", "real"], ["line_goodbye", "real_goodbye"]


@pytest.fixture(params=CONNECT, scope="session")
def subject(request: pytest.FixtureRequest) -> Subject:
    """A line that connects a silent caller."""
    return subject_of(request.getfixturevalue(request.param))


@pytest.fixture(params=GOODBYE, scope="session")
def goodbye(request: pytest.FixtureRequest) -> Subject:
    """A line that says goodbye to a silent caller."""
    return subject_of(request.getfixturevalue(request.param))


@pytest.fixture(params=[*CONNECT, *GOODBYE], scope="session")
def any_subject(request: pytest.FixtureRequest) -> Subject:
    """A line with either policy of silence."""
    return subject_of(request.getfixturevalue(request.param))
