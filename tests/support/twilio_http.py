"""Twilio's HTTP client, with the timeouts and retries of each URL, and a machine that fails."""

import http.client
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Literal, NamedTuple
from urllib.parse import urlencode, urlsplit

from ivr.server.webhook import Webhook
from ivr.signature import Form, sign

from .asgi_client import Asked
from .connection_overrides import TOTAL_TIMEOUT, Overrides, overrides_of

Fault = Literal["none", "packets dropped", "hangs", "502 once", "502"]
FAULTS: tuple[Fault, ...] = ("packets dropped", "hangs", "502 once", "502")


class Failed(Exception):
    """One try failed: "ct", "rt", "4xx" or "5xx"."""


class Delivery(NamedTuple):
    """What became of one request: the seconds and tries that it took, and whether the fallback document was played."""

    seconds: float
    tries: int
    fallback: bool


class TwilioHttp:
    """Twilio's side of one call to a machine.

    `defaults`: the overrides of URLs are ignored. `clock_rate` below 1.0 shortens every timeout.
    """

    def __init__(self, machine: "Machine", public: str, token: str, fallback: bytes, defaults: bool = False) -> None:
        self._machine, self._public, self._token, self._fallback = machine, public, token, fallback
        self._defaults = defaults
        self.clock_rate = 1.0
        self.deliveries: list[Delivery] = []

    def post(self, url: str, form: Form) -> bytes:
        """The document that a caller hears: the machine's, or the fallback after the last try."""
        overrides, started, tries = Overrides() if self._defaults else overrides_of(url), time.monotonic(), 0
        document, again = self._fallback, True
        while again:
            tries += 1
            left = TOTAL_TIMEOUT * self.clock_rate - (time.monotonic() - started)
            try:
                document, again = self._once(url, form, overrides, left), False
            except Failed as failure:
                again = str(failure) in overrides.policy and tries <= overrides.retries
        self.deliveries.append(Delivery(time.monotonic() - started, tries, document == self._fallback))
        return document

    def _once(self, url: str, form: Form, overrides: Overrides, left: float) -> bytes:
        path = urlsplit(url).path
        headers = {
            "X-Twilio-Signature": sign(self._token, self._public + path, form),
            "Content-Type": "application/x-www-form-urlencoded",
        }
        connect, read = (min(seconds * self.clock_rate, max(left, 0.01)) for seconds in overrides[:2])
        connection = http.client.HTTPConnection("127.0.0.1", self._machine.port, timeout=connect)
        try:
            connection.connect()
        except OSError:
            raise Failed("ct") from None
        try:
            connection.sock.settimeout(read)
            connection.request("POST", path, urlencode(form), headers)
            answer = connection.getresponse()
            body = answer.read()
        except (OSError, http.client.HTTPException):
            raise Failed("rt") from None
        finally:
            connection.close()
        if answer.status >= 400:
            raise Failed(f"{answer.status // 100}xx")
        return body


class Machine:
    """The machine of a line, with a proxy in front, on a loopback port. `fault` is how it fails now."""

    def __init__(self, application: Webhook) -> None:
        self.fault: Fault = "none"
        self._application, self._closing = Asked(application), threading.Event()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self._unreachable = socket.create_server(("127.0.0.1", 0), backlog=0)
        self._waiting = [socket.socket() for _ in range(2)]  # they fill the queue: the kernel drops what follows
        for one in self._waiting:
            one.setblocking(False)
            with suppress(BlockingIOError):
                one.connect(self._unreachable.getsockname())
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    @property
    def port(self) -> int:
        """Where Twilio finds it; packets to the port are dropped while the fault says so."""
        listening = self._unreachable if self.fault == "packets dropped" else self._server.socket
        return int(listening.getsockname()[1])

    def close(self) -> None:
        self._closing.set()
        self._server.shutdown()
        self._server.server_close()
        self._application.close()
        for one in (*self._waiting, self._unreachable):
            one.close()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        machine = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                if machine.fault == "hangs":
                    machine._closing.wait(TOTAL_TIMEOUT * 2)
                elif machine.fault in ("502", "502 once"):
                    machine.fault = "none" if machine.fault == "502 once" else "502"
                    self._reply(502, b"<html>Bad Gateway</html>")
                else:
                    headers = [(name.lower().encode(), value.encode()) for name, value in self.headers.items()]
                    answer = machine._application.ask("POST", self.path.encode(), headers=headers, body=[body])
                    self._reply(answer.status, answer.body)

            def _reply(self, status: int, body: bytes) -> None:
                self.send_response(status)
                self.send_header("Content-Type", "text/xml")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                """Write no log."""

        return Handler


@contextmanager
def machine(application: Webhook) -> Iterator[Machine]:
    """A machine that runs while the block lasts."""
    one = Machine(application)
    try:
        yield one
    finally:
        one.close()
