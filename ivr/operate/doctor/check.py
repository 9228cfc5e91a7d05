"""The values that the checks of `ivr doctor` take and return."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal, NamedTuple

from ivr.call.urls import PLACE_QUERY, RING
from ivr.errors import OperationFailed
from ivr.line.line import Line
from ivr.operate.account import Account, TwilioNumber
from ivr.operate.cause import Effect
from ivr.operate.external import ExternalServices
from ivr.operate.number_webhooks import find_number
from ivr.operate.unanswered import KnownToTwilio
from ivr.phone.webhook_form import FORM
from ivr.readiness import Readiness
from ivr.settings import Settings

Verdict = Literal["PASS", "FAIL", "CANNOT TELL", "TO DO"]
"""TO DO is a task for a person, such as a review: callers get through without it, but it comes before going live."""
Need = Literal["texts", "account", "token", "number", "profile", "address", "line"]
"""A thing without which a check makes no sense: texts that can be read, Twilio's API, a token that Twilio knows, the
number, the account's own profile, a connection to PUBLIC_URL, a line that answers there."""


class Finding(NamedTuple):
    """The result of a check. `remedy` says what to do, one step a line; "" if there is nothing to do.

    `effect` is what callers get meanwhile. `lacks` are the things that are missing for the same cause: checks that
    need one of them are left out, so that one cause has one line.
    Example: `Finding("FAIL", "LINE_NUMBER is toll-free.", "Use a number with an area code.", "no transfer")`.
    """

    verdict: Verdict
    found: str
    remedy: str = ""
    effect: Effect = ""
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
    external: ExternalServices
    readiness: Readiness
    account: Account | None = None
    passed: frozenset[str] = frozenset()

    @property
    def known_to_twilio(self) -> KnownToTwilio:
        """Whether Twilio uses the address, and knows the token, that the settings of this machine have."""
        return KnownToTwilio("number" in self.passed, "account" in self.passed)

    def require_number(self) -> TwilioNumber:
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
        local_body = body.replace(f"{base}{RING}{PLACE_QUERY}".encode(), f"{self.settings.public_url}{RING}/".encode())
        return line is not None and local_body == line.respond(RING, FORM).body

    def require_account(self) -> Account:
        """The Twilio account. Raises OperationFailed if the settings do not name it."""
        if self.account is None:
            raise OperationFailed("TWILIO_ACCOUNT_SID and Twilio's token are needed to ask Twilio.")
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


def fails(found: str, remedy: str, effect: Effect = "", lacks: tuple[Need, ...] = ()) -> Finding:
    """A finding that an operator must act on; for a Cause, `fails(*cause)`."""
    return Finding("FAIL", found, remedy, effect, lacks)


def unknown(found: str, remedy: str = "", lacks: tuple[Need, ...] = ()) -> Finding:
    """A finding that could not be made; `remedy` says how a person can look."""
    return Finding("CANNOT TELL", found, remedy, lacks=lacks)


def to_do(found: str, remedy: str) -> Finding:
    """A task for a person before the line goes live."""
    return Finding("TO DO", found, remedy)
