"""A machine that fails costs a caller ten seconds of silence at most, and one 502 costs nothing, anywhere in a call."""

from pathlib import Path
from typing import get_args

import pytest
from hostile.timeouts import LONGEST_SILENCE, Cell, Moment, measure
from support.connection_overrides import Overrides, overrides_of
from support.signed_calls import settings_for
from support.twilio_http import FAULTS, Fault

from ivr.call.urls import RING, webhook_url
from ivr.line.line import Line
from ivr.phone.parser import Dial, Gather, read_document
from ivr.readiness import readiness_of

EXPECTED = {"packets dropped": (2, True), "hangs": (2, True), "502 once": (2, False), "502": (2, True)}
"""The tries, and whether the caller then hears the fallback document."""


@pytest.mark.parametrize("moment", get_args(Moment))
@pytest.mark.parametrize("fault", FAULTS)
def test_failing_machine_is_asked_twice_and_one_502_costs_no_menu(tiny: Path, fault: Fault, moment: Moment) -> None:
    settings = settings_for(tiny)
    clock_rate = 1.0 if fault == "502 once" else 0.02
    delivery = measure(Cell(fault, moment), settings, readiness_of(settings), clock_rate)
    assert delivery[1:] == EXPECTED[fault]


@pytest.mark.parametrize("moment", get_args(Moment))
def test_without_overrides_one_502_costs_the_menu(tiny: Path, moment: Moment) -> None:
    settings = settings_for(tiny)
    assert measure(Cell("502 once", moment, defaults=True), settings, readiness_of(settings))[1:] == (1, True)


def test_every_url_that_twilio_is_given_limits_the_silence_to_ten_seconds(line: Line) -> None:
    assert Overrides().longest > LONGEST_SILENCE
    ring = webhook_url(line.options.public_url, RING)
    given = {ring}
    for fragments in line.documents.values():
        for fragment in set(fragments):
            verbs = read_document(b"<Response>" + fragment + b"</Response>")
            given |= {verb.action or "" for verb in verbs if isinstance(verb, Gather | Dial)}
    assert len(given) > 100
    for url in given:
        overrides = overrides_of(url)
        assert overrides.longest <= LONGEST_SILENCE, url
        assert {"ct", "rt", "5xx"} <= overrides.policy, url
