"""Proofs about documents: the telephone plays each one; only known numbers are dialled, only own recordings played."""

from collections.abc import Iterable, Iterator

from ivr.call.urls import AUDIO
from ivr.check.line_index import LineIndex
from ivr.content.facts import EMERGENCY, PREMIUM
from ivr.errors import Fault
from ivr.line import twiml
from ivr.phone.parser import Dial, Gather, Hangup, InvalidTwiml, Play, Verb, read_document

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


def only_own_recordings_are_played(walk: LineIndex) -> Iterator[Fault]:
    """A <Play> names a recording of a published language at the line's own address; the fallback document has none."""
    locales, public_url = walk.line.content.locales.values(), walk.line.options.public_url
    files = {file for locale in locales for sound in locale.sounds.values() for file in (sound.file, sound.slow)}
    own = {f"{public_url}{AUDIO}/{file}" for file in files}
    played = {play.address: place for place in walk.line.documents for play in _plays(walk.verbs(place))}
    for address, place in played.items():
        if address not in own:
            found = f"it plays {address}"
            yield walk.fault(place, found, f"Only a recording of the line's own, below {public_url}{AUDIO}, may be.")
    for play in _plays(read_document(walk.line.fallback_document)):
        found = f"the fallback document plays {play.address}"
        yield Fault("fallback document", found, "It must speak: where it is needed, our recordings cannot be fetched.")


def _plays(verbs: Iterable[Verb]) -> Iterator[Play]:
    for verb in verbs:
        for spoken in verb.spoken if isinstance(verb, Gather) else (verb,):
            if isinstance(spoken, Play):
                yield spoken


def _dialled(walk: LineIndex) -> dict[str, str]:
    """Every number that is dialled, with a shortest way to it: "" where only the last resort dials it."""
    dialled = {verb.number: "" for verb in read_document(walk.line.fallback_document) if isinstance(verb, Dial)}
    for place, way in reversed(list(walk.line.paths.items())):
        dialled |= {verb.number: way for verb in walk.verbs(place) if isinstance(verb, Dial)}
    return dialled
