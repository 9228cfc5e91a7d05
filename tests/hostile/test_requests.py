"""Random requests, faults in every function, a clock that jumps: a signed call always gets a document."""

import inspect
import os
import random
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import ModuleType
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from support.asgi_client import PUBLIC, TOKEN, Asked
from support.fake_twilio import CONTENT_TYPE, check_document, is_safe, random_call

from ivr import log, signature
from ivr.call import transitions, urls
from ivr.line import line, twiml
from ivr.phone.caller import Caller
from ivr.phone.webhook_form import FORM
from ivr.readiness import Readiness, readiness_of
from ivr.server import webhook
from ivr.server.app import make_app
from ivr.settings import Settings
from ivr.usage import counter
from ivr.usage.counter import UsageCounter
from ivr.usage.sqlite import SqliteStore

MANY = int(os.environ.get("REQUESTS") or (1000 if os.environ.get("CI") else 200))
CALL = [("AccountSid", "AC" + "0" * 32), ("CallSid", "CA" + "0" * 31 + "1")]
QUICKLY = settings(max_examples=MANY, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
WORDS = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
EDGES = st.sampled_from(["/call", "/call/", "/call/en/main", "/call/es/connect/outcome", "/call/..", "/call/en/main/"])


@pytest.fixture(scope="module")
def given_settings(tiny: Path) -> Settings:
    return Settings(
        _env_file=None, twilio_auth_token=TOKEN, public_url=PUBLIC, line_number="+12025550123", ivr_content=tiny,
        ivr_usage="off",
    )  # fmt: skip


@pytest.fixture(scope="module")
def ready(given_settings: Settings) -> Readiness:
    return readiness_of(given_settings)


@pytest.fixture(scope="module")
def asked(given_settings: Settings, ready: Readiness) -> Iterator[Asked]:
    one = Asked(make_app(given_settings, ready))
    yield one
    one.close()


@pytest.fixture(scope="module")
def counting(given_settings: Settings, ready: Readiness, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Asked]:
    counts = UsageCounter(SqliteStore(tmp_path_factory.mktemp("usage") / "usage.sqlite"))
    one = Asked(make_app(given_settings, ready, counts))
    yield one
    one.close()


# -- random requests --------------------------------------------------------------------------------------------------


@QUICKLY
@given(path=EDGES | st.text("abcdefsinmtok/-%.\\0123456789", max_size=60).map("/call/".__add__), form=st.lists(st.tuples(WORDS, WORDS), max_size=12))  # fmt: skip # noqa: E501
@example(path="/call/en/main/part-9999999999999999999999/slow", form=[("Digits", "\x00"), ("Digits", "0")])
@example(path="/call", form=[("", ""), ("&=", "&="), ("\u202e", "\ufeff"), ("Digits", "٣")])
def test_signed_call_with_any_fields_gets_a_document(asked: Asked, path: str, form: list[tuple[str, str]]) -> None:
    own = [(name, value) for name, value in form if name not in ("AccountSid", "CallSid")]
    answer = asked.post(PUBLIC + path, [*CALL, *own])
    assert answer.status == 200
    assert answer.headers["content-type"] == CONTENT_TYPE
    check_document(answer.body)


@QUICKLY
@given(
    method=st.sampled_from(["GET", "POST", "PUT", "HEAD", "OPTIONS", "TRACE", "PRESS"]),
    path=EDGES.map(str.encode) | st.binary(max_size=40).map(b"/".__add__),
    query=st.binary(max_size=60),
    headers=st.lists(st.tuples(st.sampled_from([b"x-twilio-signature", b"content-type", b"host", b"x-a"]), st.binary(max_size=80))),  # noqa: E501
    body=st.lists(st.binary(max_size=200), min_size=1, max_size=4),
)  # fmt: skip
def test_unsigned_request_never_gets_a_document_or_a_5xx(asked: Asked, method: str, path: bytes, query: bytes, headers: Any, body: list[bytes]) -> None:  # fmt: skip # noqa: E501
    answer = asked.ask(method, path, query, headers, body)
    assert answer.status < 500
    assert b"<Response" not in answer.body
    assert TOKEN.encode() not in answer.body


# -- faults in every function of ours ----------------------------------------------------------------------------------

UNREACHABLE = {"make_app", "_send", "add_recordings"}
"""The application, and what sends the answer: no other function could send one."""


ERRORS = ValueError("+19995550147"), KeyError(), MemoryError(), OSError(28, "full"), SystemExit(), KeyboardInterrupt()


def functions() -> Iterator[tuple[str, object, str]]:
    """Every function that a request may run through: its full name, its module or class, its name."""
    for module in (webhook, line, urls, transitions, signature, twiml, log, counter):
        yield from ((f"{module.__name__}.{name}", module, name) for name in _own(module))
    for kind in (webhook.Webhook, line.Line, UsageCounter):
        for name, _ in inspect.getmembers(kind, inspect.isfunction):
            if name not in ("__init__", "__call__", "_answer"):
                yield f"{kind.__name__}.{name}", kind, name


def _own(module: ModuleType) -> list[str]:
    found = inspect.getmembers(module, inspect.isfunction)
    return [name for name, value in found if value.__module__.startswith("ivr.") and name not in UNREACHABLE]


@pytest.mark.parametrize(("place", "name"), [pytest.param(*one[1:], id=one[0]) for one in functions()])
def test_fault_in_any_function_costs_no_signed_call(
    counting: Asked, monkeypatch: pytest.MonkeyPatch, place: object, name: str
) -> None:
    form = [*CALL, ("Digits", "1")]
    signed = signature.sign(TOKEN, f"{PUBLIC}/call/en/main", form).encode()
    for error in (
        ValueError("+19995550147"),
        KeyError(),
        MemoryError(),
        OSError(28, "full"),
        SystemExit(),
        KeyboardInterrupt(),
    ):
        with monkeypatch.context() as patched:
            patched.setattr(place, name, _raiser(error))
            headers, body = [(b"x-twilio-signature", signed)], [urlencode(form).encode()]
            answer = counting.ask("POST", b"/call/en/main", headers=headers, body=body)
        refused = answer.status == 403
        assert answer.status == 200 or (refused and isinstance(error, ValueError) and place is signature), (name, error)
        if not refused:
            check_document(answer.body)


def _raiser(error: BaseException) -> Callable[..., None]:
    def fails(*_: object, **__: object) -> None:
        raise error

    return fails


# -- what the way of a call does without -------------------------------------------------------------------------------


def test_clock_jumps_change_no_call(asked: Asked, monkeypatch: pytest.MonkeyPatch) -> None:
    """The wall clock jumps by days and years, forwards and backwards, between any two steps."""
    jumps = random.Random(24)

    class Jumping(datetime):
        @classmethod
        def now(cls, tz: Any = None) -> datetime:  # type: ignore[override]
            return datetime(2026, 3, 8, 1, 59, 59, tzinfo=tz or UTC) + timedelta(days=jumps.randint(-800, 800))

    def lived() -> list[Any]:
        told = []
        for number in range(60):
            one, chance = Caller(asked.document, f"{PUBLIC}/call", FORM), random.Random(number)
            list(random_call(one, chance, hangs_up=0))
            assert is_safe(one)
            told.append((one.heard, one.dialled, one.acts))
        return told

    plain = lived()
    for module in (log, counter):
        monkeypatch.setattr(module, "datetime", Jumping)
    monkeypatch.setattr(time, "time", lambda: jumps.uniform(-1e9, 4e9))
    assert lived() == plain


def test_answering_a_call_opens_no_file_connection_or_process(asked: Asked) -> None:
    events: list[str] = []
    watched = {
        "open",
        "socket.connect",
        "socket.bind",
        "socket.getaddrinfo",
        "subprocess.Popen",
        "os.system",
        "os.listdir",
    }
    watching = False

    def watch(event: str, _: object) -> None:
        if watching and event in watched:
            events.append(event)

    sys.addaudithook(watch)
    asked.document(f"{PUBLIC}/call", FORM)
    watching = True
    for number in range(30):
        list(random_call(Caller(asked.document, f"{PUBLIC}/call", FORM), random.Random(number)))
    asked.ask("POST", b"/call", body=[b"x" * 100])
    watching = False
    assert events == []


def test_caller_s_number_changes_nothing_in_the_dial(asked: Asked) -> None:
    numbers = ["+12025550100", "ANONYMOUS", "RESTRICTED", "+266696687", "", "sip:a@b", "client:c", "+18883737888", "0"]
    forms = [[*CALL, ("From", number), ("Caller", number), ("To", number)] for number in numbers]
    answers = {asked.post(f"{PUBLIC}/call/en/main", [*form, ("Digits", "0")]).body for form in (*forms, CALL)}
    assert len(answers) == 1
    assert b'callerId="+12025550123"' in answers.pop()
