"""Garbage: none is looked for while the line is made, and all that was made is left out of every later search."""

import gc
from collections.abc import Iterator

import pytest

from ivr.server.garbage import nothing_collected


@pytest.fixture(autouse=True)
def thawed() -> Iterator[None]:
    yield
    gc.unfreeze()


def test_what_is_made_inside_is_never_looked_through() -> None:
    with nothing_collected():
        assert not gc.isenabled()
        made: list[object] = [[]]
    assert gc.isenabled()
    assert not any(one is made for one in gc.get_objects())
    gc.unfreeze()
    assert any(one is made for one in gc.get_objects())


def test_one_inside_another_changes_nothing() -> None:
    before = gc.get_freeze_count()
    with nothing_collected():
        with nothing_collected():
            pass
        assert not gc.isenabled()
        assert gc.get_freeze_count() == before


def test_a_fault_leaves_it_as_it_was() -> None:
    with pytest.raises(OSError, match="gone"), nothing_collected():
        raise OSError("gone")
    assert gc.isenabled()
