"""Twilio's side of a call to a running line, and the invariants that hold after every step.

It signs requests, sends the fields that Twilio sends and more, keeps the time limits and retries of each URL, and then
plays the fallback document. It knows a line's port, token and fallback document, not its call flow. U1 to U12 are the
invariants of docs/threats.md.
"""

import random
import socket
import string
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from urllib.parse import urldefrag, urlencode, urlsplit

from support.connection_overrides import overrides_of

from ivr.call.urls import webhook_url
from ivr.phone.caller import Caller
from ivr.phone.parser import read_document
from ivr.phone.verbs import Dial, Gather, Say
from ivr.phone.webhook_form import FORM, OUTCOMES, Fields
from ivr.phone.xml import InvalidTwiml
from ivr.signature import sign

HOTLINE = "+18883737888"
HOTLINE_SPOKEN = (
    "one eight eight eight three seven three seven eight eight eight",
    "uno ocho ocho ocho tres siete tres siete ocho ocho ocho",
)
"""A second copy of the hotline's number, so that a wrong digit in the content is found."""
TWILIO_TIMEOUT = 15.0
"""Seconds in which an answer must have come: https://www.twilio.com/docs/api/errors/11205."""
CONTENT_TYPE = "text/xml; charset=utf-8"
HEADERS = {"date", "content-type", "content-length", "cache-control"}


class AnswerRefused(Exception):
    """A missing answer, or one that Twilio refuses: `code` is Twilio's error code, such as 11205."""

    def __init__(self, code: int, sentence: str) -> None:
        self.code = code
        super().__init__(f"{sentence} ({code})")


class InvariantBroken(AssertionError):
    """An invariant does not hold. A fallback does not excuse it."""


@dataclass
class HttpConnection:
    """One connection to the line: kept open, as Twilio does, and opened again when it was closed."""

    port: int
    timeout: float = TWILIO_TIMEOUT
    _socket: socket.socket | None = None

    def ask(self, request: bytes) -> tuple[int, dict[str, str], bytes]:
        """Send `request`: status, headers and body of the answer. Raises AnswerRefused when no answer comes in time."""
        try:
            return self._answer(self._sent(request))
        except TimeoutError:
            self.close()
            raise AnswerRefused(11205, "no answer in time") from None
        except OSError as error:
            self.close()
            raise AnswerRefused(11200, f"{type(error).__name__} {error}") from None

    def cut(self, request: bytes, after: int) -> None:
        """Send the first `after` bytes and hang up."""
        with suppress(OSError):
            self._sent(request[:after])
        self.close()

    def close(self) -> None:
        if self._socket:
            self._socket.close()
        self._socket = None

    def _sent(self, request: bytes) -> socket.socket:
        if self._socket is None:
            self._socket = socket.create_connection(("127.0.0.1", self.port), 5)
            self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._socket.settimeout(self.timeout)
        self._socket.sendall(request)
        return self._socket

    def _answer(self, connection: socket.socket) -> tuple[int, dict[str, str], bytes]:
        got = b""
        while b"\r\n\r\n" not in got:
            got += self._more(connection)
        head, _, body = got.partition(b"\r\n\r\n")
        first, *lines = head.decode("latin-1").split("\r\n")
        headers = dict(line.lower().split(": ", 1) for line in lines)
        length = int(headers.get("content-length", "0"))
        while len(body) < length:
            body += self._more(connection)
        if headers.get("connection") == "close":
            self.close()
        return int(first.split(" ")[1]), headers, body

    @staticmethod
    def _more(connection: socket.socket) -> bytes:
        if chunk := connection.recv(65536):
            return chunk
        raise ConnectionResetError("closed before the answer was whole")


@dataclass
class Line:
    """A running line: its port, its public URL, its token, and the fallback document that Twilio hosts."""

    port: int
    public: str
    token: str
    fallback: bytes
    answers: dict[tuple[str, ...], bytes] = field(default_factory=dict)
    """Every answer by its request: the same request must get the same bytes from every caller (U12)."""


class FakeTwilio:
    """Sends the requests of one call to a running line by Twilio's rules. `may_differ`: two releases answer."""

    def __init__(self, line: Line, seed: int = 0, timeout: float = TWILIO_TIMEOUT, may_differ: bool = False) -> None:
        self.line, self.connection, self.may_differ = line, HttpConnection(line.port, timeout), may_differ
        self._timeout = timeout
        self.chance = random.Random(seed)
        self.call_sid = "CA" + "".join(self.chance.choices("0123456789abcdef", k=32))
        self.failures: Counter[int] = Counter()
        self.fallbacks: list[dict[str, str]] = []
        self.planted = ""
        """A fault of the test build that the next request meets."""

    def post(self, address: str, form: Fields) -> bytes:
        """The document that a caller hears at `address`: the line's answer, or the fallback where Twilio refuses it."""
        path, code, overrides = urlsplit(address).path, 0, overrides_of(address)
        self.connection.timeout = min(self._timeout, overrides.read)
        for _ in range(1 + overrides.retries):
            fields = self.fields(form)
            try:
                return self._checked(path, fields, *self.connection.ask(self.request(path, fields)))
            except AnswerRefused as failure:
                code = failure.code
                self.failures[code] += 1
        self.fallbacks.append({"ErrorCode": str(code), "ErrorUrl": urldefrag(address).url})
        return self.line.fallback

    def fields(self, form: Fields) -> list[tuple[str, str]]:
        """`form` with this call's SID, unknown fields such as Twilio may add, and the planted fault."""
        more = [("".join(self.chance.choices(string.ascii_letters, k=8)), "ñ 1&=%+\x07") for _ in range(5)]
        planted, self.planted = [("Planted", self.planted)] if self.planted else [], ""
        own = [(name, self.call_sid if name == "CallSid" else value) for name, value in form]
        return [*own, *more, *planted]

    def request(self, path: str, fields: Sequence[tuple[str, str]], token: str | None = None) -> bytes:
        """The bytes of a request, signed for the public URL."""
        body = urlencode(fields).encode()
        signature = sign(token or self.line.token, self.line.public + path, fields)
        return (
            f"POST {path} HTTP/1.1\r\nHost: {urlsplit(self.line.public).netloc}\r\nUser-Agent: TwilioProxy/1.1\r\n"
            f"X-Twilio-Signature: {signature}\r\nI-Twilio-Idempotency-Token: {self.chance.getrandbits(64):016x}\r\n"
            f"Content-Type: application/x-www-form-urlencoded; charset=UTF-8\r\nContent-Length: {len(body)}\r\n\r\n"
        ).encode() + body

    def _checked(self, path: str, fields: Sequence[tuple[str, str]], status: int, headers: dict[str, str], body: bytes) -> bytes:  # fmt: skip # noqa: E501
        _holds(status == 200, f"U1: status {status} for a signed request to {path}")
        _holds(headers.get("content-type") == CONTENT_TYPE, f"U2: content type {headers.get('content-type')}")
        _holds({*headers} - {"connection"} == HEADERS, f"U10: headers {sorted(headers)}")
        _holds(headers["cache-control"] == "no-store", "U10: a document may be kept")
        asked = (path, *(value for name, value in fields if name in ("Digits", "DialCallStatus", "DialBridged")))
        if self.line.answers.get(asked) == body:
            return body
        check_document(body, fields)
        if dict(fields).get("Planted"):
            return body
        if not self.may_differ:
            _holds(self.line.answers.setdefault(asked, body) == body, f"U12: another answer to {asked}")
        return body


def check_document(body: bytes, fields: Sequence[tuple[str, str]] = ()) -> None:
    """U2, U4, U6: the document can be played, dials only the hotline, and holds no value of the request."""
    _holds(len(body) <= 60_000, f"U2: {len(body)} bytes")
    try:
        verbs = read_document(body)
    except InvalidTwiml as fault:
        raise InvariantBroken(f"U2: {fault}") from fault
    _holds({verb.number for verb in verbs if isinstance(verb, Dial)} <= {HOTLINE}, "U4: another number is dialled")
    told = body.decode("utf-8")
    echoed = [name for name, value in fields if len(value) > 4 and name != "To" and value in told]
    _holds(not echoed, f"U6: {echoed} of the request in the answer")


def _holds(so: bool, otherwise: str) -> None:
    if not so:
        raise InvariantBroken(otherwise)


def is_at_most_two_keys_from_a_person(caller: Caller) -> None:
    """U3: the caller reaches the hotline with 0, or is being connected, or has heard the number."""
    if caller.state == "listening":
        caller.presses("0")
    if caller.state == "listening":
        caller.presses("0")
    _holds(is_safe(caller), f"U3: {caller.position} after 0 and 0")


def is_safe(caller: Caller) -> bool:
    """Whether the hotline has been dialled, or its number spoken."""
    return bool(caller.dialled) or any(words in heard.text for heard in caller.heard for words in HOTLINE_SPOKEN)


KEYS = "1112223345678890*#"


def random_call(caller: Caller, chance: random.Random, most_acts: int = 12, hangs_up: float = 0.03) -> Iterator[str]:
    """Play a random call, then stay silent to its end. Yields each act before it is done, such as "8" or "hangs up"."""
    yield "rings"
    caller.rings()
    acts = 0
    while caller.state not in ("ended", "idle"):
        acts += 1
        act = chance.choice(list(OUTCOMES)) if caller.state == "dialling" else _key_or_silence(chance, acts, most_acts)
        act = "hangs up" if chance.random() < hangs_up else act
        yield act
        _do(caller, act, chance)


def _key_or_silence(chance: random.Random, acts: int, most_acts: int) -> str:
    return "silent" if acts > most_acts or chance.random() < 0.2 else chance.choice(KEYS)


def _do(caller: Caller, act: str, chance: random.Random) -> None:
    if act == "hangs up":
        caller.hangs_up()
    elif act == "silent":
        caller.waits()
    elif act in OUTCOMES:
        caller.dial_ends(act)
    elif caller.state == "listening":
        caller.presses(act, interrupting=chance.random() < 0.5)


def caller(twilio: FakeTwilio, form: Fields = FORM) -> Caller:
    """A telephone on `twilio` that has not rung yet."""
    return Caller(twilio.post, webhook_url(twilio.line.public, "/call"), form=form)


def hung_up(one: Caller) -> bool:
    """Whether the caller, and not the line, has ended the call."""
    return bool(one.acts) and one.acts[-1].text == "hangs up"


def gather(body: bytes) -> Gather | None:
    """The first Gather of a document."""
    return next((verb for verb in read_document(body) if isinstance(verb, Gather)), None)


def languages(body: bytes) -> list[str]:
    """The languages that a document speaks, in order."""
    verbs = read_document(body)
    says = [one for verb in verbs for one in (verb.nested if isinstance(verb, Gather) else (verb,))]
    return [one.language for one in says if isinstance(one, Say)]
