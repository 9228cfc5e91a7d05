"""What Twilio sends along when it asks for a document. All values are invented; how a call goes stays out.

https://www.twilio.com/docs/voice/twiml#request-parameters
"""

from collections.abc import Sequence

Form = Sequence[tuple[str, str]]

FORM: Form = (
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
"""Sent with every request. Empty values are among them, as in life: a signature must count them."""

OUTCOMES: dict[str, tuple[str, bool]] = {
    "completed": ("completed", True),
    "answered": ("answered", True),
    "busy": ("busy", False),
    "no-answer": ("no-answer", False),
    "failed": ("failed", False),
    "canceled": ("canceled", False),
    "bridged": ("canceled", True),
}
"""How the far end can behave: DialCallStatus, DialBridged. `bridged` is a conversation that the status hides.

https://www.twilio.com/docs/voice/twiml/dial#dialcallstatus-values
"""


def answered(form: Form) -> Form:
    """`form` for every request after the first: by then the call has been picked up."""
    return [(name, "in-progress" if name == "CallStatus" else value) for name, value in form]


def digits_pressed(typed: str) -> Form:
    """What a Gather adds: https://www.twilio.com/docs/voice/twiml/gather#action."""
    return [("Digits", typed)]


def dial_ended(outcome: str, talked: float) -> Form:
    """What a Dial adds for one of OUTCOMES: https://www.twilio.com/docs/voice/twiml/dial#request-parameters.

    A duration, of `talked` seconds, comes only with a conversation.
    """
    status, bridged = OUTCOMES[outcome]
    form = [
        ("DialCallStatus", status),
        ("DialCallSid", "CA11111111111111111111111111111111"),
        ("DialBridged", "true" if bridged else "false"),
    ]
    return [*form, ("DialCallDuration", f"{talked:.0f}")] if bridged else form
