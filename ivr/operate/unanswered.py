"""Why a running line does not answer a signed request with a document: the cause and the remedy, as sentences.

The line verifies a signature over its own PUBLIC_URL, which /health/ready shows. Its 403 to a test call says what it
saw of the request (ivr/refusal.py), so a changed request, a wrong address and a wrong token are told apart.
"""

import re
from collections.abc import Collection, Mapping
from urllib.parse import urlencode, urlsplit

from ivr.call.urls import RING
from ivr.errors import OperationFailed
from ivr.operate.cause import SEE_WHETHER_LINE_RUNS, Cause, tell_proxy_owner
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
_OTHER_BODY = ("with another body than Twilio sent", "pass the body on whole and unchanged")
"""How a request with another body arrives, and what the proxy must do."""
_MAX_TITLE = 60
_TITLE = re.compile(rb"<(?:title|h1)[^>]*>([^<]+)", re.IGNORECASE)

_BUSY = "The proxy limits requests: it must take every request to {path}, and to the paths below it, without a limit."
_DOWN = f"The proxy does not reach the line.\n{SEE_WHETHER_LINE_RUNS}"
_BY_STATUS: Mapping[int, str] = {
    404: "The proxy must pass {path} and the paths below it on to the line, unchanged.",
    405: "The proxy must pass POST requests to {path} and to the paths below it on to the line, unchanged.",
    413: _BUSY,
    429: _BUSY,
    500: _DOWN,
    502: _DOWN,
    503: f"{_DOWN}\nIf it runs, the proxy limits requests: take the limit off.",
    504: _DOWN,
}
"""Remedies by the status of a response. {path} is such as "/call"."""
_ANOTHER_SERVER = "Another server than the line answers there, or the proxy keeps the request back."


def why_not_answered(settings: Settings, url: str, fetch: Fetch, reply: Reply, passed: Collection[str] = ()) -> Cause:
    """The reason for `reply`, which is not 200, to a signed ring at `url`, where a line should run.

    After this reply Twilio plays the fallback document to the caller. `url` is PUBLIC_URL, or another address that
    leads to the same line. `passed` are the checks of `ivr doctor` that have passed: with `number` among them, Twilio
    uses this PUBLIC_URL; with `account`, Twilio knows this token. Sends up to four more requests.
    """
    ring, path = url + RING, urlsplit(url).path + RING
    if 300 <= reply.status < 400:
        found = f"{ring} redirects to {reply.headers.get('location', 'another place')}."
        return Cause(found, "A redirect loses the caller's key: set PUBLIC_URL to the address that it leads to.")
    if reply.status != 403:
        remedy = _BY_STATUS.get(reply.status, _ANOTHER_SERVER).format(path=path)
        return Cause(f"{ring} does not answer with a document of the line, but with {page_in_words(reply)}.", remedy)
    refusal = Refusal.from_json(reply.body) or _refusal_with_query(settings, url, fetch)
    if refusal is None and (urlsplit(url).hostname or "").endswith(SERVERLESS_DOMAIN):
        found = f"Twilio's serverless runtime refuses the signature of {ring}."
        return Cause(found, "The function must belong to the account of TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN.")
    if refusal is None:
        return _cause_for_other_server(ring, path, reply)
    return _cause_for_changed_request(refusal, ring) or _why_signature_is_wrong(settings, url, fetch, passed)


def page_in_words(reply: Reply) -> str:
    """A page of another server in words: "status 200, text/html, “Welcome to nginx!”"."""
    kind, title = reply.headers.get("content-type", "no content type"), _TITLE.search(reply.body)
    words = " ".join(title[1].decode("utf-8", "replace").split()) if title else ""
    shown = "".join(filter(str.isprintable, words))[:_MAX_TITLE]
    return f"status {reply.status}, {kind.partition(';')[0]}" + (f", “{shown}”" if shown else "")


def _cause_for_other_server(ring: str, path: str, reply: Reply) -> Cause:
    old_release = (
        ""
        if reply.body
        else "\nOr a line of release 0.1.0 answers there, which refuses in the same way: upgrade it to this release."
    )
    return Cause(
        f"{ring} refuses a signed request, and the refusal does not come from the line: {page_in_words(reply)}.",
        "A firewall or a protection against bots refuses it, at the company that keeps the domain or the server "
        f"(Cloudflare, for example): there, exempt every address whose path begins with {path} from it, and from "
        "logins.\n"
        "If you do not know where that is set, send this to the person who set up the domain or the server: “POST "
        f"requests to {ring} and to every address below it come from Twilio. They must reach the line unchanged: "
        f"without a login, without a protection against bots.”{old_release}",
    )


def _refusal_with_query(settings: Settings, url: str, fetch: Fetch) -> Refusal | None:
    """The line's own 403 to a request with the mark of a test call in its query."""
    ring, signed_url = url + RING + _QUERY, settings.public_url + RING + _QUERY
    return Refusal.from_json(signed_post(fetch, settings.tokens[0], ring, FORM, signed_url).body)


def _cause_for_changed_request(refusal: Refusal, ring: str) -> Cause | None:
    """The cause, if the request to `ring` did not reach the line as it was sent."""
    if refusal.method != "POST":
        found = f"the request reaches the line as {refusal.method}; it was sent as POST."
        arrival, duty = "as another method than POST", "pass them on as POST, without a redirect or a rewrite"
    elif refusal.signatures != 1:
        arrived = "without" if refusal.signatures == 0 else f"with {refusal.signatures} times"
        found = f"the request reaches the line {arrived} the header X-Twilio-Signature."
        arrival, duty = f"{arrived} the header X-Twilio-Signature", "pass this header on once, unchanged"
    elif refusal.body_bytes != _BODY_BYTES:
        found = f"the body of the request reaches the line with {refusal.body_bytes} bytes; {_BODY_BYTES} were sent."
        arrival, duty = _OTHER_BODY
    else:
        return None
    return Cause(f"a proxy or a firewall on the way changes each call: {found}", _undo_of_change(ring, arrival, duty))


def _undo_of_change(ring: str, arrival: str, duty: str) -> str:
    """The steps if the requests to `ring` arrive changed: `arrival` says how, `duty` what the proxy must do."""
    requests = f"The requests to {ring} and to the addresses below it arrive {arrival}."
    send = tell_proxy_owner(f"{requests} The proxy must {duty}.")
    return f"If somebody changed the proxy or a firewall lately, have that change taken back.\n{send}"


def _why_signature_is_wrong(settings: Settings, url: str, fetch: Fetch, passed: Collection[str]) -> Cause:
    """The cause, if the request reached the line as it was sent: an address, a token, or the content of the body."""
    local_url, server_url = settings.public_url, _public_url_of(url, fetch)
    if server_url and server_url != local_url:
        return _cause_for_other_address(local_url, server_url, "number" in passed)
    ring, signed_url = url + RING, local_url + RING
    if any(signed_post(fetch, token, ring, FORM, signed_url).status == 200 for token in settings.tokens[1:]):
        found = "the line refuses the first token and accepts the second."
        return Cause(found, "Set TWILIO_AUTH_TOKEN on the server to Twilio's present token.\nRestart the line.")
    if _accepts_get(settings, url, fetch):
        found = "the line accepts this token, and refuses the request with a body: the body is changed on its way."
        return Cause(found, _undo_of_change(ring, *_OTHER_BODY))
    cause = _cause_for_other_token("account" in passed)
    if server_url:
        return cause
    or_address = f"Or its PUBLIC_URL is not {local_url}: {url}/health/ready does not show it."
    return cause._replace(remedy=f"{cause.remedy}\n{or_address}")


def _cause_for_other_address(local_url: str, server_url: str, twilio_has_local: bool) -> Cause:
    found = f"PUBLIC_URL is {server_url} on the server, and {local_url} on this machine, so the line refuses the call."
    if twilio_has_local:
        found += " Twilio is set to the address on this machine (`number` passes), so the one on the server is wrong."
        remedy = (
            f"In the settings on the server, write PUBLIC_URL={local_url} (with nothing behind it, also no {RING})."
        )
        return Cause(found, f"{remedy}\nRestart the line.")
    remedy = (
        "Decide which of the two Twilio shall call, and write it as PUBLIC_URL into the settings on the server and "
        "on this machine.\n"
        "Restart the line.\n"
        "Run `ivr number set`, which gives this address to Twilio."
    )
    return Cause(found, remedy)


def _cause_for_other_token(twilio_has_local: bool) -> Cause:
    found = "the line refuses the signature: TWILIO_AUTH_TOKEN on the server is not the one on this machine."
    if twilio_has_local:
        found += " Twilio knows the one on this machine (`account` passes), so the one on the server is wrong."
        copy = "Copy TWILIO_AUTH_TOKEN from the settings on this machine into the settings on the server."
    else:
        copy = (
            "Copy the Auth Token from the first page of https://console.twilio.com into the settings on this machine, "
            "and into those on the server."
        )
    return Cause(found, f"{copy}\nRestart the line.")


def _public_url_of(url: str, fetch: Fetch) -> str:
    try:
        return health_at(url, fetch).settings.get("public_url", "")
    except OperationFailed:
        return ""


def _accepts_get(settings: Settings, url: str, fetch: Fetch) -> bool:
    query = f"?{urlencode(FORM)}"
    header = signature_header(settings.tokens[0], settings.public_url + RING + query)
    return fetch(url + RING + query, None, header).status == 200
