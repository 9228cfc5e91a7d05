"""Loads everything under a root: the call flow, the numbers, the texts and the languages.

A fault in the flow, the numbers or the texts of the first language raises BadContent. A fault in another language is
kept in `Content.faults`: a message with a fault is left out, and the text it belongs to is spoken in the first
language. A language is withheld, which means that callers are not offered it, if its folder cannot be read or if one
of the six texts that a language cannot do without is not whole.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar

from ivr.call.flow import Farewell, Flow, Languages, Menu, Opening
from ivr.call.playlist import OFFERS, SHARED_PROMPTS, PromptRef, language_keys, named_keys
from ivr.content.facts import PINNED_HOTLINE, Facts, load_facts
from ivr.content.flow_file import load_flow
from ivr.content.locale import Locale, load_locale
from ivr.content.prompts import Prompts, RenderedPrompt
from ivr.content.templates import Template, load_templates
from ivr.content.voices import Voices, load_voices
from ivr.errors import BadContent, BadLocale, BadText, Fault

Loaded = TypeVar("Loaded")


@dataclass(frozen=True)
class Content:
    """Everything that can be spoken.

    `configured` are the languages that flow.toml publishes; `flow.published` leaves out those that are withheld.
    `faults` are those of the other languages; the first language has none.
    """

    root: Path
    flow: Flow
    configured: tuple[str, ...]
    facts: Facts
    locales: Mapping[str, Locale]
    prompts: Prompts
    faults: tuple[Fault, ...]
    is_preview: bool = False
    """Whether the languages are others than those that flow.toml publishes."""

    def speak(self, flow: Flow, prompt: PromptRef) -> RenderedPrompt:
        """The words of one prompt, such as `PromptRef("tea", 2, "es")`: part 2 of the text `tea` in Spanish."""
        return self.prompts.speak(prompt.text, prompt.locale, named_keys(flow, prompt.text, prompt.key))[
            prompt.part - 1
        ]

    def shared_prompt(self, flow: Flow, text: str, locale: str) -> RenderedPrompt:
        """The words of a prompt that several nodes share, such as "goodbye"."""
        return self.speak(flow, PromptRef(text, 1, locale))


def with_drafts(root: Path, *tags: str) -> tuple[str, ...]:
    """The languages that flow.toml publishes, followed by the drafts `tags`.

    Raises BadContent if flow.toml cannot be used or a draft has no folder.
    """
    published = load_flow(root / "prompts" / "flow.toml").published
    drafts = tuple(tag for tag in dict.fromkeys(tags) if tag not in published)
    absent = [tag for tag in drafts if not (root / "locales" / tag / "locale.toml").exists()]
    if absent:
        raise BadLocale(
            Fault(
                str(root / "locales" / tag),
                "there is no such language",
                f"Make it with `ivr locale new {tag}`.",
                locale=tag,
            )
            for tag in absent
        )
    return (*published, *drafts)


def load_content(root: Path, published: Sequence[str] | None = None, hotline: str = PINNED_HOTLINE) -> Content:
    """Load `root`/prompts and `root`/locales. Raises BadContent with every fault that makes the line unusable.

    `published` replaces the languages that flow.toml publishes: so a draft is tried out. `hotline` is the number that
    key 0 must dial, in E.164.
    """
    prompts, faults = root / "prompts", list[Fault]()

    def loaded(load: Callable[[], Loaded]) -> Loaded | None:
        try:
            return load()
        except BadContent as error:
            faults.extend(error.faults)
            return None

    flow = loaded(lambda: load_flow(prompts / "flow.toml"))
    if flow and published:
        flow = replace(flow, published=tuple(published))
    facts = loaded(lambda: load_facts(prompts, hotline))
    texts = loaded(lambda: load_templates(prompts))
    voices, voice_faults = _voices(root / "locales" / "voices.toml")
    source = loaded(lambda: _locale(root, flow.published[0], voices, source=True)) if flow else None
    if flow is None or facts is None or texts is None or source is None:
        raise BadContent(faults)
    faults.extend(_disagreements(root, flow, facts, texts))
    faults.extend(_unspeakable(flow, Prompts(texts, {source.tag: source}, facts, source.tag)))
    if faults:
        raise BadContent(faults)
    content = _with_languages(root, flow, facts, texts, source, voices)
    return replace(content, faults=(*voice_faults, *content.faults), is_preview=published is not None)


def _voices(path: Path) -> tuple[Voices | None, tuple[Fault, ...]]:
    """The table of voices. Without one the line is still usable, and no voice gets pauses."""
    try:
        return load_voices(path), ()
    except BadLocale as error:
        return None, error.faults


def _with_languages(
    root: Path, flow: Flow, facts: Facts, texts: Mapping[str, Template], source: Locale, voices: Voices | None
) -> Content:
    locales, faults = {source.tag: source}, list(source.recordings.faults)
    for tag in flow.published[1:]:
        try:
            locales[tag] = _locale(root, tag, voices)
            faults.extend((*locales[tag].faults.values(), *locales[tag].recordings.faults))
        except BadLocale as error:
            faults.extend(error.faults)
    spoken = flow.speaking(tuple(locales), {name: text.parts for name, text in texts.items()})
    prompts = Prompts(texts, locales, facts, source.tag)
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


def _locale(root: Path, tag: str, voices: Voices | None, source: bool = False) -> Locale:
    folder = root / "locales" / tag
    if not folder.is_dir():
        where, found = f"{root / 'prompts' / 'flow.toml'}: published", f"`{tag}` has no folder in locales/"
        remedy = f"Make locales/{tag}, or take `{tag}` out of the list."
        raise BadLocale([Fault(where, found, remedy, locale=tag)])
    return load_locale(folder, voices, source)


def _disagreements(root: Path, flow: Flow, facts: Facts, texts: Mapping[str, Template]) -> Iterator[Fault]:
    """The places where the flow, the numbers and the texts do not fit together."""
    dialled = facts.numbers.get(flow.transfer.number)
    if dialled is None or dialled.dial is None:
        yield Fault(
            f"{root / 'prompts' / 'flow.toml'}: [{flow.only('transfer')}]",
            f"it dials `{flow.transfer.number}`, which has no `dial` in numbers.toml",
            "Name a number that the line may dial.",
        )
    known = [*(name for name, node in flow.nodes.items() if not isinstance(node, Opening | Languages)), *SHARED_PROMPTS]
    for name in known:
        if name not in texts:
            remedy = f"Write {name}.txt (a shared line in lines/)."
            yield Fault(f"{root / 'prompts'}", f"there is no text `{name}`", remedy)
    for name, text in texts.items():
        if name not in known:
            remedy = "Add the node to flow.toml, or remove the text."
            yield Fault(str(text.path), "no node of flow.toml has this name", remedy)
        node, most = flow.nodes.get(name), 1 if name == flow.main_menu else 2
        if (isinstance(node, Farewell) and text.parts > 1) or (isinstance(node, Menu) and text.parts > most):
            remedy = "The main menu and the farewell are one part; any other menu is a heading and its choices."
            yield Fault(str(text.path), f"a {node.kind} in {text.parts} parts", remedy)


def _unspeakable(flow: Flow, prompts: Prompts) -> Iterator[Fault]:
    """Render every text once in the first language, to find the names of keys and numbers that do not exist."""
    for name in prompts.templates:
        try:
            prompts.speak(name, flow.published[0], named_keys(flow, name))
        except BadText as error:
            yield from error.faults


def _offered(root: Path, flow: Flow, prompts: Prompts) -> tuple[tuple[str, ...], list[Fault]]:
    """The languages that callers are offered, and a fault for each one that is withheld."""
    first, *others = flow.published
    needed = (*OFFERS, flow.only("transfer"), flow.transfer.not_connected, flow.only("reminder"))  # the six texts
    offered, faults = [first], []
    for tag in others:
        broken = [name for name in needed if not is_whole(flow, prompts, name, tag)]
        if broken:
            faults.append(
                Fault(
                    f"{root / 'locales' / tag}",
                    f"the language is withheld: these texts are not whole in it: {', '.join(broken)}",
                    "Callers hear the first language until these are translated.",
                    locale=tag,
                )
            )
        else:
            offered.append(tag)
    return tuple(offered), faults


def is_whole(flow: Flow, prompts: Prompts, name: str, tag: str) -> bool:
    """Whether text `name` is spoken in the language `tag`, whichever key it must name."""
    return all(
        prompts.whole(name, tag, named_keys(flow, name, key)) for key in language_keys(name, len(flow.published))
    )
