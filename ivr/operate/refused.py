"""Why a running line does not answer a signed request with a document: the cause and the remedy, as sentences.

The line verifies a signature over its own PUBLIC_URL, which /health/ready shows. Its 403 to a test call says what it
saw of the request (ivr/refusal.py), so a changed request, a wrong address and a wrong token are told apart.
"""

from urllib.parse import urlencode, urlsplit

from ivr.call.urls import RING
from ivr.errors import OperationFailed
from ivr.operate.cause import Cause
from ivr.operate.health import health_at
from ivr.operate.http_client import Fetch, Reply, signature_header, signed_post
from ivr.phone.webhook_form import FORM
from ivr.refusal import TEST_CALL_SID, Refusal
from ivr.settings import Settings

SERVERLESS_DOMAIN = ".twil.io"
"""Hosts on which Twilio itself checks the signature, before our function sees the request."""
_QUERY = f"?CallSid={TEST_CALL_SID}"
"""Marks a request as a test call where its body is lost."""
_BODY_BYTES = len(urlencode(FORM))


def why_not_answered(settings: Settings, url: str, fetch: Fetch, reply: Reply) -> Cause:
    """The reason for `reply`, which is not 200, to a signed ring at `url`, where a line should run.

    `url` is PUBLIC_URL, or another address that leads to the same line. Sends up to four more requests.
    """
    if 300 <= reply.status < 400:
        found = f"{url}{RING} redirects to {reply.headers.get('location', 'another place')}."
        return Cause(found, "A redirect loses the caller's key: set PUBLIC_URL to the address that it leads to.")
    if reply.status != 403:
        return Cause(f"{url}{RING} answers a signed request with status {reply.status}.", _remedy(reply.status))
    seen = Refusal.from_json(reply.body) or _seen_with_query(settings, url, fetch)
    if seen is None and (urlsplit(url).hostname or "").endswith(SERVERLESS_DOMAIN):
        found = f"Twilio's serverless runtime refuses the signature of {url}{RING}."
        return Cause(found, "The function must belong to the account of TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN.")
    if seen is None:
        old = "" if reply.body else " A line of release 0.1.0 answers so too: bring it to this release."
        return Cause(
            f"{url}{RING} refuses a signed request (status 403), and the refusal does not come from the line.",
            "A firewall, a protection against bots or another server refuses it: let POST requests to "
            f"{RING} and below pass it unchanged, without a login.{old}",
        )
    return _request_changed(seen) or _why_signature_is_wrong(settings, url, fetch)


def _remedy(status: int) -> str:
    if status in (404, 405):
        return f"Another server answers there, or the proxy changes the path: it must pass {RING} and below unchanged."
    if status in (413, 429):
        return f"The proxy limits requests: take the limit off for {RING} and below."
    if status == 503:
        return "The proxy does not reach the line (is it running, on the port that the proxy has?), or limits requests."
    if status in (500, 502, 504):
        return "The proxy does not reach the line: is it running, and on the port that the proxy has?"
    return "Expected 200: another server than the line answers there, or the proxy keeps the request back."


def _seen_with_query(settings: Settings, url: str, fetch: Fetch) -> Refusal | None:
    """The line's own 403 to a request that bears the mark of a test call in its query."""
    ring, signed_url = url + RING + _QUERY, settings.public_url + RING + _QUERY
    return Refusal.from_json(signed_post(fetch, settings.tokens[0], ring, FORM, signed_url).body)


def _request_changed(seen: Refusal) -> Cause | None:
    """The cause, if the request did not reach the line as it was sent."""
    if seen.method != "POST":
        remedy = "The proxy must pass POST requests on as POST: look for a redirect or a rewrite."
        return Cause(f"the request reaches the line as {seen.method}; it was sent as POST.", remedy)
    if seen.signatures != 1:
        arrived = "without" if seen.signatures == 0 else f"with {seen.signatures} times"
        remedy = "The proxy must pass this header on once, as it came."
        return Cause(f"the request reaches the line {arrived} the header X-Twilio-Signature.", remedy)
    if seen.body_bytes != _BODY_BYTES:
        found = f"the body of the request reaches the line with {seen.body_bytes} bytes; {_BODY_BYTES} were sent."
        return Cause(found, "The proxy must pass the body on unchanged: look at its filters and its rules for bodies.")
    return None


def _why_signature_is_wrong(settings: Settings, url: str, fetch: Fetch) -> Cause:
    """The cause, if the request reached the line as it was sent: an address, a token, or the content of the body."""
    here, there = settings.public_url, _public_url_of(url, fetch)
    if there and there != here:
        return Cause(
            f"the line refuses the signature: PUBLIC_URL of the line is {there}, and {here} here.",
            "Set both to the address that Twilio calls, and restart the line. A proxy may change Host and "
            "X-Forwarded-*: they do not matter.",
        )
    ring, signed_url = url + RING, here + RING
    if any(signed_post(fetch, token, ring, FORM, signed_url).status == 200 for token in settings.tokens[1:]):
        found = "the line refuses the first token and accepts the second."
        return Cause(found, "Set TWILIO_AUTH_TOKEN of the line to Twilio's present token, and restart it.")
    if _accepts_get(settings, url, fetch):
        found = "the line accepts this token, and refuses the request with a body: the body is changed on its way."
        return Cause(found, "The proxy must pass the body on unchanged: look at its filters and its rules for bodies.")
    unseen = "" if there else f" Or its PUBLIC_URL is not {here}: {url}/health/ready does not show it."
    return Cause(
        "the line refuses the signature: its TWILIO_AUTH_TOKEN is not the one here.",
        "Copy the auth token from the first page of Twilio's console into the settings of the line and of this "
        f"machine, and restart the line.{unseen}",
    )


def _public_url_of(url: str, fetch: Fetch) -> str:
    try:
        return health_at(url, fetch).settings.get("public_url", "")
    except OperationFailed:
        return ""


def _accepts_get(settings: Settings, url: str, fetch: Fetch) -> bool:
    query = f"?{urlencode(FORM)}"
    header = signature_header(settings.tokens[0], settings.public_url + RING + query)
    return fetch(url + RING + query, None, header).status == 200
