"""Finds stale messages in the catalogues, which have been removed from the texts and the web pages; lists the drafts.

The comparison is by context and English. `pybabel update --check` cannot be used with contexts
(https://github.com/python-babel/babel/issues/1307).
"""

from collections.abc import Iterator, Mapping

from ivr.content.catalogue import MessageId, po_path, read_catalogue
from ivr.content.facts import HOTLINE
from ivr.content.load import Content, load_content, tags_under
from ivr.content.messages import SourceMessage, all_messages, page_messages
from ivr.errors import Fault


def catalogue_faults(content: Content) -> Iterator[Fault]:
    """The faults of loading except waiting messages (`waiting.py`), then the stale messages of each language."""
    source = {message.id: message for message in all_messages(content.prompts.templates)}
    yield from (fault for fault in content.faults if not fault.waits_for_translator)
    for tag in content.configured[1:]:
        if tag in content.locales:
            yield from _stale(content, tag, source)


def _stale(content: Content, tag: str, source: Mapping[MessageId, SourceMessage]) -> Iterator[Fault]:
    in_texts = source.keys() | {message.id for message in page_messages()}
    path = po_path(content.root, tag)
    messages = content.locales[tag].messages or {}
    if content.stack.layer:  # the release's catalogue also has the texts that the layer replaces or leaves out
        messages = {entry.id: "" for entry in read_catalogue(path).entries} if path.exists() else {}
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
