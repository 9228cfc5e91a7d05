"""The finding for a host that Twilio must reach, and that gives no reply: the remedy by the reason."""

from collections.abc import Mapping
from urllib.parse import urlsplit

from ivr.errors import Unreachable, UnreachableReason
from ivr.operate.cause import OR_ELSE, RELOAD_PROXY, START_LINE, tell_proxy_owner
from ivr.operate.doctor.check import Finding, Need, Target, fails, unknown

_OPEN_PORT = "Let the port through the firewall of the server, and that of the company where it is rented."
RENEW = (
    "See on the server why the certificate was not renewed: Caddy renews it while it runs (`systemctl status "
    "caddy`); with nginx, run `certbot renew`.\n"
    f"{RELOAD_PROXY}"
)
_PASS_ON = "The line runs, but connections to {url} are closed without an answer. They must be passed on to the line."
_REMEDIES: Mapping[UnreachableReason, str] = {
    "name": "If PUBLIC_URL has a spelling mistake, correct it in the settings.\n{add_name}",
    "refused": f"See on the server whether the proxy runs: `systemctl status nginx` or `systemctl status "
    "caddy`.\n"
    f"{START_LINE}\n"
    f"{_OPEN_PORT}",
    "timeout": f"See whether the server runs, and whether its address in DNS is right.\n{_OPEN_PORT}",
    "expired": RENEW,
    "chain": f"Let the proxy send the whole chain: fullchain.pem in place of cert.pem.\n{RELOAD_PROXY}",
    "other name": f"Get a certificate for the host of PUBLIC_URL, and give it to the proxy.\n{RELOAD_PROXY}",
    "certificate": f"Get a certificate of a public authority, such as Let's Encrypt.\n{RELOAD_PROXY}",
    "tls": f"Let the proxy speak TLS on that port: deploy/nginx.conf and deploy/Caddyfile show how.\n{RELOAD_PROXY}",
    "closed": f"The line itself may be down. {START_LINE}\nIf it runs, restart the proxy: `systemctl restart nginx` "
    "or `systemctl restart caddy`.\n"
    f"{tell_proxy_owner(_PASS_ON, OR_ELSE)}",
    "other": "Another server answers there: correct PUBLIC_URL, or the proxy.",
}
"""Remedies by reason. {url} is PUBLIC_URL; {add_name} is `_ADD_NAME`."""
_ADD_NAME = (
    "Log in at the company where the domain of {host} was bought, and see whether the domain is paid for.\n"
    "See in its DNS records whether {host} has a record of type A with the IP address of the server. If not, add it "
    "(the company where the server is rented shows that address).\n"
    "A new record is seen everywhere after an hour at most."
)


def finding_for_unreachable(target: Target, error: Unreachable, lacks: tuple[Need, ...] = ()) -> Finding:
    """The finding for a host that Twilio must reach, and that gives no reply."""
    if error.reason == "offline":
        return unknown(f"{error}.", "Try again from a machine whose network works.", lacks)
    url = target.settings.public_url
    remedy, add_name = _REMEDIES[error.reason], _ADD_NAME.format(host=urlsplit(url).hostname)
    if error.reason == "name" and "number" in target.passed:
        found = f"{error}. Twilio is set to the same address, so PUBLIC_URL is right, and the name itself is missing."
        return fails(found, add_name, "fallback", lacks)
    return fails(f"{error}.", remedy.format(url=url, add_name=add_name), "fallback", lacks)
