"""A telephone number at Twilio: how it is wired, how it should be, and the one change from the one to the other."""

import re
import shlex
from collections.abc import Iterator, Mapping
from urllib.parse import urlsplit

from ivr.call.urls import RING
from ivr.errors import OperationFailed
from ivr.operate.account import Account, Number, Webhooks
from ivr.settings import Settings

OVERRIDES = "#rc=1&rp=ct,rt,5xx&ct=2000&rt=3000"
"""One quick retry before the fallback: 2 s to connect, 3 s to answer, so that dead air stays under 10 s. Not signed.

https://www.twilio.com/docs/usage/webhooks/webhooks-connection-overrides
"""
TOLL_FREE = re.compile(r"\+1(800|833|844|855|866|877|888)")
_SECRET = re.compile(r"(?<=//)([^/@:]*):[^/@]*(?=@)")


def the_number(account: Account, wanted: str) -> Number:
    """The one number of `account` that `wanted` names: +1 and ten digits, or its SID. Raises OperationFailed."""
    found = account.numbers(wanted)
    if not found:
        raise OperationFailed(f"The account has no number {wanted}: see Phone Numbers in Twilio's console.")
    if len(found) > 1:
        listed = ", ".join(f"{one.number} ({one.sid})" for one in found)
        raise OperationFailed(f"{wanted} matches several numbers: {listed}. Name one of them, or its SID.")
    return found[0]


def wiring_for(settings: Settings, now: Webhooks, given: Mapping[str, str]) -> Webhooks:
    """How the number should be wired: to this line, quick to retry, no status callback; what is `given` goes before.

    `given` names fields of Webhooks. Raises OperationFailed where Twilio could not reach what would be wired.
    """
    if any("***" in value for value in given.values()):
        raise OperationFailed("*** stands for a password that was not shown: write the password itself.")
    if "voice_url" not in given:
        now = now._replace(voice_url=_ours(settings), voice_method="POST", status_url="")
    if "fallback_url" in given:
        now = now._replace(fallback_method="GET" if _is_a_file(given["fallback_url"]) else "POST")
    return now._replace(**given)


def _ours(settings: Settings) -> str:
    parts = urlsplit(settings.public_url)
    if parts.scheme != "https" or parts.hostname in ("localhost", "127.0.0.1", "::1"):
        raise OperationFailed(
            f"Twilio cannot call {settings.public_url}: set PUBLIC_URL to the line's https address first."
        )
    return settings.public_url + RING + OVERRIDES


def _is_a_file(url: str) -> bool:
    """Storage that serves files answers GET alone."""
    return urlsplit(url).path.endswith(".xml")


def differences(old: Webhooks, new: Webhooks) -> list[str]:
    """Each thing that changes, old → new; passwords in addresses are not shown."""
    names = ("voice URL", "voice method", "fallback URL", "fallback method", "status callback", "status method")
    pairs = zip(names, old, new, strict=True)
    return [f"{name}: {shown(one) or 'none'} → {shown(other) or 'none'}" for name, one, other in pairs if one != other]


def described(number: Number) -> list[str]:
    """The number and its wiring, a line each."""
    wiring = number.wiring
    return [
        f"{number.number} ({number.sid})",
        f"  voice URL        {wiring.voice_method} {shown(wiring.voice_url) or 'none'}",
        f"  fallback URL     {wiring.fallback_method} {shown(wiring.fallback_url) or 'none'}",
        f"  status callback  {shown(wiring.status_url) or 'none'}",
    ]


def warnings(number: Number, settings: Settings, wired: Webhooks) -> Iterator[str]:
    """What an operator should know before this number takes calls, wired as in `wired`."""
    if number.application or number.trunk:
        owner = "TwiML app" if number.application else "SIP trunk"
        yield f"A {owner} is set on this number: Twilio ignores its URLs. Take it off in Twilio's console."
    if TOLL_FREE.match(number.number):
        yield (
            "This number is toll-free. Shown as caller ID to a toll-free hotline it can make the transfer fail: "
            "use a number with an area code."
        )
    if number.number != settings.line_number:
        yield f"LINE_NUMBER is {settings.line_number or 'not set'}: set it to {number.number}, then restart the line."
    if not wired.fallback_url:
        yield (
            "There is no fallback: if the line cannot answer, callers hear an error message. "
            "Paste `ivr fallback` into a TwiML Bin and give its address as --fallback-url."
        )


def rewire(account: Account, number: Number, wiring: Webhooks) -> None:
    """Make the change and read it back. Raises OperationFailed where Twilio does not show it afterwards."""
    try:
        account.rewire(number, wiring)
    except OperationFailed as error:
        raise OperationFailed(f"{error} `ivr number show {number.number}` tells how the number stands.") from None
    left = differences(the_number(account, number.sid).wiring, wiring)
    if left:
        raise OperationFailed(f"Twilio took the change and shows something else: {'; '.join(left)}.")


def undo(number: Number) -> str:
    """The command that wires `number` as it was, for a shell."""
    wiring = number.wiring
    options = {
        "--voice-url": wiring.voice_url,
        "--voice-method": wiring.voice_method,
        "--fallback-url": wiring.fallback_url,
        "--fallback-method": wiring.fallback_method,
        "--status-url": wiring.status_url,
        "--status-method": wiring.status_method,
    }
    told = " ".join(f"{name} {shlex.quote(shown(value))}" for name, value in options.items())
    return f"ivr number set {number.number} --yes {told}"


def shown(url: str) -> str:
    """An address as it may be printed: without a password."""
    return _SECRET.sub(r"\1:***", url)
