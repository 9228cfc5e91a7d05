"""The proofs: rules that hold at every place of the line, for every caller. A line that breaks one is not ready.

Each proof is a function whose name is the sentence that it proves. It goes through every place, key, silence and dial
outcome; the strict telephone of `ivr.phone` reads every document. No setting turns a proof off. The length and the
reading level of texts have limits (`limits.py`), which do not stop a running line.
"""

from collections.abc import Callable, Iterator, Sequence

from ivr.call.state import KEYS
from ivr.check import documents, events, spoken
from ivr.check.line_index import LineIndex
from ivr.errors import Fault
from ivr.line.line import Line


def prove(line: Line) -> tuple[Fault, ...]:
    """Run every proof on `line`. An empty result means that all hold."""
    index, faults = LineIndex(line), list[Fault]()
    for proof in PROOFS:
        try:
            faults.extend(proof(index))
        except Exception as error:  # a refused document, which the first proof reports, or an error in the proof
            name = proof.__name__.replace("_", " ")
            found = f"the proof failed with an error ({type(error).__name__}: {error})"
            faults.append(Fault(name, found, "Correct the other faults first."))
    return tuple(faults)


def proof_counts(lines: Sequence[Line]) -> str:
    """How many places (states), presses of a key at a place, and documents `prove` goes through in all `lines`."""
    keys = sum(len(LineIndex(line).places_with_keys) for line in lines) * len((*KEYS, ""))
    places, documents = sum(len(line.paths) for line in lines), sum(len(line.documents) for line in lines)
    return f"{places} states, {keys} keys, {documents} documents walked"


Proof = Callable[[LineIndex], Iterator[Fault]]
PROOFS: tuple[Proof, ...] = (
    documents.documents_are_played,
    documents.only_known_numbers_are_dialled,
    documents.only_own_recordings_are_played,
    events.actions_are_the_addresses_of_their_steps,
    events.no_key_ends_a_call,
    events.a_person_is_one_key_away,
    events.the_reminder_is_one_key_away,
    events.star_leads_to_the_main_menu,
    events.eight_keeps_the_place,
    spoken.both_languages_are_spoken_until_one_is_chosen,
    spoken.a_choice_or_eight_chooses_the_language,
    events.silence_reaches_a_person,
    events.the_line_stops_dialling,
    events.every_outcome_leads_on,
    spoken.spoken_keys_work,
    spoken.choices_rise,
    spoken.one_text_says_all_keys,
    spoken.every_language_says_the_same,
)
