"""Requests as Twilio sends them, signed, for an application in this process and for a line on a port."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from starlette.testclient import TestClient

from ivr.operate import http_client
from ivr.phone.webhook_form import FORM
from ivr.settings import Settings
from ivr.signature import Form, sign

TOKEN = "0123456789abcdef0123456789abcdef"
BASE = "https://line.example.org"
PROBE_CALL: Form = [
    ("AccountSid", "AC" + "0" * 32),
    ("CallSid", "CA" + "0" * 32),
    ("From", "+12025550100"),
    ("FromZip", ""),
    ("ToCity", "SAN JOSÉ"),
]
"""The fields of a call that `ivr probe` makes: its CallSid is all zeros, and it is not counted."""
CALL: Form = [(name, value if name != "CallSid" else "CA" + "9" * 32) for name, value in PROBE_CALL]
"""The fields of a call that is counted."""


def settings_for(content: Path, **more: Any) -> Settings:
    """The settings of an operator whose texts are in `content`, without .env and environment variables."""
    values = {"twilio_auth_token": TOKEN, "public_url": BASE, "line_number": "+12025550123", "ivr_content": content}
    return Settings(_env_file=None, **values | more)


def signed(
    path: str, more: Form = (), *, public: str = BASE, token: str = TOKEN, call: Form = PROBE_CALL
) -> dict[str, Any]:
    """Body and headers of the POST that Twilio sends to `path` below the public URL: keyword arguments of a client."""
    form = [*call, *more]
    headers = {
        "X-Twilio-Signature": sign(token, public + path, form),
        "Content-Type": "application/x-www-form-urlencoded",
    }
    return {"content": urlencode(form), "headers": headers}


def post_to_app(client: TestClient, path: str, more: Form = (), call: Form = CALL) -> bytes:
    """The document that an application in this process answers to a signed POST."""
    answer = client.post(path, **signed(path, more, call=call))
    assert answer.status_code == 200
    return answer.content


def post_to_port(
    port: int, public: str, path: str = "/call", more: Sequence[tuple[str, str]] = ()
) -> http_client.Reply:
    """The reply of a line that listens on `port` to a signed POST of a call that is counted."""
    form = [*((name, value if name != "CallSid" else "CA" + "9" * 32) for name, value in FORM), *more]
    headers = {"X-Twilio-Signature": sign(TOKEN, public + path, form)}
    return http_client.fetch(f"http://127.0.0.1:{port}{path}", form, headers)
