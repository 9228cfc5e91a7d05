"""Proofs about what is spoken: the keys that work and no others, the same in every language."""

from collections.abc import Iterator, Sequence

from ivr.call.flow import Languages, Menu, Opening
from ivr.call.playlist import named_keys
from ivr.call.state import Place
from ivr.call.transitions import MAX_MISSES, Ask, Step
from ivr.check.line_index import LineIndex
from ivr.content.prompts import RenderedPrompt
from ivr.errors import Fault


def spoken_keys_work(walk: LineIndex) -> Iterator[Fault]:
    """0 and every choice are spoken where they work, and no key is spoken that does not.

    A text is read in many places: what is wrong with it is told once a language, with the shortest way to it.
    """
    told: set[tuple[str, str, str]] = set()
    for step, place in _asks(walk):
        for keys, wrong, remedy in _wrongly_spoken(walk, step):
            if (step.place.locale, _menu_of(walk, step), keys + wrong) not in told:
                told.add((step.place.locale, _menu_of(walk, step), keys + wrong))
                yield walk.fault(place, f"{keys} {wrong} in the {step.reading} reading", remedy)


def _wrongly_spoken(walk: LineIndex, step: Ask) -> Iterator[tuple[str, str, str]]:
    keys = {key for spoken in walk.line.schedule.spoken(step) for key in spoken.keys}
    for key in sorted(keys):
        if walk.lead(step.place, key).misses > step.place.misses:
            yield key, "is spoken and does nothing", "Take it out of the text, or add the choice to the map."
    missing = ", ".join(sorted(_must_be_spoken(walk, step) - keys))
    if missing:
        yield missing, "works and is not spoken", "Add a sentence for it to the text."


def _menu_of(walk: LineIndex, step: Ask) -> str:
    node = walk.flow.nodes[step.place.node]
    return node.menu if isinstance(node, Opening) else step.place.node


def _asks(walk: LineIndex) -> Iterator[tuple[Ask, Place]]:
    seen: set[Step] = set()
    for place in walk.line.paths:
        for step in walk.steps(place):
            if isinstance(step, Ask) and step not in seen:
                seen.add(step)
                yield step, place


def _must_be_spoken(walk: LineIndex, step: Ask) -> set[str]:
    node = walk.flow.nodes[step.place.node]
    menu = walk.flow.nodes[node.menu] if isinstance(node, Opening) else node
    several = {"8"} if len(walk.flow.published) > 1 else set()
    if step.reading == "third" or (step.place.misses == MAX_MISSES and step.reading in ("opening", "first")):
        return {"0", "7"}
    if step.reading in ("opening", "first", "second", "last", "farewell") and isinstance(menu, Menu):
        choices = {str(number) for number in range(1, len(menu.choices) + 1)}
        return {"0"} | choices | ({"7", "*"} | several if step.reading == "second" else set())
    return {"0"} if isinstance(node, Languages) else set()


def one_text_says_all_keys(walk: LineIndex) -> Iterator[Fault]:
    """There is a topic that says every key: 0, 7, 8, 9, * and #."""
    wanted = {"0", "7", "9", "*", "#"} | ({"8"} if len(walk.flow.published) > 1 else set())
    topics = {place.node for place in walk.standing}
    said = [_all_keys(walk, name) for name in topics if name in walk.line.content.prompts.templates]
    if not any(wanted <= keys for keys in said):
        yield Fault("prompts", "no topic says all of 0, 7, 8, 9, * and #", "Write one that tells how the line works.")


def _all_keys(walk: LineIndex, name: str) -> set[str]:
    places = [place for place in walk.standing if place.node == name and place.locale == walk.flow.published[0]]
    steps = [Ask(place, "part") for place in places if not isinstance(walk.flow.nodes[name], Menu | Opening)]
    return {key for step in steps for spoken in walk.line.schedule.spoken(step) for key in spoken.keys}


def every_language_says_the_same(walk: LineIndex) -> Iterator[Fault]:
    """Keys and telephone numbers are the same, in the same order, in every language."""
    prompts, first = walk.line.content.prompts, walk.flow.published[0]
    for name in prompts.templates:
        for locale in walk.flow.published[1:]:
            for part, (ours, theirs) in enumerate(
                zip(_parts(walk, name, first), _parts(walk, name, locale), strict=True), 1
            ):
                if (sorted(ours.keys), sorted(ours.numbers)) != (sorted(theirs.keys), sorted(theirs.numbers)):
                    yield Fault(
                        f"{name}, part {part}, {locale}",
                        "it names other keys or numbers than the English",
                        "Compare the placeholders.",
                        locale=locale,
                        text=name,
                    )


def _parts(walk: LineIndex, name: str, locale: str) -> Sequence[RenderedPrompt]:
    return walk.line.content.prompts.speak(name, locale, named_keys(walk.flow, name))
