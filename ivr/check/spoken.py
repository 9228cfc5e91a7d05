"""Proofs about words: prompts say the keys that work and no others, and the same ones in every language.

A caller who has not chosen a language hears the essential sentences in the first two languages.
"""

from collections.abc import Iterator, Sequence

from ivr.call.flow import LanguageMenu, Menu, Opening
from ivr.call.playlist import PromptRef, named_keys, prompts_for
from ivr.call.state import Place
from ivr.call.transitions import CHOICE_KEYS, MAX_MISSES, Ask, Step
from ivr.call.urls import address_of
from ivr.check.line_index import LineIndex
from ivr.content.prompts import RenderedPrompt
from ivr.errors import Fault

BILINGUAL_READINGS = ("part", "third", "warning", "farewell", "ending", "number")
"""The readings of which something is spoken in both languages. Of the others only the offer of a person must be."""


def spoken_keys_work(index: LineIndex) -> Iterator[Fault]:
    """0 and every choice are spoken where they work, and a spoken key has an effect.

    A text is spoken at many places: each fault of it is reported once for each language, with a shortest path to it.
    """
    faults = dict[tuple[str, str, str], Fault]()
    for step, place in _asks(index):
        for found, remedy in _key_faults(index, step):
            fault = index.fault(place, f"{found} in the {step.reading} reading", remedy)
            faults.setdefault((step.place.locale, _menu_of(index, step), found), fault)
    yield from faults.values()


def _key_faults(index: LineIndex, step: Ask) -> Iterator[tuple[str, str]]:
    """Each fault of the keys that `step` says, and its remedy: ("5 is spoken and has no effect", "Remove it …")."""
    keys = {key for spoken in index.line.schedule.prompts(step) for key in spoken.keys}
    for key in sorted(keys):
        if index.next_place(step.place, key).misses > step.place.misses:
            yield f"{key} is spoken and has no effect", "Remove it from the text, or add the choice to the menu."
    missing = ", ".join(sorted(_required_keys(index, step) - keys))
    if missing:
        yield f"{missing} works and is not spoken", "Add a sentence for it to the text."


def choices_rise(index: LineIndex) -> Iterator[Fault]:
    """A menu says the keys of its choices in rising order, in every language: a caller waits for the next number."""
    faults = dict[tuple[str, str], Fault]()
    for step, place in _asks(index):
        name = _menu_of(index, step)
        keys = [key for spoken in index.line.schedule.prompts(step) for key in spoken.keys if key in CHOICE_KEYS]
        if isinstance(index.flow.nodes[name], Menu | LanguageMenu) and keys != sorted(keys):
            remedy = "Put the choices of flow.toml and the paragraphs of the text in the same order."
            fault = index.fault(place, f"the keys of {name} are said in the order {', '.join(keys)}", remedy)
            faults.setdefault((name, step.place.locale), fault)
    yield from faults.values()


def _menu_of(index: LineIndex, step: Ask) -> str:
    """The node whose text `step` speaks: for the opening, the main menu."""
    node = index.flow.nodes[step.place.node]
    return node.menu if isinstance(node, Opening) else step.place.node


def _asks(index: LineIndex) -> Iterator[tuple[Ask, Place]]:
    """Every step that asks for a key, with the first place in whose document it is."""
    return ((step, place) for step, place in index.places_by_step.items() if isinstance(step, Ask))


def _required_keys(index: LineIndex, step: Ask) -> set[str]:
    """The keys that the prompts of `step` have to say."""
    node = index.flow.nodes[step.place.node]
    menu = index.flow.nodes[_menu_of(index, step)]
    if step.reading == "third" or (step.place.misses == MAX_MISSES and step.reading in ("opening", "first")):
        return {"0", "7"}  # the short reading: a person, and the key that reads the choices again
    if step.reading in ("opening", "first", "second", "last", "farewell") and isinstance(menu, Menu):
        choices = {str(number) for number in range(1, len(menu.choices) + 1)}
        language_key = {"8"} if len(index.flow.offered) > 1 else set()
        return {"0"} | choices | ({"7", "*"} | language_key if step.reading == "second" else set())
    return {"0"} if isinstance(node, LanguageMenu) else set()


def one_text_says_all_keys(index: LineIndex) -> Iterator[Fault]:
    """One topic says all the keys that work everywhere: 0, 7, 8, 9, * and #."""
    all_keys = {"0", "7", "9", "*", "#"} | ({"8"} if len(index.flow.offered) > 1 else set())
    nodes = {place.node for place in index.places_with_keys if place.node in index.line.content.prompts.templates}
    topics = [name for name in nodes if not isinstance(index.flow.nodes[name], Menu | Opening)]
    if not any(all_keys <= _keys_said_in(index, topic) for topic in topics):
        yield Fault("prompts", "no topic says all of 0, 7, 8, 9, * and #", "Write one that explains the line.")


def _keys_said_in(index: LineIndex, topic: str) -> set[str]:
    """The keys that a topic says in the source language."""
    source_language = index.flow.source_language
    places = [place for place in index.places_with_keys if place.node == topic and place.locale == source_language]
    steps = [Ask(place, "part") for place in places]
    return {key for step in steps for spoken in index.line.schedule.prompts(step) for key in spoken.keys}


def every_language_says_the_same(index: LineIndex) -> Iterator[Fault]:
    """Every part says the same keys and telephone numbers in every language, in any order."""
    prompts, source_language = index.line.content.prompts, index.flow.source_language
    for name in prompts.templates:
        for locale in index.flow.offered[1:]:
            pairs = zip(_parts(index, name, source_language), _parts(index, name, locale), strict=True)
            for number, (source, part) in enumerate(pairs, start=1):
                if (sorted(source.keys), sorted(source.numbers)) != (sorted(part.keys), sorted(part.numbers)):
                    where, found = f"{name}, part {number}, {locale}", "it names other keys or numbers than the English"
                    yield Fault(where, found, "Compare the placeholders.", locale=locale, text=name)


def _parts(index: LineIndex, name: str, locale: str) -> Sequence[RenderedPrompt]:
    return index.line.content.prompts.parts(name, locale, named_keys(index.flow, name))


def both_languages_are_spoken_until_one_is_chosen(index: LineIndex) -> Iterator[Fault]:
    """Both languages speak the connecting sentence, the warning, the reminder, the text after a dial, the goodbye."""
    for step, place in index.places_by_step.items():
        missing = set(index.flow.offered[:2]) - {prompt.locale for prompt in _bilingual_prompts(index, step)}
        if missing and not step.place.language_chosen:
            found = f"`{' '.join(prompt.text for prompt in prompts_for(index.flow, step))}` is not spoken in"
            yield index.fault(place, f"{found} {', '.join(sorted(missing))}", "Speak it in both languages.")


def _bilingual_prompts(index: LineIndex, step: Step) -> tuple[PromptRef, ...]:
    """The prompts of `step` of which each of the two languages must speak at least one. Choices are in one language."""
    prompts = prompts_for(index.flow, step)
    if isinstance(step, Ask) and step.reading not in BILINGUAL_READINGS:
        return tuple(prompt for prompt in prompts if prompt.text in ("person", "short"))
    return tuple(prompt for prompt in prompts if prompt.text not in ("language", "languages"))


def a_choice_or_eight_chooses_the_language(index: LineIndex) -> Iterator[Fault]:
    """Keys 1 to 6 that lead on, and 8, end the speech in two languages; every other key keeps it."""
    for place in index.places_with_keys:
        if place.language_chosen:
            continue
        choices = len(index.flow.choices(place.node))
        choosing = {"8", *(str(number) for number in range(1, choices + 1))}
        for key, target in index.line.transitions[place].items():
            is_language_menu = isinstance(index.flow.nodes[target.node], LanguageMenu)
            if target.language_chosen != (key in choosing) and not is_language_menu:
                found = f"{key or 'another key'} leads to {address_of(target)}"
                yield index.fault(place, found, "Only a choice or key 8 chooses a language.")
