"""Quick paths of a call give the results of their authorities: urllib, twilio, the transitions, the addresses."""

import random
import string
from collections.abc import Iterator
from typing import get_args
from urllib.parse import parse_qsl, quote, urlencode

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from starlette.datastructures import ImmutableMultiDict
from twilio.request_validator import HMAC_SHA256, RequestValidator

from ivr import signature
from ivr.call.state import KEYS, DialOutcome, Key, Place
from ivr.call.transitions import next_place
from ivr.call.urls import address_of, place_at
from ivr.errors import Unverified
from ivr.line.line import Line
from ivr.server import urlencoded
from ivr.signature import PLAIN_URL, Form

TOKEN, OTHER = "0123456789abcdef0123456789abcdef", "fedcba9876543210fedcba9876543210"

# -- forms: urllib is the authority ------------------------------------------------------------------------------------

PIECES = st.sampled_from(
    ["a", "=", "&", "&&", "+", "%", "%3D", "%3d", "%26", "%00", "%2B", "%2", "%C3%A9", "%C3", "%ff", "\0", "é", "ÿ",
     ";", " ", "From=%2B12025550100", "Digits=1", "=1", "%EF%BF%BF"]
)  # fmt: skip


@settings(max_examples=3000, deadline=None)
@given(st.lists(PIECES, max_size=12).map("".join) | st.text(st.characters(max_codepoint=0xFF), max_size=60))
@example("a=1&b=&c&=d&a=1")
@example("a%3Db=c&d=e%3Df&g==h")
@example("a=1%00b=2&c=3")
@example("")
def test_form_is_read_as_urllib_reads_it(encoded: str) -> None:
    assert urlencoded.read_fields(encoded) == parse_qsl(encoded, keep_blank_values=True)


@given(st.lists(st.tuples(st.text(max_size=8), st.text(max_size=12)), max_size=30))
def test_encoded_fields_are_read_back(fields: list[tuple[str, str]]) -> None:
    assert urlencoded.read_fields(urlencode(fields, errors="surrogatepass").encode().decode("latin-1")) == parse_qsl(
        urlencode(fields, errors="surrogatepass"), keep_blank_values=True
    )


# -- signatures: twilio is the authority -------------------------------------------------------------------------------


def authority(token: str, url: str, fields: Form, given: str, how: str | None = None) -> bool:
    try:
        return bool(RequestValidator(token).validate(url, ImmutableMultiDict(list(fields)), given, how))
    except ValueError:
        return False


def accepted(tokens: list[str], url: str, fields: Form, given: str, how: tuple[str, ...] = ()) -> bool:
    try:
        signature.verify(tokens, url, fields, [given], how)
    except Unverified:
        return False
    return True


def requests(count: int) -> Iterator[tuple[str, Form]]:
    """Requests as they come and as they never come: ports, prefixes, queries, blanks, scripts, names that repeat."""
    chance = random.Random(9)
    hosts = ["line.example.org", "LINE.example.org", "127.0.0.1", "[::1]", "a.b-c.example", "line.example.org."]
    ports = ["", ":80", ":443", ":8000", ":8443", ":49152", ":65535", ":65536", ":0", ":", ":00443"]
    paths = [
        "",
        "/",
        "/call",
        "/call/es/main/part-2",
        "/pre/fix/call",
        "/call/%C3%A9",
        "/call;a",
        "/call//x",
        "/call#a",
    ]
    queries = ["", "", "", "?a=1&b=2", "?bodySHA256=x", "?a=%26"]  # none is empty: the webhook writes no lone "?"
    names = ["Digits", "From", "To", "FromCity", "digits", "", "Ünï", *string.ascii_letters[:4]]
    values = ["", "1", "+12025550100", "San José", "王", "a=b&c", "\0", " ", "x" * 300, "1From+1"]
    for _ in range(count):
        scheme = chance.choice(["https", "https", "http", "HTTPS"])
        url = scheme + "://" + "".join(map(chance.choice, (hosts, ports, paths, queries)))
        yield url, [(chance.choice(names), chance.choice(values)) for _ in range(chance.randint(0, 24))]


def spoiled(chance: random.Random, url: str, fields: Form) -> tuple[str, Form]:
    """Something else, or the same in another order."""
    other = list(fields)
    chance.shuffle(other)
    change = chance.randint(0, 6)
    if change == 0 and other:
        other.pop()
    elif change == 1:
        other.append(("Digits", "0"))
    elif change == 2 and other:
        other.append(other[0])
    elif change == 3:
        url = url.replace("call", "cal1")
    elif change == 4:
        url = url.replace(":443", "").replace(":80/", "/")
    return url, other


def test_6000_requests_are_verified_as_twilio_verifies_them() -> None:
    chance, taken, refused = random.Random(10), 0, 0
    for signed_for, fields in requests(6000):
        given = signature.sign(TOKEN, signed_for, fields)
        url, seen = spoiled(chance, signed_for, fields)
        judged = authority(TOKEN, url, seen, given)
        assert accepted([TOKEN], url, seen, given) == judged, (signed_for, url, fields, seen)
        assert accepted([OTHER, TOKEN], url, seen, given) == judged
        assert not accepted([OTHER], url, seen, given)
        taken, refused = taken + judged, refused + (not judged)
    assert min(taken, refused) > 1000


def test_quick_check_accepts_no_signature_that_twilio_refuses() -> None:
    plain = 0
    for url, fields in requests(6000):
        if PLAIN_URL.fullmatch(url):
            plain += 1
            given = signature.sign(TOKEN, url, fields)
            assert signature._has_plain_signature([TOKEN], url, fields, given)
            assert authority(TOKEN, url, fields, given)
            assert not signature._has_plain_signature([TOKEN], url, [*fields, ("Digits", "9")], given)
    assert plain > 500


@pytest.mark.parametrize(
    "url",
    [
        "https://line.example.org/call?",
        "https://line.example.org/call?a=1",
        "https://line.example.org/call#a",
        "https://line.example.org/call;a",
        "https://line.example.org/c%61ll",
        "https://user@line.example.org/call",
        "https://[::1]/call",
        "https://line.example.org:0/call",
        "https://line.example.org:65536/call",
        "https://line.example.org:/call",
        "HTTPS://line.example.org/call",
        "https://line.example.org/call\n",
        "https://line.examplе.org/call",
        "ftp://line.example.org/call",
        "",
    ],
)
def test_url_that_is_not_plain_is_left_to_twilio(url: str) -> None:
    assert not PLAIN_URL.fullmatch(url)


def test_other_algorithm_is_left_to_twilio(monkeypatch: pytest.MonkeyPatch) -> None:
    """https://www.twilio.com/docs/usage/security#signature-settings: the header names the hash."""
    url, fields = "https://line.example.org/call", [("CallSid", "CA1"), ("Digits", "1"), ("Digits", "2")]
    given = RequestValidator(TOKEN).compute_signature(url, ImmutableMultiDict(fields), HMAC_SHA256)
    how = ("key=webhooks_sharedkey_1,algorithm=HMAC_SHA256",)
    assert authority(TOKEN, url, fields, given, HMAC_SHA256)
    assert accepted([TOKEN], url, fields, given, how)
    assert not accepted([TOKEN], url, fields, given)
    assert not accepted([TOKEN], url, fields, signature.sign(TOKEN, url, fields), how)
    assert not accepted([TOKEN], url, fields, given, ("algorithm=HMAC_MD5",))
    monkeypatch.setattr(signature, "_has_plain_signature", lambda *_: pytest.fail("it was not left to twilio"))
    assert accepted([TOKEN], url, fields, given, how)


def test_twilio_is_asked_before_a_request_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    asked, validator = [], RequestValidator.compute_signature

    def watched(self: RequestValidator, *given: object) -> object:
        asked.append(given)
        return validator(self, *given)

    monkeypatch.setattr(RequestValidator, "compute_signature", watched)
    assert not accepted([TOKEN, OTHER], "https://line.example.org/call", [("Digits", "1")], "x" * 28)
    assert len(asked) == 4, "each token, with a port and without one"


# -- the compiled tables: the walk and the addresses are the authority -------------------------------------------------


@pytest.mark.parametrize("compiled", ["line", "line_goodbye", "real"])
def test_compiled_keys_lead_where_the_transitions_say(compiled: str, request: pytest.FixtureRequest) -> None:
    line: Line = request.getfixturevalue(compiled)
    assert set(line.transitions) == set(line.paths) == set(line.documents)
    for place, leads in line.transitions.items():
        assert leads == {key: next_place(line.flow, place, Key(key)) for key in (*KEYS, "")}


@pytest.mark.parametrize("compiled", ["line", "real"])
def test_every_address_leads_to_its_place(compiled: str, request: pytest.FixtureRequest) -> None:
    line: Line = request.getfixturevalue(compiled)
    for place in line.documents:
        answer = line.respond(address_of(place), [("Digits", "0")])
        assert place_at(line.flow, address_of(place)) == place
        assert answer.place == next_place(line.flow, place, Key("0"))
        assert answer.body.endswith(b"</Response>")


@given(st.sampled_from(["main", "tea", "opening", "connect", "gone"]), st.sampled_from(["en", "es", "xx"]),
       st.sampled_from(["", "/part-1", "/part-2", "/part-9", "/slow", "/misses-1", "/misses-3", "/tries-1", "/",
                        "/slow/misses-2", "/misses-2/slow", quote("/é")]))  # fmt: skip
def test_unknown_address_is_lost_in_the_index_and_in_the_parser(line: Line, node: str, locale: str, rest: str) -> None:
    address = f"/call/{locale}/{node}{rest}"
    place = place_at(line.flow, address)
    known = place if place in line.documents else None
    answer = line.respond(address, [("Digits", "7")])
    home = Place("main", locale if locale in line.flow.offered else "en", pace="slow")
    assert answer.place == (next_place(line.flow, known, Key("7")) if known else home)


def test_every_outcome_is_taken_at_its_transfer(line: Line) -> None:
    for place in line.documents:
        if line.flow.nodes[place.node].kind == "transfer":
            for reached in get_args(DialOutcome):
                answer = line.respond(f"{address_of(place)}/outcome", [("DialCallStatus", reached)])
                assert answer.place.node != line.flow.main_menu
