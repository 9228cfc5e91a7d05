"""The form fields of Twilio's requests for a document, with invented values.

The press of key 8 is `[*answered(FORM), *digits_pressed("8")]`, in which the last field is `("Digits", "8")`.
https://www.twilio.com/docs/voice/twiml#request-parameters
"""

from collections.abc import Mapping, Sequence

Fields = Sequence[tuple[str, str]]
"""Names and values in order: [("Digits", "8"), ("FromState", "")]."""

FORM: Fields = (
    ("CallSid", "CA00000000000000000000000000000000"),
    ("AccountSid", "AC00000000000000000000000000000000"),
    ("From", "+12025550100"),
    ("To", "+12025550199"),
    ("CallStatus", "ringing"),
    ("ApiVersion", "2010-04-01"),
    ("Direction", "inbound"),
    ("FromCity", "NOWHERE"),
    ("FromState", ""),
    ("FromZip", "00000"),
    ("FromCountry", "US"),
    ("ToCity", "NOWHERE"),
    ("ToState", ""),
    ("ToZip", "00000"),
    ("ToCountry", "US"),
)
"""The fields of the first request of a call; `answered(FORM)` has those of every later one. Some values are empty, as
in real requests: a signature covers them too."""


OUTCOMES: Mapping[str, tuple[str, bool]] = {
    "completed": ("completed", True),
    "answered": ("answered", True),
    "busy": ("busy", False),
    "no-answer": ("no-answer", False),
    "failed": ("failed", False),
    "canceled": ("canceled", False),
    "bridged": ("canceled", True),
}
"""The ways in which a dialled call can end: a name, as stories write it, and what Twilio then sends.

Twilio sends DialCallStatus, and DialBridged: whether two people talked.
https://www.twilio.com/docs/voice/twiml/dial#dialcallstatus-values
"""


def answered(form: Fields) -> Fields:
    """`form` for every request after the first: its CallStatus is "in-progress" instead of "ringing"."""
    return [(name, "in-progress" if name == "CallStatus" else value) for name, value in form]


def digits_pressed(digits: str) -> Fields:
    """The field that a Gather adds, such as `[("Digits", "8")]`: https://www.twilio.com/docs/voice/twiml/gather#action."""
    return [("Digits", digits)]


def dial_ended(outcome: str, talked: float) -> Fields:
    """The fields that a Dial adds for one of OUTCOMES: https://www.twilio.com/docs/voice/twiml/dial#request-parameters.

    The duration, `talked` seconds, is sent only after a conversation.
    """
    status, bridged = OUTCOMES[outcome]
    form = [
        ("DialCallStatus", status),
        ("DialCallSid", "CA11111111111111111111111111111111"),
        ("DialBridged", "true" if bridged else "false"),
    ]
    return [*form, ("DialCallDuration", f"{talked:.0f}")] if bridged else form
