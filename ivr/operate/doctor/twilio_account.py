"""Checks of the Twilio account: the settings and the events that affect a call."""

from ivr.errors import NoAnswer, OperationFailed, TokenRejected
from ivr.operate.doctor.check import Check, Checks, Finding, Target, fails, passes, unknown
from ivr.operate.twilio_faults import UNKNOWN_TOKEN

EXPECTED_COUNTRIES = frozenset({"US", "CA", "PR", "VI", "GU", "AS", "MP"})
"""The countries of +1 that a line in the United States may need. The hotline is in the US."""
_GEO = "In Twilio's console, open Voice > Settings > Geo permissions."
_NOT_ACTIVE = (
    "Open https://console.twilio.com, and look under Billing: pay what is due, or correct the card.\n"
    "If nothing is due, the owner of the account has a mail from Twilio that says why: answer it, or write to "
    "https://help.twilio.com.\n"
    "Until then, tell the people who give out the line's number to give out the hotline's own number."
)


def account_is_active(target: Target) -> Finding:
    """Twilio knows the token; the account is paid and not suspended."""
    try:
        status = target.account.status()
    except TokenRejected:
        return fails(*UNKNOWN_TOKEN, ("account", "token"))
    except NoAnswer as error:
        return unknown(str(error), lacks=("account",))
    except OperationFailed as error:
        return fails(
            str(error),
            "Correct TWILIO_ACCOUNT_SID in the settings, or look in Twilio's console why the account is closed.",
            "perhaps fallback",
            ("account",),
        )
    if status.status != "active":
        found = f"Twilio has set the account to “{status.status}”."
        return fails(found, _NOT_ACTIVE, "no service")
    if status.kind == "Trial":
        found = "it is a trial account: callers hear Twilio's notice first, and five calls at once are carried."
        return fails(found, "Upgrade it in Twilio's console, under Billing.", "none", ("profile",))
    return passes("active.")


def calls_are_not_recorded(target: Target) -> Finding:
    """No default of the account records every call."""
    if target.account.records_by_default():
        return fails(
            "a default of the account records every call.",
            'Delete this default: docs/operate.md has the command, under "Recording off".\n'
            "Delete the recordings in Twilio's console, under Monitor > Logs > Call recordings.",
            "data leaks",
        )
    return passes("no default records calls.")


def dialling_is_narrow(target: Target) -> Finding:
    """The account may dial the hotline's country and few others, so that a stolen token can do little harm."""
    countries = target.account.countries()
    if "US" not in countries:
        return fails(
            "the account may not dial the United States, where the hotline is.",
            f"{_GEO}\nTick the United States, and save. The line needs no restart.",
            "no transfer",
        )
    unexpected = sorted(countries.keys() - EXPECTED_COUNTRIES)
    if unexpected:
        names = ", ".join(unexpected[:5]) + (" …" if len(unexpected) > 5 else "")
        return fails(
            f"{len(unexpected)} more countries may be dialled: {names}.", f"{_GEO}\nTake their ticks off.", "none"
        )
    if any(countries.values()):
        return fails("high-risk numbers may be dialled.", f"{_GEO}\nTake their ticks off.", "none")
    return passes(f"only {', '.join(sorted(countries))} may be dialled.")


def enough_calls_at_once(target: Target) -> Finding:
    """The account's profile allows many calls at once; a transferred call counts as two.

    https://support.twilio.com/hc/en-us/articles/223180028
    """
    account = target.account
    if account.status().is_subaccount:
        found = "this is a subaccount: the profile of its parent counts."
        return unknown(found, "Look there under Trust Hub: a Business profile must be approved.", ("profile",))
    remedy = "Have a Business profile approved, in Twilio's console under Trust Hub."
    approved = [profile.lower() for profile in account.approved_profiles()]
    if any("business" in policy and "secondary" not in policy for policy in approved):
        return passes("an approved Business profile: no limit on calls at once.")
    if any("individual" in policy or "starter" in policy for policy in approved):
        return fails("an Individual profile carries 3 calls at once.", remedy, "none")
    if approved:
        return unknown(f"the profile is approved, of a kind unknown here ({approved[0]}).", "Look under Trust Hub.")
    return fails("without an approved profile, an account carries 2 calls at once.", remedy, "none", ("profile",))


CHECKS: Checks = {
    "account": Check(account_is_active, ("account",)),
    "recording": Check(calls_are_not_recorded, ("account",)),
    "countries": Check(dialling_is_narrow, ("account",)),
    "calls at once": Check(enough_calls_at_once, ("account", "profile")),
}
