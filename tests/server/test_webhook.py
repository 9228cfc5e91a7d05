"""The door: signed requests get a document, whatever happens; all others get no further."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import httpx2
import pytest
from support.signed_calls import BASE, PROBE_CALL, TOKEN, settings_for, signed
from support.toy_line import MAIN

from ivr import readiness
from ivr.errors import BadSettings, Fault
from ivr.line.line import Line
from ivr.phone.parser import Dial, Gather, read_document
from ivr.readiness import Readiness, get_ready
from ivr.server import webhook as door
from ivr.server.app import make_app
from ivr.server.webhook import Webhook
from ivr.settings import Settings
from ivr.signature import Form, sign

Answer = httpx2.Response
Send = Callable[[httpx2.AsyncClient], Any]


@pytest.fixture(scope="module")
def settings(tiny: Path) -> Settings:
    return settings_for(tiny)


@pytest.fixture(scope="module")
def ready(settings: Settings) -> Readiness:
    return get_ready(settings)


@pytest.fixture(scope="module")
def app(settings: Settings, ready: Readiness) -> Webhook:
    return make_app(settings, ready)


def in_turn(app: Webhook, sends: Iterable[Send], base: str = BASE) -> list[Answer]:
    """What the application answers to requests sent one after the other."""

    async def run() -> list[Answer]:
        transport = httpx2.ASGITransport(app=app)
        async with httpx2.AsyncClient(transport=transport, base_url=base) as client:
            return [await send(client) for send in sends]

    return asyncio.run(run())


def ask(app: Webhook, method: str, url: str, base: str = BASE, **more: Any) -> Answer:
    return in_turn(app, [lambda client: client.request(method, url, **more)], base)[0]


def post(app: Webhook, path: str, more: Form = (), **how: Any) -> Answer:
    return ask(app, "POST", path, **signed(path, more, **how))


def place(answer: Answer) -> str:
    """Where the first key of the document that was answered would go, or the number that it dials."""
    verb = next(verb for verb in read_document(answer.content) if isinstance(verb, Gather | Dial))
    return str(verb.action).partition("/call")[2].partition("/choices-")[0] if isinstance(verb, Gather) else verb.number


# -- who is let in -----------------------------------------------------------------------------------------------------


def test_a_signed_post_gets_a_document_that_nobody_keeps(app: Webhook) -> None:
    answer = post(app, "/call")
    assert answer.status_code == 200
    assert place(answer) == "/en/opening"
    assert dict(answer.headers) == {
        "content-type": "text/xml; charset=utf-8",
        "content-length": str(len(answer.content)),
        "cache-control": "no-store",
    }


def test_a_key_an_outcome_and_an_old_address_get_documents(app: Webhook) -> None:
    assert place(post(app, f"/call/en/main/{MAIN}", [("Digits", "1")])) == "/en/tea"
    assert place(post(app, "/call/es/main", [("Digits", "#")])) == "/es/main"
    assert place(post(app, "/call/es/main", [("Digits", "0")])) == "+18883737888"
    assert place(post(app, "/call/es/connect/outcome", [("DialCallStatus", "busy")])) == "/es/not_connected/tries-1"
    assert place(post(app, "/call/es/gone/part-77", [("Digits", "1")])) == "/es/main"
    assert place(post(app, "/call/")) == "/en/main"


def test_a_number_that_is_set_to_get_is_not_dead(app: Webhook) -> None:
    for path, more, there in (("/call", [], "/en/opening"), ("/call/es/main", [("Digits", "#")], "/es/main")):
        url = f"{path}?{urlencode([*PROBE_CALL, *more])}"
        answer = ask(app, "GET", url, headers={"X-Twilio-Signature": sign(TOKEN, BASE + url, ())})
        assert (answer.status_code, place(answer)) == (200, there)


def test_the_query_of_a_post_is_signed_with_the_address(app: Webhook) -> None:
    assert post(app, "/call?b=2&a=1").status_code == 200
    assert ask(app, "POST", "/call?a=1&b=2", **signed("/call?b=2&a=1")).status_code == 403


@pytest.mark.parametrize("path", ["/call", "/call/en/main", "/call/gone"])
@pytest.mark.parametrize(
    "spoil",
    [
        lambda request: request["headers"].pop("X-Twilio-Signature"),
        lambda request: request["headers"].update({"X-Twilio-Signature": ""}),
        lambda request: request["headers"].update({"X-Twilio-Signature": "x" * 28}),
        lambda request: request["headers"].update({"X-Twilio-Signature": "x" * 10_000}),
        lambda request: request["headers"].update({"X-Twilio-Signature": b"\xe9" * 28}),
        lambda request: request.update(content=request["content"] + "&Digits=0"),
        lambda request: request.update(content=request["content"].replace("&FromZip=", "")),
        lambda request: request.update(content=""),
        lambda request: request.update(content=b"\xff\xfe\x00"),
        lambda request: request.update(content="{}"),
    ],
    ids=["none", "empty", "wrong", "long", "not ASCII", "field added", "blank removed", "no body", "bytes", "JSON"],
)
def test_who_is_not_signed_is_refused(app: Webhook, path: str, spoil: Callable[[dict[str, Any]], Any]) -> None:
    request = signed(path)
    spoil(request)
    answer = ask(app, "POST", path, **request)
    assert (answer.status_code, answer.content) == (403, b"")


def test_two_signatures_are_refused(app: Webhook) -> None:
    request = signed("/call")
    header = ("X-Twilio-Signature", request["headers"]["X-Twilio-Signature"])
    assert ask(app, "POST", "/call", content=request["content"], headers=[header, header]).status_code == 403


def test_another_token_another_path_and_another_host_are_refused(app: Webhook) -> None:
    assert post(app, "/call", token="another").status_code == 403
    assert ask(app, "POST", "/call/en/main", **signed("/call")).status_code == 403
    assert post(app, "/call", public="https://evil.example.org").status_code == 403
    assert post(app, "/call", public="http://line.example.org").status_code == 403
    inside = "http://127.0.0.1"
    assert ask(app, "POST", "/call", inside, **signed("/call", public=inside)).status_code == 403


def test_a_signed_request_that_is_not_of_one_call_is_refused(app: Webhook) -> None:
    for form in (
        PROBE_CALL[1:],
        [*PROBE_CALL, PROBE_CALL[1]],
        [PROBE_CALL[0], ("CallSid", PROBE_CALL[1][1] + "From+12025550100")],
    ):
        headers = {"X-Twilio-Signature": sign(TOKEN, f"{BASE}/call", form)}
        assert ask(app, "POST", "/call", content=urlencode(form), headers=headers).status_code == 403


def test_the_address_is_the_public_url_and_never_what_a_proxy_or_a_client_says(app: Webhook) -> None:
    request = signed("/call/es/main", [("Digits", "1")])
    plain = ask(app, "POST", "/call/es/main", **request).content
    for name in ("Host", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Forwarded-Port", "X-Forwarded-Prefix", "Forwarded",
                 "X-Original-URL", "X-Rewrite-URL", "X-HTTP-Method-Override"):  # fmt: skip
        headers = request["headers"] | {name: "evil.example.org"}
        answer = ask(app, "POST", "/call/es/main", content=request["content"], headers=headers)
        assert (answer.status_code, answer.content) == (200, plain)
    inside = ask(app, "POST", "/call/es/main", base="http://10.0.0.7:8000", **request)
    assert (inside.status_code, inside.content) == (200, plain), "behind a proxy that forwards over http"


@pytest.mark.parametrize("public", ["https://line.example.org/ivr", "https://line.example.org/a/b"])
def test_a_path_in_the_public_url_may_be_taken_off_by_a_proxy_or_not(tiny: Path, public: str) -> None:
    settings = settings_for(tiny, public_url=public)
    app = make_app(settings, get_ready(settings))
    prefix = public.removeprefix(BASE)
    for path, digits, there in (("/call", "", "/en/opening"), (f"/call/es/main/{MAIN}", "2", "/es/fruit")):
        request = signed(path, [("Digits", digits)], public=public)
        for sent in (path, prefix + path):
            answer = ask(app, "POST", sent, **request)
            assert answer.status_code == 200
            assert place(answer).endswith(there)
        assert ask(app, "POST", path, **signed(path, [("Digits", digits)])).status_code == 403


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "HEAD", "OPTIONS", "TRACE"])
def test_other_methods_are_not_for_the_telephone(app: Webhook, method: str) -> None:
    answer = ask(app, method, "/call", **signed("/call"))
    assert (answer.status_code, answer.headers["allow"]) == (405, "POST, GET")


def test_two_tokens_are_accepted_while_they_are_rotated(tiny: Path, ready: Readiness) -> None:
    app = make_app(settings_for(tiny, twilio_auth_token_secondary="b" * 32), ready)
    assert post(app, "/call", token=TOKEN).status_code == 200
    assert post(app, "/call", token="b" * 32).status_code == 200
    assert post(app, "/call", token="c" * 32).status_code == 403
    assert post(make_app(settings_for(tiny), ready), "/call", token="b" * 32).status_code == 403


def test_without_a_token_every_call_is_refused_and_the_health_page_says_so(tiny: Path) -> None:
    settings = settings_for(tiny, twilio_auth_token="")
    app = make_app(settings, get_ready(settings))
    for token in ("", TOKEN):
        assert post(app, "/call", token=token).status_code == 403
    assert "TWILIO_AUTH_TOKEN" in ask(app, "GET", "/health/ready").text


# -- how much and how long ---------------------------------------------------------------------------------------------


def test_a_body_larger_than_any_of_twilio_s_is_not_read(app: Webhook) -> None:
    answer = post(app, "/call", [("Filler", "x" * 70_000)])
    assert (answer.status_code, answer.content) == (413, b"")
    assert post(app, "/call", [("Filler", "x" * 60_000)]).status_code == 200


def test_a_query_larger_than_any_of_twilio_s_is_not_read(app: Webhook) -> None:
    assert ask(app, "GET", f"/call?a={'x' * 64_001}").status_code == 413


def test_a_body_without_an_end_is_left_off_at_its_limit(app: Webhook) -> None:
    sent = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal sent
        while True:
            sent += 8_000
            yield b"x" * 8_000

    assert ask(app, "POST", "/call", content=endless()).status_code == 413
    assert sent <= 2 * door.MAX_BODY_BYTES


def test_more_fields_than_a_call_has_are_refused(app: Webhook) -> None:
    assert post(app, "/call", [(f"Field{number}", "") for number in range(door.MOST_FIELDS)]).status_code == 403
    assert post(app, "/call", [(f"Field{number}", "") for number in range(100)]).status_code == 200


def test_a_body_that_trickles_is_given_up(app: Webhook, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(door, "BODY_TIMEOUT", 0.05)

    async def trickle() -> AsyncIterator[bytes]:
        for byte in urlencode(PROBE_CALL):
            yield byte.encode()
            await asyncio.sleep(0.02)

    answer = ask(app, "POST", "/call", content=trickle(), headers=signed("/call")["headers"])
    assert (answer.status_code, answer.headers["connection"]) == (408, "close")


def test_a_request_whose_connection_ends_is_neither_answered_nor_refused(
    app: Webhook, monkeypatch: pytest.MonkeyPatch
) -> None:
    request, sent, noted = signed("/call"), list[object](), list[object]()
    monkeypatch.setattr(door.log, "event", lambda *about, **_: noted.append(about))
    came = [{"type": "http.request", "body": request["content"][:9], "more_body": True}, {"type": "http.disconnect"}]
    headers = [(name.lower().encode(), value.encode()) for name, value in request["headers"].items()]
    scope = {"type": "http", "method": "POST", "path": "/call", "query_string": b"", "headers": headers}

    async def receive() -> Any:
        return came.pop(0)

    async def send(message: Any) -> None:
        sent.append(message)

    asyncio.run(app(scope, receive, send))
    assert (sent, came, noted) == ([], [], [])


def test_a_body_in_pieces_is_read_whole(app: Webhook) -> None:
    request = signed("/call", [("Digits", "")])

    async def pieces() -> AsyncIterator[bytes]:
        for byte in request["content"]:
            yield byte.encode()

    assert ask(app, "POST", "/call", content=pieces(), headers=request["headers"]).status_code == 200


def test_a_thousand_requests_one_after_the_other_get_the_same_bytes(app: Webhook) -> None:
    request = signed("/call/en/main", [("Digits", "1")])
    answers = in_turn(app, [lambda client: client.post("/call/en/main", **request)] * 1000)
    assert {(answer.status_code, answer.content) for answer in answers} == {(200, answers[0].content)}


def test_a_caller_s_bytes_come_back_nowhere(app: Webhook) -> None:
    more = [("Digits", "canary"), ("FromCity", "CANARYVILLE"), ("Language", "xx-CANARY")]
    for path in ("/call", "/call/en/main", "/call/xx-CANARY/canary", "/call/en/main?canary=1"):
        answer = post(app, path, more)
        assert answer.status_code == 200
        assert "canary" not in f"{answer.text} {answer.headers}".lower()
        assert not any(value in answer.text for name, value in PROBE_CALL if value)


# -- when something fails ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("error", [KeyError("x"), RecursionError(), MemoryError(), AssertionError(), OSError(), Fault])
def test_whatever_fails_behind_the_signature_a_caller_gets_the_last_resort(
    settings: Settings, ready: Readiness, monkeypatch: pytest.MonkeyPatch, error: Any
) -> None:
    def fails(*_: object) -> None:
        raise error

    monkeypatch.setattr(Line, "respond", fails)
    answer = post(make_app(settings, ready), "/call")
    assert (answer.status_code, answer.content) == (200, ready.fallback_document)
    assert answer.headers["content-type"] == "text/xml; charset=utf-8"


def test_a_journal_that_fails_costs_no_call(app: Webhook, ready: Readiness, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: object, **__: object) -> None:
        raise OSError("the disk is full")

    monkeypatch.setattr("ivr.log.event", fails)
    assert place(post(app, "/call")) == "/en/opening"
    monkeypatch.setattr(Line, "respond", fails)
    answer = post(app, "/call")
    assert (answer.status_code, answer.content) == (200, ready.fallback_document)


def test_a_line_that_fails_a_proof_is_not_ready_and_signed_calls_get_the_last_resort(tiny: Path) -> None:
    settings = settings_for(tiny, line_number="+18883737888")
    unready = get_ready(settings)
    app = make_app(settings, unready)
    health = ask(app, "GET", "/health/ready")
    assert health.status_code == 503
    assert health.json()["ready"] is False
    assert "The line would call itself" in health.json()["faults"][0]
    answer = post(app, f"/call/en/main/{MAIN}", [("Digits", "1")])
    assert (answer.status_code, answer.content) == (200, unready.fallback_document)
    assert [verb.number for verb in read_document(answer.content) if isinstance(verb, Dial)] == ["+18883737888"] * 2
    assert post(app, "/call", token="another").status_code == 403


def test_content_that_cannot_be_used_leaves_the_last_resort_that_was_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, line: Line
) -> None:
    kept = tmp_path / "fallback.xml"
    kept.write_bytes(line.fallback_document)
    monkeypatch.setattr(readiness, "FALLBACK", kept)
    settings = settings_for(tmp_path)
    app = make_app(settings, get_ready(settings))
    assert ask(app, "GET", "/health/ready").status_code == 503
    assert "flow.toml" in ask(app, "GET", "/health/ready").text
    assert post(app, "/call").content == line.fallback_document


def test_where_not_even_the_last_resort_is_left_there_is_no_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(readiness, "FALLBACK", tmp_path / "fallback.xml")
    with pytest.raises(BadSettings, match=r"fallback.xml cannot be read .*: no call could be answered"):
        get_ready(settings_for(tmp_path))


def test_a_line_that_does_not_accept_its_own_signature_is_not_ready(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(readiness.signature, "sign", lambda *_: "x" * 28)
    unready = get_ready(settings)
    assert not unready.ready
    assert "a request that the line signed itself was not accepted" in str(unready.faults[-1])


# -- what is behind the door -------------------------------------------------------------------------------------------


def test_health_says_that_the_process_lives_and_whether_the_line_is_ready(app: Webhook, ready: Readiness) -> None:
    live, health = ask(app, "GET", "/health/live"), ask(app, "GET", "/health/ready")
    assert (live.status_code, live.json()["alive"]) == (200, True)
    assert health.status_code == 200
    assert health.json() == ready.report()
    assert health.json()["published"] == ["en", "es"]
    assert health.json()["places"] > 100
    for secret in (TOKEN, "+12025550123"):
        assert secret not in live.text + health.text


def test_a_try_out_says_that_it_is_one(tiny: Path) -> None:
    settings = settings_for(tiny, twilio_auth_token="try-123", line_number="")
    assert get_ready(settings).report()["notes"] == ["trying out: not Twilio's token"]


@pytest.mark.parametrize(
    "path",
    ["/docs", "/redoc", "/openapi.json", "/docs/oauth2-redirect", "/metrics", "/debug", "/.env", "/.git/config",
     "/health/live/", "/health/ready/", "/health", "/PROBE_CALL", "/callx", "/xcall", "/%63all", "//call", "/call\\en"],
)  # fmt: skip
def test_nothing_else_is_shown_and_nothing_redirects(app: Webhook, path: str) -> None:
    answer = ask(app, "GET", BASE + path)
    assert answer.status_code == 404
    assert "location" not in answer.headers
    assert "server" not in answer.headers
    assert "set-cookie" not in answer.headers
