"""One synthetic call to a running line, for cron or a monitor: it rings and presses 0, and nobody is dialled."""

from functools import partial
from typing import NamedTuple

from ivr.call.urls import RING
from ivr.content.facts import HOTLINE, load_facts
from ivr.errors import BadSettings, OperationFailed
from ivr.line.line import Form
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
    """Ring at `url`, a running line, and press 0. Its requests are signed and, as a rehearsal, never counted."""
    if not settings.tokens:
        raise BadSettings("TWILIO_AUTH_TOKEN is not set: a running line answers signed requests only.")
    times: list[float] = []
    caller = Caller(partial(_post, settings, url, fetch, times), url + RING)
    hotline = load_facts(settings.ivr_content / "prompts", settings.hotline).numbers[HOTLINE].dial
    try:
        caller.rings()
        caller.presses("0")
    except (OperationFailed, InvalidTwiml) as error:
        return Probed(False, f"DOWN {url}: {error}")
    except ImpossibleAct:
        return Probed(False, f"DOWN {url}: it answers with the last resort. `ivr doctor` on its machine says why.")
    if caller.dialled != [hotline]:
        return Probed(False, f"DOWN {url}: key 0 does not dial the hotline.")
    slowest = max(times)
    if slowest > SLOW:
        return Probed(False, f"SLOW {url}: an answer took {slowest:.1f} s, more than {SLOW:.0f} s.")
    return Probed(True, f"OK {url}: it answers, key 0 dials the hotline, slowest answer {slowest * 1000:.0f} ms.")


def _post(settings: Settings, url: str, fetch: Fetch, times: list[float], address: str, form: Form) -> bytes:
    path = address.removeprefix(settings.public_url).removeprefix(url)
    reply = signed_post(fetch, settings.tokens[0], url + path, form, settings.public_url + path)
    times.append(reply.seconds)
    if reply.status != 200:
        raise OperationFailed(f"it answers a signed request with status {reply.status}.")
    return reply.body
