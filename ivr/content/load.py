"""Loads the content at a root: the flow, the facts, the templates and the languages that can be used.

The root is a whole content, or a layer (`layer.py`): then its files and the release's are loaded as one content.

A fault in the flow, the facts, the templates or the source language raises BadContent. A fault in a message of another
language leaves this message out. A language is withheld, and callers hear the source language in its place, if its
folder cannot be read, or if a text that every caller needs (`needed_texts`) is not whole in it.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from ivr.call.flow import Flow
from ivr.call.playlist import NEEDED_SHARED_TEXTS, SHARED_TEXTS, PromptRef, language_keys, named_keys
from ivr.content.facts import PINNED_HOTLINE, Facts, load_facts
from ivr.content.files import attempt
from ivr.content.flow_file import load_flow
from ivr.content.layer import OWN_FILE, Stack, layered_templates, load_own, stack_of, unknown_left_out
from ivr.content.locale import Locale, load_locale
from ivr.content.prompts import Prompts, RenderedPrompt
from ivr.content.references import choice_faults, reference_faults
from ivr.content.templates import Template, load_templates
from ivr.content.voices import NO_VOICE, Voices, load_voices
from ivr.content.wordlists import WordLists, load_words
from ivr.errors import BadContent, BadLocale, Fault, Untranslated


@dataclass(frozen=True)
class Content:
    """The content of a line.

    - `configured`: the languages that flow.toml publishes, or those given in their place, the source language first.
      `flow.offered` are those of them that callers can choose: all but the withheld ones.
    - `faults`: those that left out a message, a recording or a language.
    - `is_preview`: `languages` was given to `load_content`, so the content answers no call, even if all are published.
    - `stack`: the folders that were read.
    """

    root: Path
    flow: Flow
    configured: tuple[str, ...]
    facts: Facts
    locales: Mapping[str, Locale]
    prompts: Prompts
    faults: tuple[Fault, ...]
    is_preview: bool
    stack: Stack

    def word_lists(self, tag: str) -> WordLists:
        """The word lists of a language. Raises BadLocale for a faulty file."""
        return load_words(*(folder / "locales" / tag for folder in self.stack.folders))

    def prompt(self, reference: PromptRef) -> RenderedPrompt:
        """The prompt that `reference` names."""
        press = named_keys(self.flow, reference.text, reference.language_key)
        return self.prompts.parts(reference.text, reference.locale, press)[reference.part - 1]

    def shared_text(self, text: str, locale: str) -> RenderedPrompt:
        """The one part of a shared text in prompts/lines/, such as "goodbye"."""
        return self.prompt(PromptRef(text, 1, locale))

    def parts(self, text: str, tag: str) -> tuple[RenderedPrompt, ...]:
        """The parts of a text as they are spoken: in the language `tag`, or else all of them in the source language."""
        return self.prompts.parts(text, tag, named_keys(self.flow, text))

    def is_whole(self, text: str, tag: str) -> bool:
        """Whether every message of a text is translated and callers hear it, with every key that it can say."""
        has_voice = self.locales[tag].voice != NO_VOICE  # the preview voice, which no telephone has, is not counted
        parts = _spoken_parts(self.flow, self.prompts, text, tag)
        return all(part.locale == tag and (has_voice or part.sound) for part in parts)

    def is_translated(self, text: str, tag: str) -> bool:
        """Whether every message of a text is translated. Callers hear it only if it is whole: `is_whole`."""
        try:
            return bool(self.prompts.render(text, tag, named_keys(self.flow, text)))
        except Untranslated:
            return False


def published_languages(root: Path) -> tuple[str, ...]:
    """The languages that the flow at `root` publishes, the source language first. Raises BadContent for its faults."""
    return _load_flow(stack_of(root)).offered  # no language is withheld yet


def published_and_drafts(root: Path, *tags: str) -> tuple[str, ...]:
    """The published languages, then the drafts among `tags`. Raises BadLocale if a tag has no folder in locales/."""
    stack, published = stack_of(root), published_languages(root)
    drafts = tuple(tag for tag in dict.fromkeys(tags) if tag not in published)
    absent = [tag for tag in drafts if not stack.path(f"locales/{tag}/locale.toml").exists()]
    if absent:
        where, found = root / "locales", "there is no such language"
        raise BadLocale(
            Fault(f"{where / tag}", found, f"Make it with `ivr locale new {tag}`.", locale=tag) for tag in absent
        )
    return (*published, *drafts)


def tags_under(root: Path) -> tuple[str, ...]:
    """The languages that have a `locale.toml`, such as ("en", "es", "fr"), published or not."""
    files = (path for folder in stack_of(root).folders for path in folder.glob("locales/*/locale.toml"))
    return tuple(sorted({path.parent.name for path in files}))


def _load_flow(stack: Stack) -> Flow:
    return load_flow(stack.base / "prompts" / "flow.toml", stack.layer)


def existing_tag(root: Path, tag: str) -> str:
    """The tag of a language as its folder in locales/ has it, "zh-Hant-TW" for "zh-hant-tw"; `tag` if there is none."""
    return next((name for name in tags_under(root) if name.lower() == tag.lower()), tag)


def load_content(root: Path, languages: Sequence[str] | None = None, hotline: str = PINNED_HOTLINE) -> Content:
    """Load prompts/ and locales/ of the content at `root`. Raises BadContent with every fault at once.

    `languages` replaces those that flow.toml publishes, for example to hear a draft. `hotline` is the number
    that key 0 must dial, in E.164 ("+18883737888").
    """
    try:
        return _load_stack(root, stack_of(root), languages, hotline)
    except PermissionError as error:
        found, remedy = f"it cannot be read ({error.strerror})", "Make it readable for the user that runs the line."
        raise BadContent.at(str(error.filename), found, remedy) from error


def _load_stack(root: Path, stack: Stack, languages: Sequence[str] | None, hotline: str) -> Content:
    """The content of `stack`. Of three flows, none offers more languages than the one before.

    `flow` offers the configured languages, `readable_flow` those whose folders can be read, and the flow of the
    content those that are not withheld.
    """
    voice_faults: list[Fault] = []  # without the table, voices get no pauses: every text is still spoken
    voices = attempt(lambda: load_voices(stack.path("locales/voices.toml")), voice_faults)
    flow, facts, templates, source = _load_required(stack, languages, hotline, voices)
    locales, locale_faults = _load_languages(stack, flow, source, voices)
    if languages:  # a draft without a voice can be read and heard before it is recorded
        locales = {tag: locale._replace(has_preview_voice=locale.voice == NO_VOICE) for tag, locale in locales.items()}
    parts = {name: len(template.parts) for name, template in templates.items()}
    readable_flow = replace(flow, offered=tuple(locales), parts=parts)
    prompts = Prompts(templates, locales, facts, source.tag)
    withheld = {fault.locale: fault for fault in _withheld(stack, readable_flow, prompts)}
    offered = tuple(tag for tag in readable_flow.offered if tag not in withheld)
    return Content(
        root=root,
        flow=replace(readable_flow, offered=offered),
        configured=flow.offered,
        facts=facts,
        locales=locales,
        prompts=prompts,
        faults=(*voice_faults, *locale_faults, *withheld.values(), *_unknown_left_out(stack)),
        is_preview=languages is not None,
        stack=stack,
    )


def _load_required(
    stack: Stack, languages: Sequence[str] | None, hotline: str, voices: Voices | None
) -> tuple[Flow, Facts, Mapping[str, Template], Locale]:
    """The content that every line needs; the last value is the source language. Raises BadContent with every fault."""
    faults: list[Fault] = []
    flow = attempt(lambda: _load_flow(stack), faults)
    if flow and languages:
        flow = replace(flow, offered=tuple(languages))
    facts = attempt(lambda: load_facts(stack.base / "prompts", hotline, stack.layer_path("prompts")), faults)
    templates = attempt(lambda: _load_templates(stack, flow), faults)
    source = (
        attempt(lambda: _load_language(stack, flow.source_language, voices, is_source=True), faults) if flow else None
    )
    if flow is None or facts is None or templates is None or source is None:
        raise BadContent(faults)
    faults.extend(reference_faults(stack, flow, facts, templates))
    faults.extend(_rendering_faults(flow, Prompts(templates, {source.tag: source}, facts, source.tag)))
    if not faults:  # any other fault can be the reason why a choice is not offered
        faults.extend(choice_faults(flow, templates))
    if faults:
        raise BadContent(faults)
    return flow, facts, templates, source


def _load_templates(stack: Stack, flow: Flow | None) -> Mapping[str, Template]:
    release = load_templates(stack.base / "prompts")
    if not stack.layer:
        return release
    # `layered_flow` has added the nodes that the layer leaves out to `moved`. Its other names are of earlier releases:
    # they have no text, so nothing is dropped for them.
    left_out = flow.moved if flow else ()
    return layered_templates(release, stack.layer / "prompts", left_out)


def _load_languages(
    stack: Stack, flow: Flow, source: Locale, voices: Voices | None
) -> tuple[Mapping[str, Locale], list[Fault]]:
    """The published languages whose folders can be read, and the faults of all of them."""
    locales, faults = {source.tag: source}, list(source.recordings.faults)
    for tag in flow.offered[1:]:
        try:
            locales[tag] = _load_language(stack, tag, voices)
            faults.extend((*locales[tag].faults.values(), *locales[tag].recordings.faults))
        except BadLocale as error:
            faults.extend(error.faults)
    return locales, faults


def _load_language(stack: Stack, tag: str, voices: Voices | None, is_source: bool = False) -> Locale:
    folder = stack.path(f"locales/{tag}")
    if not folder.is_dir():
        where, found = f"{stack.flow_path}: published", f"`{tag}` has no folder in locales/"
        remedy = f"Make locales/{tag}, or remove `{tag}` from the list."
        raise BadLocale([Fault(where, found, remedy, locale=tag)])
    return load_locale(stack.base / "locales" / tag, voices, is_source, stack.layer_path(f"locales/{tag}"))


def _unknown_left_out(stack: Stack) -> Iterator[Fault]:
    """A fault for each topic that the layer leaves out and the release does not have. No text is lost by it."""
    if stack.layer:
        release = load_flow(stack.base / "prompts" / "flow.toml").nodes
        yield from unknown_left_out(release, load_own(stack.layer), stack.layer / OWN_FILE)


def _rendering_faults(flow: Flow, prompts: Prompts) -> Iterator[Fault]:
    """The faults of rendering every text once in the source language."""
    for name in prompts.templates:
        try:
            prompts.parts(name, flow.source_language, named_keys(flow, name))
        except BadContent as error:
            yield from error.faults


def _withheld(stack: Stack, flow: Flow, prompts: Prompts) -> Iterator[Fault]:
    """A fault for each language in which a text that every caller needs is not whole."""
    for tag in flow.offered[1:]:
        parts = {name: _spoken_parts(flow, prompts, name, tag) for name in needed_texts(flow)}
        if incomplete := [name for name in parts if any(part.locale != tag for part in parts[name])]:
            found = f"the language is withheld, because these texts are not whole in it: {', '.join(incomplete)}"
            remedy = "Callers hear the source language until they are translated, and recorded if no voice says them."
            yield Fault(f"{stack.path(f'locales/{tag}')}", found, remedy, locale=tag)


def needed_texts(flow: Flow) -> tuple[str, ...]:
    """The texts without which a language is withheld.

    Three of the opening (person, danger, language), the connecting sentence, the text after a dial that was not
    answered, and the 911 reminder.
    """
    transfer, reminder = flow.name_of_kind("transfer"), flow.name_of_kind("reminder")
    return (*NEEDED_SHARED_TEXTS, transfer, flow.transfer.not_connected, reminder)


def order_of_work(flow: Flow) -> tuple[str, ...]:
    """The texts in the order in which a translator works: the needed ones, those of every call, then the nodes' own."""
    return tuple(dict.fromkeys((*needed_texts(flow), *SHARED_TEXTS, *flow.nodes)))


def _spoken_parts(flow: Flow, prompts: Prompts, text: str, tag: str) -> list[RenderedPrompt]:
    """The parts of a text as they are spoken, once for each key that `press.language` can be in it."""
    keys = language_keys(text, len(flow.offered))
    return [part for key in keys for part in prompts.parts(text, tag, named_keys(flow, text, key))]
