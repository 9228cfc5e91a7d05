"""The texts of each published language: those that are spoken in it, and the faults of the others.

A text is whole in a language if each of its messages is translated and can be spoken. Any other text is spoken in the
source language: either it waits for its translator, or the content has a fault, such as a missing placeholder or a
recording that cannot be read.
"""

import hashlib
from collections.abc import Iterator
from typing import NamedTuple

from ivr.content.catalogue import po_path_of_text, po_subpath
from ivr.content.load import Content
from ivr.content.locale import Locale
from ivr.content.templates import blocks
from ivr.content.voices import NO_VOICE
from ivr.errors import Fault


class LanguageState(NamedTuple):
    """What callers hear of a language that flow.toml publishes.

    If it is `withheld`, callers hear the source language instead. `spoken` and `not_spoken` are names of texts
    ("connect"). `digest` is a hash of all words that are spoken in it. `faults` are the reasons why it is withheld, or
    why a text of it is spoken in the source language; a text that waits for its translator is not a fault.
    """

    tag: str
    withheld: bool
    spoken: tuple[str, ...]
    not_spoken: tuple[str, ...]
    digest: str
    faults: tuple[Fault, ...]


def fallback_locales(content: Content) -> dict[str, Locale]:
    """The languages of the fallback document, by tag, in their fallback voices: the first two that it can speak."""
    locales = {tag: content.locales[tag].in_fallback_voice() for tag in content.flow.offered}
    voiced = [(tag, locale) for tag, locale in locales.items() if locale.voice != NO_VOICE]
    return dict(voiced[:2])


def state_of(content: Content, tag: str) -> LanguageState:
    """What callers hear of a language in `content.configured`."""
    texts, locale = tuple(content.prompts.templates), content.locales.get(tag)  # None: its folder cannot be read
    whole = tuple(name for name in texts if locale and content.is_whole(name, tag))
    others = tuple(name for name in texts if name not in whole)
    text_faults = tuple(fault for name in others if locale for fault in _text_faults(content, locale, name))
    if tag in content.flow.offered:
        return LanguageState(tag, False, whole, others, _digest(content, whole, tag), text_faults)
    language_faults = tuple(fault for fault in content.faults if fault.locale == tag and not fault.text)
    faults = (*language_faults, *text_faults)
    return LanguageState(tag, withheld=True, spoken=(), not_spoken=texts, digest="", faults=faults)


def _digest(content: Content, names: tuple[str, ...], tag: str) -> str:
    """A hash of the names and the words of texts: 16 hexadecimal digits."""
    texts = ("\n\n".join((name, *(part.words for part in content.parts(name, tag)))) for name in names)
    return hashlib.sha256("\n".join(texts).encode()).hexdigest()[:16]


def _text_faults(content: Content, locale: Locale, name: str) -> Iterator[Fault]:
    """The faults that keep text `name` from being spoken in a language; empty if it waits for its translator."""
    messages = {(name, block.english) for block in blocks(content.prompts.templates[name])}
    message_faults = [locale.faults[message] for message in messages & locale.faults.keys()]
    of_text = [fault for fault in (*message_faults, *locale.recordings.faults) if fault.text == name]
    faults = [fault for fault in of_text if not fault.waits_for_translator]
    yield from faults
    # a translated text without a fault can be left to the source language for one reason only
    if not faults and locale.voice != NO_VOICE and content.is_translated(name, locale.tag):
        where = str(po_path_of_text(content.stack.existing(po_subpath(locale.tag)), name))
        remedy = "Shorten it, or part it in two: callers hear it in the source language until then."
        found = f"the text `{name}` is too long for the voice"
        yield Fault(where, found, remedy, locale=locale.tag, text=name)
