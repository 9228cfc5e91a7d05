"""Options: the settings that change what the compiled line says or dials."""

from dataclasses import dataclass

from ivr.call.transitions import Policy
from ivr.content.facts import PINNED_HOTLINE


@dataclass(frozen=True)
class Options:
    """The choices of an operator that are compiled into the documents.

    - `public_url`: the address at which Twilio reaches the line, without a slash at its end.
    - `line_number`: the line's own number in E.164 ("+12025550123").
    - `silence`: the end of a silent call. "connect" dials the hotline, "goodbye" says its number and hangs up.
    - `hotline`: the number that key 0 must dial, in E.164.
    """

    public_url: str = "http://127.0.0.1:8000"
    line_number: str | None = None
    silence: Policy = "connect"
    hotline: str = PINNED_HOTLINE


DEFAULT_OPTIONS = Options()
