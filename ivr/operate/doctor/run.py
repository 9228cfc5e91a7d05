"""Runs the checks of `ivr doctor`: those of this machine, of the Twilio account, and of the public address."""

from collections.abc import Collection, Iterator
from typing import NamedTuple

from ivr.errors import BadSettings, OperationFailed, Unreachable
from ivr.operate.account import Account
from ivr.operate.doctor import local, public, twilio_account, twilio_number
from ivr.operate.doctor.check import Check, Checks, Finding, Target, Verdict, unknown, unreachable
from ivr.operate.external import External
from ivr.readiness import readiness_of
from ivr.settings import Settings

LOCAL: Checks = local.CHECKS
EVERYWHERE: Checks = {**local.CHECKS, **twilio_account.CHECKS, **public.CHECKS, **twilio_number.CHECKS}
WELL, NOT_WELL, CANNOT_TELL = 0, 1, 3
"""Exit codes of `ivr doctor`; 2 is a wrong command."""


class Result(NamedTuple):
    """The finding of the check `name`, and the names of later checks that are left out for the same cause."""

    name: str
    finding: Finding
    left_out: tuple[str, ...] = ()

    def __str__(self) -> str:
        left_out = f" Not checked for this reason: {', '.join(self.left_out)}." if self.left_out else ""
        return f"{self.finding.verdict:<11}  {self.name}: {self.finding.sentence}{left_out}"


def target_of(settings: Settings, external: External, local_only: bool) -> Target:
    """The line that `settings` describe. With `local_only` it has no account, so that no check asks Twilio."""
    try:
        account = None if local_only else Account.of(settings, external.transport)
    except BadSettings:
        account = None
    return Target(settings, external, readiness_of(settings), account)


def run_checks(target: Target, checks: Checks) -> Iterator[Result]:
    """The result of each check whose needs are there. An exception in a check is a finding: the others still run."""
    remaining = dict(checks)
    for name in checks:
        if name in remaining:
            finding = _finding(target, remaining.pop(name))
            left_out = tuple(other for other, check in remaining.items() if set(check.needs) & set(finding.lacks))
            for other in left_out:
                del remaining[other]
            yield Result(name, finding, left_out)


def _finding(target: Target, check: Check) -> Finding:
    try:
        return check.find(target)
    except Unreachable as error:
        return unreachable(error)
    except OperationFailed as error:
        return unknown(str(error))
    except Exception as error:  # a fault of the check says nothing about the line
        return unknown(f"the check itself failed ({type(error).__name__}).", "Please report it.")


def exit_code(verdicts: Collection[Verdict], go_live: bool) -> int:
    """1 if a check fails, or with `go_live` if a task is to do; 3 if a finding could not be made; else 0."""
    if "FAIL" in verdicts or (go_live and "TO DO" in verdicts):
        return NOT_WELL
    return CANNOT_TELL if "CANNOT TELL" in verdicts else WELL


def summary(results: Collection[Result], go_live: bool) -> str:
    """The last line: how many findings of each kind. Example: "12 PASS, 1 FAIL, 0 CANNOT TELL, 2 TO DO"."""
    verdicts = [result.finding.verdict for result in results]
    counts = [f"{verdicts.count(verdict)} {verdict}" for verdict in ("PASS", "FAIL", "CANNOT TELL", "TO DO")]
    left_out = sum(len(result.left_out) for result in results)
    not_yet = " Do not go live yet: see the lines above." if go_live and exit_code(verdicts, go_live) else ""
    return ", ".join(counts) + (f", {left_out} not checked." if left_out else ".") + not_yet
