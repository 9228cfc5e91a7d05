"""Sends signed calls to a line until it stops, and says how its answers ended.

    PYTHONPATH=tests .venv/bin/python tools/load_until_stopped.py PORT PUBLIC_URL

Four callers ring and press keys, for at most a minute. It ends with 1 if an answer was cut, late or no document.
"""

import sys
import threading
import time
from collections import Counter
from urllib.parse import urlencode, urlsplit

from support.fake_twilio import AnswerRefused, HttpConnection

from ivr.phone.caller import FORM
from ivr.phone.parser import Gather, read_document
from ivr.signature import sign

TOKEN = "0123456789abcdef0123456789abcdef"
CALLERS, MOST_SECONDS = 4, 60.0


def request(port: int, public: str, path: str, fields: list[tuple[str, str]]) -> bytes:
    """A signed POST on a connection that is closed afterwards."""
    form = [*FORM, *fields]
    body = urlencode(form).encode()
    head = (
        f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nX-Twilio-Signature: {sign(TOKEN, public + path, form)}\r\n"
        f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
    )
    return head.encode() + body


def call(port: int, public: str, ends: Counter[str]) -> None:
    """Ring and press 8, 1 and 0."""
    path, fields = "/call", [("CallStatus", "ringing")]
    for key in "810":
        status, _, body = HttpConnection(port).ask(request(port, public, path, fields))
        ends[str(status)] += 1
        gather = next(verb for verb in read_document(body) if isinstance(verb, Gather))
        path, fields = urlsplit(gather.action).path, [("Digits", key)]


def call_until_refused(port: int, public: str, ends: Counter[str]) -> None:
    deadline = time.monotonic() + MOST_SECONDS
    while time.monotonic() < deadline:
        try:
            call(port, public, ends)
        except AnswerRefused as error:
            refused = "ConnectionRefusedError" in str(error)
            ends["no connection" if refused else str(error)] += 1
            return


def main(port: int, public: str) -> None:
    ends: Counter[str] = Counter()
    callers = [threading.Thread(target=call_until_refused, args=(port, public, ends)) for _ in range(CALLERS)]
    for caller in callers:
        caller.start()
    for caller in callers:
        caller.join()
    print("under load, until it stopped:", dict(ends))
    sys.exit(0 if set(ends) == {"200", "no connection"} else 1)


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2])
