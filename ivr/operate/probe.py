"""One test call to a running line, for cron or a monitor: it rings, presses 8 and 0, and no telephone is dialled."""

from collections.abc import Sequence
from functools import partial
from typing import Literal, NamedTuple

from ivr.call.urls import PLACE_QUERY, RING
from ivr.content.load import published_languages
from ivr.errors import OperationFailed, Unreachable
from ivr.operate.health import health_at
from ivr.operate.http_client import Fetch, post_to_line
from ivr.operate.unanswered import why_not_answered
from ivr.phone.caller import Caller, ImpossibleAct
from ivr.phone.xml import InvalidTwiml
from ivr.settings import Settings
from ivr.signature import Form

MAX_ANSWER_SECONDS = 3.0
"""Seconds that Twilio waits for an answer at a URL with OVERRIDES (ivr/call/urls.py), which `ivr number set` adds."""

ProbeState = Literal["OK", "SLOW", "NOT WHOLE", "DOWN", "CANNOT TELL"]
"""CANNOT TELL: the network of this machine does not work."""


class ProbeResult(NamedTuple):
    """The result of a test call of the line at `url`: whether callers get through, in every language, and why not."""

    state: ProbeState
    url: str
    reason: str

    def __str__(self) -> str:
        return f"{self.state} {self.url}: {self.reason}"


def probe(settings: Settings, url: str, fetch: Fetch) -> ProbeResult:
    """Ring at `url`, a running line, press 8 and 0, and ask the line whether it is whole.

    The requests are signed and, as in every test call, not counted. The result is NOT WHOLE if a published language is
    not offered, or is not whole because of a fault. Raises BadSettings without a token.
    """
    try:
        return _call(settings, url, fetch)
    except Unreachable as error:
        return ProbeResult("CANNOT TELL" if error.reason == "offline" else "DOWN", url, f"{error}.")
    except InvalidTwiml as error:
        reason = f"its answer is not a document of the line ({error}). Does another server answer there?"
        return ProbeResult("DOWN", url, reason)
    except OperationFailed as error:
        return ProbeResult("DOWN", url, str(error))
    except ImpossibleAct:  # the fallback document takes no key
        return ProbeResult("DOWN", url, "it answers with the fallback document. `ivr doctor` on its machine says why.")


def _call(settings: Settings, url: str, fetch: Fetch) -> ProbeResult:
    """The call of a probe. Raises OperationFailed, InvalidTwiml or ImpossibleAct where the line does not answer it."""
    times: list[float] = []
    caller = Caller(partial(_post, settings, url, fetch, times), url + RING)
    languages = published_languages(settings.ivr_content)
    caller.rings()
    unreached = _press_language_key(caller, languages)
    caller.presses("0")
    if caller.dialled != [settings.hotline]:
        return ProbeResult("DOWN", url, "key 0 does not dial the hotline.")
    slowest = max(times)
    if slowest > MAX_ANSWER_SECONDS:
        reason = f"an answer took {slowest:.1f} s, more than {MAX_ANSWER_SECONDS:.0f} s."
        return ProbeResult("SLOW", url, reason)
    if reason := _why_not_whole(url, fetch, unreached):
        return ProbeResult("NOT WHOLE", url, reason)
    return ProbeResult("OK", url, f"it answers, key 0 dials the hotline, slowest answer {slowest * 1000:.0f} ms.")


def _press_language_key(caller: Caller, languages: Sequence[str]) -> str:
    """Press 8 in a line with two languages. Returns the second language if key 8 did not lead to it, else ""."""
    if len(languages) != 2:
        return ""
    caller.presses("8")
    action, tag = caller.gather.action if caller.gather else "", languages[1]
    is_there = any(f"{RING}{before}{tag}/" in action for before in ("/", PLACE_QUERY))
    return "" if is_there else tag


def _why_not_whole(url: str, fetch: Fetch, unreached: str) -> str:
    """Which language is not offered or not whole, and why; "" if all are.

    `unreached` is the language to which key 8 should have led and did not, or "".
    """
    try:
        health = health_at(url, fetch)
    except OperationFailed as error:
        return f"{unreached} is not offered, and {error}" if unreached else ""
    for tag, language in health.languages.items():
        if language.withheld or language.faults:
            state = "is not offered" if language.withheld else "is not whole"
            return f"{tag} {state}: {language.faults[0] if language.faults else 'no reason is given.'}"
    return f"{unreached} is not offered." if unreached else ""


def _post(settings: Settings, base_url: str, fetch: Fetch, times: list[float], action: str, form: Form) -> bytes:
    reply = post_to_line(settings, base_url, fetch, action, form)
    times.append(reply.seconds)
    if reply.status != 200:
        raise OperationFailed(str(why_not_answered(settings, base_url, fetch, reply)))
    return reply.body
