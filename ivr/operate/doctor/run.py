"""Runs the checks of `ivr doctor`: those of this machine, of the Twilio account, and of the public address."""

from collections.abc import Iterator

from ivr.errors import OperationFailed, Unreachable
from ivr.operate.doctor import debugger, local, public, twilio
from ivr.operate.doctor.check import Check, Checks, Finding, Target, unknown
from ivr.operate.doctor.report import Result

LOCAL: Checks = {
    "settings": Check(local.settings_complete),
    "caller ID": Check(local.caller_id_fits, ("number",)),
    "proofs": Check(local.line_is_proved),
    "languages": Check(local.languages_are_spoken, ("texts",)),
    "limits": Check(local.limits_hold, ("texts",)),
    "numbers and sources": Check(local.sources_are_fresh, ("texts",)),
    "translations": Check(local.translations_are_recent, ("texts",)),
    "opened pages": Check(local.sources_are_opened, ("texts",)),
    "reviews": Check(local.languages_are_reviewed, ("texts",)),
    "fallback file": Check(local.fallback_file_is_current),
    "usage": Check(local.usage_is_counted),
}
"""The checks of this machine, which need no network."""
EVERYWHERE: Checks = {
    **LOCAL,
    "account": Check(twilio.account_is_active, ("account",)),
    "recording": Check(twilio.calls_are_not_recorded, ("account",)),
    "countries": Check(twilio.dialling_is_narrow, ("account",)),
    "calls at once": Check(twilio.enough_calls_at_once, ("account", "profile")),
    "number": Check(twilio.number_is_ours, ("account", "number")),
    "fallback": Check(twilio.fallback_is_hosted, ("account", "number")),
    "attestation": Check(twilio.number_is_attested, ("account", "number", "profile")),
    "address": Check(public.address_is_reached, ("address",)),
    "signed call": Check(public.signed_call_is_answered, ("address", "token")),
    "server": Check(public.line_is_whole, ("address", "line")),
    "unsigned call": Check(public.unsigned_call_is_refused, ("address", "line")),
    "answer time": Check(public.answers_are_quick, ("address", "line", "token")),
    "debugger": Check(debugger.debugger_is_quiet, ("account",)),
}
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
        return public.finding_for_unreachable(target, error)
    except OperationFailed as error:
        return unknown(str(error))
    except Exception as error:  # a fault of the check says nothing about the line
        return unknown(f"the check itself failed ({type(error).__name__}).", "Please report it.")
