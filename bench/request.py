"""The one request of the benchmark: key 1 at the 911 reminder, signed, with the fields that Twilio sends."""

from typing import NamedTuple
from urllib.parse import urlencode

from twilio.request_validator import RequestValidator

TOKEN = "0123456789abcdef0123456789abcdef"
PUBLIC_URL = "https://line.example.org"
PATH = "/call/en/reminder"
FORM = {
    "Called": "+12025550123",
    "CallerCountry": "US",
    "Direction": "inbound",
    "CallerState": "CA",
    "CallSid": "CA" + "2" * 32,
    "To": "+12025550123",
    "CallerZip": "",
    "CalledZip": "20001",
    "ApiVersion": "2010-04-01",
    "CalledCity": "WASHINGTON",
    "CallStatus": "in-progress",
    "From": "+12025550188",
    "AccountSid": "AC" + "1" * 32,
    "CalledCountry": "US",
    "CallerCity": "SAN FRANCISCO",
    "Caller": "+12025550188",
    "FromCity": "SAN FRANCISCO",
    "CalledState": "DC",
    "FromZip": "",
    "Digits": "1",
}
"""In an order like Twilio's, which is none."""


class Request(NamedTuple):
    """A request as every client of the benchmark sends it."""

    method: str
    path: str
    headers: dict[str, str]
    body: str

    def on_the_wire(self) -> bytes:
        """Its bytes, on a connection that is kept."""
        headers = {"Host": "line.example.org", **self.headers, "Content-Length": str(len(self.body))}
        lines = [f"{self.method} {self.path} HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items())]
        return "\r\n".join([*lines, "", self.body]).encode()

    def for_wrk(self) -> str:
        """The script by which wrk sends it again and again: nothing is worked out while it measures."""
        headers = "\n".join(f'wrk.headers["{name}"] = "{value}"' for name, value in self.headers.items())
        return f'wrk.method = "{self.method}"\nwrk.body = "{self.body}"\n{headers}\n'


def signed() -> Request:
    """A webhook as Twilio sends it."""
    signature = RequestValidator(TOKEN).compute_signature(PUBLIC_URL + PATH, FORM)
    headers = {
        "User-Agent": "TwilioProxy/1.1",
        "Accept": "*/*",
        "Accept-Encoding": "gzip",
        "Content-Type": "application/x-www-form-urlencoded; charset=UTF-8",
        "I-Twilio-Idempotency-Token": "2f6e1b3c-5b0f-4a4c-9d4e-6a1f0c8b7d21",
        "X-Twilio-Signature": signature,
    }
    return Request("POST", PATH, headers, urlencode(FORM))


def plain(path: str) -> Request:
    """A file asked for."""
    return Request("GET", path, {"Accept": "*/*"}, "")
