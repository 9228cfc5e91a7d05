"""Checks of the Twilio account: the settings and the events that affect a call."""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import NamedTuple

from ivr.errors import NoAnswer, OperationFailed, TokenRejected
from ivr.operate.account import Alert
from ivr.operate.doctor.check import Check, Checks, Finding, Target, fails, passes, unknown
from ivr.operate.number import host_and_path

EXPECTED_COUNTRIES = frozenset({"US", "CA", "PR", "VI", "GU", "AS", "MP"})
"""The countries of +1 that a line in the United States may need. The hotline is in the US."""
ALERT_PERIOD, RECENT = timedelta(days=7), timedelta(days=2)
"""How far back the debugger is read, and how recent an entry fails the check."""


def account_is_active(target: Target) -> Finding:
    """Twilio knows the token; the account is a paid one and not suspended."""
    try:
        status = target.require_account().status()
    except TokenRejected as error:
        return fails(str(error), "Until then the line may refuse every call.", ("account", "token"))
    except NoAnswer as error:
        return unknown(str(error), lacks=("account",))
    except OperationFailed as error:
        return fails(
            str(error),
            "Correct TWILIO_ACCOUNT_SID, or look in Twilio's console why the account is closed.",
            ("account",),
        )
    if status.status != "active":
        found = f"the account is {status.status}: no call gets through."
        return fails(found, "Twilio's console says why, above all under Billing: mend it there.")
    if status.kind == "Trial":
        found = "it is a trial account: callers hear Twilio's notice first, and five calls at once are carried."
        return fails(found, "Upgrade it in Twilio's console, under Billing.", ("profile",))
    return passes("active.")


def calls_are_not_recorded(target: Target) -> Finding:
    """No default of the account records every call."""
    if target.require_account().records_by_default():
        return fails(
            "a default of the account records every call.",
            'Delete this default: docs/operate.md has the command, under "Recording off".',
        )
    return passes("no default records calls.")


def dialling_is_narrow(target: Target) -> Finding:
    """The account may dial the hotline's country and few others, so that a stolen token can do little harm."""
    countries = target.require_account().countries()
    codes = {country.code for country in countries}
    if "US" not in codes:
        return fails(
            "the United States may not be dialled: no caller can be connected.",
            "Allow it in Twilio's console, under Voice > Settings > Geo permissions.",
        )
    wide = sorted(codes - EXPECTED_COUNTRIES)
    if wide:
        named = ", ".join(wide[:5]) + (" …" if len(wide) > 5 else "")
        return fails(f"{len(wide)} more countries may be dialled: {named}.", "Take them off: Voice > Geo permissions.")
    if any(country.risky for country in countries):
        return fails("high-risk numbers may be dialled.", "Take them off: Voice > Geo permissions.")
    return passes(f"only {', '.join(sorted(codes))} may be dialled.")


def enough_calls_at_once(target: Target) -> Finding:
    """The account's profile allows many calls at once; a transferred call counts as two.

    https://support.twilio.com/hc/en-us/articles/223180028
    """
    account = target.require_account()
    if account.status().is_subaccount:
        found = "this is a subaccount: the profile of its parent counts."
        return unknown(found, "Look there under Trust Hub: a Business profile must be approved.", ("profile",))
    remedy = "Have a Business profile approved, in Twilio's console under Trust Hub."
    approved = [profile.policy.lower() for profile in account.profiles() if profile.approved]
    if any("business" in policy and "secondary" not in policy for policy in approved):
        return passes("an approved Business profile: no limit on calls at once.")
    if any("individual" in policy or "starter" in policy for policy in approved):
        return fails("an Individual profile carries 3 calls at once.", remedy)
    if approved:
        return unknown(f"the profile is approved, of a kind unknown here ({approved[0]}).", "Look under Trust Hub.")
    return fails("without an approved profile, an account carries 2 calls at once.", remedy, ("profile",))


class _Meaning(NamedTuple):
    """What error codes from `first` to `last` mean for the line, and the remedy."""

    first: int
    last: int
    means: str
    remedy: str


_OTHER_VOICE = (
    "Set another `voice` of locales/voices.toml in locales/TAG/locale.toml, and restart the line; if the errors come "
    "from the TwiML Bin, set `fallback_voice` there, and paste the output of `ivr fallback` into the Bin again."
)
_MEANINGS = (
    _Meaning(10001, 10003, "the account does not take calls", "Twilio's console says why: see its Billing."),
    _Meaning(10004, 10004, "more calls at once than the account may have", "Have a Business profile approved."),
    _Meaning(
        11000, 11999, "Twilio could not get a document",
        "The other lines say whether it is mended; if they all pass, look at the log of the proxy for that hour.",
    ),
    _Meaning(
        13200, 13299, "Twilio refused a transfer to the hotline, or warned about it",
        "LINE_NUMBER must be a number of this account, in the settings of the line and in the TwiML Bin: restart the "
        "line and paste the output of `ivr fallback` again. Voice > Geo permissions must allow the United States.",
    ),
    _Meaning(
        13321, 13321, "a voice of the line is no longer offered by Twilio",
        _OTHER_VOICE,
    ),
    _Meaning(
        13510, 13512, "a voice of the line is no longer offered by Twilio",
        _OTHER_VOICE,
    ),
    _Meaning(
        12000, 13999, "Twilio could not read a document as it was meant",
        "If the fallback check passes, this is a fault of the program: please report it.",
    ),
)  # fmt: skip
"""Codes of https://www.twilio.com/docs/api/errors; the first row that a code fits is its meaning."""


def debugger_is_quiet(target: Target) -> Finding:
    """Twilio's debugger has no recent error or warning of this line. Its texts, which may name a caller, are not shown.

    Warnings count: Twilio reports a refused transfer (13214) and a withdrawn voice (13511) as a warning.
    """
    addresses = _addresses(target)
    alerts = target.require_account().alerts(target.external.now() - ALERT_PERIOD)
    ours = [alert for alert in alerts if _concerns_calls(alert, addresses)]
    if not ours:
        return passes(f"no error and no warning about calls in {ALERT_PERIOD.days} days.")
    last = max((alert.when for alert in ours if alert.when), default=None)
    at = f", the last on {last:%Y-%m-%d at %H:%M} UTC" if last else ""
    found = f"in {ALERT_PERIOD.days} days{at}: {'; '.join(_listed(ours))}."
    if last and last < target.external.now() - RECENT:
        return passes(f"quiet for {RECENT.days} days; before that: {found}")
    return fails(found, " ".join(dict.fromkeys(_meaning(code).remedy for code in _codes(ours))))


def _addresses(target: Target) -> tuple[str, ...]:
    """Host and path of this line and of its fallback document."""
    name = target.settings.line_number
    numbers = target.require_account().numbers(name) if name else []
    addresses = (target.settings.public_url, *(number.webhooks.fallback_url for number in numbers))
    return tuple(host_and_path(address) for address in addresses if address)


def _concerns_calls(alert: Alert, addresses: Sequence[str]) -> bool:
    """Whether an alert is about a voice call of this line, or of this account if it names no address."""
    about_voice = any(row.first <= _number(alert) <= row.last for row in _MEANINGS)
    ours = alert.address and host_and_path(alert.address).startswith(tuple(addresses))
    return bool(ours or (about_voice and not alert.address)) and alert.level in ("error", "warning")


def _number(alert: Alert) -> int:
    return int(alert.code) if alert.code.isdecimal() else 0


def _codes(alerts: Sequence[Alert]) -> list[int]:
    """The codes of `alerts`, the most frequent first."""
    return [code for code, _ in Counter(map(_number, alerts)).most_common(5)]


def _listed(alerts: Sequence[Alert]) -> Iterator[str]:
    """Each code, how often it came, from which hosts, and its meaning: "13214 × 3 from line.example.org: Twilio …"."""
    times = Counter(map(_number, alerts))
    for code in _codes(alerts):
        hosts = {host_and_path(alert.address).partition("/")[0] for alert in alerts if _number(alert) == code}
        at = f" from {', '.join(sorted(filter(None, hosts)))}" if any(hosts) else ""
        yield f"{code} × {times[code]}{at}: {_meaning(code).means}"


def _meaning(code: int) -> _Meaning:
    other = _Meaning(code, code, "another event", f"See https://www.twilio.com/docs/api/errors/{code}")
    return next((row for row in _MEANINGS if row.first <= code <= row.last), other)


CHECKS: Checks = {
    "account": Check(account_is_active, ("account",)),
    "recording": Check(calls_are_not_recorded, ("account",)),
    "countries": Check(dialling_is_narrow, ("account",)),
    "calls at once": Check(enough_calls_at_once, ("account", "profile")),
    "debugger": Check(debugger_is_quiet, ("account",)),
}
