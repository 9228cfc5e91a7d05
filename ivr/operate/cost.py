"""What a call costs, from the script: the characters that are spoken, the minutes of both legs. Prices are a list here.

The telephone of the tests makes the calls and hears everything to its end, as a caller does who presses no key early.
"""

import math
from collections.abc import Iterator
from typing import NamedTuple

from ivr import simulator
from ivr.call.urls import RING
from ivr.line.line import Line
from ivr.phone.caller import Caller

AS_OF = "2026-10-03"
"""The day of the prices below, in US dollars, for a number in the US: read from others' copies of Twilio's lists."""
IN_A_MINUTE, OUT_A_MINUTE = 0.0085, 0.0140
SPEECH = {"Neural": 0.0032, "Generative": 0.0130, "": 0.0008}
"""For each hundred characters, by what the voice's name ends in."""
TALK = 600.0
"""Seconds of a conversation with the hotline, assumed."""
CALLS = {
    "a person at once": "0",
    "one topic, then a person": "1 1 0",
    "three topics, then a person": "1 1 * 2 1 # * 3 1 # 0",
    "silent to the end": "- - - - - - - - - -",
}
"""What is estimated: keys as `ivr call --press` takes them; - is silence."""


class Cost(NamedTuple):
    """One call: the characters spoken, the minutes begun on the caller's leg and the hotline's, US dollars."""

    call: str
    locale: str
    characters: int
    minutes_in: int
    minutes_out: int
    dollars: float


def costs(line: Line) -> Iterator[Cost]:
    """Each of CALLS in each published language. The second language is chosen with key 8, the others are left out."""
    for locale in line.flow.published[:2]:
        for name, keys in CALLS.items():
            yield _cost(line, name, locale, keys.split())


def _cost(line: Line, name: str, locale: str, keys: list[str]) -> Cost:
    caller = Caller(simulator.in_process(line), line.options.public_url + RING, seconds=simulator.speaking_time(line))
    caller.rings()
    for key in [*(["8"] if locale != line.flow.published[0] else []), *keys]:
        if caller.gather:
            caller.waits() if key == "-" else caller.presses(key)
    began = caller.clock
    if caller.dial:
        caller.far_end("completed", TALK)
    talked = caller.clock - began
    told = [(heard.voice, len(heard.text)) for heard in caller.heard if heard.voice != "recording"]
    minutes_in, minutes_out = math.ceil(caller.clock / 60), math.ceil(talked / 60)
    spoken = sum(math.ceil(length / 100) * _price(voice) for voice, length in told)
    dollars = spoken + minutes_in * IN_A_MINUTE + minutes_out * OUT_A_MINUTE
    return Cost(name, locale, sum(length for _, length in told), minutes_in, minutes_out, dollars)


def _price(voice: str) -> float:
    return next(price for kind, price in SPEECH.items() if voice.endswith(kind))


def as_text(found: list[Cost]) -> str:
    """The estimate as a table, with what it rests on."""
    rows = [f"{'a call':<30}{'language':<10}{'characters':>10}{'min in':>8}{'min out':>8}{'dollars':>9}"]
    rows += [
        f"{one.call:<30}{one.locale:<10}{one.characters:>10}{one.minutes_in:>8}{one.minutes_out:>8}{one.dollars:>9.2f}"
        for one in found
    ]
    rest = f"Prices of {AS_OF}, not confirmed by Twilio; {TALK / 60:.0f} minutes with the hotline; nothing cut short."
    return "\n".join([*rows, rest])
