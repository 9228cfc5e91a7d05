"""Drafts: languages in locales/ that are not published. Each is a row of `ivr check`, which does not fail for it."""

from collections.abc import Iterator

from ivr.content.facts import HOTLINE
from ivr.content.load import Content, load_content, tags_under
from ivr.content.messages import all_messages


def draft_rows(content: Content) -> Iterator[str]:
    """One row for each draft beside `content`: how much of it is translated, or why it cannot be read."""
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
