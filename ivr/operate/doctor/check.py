"""The values that the checks of `ivr doctor` take and return."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal, NamedTuple

from ivr.call.urls import PLACE_QUERY, RING
from ivr.errors import OperationFailed, Unreachable, UnreachableReason
from ivr.line.line import Line
from ivr.operate.account import Account, Number
from ivr.operate.external import External
from ivr.operate.number import find_number
from ivr.phone.webhook_form import FORM
from ivr.readiness import Readiness
from ivr.settings import Settings

Verdict = Literal["PASS", "FAIL", "CANNOT TELL", "TO DO"]
"""TO DO is a task for a person, such as a review: callers get through without it, and a line goes live after it."""
Need = Literal["texts", "account", "token", "number", "profile", "address", "line"]
"""A thing without which a check makes no sense: texts that can be read, Twilio's API, a token that Twilio knows, the
number, the account's own profile, a connection to PUBLIC_URL, a line that answers there."""


class Finding(NamedTuple):
    """The result of a check: one line of output. `remedy` says what to do, "" if there is nothing to do.

    `lacks` are the things that are missing for the same cause: checks that need one of them are left out, so that one
    cause has one line. Example: `Finding("FAIL", "LINE_NUMBER is toll-free.", "Use a number with an area code.")`.
    """

    verdict: Verdict
    found: str
    remedy: str = ""
    lacks: tuple[Need, ...] = ()

    @property
    def sentence(self) -> str:
        """The finding, followed by the remedy."""
        return f"{self.found} {self.remedy}".rstrip()


@dataclass(frozen=True)
class Target:
    """The line that is checked, and the services outside. `account` is None if the settings name no Twilio account."""

    settings: Settings
    external: External
    readiness: Readiness
    account: Account | None = None

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


def fails(found: str, remedy: str, lacks: tuple[Need, ...] = ()) -> Finding:
    """A finding that an operator must act on."""
    return Finding("FAIL", found, remedy, lacks)


def unknown(found: str, remedy: str = "", lacks: tuple[Need, ...] = ()) -> Finding:
    """A finding that could not be made; `remedy` says how a person can look."""
    return Finding("CANNOT TELL", found, remedy, lacks)


def to_do(found: str, remedy: str) -> Finding:
    """A task for a person before the line goes live."""
    return Finding("TO DO", found, remedy)


_REMEDIES: Mapping[UnreachableReason, str] = {
    "name": "Correct PUBLIC_URL, or add the name at the service that keeps your domain's DNS.",
    "refused": "Start the proxy or the line there, on that port, and let the port pass the firewall.",
    "timeout": "Start the machine, correct its address in DNS, and let the port pass the firewall.",
    "certificate": "Renew the certificate for this name, and let the proxy send the whole chain (fullchain.pem).",
    "tls": "Let the proxy speak TLS on that port: deploy/nginx.conf and deploy/Caddyfile show how.",
    "closed": "A proxy or a firewall drops requests there: let it pass them on to the line.",
    "other": "Another server answers there: correct PUBLIC_URL, or the proxy.",
}


def unreachable(error: Unreachable, lacks: tuple[Need, ...] = ()) -> Finding:
    """The finding for a host that Twilio must reach, and that gives no reply."""
    if error.reason == "offline":
        return unknown(f"{error}.", "Try again from a machine whose network works.", lacks)
    return fails(f"{error}.", _REMEDIES[error.reason], lacks)
