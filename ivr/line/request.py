"""A request of Twilio's: the event that its address and its fields report.

A new call is known by `CallStatus` "ringing" without a key, whatever its address: the URL that is set on a number may
have a slash at its end or another spelling. A request to an address that is not below `/call/` begins a call as
well, because no document contains such an address. https://www.twilio.com/docs/voice/twiml#request-parameters
"""

import re
from collections.abc import Mapping

from ivr.call.state import KEYS, CallEnded, DialEnded, DialOutcome, Key, NoKey, Ring
from ivr.call.urls import OUTCOME, RING
from ivr.signature import Form

DIAL_STATUSES: Mapping[str, DialOutcome] = {
    "completed": "connected", "answered": "connected", "busy": "busy", "no-answer": "no-answer", "failed": "failed",
    "canceled": "canceled",
}  # fmt: skip
"""DialCallStatus of https://www.twilio.com/docs/voice/twiml/dial#attributes-action, and our outcome of it."""
ENDED_STATUSES = frozenset({"completed", "busy", "failed", "no-answer", "canceled"})
"""The values of CallStatus after the end of a call."""
HANG_UP_OUTCOMES: frozenset[DialOutcome] = frozenset({"no-answer", "canceled", "unknown"})
"""The outcomes of a dial that Twilio may also report because the caller has hung up. "busy" is not one of them."""
SEVERAL = "several values"
"""Stands for the values of a field that is there more than once. It is not the value of any status or key."""
_BELOW_RING = re.compile(rf"{RING}/[^/]")
_KEYS, _OTHER_KEY = {key: Key(key) for key in KEYS}, Key("")
"""The events of the values of the field Digits; _OTHER_KEY of any value that is not one key."""


def event_of(address: str, form: Form) -> Ring | Key | NoKey | DialEnded | CallEnded:
    """The event that a request with the fields `form` to `address` reports."""
    values = _by_name(form)
    status, digits = values.get("CallStatus"), values.get("Digits")
    pressed = _KEYS.get(digits, _OTHER_KEY) if digits else NoKey()
    ended = status in ENDED_STATUSES or "CallbackSource" in values
    rings = status == "ringing" and isinstance(pressed, NoKey) and "DialCallStatus" not in values
    if rings or not _BELOW_RING.match(address):
        return CallEnded() if ended else Ring()
    if address.endswith(OUTCOME):
        outcome = _dial_outcome(values)
        return CallEnded() if ended and outcome in HANG_UP_OUTCOMES else DialEnded(outcome)
    return CallEnded() if ended and isinstance(pressed, NoKey) else pressed


def _by_name(form: Form) -> dict[str, str]:
    """The value of each field; of a repeated name SEVERAL, or "" if all its values are empty."""
    values = dict(form)
    if len(values) < len(form):
        names = [name for name, _ in form]
        repeated = {name for name, value in form if value and names.count(name) > 1}
        values |= dict.fromkeys(repeated, SEVERAL)
    return values


def _dial_outcome(values: Mapping[str, str]) -> DialOutcome:
    """The outcome of a dial. DialBridged says that two people talked, also where the status is "canceled"."""
    if values.get("DialBridged") == "true":
        return "connected"
    return DIAL_STATUSES.get(values.get("DialCallStatus", ""), "unknown")
