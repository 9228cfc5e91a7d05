"""Place to address and back, side by side. An address holds where a caller stands and nothing of the caller.

    /call                                                   the telephone rings
    /call/es/partner/part-2/slow/misses-1/tries-1           a key was pressed there
    /call/es/connect/outcome                                a dial ended there
    /audio/0f3c….wav                                        a recording

Only what differs from the default is written: `/call/en/main` is part 1, normal pace, no misses, no tries.
"""

import re

from ivr.call.flow import Flow, Languages
from ivr.call.state import Place
from ivr.call.transitions import last_part
from ivr.errors import UnknownAddress

RING = "/call"
OUTCOME = "/outcome"
AUDIO = "/audio"
_PLACE = re.compile(
    r"/call/(?P<locale>[A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8})*)/(?P<node>[a-z][a-z0-9_]*)"
    r"(?:/part-(?P<part>[1-9][0-9]{0,2}))?(?P<slow>/slow)?(?:/misses-(?P<misses>[12]))?(?:/tries-(?P<tries>[123]))?",
    re.ASCII,
)
_LANGUAGE = re.compile(r"/call/(?P<locale>[A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8})*)(?:/|$)", re.ASCII)


def address_of(place: Place) -> str:
    """The path at which a key pressed at `place` arrives."""
    part = f"/part-{place.part}" if place.part > 1 else ""
    slow = "/slow" if place.pace == "slow" else ""
    misses = f"/misses-{place.misses}" if place.misses else ""
    tries = f"/tries-{place.tries}" if place.tries else ""
    return f"{RING}/{place.locale}/{place.node}{part}{slow}{misses}{tries}"


def outcome_address_of(place: Place) -> str:
    """The path at which the end of a dial made at `place` arrives."""
    return address_of(place) + OUTCOME


def place_at(flow: Flow, address: str) -> Place:
    """The place whose path is `address`. Raises UnknownAddress for any other, and for any other way of writing it."""
    found = _PLACE.fullmatch(address)
    if found is None:
        raise UnknownAddress(address)
    place = Place(
        found["node"], found["locale"], int(found["part"] or 1), "slow" if found["slow"] else "normal",
        int(found["misses"] or 0), int(found["tries"] or 0),
    )  # fmt: skip
    node = flow.nodes.get(place.node)
    if node is None or place.locale not in flow.published or place.part > last_part(flow, place):
        raise UnknownAddress(address)
    if (isinstance(node, Languages) and len(flow.published) < 3) or address_of(place) != address:
        raise UnknownAddress(address)
    return place


def successor_of(flow: Flow, address: str) -> Place | None:
    """Where a caller is taken whose address names a node of an earlier release: the node that took its place."""
    found = _PLACE.fullmatch(address)
    node = flow.moved.get(found["node"]) if found else None
    if found is None or node is None or found["locale"] not in flow.published:
        return None
    return Place(node, found["locale"], pace="slow" if found["slow"] else "normal")


def language_in(flow: Flow, address: str) -> str:
    """The published language that an address names, whatever else it holds; the first one where it names none."""
    found = _LANGUAGE.match(address)
    return found["locale"] if found and found["locale"] in flow.published else flow.published[0]
