"""Checks at Twilio: the webhooks of the number, and the settings of the account that affect a call."""

from collections import Counter
from datetime import timedelta
from urllib.parse import urldefrag, urlencode, urlsplit

from ivr.call.urls import OVERRIDES, RING
from ivr.operate.account import Webhooks
from ivr.operate.doctor.check import Checks, Finding, Target, fails, passes, unknown
from ivr.operate.http_client import Reply, signature_header, signed_post
from ivr.operate.number import without_password
from ivr.phone.errors import InvalidTwiml
from ivr.phone.parser import read_document
from ivr.phone.webhook_form import FORM

EXPECTED_COUNTRIES = frozenset({"US", "CA", "PR", "VI", "GU", "AS", "MP"})
"""The countries of +1 that a line in the United States may need. The hotline is in the US."""
TWIML_BIN_HOST = "handler.twilio.com"
ALERT_PERIOD = timedelta(days=7)


def account_is_active(target: Target) -> Finding:
    """The account is a paid one and not suspended."""
    status = target.require_account().status()
    if status.status != "active":
        return fails(f"the account is {status.status}: no call gets through.", "See Twilio's console.")
    if status.kind == "Trial":
        return fails("it is a trial account: callers hear Twilio's notice first.", "Upgrade it.")
    return passes("active.")


def number_is_ours(target: Target) -> Finding:
    """The number sends its calls to this line, by POST, and no other setting at Twilio overrides that."""
    if not target.require_account().numbers(target.require_line_number()):
        return fails(
            f"the account has no number {target.require_line_number()}.", "Correct LINE_NUMBER, or the account."
        )
    number = target.require_number()
    webhooks, expected = number.webhooks, target.settings.public_url + RING
    if number.application or number.trunk:
        what = "TwiML app" if number.application else "SIP trunk"
        return fails(f"a {what} is set on it: its URLs are ignored.", "Take that off in Twilio's console.")
    if webhooks.voice_url.partition("#")[0] != expected:
        return fails(
            f"it asks {without_password(webhooks.voice_url) or 'nobody'}, not {expected}.", "Run `ivr number set`."
        )
    if webhooks.voice_method != "POST":
        return fails("it asks by GET: callers' numbers land in logs.", "Run `ivr number set`.")
    if not webhooks.voice_url.endswith(OVERRIDES):
        return passes("it asks this line, without the quick retry that `ivr number set` adds.")
    return passes("it asks this line, by POST, with a quick retry.")


def fallback_is_hosted(target: Target) -> Finding:
    """The fallback URL is set, on another host, and answers with what `ivr fallback` prints."""
    webhooks = target.require_number().webhooks
    if not webhooks.fallback_url:
        return fails("none is set.", "Paste `ivr fallback` into a TwiML Bin, then `ivr number set --fallback-url …`.")
    if urlsplit(webhooks.fallback_url).hostname == urlsplit(target.settings.public_url).hostname:
        return fails("it is on the same host as the line.", "Host it elsewhere, in a TwiML Bin for instance.")
    reply = _fallback(target, webhooks)
    if reply.status in (401, 403):
        return unknown(f"it does not show itself to us (status {reply.status}).", "Compare it with `ivr fallback`.")
    if reply.status != 200:
        return fails(f"it answers with status {reply.status}.", "Paste `ivr fallback` there anew.")
    if target.is_own_opening(reply.body, urldefrag(webhooks.fallback_url).url.removesuffix(RING)):
        return passes("it answers with the whole line, as it is here.")
    try:
        same = read_document(reply.body.strip()) == read_document(target.readiness.fallback_document)
    except InvalidTwiml as error:
        return fails(f"what it says is not what a telephone understands: {error}.", "Paste `ivr fallback` there anew.")
    if not same:
        return fails("it says something else than `ivr fallback`.", "Paste `ivr fallback` there anew.")
    return passes("it answers and says what `ivr fallback` prints.")


def _fallback(target: Target, webhooks: Webhooks) -> Reply:
    """Ask for the fallback as Twilio would. A TwiML Bin answers requests that are signed with the account's token.

    https://support.twilio.com/hc/en-us/articles/223132187
    """
    url, settings = webhooks.fallback_url.partition("#")[0], target.settings
    if urlsplit(url).hostname == TWIML_BIN_HOST:
        url = f"{url}?{urlencode({'AccountSid': settings.twilio_account_sid})}"
        return target.external.fetch(url, None, signature_header(settings.tokens[0], url))
    if webhooks.fallback_method == "GET":
        return target.external.fetch(url, None, signature_header(settings.tokens[0], url))
    return signed_post(target.external.fetch, settings.tokens[0], url, FORM)


def calls_are_not_recorded(target: Target) -> Finding:
    """No default of the account records every call."""
    if target.require_account().records_by_default():
        return fails(
            "a default of the account records every call.",
            "Delete the Recording Account Default Configuration: see docs/operate.md.",
        )
    return passes("no default records calls.")


def dialling_is_narrow(target: Target) -> Finding:
    """The account may dial the hotline's country and few others, so that a stolen token can do little harm."""
    countries = target.require_account().countries()
    codes = {country.code for country in countries}
    if "US" not in codes:
        return fails(
            "the US may not be dialled: no caller can be connected.", "Allow it under Voice > Geo permissions."
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
    status = account.status()
    if status.kind == "Trial":
        return fails("a trial account carries 5 calls at once.", "Upgrade it, and have a Business profile approved.")
    if status.is_subaccount:
        return unknown("this is a subaccount: the profile is its parent's.", "Look under Trust Hub there.")
    approved = [profile.policy.lower() for profile in account.profiles() if profile.approved]
    if any("business" in policy and "secondary" not in policy for policy in approved):
        return passes("an approved Business profile: no limit on calls at once.")
    if any("individual" in policy or "starter" in policy for policy in approved):
        return fails("an Individual profile carries 3 calls at once.", "Have a Business profile approved: Trust Hub.")
    if approved:
        return unknown(f"the profile is approved, of a kind unknown here ({approved[0]}).", "Look under Trust Hub.")
    return fails("no approved profile: 2 calls at once.", "Have a Business profile approved: Trust Hub in the console.")


def debugger_is_quiet(target: Target) -> Finding:
    """Twilio's debugger has no recent error of this line. Only codes are shown: the texts may contain a caller."""
    alerts = target.require_account().alerts(target.external.now() - ALERT_PERIOD)
    ours = [
        alert for alert in alerts if alert.level == "error" and _concerns(alert.address, target.settings.public_url)
    ]
    if not ours:
        return passes(f"no error in {ALERT_PERIOD.days} days.")
    codes = Counter(alert.code for alert in ours)
    listed = ", ".join(f"{code} × {times}" for code, times in codes.most_common(5))
    last = max((alert.when for alert in ours if alert.when), default=None)
    return fails(
        f"in {ALERT_PERIOD.days} days: {listed}" + (f", the last on {last:%Y-%m-%d}." if last else "."),
        f"Read https://www.twilio.com/docs/api/errors/{ours[0].code}",
    )


def _concerns(address: str, public_url: str) -> bool:
    return not address or address.startswith(public_url)


CHECKS: Checks = {
    "account": account_is_active,
    "number": number_is_ours,
    "fallback": fallback_is_hosted,
    "recording": calls_are_not_recorded,
    "countries": dialling_is_narrow,
    "calls at once": enough_calls_at_once,
    "debugger": debugger_is_quiet,
}
