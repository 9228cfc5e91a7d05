"""The webhooks of a telephone number at Twilio: shows them, computes those of this line, sets and restores them."""

import re
import shlex
from collections.abc import Iterator, Mapping
from urllib.parse import urlsplit

from ivr.call.urls import RING, webhook_url
from ivr.errors import OperationFailed
from ivr.operate.account import Account, TwilioNumber, Webhooks
from ivr.operate.cause import Cause
from ivr.settings import Settings

TWIML_BIN_HOST = "handler.twilio.com"
_TWIML_BIN_PATH = re.compile(r"/twiml/EH[0-9a-fA-F]{32}")
_HOST = re.compile(r"[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")
TOLL_FREE = re.compile(r"\+1(800|833|844|855|866|877|888)")
_TAKE_OVERRIDE_OFF = (
    "In Twilio's console, under Phone Numbers > Manage > Active numbers, open the number.\n"
    "Under Voice Configuration, set “Configure with” to “Webhook, TwiML Bin, Function, Studio Flow, Proxy Service”, "
    "and save.\n"
    "Run `ivr number set`, which gives the addresses of the line to Twilio again if they are missing."
)
_PASSWORD = re.compile(r"(?<=//)([^/@:]*):[^/@]*(?=@)")


def find_number(account: Account, number_or_sid: str) -> TwilioNumber:
    """The number of `account` that matches "+12025550123" or a SID ("PN…"). Raises OperationFailed."""
    numbers = account.numbers(number_or_sid)
    if not numbers:
        raise OperationFailed(f"The account has no number {number_or_sid}: see Phone Numbers in Twilio's console.")
    if len(numbers) > 1:
        names = ", ".join(f"{number.number} ({number.sid})" for number in numbers)
        raise OperationFailed(f"{number_or_sid} matches several numbers: {names}. Name one of them, or its SID.")
    return numbers[0]


def webhooks_for(settings: Settings, current: Webhooks, options: Mapping[str, str]) -> Webhooks:
    """The webhooks that lead calls to this line, except where `options` (fields of Webhooks) say otherwise.

    With the option `voice_url`, as `undo_command` gives it, the result is `current`, changed by `options` alone.
    Raises OperationFailed if an option has *** in place of a password, and as `_leading_to_line` does.
    """
    if any("***" in value for value in options.values()):
        raise OperationFailed("*** stands for a password that was not shown: write the password itself.")
    fallback_url = options.get("fallback_url", "")
    webhooks = current if "voice_url" in options else _leading_to_line(current, settings, fallback_url)
    if "fallback_url" in options:
        is_file = urlsplit(fallback_url).path.endswith(".xml")  # a host of files answers GET requests only
        webhooks = webhooks._replace(fallback_method="GET" if is_file else "POST")
    return webhooks._replace(**options)


def _leading_to_line(webhooks: Webhooks, settings: Settings, fallback_url: str) -> Webhooks:
    """`webhooks` with this line's voice URL and without a status callback.

    Raises OperationFailed if Twilio could not reach PUBLIC_URL, or if `fallback_url` is on the host of the line.
    """
    if urlsplit(fallback_url).hostname == urlsplit(settings.public_url).hostname:
        raise OperationFailed(
            "The fallback URL is on the host of the line: it would fail together with the line. Paste the output of "
            "`ivr fallback` into a TwiML Bin, and give the address of the TwiML Bin."
        )
    return webhooks._replace(voice_url=_voice_url(settings), voice_method="POST", status_url="")


def _voice_url(settings: Settings) -> str:
    parts = urlsplit(settings.public_url)
    if parts.scheme != "https" or parts.hostname in ("localhost", "127.0.0.1", "::1"):
        raise OperationFailed(
            f"Twilio cannot call {settings.public_url}: set PUBLIC_URL to the line's https address first."
        )
    return webhook_url(settings.public_url, RING)


def document_url_fault(url: str) -> str:
    """The reason why Twilio could not get a document from `url`; "" if there is none, or if `url` is ""."""
    if not url:
        return ""
    try:
        parts = urlsplit(url)
        whole = parts.scheme in ("http", "https") and _HOST.fullmatch(parts.hostname or "") and url.isprintable()
    except ValueError:
        whole = False
    if not whole:
        return f"expected the address of a document, such as https://{TWIML_BIN_HOST}/twiml/EH…; found {url!r}"
    if parts.hostname == TWIML_BIN_HOST and not _TWIML_BIN_PATH.fullmatch(parts.path):
        return f"the address of a TwiML Bin is https://{TWIML_BIN_HOST}/twiml/EH and 32 more digits; found {url!r}"
    return ""


def webhook_changes(old: Webhooks, new: Webhooks) -> list[str]:
    """Each difference as a line, without passwords: "voice method: GET → POST"."""
    names = ("voice URL", "voice method", "fallback URL", "fallback method", "status callback", "status method")
    rows = zip(names, old, new, strict=True)
    return [
        f"{name}: {without_password(before) or 'none'} → {without_password(after) or 'none'}"
        for name, before, after in rows
        if before != after
    ]


def number_rows(number: TwilioNumber) -> list[str]:
    """The number and its webhooks, one line each."""
    webhooks = number.webhooks
    return [
        f"{number.number} ({number.sid})",
        f"  voice URL        {webhooks.voice_method} {without_password(webhooks.voice_url) or 'none'}",
        f"  fallback URL     {webhooks.fallback_method} {without_password(webhooks.fallback_url) or 'none'}",
        f"  status callback  {without_password(webhooks.status_url) or 'none'}",
    ]


def routing_faults(number: TwilioNumber, settings: Settings, webhooks: Webhooks) -> Iterator[Cause]:
    """The reasons why calls to `number` do not reach this line, or tell others about a caller.

    `webhooks` are those that the number has, or those that it will get.
    """
    expected = settings.public_url + RING
    if not number.takes_calls:
        remedy = "In Twilio's console, set it to receive voice calls, or buy a number with Voice."
        yield Cause("The number takes no voice calls, only text messages or fax.", remedy, "no service")
    if number.overridden_by:
        found = f"A {number.overridden_by} is set on the number: Twilio ignores its voice URL and its fallback."
        yield Cause(found, _TAKE_OVERRIDE_OFF, "no service")
    if webhooks.voice_url.partition("#")[0] != expected:
        present_url = without_password(webhooks.voice_url) or "no address"
        yield Cause(f"Its calls go to {present_url}, and not to {expected}.", "Run `ivr number set`.", "no service")
    if webhooks.voice_method != "POST":
        yield Cause("Twilio asks by GET: callers' numbers land in logs.", "Run `ivr number set`.", "data leaks")
    if webhooks.status_url:
        found = f"After each call Twilio sends the caller's number to {without_password(webhooks.status_url)}."
        remedy = (
            "Run `ivr number set`, which removes this address: the command shows the change and asks first.\n"
            f"If you do not know why {urlsplit(webhooks.status_url).hostname} is set there, find out who can log in to "
            "Twilio's console."
        )
        yield Cause(found, remedy, "data leaks")
    if number.looks_up_names:
        remedy = "Switch Caller Name Lookup off in Twilio's console, on the page of the number."
        yield Cause("Twilio looks up the name of each caller and sends it along.", remedy, "data leaks")


def setup_faults(number: TwilioNumber, settings: Settings, webhooks: Webhooks) -> Iterator[Cause]:
    """Every reason why `number` is not set up as it should be for this line; `webhooks` as for `routing_faults`."""
    yield from routing_faults(number, settings, webhooks)
    if TOLL_FREE.match(number.number):
        found = "The number is toll-free. Shown as caller ID to a toll-free hotline it can make the transfer fail."
        yield Cause(found, "Use a number with an area code.")
    if number.number != settings.line_number:
        found = f"LINE_NUMBER is {settings.line_number or 'not set'}."
        yield Cause(found, f"Set it to {number.number}, then restart the line.")
    if not webhooks.fallback_url:
        remedy = "Paste `ivr fallback` into a TwiML Bin and give its address as --fallback-url."
        yield Cause("There is no fallback: if the line cannot answer, callers hear an error message.", remedy)


def set_webhooks(account: Account, number: TwilioNumber, webhooks: Webhooks) -> None:
    """Set the webhooks and read them back. Raises OperationFailed if Twilio then shows other values."""
    try:
        account.set_webhooks(number, webhooks)
    except OperationFailed as error:
        raise OperationFailed(f"{error} `ivr number show {number.number}` shows what is set now.") from None
    differences = webhook_changes(find_number(account, number.sid).webhooks, webhooks)
    if differences:
        raise OperationFailed(f"Twilio accepted the change, but still shows other values: {'; '.join(differences)}.")


def undo_command(number: TwilioNumber) -> str:
    """The shell command that restores the webhooks of `number`."""
    options = (
        f"--{field.replace('_', '-')} {shlex.quote(without_password(value))}"
        for field, value in number.webhooks._asdict().items()
    )
    return f"ivr number set {number.number} --yes {' '.join(options)}"


def without_password(url: str) -> str:
    """The address as it may be printed: "https://user:***@host/path"."""
    return _PASSWORD.sub(r"\1:***", url)


def host_and_path(url: str) -> str:
    """The part of `url` that says where it leads: "line.example.org/call" for "https://Line.example.org:443/call?a#b"."""
    parts = urlsplit(url)
    return f"{parts.hostname or ''}{parts.path}"
