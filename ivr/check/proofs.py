"""Proofs: what every caller can rely on, shown for every state the line has. A line that fails one is not ready.

Every place × every key × silence × every dial outcome is walked, and every document is read by the strict telephone
of `ivr.phone`. There is no waiver. What a text should be like is a matter of limits, not of proofs.
"""

from collections.abc import Callable, Iterator
from typing import NamedTuple

from ivr.call.state import KEYS
from ivr.check import documents, keys, silence, spoken_keys
from ivr.check.line_index import LineIndex
from ivr.errors import Fault
from ivr.line.line import Line


class ProofCounts(NamedTuple):
    """The numbers of states, keys and documents that the proofs go through."""

    places: int
    keys: int
    documents: int

    def __str__(self) -> str:
        return f"{self.places} states, {self.keys} keys, {self.documents} documents walked"


def prove(line: Line) -> tuple[Fault, ...]:
    """Every proof over every state of `line`. Returns the faults; none is the proof."""
    walk, faults = LineIndex(line), list[Fault]()
    for proof in PROOFS:
        try:
            faults.extend(proof(walk))
        except Exception as error:  # a document that is refused, named by the first proof, or a fault of the proof
            name = proof.__name__.replace("_", " ")
            found = f"it could not be shown ({type(error).__name__}: {error})"
            faults.append(Fault(name, found, "Mend the other faults first."))
    return tuple(faults)


def proof_counts(line: Line) -> ProofCounts:
    """How many states, keys and documents `prove` walks."""
    return ProofCounts(len(line.paths), len(LineIndex(line).standing) * len((*KEYS, "")), len(line.documents))


Proof = Callable[[LineIndex], Iterator[Fault]]
PROOFS: tuple[Proof, ...] = (
    documents.documents_are_played,
    documents.only_known_numbers_are_dialled,
    documents.only_own_recordings_are_played,
    keys.keys_arrive_where_they_were_pressed,
    keys.no_key_ends_a_call,
    keys.a_person_is_one_key_away,
    keys.the_reminder_is_one_key_away,
    keys.star_leads_to_the_root,
    keys.eight_keeps_the_place,
    silence.silence_reaches_a_person,
    silence.the_line_stops_dialling,
    silence.every_outcome_leads_on,
    spoken_keys.spoken_keys_work,
    spoken_keys.one_text_says_all_keys,
    spoken_keys.every_language_says_the_same,
)
