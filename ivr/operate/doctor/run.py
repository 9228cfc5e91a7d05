"""Runs the checks of `ivr doctor`: those of this machine, of the public address, and of the Twilio account."""

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


def target_of(settings: Settings, outside: External, local_only: bool) -> Target:
    """The line that `settings` describe. With `local_only` it has no account, so that no check asks Twilio."""
    try:
        account = None if local_only else Account.of(settings, outside.transport)
    except BadSettings:
        account = None
    return Target(settings, outside, get_ready(settings), account)


def run_checks(target: Target, checks: Checks) -> Iterator[tuple[str, Finding]]:
    """The name and the finding of each check. An exception in a check is a finding too: the other checks still run."""
    for about, check in checks.items():
        try:
            yield about, check(target)
        except OperationFailed as error:
            yield about, unknown(str(error))
        except Exception as error:  # a fault of the check says nothing about the line
            yield about, unknown(f"the check itself failed ({type(error).__name__}).", "Please report it.")
