"""Proofs about documents: the telephone plays each one, and only known numbers are dialled."""

from collections.abc import Iterator

from ivr.check.line_index import LineIndex
from ivr.content.facts import EMERGENCY, PREMIUM
from ivr.errors import Fault
from ivr.line import twiml
from ivr.phone.parser import Dial, Hangup, InvalidTwiml, read_document

MAX_DOCUMENT_BYTES = 60_000
"""Twilio refuses 64 kB (https://www.twilio.com/docs/api/errors/11750)."""


def documents_are_played(index: LineIndex) -> Iterator[Fault]:
    """Every document is valid for the strict telephone, small enough, and ends in a dial or a hang-up."""
    for place, fragments in index.line.documents.items():
        size = len(twiml.document(fragments))
        if size > MAX_DOCUMENT_BYTES:
            remedy = f"At most {MAX_DOCUMENT_BYTES}: shorten the text or part it into two topics."
            yield index.fault(place, f"its document has {size} bytes", remedy)
        try:
            last = index.verbs(place)[-1]
        except InvalidTwiml as error:
            found = f"the telephone refuses its document: {error}"
            yield index.fault(place, found, "Look at the text that is spoken there.")
            continue
        if not (isinstance(last, Hangup) or (isinstance(last, Dial) and last.action)):
            found = "its document ends without a dial or a hang-up"
            yield index.fault(place, found, "The transitions must lead every silence to one of them.")


def only_known_numbers_are_dialled(index: LineIndex) -> Iterator[Fault]:
    """Every dialled number has a `dial` in numbers.toml; 911, premium numbers and the line's own number are refused."""
    known = {number.dial for number in index.line.content.facts.numbers.values() if number.dial}
    for number, path in sorted(_dialled(index).items()):
        if number not in known or number.lstrip("+") in EMERGENCY or PREMIUM.match(number):
            remedy = "Only numbers with a `dial` may be, never 911 or a premium number."
            yield Fault("numbers.toml", f"{number} is dialled", remedy, path)
        if number == index.line.options.line_number:
            remedy = "The line would call itself: set its own number."
            yield Fault("LINE_NUMBER", f"{number} is the number that is dialled", remedy, path)


def _dialled(index: LineIndex) -> dict[str, str]:
    """Every dialled number, with the keys of a shortest way to it; "" if only the fallback document dials it."""
    ways = {verb.number: "" for verb in read_document(index.line.fallback_document) if isinstance(verb, Dial)}
    for place, path in reversed(list(index.line.paths.items())):
        ways |= {verb.number: path for verb in index.verbs(place) if isinstance(verb, Dial)}
    return ways
