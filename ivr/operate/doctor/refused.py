"""Why a signed request was refused through the public address: which part of PUBLIC_URL differs on the server.

The line verifies a signature over its own PUBLIC_URL. So requests are signed for addresses that differ in one part
each; the one that is accepted shows the PUBLIC_URL of the server.
"""

from collections.abc import Iterator
from typing import NamedTuple
from urllib.parse import urlsplit, urlunsplit

from ivr.call.urls import RING
from ivr.operate.doctor.check import Finding, Target, fails
from ivr.operate.http_client import Reply, signed_post
from ivr.phone.webhook_form import FORM

HEADER = "Host and X-Forwarded-* do not matter to the line; X-Twilio-Signature and the body must arrive as sent."


class Candidate(NamedTuple):
    """A part of the address ("scheme", "port", "path", "host", "whole"), and an address that differs in it."""

    part: str
    url: str


def as_twilio_signs(url: str) -> str:
    """`url` as Twilio signs it: an https address loses its port.

    https://www.twilio.com/docs/usage/webhooks/webhooks-security
    """
    parts = urlsplit(url)
    return url if parts.scheme != "https" else parts._replace(netloc=_host(url)).geturl()


def why_refused(target: Target, reply: Reply) -> Finding:
    """The reason why a signed request was not answered with 200."""
    here = target.settings.public_url
    if 300 <= reply.status < 400:
        found = f"{here}{RING} redirects to {reply.headers.get('location', 'another place')}."
        return fails(found, "A redirect loses the caller's key: set PUBLIC_URL to the address that it leads to.")
    if reply.status != 403:
        return fails(f"{here}{RING} answers with status {reply.status}.", _remedy(reply.status))
    for part, url in candidates(here):
        if _accepts(target, url):
            found = f"it is refused: on the server the {part} of PUBLIC_URL differs, it is {url} and here {here}."
            return fails(found, f"Set PUBLIC_URL on the server to what Twilio calls, and restart. {HEADER}")
    if any(_accepts(target, here, token) for token in target.settings.tokens[1:]):
        return fails("it is refused with the first token and accepted with the second.", "Finish the rotation there.")
    return fails(
        "it is refused.",
        "Host, scheme, port and path are not it. TWILIO_AUTH_TOKEN is another there, or the proxy takes off the header "
        f"X-Twilio-Signature, or changes the body. {HEADER}",
    )


def _remedy(status: int) -> str:
    if status in (404, 405):
        return "Another server answers there, or the proxy changes the path: it must pass /call… on as it is."
    if status in (502, 503, 504):
        return "The proxy does not reach the line: is it running, and on the port that the proxy has?"
    return "Expected 200: what answers there is not the line, or the proxy keeps the request back."


def _accepts(target: Target, url: str, token: str | None = None) -> bool:
    ring, signed_url = target.settings.public_url + RING, as_twilio_signs(url + RING)
    return signed_post(target.external.fetch, token or target.settings.tokens[0], ring, FORM, signed_url).status == 200


def candidates(url: str) -> Iterator[Candidate]:
    """Addresses that differ from `url` in one part, then the addresses that a line has by default."""
    parts = urlsplit(url)
    host, path = _host(url), parts.path
    yield Candidate("scheme", parts._replace(scheme="http" if parts.scheme == "https" else "https").geturl())
    for netloc in (f"{host}:8000", f"{host}:443", f"{host}:8443", host):
        if netloc != parts.netloc:
            yield Candidate("port", parts._replace(netloc=netloc).geturl())
    for shorter in _prefixes(path):
        yield Candidate("path", parts._replace(path=shorter).geturl())
    for other in (host.removeprefix("www."), f"www.{host}", "localhost", "127.0.0.1"):
        if other != host:
            yield Candidate("host", parts._replace(netloc=other).geturl())
    for default in ("127.0.0.1:8000", "localhost:8000", "0.0.0.0:8000"):
        yield Candidate("whole", urlunsplit(("http", default, "", "", "")))


def _host(url: str) -> str:
    netloc = urlsplit(url).netloc
    return netloc if netloc.endswith("]") else netloc.rpartition(":")[0] or netloc


def _prefixes(path: str) -> Iterator[str]:
    """The paths that are left of "/a/b" when steps are removed from either side; for an empty path, some usual ones."""
    steps = [step for step in path.split("/") if step]
    for count in range(len(steps)):
        yield "".join(f"/{step}" for step in steps[:count])
        yield "".join(f"/{step}" for step in steps[count + 1 :])
    if not steps:
        yield from ("/ivr", "/line", "/voice")
