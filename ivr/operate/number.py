"""The webhooks of a telephone number at Twilio: show them, compute those of this line, set them, undo that."""

import re
import shlex
from collections.abc import Iterator, Mapping
from urllib.parse import urlsplit

from ivr.call.urls import RING, webhook_url
from ivr.errors import OperationFailed
from ivr.operate.account import Account, Number, Webhooks
from ivr.settings import Settings

TOLL_FREE = re.compile(r"\+1(800|833|844|855|866|877|888)")
_PASSWORD = re.compile(r"(?<=//)([^/@:]*):[^/@]*(?=@)")


def find_number(account: Account, name: str) -> Number:
    """The number of `account` that matches `name`, such as "+12025550123" or a SID ("PN…"). Raises OperationFailed."""
    numbers = account.numbers(name)
    if not numbers:
        raise OperationFailed(f"The account has no number {name}: see Phone Numbers in Twilio's console.")
    if len(numbers) > 1:
        listed = ", ".join(f"{number.number} ({number.sid})" for number in numbers)
        raise OperationFailed(f"{name} matches several numbers: {listed}. Name one of them, or its SID.")
    return numbers[0]


def webhooks_for(settings: Settings, current: Webhooks, options: Mapping[str, str]) -> Webhooks:
    """The webhooks that lead calls to this line, without a status callback; `options` (fields of Webhooks) override.

    Raises OperationFailed if Twilio could not reach PUBLIC_URL, or if an option has *** in place of a password.
    """
    if any("***" in value for value in options.values()):
        raise OperationFailed("*** stands for a password that was not shown: write the password itself.")
    webhooks = current
    if "voice_url" not in options:
        webhooks = webhooks._replace(voice_url=_voice_url(settings), voice_method="POST", status_url="")
    if "fallback_url" in options:
        webhooks = webhooks._replace(fallback_method="GET" if _is_file(options["fallback_url"]) else "POST")
    return webhooks._replace(**options)


def _voice_url(settings: Settings) -> str:
    parts = urlsplit(settings.public_url)
    if parts.scheme != "https" or parts.hostname in ("localhost", "127.0.0.1", "::1"):
        raise OperationFailed(
            f"Twilio cannot call {settings.public_url}: set PUBLIC_URL to the line's https address first."
        )
    return webhook_url(settings.public_url, RING)


def _is_file(url: str) -> bool:
    """A host of files answers GET requests only."""
    return urlsplit(url).path.endswith(".xml")


def changes(old: Webhooks, new: Webhooks) -> list[str]:
    """Each difference as a line, without passwords: "voice method: GET → POST"."""
    names = ("voice URL", "voice method", "fallback URL", "fallback method", "status callback", "status method")
    rows = zip(names, old, new, strict=True)
    return [
        f"{name}: {without_password(before) or 'none'} → {without_password(after) or 'none'}"
        for name, before, after in rows
        if before != after
    ]


def describe(number: Number) -> list[str]:
    """The number and its webhooks, one line each."""
    webhooks = number.webhooks
    return [
        f"{number.number} ({number.sid})",
        f"  voice URL        {webhooks.voice_method} {without_password(webhooks.voice_url) or 'none'}",
        f"  fallback URL     {webhooks.fallback_method} {without_password(webhooks.fallback_url) or 'none'}",
        f"  status callback  {without_password(webhooks.status_url) or 'none'}",
    ]


def warnings(number: Number, settings: Settings, webhooks: Webhooks) -> Iterator[str]:
    """Warnings for an operator before `number` takes calls with `webhooks`, as sentences."""
    if number.application or number.trunk:
        owner = "TwiML app" if number.application else "SIP trunk"
        yield f"A {owner} is set on this number: Twilio ignores its URLs. Remove it in Twilio's console."
    if TOLL_FREE.match(number.number):
        yield (
            "This number is toll-free. Shown as caller ID to a toll-free hotline it can make the transfer fail: "
            "use a number with an area code."
        )
    if number.number != settings.line_number:
        yield f"LINE_NUMBER is {settings.line_number or 'not set'}: set it to {number.number}, then restart the line."
    if not webhooks.fallback_url:
        yield (
            "There is no fallback: if the line cannot answer, callers hear an error message. "
            "Paste `ivr fallback` into a TwiML Bin and give its address as --fallback-url."
        )


def set_webhooks(account: Account, number: Number, webhooks: Webhooks) -> None:
    """Set the webhooks and read them back. Raises OperationFailed if Twilio then shows other ones."""
    try:
        account.set_webhooks(number, webhooks)
    except OperationFailed as error:
        raise OperationFailed(f"{error} `ivr number show {number.number}` shows what is set now.") from None
    left = changes(find_number(account, number.sid).webhooks, webhooks)
    if left:
        raise OperationFailed(f"Twilio accepted the change, but still shows other values: {'; '.join(left)}.")


def undo_command(number: Number) -> str:
    """The shell command that restores the webhooks of `number`."""
    webhooks = number.webhooks
    options = {
        "--voice-url": webhooks.voice_url,
        "--voice-method": webhooks.voice_method,
        "--fallback-url": webhooks.fallback_url,
        "--fallback-method": webhooks.fallback_method,
        "--status-url": webhooks.status_url,
        "--status-method": webhooks.status_method,
    }
    words = " ".join(f"{name} {shlex.quote(without_password(value))}" for name, value in options.items())
    return f"ivr number set {number.number} --yes {words}"


def without_password(url: str) -> str:
    """The address as it may be printed: "https://user:***@host/path"."""
    return _PASSWORD.sub(r"\1:***", url)
