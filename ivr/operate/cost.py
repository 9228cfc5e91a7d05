"""Estimates what a call costs: the characters that are spoken, and the minutes of the caller's and the hotline's leg.

The virtual caller makes each call and hears every text to its end, as a caller does who presses no key early. The
prices are constants in this file.
"""

import math
from collections.abc import Iterator
from typing import NamedTuple

from ivr.call.flow import Flow
from ivr.line.line import Line
from ivr.phone.caller import Caller
from ivr.simulator import new_caller

PRICES_AS_OF = "2026-10-03"
"""The date of the prices below: US dollars, for a number in the US, from third-party copies of Twilio's price lists."""
INBOUND_MINUTE, OUTBOUND_MINUTE = 0.0085, 0.0140
SPEECH_100_CHARACTERS = {"Neural": 0.0032, "Generative": 0.0130, "": 0.0008}
"""The price of 100 characters, by the end of the voice's name, such as "Polly.Joanna-Neural"."""
NUMBER_MONTH = 1.15
"""The price of a telephone number for a month."""
CONVERSATION_SECONDS = 600.0
"""The assumed length of a conversation with the hotline."""
CALLS = {
    "a person at once": "0",
    "one topic, then a person": "1 1 0",
    "three topics, then a person": "1 1 * 2 1 # * 3 1 # 0",
    "silent to the end": "- - - - - - - - - -",
}
"""The calls that are estimated: keys as for `ivr call --press`; - is silence."""


class Cost(NamedTuple):
    """One call in one language: characters spoken, minutes begun on the caller's and the hotline's leg, US dollars."""

    call: str
    locale: str
    characters: int
    minutes_in: int
    minutes_out: int
    dollars: float


def costs(line: Line) -> Iterator[Cost]:
    """The cost of each of CALLS, in the first and the second of the offered languages."""
    for locale in line.flow.offered[:2]:
        for name, keys in CALLS.items():
            yield _cost(line, name, locale, keys.split())


def _cost(line: Line, name: str, locale: str, keys: list[str]) -> Cost:
    caller = _play(line, [*keys_to_language(line.flow, locale), *keys])
    dialled_at = caller.clock
    if caller.dial:
        caller.dial_ends("completed", CONVERSATION_SECONDS)
    minutes_in, minutes_out = math.ceil(caller.clock / 60), math.ceil((caller.clock - dialled_at) / 60)
    texts = [(heard.voice, len(heard.text)) for heard in caller.heard if heard.voice != "recording"]
    speech = sum(math.ceil(length / 100) * _speech_price(voice) for voice, length in texts)
    dollars = speech + minutes_in * INBOUND_MINUTE + minutes_out * OUTBOUND_MINUTE
    return Cost(name, locale, sum(length for _, length in texts), minutes_in, minutes_out, dollars)


def keys_to_language(flow: Flow, locale: str) -> list[str]:
    """The keys that lead a new call to `locale`, the first or the second of the offered languages.

    With three or more languages, key 8 leads to the language menu, and there key 1 to the second language.
    """
    if locale == flow.source_language:
        return []
    return ["8"] if len(flow.offered) == 2 else ["8", "1"]


def _play(line: Line, keys: list[str]) -> Caller:
    """A call on `line` after `keys`; keys that are left when the call dials or ends are not pressed."""
    caller = new_caller(line)
    caller.rings()
    for key in keys:
        if caller.gather:
            caller.waits() if key == "-" else caller.presses(key)
    return caller


def _speech_price(voice: str) -> float:
    return next(price for kind, price in SPEECH_100_CHARACTERS.items() if voice.endswith(kind))


def as_text(rows: list[Cost], calls: int | None = None) -> str:
    """The costs as a table, and the assumptions below it. With `calls`, also the costs of `calls` equal calls."""
    lines = [f"{'a call':<30}{'language':<10}{'characters':>10}{'min in':>8}{'min out':>8}{'dollars':>9}"]
    lines += [
        f"{row.call:<30}{row.locale:<10}{row.characters:>10}{row.minutes_in:>8}{row.minutes_out:>8}{row.dollars:>9.2f}"
        for row in rows
    ]
    if calls:
        dollars = [row.dollars for row in rows]
        lines.append(
            f"{calls} calls cost between {calls * min(dollars):.0f} and {calls * max(dollars):.0f} dollars; "
            f"the number costs {NUMBER_MONTH:.2f} dollars a month."
        )
    lines.append(
        f"Prices of {PRICES_AS_OF}, not confirmed by Twilio; {CONVERSATION_SECONDS / 60:.0f} minutes with the hotline; "
        "every text is heard to its end."
    )
    return "\n".join(lines)
