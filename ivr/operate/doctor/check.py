"""What `ivr doctor` examines, and what it finds: values for its checks, which stand in the files beside this one."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal, NamedTuple

from ivr.errors import OperationFailed
from ivr.operate.account import Account, Number
from ivr.operate.external import External
from ivr.operate.number import find_number
from ivr.readiness import Readiness
from ivr.settings import Settings

Verdict = Literal["PASS", "FAIL", "CANNOT TELL"]


class Finding(NamedTuple):
    """One line of the doctor's: what was found, and what to do about it."""

    verdict: Verdict
    found: str
    remedy: str = ""

    @property
    def sentence(self) -> str:
        """What was found and what to do, in one."""
        return f"{self.found} {self.remedy}".rstrip()


@dataclass(frozen=True)
class Target:
    """The line that is examined, with what lies outside it. `account` is None where the settings name none."""

    settings: Settings
    outside: External
    readiness: Readiness
    account: Account | None = None

    def number(self) -> Number:
        """The line's number at Twilio. Raises OperationFailed where there is none or Twilio does not answer."""
        return find_number(self.the_account(), self.line_number())

    def line_number(self) -> str:
        """The line's number, +1 and ten digits. Raises OperationFailed where it is not set."""
        if not self.settings.line_number:
            raise OperationFailed("LINE_NUMBER is not set.")
        return self.settings.line_number

    def the_account(self) -> Account:
        """The account. Raises OperationFailed where the settings name none."""
        if self.account is None:
            raise OperationFailed("TWILIO_ACCOUNT_SID and Twilio's token are needed to ask.")
        return self.account


Check = Callable[[Target], Finding]
"""One check. It may raise OperationFailed where it cannot be told."""
Checks = Mapping[str, Check]
"""Checks in the order they are made, by what is printed in front of what they find."""


def passes(found: str) -> Finding:
    """All is well."""
    return Finding("PASS", found)


def fails(found: str, remedy: str) -> Finding:
    """Something is wrong, and what to do about it."""
    return Finding("FAIL", found, remedy)


def unknown(found: str, remedy: str = "") -> Finding:
    """It could not be seen, and how a person can."""
    return Finding("CANNOT TELL", found, remedy)
