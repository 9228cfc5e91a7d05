"""One test call to a running line, for cron or a monitor: it rings, presses 8 and 0, and no telephone is dialled."""

from collections.abc import Sequence
from functools import partial
from typing import NamedTuple

from ivr.call.urls import RING
from ivr.content.flow_file import load_flow
from ivr.errors import BadSettings, OperationFailed
from ivr.line.line import Form
from ivr.operate.health import health_at
from ivr.operate.http_client import Fetch, signed_post
from ivr.phone.caller import Caller, ImpossibleAct
from ivr.phone.errors import InvalidTwiml
from ivr.settings import Settings

SLOW = 3.0
"""Seconds after which Twilio, wired by `ivr number set`, gives an answer up."""


class Probed(NamedTuple):
    """Whether callers get through, in a sentence."""

    well: bool
    sentence: str


def probe(settings: Settings, url: str, fetch: Fetch) -> Probed:
    """Ring at `url`, a running line, and press 8 and 0. Its requests are signed and never counted, as every test call.

    Then the line is asked whether it is whole: a language that is not spoken is no success.
    """
    if not settings.tokens:
        raise BadSettings("TWILIO_AUTH_TOKEN is not set: a running line answers signed requests only.")
    times: list[float] = []
    caller = Caller(partial(_post, settings, url, fetch, times), url + RING)
    languages = load_flow(settings.ivr_content / "prompts" / "flow.toml").published
    try:
        caller.rings()
        offered = _press_language_key(caller, languages)
        caller.presses("0")
    except (OperationFailed, InvalidTwiml) as error:
        return Probed(False, f"DOWN {url}: {error}")
    except ImpossibleAct:
        return Probed(
            False, f"DOWN {url}: it answers with the fallback document. `ivr doctor` on its machine says why."
        )
    if caller.dialled != [settings.hotline]:
        return Probed(False, f"DOWN {url}: key 0 does not dial the hotline.")
    slowest = max(times)
    if slowest > SLOW:
        return Probed(False, f"SLOW {url}: an answer took {slowest:.1f} s, more than {SLOW:.0f} s.")
    if missing := _not_spoken(url, fetch, offered):
        return Probed(False, f"NOT WHOLE {url}: {missing}")
    return Probed(True, f"OK {url}: it answers, key 0 dials the hotline, slowest answer {slowest * 1000:.0f} ms.")


def _press_language_key(caller: Caller, languages: Sequence[str]) -> str:
    """Press 8. The language that should then be spoken and is not, "" where it is, or where 8 offers several."""
    if len(languages) != 2:
        return ""
    caller.presses("8")
    gather = caller.gather
    return "" if gather and f"{RING}/{languages[1]}/" in gather.action else languages[1]


def _not_spoken(url: str, fetch: Fetch, missing: str) -> str:
    """Which language is not spoken, or not wholly, and why; "" where every one is."""
    try:
        health = health_at(url, fetch)
    except OperationFailed as error:
        return f"{missing} is not offered, and {error}" if missing else ""
    for tag, language in (health.languages or {}).items():
        if language.withheld or language.faults:
            state = "is not offered" if language.withheld else f"is not spoken in {_count(language.not_spoken)}"
            return f"{tag} {state}: {language.faults[0] if language.faults else 'no reason is given.'}"
    return f"{missing} is not offered." if missing else ""


def _count(texts: Sequence[str]) -> str:
    return "1 text" if len(texts) == 1 else f"{len(texts)} texts"


def _post(settings: Settings, url: str, fetch: Fetch, times: list[float], address: str, form: Form) -> bytes:
    path = address.removeprefix(settings.public_url).removeprefix(url)
    reply = signed_post(fetch, settings.tokens[0], url + path, form, settings.public_url + path)
    times.append(reply.seconds)
    if reply.status != 200:
        raise OperationFailed(f"it answers a signed request with status {reply.status}.")
    return reply.body
