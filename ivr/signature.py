"""Twilio's signature: sign and verify, side by side. twilio's RequestValidator is the authority.

https://www.twilio.com/docs/usage/webhooks/webhooks-security: base64 of HMAC-SHA1, keyed with the auth token, over the
URL and, for POST, every field's name and value, sorted. Nothing switches the check off: tests sign with a test token.
A request to a plain address is checked by one HMAC over it; all that is not plain or does not match is put to the
authority before it is refused.
"""

import hmac
import re
from binascii import b2a_base64
from collections.abc import Sequence
from functools import lru_cache
from itertools import chain
from urllib.parse import urlparse

from starlette.datastructures import ImmutableMultiDict
from twilio.request_validator import RequestValidator, add_port, get_signature_algorithm, remove_port

from ivr.errors import Unverified

LONGEST = 64
"""Characters of the longest signature looked at; Twilio's has 28."""
PLAIN = re.compile(r"https?://[A-Za-z0-9.-]+(:([1-5][0-9]{4}|[1-9][0-9]{0,3}))?(/[A-Za-z0-9_/.-]*)?", re.ASCII)
"""An address that all libraries write alike: no query, no user, nothing that is escaped."""
_ACCOUNT = re.compile(r"AC[0-9a-f]{32}", re.ASCII)
_CALL = re.compile(r"CA[0-9a-f]{32}", re.ASCII)

Form = Sequence[tuple[str, str]]


def sign(token: str, url: str, form: Form) -> str:
    """The signature of a request to `url` (as the caller of the request writes it) with the fields of its body."""
    return str(RequestValidator(token).compute_signature(url, ImmutableMultiDict(list(form))))


def verify(
    tokens: Sequence[str], url: str, form: Form, signatures: Sequence[str], settings: Sequence[str] = ()
) -> None:
    """Raises Unverified unless one of `tokens` made the one signature in `signatures` over `url` and `form`.

    Several tokens are accepted while they are being rotated. A request without exactly one signature is refused.
    `settings` are its headers X-Twilio-Webhooks-Signature-Settings, which name another way to sign.
    """
    if len(signatures) != 1 or not 0 < len(signatures[0]) <= LONGEST or not signatures[0].isascii():
        raise Unverified("there is not exactly one signature")
    if not settings and PLAIN.fullmatch(url) and _signed_plainly(tokens, url, form, signatures[0]):
        return
    fields, algorithm = ImmutableMultiDict(list(form)), get_signature_algorithm(",".join(settings))
    matches = [_matches(token, url, fields, signatures[0], algorithm) for token in tokens if token]
    if not any(matches):
        raise Unverified("no token made this signature")


def _signed_plainly(tokens: Sequence[str], url: str, form: Form, signature: str) -> bool:
    """What the authority does, in one go: over the address as it stands, and each name and value once, in order."""
    fields = sorted(form if len(dict(form)) == len(form) else set(form))
    try:
        signed = (url + "".join(chain.from_iterable(fields))).encode()
    except UnicodeEncodeError:
        return False
    matches = [hmac.compare_digest(_made_by(token, signed), signature) for token in tokens if token]
    return any(matches)


def _made_by(token: str, signed: bytes) -> str:
    mac = _keyed(token).copy()
    mac.update(signed)
    return b2a_base64(mac.digest(), newline=False).decode()


@lru_cache(maxsize=8)
def _keyed(token: str) -> hmac.HMAC:
    """It is copied for each request: a copy costs half of what a new one does."""
    return hmac.new(token.encode(), digestmod="sha1")


def _matches(token: str, url: str, fields: ImmutableMultiDict[str, str], signature: str, algorithm: str) -> bool:
    """What `RequestValidator.validate` does, with and without a port, but compared in a time that tells nothing.

    Python keeps the addresses that it took apart last: the query, which can hold a caller, is not among them.
    """
    bare, mark, query = url.partition("?")
    try:
        addresses = [address + mark + query for address in (remove_port(urlparse(bare)), add_port(urlparse(bare)))]
        made = [RequestValidator(token).compute_signature(address, fields, algorithm) for address in addresses]
    except (ValueError, TypeError):
        return False
    matches = [hmac.compare_digest(one, signature) for one in made]
    return any(matches)


def from_a_call(form: Form) -> bool:
    """Whether the fields are those of one call. A signature does not part names from values: "Digits=1&From=+1" and
    "Digits=1From+1" are signed alike, so what always stands in a call's request must stand in it whole."""
    accounts = [value for name, value in form if name == "AccountSid"]
    calls = [value for name, value in form if name == "CallSid"]
    return len(accounts) == len(calls) == 1 and bool(_ACCOUNT.fullmatch(accounts[0]) and _CALL.fullmatch(calls[0]))
