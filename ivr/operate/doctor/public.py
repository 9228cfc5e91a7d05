"""Checks through the public address: what Twilio meets there."""

from collections.abc import Mapping
from datetime import timedelta
from statistics import median
from urllib.parse import urlsplit

from ivr import __version__
from ivr.call.urls import RING
from ivr.errors import OperationFailed, Unreachable, UnreachableReason
from ivr.operate.cause import RELOAD_PROXY, SEE_WHETHER_LINE_RUNS, tell_proxy_owner
from ivr.operate.doctor.check import Finding, Target, fails, passes, unknown
from ivr.operate.doctor.difference import (
    OTHER_RELEASE,
    finding_for_difference,
    finding_for_faulty_server,
    has_faults_of_its_own,
)
from ivr.operate.health import health_at, health_of
from ivr.operate.http_client import Reply, signed_post
from ivr.operate.probe import MAX_ANSWER_SECONDS
from ivr.operate.unanswered import page_in_words, why_not_answered
from ivr.phone.parser import read_document
from ivr.phone.webhook_form import FORM
from ivr.phone.xml import InvalidTwiml

MIN_CERTIFICATE_TIME = timedelta(days=7)
"""How long the certificate must still be valid, or a quarter of its lifetime if that is less."""
_OPEN_PORT = "Let the port through the firewall of the server, and that of the company where it is rented."
_ADD_NAME = (
    "Log in at the company where the domain of {host} was bought, and see whether the domain is paid for.\n"
    "See in its DNS records whether {host} has a record of type A with the IP address of the server. If not, add it "
    "(the company where the server is rented shows that address).\n"
    "A new record is seen everywhere after an hour at most."
)
_RENEW = (
    "See on the server why the certificate was not renewed: Caddy renews it while it runs (`systemctl status "
    f"caddy`); with nginx, run `certbot renew`.\n{RELOAD_PROXY}"
)
_PASS_ON = "The line runs, but connections to {url} are closed without an answer. They must be passed on to the line."
_REMEDIES: Mapping[UnreachableReason, str] = {
    "name": f"If PUBLIC_URL has a spelling mistake, correct it in the settings.\n{_ADD_NAME}",
    "refused": "See on the server whether the proxy runs: `systemctl status nginx` or `systemctl status caddy`.\n"
    f"{SEE_WHETHER_LINE_RUNS}\n{_OPEN_PORT}",
    "timeout": f"See whether the server runs, and whether its address in DNS is right.\n{_OPEN_PORT}",
    "expired": _RENEW,
    "chain": f"Let the proxy send the whole chain: fullchain.pem in place of cert.pem.\n{RELOAD_PROXY}",
    "other name": f"Get a certificate for the host of PUBLIC_URL, and give it to the proxy.\n{RELOAD_PROXY}",
    "certificate": f"Get a certificate of a public authority, such as Let's Encrypt.\n{RELOAD_PROXY}",
    "tls": f"Let the proxy speak TLS on that port: deploy/nginx.conf and deploy/Caddyfile show how.\n{RELOAD_PROXY}",
    "closed": f"The line itself may be down. {SEE_WHETHER_LINE_RUNS}\nIf it runs, restart the proxy: `systemctl "
    f"restart nginx` or `systemctl restart caddy`.\n{tell_proxy_owner(_PASS_ON, is_last_resort=True)}",
    "other": "Another server answers there: correct PUBLIC_URL, or the proxy.",
}
"""Remedies by reason. {url} is PUBLIC_URL, {host} its host."""


def finding_for_unreachable(target: Target, error: Unreachable) -> Finding:
    """The finding for a line that gives no reply: no later check asks it again."""
    if error.reason == "offline":
        return unknown(f"{error}.", "Try again from a machine whose network works.", lacks=("address", "line"))
    found, remedy = f"{error}.", _REMEDIES[error.reason]
    if error.reason == "name" and "number" in target.passed:
        found += " Twilio is set to the same address, so PUBLIC_URL is right, and the name itself is missing."
        remedy = _ADD_NAME
    url = target.settings.public_url
    return fails(found, remedy.format(url=url, host=urlsplit(url).hostname), "fallback", ("address", "line"))


def address_is_reached(target: Target) -> Finding:
    """The public address has a connection and a certificate that Twilio trusts and that does not end soon."""
    parts = urlsplit(target.settings.public_url)
    host = target.external.tls_host(parts.hostname or "", parts.port or 443)
    time_left = host.certificate_ends - target.external.now()
    lifetime = host.certificate_ends - host.certificate_starts
    if time_left < min(MIN_CERTIFICATE_TIME, lifetime / 4):
        found = f"the certificate ends in {time_left.days} days; then callers hear the fallback document."
        return fails(found, _RENEW, "none")
    if not host.has_ipv4:
        found = f"{parts.hostname} has only an IPv6 address, and Twilio may call over IPv4."
        return unknown(found, "Add an A record to DNS.")
    return passes(f"it is reached, and its certificate ends in {time_left.days} days.")


_ANOTHER_SERVER = (
    f"{SEE_WHETHER_LINE_RUNS}\n"
    "See whether the name {host} leads to the server where the line runs, and not to another website: its DNS record "
    "of type A has the IP address of that server.\n{proxy}"
)


def signed_call_is_answered(target: Target) -> Finding:
    """A request signed as Twilio signs it gets the answer that this machine would give."""
    url, fetch, reply = target.settings.public_url, target.external.fetch, _ring(target)
    if reply.status != 200:
        cause = why_not_answered(target.settings, url, fetch, reply, target.passed)
        return fails(*cause._replace(effect="fallback"), ("line",))
    try:
        read_document(reply.body)
    except InvalidTwiml:
        requirement = f"{url}{RING} and the addresses below it must lead to the line; now another page comes."
        proxy = tell_proxy_owner(requirement, is_last_resort=True)
        remedy = _ANOTHER_SERVER.format(host=urlsplit(url).hostname, proxy=proxy)
        found = f"{url}{RING} answers with a page that is not the line's: {page_in_words(reply)}."
        return fails(found, remedy, "fallback", ("line",))
    if target.readiness.line and not target.is_own_answer(reply.body, url):
        return finding_for_difference(target)
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
        return finding_for_faulty_server(server, local)
    if server.release != __version__:
        return fails(*OTHER_RELEASE.cause(server.release, __version__))
    return passes(f"it runs release {server.release}, as this machine does.")


def unsigned_call_is_refused(target: Target) -> Finding:
    """A request without a signature is refused."""
    reply = target.external.fetch(target.settings.public_url + RING, FORM, {})
    if reply.status in (400, 403):  # 400: Twilio's serverless runtime
        return passes("it is refused.")
    remedy = "See whether another server than the line answers there, or a proxy that adds a signature."
    return fails(f"it is answered with status {reply.status}; expected 403.", remedy)


def answers_are_quick(target: Target) -> Finding:
    """The median of five answer times is well below the timeout of Twilio."""
    seconds = median(_ring(target).seconds for _ in range(5))
    if seconds > MAX_ANSWER_SECONDS / 3:
        found = f"an answer takes {seconds:.1f} s, and Twilio gives up after {MAX_ANSWER_SECONDS:.0f} s."
        remedy = "Look at the load of the server (`uptime`), and at the network in front of it."
        return fails(found, remedy, "perhaps fallback")
    return passes(f"an answer takes {seconds * 1000:.0f} ms.")


def _ring(target: Target) -> Reply:
    url = target.settings.public_url + RING
    return signed_post(target.external.fetch, target.settings.tokens[0], url, FORM)
