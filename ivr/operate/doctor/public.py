"""The doctor's checks through the public address: what Twilio would find there."""

from statistics import median
from urllib.parse import urlsplit

from ivr import __version__
from ivr.call.urls import RING
from ivr.errors import OperationFailed
from ivr.operate.doctor.check import Checks, Finding, Target, fails, passes
from ivr.operate.doctor.refused import as_twilio_signs, why_refused
from ivr.operate.health import health_at
from ivr.operate.http_client import Reply, signed_post
from ivr.operate.probe import SLOW
from ivr.phone.caller import FORM

DAYS = 7
"""Days that a certificate must still last."""


def certificate_lasts(one: Target) -> Finding:
    """The public address has a certificate that Twilio trusts, for a while yet."""
    parts = urlsplit(one.settings.public_url)
    if parts.scheme != "https":
        return fails(f"{one.settings.public_url} is not https.", "Put a TLS proxy in front: see deploy/.")
    try:
        ends = one.outside.certificate_ends(parts.hostname or "", parts.port or 443)
    except OperationFailed as error:
        return fails(f"{error}.", "Twilio refuses self-signed, expired and incomplete certificates.")
    days = (ends - one.outside.now()).days
    if days < DAYS:
        return fails(f"the certificate ends in {days} days.", "Renew it, and see why it was not renewed by itself.")
    return passes(f"it ends in {days} days.")


def server_is_this_release(one: Target) -> Finding:
    """What answers there is ready, and of the release that examines it."""
    health = health_at(one.settings.public_url, one.outside.fetch)
    if not health.ready:
        reason = health.faults[0] if health.faults else "no reason is given"
        state = "is not whole" if health.serves else "is not ready"
        return fails(f"the server {state}: {reason}", "Run `ivr doctor` there.")
    if health.release != __version__:
        return fails(f"the server runs {health.release}, here is {__version__}.", "Restart it with this release.")
    return passes(f"the server is ready and runs {health.release}, as here.")


def signed_call_is_accepted(one: Target) -> Finding:
    """A request signed as Twilio signs it is answered with what this release would answer."""
    reply = _ring(one)
    if reply.status != 200:
        return why_refused(one, reply)
    if one.readiness.line is None or reply.body == one.readiness.fallback_document:
        return fails("it is answered with the last resort.", "Run `ivr doctor --local` on the server.")
    if reply.body != one.readiness.line.respond(RING, FORM).body:
        return fails(
            "it is accepted, and the answer is another than here.",
            "Bring release, texts and settings (PUBLIC_URL, LINE_NUMBER, IVR_SILENCE, IVR_HOTLINE) of the server and "
            "here together, and restart.",
        )
    return passes("it is accepted, and the answer is the same as here.")


def unsigned_call_is_refused(one: Target) -> Finding:
    """A request without a signature is refused."""
    reply = one.outside.fetch(one.settings.public_url + RING, FORM, {})
    if reply.status == 403:
        return passes("it is refused.")
    return fails(f"it is answered with status {reply.status}.", "Expected 403: does another server answer there?")


def answers_are_quick(one: Target) -> Finding:
    """The middle one of five answers comes well before Twilio gives up."""
    seconds = median(_ring(one).seconds for _ in range(5))
    if seconds > SLOW / 3:
        return fails(f"an answer takes {seconds:.1f} s.", f"Twilio gives up after {SLOW:.0f} s: look at the network.")
    return passes(f"an answer takes {seconds * 1000:.0f} ms.")


def _ring(one: Target) -> Reply:
    if not one.settings.tokens:
        raise OperationFailed("TWILIO_AUTH_TOKEN is not set.")
    url = one.settings.public_url + RING
    return signed_post(one.outside.fetch, one.settings.tokens[0], url, FORM, as_twilio_signs(url))


CHECKS: Checks = {
    "certificate": certificate_lasts,
    "server": server_is_this_release,
    "signed call": signed_call_is_accepted,
    "unsigned call": unsigned_call_is_refused,
    "answer time": answers_are_quick,
}
