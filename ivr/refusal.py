"""The body of a 403 to a test call: what the server saw of the request, so that `ivr doctor` can say why it refused.

Only a request that holds the call SID of a test call gets a body, so Twilio's requests and all others never do. The
body repeats what the sender sent: nothing about a caller, the token or PUBLIC_URL.
"""

import json
from typing import NamedTuple, Self

TEST_CALL_SID = "CA" + "0" * 32
"""The call SID of the requests that `ivr probe`, `ivr doctor` and `ivr call` make: no call of Twilio's has it."""
TEST_CALL = ("CallSid", TEST_CALL_SID)
"""The form field of a test call, which is answered and not counted."""


class Refusal(NamedTuple):
    """A request as the server received it: its method, the bytes of its body, and how many signatures it had.

    As JSON: `{"refused": {"method": "POST", "body_bytes": 412, "signatures": 1}}`.
    """

    method: str
    body_bytes: int
    signatures: int

    def as_json(self) -> bytes:
        """The body of the 403."""
        return json.dumps({"refused": self._asdict()}).encode()

    @classmethod
    def from_json(cls, body: bytes) -> Self | None:
        """The refusal in `body`; None if there is none, because another server refused the request."""
        try:
            fields = json.loads(body)["refused"]
            return cls(str(fields["method"]), int(fields["body_bytes"]), int(fields["signatures"]))
        except (ValueError, TypeError, KeyError, RecursionError):
            return None


def is_test_call(query: bytes, body: bytes) -> bool:
    """Whether a request has the field TEST_CALL in its query or in its body. It need not have a valid signature."""
    field = "=".join(TEST_CALL).encode()
    return field in query.split(b"&") or field in body.split(b"&")
