"""Only a request that the token signed is answered, and a known signature gives no more than its request did."""

import ast
import hmac
import inspect
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.asgi_client import PUBLIC, TOKEN, Asked
from support.fake_twilio import HOTLINE, check_document, gather
from twilio.request_validator import RequestValidator

from ivr import signature
from ivr.errors import Unverified
from ivr.phone.parser import read_document
from ivr.phone.verbs import Dial
from ivr.phone.webhook_form import FORM, Fields
from ivr.readiness import readiness_of
from ivr.server.app import make_app
from ivr.settings import Settings
from ivr.signature import sign, verify

WORDS = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
HOSTS = st.sampled_from(
    ["line.example.org", "line.example.org:443", "line.example.org:8443", "127.0.0.1:80", "[::1]:8000"]
)


@pytest.fixture(scope="module")
def asked(tiny: Path) -> Iterator[Asked]:
    given = Settings(
        _env_file=None, twilio_auth_token=TOKEN, twilio_auth_token_secondary="b" * 32, public_url=PUBLIC,
        twilio_account_sid="AC" + "1" * 32, line_number="+12025550123", ivr_content=tiny, ivr_usage="off",
    )  # fmt: skip
    one = Asked(make_app(given, readiness_of(given)))
    yield one
    one.close()


@settings(max_examples=300, deadline=None)
@given(
    scheme=st.sampled_from(["https", "http"]), signed_host=HOSTS, seen_host=HOSTS, path=WORDS, query=WORDS,
    form=st.lists(st.tuples(WORDS, WORDS), max_size=5), token=st.sampled_from([TOKEN, "b" * 32]), spoilt=st.booleans(),
)  # fmt: skip
def test_verify_agrees_with_twilio_s_validator(
    scheme: str, signed_host: str, seen_host: str, path: str, query: str, form: Fields, token: str, spoilt: bool
) -> None:
    rest = f"/{path}?{query}" if query else f"/{path}"
    made = sign(token, f"{scheme}://{signed_host}{rest}", form)
    seen = [*form, ("one", "more")] if spoilt else form
    url = f"{scheme}://{seen_host}{rest}"
    fields: dict[str, list[str]] = {}
    for name, value in seen:
        fields.setdefault(name, []).append(value)
    accepted = True
    try:
        verify([TOKEN], url, seen, [made])
    except Unverified:
        accepted = False
    if "#" in rest or "?" in path or any(ord(one) < 33 for one in rest):
        return  # no server hands such a path on, and Python's parser takes it apart in its own ways
    assert accepted == RequestValidator(TOKEN).validate(url, _Multi(fields), made)


class _Multi(dict[str, list[str]]):
    """Fields with several values each, as twilio's validator wants them."""

    def getlist(self, name: str) -> list[str]:
        return self[name]


def test_signatures_are_compared_in_constant_time() -> None:
    tree = ast.parse(inspect.getsource(signature))
    calls = [ast.unparse(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)]
    assert "hmac.compare_digest" in calls
    assert not any(call.endswith(".validate") for call in calls), "twilio's own comparison returns early"
    compared = [node for node in ast.walk(tree) if isinstance(node, ast.Compare)]
    equal = [ast.unparse(node) for node in compared if any(isinstance(one, ast.Eq | ast.NotEq) for one in node.ops)]
    lengths = [text for text in equal if text.count("len(") == 1 or text.count("len(") == 2]
    assert set(equal) - set(lengths) == {"[name for name, _ in sids] == ['AccountSid', 'CallSid']"}


def test_every_token_is_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    compared: list[bool] = []
    compare = hmac.compare_digest

    def watched(one: str, other: str) -> bool:
        compared.append(compare(one, other))
        return compared[-1]

    monkeypatch.setattr("hmac.compare_digest", watched)
    for url in (f"{PUBLIC}/call", f"{PUBLIC}/call?a=b"):
        compared.clear()
        verify(["a", "b"], url, FORM, [sign("a", url, FORM)])
        assert compared[0]
        assert len(compared) >= 2, "the second token too, though the first has matched"


def test_call_of_a_subaccount_is_answered(asked: Asked) -> None:
    form = [(name, "AC" + "2" * 32 if name == "AccountSid" else value) for name, value in FORM]
    assert asked.post(f"{PUBLIC}/call", form).status == 200


def test_body_moved_into_the_url_gets_403(asked: Asked) -> None:
    """The signature joins the address and the fields without a mark: the same bytes can be cut elsewhere."""
    url = f"{PUBLIC}/call/en/main"
    made = sign(TOKEN, url, FORM).encode()
    moved = url.removeprefix(PUBLIC) + "".join(f"{name}{value}" for name, value in sorted(FORM))
    verify([TOKEN], PUBLIC + moved, (), [made.decode()])
    assert asked.ask("POST", moved.encode(), headers=[(b"x-twilio-signature", made)]).status == 403
    assert asked.ask("GET", moved.encode(), headers=[(b"x-twilio-signature", made)]).status == 403


def test_fields_cut_in_another_way_gain_nothing(asked: Asked) -> None:
    """One signature fits its fields cut in another way too: the answer is still one of the same place."""
    url, form = f"{PUBLIC}/call/en/main", [*FORM, ("Digits", "1")]
    made = [(b"x-twilio-signature", sign(TOKEN, url, form).encode())]
    whole = sorted(form)
    for number in range(len(whole) - 1):
        (name, value), (after, more) = whole[number : number + 2]
        cut = [*whole[:number], (name, value + after + more), *whole[number + 2 :]]
        body = "&".join(f"{_escaped(one)}={_escaped(other)}" for one, other in cut).encode()
        answer = asked.ask("POST", b"/call/en/main", headers=made, body=[body])
        assert answer.status == (403 if after in ("AccountSid", "CallSid") else 200), (name, after)
        if answer.status == 200:
            check_document(answer.body)
            listening = gather(answer.body)
            assert listening
            assert listening.action.startswith(f"{PUBLIC}/call/en/")
            assert {verb.number for verb in read_document(answer.body) if isinstance(verb, Dial)} <= {HOTLINE}


def _escaped(value: str) -> str:
    return "".join(f"%{byte:02X}" for byte in value.encode())


def test_raw_path_is_signed(asked: Asked) -> None:
    for path in ("/call/en/ma%69n", "/call/en/main/", "/call//en/main", "/call/en/../en/main", "/call/en/main%3Fa=1"):
        made = [(b"x-twilio-signature", sign(TOKEN, PUBLIC + path, FORM).encode())]
        body = ["&".join(f"{_escaped(name)}={_escaped(value)}" for name, value in FORM).encode()]
        assert asked.ask("POST", path.encode(), headers=made, body=body).status == 200
        other = path.replace("%69", "i").rstrip("/") + ("" if "%69" in path else "x")
        assert asked.ask("POST", other.encode(), headers=made, body=body).status == 403


def test_repeated_or_long_signature_header_gets_403(asked: Asked) -> None:
    made = (b"x-twilio-signature", sign(TOKEN, f"{PUBLIC}/call", FORM).encode())
    body = ["&".join(f"{_escaped(name)}={_escaped(value)}" for name, value in FORM).encode()]
    for headers, status in (
        ([made], 200), ([made, made], 403), ([made, (made[0], b"")], 403),
        ([(made[0], made[1] + b", " + made[1])], 403), ([(made[0], made[1] * 10_000)], 403),
        ([(made[0], b"")], 403), ([], 403),
    ):  # fmt: skip
        assert asked.ask("POST", b"/call", headers=headers, body=body).status == status


def test_text_that_utf8_cannot_encode_is_unverified() -> None:
    for url in (f"{PUBLIC}/call", f"{PUBLIC}/call?a=b"):
        with pytest.raises(Unverified):
            verify([TOKEN], url, [*FORM, ("FromCity", "\ud800")], ["x" * 28])


def test_signature_settings_header_names_the_algorithm() -> None:
    url, sha1 = f"{PUBLIC}/call", sign(TOKEN, f"{PUBLIC}/call", FORM)
    sha256 = RequestValidator(TOKEN).compute_signature(url, dict(FORM), "HMAC_SHA256")
    newer = ["key=webhooks_sharedkey_1,algorithm=HMAC_SHA256"]
    verify([TOKEN], url, FORM, [sha256], newer)
    verify([TOKEN], url, FORM, [sha256], ["key=webhooks_sharedkey_1", "algorithm=HMAC_SHA256"])
    verify([TOKEN], url, FORM, [sha1], ["key=webhooks_sharedkey_1,algorithm=HMAC_SHA1"])
    for made, told in ((sha1, newer), (sha256, []), (sha256, ["algorithm=HMAC_MD5"]), (sha1, ["algorithm=none"])):
        with pytest.raises(Unverified):
            verify([TOKEN], url, FORM, [made], told)
