"""Proofs about keys, silence and dialling.

A person and the 911 reminder are one key away, * leads to the main menu, no key ends a call. A silent caller reaches a
person, and the line stops dialling by itself.
"""

from collections.abc import Iterator
from typing import get_args

from ivr.call.flow import Farewell, Transfer
from ivr.call.playlist import languages_spoken
from ivr.call.state import KEYS, DialEnded, DialOutcome, Place
from ivr.call.transitions import MAX_TRIES, Ask, End, Step, next_place
from ivr.call.urls import address_of, key_address_of, outcome_address_of, webhook_url
from ivr.check.line_index import LineIndex
from ivr.content.facts import HOTLINE
from ivr.errors import Fault
from ivr.line.schedule import SHORTEST_SILENT_CALL
from ivr.phone.verbs import Dial, Gather

MAX_DEPTH = 4
"""The presses of * after which a caller is at the main menu, from every place."""
LONGEST_SILENT_CALL = 3600
"""Seconds after which a silent call has reached the hotline or its goodbye, even from the longest topic."""


def a_person_is_one_key_away(index: LineIndex) -> Iterator[Fault]:
    """From every place, 0 dials the hotline, after one request and one sentence."""
    for place in index.places_with_keys:
        target = index.next_place(place, "0")
        if not isinstance(index.flow.nodes[target.node], Transfer):
            yield index.fault(place, f"0 leads to {address_of(target)}", "0 must lead to the transfer.")
    for place in index.line.paths:
        if isinstance(index.flow.nodes[place.node], Transfer):
            yield from _transfer_faults(index, place)


def _transfer_faults(index: LineIndex, place: Place) -> Iterator[Fault]:
    """A transfer is one sentence in each language, then the dial of the hotline."""
    *sentences, dial = index.verbs(place)
    if not 0 < len(sentences) <= len(languages_spoken(index.flow, place)) or not isinstance(dial, Dial):
        found = "the transfer is not one sentence in each language and a dial"
        yield index.fault(place, found, "Keep connect.txt to one paragraph.")
    elif dial.number != (hotline := index.line.content.facts.numbers[HOTLINE].dial):
        yield index.fault(place, f"the transfer dials {dial.number}", f"It must dial {hotline}.")


def the_reminder_is_one_key_away(index: LineIndex) -> Iterator[Fault]:
    """9 leads to the 911 reminder, where 1 and 9 repeat it: a caller who types 9-1-1 hears the reminder."""
    reminder = index.flow.name_of_kind("reminder")
    for place in index.places_with_keys:
        target = place
        for key in "911":
            target = index.next_place(target, key)
            if target.node != reminder:
                remedy = "9 must lead to the reminder, and 1 must stay there."
                yield index.fault(place, f"911 typed there leads to {address_of(target)}", remedy)
                break


def star_leads_to_the_main_menu(index: LineIndex) -> Iterator[Fault]:
    """* pressed MAX_DEPTH times leads to the main menu; at the main menu * leads to it again."""
    for place in index.places_with_keys:
        target = place
        for _ in range(MAX_DEPTH):
            target = index.next_place(target, "*")
        if target.node != index.flow.main_menu:
            found = f"* pressed {MAX_DEPTH} times leads to {address_of(target)}"
            yield index.fault(place, found, "It must lead to the main menu.")


def eight_keeps_the_place(index: LineIndex) -> Iterator[Fault]:
    """With two languages, 8 leads to the same node, part and pace in the other language, and 8 again leads back."""
    if len(index.flow.offered) != 2:
        return
    for place in index.places_with_keys:
        target = index.next_place(place, "8")
        back = index.next_place(target, "8")
        is_kept = (target.node, target.part, target.pace) == (place.node, place.part, place.pace)
        if not is_kept or target.locale == place.locale or back.locale != place.locale:
            remedy = "It must lead to the same place in the other language."
            yield index.fault(place, f"8 leads to {address_of(target)}", remedy)


def no_key_ends_a_call(index: LineIndex) -> Iterator[Fault]:
    """Every key and every other input leads to a place that has a document."""
    for place in index.places_with_keys:
        for key in (*KEYS, ""):
            target = index.next_place(place, key)
            if target not in index.line.documents:
                found = f"{key or 'another key'} leads to {address_of(target)}, which has no document"
                yield index.fault(place, found, "The transitions and the compiled line disagree.")


def actions_are_the_addresses_of_their_steps(index: LineIndex) -> Iterator[Fault]:
    """The `action` of each Gather and Dial is the address of its step's place, in every document that contains it."""
    checked = set[tuple[str | None, Step]]()
    for place in index.line.paths:
        actions = [verb.action for verb in index.verbs(place) if isinstance(verb, Gather | Dial)]
        steps = [step for step in index.steps(place) if not isinstance(step, End)]
        if len(actions) != len(steps):
            found = f"its document asks and dials {len(actions)} times, the steps {len(steps)} times"
            yield index.fault(place, found, "The transitions and the compiled line disagree.")
            continue
        pairs = [pair for pair in zip(actions, steps, strict=True) if pair not in checked]
        checked.update(pairs)
        for action, step in pairs:
            asks = isinstance(step, Ask)
            address = key_address_of(index.flow, step.place) if asks else outcome_address_of(step.place)
            url = webhook_url(index.line.options.public_url, address)
            if action != url:
                event = "a key" if asks else "the outcome of a dial"
                yield index.fault(place, f"{event} goes to {action}", f"It must go to {url}.")


def silence_reaches_a_person(index: LineIndex) -> Iterator[Fault]:
    """A silent caller reaches the dial, or with the policy "goodbye" the end, not too early and not too late."""
    for place in index.places_with_keys:
        steps = index.steps(place)
        seconds = sum(index.shortest_seconds(step) for step in steps)
        if index.line.options.silence == "connect" and place.tries < MAX_TRIES and isinstance(steps[-1], End):
            yield index.fault(place, "silence there ends the call", "It must reach the hotline.")
        if seconds < SHORTEST_SILENT_CALL and place.tries < MAX_TRIES:
            remedy = f"It must last {SHORTEST_SILENT_CALL} s at least."
            yield index.fault(place, f"a silent call may end after {seconds:.0f} s", remedy)
        if seconds > LONGEST_SILENT_CALL:
            remedy = f"It may take {LONGEST_SILENT_CALL} s: shorten the topic."
            yield index.fault(place, f"a silent call takes {seconds:.0f} s at least", remedy)


def the_line_stops_dialling(index: LineIndex) -> Iterator[Fault]:
    """By itself the line dials at most three times in a row, and not at all after a conversation."""
    counts = dict[Step, int]()
    for place in index.line.paths:
        last = index.steps(place)[-1]
        if last not in counts:
            counts[last] = _dials(index, last)
        if counts[last] > MAX_TRIES:
            yield index.fault(place, "silence dials again and again", f"After {MAX_TRIES} times it must say goodbye.")
        if isinstance(index.flow.nodes[place.node], Farewell) and counts[last]:
            yield index.fault(place, "silence after a conversation dials again", "It must say goodbye.")


def _dials(index: LineIndex, last: Step) -> int:
    """How often the line dials for a silent caller if the hotline does not answer; MAX_TRIES + 1 at most."""
    dials = 0
    while not isinstance(last, End) and dials <= MAX_TRIES:
        dials += 1
        last = index.steps(next_place(index.flow, last.place, DialEnded("no-answer")))[-1]
    return dials


def every_outcome_leads_on(index: LineIndex) -> Iterator[Fault]:
    """After "connected" comes a farewell; after any other outcome the hotline's number is said twice."""
    for place in index.line.paths:
        if isinstance(index.flow.nodes[place.node], Transfer):
            for outcome in get_args(DialOutcome):
                target = next_place(index.flow, place, DialEnded(outcome))
                if reason := _why_wrong(index, outcome, target):
                    found = f"{outcome} leads to {address_of(target)}, {reason}"
                    remedy = "A conversation ends in a farewell; otherwise the first part says the number twice."
                    yield index.fault(place, found, remedy)


def _why_wrong(index: LineIndex, outcome: DialOutcome, target: Place) -> str:
    """The reason why an outcome must not lead to `target`, such as "which has no document"; "" if it may."""
    if target not in index.line.documents:
        return "which has no document"
    if outcome == "connected":
        return "" if isinstance(index.flow.nodes[target.node], Farewell) else "which is no farewell"
    return "" if _says_the_number_twice(index, target) else "where the number is not spoken twice"


def _says_the_number_twice(index: LineIndex, place: Place) -> bool:
    prompts = index.line.schedule.prompts(index.steps(place)[0])
    numbers = [name for prompt in prompts for name in prompt.numbers]
    return numbers.count(index.flow.transfer.number) >= 2
