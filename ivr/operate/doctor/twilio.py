"""Checks at Twilio: the account, the number and where its calls go, and the fallback document."""

from urllib.parse import urldefrag, urlencode, urlsplit

from ivr.call.urls import OVERRIDES, RING
from ivr.errors import OperationFailed, TokenRejected, TwilioUnavailable, Unreachable
from ivr.operate.account import UNKNOWN_TOKEN, Webhooks
from ivr.operate.doctor.check import Finding, Target, fails, passes, to_do, unknown
from ivr.operate.http_client import Reply, signature_header, signed_post
from ivr.operate.number_webhooks import TWIML_BIN_HOST, routing_faults
from ivr.phone.parser import read_document
from ivr.phone.webhook_form import FORM
from ivr.phone.xml import InvalidTwiml

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
    except TwilioUnavailable as error:
        return unknown(str(error), lacks=("account",))
    except OperationFailed as error:
        remedy = "Correct TWILIO_ACCOUNT_SID in the settings, or look in Twilio's console why the account is closed."
        return fails(str(error), remedy, "perhaps fallback", ("account",))
    if status.status != "active":
        return fails(f"Twilio has set the account to “{status.status}”.", _NOT_ACTIVE, "no service")
    if status.kind == "Trial":
        found = "it is a trial account: callers hear Twilio's notice first, and five calls at once are carried."
        return fails(found, "Upgrade it in Twilio's console, under Billing.", "none", ("profile",))
    return passes("active.")


def calls_are_not_recorded(target: Target) -> Finding:
    """No default of the account records every call."""
    if target.account.records_by_default():
        remedy = (
            'Delete this default: docs/operate.md has the command, under "Recording off".\n'
            "Delete the recordings in Twilio's console, under Monitor > Logs > Call recordings."
        )
        return fails("a default of the account records every call.", remedy, "data leaks")
    return passes("no default records calls.")


def dialling_is_narrow(target: Target) -> Finding:
    """The account may dial the hotline's country and few others, so that a stolen token can do little harm."""
    countries = target.account.countries()
    if "US" not in countries:
        remedy = f"{_GEO}\nTick the United States, and save. The line needs no restart."
        return fails("the account may not dial the United States, where the hotline is.", remedy, "no transfer")
    untick = f"{_GEO}\nTake their ticks off."
    if unexpected := sorted(countries.keys() - EXPECTED_COUNTRIES):
        names = ", ".join(unexpected[:5]) + (" …" if len(unexpected) > 5 else "")
        return fails(f"{len(unexpected)} more countries may be dialled: {names}.", untick, "none")
    if any(countries.values()):
        return fails("high-risk numbers may be dialled.", untick, "none")
    return passes(f"only {', '.join(sorted(countries))} may be dialled.")


def enough_calls_at_once(target: Target) -> Finding:
    """The account's profile allows many calls at once; a transferred call counts as two.

    https://support.twilio.com/hc/en-us/articles/223180028
    """
    account = target.account
    if account.status().is_subaccount:
        found = "this is a subaccount: the profile of its parent counts."
        return unknown(found, "Look there under Trust Hub: a Business profile must be approved.", lacks=("profile",))
    remedy = "Have a Business profile approved, in Twilio's console under Trust Hub."
    approved = [profile.lower() for profile in account.approved_profiles()]
    if any("business" in policy and "secondary" not in policy for policy in approved):
        return passes("an approved Business profile: no limit on calls at once.")
    if any("individual" in policy or "starter" in policy for policy in approved):
        return fails("an Individual profile carries 3 calls at once.", remedy, "none")
    if approved:
        return unknown(f"the profile is approved, of a kind unknown here ({approved[0]}).", "Look under Trust Hub.")
    return fails("without an approved profile, an account carries 2 calls at once.", remedy, "none", ("profile",))


_COPY = "Run `ivr fallback` on this machine, and copy all that it prints."
_PASTE = (
    f"{_COPY}\nPaste it into the document at that address (a TwiML Bin: in Twilio's console), in place of the old text."
)
_NEW_BIN = (
    f"{_COPY}\n"
    "In Twilio's console, log in to the account whose Account SID is TWILIO_ACCOUNT_SID in the settings on this "
    "machine. Under TwiML Bins, make a new TwiML Bin, paste the text, and save.\n"
    "Copy the address of the TwiML Bin (https://handler.twilio.com/twiml/EH…), and run `ivr number set "
    "--fallback-url ADDRESS` with it."
)


def number_is_ours(target: Target) -> Finding:
    """The number sends its calls to this line, by POST, and to no other address; no other setting overrides that."""
    if not target.account.numbers(target.settings.line_number):
        found = f"the account has no number {target.settings.line_number}."
        remedy = (
            "Look in Twilio's console under Phone Numbers > Manage > Active numbers: the line's number is listed "
            "there, or it belongs to another account.\n"
            "Correct LINE_NUMBER in the settings, or take TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN of the other "
            "account.\nRestart the line."
        )
        return fails(found, remedy, "no transfer", ("number",))
    number = target.find_number()
    if cause := next(iter(routing_faults(number, target.settings, number.webhooks)), None):
        return fails(*cause)
    line_url = target.settings.public_url + RING
    if not number.webhooks.voice_url.endswith(OVERRIDES):
        return passes(f"Twilio is set to {line_url}, without the quick retry that `ivr number set` adds.")
    return passes(f"Twilio is set to {line_url}, by POST, with a quick retry.")


def fallback_is_hosted(target: Target) -> Finding:
    """The fallback URL is set, on another host, and answers with the document that `ivr fallback` prints.

    Or it answers as this line does: it can be the exported line on Twilio.
    """
    webhooks = target.find_number().webhooks
    if not webhooks.fallback_url:
        found = "none is set: when the line cannot answer, callers hear an error message."
        return fails(found, _NEW_BIN, "no fallback")
    if urlsplit(webhooks.fallback_url).hostname == urlsplit(target.settings.public_url).hostname:
        return fails("it is on the same host as the line, and fails together with it.", _NEW_BIN, "no fallback")
    try:
        reply = _fallback(target, webhooks)
    except Unreachable as error:
        return fails(f"{error}.", _NEW_BIN, "no fallback")
    if reply.status != 200:
        return _finding_for_status(urlsplit(webhooks.fallback_url).hostname or "", reply.status)
    if target.is_own_answer(reply.body, urldefrag(webhooks.fallback_url).url.removesuffix(RING)):
        return passes("it answers with the whole line, as it is here.")
    try:
        is_same = read_document(reply.body.strip()) == read_document(target.readiness.fallback_document)
    except InvalidTwiml as error:
        return fails(f"its address gives no document that a telephone understands: {error}.", _PASTE, "no fallback")
    if not is_same:
        return fails("it does not say the words that `ivr fallback` prints.", _PASTE, "none")
    return passes("it answers and says the words that `ivr fallback` prints.")


def _finding_for_status(host: str, status: int) -> Finding:
    """The finding for a fallback address on `host` that answers with another `status` than 200."""
    if status in (401, 403) and host == TWIML_BIN_HOST:
        found = "the TwiML Bin does not answer this account: it belongs to another account or subaccount of Twilio's."
        return fails(found, _NEW_BIN, "no fallback")
    if status in (401, 403):
        found = f"its address does not answer this machine (status {status}); it may answer Twilio."
        return unknown(found, "Compare it with the output of `ivr fallback` yourself.")
    remedy = f"Make the document public there, or make a TwiML Bin instead.\n{_NEW_BIN}"
    return fails(f"its address answers with status {status}.", remedy, "no fallback")


def _fallback(target: Target, webhooks: Webhooks) -> Reply:
    """Ask for the fallback as Twilio would. A TwiML Bin answers requests that are signed with the account's token.

    https://support.twilio.com/hc/en-us/articles/223132187
    """
    url, settings = webhooks.fallback_url.partition("#")[0], target.settings
    is_bin = urlsplit(url).hostname == TWIML_BIN_HOST
    if is_bin:
        url += f"?{urlencode({'AccountSid': settings.twilio_account_sid})}"
    if is_bin or webhooks.fallback_method == "GET":
        return target.external.fetch(url, None, signature_header(settings.tokens[0], url))
    return signed_post(target.external.fetch, settings.tokens[0], url, FORM)


def number_is_attested(target: Target) -> Finding:
    """The number belongs to an approved trust product for SHAKEN/STIR: its calls are not marked as unwanted.

    https://www.twilio.com/docs/voice/trusted-calling-with-shakenstir
    """
    if target.account.is_attested(target.find_number()):
        return passes("the number belongs to an approved trust product for SHAKEN/STIR.")
    found = "the number belongs to no approved trust product for SHAKEN/STIR: a transfer may be marked as unwanted."
    return to_do(found, "In Twilio's console, under Trust Hub, register SHAKEN/STIR and add the number to it.")
