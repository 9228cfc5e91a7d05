"""Checks through the public address: what Twilio meets there."""

from statistics import median
from urllib.parse import urlsplit

from ivr import __version__
from ivr.call.urls import RING
from ivr.errors import OperationFailed
from ivr.operate.doctor.check import Checks, Finding, Target, fails, passes
from ivr.operate.doctor.refused import as_twilio_signs, why_refused
from ivr.operate.health import health_at
from ivr.operate.http_client import Reply, signed_post
from ivr.operate.probe import MAX_ANSWER_SECONDS
from ivr.phone.webhook_form import FORM

MIN_CERTIFICATE_DAYS = 7
"""Days for which the certificate must still be valid."""


def certificate_lasts(target: Target) -> Finding:
    """The public address has a certificate that Twilio trusts and that does not end soon."""
    parts = urlsplit(target.settings.public_url)
    if parts.scheme != "https":
        return fails(f"{target.settings.public_url} is not https.", "Put a TLS proxy in front: see deploy/.")
    try:
        ends = target.external.certificate_ends(parts.hostname or "", parts.port or 443)
    except OperationFailed as error:
        return fails(f"{error}.", "Twilio refuses self-signed, expired and incomplete certificates.")
    days = (ends - target.external.now()).days
    if days < MIN_CERTIFICATE_DAYS:
        return fails(f"the certificate ends in {days} days.", "Renew it, and see why it was not renewed by itself.")
    return passes(f"it ends in {days} days.")


def server_is_this_release(target: Target) -> Finding:
    """The server there is ready and runs the same release as this machine."""
    health = health_at(target.settings.public_url, target.external.fetch)
    if not health.ready:
        reason = health.faults[0] if health.faults else "no reason is given"
        state = "is not whole" if health.serves else "is not ready"
        return fails(f"the server {state}: {reason}", "Run `ivr doctor` there.")
    if health.release != __version__:
        return fails(f"the server runs {health.release}, here is {__version__}.", "Restart it with this release.")
    return passes(f"the server is ready and runs {health.release}, as here.")


def signed_call_is_accepted(target: Target) -> Finding:
    """A request signed as Twilio signs it gets the answer that this machine would give."""
    reply = _ring(target)
    if reply.status != 200:
        return why_refused(target, reply)
    if target.readiness.line is None or reply.body == target.readiness.fallback_document:
        return fails("it is answered with the fallback document.", "Run `ivr doctor --local` on the server.")
    if not target.is_own_opening(reply.body, target.settings.public_url):
        return fails(
            "it is accepted, and the answer differs from the one here.",
            "Bring release, texts and settings (PUBLIC_URL, LINE_NUMBER, IVR_SILENCE, IVR_HOTLINE) of the server and "
            "here together, and restart.",
        )
    return passes("it is accepted, and the answer is the same as here.")


def unsigned_call_is_refused(target: Target) -> Finding:
    """A request without a signature is refused."""
    reply = target.external.fetch(target.settings.public_url + RING, FORM, {})
    if reply.status in (
        400,
        403,
    ):  # 400: https://www.twilio.com/docs/serverless/functions-assets/functions/request-flow
        return passes("it is refused.")
    return fails(f"it is answered with status {reply.status}.", "Expected 403: does another server answer there?")


def answers_are_quick(target: Target) -> Finding:
    """The median of five answer times is well below the timeout of Twilio."""
    seconds = median(_ring(target).seconds for _ in range(5))
    if seconds > MAX_ANSWER_SECONDS / 3:
        return fails(
            f"an answer takes {seconds:.1f} s.",
            f"Twilio gives up after {MAX_ANSWER_SECONDS:.0f} s: look at the network.",
        )
    return passes(f"an answer takes {seconds * 1000:.0f} ms.")


def _ring(target: Target) -> Reply:
    if not target.settings.tokens:
        raise OperationFailed("TWILIO_AUTH_TOKEN is not set.")
    url = target.settings.public_url + RING
    return signed_post(target.external.fetch, target.settings.tokens[0], url, FORM, as_twilio_signs(url))


CHECKS: Checks = {
    "certificate": certificate_lasts,
    "server": server_is_this_release,
    "signed call": signed_call_is_accepted,
    "unsigned call": unsigned_call_is_refused,
    "answer time": answers_are_quick,
}
