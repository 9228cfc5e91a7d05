"""Requests whose answers an exported line is compared with: every place with every event, and random ones."""

import hashlib
import random
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import quote

from ivr.call.flow import Transfer
from ivr.call.state import KEYS
from ivr.call.urls import OUTCOME, PLACE_QUERY, RING, key_address_of
from ivr.line.line import Line
from ivr.line.request import DIAL_STATUSES, Form

DIGITS = (*KEYS, "", "x", "12", "##", " 1", "constructor", "__proto__")
STATUSES = (*DIAL_STATUSES, "", "unheard-of", "constructor", "__proto__")
CALL_STATUSES = ("ringing", "in-progress", "completed", "busy", "canceled", "", "Ringing")
KEY_FORMS: tuple[Form, ...] = (
    *([("Digits", digits)] for digits in DIGITS),
    [],
    [("Digits", "1"), ("Digits", "1")],
    [("Digits", ""), ("Digits", "2")],
    [("Digits", ""), ("Digits", "")],
    [("CallStatus", "ringing")],
    [("CallStatus", "ringing"), ("Digits", "2")],
    [("CallStatus", "ringing"), ("CallStatus", "ringing")],
    [("CallStatus", "completed")],
    [("CallStatus", "completed"), ("Digits", "0")],
    [("CallStatus", "in-progress"), ("CallbackSource", "call-progress-events")],
)
"""What is asked at the address of every place."""
OUTCOME_FORMS: tuple[Form, ...] = (
    *([("DialCallStatus", status)] for status in STATUSES),
    [],
    [("DialCallStatus", "busy"), ("DialCallStatus", "completed")],
    [("DialCallStatus", "canceled"), ("DialBridged", "true")],
    [("DialCallStatus", "completed"), ("DialBridged", "false")],
    [("DialCallStatus", "busy"), ("DialBridged", "true"), ("DialBridged", "true")],
    [("DialCallStatus", "no-answer"), ("CallStatus", "completed")],
    [("DialCallStatus", "busy"), ("CallStatus", "completed")],
    [("DialCallStatus", "busy"), ("CallStatus", "ringing")],
    [("CallStatus", "ringing")],
)
"""What is asked at the outcome address of every place, transfer or not."""
FEW_FORMS: tuple[Form, ...] = ([], [("Digits", "0")], [("Digits", "1")], [("Digits", "8")], [("Digits", "x")])
TAGS = (
    "es-MX", "ES", "es_US", "es-Latn-419", "EN-gb", "fr", "zh-TW", "zh-Hans", "zh-hk", "zh", "pt", "pt-PT", "pt-pt-x-b",
    "pt-ao", "art-lulu-x-a", "constructor", "e",
)  # fmt: skip
UNKNOWN = (
    "/call", "/call/", "/call//", "/call/en", "/call/es/", "/call/es/gone", "/call/es/gone/part-2/slow",
    "/call/outcome", "/call/en/outcome", "/call/es/gone/outcome", "/call/en/main/part-9", "/call/en/main/part-1",
    "/call/xx/main",    "/call/en/main/choices-0000", "/call/es/main/choices-zzzz", "/call/en/main/slow/misses-3",
    "/call/constructor/main",
    "/call/en/__proto__", "/call/en/constructor/outcome", "/call/es/Main", "/call/en/main/outcome/outcome",
    "/call/es%2Fmain",
)  # fmt: skip
SEGMENTS = ("slow", "part-2", "misses-1", "tries-2", "x", "outcome")


class Case(NamedTuple):
    """A request, and the SHA-256 of the document that answers it."""

    address: str
    form: Form
    digest: str


def query_of(address: str) -> str:
    """The one mapping between both: /call/en/main is /call?at=en/main on Twilio's serverless runtime."""
    assert address == RING or address.startswith(f"{RING}/")
    return RING if address == RING else f"{RING}{PLACE_QUERY}{quote(address.removeprefix(f'{RING}/'))}"


def mapped(line: Line, document: bytes, base: str) -> bytes:
    """`document` of `line` with the addresses that the function at `base` has."""
    public = line.options.public_url.encode()
    with_queries = document.replace(public + f"{RING}/".encode(), f"{base}{RING}{PLACE_QUERY}".encode())
    return with_queries.replace(public, base.encode())


def cases(line: Line, base: str, old_addresses: Sequence[str] = (), random_cases: int = 10_000) -> Iterator[Case]:
    @lru_cache(maxsize=10_000)
    def digest(document: bytes) -> str:
        return hashlib.sha256(mapped(line, document, base)).hexdigest()

    for address, form in (*_requests(line, old_addresses), *_random_requests(line, random_cases)):
        yield Case(address, form, digest(line.respond(address, form).body))


def _requests(line: Line, old_addresses: Sequence[str]) -> Iterator[tuple[str, Form]]:
    for place in line.documents:
        address = key_address_of(line.flow, place)
        plain = address.partition("/choices-")[0]
        yield from ((address, form) for form in KEY_FORMS)
        dials = isinstance(line.flow.nodes[place.node], Transfer)
        yield from ((f"{plain}{OUTCOME}", form) for form in (OUTCOME_FORMS if dials else OUTCOME_FORMS[::4]))
        others = {plain, f"{plain}/choices-0000"} - {address}
        yield from ((other, form) for other in sorted(others) for form in FEW_FORMS)
    for address in UNKNOWN:
        yield from ((address, form) for form in (*KEY_FORMS, *OUTCOME_FORMS))
    for address in old_addresses:
        yield from ((address, form) for form in (*FEW_FORMS, OUTCOME_FORMS[0]))


def _random_requests(line: Line, count: int) -> Iterator[tuple[str, Form]]:
    """Always the same ones: addresses of the line, many of them changed, with fields in any number and order."""
    chance = random.Random(18)
    addresses = [*line.places_by_address, *UNKNOWN]
    for _ in range(count):
        yield _changed(chance, chance.choice(addresses)), _random_form(chance)


def _changed(chance: random.Random, address: str) -> str:
    change = chance.randrange(6)
    head, *segments = address.removeprefix("/call/").split("/")
    if change == 0:
        return f"{RING}/{'/'.join((chance.choice(TAGS), *segments))}"
    if change == 1 and segments:
        segments.pop(chance.randrange(len(segments)))
        return f"{RING}/{'/'.join((head, *segments))}"
    if change == 2:
        segments.insert(chance.randint(0, len(segments)), chance.choice(SEGMENTS))
        return f"{RING}/{'/'.join((head, *segments))}"
    if change == 3:
        return address + chance.choice((OUTCOME, "/", "x", "/slow", "/both-languages"))
    return address


def _random_form(chance: random.Random) -> Form:
    fields = (
        ("Digits", DIGITS), ("CallStatus", CALL_STATUSES), ("DialCallStatus", STATUSES),
        ("DialBridged", ("true", "false", "")), ("CallbackSource", ("call-progress-events", "")),
        ("At", ("en/main",)), ("constructor", ("x",)),
    )  # fmt: skip
    drawn = chance.choices(fields, weights=(8, 4, 4, 2, 1, 1, 1), k=chance.randint(0, 4))
    return [("CallSid", "CA" + "0" * 32), *((name, chance.choice(values)) for name, values in drawn)]
