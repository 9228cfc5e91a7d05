"""Runs the checks of `ivr doctor`: those of this machine, of the Twilio account, and of the public address."""

from collections.abc import Iterator

from ivr.errors import OperationFailed, Unreachable
from ivr.operate.doctor import debugger, local, public, twilio_account, twilio_number
from ivr.operate.doctor.check import Check, Checks, Finding, Target, unknown
from ivr.operate.doctor.report import Result
from ivr.operate.doctor.unreachable import finding_for_unreachable

LOCAL: Checks = local.CHECKS
EVERYWHERE: Checks = {
    **local.CHECKS, **twilio_account.CHECKS, **twilio_number.CHECKS, **public.CHECKS, **debugger.CHECKS
}  # fmt: skip
"""The order matters: `number` confirms PUBLIC_URL for the checks after it, `debugger` asks which checks passed."""


def run_checks(target: Target, checks: Checks) -> Iterator[Result]:
    """The result of each check whose needs are there. An exception in a check is a finding: the others still run."""
    remaining = dict(checks)
    while remaining:
        name = next(iter(remaining))
        finding = _finding_of_check(target, remaining.pop(name))
        if finding.verdict == "PASS":
            target.passed.add(name)
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
