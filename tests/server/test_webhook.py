"""The webhook: which requests are answered, which are refused, and how much of a request is read."""

import asyncio
import re
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from support.app_client import ask, in_turn, place, post
from support.signed_calls import BASE, CALL, PROBE_CALL, TOKEN, settings_for, signed
from support.toy_line import MAIN, OPENING

from ivr.readiness import Readiness, readiness_of
from ivr.refusal import TEST_CALL_SID, Refusal
from ivr.server import webhook
from ivr.server.app import make_app
from ivr.server.webhook import Webhook
from ivr.signature import Form, sign


def test_signed_post_gets_a_document_that_no_cache_keeps(app: Webhook) -> None:
    answer = post(app, "/call")
    assert answer.status_code == 200
    assert place(answer) == OPENING
    assert dict(answer.headers) == {
        "content-type": "text/xml; charset=utf-8",
        "content-length": str(len(answer.content)),
        "cache-control": "no-store",
    }


def test_key_outcome_and_unknown_address_get_documents(app: Webhook) -> None:
    assert place(post(app, f"/call/en/main/{MAIN}", [("Digits", "1")])) == "/en/tea"
    assert place(post(app, "/call/es/main", [("Digits", "#")])) == "/es/main"
    assert place(post(app, "/call/es/main", [("Digits", "0")])) == "+18883737888"
    assert place(post(app, "/call/es/connect/outcome", [("DialCallStatus", "busy")])) == "/es/not_connected/tries-1"
    assert place(post(app, "/call/es/gone/part-77", [("Digits", "1")])) == "/es/main"


@pytest.mark.parametrize(
    "path", ["/call", "/call/", "/Call", "/", "/call/en/tea/part-2", "/health/ready", "/voice?a=1"]
)
def test_new_call_hears_the_opening_wherever_it_arrives(app: Webhook, path: str) -> None:
    assert place(post(app, path, [("CallStatus", "ringing")])) == OPENING


@pytest.mark.parametrize("path", ["/", "/Call", "/health/ready", "/call/"])
def test_request_with_a_wrong_signature_is_a_call_and_gets_403_at_any_path(app: Webhook, path: str) -> None:
    assert post(app, path, token="another").status_code == 403


@pytest.mark.parametrize("path", ["", "/", "/call/", "/elsewhere"])
def test_new_call_hears_the_opening_below_a_public_url_with_a_path(tiny: Path, path: str) -> None:
    settings = settings_for(tiny, public_url=f"{BASE}/ivr")
    app = make_app(settings, readiness_of(settings))
    request = signed(path, [("CallStatus", "ringing")], public=f"{BASE}/ivr")
    assert place(ask(app, "POST", f"/ivr{path}", **request)).endswith(OPENING)


@pytest.mark.parametrize("path", ["", "/"])
def test_public_url_itself_is_signed_with_or_without_a_slash(tiny: Path, path: str) -> None:
    for public in (BASE, f"{BASE}/ivr"):
        settings = settings_for(tiny, public_url=public)
        app = make_app(settings, readiness_of(settings))
        request = signed(path, [("CallStatus", "ringing")], public=public)
        for sent in ("/", public.removeprefix(BASE), f"{public.removeprefix(BASE)}/"):
            assert place(ask(app, "POST", sent or "/", **request)).endswith(OPENING)
            assert ask(app, "POST", sent or "/", **signed("/other", public=public)).status_code == 403


def test_requests_after_the_end_of_a_call_get_a_document(app: Webhook) -> None:
    for path in ("/call", "/call/en/tea", "/call/en/connect/outcome"):
        assert post(app, path, [("CallStatus", "completed"), ("CallDuration", "33")]).status_code == 200


def test_signed_get_is_answered(app: Webhook) -> None:
    for path, more, there in (("/call", [], OPENING), ("/call/es/main", [("Digits", "#")], "/es/main")):
        url = f"{path}?{urlencode([*PROBE_CALL, *more])}"
        answer = ask(app, "GET", url, headers={"X-Twilio-Signature": sign(TOKEN, BASE + url, ())})
        assert (answer.status_code, place(answer)) == (200, there)


@pytest.mark.parametrize(
    "more",
    [
        [("CallerName", "😀 Ñ"), ("From", "")],
        [("From", "anonymous")],
        [("From", "+266696687")],
        [("From", "sip:ab@198.51.100.7"), ("SipHeader_X-Name", "Ñ")],
        [("From", "client:ab"), ("FromCity", "LEE'S SUMMIT")],
        [("StirVerstat", "TN-Validation-Passed-A"), ("StirPassportToken", "e" * 9_000), ("CallToken", "%7B%22a%22%7D")],
        [("AddOns", '{"a":"' + "x" * 52_000 + '"}')],
    ],
    ids=["name", "withheld", "withheld as a number", "SIP", "client", "SHAKEN", "add-ons"],
)
def test_call_with_fields_that_twilio_sends_hears_the_opening(app: Webhook, more: Form) -> None:
    form = [("CallStatus", "ringing"), *more]
    assert place(post(app, "/call", form)) == OPENING
    url = f"/call?{urlencode([*PROBE_CALL, *form])}"
    get = ask(app, "GET", url, headers={"X-Twilio-Signature": sign(TOKEN, BASE + url, ())})
    assert get.content == post(app, "/call", form).content


@pytest.mark.parametrize("digits", [["11"], ["88"], ["00"], ["A"], ["w"], ["٣"], [" "], ["1", "1"]])
def test_digits_that_are_no_key_are_a_no_match_and_no_error(app: Webhook, digits: list[str]) -> None:
    answer = post(app, f"/call/en/main/{MAIN}", [("Digits", value) for value in digits])
    assert place(answer) == "/en/main/misses-1"


def test_query_of_a_post_is_part_of_the_signed_url(app: Webhook) -> None:
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
def test_unsigned_request_gets_403(app: Webhook, path: str, spoil: Callable[[dict[str, Any]], Any]) -> None:
    request = signed(path, call=CALL)
    spoil(request)
    answer = ask(app, "POST", path, **request)
    assert (answer.status_code, answer.content) == (403, b"")


def test_refused_test_call_is_answered_with_what_arrived(app: Webhook) -> None:
    request = signed("/call", token="another")
    answer = ask(app, "POST", "/call", **request)
    assert (answer.status_code, answer.headers["content-type"]) == (403, "application/json")
    assert Refusal.from_json(answer.content) == Refusal("POST", len(request["content"]), 1)
    del request["headers"]["X-Twilio-Signature"]
    marked = f"/call?CallSid={TEST_CALL_SID}"
    assert Refusal.from_json(ask(app, "POST", marked, content=b"").content) == Refusal("POST", 0, 0)
    assert Refusal.from_json(ask(app, "GET", marked).content) == Refusal("GET", 0, 0)


@pytest.mark.parametrize("field", [("CallerName", f"CallSid={TEST_CALL_SID}"), ("SipHeader_X-CallSid", TEST_CALL_SID)])
def test_refused_call_of_a_caller_is_answered_with_an_empty_403(app: Webhook, field: tuple[str, str]) -> None:
    request = signed("/call", [field], token="another", call=CALL)
    answer = ask(app, "POST", "/call", **request)
    assert (answer.status_code, answer.content) == (403, b"")


def test_answer_to_a_refused_test_call_holds_nothing_but_its_form(app: Webhook) -> None:
    answer = ask(app, "POST", "/call", **signed("/call", [("Digits", "SECRET")], token="another"))
    assert re.fullmatch(rb'\{"refused": \{"method": "POST", "body_bytes": \d+, "signatures": 1\}\}', answer.content)
    assert answer.headers["cache-control"] == "no-store"


def test_two_signatures_get_403(app: Webhook) -> None:
    request = signed("/call")
    header = ("X-Twilio-Signature", request["headers"]["X-Twilio-Signature"])
    assert ask(app, "POST", "/call", content=request["content"], headers=[header, header]).status_code == 403


def test_signature_for_another_token_path_or_host_gets_403(app: Webhook) -> None:
    assert post(app, "/call", token="another").status_code == 403
    assert ask(app, "POST", "/call/en/main", **signed("/call")).status_code == 403
    assert post(app, "/call", public="https://evil.example.org").status_code == 403
    assert post(app, "/call", public="http://line.example.org").status_code == 403
    inside = "http://127.0.0.1"
    assert ask(app, "POST", "/call", inside, **signed("/call", public=inside)).status_code == 403


@pytest.mark.parametrize("name", ["CallSid", "AccountSid"])
def test_signed_request_without_one_call_sid_and_one_account_sid_gets_403(app: Webhook, name: str) -> None:
    others = [field for field in PROBE_CALL if field[0] != name]
    for values in ([], [""], ["CA1", "CA1"], ["CA1", "CA2"], ["CA1", ""]):
        assert post(app, "/call", [(name, value) for value in values], call=others).status_code == 403


@pytest.mark.parametrize("name", ["CallSid", "AccountSid"])
@pytest.mark.parametrize("value", ["CA123", "ca" + "0" * 32, "CA" + "0" * 200, "7", "call/1 ñ"])
def test_shape_of_a_sid_does_not_matter(app: Webhook, name: str, value: str) -> None:
    others = [field for field in PROBE_CALL if field[0] != name]
    assert place(post(app, "/call", [(name, value)], call=others)) == OPENING


@pytest.mark.parametrize("blanks", [(b"", b" "), (b"", b" \t"), (b"\t", b"")])
def test_blanks_around_a_signature_are_ignored(app: Webhook, blanks: tuple[bytes, bytes]) -> None:
    request = signed("/call")
    value = request["headers"]["X-Twilio-Signature"].encode()
    headers = {"X-Twilio-Signature": blanks[0] + value + blanks[1]}
    assert ask(app, "POST", "/call", content=request["content"], headers=headers).status_code == 200


def test_signature_is_checked_against_public_url_whatever_headers_say(app: Webhook) -> None:
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
def test_proxy_may_remove_the_path_of_public_url(tiny: Path, public: str) -> None:
    settings = settings_for(tiny, public_url=public)
    app = make_app(settings, readiness_of(settings))
    prefix = public.removeprefix(BASE)
    for path, digits, there in (("/call", "", OPENING), (f"/call/es/main/{MAIN}", "2", "/es/fruit")):
        request = signed(path, [("Digits", digits)], public=public)
        for sent in (path, prefix + path):
            answer = ask(app, "POST", sent, **request)
            assert answer.status_code == 200
            assert place(answer).endswith(there)
        assert ask(app, "POST", path, **signed(path, [("Digits", digits)])).status_code == 403


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "HEAD", "OPTIONS", "TRACE"])
def test_other_methods_get_405(app: Webhook, method: str) -> None:
    answer = ask(app, method, "/call", **signed("/call"))
    assert (answer.status_code, answer.headers["allow"]) == (405, "POST, GET")


def test_two_tokens_are_accepted_during_rotation(tiny: Path, ready: Readiness) -> None:
    app = make_app(settings_for(tiny, twilio_auth_token_secondary="b" * 32), ready)
    assert post(app, "/call", token=TOKEN).status_code == 200
    assert post(app, "/call", token="b" * 32).status_code == 200
    assert post(app, "/call", token="c" * 32).status_code == 403
    assert post(make_app(settings_for(tiny), ready), "/call", token="b" * 32).status_code == 403


def test_without_a_token_every_call_gets_403_and_health_says_so(tiny: Path) -> None:
    settings = settings_for(tiny, twilio_auth_token="")
    app = make_app(settings, readiness_of(settings))
    for token in ("", TOKEN):
        assert post(app, "/call", token=token).status_code == 403
    assert "TWILIO_AUTH_TOKEN" in ask(app, "GET", "/health/ready").text


def test_body_over_the_limit_gets_413(app: Webhook) -> None:
    answer = post(app, "/call", [("Filler", "x" * 70_000)])
    assert (answer.status_code, answer.content) == (413, b"")
    assert post(app, "/call", [("Filler", "x" * 60_000)]).status_code == 200


def test_query_over_the_limit_gets_413(app: Webhook) -> None:
    assert ask(app, "GET", f"/call?a={'x' * 64_001}").status_code == 413


def test_endless_body_is_read_up_to_the_limit(app: Webhook) -> None:
    sent = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal sent
        while True:
            sent += 8_000
            yield b"x" * 8_000

    assert ask(app, "POST", "/call", content=endless()).status_code == 413
    assert sent <= 2 * webhook.MAX_BODY_BYTES


def test_more_fields_than_the_limit_get_403(app: Webhook) -> None:
    assert post(app, "/call", [(f"Field{number}", "") for number in range(webhook.MAX_FIELDS)]).status_code == 403
    assert post(app, "/call", [(f"Field{number}", "") for number in range(100)]).status_code == 200


def test_request_of_a_closed_connection_is_neither_answered_nor_counted(
    app: Webhook, monkeypatch: pytest.MonkeyPatch
) -> None:
    request, sent, noted = signed("/call"), list[object](), list[object]()
    monkeypatch.setattr(webhook.log, "count", noted.append)
    came = [{"type": "http.request", "body": b"CallSid=C", "more_body": True}, {"type": "http.disconnect"}]
    headers = [(name.lower().encode(), value.encode()) for name, value in request["headers"].items()]
    scope = {"type": "http", "method": "POST", "path": "/call", "query_string": b"", "headers": headers}

    async def receive() -> Any:
        return came.pop(0)

    async def send(message: Any) -> None:
        sent.append(message)

    asyncio.run(app(scope, receive, send))
    assert (sent, came, noted) == ([], [], [])


def test_body_in_pieces_is_read_whole(app: Webhook) -> None:
    request = signed("/call", [("Digits", "")])

    async def pieces() -> AsyncIterator[bytes]:
        for byte in request["content"]:
            yield byte.encode()

    assert ask(app, "POST", "/call", content=pieces(), headers=request["headers"]).status_code == 200


def test_1000_equal_requests_get_equal_bytes(app: Webhook) -> None:
    request = signed("/call/en/main", [("Digits", "1")])
    answers = in_turn(app, [lambda client: client.post("/call/en/main", **request)] * 1000)
    assert {(answer.status_code, answer.content) for answer in answers} == {(200, answers[0].content)}


def test_answer_holds_nothing_of_the_request(app: Webhook) -> None:
    more = [("Digits", "canary"), ("FromCity", "CANARYVILLE"), ("Language", "xx-CANARY")]
    for path in ("/call", "/call/en/main", "/call/xx-CANARY/canary", "/call/en/main?canary=1"):
        answer = post(app, path, more)
        assert answer.status_code == 200
        assert "canary" not in f"{answer.text} {answer.headers}".lower()
        assert not any(value in answer.text for name, value in PROBE_CALL if value)
