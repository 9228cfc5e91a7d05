"""Some calls of `make restarts` in every run of the tests: fewer restarts, in the same ways."""

from pathlib import Path

import pytest
from hostile.restarts import LONGEST_WAIT, WAYS, rehearse, why_not

CALLS, RESTARTS = 40, 2


@pytest.mark.parametrize("way", WAYS)
def test_no_call_is_lost_while_the_line_restarts(tiny: Path, way: str) -> None:
    if reason := why_not(way):
        pytest.skip(reason)
    outcome = rehearse(way, tiny, CALLS, RESTARTS)
    assert outcome.lost == []
    assert outcome.by_fallback == 0
    assert outcome.calls == CALLS
    assert len(outcome.restarts) == RESTARTS
    assert max(outcome.waits) < 3 * LONGEST_WAIT, "a loose bound: the tests share the machine with others"
