"""The values that the checks of `ivr doctor` take and return."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal, NamedTuple

from ivr.call.urls import PLACE_QUERY, RING
from ivr.errors import OperationFailed
from ivr.operate.account import Account, Number
from ivr.operate.external import External
from ivr.operate.number import find_number
from ivr.phone.webhook_form import FORM
from ivr.readiness import Readiness
from ivr.settings import Settings

Verdict = Literal["PASS", "FAIL", "CANNOT TELL"]


class Finding(NamedTuple):
    """The result of a check: one line of output. `remedy` says what to do, "" if there is nothing to do.

    Example: `Finding("FAIL", "LINE_NUMBER is toll-free.", "Use a number with an area code.")`.
    """

    verdict: Verdict
    found: str
    remedy: str = ""

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


Check = Callable[[Target], Finding]
"""A check. It may raise OperationFailed: then the result is CANNOT TELL."""
Checks = Mapping[str, Check]
"""Checks by name, such as "certificate", in the order in which they run."""


def passes(found: str) -> Finding:
    """A finding that needs no action."""
    return Finding("PASS", found)


def fails(found: str, remedy: str) -> Finding:
    """A finding that an operator must act on."""
    return Finding("FAIL", found, remedy)


def unknown(found: str, remedy: str = "") -> Finding:
    """A finding that could not be made; `remedy` says how a person can look."""
    return Finding("CANNOT TELL", found, remedy)
