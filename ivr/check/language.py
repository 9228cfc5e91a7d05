"""One language as a whole: the rules that its translations break, and its progress. For `ivr check TAG`."""

from collections.abc import Iterator
from statistics import median

from ivr.check.locale_settings import doubts, review_marks, spoken_numbers
from ivr.check.recordings import outdated_recordings, parts_to_record, translated_parts, unrecorded_parts
from ivr.check.rendered_texts import paths_to_texts
from ivr.check.translation import Translation
from ivr.check.translation_rules import broken_rules
from ivr.content.catalogue import MessageId, po_path_of_text, po_subpath, read_catalogue
from ivr.content.languages import fallback_locales
from ivr.content.load import needed_texts
from ivr.content.locale import Locale
from ivr.content.messages import all_messages, is_of_a_page, page_messages
from ivr.content.voices import NO_VOICE
from ivr.errors import Fault
from ivr.line.line import Line

UNREVIEWED = "not reviewed by a native speaker"
MIN_TRANSLATIONS = 20
"""The least number of translations from which `usual_length` is computed; with fewer it is 1.0."""


def translation_faults(line: Line, tag: str) -> Iterator[Fault]:
    """Every rule that a translation breaks, with the line in the catalogue and the keys that lead to the text."""
    translations, paths = _translations(line, line.content.locales[tag]), paths_to_texts(line)
    for path in line.content.stack.existing(po_subpath(tag)):
        catalogue = read_catalogue(path)
        if "charset=utf-8" not in catalogue.header.get("Content-Type", "").lower():
            found = "its header does not say that it is UTF-8" if catalogue.header else "it has no header"
            yield Fault(str(path), found, "Run `ivr locale update`: it writes one, which PO editors need.", locale=tag)
        for entry in catalogue.entries:
            translation = translations.get(entry.id)
            if translation and translation.translated == entry.translation:
                for found, remedy in broken_rules(translation, page=is_of_a_page(entry.id)):
                    where, quoted = f"{path}:{entry.line}", f"{found}: {entry.translation[:60]!r}"
                    yield Fault(where, quoted, remedy, paths.get((entry.id[0], tag), ""), tag, *entry.id)


def texts_too_long(line: Line, tag: str) -> Iterator[Fault]:
    """Texts of which a part is too long for one <Say>. The whole text is then spoken in the source language."""
    locale = line.content.locales[tag]
    for part in translated_parts(line, tag):
        words = part.spoken.words
        if locale.voice != NO_VOICE and words not in locale.sounds and not locale.can_say(words):
            found = f"{part.name}: {len(words)} characters are more than its voice says at once"
            path = po_path_of_text(line.content.stack.existing(po_subpath(tag)), part.text)
            remedy = "Shorten it, part the English in two, or record it."
            yield Fault(str(path), found, remedy, locale=tag, text=part.text)


def _translations(line: Line, locale: Locale) -> dict[MessageId, Translation]:
    """Every usable translation into `locale`, with the data that the rules need."""
    content = line.content
    source, needed = content.locales[content.flow.source_language], needed_texts(line.flow)
    word_lists = content.word_lists(locale.tag)
    names = (*word_lists.names, *content.word_lists(source.tag).names)
    others = {
        other.tag: other.messages for other in content.locales.values() if other.messages and other.tag != locale.tag
    }
    translations = dict[MessageId, Translation]()
    for (text, english), translated in (locale.messages or {}).items():
        elsewhere = {tag: messages.get((text, english), "") for tag, messages in others.items()}
        translations[text, english] = Translation(
            english, translated, locale, source, word_lists, names, elsewhere, needed=text in needed, text=text
        )
    lengths = [message.relative_length for message_id, message in translations.items() if not is_of_a_page(message_id)]
    usual = median(lengths) if len(lengths) >= MIN_TRANSLATIONS else 1.0
    return {message_id: message._replace(usual_length=usual) for message_id, message in translations.items()}


def summary(line: Line, tag: str) -> Iterator[str]:
    """The progress of a language of `line.content.locales`, as rows to print."""
    locale, texts = line.content.locales[tag], line.content.prompts.templates
    whole = sum(line.content.is_whole(name, tag) for name in texts)
    yield f"{tag} ({locale.name}), voice {locale.voice}"
    yield f"  translated  {_translated_counts(line, locale)}"
    yield f"  heard       {whole} of {len(texts)} texts are whole; any other is spoken in the source language"
    yield f"  seconds     {_minutes(line, tag)}"
    yield from _recorded(line, locale)
    yield f"  reviewed    {locale.review or UNREVIEWED}"
    if locale.translators:
        yield f"  translators {', '.join(locale.translators)}"
    yield f"  it says     {'; '.join(spoken_numbers(locale, line.content.facts))}"
    catalogues = [read_catalogue(path) for path in line.content.stack.existing(po_subpath(tag))]
    if comments := sum(len(entry.comments) for catalogue in catalogues for entry in catalogue.entries):
        yield f"  comments    {comments} of translators in the catalogue: `ivr script {tag}` shows them to reviewers"
    yield from (f"  to check    {row}" for row in doubts(locale, line.content.root))
    for folder in line.content.stack.existing(f"locales/{tag}"):
        yield from (f"  to check    {file}:{number}: {mark}" for file, number, mark in review_marks(folder))
    if not line.content.word_lists(tag).press:
        yield "  to check    words.toml: press: it is empty, so a key that is written by hand is not found"


def _translated_counts(line: Line, locale: Locale) -> str:
    """How many messages of the texts and of the web pages are translated, fuzzy, faulty and missing."""
    messages = {message.id for message in all_messages(line.content.prompts.templates)}
    pages = {message.id for message in page_messages()}
    usable, faulty = (locale.messages or {}).keys(), messages & locale.faults.keys()
    fuzzy = {message_id for message_id in faulty if locale.faults[message_id].kind == "fuzzy"}
    counts = f"{len(fuzzy)} fuzzy, {len(faulty - fuzzy)} faulty, {len(messages - usable - faulty)} missing"
    translated = f"{len(messages & usable)} of {len(messages)} messages ({counts})"
    return f"{translated}, {len(pages & usable)} of {len(pages)} of the web pages"


def _minutes(line: Line, tag: str) -> str:
    """The minutes of the translated texts, and those of the same texts in the source language."""
    parts, source = list(translated_parts(line, tag)), translated_parts(line, line.flow.source_language)
    translated = {part.text for part in parts}
    seconds = sum(line.schedule.longest_seconds(part.spoken) for part in parts)
    english = sum(line.schedule.longest_seconds(part.spoken) for part in source if part.text in translated)
    longer = f", {seconds / english - 1:+.0%}" if english else ""
    rate = f"{line.content.locales[tag].speech_rate.slowest:g} {line.content.locales[tag].speech_rate.unit} a second"
    minutes = f"{seconds / 60:.0f} minutes, the same in English {english / 60:.0f}{longer}"
    return f"{minutes}; here and in the limits at the slowest rate, {rate}"


def _recorded(line: Line, locale: Locale) -> Iterator[str]:
    """The row about recordings, for a language that has some or needs them."""
    parts, outdated = len(list(parts_to_record(line, locale.tag))), len(outdated_recordings(line, locale.tag))
    recorded = parts - len(unrecorded_parts(line, locale.tag))
    if recorded or outdated or locale.voice == NO_VOICE:
        yield f"  recorded    {recorded} of {parts} parts; {outdated} recordings read former words"


def fallback_voice_faults(line: Line) -> Iterator[Fault]:
    """The fault of the fallback voice, for each language that the fallback document speaks."""
    yield from filter(None, (locale.fallback.fault for locale in fallback_locales(line.content).values()))


def unreviewed(line: Line) -> Iterator[str]:
    """The offered languages that no native speaker has read aloud. These are notes and no faults."""
    for tag in line.flow.offered[1:]:
        if not line.content.locales[tag].review:
            yield f"{tag}: {UNREVIEWED} (locales/{tag}/locale.toml: reviewed)"
