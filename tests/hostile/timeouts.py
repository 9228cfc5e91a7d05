"""`make timeouts`: how long a caller waits, and what they hear, when the line's machine fails at each point of a call.

Twilio's HTTP client is played with its own timeouts (tests/support/twilio_http.py) against a machine that drops
packets, hangs or answers 502. The table compares Twilio's defaults with the connection overrides that every URL has.
The exit code is 1 if a caller waits longer than LONGEST_SILENCE, or if one 502 costs the menu.
"""

import sys
from concurrent.futures import ThreadPoolExecutor
from itertools import product
from typing import Literal, NamedTuple, get_args

from support.signed_calls import BASE, TOKEN, settings_for
from support.twilio_http import FAULTS, Delivery, Fault, TwilioHttp, machine

from ivr.call.urls import RING, webhook_url
from ivr.phone.caller import Caller
from ivr.readiness import Readiness, readiness_of
from ivr.server.app import make_app
from ivr.settings import CHECKOUT, Settings

LONGEST_SILENCE = 10.0
"""Seconds until the answer or the fallback document."""
Moment = Literal["ring", "key", "end of a dial"]


class Cell(NamedTuple):
    """A machine that fails at a moment of a call; `defaults`: with Twilio's timeouts instead of ours."""

    fault: Fault
    moment: Moment
    defaults: bool = False


def measure(cell: Cell, settings: Settings, readiness: Readiness, clock_rate: float = 1.0) -> Delivery:
    """Make the call and return what became of the request during which the machine failed."""
    with machine(make_app(settings, readiness)) as failing:
        twilio = TwilioHttp(failing, BASE, TOKEN, b"<Response><Hangup/></Response>", cell.defaults)
        caller = Caller(twilio.post, webhook_url(BASE, RING))
        if cell.moment != "ring":
            caller.rings()
        if cell.moment == "end of a dial":
            caller.presses("0")
        failing.fault, twilio.clock_rate = cell.fault, clock_rate
        {"ring": caller.rings, "key": lambda: caller.presses("8")}.get(cell.moment, lambda: caller.dial_ends("busy"))()
        return twilio.deliveries[-1]


def _text(delivery: Delivery) -> str:
    heard = "fallback" if delivery.fallback else "menu"
    return f"{delivery.seconds:.1f} s, {delivery.tries} tr{'y' if delivery.tries == 1 else 'ies'}, {heard}"


def main() -> None:
    settings = settings_for(CHECKOUT)
    readiness = readiness_of(settings)
    cells = [Cell(*values) for values in product(FAULTS, get_args(Moment), (True, False))]
    with ThreadPoolExecutor(len(cells)) as pool:
        found = dict(zip(cells, pool.map(lambda cell: measure(cell, settings, readiness), cells), strict=True))
    print("| machine | at | Twilio's defaults | with connection overrides |\n| --- | --- | --- | --- |")
    for fault, moment in product(FAULTS, get_args(Moment)):
        columns = (_text(found[Cell(fault, moment, defaults)]) for defaults in (True, False))
        print(f"| {fault} | {moment} | {' | '.join(columns)} |")
    ours = {cell: delivery for cell, delivery in found.items() if not cell.defaults}
    wrong = [cell for cell, delivery in ours.items() if delivery.seconds > LONGEST_SILENCE]
    wrong += [cell for cell, delivery in ours.items() if cell.fault == "502 once" and delivery.fallback]
    sys.exit("\n".join(f"too long, or without the menu: {cell}" for cell in wrong) or 0)


if __name__ == "__main__":
    main()
