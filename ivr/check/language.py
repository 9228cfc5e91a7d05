"""One language as a whole: the rules that its translations break, and its progress. For `ivr check TAG`."""

from collections.abc import Callable, Iterator
from statistics import median
from typing import NamedTuple

from ivr.call.playlist import named_keys
from ivr.check.locale_settings import doubts, marks, sayings
from ivr.check.recordings import outdated_recordings, recordables, to_record, unrecorded_parts
from ivr.check.rendered_texts import paths_to_texts
from ivr.check.translation import Translation
from ivr.check.translation_rules import broken_rules
from ivr.content.catalogue import MessageId, id_of, po_path, read_catalogue
from ivr.content.load import needed_texts
from ivr.content.locale import Locale
from ivr.content.messages import all_messages, is_of_a_page, page_messages
from ivr.content.voices import NO_VOICE
from ivr.content.wordlists import load_words
from ivr.errors import Fault, Untranslated
from ivr.line.line import Line

UNREVIEWED = "not reviewed by a native speaker"
MIN_COMPARED = 20
"""With so many translations it is known how much longer than the English they usually are."""


def translation_faults(line: Line, tag: str) -> Iterator[Fault]:
    """Every rule that a translation breaks, with the line in the catalogue and the keys that lead to the text."""
    locale, path = line.content.locales[tag], po_path(line.content.root, tag)
    catalogue = read_catalogue(path)
    if "charset=utf-8" not in catalogue.header.get("Content-Type", "").lower():
        found = "its header does not say that it is UTF-8" if catalogue.header else "it has no header"
        yield Fault(str(path), found, "Run `ivr locale update`: it writes one, which PO editors need.", locale=tag)
    translation_of, paths = _translation_reader(line, locale), paths_to_texts(line)
    for entry in catalogue:
        context, english = id_of(entry)
        if (context, english) in (locale.messages or {}):
            where, path_to_text = f"{path}:{entry.lineno}", paths.get((context, tag), "")
            for found, remedy in broken_rules(
                translation_of((context, english)), page=is_of_a_page((context, english))
            ):
                quoted = f"{found}: {str(entry.string)[:60]!r}"
                yield Fault(where, quoted, remedy, path_to_text, tag, context, english)


def texts_too_long(line: Line, tag: str) -> Iterator[Fault]:
    """Texts of which a part is too long for one <Say>. The whole text is then spoken in the source language."""
    locale = line.content.locales[tag]
    for part in recordables(line, tag):
        words = part.spoken.text
        if locale.voice != NO_VOICE and words not in locale.sounds and not locale.can_say(words):
            found = f"{part.name}: {len(words)} characters are more than its voice says at once"
            path, remedy = po_path(line.content.root, tag), "Shorten it, part the English in two, or record it."
            yield Fault(str(path), found, remedy, locale=tag, text=part.text)


def _translation_reader(line: Line, locale: Locale) -> Callable[[MessageId], Translation]:
    """A function from the id of a message to its translation in `locale`, with the data that the rules need.

    The word lists and the other languages are read once, here.
    """
    content, folder = line.content, line.content.root / "locales"
    source = content.locales[content.configured[0]]
    words, source_words = load_words(folder / locale.tag), load_words(folder / source.tag)
    needed = needed_texts(line.flow)
    names, others = (*words.names, *source_words.names), [other for other in content.locales.values() if other.messages]

    def translation(message_id: MessageId) -> Translation:
        translations = {other.tag: other.messages.get(message_id) for other in others if other.messages}
        elsewhere = {tag: text for tag, text in translations.items() if text and tag != locale.tag}
        text = locale.translation(*message_id)
        essential = message_id[0] in needed
        return Translation(message_id[1], text, locale, source, words, names, elsewhere, essential=essential)

    spoken = [translation(message_id) for message_id in locale.messages or {} if not is_of_a_page(message_id)]
    usual = median(one.growth for one in spoken) if len(spoken) >= MIN_COMPARED else 1.0
    return lambda message_id: translation(message_id)._replace(usual=usual)


class Progress(NamedTuple):
    """The progress of a language, as numbers.

    - `messages`: the messages of the texts; `translated`, `fuzzy` and `faulty` of them. The others are missing.
    - `pages`: the messages of the web pages; `pages_translated` of them.
    - `texts`: the texts; `whole` of them are spoken in the language.
    - `seconds`: the seconds of the whole texts; `english`: the seconds of the same texts in the source language.
    - `to_record`: the parts that can be recorded; `recorded` of them. `outdated`: recordings of former words.
    - `reviewed`: the reviewer and the day ("Ana, 2026-01-31"), "" without a reviewer.
    """

    messages: int
    translated: int
    fuzzy: int
    faulty: int
    pages: int
    pages_translated: int
    texts: int
    whole: int
    recorded: int
    outdated: int
    to_record: int
    seconds: float
    english: float
    reviewed: str


def progress(line: Line, tag: str) -> Progress:
    """The progress of a language of `line.content.locales`."""
    locale, source, texts = line.content.locales[tag], line.content.configured[0], line.content.prompts.templates
    messages, pages = {message.id for message in all_messages(texts)}, {message.id for message in page_messages()}
    usable, faulty = (locale.messages or {}).keys(), locale.faults.keys()
    fuzzy = {fault_id for fault_id, fault in locale.faults.items() if fault.kind == "fuzzy"}
    whole = [name for name in texts if _is_translated(line, tag, name)]
    parts, recording = list(recordables(line, tag)), list(to_record(line, tag))
    english = [part for part in recordables(line, source) if part.text in whole]
    return Progress(
        messages=len(messages),
        translated=len(messages & usable),
        fuzzy=len(messages & fuzzy),
        faulty=len(messages & faulty - fuzzy),
        pages=len(pages),
        pages_translated=len(pages & usable),
        texts=len(texts),
        whole=len(whole),
        recorded=len(recording) - len(unrecorded_parts(line, tag)),
        outdated=len(outdated_recordings(line, tag)),
        to_record=len(recording),
        seconds=sum(line.schedule.longest_seconds(part.spoken) for part in parts),
        english=sum(line.schedule.longest_seconds(part.spoken) for part in english),
        reviewed=str(locale.review or ""),
    )


def _is_translated(line: Line, tag: str, text: str) -> bool:
    try:
        return bool(line.content.prompts.render(text, tag, named_keys(line.flow, text)))
    except Untranslated:
        return False


def summary(line: Line, tag: str) -> Iterator[str]:
    """The progress of a language, as rows to print."""
    counts, locale = progress(line, tag), line.content.locales[tag]
    missing = counts.messages - counts.translated - counts.fuzzy - counts.faulty
    yield f"{tag} ({locale.name}), voice {locale.voice}"
    yield (
        f"  translated  {counts.translated} of {counts.messages} messages "
        f"({counts.fuzzy} fuzzy, {counts.faulty} faulty, {missing} missing), "
        f"{counts.pages_translated} of {counts.pages} of the web pages"
    )
    yield f"  heard       {counts.whole} of {counts.texts} texts are whole; any other is spoken in the source language"
    longer = f", {counts.seconds / counts.english - 1:+.0%}" if counts.english else ""
    yield f"  seconds     {counts.seconds / 60:.0f} minutes, the same in English {counts.english / 60:.0f}{longer}"
    if counts.recorded or counts.outdated or locale.voice == NO_VOICE:
        recorded = f"{counts.recorded} of {counts.to_record} parts"
        yield f"  recorded    {recorded}; {counts.outdated} recordings read former words"
    yield f"  reviewed    {counts.reviewed or UNREVIEWED}"
    said = list(sayings(locale, line.content.facts))
    yield f"  it says     {said[0]}; {'; '.join(said[1:])}"
    folder = line.content.root / "locales" / tag
    yield from (f"  to check    {row}" for row in doubts(locale, line.content.root))
    yield from (f"  to check    {file}:{number}: {mark}" for file, number, mark in marks(folder))
    if not load_words(folder).press:
        yield "  to check    words.toml: press: it is empty, so a key that is written by hand is not found"


def unreviewed(line: Line) -> Iterator[str]:
    """The published languages that no native speaker has read aloud. These are notes and no faults."""
    for tag in line.flow.published[1:]:
        if not line.content.locales[tag].review:
            yield f"{tag}: {UNREVIEWED} (locales/{tag}/locale.toml: reviewed)"
