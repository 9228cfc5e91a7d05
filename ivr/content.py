"""Everything under a root, loaded: the map, the numbers, the texts and the languages, and which of them can be used.

A fault in the map, the numbers or the texts of the first language raises. A fault in another language never does: its
messages are left out one by one, and a language whose folder cannot be read, or whose offers are not whole, is
withheld: callers then hear the first language.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from ivr.errors import BadContent, BadLocale, BadText, Fault
from ivr.facts import Facts, load_facts
from ivr.flow import Farewell, Flow, Languages, Menu, Opening
from ivr.locales import Locale, load_locale
from ivr.map_file import load_flow
from ivr.prompts import Prompts, Spoken, Text, load_texts
from ivr.readings import LINES, OFFERS, Cue, named_keys

Loaded = TypeVar("Loaded")


@dataclass(frozen=True)
class Content:
    """What can be spoken. `wanted` are the languages that the map publishes, `flow.published` those that can be."""

    root: Path
    flow: Flow
    wanted: tuple[str, ...]
    facts: Facts
    locales: Mapping[str, Locale]
    prompts: Prompts
    faults: tuple[Fault, ...]

    def speak(self, flow: Flow, cue: Cue) -> Spoken:
        """The words of one cue."""
        return self.prompts.speak(cue.text, cue.locale, named_keys(flow, cue.text, cue.key))[cue.part - 1]

    def line(self, flow: Flow, text: str, locale: str) -> Spoken:
        """The words of a shared line."""
        return self.speak(flow, Cue(text, 1, locale))


def load_content(root: Path) -> Content:
    """Load `root`/prompts and `root`/locales. Raises BadContent with every fault that costs readiness, at once."""
    prompts, faults = root / "prompts", list[Fault]()

    def loaded(load: Callable[[], Loaded]) -> Loaded | None:
        try:
            return load()
        except BadContent as error:
            faults.extend(error.faults)
            return None

    flow = loaded(lambda: load_flow(prompts / "flow.toml"))
    facts = loaded(lambda: load_facts(prompts))
    texts = loaded(lambda: load_texts(prompts))
    if flow is None or facts is None or texts is None:
        raise BadContent(faults)
    return _with_languages(root, flow, facts, texts)


def _with_languages(root: Path, flow: Flow, facts: Facts, texts: Mapping[str, Text]) -> Content:
    missing = [name for name in (*_speaking_nodes(flow), *LINES) if name not in texts]
    if missing:
        raise BadText(
            Fault(
                f"{root / 'prompts'}",
                f"there is no text `{name}`",
                f"Write {name}.txt (a shared line in lines/).",
            )
            for name in missing
        )
    _refuse_strays(flow, texts)
    first, *others = flow.published
    locales = {first: load_locale(root / "locales" / first, source=True)}
    faults: list[Fault] = []
    for tag in others:
        try:
            locales[tag] = load_locale(root / "locales" / tag, source=False)
            faults.extend(locales[tag].faults)
        except BadLocale as error:
            faults.extend(error.faults)
    spoken = flow.speaking(tuple(locales), {name: text.parts for name, text in texts.items()})
    prompts = Prompts(texts, locales, facts, first)
    _refuse_unspeakable(spoken, prompts)
    offered, withheld = _offered(root, spoken, prompts)
    return Content(
        root,
        spoken.speaking(offered, spoken.parts),
        flow.published,
        facts,
        locales,
        prompts,
        (*faults, *withheld),
    )


def _speaking_nodes(flow: Flow) -> list[str]:
    return [name for name, node in flow.nodes.items() if not isinstance(node, Opening | Languages)]


def _refuse_strays(flow: Flow, texts: Mapping[str, Text]) -> None:
    known = {*_speaking_nodes(flow), *LINES}
    strays = [text for name, text in texts.items() if name not in known]
    if strays:
        raise BadText(
            Fault(
                str(text.path),
                "no node of the map has this name",
                "Add the node to flow.toml, or remove the text.",
            )
            for text in strays
        )
    several = [name for name, node in flow.nodes.items() if isinstance(node, Menu | Farewell) and texts[name].parts > 1]
    if several:
        raise BadText(
            Fault(
                str(texts[name].path),
                "a menu in several parts",
                "Take the part break out: a menu is one reading.",
            )
            for name in several
        )


def _refuse_unspeakable(flow: Flow, prompts: Prompts) -> None:
    """Render every text once in the first language: what cannot be spoken there cannot be spoken at all."""
    faults: list[Fault] = []
    for name in prompts.texts:
        try:
            prompts.speak(name, flow.published[0], named_keys(flow, name))
        except BadText as error:
            faults.extend(error.faults)
    if faults:
        raise BadText(faults)


def _offered(root: Path, flow: Flow, prompts: Prompts) -> tuple[tuple[str, ...], list[Fault]]:
    """The languages that can be offered, and a fault for each one that cannot."""
    first, *others = flow.published
    needed = (*OFFERS, flow.only("transfer"), flow.transfer.not_connected, flow.only("reminder"))
    offered, faults = [first], []
    for tag in others:
        broken = [name for name in needed if not prompts.whole(name, tag, named_keys(flow, name))]
        if broken:
            faults.append(
                Fault(
                    f"{root / 'locales' / tag}",
                    f"the language is withheld: not whole are {', '.join(broken)}",
                    "Callers hear the first language until these are translated.",
                )
            )
        else:
            offered.append(tag)
    return tuple(offered), faults
