"""The values that the checks of `ivr doctor` take and return."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property, partial
from typing import Literal, NamedTuple

from ivr.call.urls import PLACE_QUERY, RING
from ivr.errors import OperationFailed
from ivr.line.line import Line
from ivr.operate.account import Account, TwilioNumber
from ivr.operate.cause import Effect
from ivr.operate.http_client import ExternalServices
from ivr.operate.number_webhooks import find_number
from ivr.phone.webhook_form import FORM
from ivr.readiness import Readiness
from ivr.settings import Settings

Verdict = Literal["PASS", "FAIL", "CANNOT TELL", "TO DO"]
"""TO DO is a task for a person, such as a review: callers get through without it, but it comes before going live."""
Need = Literal["texts", "account", "token", "number", "profile", "address", "line"]
"""A thing without which a check makes no sense: texts that can be read, Twilio's API, a token to sign test calls with
(also a test token; one that Twilio has refused counts as missing), the number, an approved profile of the business at
Twilio, a connection to PUBLIC_URL, a line that answers there."""


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


passes = partial(Finding, "PASS")
fails = partial(Finding, "FAIL")
"""A finding that an operator must act on; for a Cause, `fails(*cause)`."""
unknown = partial(Finding, "CANNOT TELL")
"""A finding that could not be made; `remedy` says how a person can look."""
to_do = partial(Finding, "TO DO")


@dataclass
class Target:
    """The line that is checked, the services outside, and the names of the checks that have passed so far."""

    settings: Settings
    external: ExternalServices
    readiness: Readiness
    passed: set[str] = field(default_factory=set)

    @cached_property
    def account(self) -> Account:
        """The Twilio account, for checks that need "account": it raises BadSettings if the settings name none."""
        return Account(self.settings, self.external.transport)

    def find_number(self) -> TwilioNumber:
        """The line's number at Twilio. Raises OperationFailed if there is none or Twilio does not answer."""
        return find_number(self.account, self.settings.line_number)

    def require_line(self) -> Line:
        """The line as it was compiled here. Raises OperationFailed if its texts cannot be used."""
        if self.readiness.line is None:
            raise OperationFailed("The texts cannot be used.")
        return self.readiness.line

    def is_own_answer(self, body: bytes, base: str) -> bool:
        """Whether `body`, the answer to a new call at `base`, is the one that this line gives.

        An exported line gives `base`/call?at=en/… as its next address, where this line gives PUBLIC_URL/call/en/….
        """
        line, exported_address = self.readiness.line, f"{base}{RING}{PLACE_QUERY}"
        local_body = body.replace(exported_address.encode(), f"{self.settings.public_url}{RING}/".encode())
        return line is not None and local_body == line.respond(RING, FORM).body


class Check(NamedTuple):
    """A check, and the things that it needs. It may raise OperationFailed: run.py says what that means."""

    find: Callable[[Target], Finding]
    needs: tuple[Need, ...] = ()


Checks = Mapping[str, Check]
"""Checks by name, such as "address", in the order in which they run."""
