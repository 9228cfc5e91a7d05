"""The values that the checks of `ivr doctor` take and return."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal, NamedTuple
from urllib.parse import urlsplit

from ivr.call.urls import PLACE_QUERY, RING
from ivr.errors import OperationFailed, Unreachable, UnreachableReason
from ivr.line.line import Line
from ivr.operate.account import Account, Number
from ivr.operate.cause import OR_ELSE, RELOAD_PROXY, START_LINE, Callers, Cause, tell_proxy_owner
from ivr.operate.external import External
from ivr.operate.number import find_number
from ivr.operate.refused import Confirmed
from ivr.phone.webhook_form import FORM
from ivr.readiness import Readiness
from ivr.settings import Settings

Verdict = Literal["PASS", "FAIL", "CANNOT TELL", "TO DO"]
"""TO DO is a task for a person, such as a review: callers get through without it, and a line goes live after it."""
Need = Literal["texts", "account", "token", "number", "profile", "address", "line"]
"""A thing without which a check makes no sense: texts that can be read, Twilio's API, a token that Twilio knows, the
number, the account's own profile, a connection to PUBLIC_URL, a line that answers there."""


class Finding(NamedTuple):
    """The result of a check. `remedy` says what to do, one step a line; "" if there is nothing to do.

    `callers` is what callers get meanwhile. `lacks` are the things that are missing for the same cause: checks that
    need one of them are left out, so that one cause has one line.
    Example: `Finding("FAIL", "LINE_NUMBER is toll-free.", "Use a number with an area code.", "no transfer")`.
    """

    verdict: Verdict
    found: str
    remedy: str = ""
    callers: Callers = ""
    lacks: tuple[Need, ...] = ()

    @property
    def sentence(self) -> str:
        """The finding, followed by the remedy."""
        return " ".join((self.found, *self.remedy.splitlines()))


@dataclass(frozen=True)
class Target:
    """The line that is checked, and the services outside. `account` is None if the settings name no Twilio account.

    `passed` are the names of the checks that have passed so far.
    """

    settings: Settings
    external: External
    readiness: Readiness
    account: Account | None = None
    passed: frozenset[str] = frozenset()

    @property
    def confirmed(self) -> Confirmed:
        """Whether Twilio uses the address, and knows the token, that the settings of this machine have."""
        return Confirmed("number" in self.passed, "account" in self.passed)

    def require_number(self) -> Number:
        """The line's number at Twilio. Raises OperationFailed if there is none or Twilio does not answer."""
        return find_number(self.require_account(), self.require_line_number())

    def require_line_number(self) -> str:
        """LINE_NUMBER, such as "+12025550123". Raises OperationFailed if it is not set."""
        if not self.settings.line_number:
            raise OperationFailed("LINE_NUMBER is not set.")
        return self.settings.line_number

    def require_line(self) -> Line:
        """The line as it was compiled here. Raises OperationFailed if its texts cannot be used."""
        if self.readiness.line is None:
            raise OperationFailed("The texts cannot be used.")
        return self.readiness.line

    def is_own_opening(self, body: bytes, base: str) -> bool:
        """Whether `body`, the answer to a new call at `base`, is that of this line, served or exported.

        The exported line has the addresses of its own server, with a place as a query (`PLACE_QUERY`).
        """
        line = self.readiness.line
        here = body.replace(f"{base}{RING}{PLACE_QUERY}".encode(), f"{self.settings.public_url}{RING}/".encode())
        return line is not None and here == line.respond(RING, FORM).body

    def require_account(self) -> Account:
        """The Twilio account. Raises OperationFailed if the settings do not name it."""
        if self.account is None:
            raise OperationFailed("TWILIO_ACCOUNT_SID and Twilio's token are needed to ask.")
        return self.account


class Check(NamedTuple):
    """A check, and the things that it needs. It may raise OperationFailed: run.py says what that means."""

    find: Callable[[Target], Finding]
    needs: tuple[Need, ...] = ()


Checks = Mapping[str, Check]
"""Checks by name, such as "address", in the order in which they run."""


def passes(found: str) -> Finding:
    """A finding that needs no action."""
    return Finding("PASS", found)


def fails(found: str, remedy: str, callers: Callers = "", lacks: tuple[Need, ...] = ()) -> Finding:
    """A finding that an operator must act on."""
    return Finding("FAIL", found, remedy, callers, lacks)


def unknown(found: str, remedy: str = "", lacks: tuple[Need, ...] = ()) -> Finding:
    """A finding that could not be made; `remedy` says how a person can look."""
    return Finding("CANNOT TELL", found, remedy, lacks=lacks)


def to_do(found: str, remedy: str) -> Finding:
    """A task for a person before the line goes live."""
    return Finding("TO DO", found, remedy)


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


def unreachable(target: Target, error: Unreachable, lacks: tuple[Need, ...] = ()) -> Finding:
    """The finding for a host that Twilio must reach, and that gives no reply."""
    if error.reason == "offline":
        return unknown(f"{error}.", "Try again from a machine whose network works.", lacks)
    url = target.settings.public_url
    remedy, add_name = _REMEDIES[error.reason], _ADD_NAME.format(host=urlsplit(url).hostname)
    if error.reason == "name" and target.confirmed.address:
        found = f"{error}. Twilio is set to the same address, so PUBLIC_URL is right, and the name itself is missing."
        return fails(found, add_name, "fallback", lacks)
    return fails(f"{error}.", remedy.format(url=url, add_name=add_name), "fallback", lacks)


def fails_by(cause: Cause, lacks: tuple[Need, ...] = ()) -> Finding:
    """The finding for `cause`."""
    return fails(cause.found, cause.remedy, cause.callers, lacks)
