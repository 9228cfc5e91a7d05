"""Signatures: a request that Twilio signed is accepted, a request that differs from it in anything is refused."""

import pytest

from ivr.errors import Unverified
from ivr.signature import MAX_SIGNATURE_CHARACTERS, Form, has_call_ids, sign, verify

# Made by Twilio's own documentation, not by our code: https://www.twilio.com/docs/usage/webhooks/webhooks-security
TOKEN = "12345"
URL = "https://mycompany.com/myapp.php?foo=1&bar=2"
FORM: Form = [
    ("CallSid", "CA1234567890ABCDE"),
    ("Caller", "+14158675309"),
    ("Digits", "1234"),
    ("From", "+14158675309"),
    ("To", "+18005551212"),
]
SIGNATURE = "RSOYDt4T1cUTdK1PDd93/VVr8B8="

OTHER = "67890"
BLANKS: Form = [*FORM, ("FromZip", ""), ("ToZip", "")]


def refused(
    form: Form = FORM, *, url: str = URL, token: str = TOKEN, signatures: tuple[str, ...] = (SIGNATURE,)
) -> bool:
    try:
        verify([token], url, form, signatures)
    except Unverified:
        return True
    return False


def test_signature_of_twilio_s_example_is_accepted() -> None:
    verify([TOKEN], URL, FORM, [SIGNATURE])
    assert sign(TOKEN, URL, FORM) == SIGNATURE


def test_connection_overrides_are_not_signed() -> None:
    """https://www.twilio.com/docs/usage/webhooks/webhooks-connection-overrides"""
    assert sign(TOKEN, f"{URL}#rc=1&rp=ct,rt,5xx&ct=2000&rt=3000", FORM) == SIGNATURE


def test_order_of_fields_does_not_matter() -> None:
    verify([TOKEN], URL, list(reversed(FORM)), [SIGNATURE])


@pytest.mark.parametrize(
    "signatures",
    [
        (),
        ("",),
        (" ",),
        (SIGNATURE, SIGNATURE),
        (SIGNATURE, "x"),
        ("x", SIGNATURE),
        (SIGNATURE + " ",),
        (" " + SIGNATURE,),
        (SIGNATURE + "\n",),
        (SIGNATURE[:-1],),
        (SIGNATURE[:-1] + "\x00",),
        (SIGNATURE.lower(),),
        (SIGNATURE.replace("=", ""),),
        (SIGNATURE * 3,),
        ("x" * (MAX_SIGNATURE_CHARACTERS + 1),),
        ("x" * 100_000,),
        ("é" * 28,),
        ("Ｒ" + SIGNATURE[1:],),
        ("\ud800" * 28,),
        ("None",),
    ],
    ids=ascii,
)
def test_any_other_signature_is_refused(signatures: tuple[str, ...]) -> None:
    assert refused(signatures=signatures)


@pytest.mark.parametrize("token", ["", "1234", "123456", "12345 ", OTHER, "١٢٣٤٥"])
def test_another_token_is_refused(token: str) -> None:
    assert refused(token=token)


def test_without_a_token_every_signature_is_refused() -> None:
    for tokens in ((), ("",), ("", "")):
        with pytest.raises(Unverified):
            verify(tokens, URL, FORM, [SIGNATURE])
        with pytest.raises(Unverified):
            verify(tokens, URL, FORM, [sign("", URL, FORM)])


@pytest.mark.parametrize(
    "form",
    [
        [],
        FORM[:-1],
        FORM[1:],
        [*FORM, ("Extra", "1")],
        [*FORM, ("FromZip", "00000")],
        [(name, "1235" if name == "Digits" else value) for name, value in FORM],
        [(name, "１234" if name == "Digits" else value) for name, value in FORM],
        [(name.lower(), value) for name, value in FORM],
        [(name, f"{value} ") for name, value in FORM],
        [*FORM, ("Digits", "1")],
    ],
    ids=[
        "none",
        "one removed",
        "another removed",
        "one added",
        "a blank one filled",
        "one changed",
        "full-width",
        "names in lower case",
        "values padded",
        "a name twice",
    ],
)
def test_changed_field_is_refused(form: Form) -> None:
    assert refused(form)


def test_blank_fields_are_signed_too() -> None:
    signature = sign(TOKEN, URL, BLANKS)
    verify([TOKEN], URL, BLANKS, [signature])
    assert signature != SIGNATURE
    assert refused(FORM, signatures=(signature,)), "a blank field was taken out"
    assert refused(BLANKS[:-1], signatures=(signature,)), "one of two was taken out"
    assert refused([*FORM, ("FromZip", " "), ("ToZip", "")], signatures=(signature,))


@pytest.mark.parametrize(
    "url",
    [
        "https://mycompany.com/myapp.php?bar=2&foo=1",
        "https://mycompany.com/myapp.php?foo=1",
        "https://mycompany.com/myapp.php?foo=1&bar=2&",
        "https://mycompany.com/myapp.php",
        "https://mycompany.com/myapp.php/?foo=1&bar=2",
        "https://mycompany.com/Myapp.php?foo=1&bar=2",
        "https://mycompany.com/%6Dyapp.php?foo=1&bar=2",
        "https://mycompany.com//myapp.php?foo=1&bar=2",
        "http://mycompany.com/myapp.php?foo=1&bar=2",
        "https://mycompany.org/myapp.php?foo=1&bar=2",
        "https://mycompany.com.evil.example/myapp.php?foo=1&bar=2",
        "",
        "mycompany.com",
    ],
)
def test_another_url_is_refused(url: str) -> None:
    assert refused(url=url)


@pytest.mark.parametrize("url", ["https://a:b/call", "https://a:99999/call", "https://a:-1/call", "https://[a/call"])
def test_malformed_url_raises_unverified_alone(url: str) -> None:
    assert refused(url=url, signatures=(sign(TOKEN, url, FORM),))


def test_default_port_may_be_signed_or_not() -> None:
    """Twilio leaves it out over https and keeps it over http; its validator takes both, and so do we."""
    bare, with_port = "https://line.example.org/call", "https://line.example.org:443/call"
    for signed in (bare, with_port):
        for seen in (bare, with_port):
            verify([TOKEN], seen, FORM, [sign(TOKEN, signed, FORM)])
    verify([TOKEN], "https://line.example.org:8443/call", FORM, [sign(TOKEN, bare, FORM)])
    assert refused(url=bare, signatures=(sign(TOKEN, "https://line.example.org:8443/call", FORM),))
    plain = "http://127.0.0.1:8000/call"
    verify([TOKEN], plain, FORM, [sign(TOKEN, plain, FORM)])
    assert refused(url="http://127.0.0.1:8001/call", signatures=(sign(TOKEN, plain, FORM),))


def test_two_tokens_are_accepted_during_rotation_and_one_afterwards() -> None:
    for token in (TOKEN, OTHER):
        verify([TOKEN, OTHER], URL, FORM, [sign(token, URL, FORM)])
        verify(["", token], URL, FORM, [sign(token, URL, FORM)])
    with pytest.raises(Unverified):
        verify([OTHER], URL, FORM, [sign(TOKEN, URL, FORM)])


def test_repeated_field_is_signed_with_both_values() -> None:
    twice: Form = [("Digits", "2"), ("Digits", "1"), ("To", "+1")]
    signature = sign(TOKEN, URL, twice)
    verify([TOKEN], URL, twice, [signature])
    verify([TOKEN], URL, [("To", "+1"), ("Digits", "1"), ("Digits", "2")], [signature])
    assert refused(twice[1:], signatures=(signature,))
    assert refused(twice[:1] + twice[2:], signatures=(signature,))


def test_get_is_signed_with_its_query() -> None:
    url = "https://line.example.org/call?CallSid=CA1&FromZip=&Digits=%231"
    verify([TOKEN], url, (), [sign(TOKEN, url, ())])
    assert refused((), url=url.replace("FromZip=&", ""), signatures=(sign(TOKEN, url, ()),))


def test_any_script_is_signed_as_utf8() -> None:
    form: Form = [("FromCity", "San José"), ("CallerName", "王")]
    verify([TOKEN], URL, form, [sign(TOKEN, URL, form)])


CALL: Form = [("AccountSid", "AC" + "0" * 32), ("CallSid", "CA" + "f" * 32), ("From", "+14158675309"), ("FromZip", "")]


def test_request_of_a_call_has_one_call_sid_and_one_account_sid() -> None:
    assert has_call_ids(CALL)
    assert has_call_ids([*CALL, ("Digits", "1")])


@pytest.mark.parametrize("sid", ["CA123", "ca" + "F" * 32, "CA" + "0" * 200, "٠", "CA" + "0" * 32 + "\n"])
def test_shape_of_a_sid_does_not_matter(sid: str) -> None:
    assert has_call_ids([CALL[0], ("CallSid", sid)])
    assert has_call_ids([("AccountSid", sid), CALL[1]])


@pytest.mark.parametrize(
    "form",
    [
        [],
        CALL[:1],
        CALL[1:],
        [*CALL, CALL[0]],
        [*CALL, ("CallSid", "CA" + "0" * 32)],
        [*CALL, ("CallSid", "")],
        [("AccountSid", ""), CALL[1]],
        [CALL[0], ("CallSid", "")],
        [CALL[0], ("callsid", CALL[1][1])],
        [CALL[0], CALL[0]],
    ],
)
def test_request_without_exactly_one_of_each_sid_is_not_of_one_call(form: Form) -> None:
    assert not has_call_ids(form)


def test_call_sid_that_another_field_has_swallowed_is_missing() -> None:
    """The signature joins names and values without a mark between them, so these fields are signed alike."""
    pushed = [("AccountSid", CALL[0][1] + "CallSid" + CALL[1][1]), *CALL[2:]]
    verify([TOKEN], URL, pushed, [sign(TOKEN, URL, CALL)])
    assert not has_call_ids(pushed)
