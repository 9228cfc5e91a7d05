"""The messages of the catalogues: those that wait for their translator, stale ones, and those of drafts.

A text that waits for its translator is spoken in the source language and is not a fault. So a correction of an English
sentence can be merged before it is translated into every published language. A waiting text is a fault if every caller
needs it (`needed_texts`) or, for a given day, if it has waited for more than FAIL_AFTER days. `ivr locale update`
writes into the catalogue since which day a message waits.

A stale message has been removed from the texts and the web pages. The comparison is by context and English: `pybabel
update --check` cannot be used with contexts (https://github.com/python-babel/babel/issues/1307).
"""

from collections.abc import Collection, Iterator, Sequence
from datetime import date
from typing import NamedTuple

from ivr.content.catalogue import MessageId, po_path, po_path_of_text, po_subpath, read_catalogue, waits_since
from ivr.content.facts import HOTLINE
from ivr.content.load import Content, load_content, needed_texts, order_of_work, tags_under
from ivr.content.messages import SourceMessage, all_messages, page_messages
from ivr.errors import Fault

WARN_AFTER, FAIL_AFTER = 30, 120
"""Days for which a message may wait for its translator before `ivr doctor` warns, and before `check --today` fails."""
MAX_NAMES = 8
"""The most names of texts that a sentence lists."""


class Waiting(NamedTuple):
    """A message that is missing or fuzzy. `since` is the day since which it waits, None if no note gives it.

    `fault`, of the kind missing or fuzzy, describes it; `needed` says that a language cannot be offered without it.
    """

    fault: Fault
    since: date | None
    needed: bool


def waiting_messages(content: Content, tag: str) -> list[Waiting]:
    """The messages of the texts that wait for their translator in a language, in the order of work."""
    locale, files = content.locales[tag], content.stack.existing(po_subpath(tag))
    entries = {entry.id: (file, entry) for file in files for entry in read_catalogue(file).entries}
    since = {message_id: waits_since(entry) for message_id, (_, entry) in entries.items()}
    needed = needed_texts(content.flow)
    waiting = list[Waiting]()
    texts = content.prompts.templates
    for message in all_messages({name: texts[name] for name in order_of_work(content.flow) if name in texts}):
        fault = locale.faults.get(message.id)
        if message.id not in (locale.messages or {}) and (fault is None or fault.waits_for_translator):
            file, entry = entries.get(message.id, (po_path(content.root, tag), None))
            described = fault or _missing(f"{file}:{entry.line}" if entry else str(file), tag, message)
            waiting.append(Waiting(described, since.get(message.id), message.id[0] in needed))
    return waiting


def _missing(where: str, tag: str, message: SourceMessage) -> Fault:
    context, english = message.id
    found = f"no translation of [{context}] {english[:60]!r} ({message.path.name}:{message.line})"
    remedy = "Translate it; until then callers hear the whole text in the source language."
    return Fault(where, found, remedy, locale=tag, text=context, english=english, kind="missing")


def needed_faults(content: Content) -> Iterator[Fault]:
    """The messages without which a published language cannot be offered."""
    for tag in target_languages(content):
        yield from (waiting.fault for waiting in waiting_messages(content, tag) if waiting.needed)


def faults_with_missing_as_one(needed: list[Waiting]) -> list[Fault]:
    """The faults of the messages `needed` of a language. Several missing ones are one fault."""
    missing = [message for message in needed if message.fault.kind == "missing"]
    others = [message.fault for message in needed if message.fault.kind != "missing"]
    if len(missing) < 2:
        return [*others, *(message.fault for message in missing)]
    found = f"{len(missing)} messages of the required texts are not translated: {_names(missing)}"
    remedy = "Translate them first: without them the language cannot be published."
    first = missing[0].fault
    return [*others, Fault(first.where, found, remedy, locale=first.locale, text=first.text, kind="missing")]


def overdue_faults(content: Content, today: date, days: int = FAIL_AFTER) -> Iterator[Fault]:
    """A fault for each published language in which messages have waited for more than `days` days."""
    for tag in target_languages(content):
        overdue = [
            message
            for message in waiting_messages(content, tag)
            if message.since and (today - message.since).days > days
        ]
        if overdue:
            names, oldest = _names(overdue), min(message.since for message in overdue if message.since)
            found = f"texts have waited for their translator for over {days} days, the oldest since {oldest}: {names}"
            path = po_path_of_text(content.stack.existing(po_subpath(tag)), overdue[0].fault.text)
            yield Fault(str(path), found, "Translate them.", locale=tag)


def waiting_rows(content: Content) -> Iterator[str]:
    """For each published language the number of texts that wait for their translator, and which."""
    for tag in target_languages(content):
        if waiting := waiting_messages(content, tag):
            yield waiting_row(tag, waiting)


def waiting_row(tag: str, waiting: Sequence[Waiting]) -> str:
    """How many texts of a language wait for their translator, which, and since when. `waiting` has one at least."""
    texts = len({message.fault.text for message in waiting})
    wait = "1 text waits for its translator" if texts == 1 else f"{texts} texts wait for their translator"
    days = sorted(message.since for message in waiting if message.since)
    since = f", the oldest since {days[0]}" if days else ""
    return f"{tag}: {wait}, and the source language speaks meanwhile{since}: {_names(waiting)}"


def _names(waiting: Sequence[Waiting]) -> str:
    names = list(dict.fromkeys(message.fault.text for message in waiting))
    more = f" and {len(names) - MAX_NAMES} more" if len(names) > MAX_NAMES else ""
    return ", ".join(names[:MAX_NAMES]) + more


def target_languages(content: Content) -> tuple[str, ...]:
    """The published languages other than the source language whose folders can be read."""
    return tuple(tag for tag in content.configured[1:] if tag in content.locales)


def catalogue_faults(content: Content) -> Iterator[Fault]:
    """The faults of loading except waiting messages, then the stale messages of each language."""
    in_texts = {message.id for message in (*all_messages(content.prompts.templates), *page_messages())}
    yield from (fault for fault in content.faults if not fault.waits_for_translator)
    for tag in target_languages(content):
        yield from _stale(content, tag, in_texts)


def _stale(content: Content, tag: str, in_texts: Collection[MessageId]) -> Iterator[Fault]:
    """The translated messages that are not in the texts any more. With a layer only its own catalogue is looked at."""
    path, messages = po_path(content.root, tag), list(content.locales[tag].messages or ())
    if content.stack.layer:  # the release's catalogue also has the texts that the layer replaces or leaves out
        messages = [entry.id for entry in read_catalogue(path).entries] if path.exists() else []
    for context, english in messages:
        if (context, english) not in in_texts:
            found = f"[{context}] {english[:60]!r} is not in the texts any more"
            yield Fault(str(path), found, "Run `ivr locale update`.", locale=tag, text=context)


def page_notes(content: Content) -> Iterator[str]:
    """For each language, how many messages of the web pages it lacks. These are notes and no faults."""
    messages = page_messages()
    for tag in content.configured[1:]:
        translations = content.locales[tag].messages or {} if tag in content.locales else {}
        if missing := sum(message.id not in translations for message in messages):
            yield f"{tag}: {missing} of {len(messages)} messages of the web pages are not translated"


def draft_rows(content: Content) -> Iterator[str]:
    """One row for each language that is not published: how much of it is translated, or why it cannot be read."""
    drafts = [tag for tag in tags_under(content.root) if tag not in content.configured]
    if drafts:
        hotline = str(content.facts.numbers[HOTLINE].dial)
        with_drafts = load_content(content.root, (*content.configured, *drafts), hotline)
        yield from (f"{tag} (draft): {_state(with_drafts, tag)}" for tag in drafts)


def _state(content: Content, tag: str) -> str:
    if tag not in content.locales:
        return str(next(fault for fault in content.faults if fault.locale == tag))
    locale, texts = content.locales[tag], content.prompts.templates
    ids = {message.id for message in all_messages(texts)}
    translated = len(ids & (locale.messages or {}).keys())
    faulty = sum(message in ids and not fault.waits_for_translator for message, fault in locale.faults.items())
    whole = sum(content.is_whole(name, tag) for name in texts)
    faults = f", {faulty} faulty" if faulty else ""
    return f"{translated} of {len(ids)} messages{faults}, {whole} of {len(texts)} texts whole; `ivr check {tag}`"
