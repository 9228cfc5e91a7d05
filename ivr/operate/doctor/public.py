"""Checks through the public address: what Twilio meets there."""

from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from statistics import median
from urllib.parse import urlsplit

from ivr import __version__
from ivr.call.urls import RING
from ivr.errors import OperationFailed, Unreachable
from ivr.operate.doctor.check import Check, Checks, Finding, Need, Target, fails, passes, unknown, unreachable
from ivr.operate.health import Health, health_at, health_of
from ivr.operate.http_client import Reply, signed_post
from ivr.operate.probe import MAX_ANSWER_SECONDS
from ivr.operate.refused import why_not_answered
from ivr.phone.errors import InvalidTwiml
from ivr.phone.parser import read_document
from ivr.phone.webhook_form import FORM

MIN_CERTIFICATE_TIME = timedelta(days=7)
"""How long the certificate must still be valid; for one that lives less than four times as long, a quarter of that."""


def address_is_reached(target: Target) -> Finding:
    """The public address has a connection and a certificate that Twilio trusts and that does not end soon."""
    parts = urlsplit(target.settings.public_url)
    try:
        certificate = target.external.certificate_of(parts.hostname or "", parts.port or 443)
    except Unreachable as error:
        return unreachable(error, ("address",))
    left, lifetime = certificate.ends - target.external.now(), certificate.ends - certificate.starts
    if left < min(MIN_CERTIFICATE_TIME, lifetime / 4):
        return fails(
            f"the certificate ends in {left.days} days.", "Renew it, and see why that did not happen by itself."
        )
    if not certificate.ipv4:
        return unknown(
            f"{parts.hostname} has an address of IPv6 alone, and Twilio may call over IPv4.", "Add an A record to DNS."
        )
    return passes(f"it is reached, and its certificate ends in {left.days} days.")


_LINE: tuple[Need, ...] = ("line",)
_UNSEEN = "the release, a text, LINE_NUMBER or IVR_SILENCE"
_SETTINGS = {"public_url": "PUBLIC_URL", "line_number": "LINE_NUMBER", "silence": "IVR_SILENCE"}


def signed_call_is_answered(target: Target) -> Finding:
    """A request signed as Twilio signs it gets the answer that this machine would give."""
    try:
        return _finding(target, _ring(target))
    except Unreachable as error:
        return unreachable(error, _LINE)


def _finding(target: Target, reply: Reply) -> Finding:
    """The finding for the reply to a signed ring."""
    url, fetch = target.settings.public_url, target.external.fetch
    if reply.status != 200:
        return fails(*why_not_answered(target.settings, url, fetch, reply), _LINE)
    try:
        read_document(reply.body)
    except InvalidTwiml:
        kind = reply.headers.get("content-type", "no content type")
        found = f"{url}{RING} answers with a page that is not the line's ({kind})."
        return fails(found, "Another server answers there: let the proxy pass requests on to the line.", _LINE)
    if target.readiness.line and not target.is_own_opening(reply.body, url):
        return _answer_differs(target)
    return passes("it is answered, as here." if target.readiness.line else "it is answered.")


def _answer_differs(target: Target) -> Finding:
    """The line there gives another answer than here: the difference, as its report shows it."""
    here, differing = health_of(target.readiness), ""
    with suppress(OperationFailed):  # the proxy does not pass the report on
        there = health_at(target.settings.public_url, target.external.fetch)
        if _has_faults_of_its_own(there, here):
            return _not_whole(there)
        differing = ", ".join(_differences(there, here))
    return fails(
        f"the line there answers otherwise than here; these differ: {differing or _UNSEEN}.",
        "Bring release, texts and settings there and here together, and restart the line.",
        _LINE,
    )


def _differences(there: Health, here: Health) -> Iterator[str]:
    """The names of the parts in which two lines differ."""
    if there.release != here.release:
        yield f"the release ({there.release} there, {here.release} here)"
    if there.hotline and there.hotline != here.hotline:
        yield f"the hotline's number ({there.hotline} there, {here.hotline} here)"
    for field, value in here.settings.items():
        if there.settings.get(field, value) != value:
            yield f"{_SETTINGS.get(field, field)} ({there.settings[field]} there, {value} here)"
    for tag, language in (here.languages or {}).items():
        other = (there.languages or {}).get(tag)
        if other and (other.digest, other.withheld) != (language.digest, language.withheld):
            yield f"the texts of {tag}"


def line_is_whole(target: Target) -> Finding:
    """The line there is whole and runs the same release as this machine. Faults that are here too are reported once."""
    try:
        health = health_at(target.settings.public_url, target.external.fetch)
    except Unreachable:
        raise
    except OperationFailed as error:
        return unknown(f"{error}", "Let the proxy pass /health/ready on.")
    if _has_faults_of_its_own(health, health_of(target.readiness)):
        return _not_whole(health)
    if health.release != __version__:
        return fails(
            f"release {health.release} runs there, and {__version__} is here.", "Restart it with the release of here."
        )
    return passes(f"release {health.release} runs there, as here.")


def _has_faults_of_its_own(there: Health, here: Health) -> bool:
    """Whether the line there is not whole for another reason than here; the same reason is reported once, by here."""
    return not there.ready and (there.serves, there.faults) != (here.serves, here.faults)


def _not_whole(health: Health) -> Finding:
    reason = health.faults[0] if health.faults else "no reason is given."
    state = "is not whole" if health.serves else "sends the fallback document to every call"
    return fails(f"the line there {state}: {reason}", "Correct it there, and restart the line.", _LINE)


def unsigned_call_is_refused(target: Target) -> Finding:
    """A request without a signature is refused."""
    reply = target.external.fetch(target.settings.public_url + RING, FORM, {})
    if reply.status in (400, 403):  # 400: Twilio's serverless runtime
        return passes("it is refused.")
    return fails(
        f"it is answered with status {reply.status}; expected 403.", "Does another server than the line answer there?"
    )


def answers_are_quick(target: Target) -> Finding:
    """The median of five answer times is well below the timeout of Twilio."""
    seconds = median(_ring(target).seconds for _ in range(5))
    if seconds > MAX_ANSWER_SECONDS / 3:
        return fails(
            f"an answer takes {seconds:.1f} s, and Twilio gives up after {MAX_ANSWER_SECONDS:.0f} s.",
            "Look at the load of the machine and at the network in front of it.",
        )
    return passes(f"an answer takes {seconds * 1000:.0f} ms.")


def _ring(target: Target) -> Reply:
    if not target.settings.tokens:
        raise OperationFailed("TWILIO_AUTH_TOKEN is not set.")
    url = target.settings.public_url + RING
    return signed_post(target.external.fetch, target.settings.tokens[0], url, FORM)


CHECKS: Checks = {
    "address": Check(address_is_reached, ("address",)),
    "signed call": Check(signed_call_is_answered, ("address", "token")),
    "server": Check(line_is_whole, ("address", "line")),
    "unsigned call": Check(unsigned_call_is_refused, ("address", "line")),
    "answer time": Check(answers_are_quick, ("address", "line", "token")),
}
