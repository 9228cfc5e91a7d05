"""Proofs about documents: the telephone plays each one; only known numbers are dialled, only own recordings played."""

from collections.abc import Iterable, Iterator

from ivr.call.urls import AUDIO
from ivr.check.line_index import LineIndex
from ivr.content.facts import EMERGENCY, PREMIUM
from ivr.errors import Fault
from ivr.line import twiml
from ivr.phone.parser import read_document
from ivr.phone.verbs import Dial, Gather, Hangup, Play, Verb
from ivr.phone.xml import InvalidTwiml

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
    allowed_numbers = {number.dial for number in index.line.content.facts.numbers.values() if number.dial}
    for number, path in sorted(_dialled(index).items()):
        if number not in allowed_numbers or number.lstrip("+") in EMERGENCY or PREMIUM.match(number):
            remedy = "Dial only numbers with a `dial`, and never 911 or a premium number."
            yield Fault("numbers.toml", f"{number} is dialled", remedy, path)
        if number == index.line.options.line_number:
            remedy = "The line would call itself: set the number of the line."
            yield Fault("LINE_NUMBER", f"{number} is the number that is dialled", remedy, path)


def only_own_recordings_are_played(index: LineIndex) -> Iterator[Fault]:
    """A <Play> names a recording of a published language below the public URL; the fallback document has no <Play>."""
    locales, audio_url = index.line.content.locales.values(), index.line.options.public_url + AUDIO
    files = {file for locale in locales for sound in locale.sounds.values() for file in (sound.file, sound.slow)}
    places_by_url = {play.url: place for place in index.line.documents for play in _plays(index.verbs(place))}
    own_urls = {f"{audio_url}/{file}" for file in files}
    for url, place in places_by_url.items():
        if url not in own_urls:
            remedy = f"Play only recordings of the line, which are below {audio_url}."
            yield index.fault(place, f"it plays {url}", remedy)
    for play in _plays(read_document(index.line.fallback_document)):
        found = f"the fallback document plays {play.url}"
        yield Fault("fallback document", found, "It must speak: where it is needed, our recordings cannot be fetched.")


def _plays(verbs: Iterable[Verb]) -> Iterator[Play]:
    for verb in verbs:
        for spoken in verb.nested if isinstance(verb, Gather) else (verb,):
            if isinstance(spoken, Play):
                yield spoken


def _dialled(index: LineIndex) -> dict[str, str]:
    """Every dialled number, with a shortest path to it; "" if only the fallback document dials it."""
    paths = {verb.number: "" for verb in read_document(index.line.fallback_document) if isinstance(verb, Dial)}
    for place, path in reversed(list(index.line.paths.items())):  # from long to short: the shortest path is kept
        paths |= {verb.number: path for verb in index.verbs(place) if isinstance(verb, Dial)}
    return paths
