"""Proofs about keys: a person and the 911 reminder are one key away, * leads home, no key ends a call."""

from collections.abc import Iterator

from ivr.call.flow import Transfer
from ivr.call.playlist import languages_spoken
from ivr.call.state import KEYS, Place
from ivr.call.transitions import Ask, End, Step
from ivr.call.urls import address_of, key_address_of, outcome_address_of
from ivr.check.line_index import LineIndex
from ivr.content.facts import HOTLINE
from ivr.errors import Fault
from ivr.phone.parser import Dial, Gather

DEPTH = 4
"""How often * is pressed at most to reach the main menu."""


def a_person_is_one_key_away(walk: LineIndex) -> Iterator[Fault]:
    """0 dials the hotline, from everywhere, with one request and one sentence."""
    for place in walk.standing:
        there = walk.lead(place, "0")
        if not isinstance(walk.flow.nodes[there.node], Transfer):
            yield walk.fault(place, f"0 leads to {address_of(there)}", "0 must lead to the transfer.")
    for place in walk.line.paths:
        if isinstance(walk.flow.nodes[place.node], Transfer):
            yield from _dials_only_the_hotline(walk, place)


def _dials_only_the_hotline(walk: LineIndex, place: Place) -> Iterator[Fault]:
    *sentences, dialled = walk.verbs(place)
    if not 0 < len(sentences) <= len(languages_spoken(walk.flow, place)) or not isinstance(dialled, Dial):
        found = "the transfer is not one sentence in each language and a dial"
        yield walk.fault(place, found, "Keep connect.txt to one paragraph.")
    elif dialled.number != (hotline := walk.line.content.facts.numbers[HOTLINE].dial):
        yield walk.fault(place, f"the transfer dials {dialled.number}", f"It must dial {hotline}.")


def the_reminder_is_one_key_away(walk: LineIndex) -> Iterator[Fault]:
    """9 leads to the 911 reminder; there 1 and 9 repeat it: who types 9-1-1 does not land in a topic."""
    reminder = walk.flow.only("reminder")
    for place in walk.standing:
        typed = place
        for key in "911":
            typed = walk.lead(typed, key)
            if typed.node != reminder:
                yield walk.fault(
                    place,
                    f"911 typed there leads to {address_of(typed)}",
                    "9 must lead to the reminder, and 1 must stay there.",
                )
                break


def star_leads_to_the_root(walk: LineIndex) -> Iterator[Fault]:
    """* pressed a few times leads to the main menu, and repeats it there."""
    for place in walk.standing:
        here = place
        for _ in range(DEPTH):
            here = walk.lead(here, "*")
        if here.node != walk.flow.main_menu:
            yield walk.fault(
                place,
                f"* pressed {DEPTH} times leads to {address_of(here)}",
                "It must lead to the main menu.",
            )


def eight_keeps_the_place(walk: LineIndex) -> Iterator[Fault]:
    """With two languages, 8 changes the language and nothing else, and 8 again leads back."""
    if len(walk.flow.published) != 2:
        return
    for place in walk.standing:
        there = walk.lead(place, "8")
        back = walk.lead(there, "8")
        kept = (there.node, there.part, there.pace) == (place.node, place.part, place.pace)
        if not kept or there.locale == place.locale or back.locale != place.locale:
            yield walk.fault(
                place,
                f"8 leads to {address_of(there)}",
                "It must lead to the same place in the other language.",
            )


def no_key_ends_a_call(walk: LineIndex) -> Iterator[Fault]:
    """Every key, and anything else that may come as one, leads to a place that has a document."""
    for place in walk.standing:
        for key in (*KEYS, ""):
            there = walk.lead(place, key)
            if there not in walk.line.documents:
                yield walk.fault(
                    place,
                    f"{key or 'another key'} leads to {address_of(there)}, which has no document",
                    "The walk and the compiled line disagree.",
                )


def keys_arrive_where_they_were_pressed(walk: LineIndex) -> Iterator[Fault]:
    """The address of each Gather and each Dial is that of the place its step stands for, wherever they stand."""
    judged = set[tuple[str | None, Step]]()
    for place in walk.line.paths:
        asked = [verb for verb in walk.verbs(place) if isinstance(verb, Gather | Dial)]
        steps = [step for step in walk.steps(place) if not isinstance(step, End)]
        if len(asked) != len(steps):
            yield walk.fault(
                place,
                f"its document asks and dials {len(asked)} times, the walk {len(steps)} times",
                "The walk and the compiled line disagree.",
            )
            continue
        new = [pair for pair in zip((verb.action for verb in asked), steps, strict=True) if pair not in judged]
        judged.update(new)
        for action, step in new:
            asks = isinstance(step, Ask)
            path = key_address_of(walk.line.flow, step.place) if asks else outcome_address_of(step.place)
            if action != walk.line.options.public_url + path:
                yield walk.fault(place, f"a key goes to {action}", f"It must go to {path}.")
