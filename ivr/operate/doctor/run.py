"""`ivr doctor`: whether callers get through, one line a check. The checks stand in local, public and wired."""

from collections.abc import Iterator

from ivr.errors import BadSettings, OperationFailed
from ivr.operate.account import Account
from ivr.operate.doctor import local, public, twilio_account
from ivr.operate.doctor.check import Checks, Finding, Target, unknown
from ivr.operate.external import External
from ivr.readiness import get_ready
from ivr.settings import Settings

LOCAL: Checks = local.CHECKS
EVERYWHERE: Checks = {**local.CHECKS, **public.CHECKS, **twilio_account.CHECKS}


def patient(settings: Settings, outside: External, at_home: bool) -> Target:
    """The line that `settings` describe; its account is left out where nothing outside is asked (`at_home`)."""
    try:
        account = None if at_home else Account.of(settings, outside.transport)
    except BadSettings:
        account = None
    return Target(settings, outside, get_ready(settings), account)


def examine(one: Target, checks: Checks) -> Iterator[tuple[str, Finding]]:
    """Make each check. None keeps the others from being made."""
    for about, check in checks.items():
        try:
            yield about, check(one)
        except OperationFailed as error:
            yield about, unknown(str(error))
        except Exception as error:  # a fault of a check is no verdict on the line
            yield about, unknown(f"the check itself failed ({type(error).__name__}).", "Please report it.")
