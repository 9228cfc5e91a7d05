"""Runs the checks of `ivr doctor`: those of this machine, of the Twilio account, and of the public address."""

from collections.abc import Iterator
from dataclasses import replace

from ivr.errors import BadSettings, OperationFailed, Unreachable
from ivr.operate.account import Account
from ivr.operate.doctor import debugger, local, public, twilio_account, twilio_number
from ivr.operate.doctor.check import Check, Checks, Finding, Target, unknown
from ivr.operate.doctor.report import Result
from ivr.operate.doctor.unreachable import finding_for_unreachable
from ivr.operate.external import ExternalServices
from ivr.readiness import readiness_of
from ivr.settings import Settings

LOCAL: Checks = local.CHECKS
EVERYWHERE: Checks = {
    **local.CHECKS, **twilio_account.CHECKS, **twilio_number.CHECKS, **public.CHECKS, **debugger.CHECKS
}  # fmt: skip
"""The order matters: `number` confirms PUBLIC_URL for the checks after it, `debugger` asks which checks passed."""


def target_of(settings: Settings, external: ExternalServices, local_only: bool) -> Target:
    """The line that `settings` describe. With `local_only` it has no account, so that no check asks Twilio."""
    try:
        account = None if local_only else Account(settings, external.transport)
    except BadSettings:
        account = None
    return Target(settings, external, readiness_of(settings), account)


def run_checks(target: Target, checks: Checks) -> Iterator[Result]:
    """The result of each check whose needs are there. An exception in a check is a finding: the others still run."""
    remaining, passed = dict(checks), set(target.passed)
    for name in checks:
        if name in remaining:
            finding = _finding_of_check(replace(target, passed=frozenset(passed)), remaining.pop(name))
            passed |= {name} if finding.verdict == "PASS" else set()
            left_out = tuple(other for other, check in remaining.items() if set(check.needs) & set(finding.lacks))
            for other in left_out:
                del remaining[other]
            yield Result(name, finding, left_out)


def _finding_of_check(target: Target, check: Check) -> Finding:
    try:
        return check.find(target)
    except Unreachable as error:
        return finding_for_unreachable(target, error)
    except OperationFailed as error:
        return unknown(str(error))
    except Exception as error:  # a fault of the check says nothing about the line
        return unknown(f"the check itself failed ({type(error).__name__}).", "Please report it.")
