"""A language, judged as a whole: its translations by the rules, and how far it is. For its translator, at once."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

from ivr.call.playlist import named_keys
from ivr.check.limits import ways_to_texts
from ivr.check.recordings import missing, readings, stale, to_record
from ivr.check.translation_rules import Message, broken_rules
from ivr.content.catalogue import MessageId, id_of, po_path, read_catalogue
from ivr.content.locale import Locale
from ivr.content.messages import all_messages, page_messages
from ivr.content.voices import NO_VOICE
from ivr.content.wordlists import load_words
from ivr.errors import Fault, Untranslated
from ivr.line.line import Line

UNREVIEWED = "not reviewed by a native speaker"


def translation_faults(line: Line, tag: str) -> Iterator[Fault]:
    """Every rule that a translation breaks, by file and line, with a way to hear it."""
    locale, path = line.content.locales[tag], po_path(line.content.root, tag)
    catalogue = read_catalogue(path)
    if "charset=utf-8" not in catalogue.header.get("Content-Type", "").lower():
        found = "its head does not say that it is UTF-8" if catalogue.header else "it has no head"
        yield Fault(str(path), found, "Run `ivr locale update`: it writes one, which PO editors need.", locale=tag)
    judged, ways = _judge(line, locale), ways_to_texts(line)
    for message in catalogue:
        name = id_of(message)
        if name in (locale.messages or {}):
            for found, remedy in broken_rules(judged(name), page=name[0].startswith("web.")):
                said = f"{found}: {str(message.string)[:60]!r}"
                where, way = f"{path}:{message.lineno}", ways.get((name[0], tag), "")
                yield Fault(where, said, remedy, way, tag, *name)


def unspeakable(line: Line, tag: str) -> Iterator[Fault]:
    """What is translated and too long for one Say of the voice: the whole text is then spoken in the first language."""
    locale = line.content.locales[tag]
    for one in readings(line, tag):
        text = one.spoken.text
        if locale.voice != NO_VOICE and text not in locale.sounds and not locale.can_say(text):
            found = f"{one.name}: {len(text)} characters are more than its voice says at once"
            path, remedy = po_path(line.content.root, tag), "Shorten it, part the English in two, or record it."
            yield Fault(str(path), found, remedy, locale=tag, text=one.text)


def _judge(line: Line, locale: Locale) -> Callable[[MessageId], Message]:
    """Makes of a message what the rules judge."""
    content, folder = line.content, line.content.root / "locales"
    first = content.locales[content.configured[0]]
    words, first_words = load_words(folder / locale.tag), load_words(folder / first.tag)
    names, others = (*words.names, *first_words.names), [content.locales[tag] for tag in content.locales]

    def message(name: MessageId) -> Message:
        elsewhere = {one.tag: one.messages[name] for one in others if one.messages and name in one.messages}
        elsewhere.pop(locale.tag, None)
        told = (name[1], locale.message(*name), locale.tag, first.tag, _keys(locale), _keys(first))
        return Message(*told, words, names, elsewhere)

    return message


def _keys(locale: Locale) -> tuple[str, ...]:
    return (*locale.digits, locale.star, locale.pound)


class Progress(NamedTuple):
    """How far a language is: messages of the texts, messages of the pages, things recorded, seconds, its reviewer.

    `whole` counts the texts that are spoken in it; `seconds` and `english` how long these take, and in English.
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
    stale: int
    to_record: int
    seconds: float
    english: float
    reviewed: str


def progress(line: Line, tag: str) -> Progress:
    """How far a language of `line.content.locales` is."""
    locale, first = line.content.locales[tag], line.content.configured[0]
    names = {message.id for message in all_messages(line.content.prompts.templates)}
    pages = {message.id for message in page_messages()}
    usable, faulty = (locale.messages or {}).keys(), locale.faults.keys()
    fuzzy = {id_of(one) for one in read_catalogue(po_path(line.content.root, tag)) if one.fuzzy and one.id}
    texts, spoken = (
        line.content.prompts.templates,
        [name for name in line.content.prompts.templates if _whole(line, tag, name)],
    )
    read, recordable, lacking = list(readings(line, tag)), list(to_record(line, tag)), missing(line, tag)
    english = [one for one in readings(line, first) if one.text in spoken]
    return Progress(
        len(names), len(names & usable), len(names & fuzzy), len(names & faulty - fuzzy), len(pages),
        len(pages & usable), len(texts), len(spoken), len(recordable) - len(lacking),
        len(stale(line, tag)), len(recordable), sum(line.schedule.longest_seconds(one.spoken) for one in read),
        sum(line.schedule.longest_seconds(one.spoken) for one in english), locale.reviewed,
    )  # fmt: skip


def _whole(line: Line, tag: str, text: str) -> bool:
    try:
        return bool(line.content.prompts.render(text, tag, named_keys(line.flow, text)))
    except Untranslated:
        return False


def summary(line: Line, tag: str) -> Iterator[str]:
    """How far a language is, in sentences."""
    at, locale = progress(line, tag), line.content.locales[tag]
    lacking = at.messages - at.translated - at.fuzzy - at.faulty
    yield f"{tag} ({locale.name}), voice {locale.voice}"
    yield (
        f"  translated  {at.translated} of {at.messages} messages ({at.fuzzy} fuzzy, {at.faulty} faulty, "
        f"{lacking} missing), {at.pages_translated} of {at.pages} of the web pages"
    )
    yield f"  heard       {at.whole} of {at.texts} texts are whole; any other is spoken in the first language"
    longer = f", {at.seconds / at.english - 1:+.0%}" if at.english else ""
    yield f"  seconds     {at.seconds / 60:.0f} minutes, the same in English {at.english / 60:.0f}{longer}"
    if at.recorded or at.stale or locale.voice == NO_VOICE:
        yield f"  recorded    {at.recorded} of {at.to_record} readings; {at.stale} read words that have changed"
    yield f"  reviewed    {at.reviewed or UNREVIEWED}"
    yield from (f"  to check    {marked}" for marked in marks(line.content.root / "locales" / tag / "locale.toml"))


def marks(path: Path) -> Iterator[str]:
    """What still waits for somebody who speaks the language: the marked lines of its table."""
    for number, row in enumerate(path.read_text("utf-8").splitlines(), start=1):
        if row.startswith(("# CHECK: ", "# MISSING: ")):
            yield f"{path.name}:{number}: {row.removeprefix('# ')}"


def unreviewed(line: Line) -> Iterator[str]:
    """The published languages that no native speaker has read aloud: said at every check, and no fault."""
    for tag in line.flow.published[1:]:
        if not line.content.locales[tag].reviewed:
            yield f"{tag}: {UNREVIEWED} (locales/{tag}/locale.toml: reviewed)"
