"""A request of Twilio's: the event that its address and its fields report.

A new call is known by `CallStatus` "ringing" without a key, whatever its address: the URL that is set on a number may
have a slash at its end or another spelling. A request to an address that is not below `/call/` begins a call as
well, because no document contains such an address. https://www.twilio.com/docs/voice/twiml#request-parameters
"""

import re
from collections.abc import Mapping

from ivr.call.state import KEYS, CallEnded, DialEnded, DialOutcome, Key, Ring, Silence
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
_FIELDS = frozenset({"CallStatus", "CallbackSource", "DialBridged", "DialCallStatus", "Digits"})
"""The fields that are read, of about twenty."""
_BELOW_RING = re.compile(rf"{RING}/[^/]")
_KEYS, _OTHER_KEY = {key: Key(key) for key in KEYS}, Key("")


def event_of(address: str, form: Form) -> Ring | Key | Silence | DialEnded | CallEnded:
    """The event that a request with the fields `form` to `address` reports."""
    form = [field for field in form if field[0] in _FIELDS]
    status, key = _only_value(form, "CallStatus"), _key_or_silence(form)
    ended = status in ENDED_STATUSES or bool(_values(form, "CallbackSource"))
    rings = status == "ringing" and isinstance(key, Silence) and not _values(form, "DialCallStatus")
    if rings or not _BELOW_RING.match(address):
        return CallEnded() if ended else Ring()
    if address.endswith(OUTCOME):
        outcome = _dial_outcome(form)
        return CallEnded() if ended and outcome in HANG_UP_OUTCOMES else DialEnded(outcome)
    return CallEnded() if ended and isinstance(key, Silence) else key


def _key_or_silence(form: Form) -> Key | Silence:
    """The key in the field Digits; Silence without a value, `Key("")` for any other value or for two values."""
    digits = _values(form, "Digits")
    if not any(digits):
        return Silence()
    return _KEYS.get(digits[0], _OTHER_KEY) if len(digits) == 1 else _OTHER_KEY


def _dial_outcome(form: Form) -> DialOutcome:
    """The outcome of a dial. DialBridged says that two people talked, also where the status is "canceled".

    https://www.twilio.com/docs/voice/twiml/dial#attributes-action
    """
    if _values(form, "DialBridged") == ["true"]:
        return "connected"
    return DIAL_STATUSES.get(_only_value(form, "DialCallStatus"), "unknown")


def _values(form: Form, name: str) -> list[str]:
    return [value for other, value in form if other == name]


def _only_value(form: Form, name: str) -> str:
    """The value of a field that is there exactly once; "" for no value or several."""
    values = _values(form, name)
    return values[0] if len(values) == 1 else ""
