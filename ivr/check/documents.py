"""Proofs about documents: the telephone plays each one, and only known numbers are dialled."""

from collections.abc import Iterator

from ivr.check.line_index import LineIndex
from ivr.content.facts import EMERGENCY, PREMIUM
from ivr.errors import Fault
from ivr.line import twiml
from ivr.phone.parser import Dial, Hangup, InvalidTwiml, read_document

MOST_BYTES = 60_000
"""Bytes of a document; Twilio refuses 64 kB (https://www.twilio.com/docs/api/errors/11750)."""


def documents_are_played(walk: LineIndex) -> Iterator[Fault]:
    """Every document is read by the strict telephone, is small enough, and ends in a dial or a hang-up."""
    for place, fragments in walk.line.documents.items():
        size = len(twiml.document(fragments))
        if size > MOST_BYTES:
            yield walk.fault(
                place,
                f"its document has {size} bytes",
                f"At most {MOST_BYTES}: shorten the text or part it into two topics.",
            )
        try:
            verbs = walk.verbs(place)
        except InvalidTwiml as error:
            yield walk.fault(
                place,
                f"the telephone refuses its document: {error}",
                "Look at the text that is spoken there.",
            )
            continue
        if not (isinstance(verbs[-1], Hangup) or (isinstance(verbs[-1], Dial) and verbs[-1].action)):
            yield walk.fault(
                place,
                "its document neither dials nor hangs up at its end",
                "The walk must end every silence.",
            )


def only_known_numbers_are_dialled(walk: LineIndex) -> Iterator[Fault]:
    """What is dialled is a number of numbers.toml: never 911, never a premium number, never the line's own."""
    known = {number.dial for number in walk.line.content.facts.numbers.values() if number.dial}
    own = walk.line.options.line_number
    for number, path in sorted(_dialled(walk).items()):
        if number not in known or number.lstrip("+") in EMERGENCY or PREMIUM.match(number):
            yield Fault(
                "numbers.toml",
                f"{number} is dialled",
                "Only numbers with a `dial` may be, never 911 or a premium number.",
                path,
            )
        if number == own:
            yield Fault(
                "LINE_NUMBER",
                f"{number} is the number that is dialled",
                "The line would call itself: set its own number.",
                path,
            )


def _dialled(walk: LineIndex) -> dict[str, str]:
    """Every number that is dialled, with a shortest way to it: "" where only the last resort dials it."""
    dialled = {verb.number: "" for verb in read_document(walk.line.fallback_document) if isinstance(verb, Dial)}
    for place, way in reversed(list(walk.line.paths.items())):
        dialled |= {verb.number: way for verb in walk.verbs(place) if isinstance(verb, Dial)}
    return dialled
