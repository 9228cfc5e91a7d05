"""Addresses: the address of a place, and the place of an address.

An address is the path of a URL here. It contains the state of a call, and no other data:

    /call                                               a call begins
    /call/en/main/choices-7c1e                          a key pressed in the main menu
    /call/es/partner/part-2/slow/misses-1               a key pressed in a topic
    /call/es/connect/tries-1/outcome                    a dial ended, the second one in a row
    /call/en/connect/both-languages/outcome             the same, for a caller who has not chosen a language
    /audio/0f3c….wav                                    a recording

Twilio gets a place as a URL: the public URL, an address, and OVERRIDES, which is the fragment of the URL (after #).
HTTP clients do not send this fragment, and Twilio does not sign it.

Only the segments of SEGMENTS whose value is not the default of `Place` are written, in this order.

`choices-7c1e` is a fingerprint of what keys 1 to 6 lead to. A caller who hears a menu while a new release starts
presses a key of the old menu; the fingerprint shows that, and the new menu is read instead. Addresses of release 0.1.0
have no fingerprint.
"""

import re
import zlib
from collections.abc import Callable
from typing import Any, NamedTuple
from urllib.parse import urldefrag

from ivr.call.flow import NAME, Flow, LanguageMenu
from ivr.call.language_tags import offered_locale
from ivr.call.state import Place
from ivr.call.transitions import CHOICE_KEYS, choices_at, last_part

RING = "/call"
OUTCOME = "/outcome"
AUDIO = "/audio"
PLACE_QUERY = "?at="
"""The query that names a place where a server has no paths below /call, as in Twilio's serverless runtime:
"/call?at=en/main" is "/call/en/main"."""
OVERRIDES = "#rc=1&rp=ct,rt,5xx&ct=2000&rt=3000"
"""Connection overrides, behind every webhook URL that Twilio is given: they hold for one URL only.

One retry after a failed connection, a timeout or a 5xx; 2 s to connect, 3 s to answer. So a caller waits at most 10 s
before Twilio plays the fallback document; the defaults are 15 s, and no retry after a timeout or a 5xx.
https://www.twilio.com/docs/usage/webhooks/webhooks-connection-overrides
"""


class Segment(NamedTuple):
    """An optional segment of an address: `prefix` and the value of `Place.field`, which `pattern` matches.

    Example: `Segment("part", "part-", "[2-9]", int)` writes Place.part=2 as "/part-2" and reads it with `int`. The
    segment of `language_chosen` has no value behind its prefix: it is written where the field is False.
    """

    field: str
    prefix: str
    pattern: str
    read: Callable[[str], object]


SEGMENTS = (
    Segment("part", "part-", "[2-9]|[1-9][0-9]{1,2}", int),
    Segment("pace", "", "slow", str),
    Segment("misses", "misses-", "[12]", int),
    Segment("tries", "tries-", "[123]", int),
    Segment("language_chosen", "both-languages", "", lambda _: False),
)
_DEFAULTS = Place._field_defaults
_LOCALE = r"(?P<locale>[A-Za-z0-9]+(?:[-_][A-Za-z0-9]+)*)"
_CHOICES = r"/choices-[0-9a-f]{4}"
PLACE_PATTERN = re.compile(
    rf"{RING}/{_LOCALE}/(?P<node>{NAME.pattern})"
    + "".join(rf"(?:/{segment.prefix}(?P<{segment.field}>{segment.pattern}))?" for segment in SEGMENTS)
    + rf"(?P<choices>{_CHOICES})?",
    re.ASCII,
)
"""The whole address of a place; `place_at` says whether this line has it."""
LANGUAGE_PATTERN = re.compile(rf"{RING}/{_LOCALE}(?![^/])", re.ASCII)
"""The beginning of an address that names a language, up to a slash or the end."""


def address_of(place: Place) -> str:
    """The address of `place` without the fingerprint of its choices. Messages name a place in this way.

    Example: "/call/es/partner/part-2" for `Place("partner", "es", 2)`.
    """
    values = ((segment, getattr(place, segment.field)) for segment in SEGMENTS)
    changed = ((segment, value) for segment, value in values if value != _DEFAULTS[segment.field])
    written = (f"/{segment.prefix}{value or ''}" for segment, value in changed)  # language_chosen is False: no value
    return "".join((f"{RING}/{place.locale}/{place.node}", *written))


def key_address_of(flow: Flow, place: Place) -> str:
    """The address that Twilio posts a key to, when it is pressed at `place`: "/call/en/main/choices-7c1e"."""
    return address_of(place) + choices_segment(flow, place)


def outcome_address_of(place: Place) -> str:
    """The address that Twilio posts the outcome of a dial at `place` to: "/call/en/connect/outcome"."""
    return address_of(place) + OUTCOME


def webhook_url(public_url: str, address: str) -> str:
    """The URL of `address` as Twilio is given it: "https://line.example.org/call/en/main/choices-7c1e#rc=1&…"."""
    return public_url + address + OVERRIDES


def address_in(public_url: str, url: str) -> str:
    """The address in a URL that `webhook_url` returned: "/call/en/main/choices-7c1e"."""
    return urldefrag(url).url.removeprefix(public_url)


def _parse(flow: Flow, address: str) -> tuple[re.Match[str], str] | None:
    """The match of PLACE_PATTERN and the offered language of an address; None if it lacks one of them."""
    match = PLACE_PATTERN.fullmatch(address)
    locale = offered_locale(flow.offered, match["locale"]) if match else None
    return (match, locale) if match and locale else None


def place_at(flow: Flow, address: str) -> Place | None:
    """The place of an address, with or without a fingerprint; None where `flow` has no such place.

    The language may be written in another way: "/call/es-MX/main" is `Place("main", "es")`.
    """
    match, locale = _parse(flow, address) or (None, "")
    if match is None or match["node"] not in flow.nodes:
        return None
    values: dict[str, Any] = {field: read(match[field]) for field, _, _, read in SEGMENTS if match[field] is not None}
    place = Place(match["node"], locale, **values)
    unused = isinstance(flow.nodes[place.node], LanguageMenu) and len(flow.offered) < 3
    return None if unused or place.part > last_part(flow, place) else place


def key_is_current(flow: Flow, place: Place, address: str, key: str) -> bool:
    """Whether `key`, pressed at the `address` of `place`, leads to the same place in this release.

    True for 0, 7, 8, 9, * and #. True for 1 to 6 if the fingerprint in the address is that of the choices at `place`.
    """
    if key not in CHOICE_KEYS:
        return True
    match = PLACE_PATTERN.fullmatch(address)
    fingerprint = (match["choices"] or "") if match else ""
    return fingerprint == choices_segment(flow, place)


def successor_of(flow: Flow, address: str) -> Place | None:
    """The place that replaces an address whose node is of an earlier release; None if `flow.moved` does not name it.

    Example: `Place("my_safety", "es")` for "/call/es/safety".
    """
    match, locale = _parse(flow, address) or (None, "")
    node = flow.moved.get(match["node"]) if match else None
    return Place(node, locale, pace="slow" if match["pace"] else "normal") if match and node else None


def language_in(flow: Flow, address: str) -> str:
    """The offered language that an address names, even if the rest is unknown. Without one, the source language."""
    match = LANGUAGE_PATTERN.match(address)
    return (offered_locale(flow.offered, match["locale"]) if match else None) or flow.source_language


def choices_segment(flow: Flow, place: Place) -> str:
    """The fingerprint of the choices at `place`, as "/choices-7c1e"; "" at a place without choices."""
    choices = choices_at(flow, place)
    return f"/choices-{zlib.crc32(' '.join(choices).encode()) & 0xFFFF:04x}" if choices else ""
