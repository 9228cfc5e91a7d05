"""Twilio's signature: made and verified. The authority is twilio's RequestValidator.

https://www.twilio.com/docs/usage/webhooks/webhooks-security: base64 of an HMAC-SHA1 with the auth token as the key,
over the URL and, for POST, every field's name and value, sorted by name. There is no switch that turns the check off:
tests sign with a test token. RequestValidator is slow, so `verify` first computes the HMAC of a plain URL itself. Only
if that signature differs, or the URL is not plain, RequestValidator decides.
"""

import hmac
import re
from binascii import b2a_base64
from collections.abc import Sequence
from functools import lru_cache
from itertools import chain
from urllib.parse import urldefrag, urlparse

from starlette.datastructures import ImmutableMultiDict
from twilio.request_validator import RequestValidator, add_port, get_signature_algorithm, remove_port

from ivr.errors import Unverified

MAX_SIGNATURE_CHARACTERS = 64
"""Twilio's signatures have 28 characters."""
PLAIN_URL = re.compile(r"https?://[A-Za-z0-9.-]+(:([1-5][0-9]{4}|[1-9][0-9]{0,3}))?(/[A-Za-z0-9_/.-]*)?", re.ASCII)
"""A URL that every library writes in the same way: no query, no user, no escaped character."""

Form = Sequence[tuple[str, str]]
"""The fields of a request in their order: [("CallSid", "CA1f…"), ("Digits", "1")]."""


def sign(token: str, url: str, form: Form) -> str:
    """The signature of a request to `url`, as its sender writes it, with the fields of its body.

    A fragment, such as Twilio's connection overrides, is not signed.
    Example: "RSOYDt4T1cUTdK1PDd93/VVr8B8=" for the example on Twilio's page.
    """
    return str(RequestValidator(token).compute_signature(urldefrag(url).url, ImmutableMultiDict(list(form))))


def verify(
    tokens: Sequence[str], url: str, form: Form, signatures: Sequence[str], algorithms: Sequence[str] = ()
) -> None:
    """Raises Unverified unless one of `tokens` made the one signature in `signatures` over `url` and `form`.

    There are two tokens during a rotation. `signatures` are the values of the header X-Twilio-Signature, `algorithms`
    those of X-Twilio-Webhooks-Signature-Settings.
    """
    if len(signatures) != 1 or not 0 < len(signatures[0]) <= MAX_SIGNATURE_CHARACTERS or not signatures[0].isascii():
        raise Unverified("there is not exactly one signature")
    if not algorithms and PLAIN_URL.fullmatch(url) and _has_plain_signature(tokens, url, form, signatures[0]):
        return
    fields, algorithm = ImmutableMultiDict(list(form)), get_signature_algorithm(",".join(algorithms))
    matches = [_validator_accepts(token, url, fields, signatures[0], algorithm) for token in tokens if token]
    if not any(matches):
        raise Unverified("no token made this signature")


def _has_plain_signature(tokens: Sequence[str], url: str, form: Form, signature: str) -> bool:
    """Whether a token made `signature` over `url` as it is written. Equal fields count once, as in RequestValidator."""
    fields = sorted(form if len(dict(form)) == len(form) else set(form))
    try:
        signed = (url + "".join(chain.from_iterable(fields))).encode()
    except UnicodeEncodeError:
        return False
    matches = [hmac.compare_digest(_plain_signature(token, signed), signature) for token in tokens if token]
    return any(matches)  # every token is tried, so that the time does not tell which one matches


def _plain_signature(token: str, signed: bytes) -> str:
    mac = _keyed_hmac(token).copy()
    mac.update(signed)
    return b2a_base64(mac.digest(), newline=False).decode()


@lru_cache(maxsize=8)
def _keyed_hmac(token: str) -> hmac.HMAC:
    """An HMAC to copy for each request: a copy takes half the time of a new one."""
    return hmac.new(token.encode(), digestmod="sha1")


def _validator_accepts(
    token: str, url: str, fields: ImmutableMultiDict[str, str], signature: str, algorithm: str
) -> bool:
    """The same as `RequestValidator.validate`, with and without a port, but compared in constant time.

    `urlparse` caches its last URLs. It gets them without the query, which can name a caller.
    """
    bare, mark, query = url.partition("?")
    try:
        addresses = [address + mark + query for address in (remove_port(urlparse(bare)), add_port(urlparse(bare)))]
        expected = [RequestValidator(token).compute_signature(address, fields, algorithm) for address in addresses]
    except (ValueError, TypeError):
        return False
    matches = [hmac.compare_digest(value, signature) for value in expected]
    return any(matches)


def has_call_ids(form: Form) -> bool:
    """Whether the fields have exactly one CallSid and one AccountSid that are not empty, as each request of a call has.

    A signature does not separate names from values: "Digits=1&From=+1" and "Digits=1From+1" have the same one. This
    refuses a request in which a moved boundary has lost or added one of the two SIDs. Other moved boundaries pass:
    docs/threats.md, row 38, says why their sender gains nothing.
    """
    sids = sorted(field for field in form if field[0] in ("AccountSid", "CallSid"))
    return [name for name, _ in sids] == ["AccountSid", "CallSid"] and all(value for _, value in sids)
