"""Checks through the public address: what Twilio meets there."""

from datetime import timedelta
from statistics import median
from urllib.parse import urlsplit

from ivr import __version__
from ivr.call.urls import RING
from ivr.errors import OperationFailed, Unreachable
from ivr.operate.cause import OR_ELSE, START_LINE, tell_proxy_owner
from ivr.operate.doctor.check import Check, Checks, Finding, Need, Target, fails, passes, unknown
from ivr.operate.doctor.difference import OTHER_RELEASE, answer_differs, has_faults_of_its_own, not_whole
from ivr.operate.doctor.unreachable import RENEW, finding_for_unreachable
from ivr.operate.health import health_at, health_of
from ivr.operate.http_client import Reply, signed_post
from ivr.operate.probe import MAX_ANSWER_SECONDS
from ivr.operate.unanswered import page_in_words, why_not_answered
from ivr.phone.errors import InvalidTwiml
from ivr.phone.parser import read_document
from ivr.phone.webhook_form import FORM

MIN_CERTIFICATE_TIME = timedelta(days=7)
"""How long the certificate must still be valid, or a quarter of its lifetime if that is less."""


def address_is_reached(target: Target) -> Finding:
    """The public address has a connection and a certificate that Twilio trusts and that does not end soon."""
    parts = urlsplit(target.settings.public_url)
    try:
        host = target.external.tls_host(parts.hostname or "", parts.port or 443)
    except Unreachable as error:
        return finding_for_unreachable(target, error, ("address",))
    time_left = host.certificate_ends - target.external.now()
    lifetime = host.certificate_ends - host.certificate_starts
    if time_left < min(MIN_CERTIFICATE_TIME, lifetime / 4):
        found = f"the certificate ends in {time_left.days} days; then callers hear the fallback document."
        return fails(found, RENEW, "none")
    if not host.has_ipv4:
        return unknown(
            f"{parts.hostname} has only an IPv6 address, and Twilio may call over IPv4.", "Add an A record to DNS."
        )
    return passes(f"it is reached, and its certificate ends in {time_left.days} days.")


_LINE: tuple[Need, ...] = ("line",)
_ANOTHER_SERVER = (
    f"{START_LINE}\n"
    "See whether the name {host} leads to the server where the line runs, and not to another website: its DNS record "
    "of type A has the IP address of that server.\n"
    "{proxy}"
)


def signed_call_is_answered(target: Target) -> Finding:
    """A request signed as Twilio signs it gets the answer that this machine would give."""
    try:
        return _finding_of_reply(target, _ring(target))
    except Unreachable as error:
        return finding_for_unreachable(target, error, _LINE)


def _finding_of_reply(target: Target, reply: Reply) -> Finding:
    """The finding for the reply to a signed ring."""
    url, fetch = target.settings.public_url, target.external.fetch
    if reply.status != 200:
        cause = why_not_answered(target.settings, url, fetch, reply, target.passed)
        return fails(*cause._replace(effect="fallback"), _LINE)
    try:
        read_document(reply.body)
    except InvalidTwiml:
        requirement = f"{url}{RING} and the addresses below it must lead to the line; now another page comes."
        proxy = tell_proxy_owner(requirement, OR_ELSE)
        remedy = _ANOTHER_SERVER.format(host=urlsplit(url).hostname, proxy=proxy)
        found = f"{url}{RING} answers with a page that is not the line's: {page_in_words(reply)}."
        return fails(found, remedy, "fallback", _LINE)
    if target.readiness.line and not target.is_own_opening(reply.body, url):
        return answer_differs(target)
    return passes("the server answers it as this machine would." if target.readiness.line else "it is answered.")


def line_is_whole(target: Target) -> Finding:
    """The line on the server is whole and runs the release of this machine. Faults that both have are reported once."""
    try:
        server = health_at(target.settings.public_url, target.external.fetch)
    except Unreachable:
        raise
    except OperationFailed as error:
        return unknown(str(error), "Let the proxy pass /health/ready on.")
    local = health_of(target.readiness)
    if has_faults_of_its_own(server, local):
        return not_whole(server, local)
    if server.release != __version__:
        return fails(*OTHER_RELEASE.cause(server.release, __version__))
    return passes(f"it runs release {server.release}, as this machine does.")


def unsigned_call_is_refused(target: Target) -> Finding:
    """A request without a signature is refused."""
    reply = target.external.fetch(target.settings.public_url + RING, FORM, {})
    if reply.status in (400, 403):  # 400: Twilio's serverless runtime
        return passes("it is refused.")
    return fails(
        f"it is answered with status {reply.status}; expected 403.",
        "See whether another server than the line answers there, or a proxy that adds a signature.",
    )


def answers_are_quick(target: Target) -> Finding:
    """The median of five answer times is well below the timeout of Twilio."""
    seconds = median(_ring(target).seconds for _ in range(5))
    if seconds > MAX_ANSWER_SECONDS / 3:
        return fails(
            f"an answer takes {seconds:.1f} s, and Twilio gives up after {MAX_ANSWER_SECONDS:.0f} s.",
            "Look at the load of the server (`uptime`), and at the network in front of it.",
            "perhaps fallback",
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
