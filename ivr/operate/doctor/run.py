"""Runs the checks of `ivr doctor`, and makes its output: a line for each check, then what to do about the failed."""

from collections.abc import Collection, Iterator
from typing import NamedTuple

from ivr.errors import OperationFailed, Unreachable
from ivr.operate.cause import EFFECTS, Effect
from ivr.operate.doctor import debugger, local, public, twilio
from ivr.operate.doctor.check import Check, Checks, Finding, Target, Verdict, unknown
from ivr.settings import Settings

LOCAL_CHECKS: Checks = {
    "settings": Check(local.settings_complete),
    "caller ID": Check(local.caller_id_fits, ("number",)),
    "proofs": Check(local.line_is_proved),
    "languages": Check(local.languages_are_spoken, ("texts",)),
    "ivr check": Check(local.ivr_check_passes, ("texts",)),
    "numbers and sources": Check(local.sources_are_fresh, ("texts",)),
    "translations": Check(local.translations_are_recent, ("texts",)),
    "opened pages": Check(local.sources_are_opened, ("texts",)),
    "reviews": Check(local.languages_are_reviewed, ("texts",)),
    "fallback file": Check(local.fallback_file_is_current),
    "usage": Check(local.usage_is_counted),
}
"""The checks of this machine, which need no network."""
ALL_CHECKS: Checks = {
    **LOCAL_CHECKS,
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
_NO_MENU: tuple[Effect, ...] = ("no service", "fallback")
_WITH_FALLBACK = (
    "Callers now hear the fallback document in place of the menu: it says the hotline's number and connects them."
)


class Result(NamedTuple):
    """The finding of the check `name`, and the names of later checks that are left out for the same cause."""

    name: str
    finding: Finding
    left_out: tuple[str, ...] = ()

    def __str__(self) -> str:
        """The line for a check. The steps of a failed one come in `instructions`."""
        left_out = f" Not checked for this reason: {', '.join(self.left_out)}." if self.left_out else ""
        words = self.finding.found if self.finding.verdict == "FAIL" else self.finding.sentence
        return f"{self.finding.verdict:<11}  {self.name}: {words}{left_out}"


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


def heading(settings: Settings) -> str:
    """The first lines: the meaning of the terms that all other lines use."""
    return (
        f"“This machine” is where this command runs. It read its settings from {settings.source}.\n"
        f"“The server” is the machine that answers calls at {settings.public_url}. This machine may be the server. The "
        "server has its settings in /etc/line.env (systemd) or in .env in the folder of the line (containers).\n"
        "“Restart the line” means, on the server: `systemctl restart line` (systemd), or `docker compose --env-file "
        ".env --file deploy/compose.yaml up --build --detach` (containers, in the folder of the line). For a line on "
        "Twilio it means: export and deploy it again (docs/run.md, “After a change”).\n"
        "Run each `ivr …` as you ran this command.\n"
    )


def instructions(results: Collection[Result]) -> Iterator[str]:
    """The lines after the checks: each failed check, the worst for callers first, and its steps."""
    by_severity = sorted(results, key=lambda result: list(EFFECTS).index(result.finding.effect))
    failed = [result for result in by_severity if result.finding.verdict == "FAIL"]
    passed = {result.name for result in results if result.finding.verdict == "PASS"}
    if failed:
        yield from ("", "What to do now:")
    for result in failed:
        yield from ("", f"FAIL {result.name}: {result.finding.found}")
        if effect := _effect(result.finding, failed[0].finding.effect, passed):
            yield f"  {effect}"
        yield from (f"  {number}. {step}" for number, step in enumerate(result.finding.remedy.splitlines(), start=1))
    if failed:
        yield from ("", "Then run `ivr doctor` again.")
    yield ""


def _effect(finding: Finding, worst: Effect, passed: Collection[str]) -> str:
    """The sentence about callers; "" if the `worst` effect of all findings keeps callers from the menu already.

    The words of the fallback document are promised only if the check `fallback` has seen them.
    """
    if worst in _NO_MENU and finding.effect != worst:
        return ""
    return _WITH_FALLBACK if finding.effect == "fallback" and "fallback" in passed else EFFECTS[finding.effect]


def exit_code(verdicts: Collection[Verdict], go_live: bool) -> int:
    """1 if a check fails, or with `go_live` if a task is to do; 3 (2 is a wrong command) if one cannot tell; else 0."""
    if "FAIL" in verdicts or (go_live and "TO DO" in verdicts):
        return 1
    return 3 if "CANNOT TELL" in verdicts else 0


def summary(results: Collection[Result], go_live: bool) -> str:
    """The last line: the failed checks and how many findings of each kind there are.

    Example: "Failed: number. 12 PASS, 1 FAIL, 0 CANNOT TELL, 2 TO DO."
    """
    verdicts = [result.finding.verdict for result in results]
    failed = ", ".join(result.name for result in results if result.finding.verdict == "FAIL")
    counts = [f"{verdicts.count(verdict)} {verdict}" for verdict in ("PASS", "FAIL", "CANNOT TELL", "TO DO")]
    left_out = sum(len(result.left_out) for result in results)
    not_yet = " Do not go live yet: see the lines above." if go_live and exit_code(verdicts, go_live) else ""
    failed_checks = f"Failed: {failed}. " if failed else ""
    return failed_checks + ", ".join(counts) + (f", {left_out} not checked." if left_out else ".") + not_yet
