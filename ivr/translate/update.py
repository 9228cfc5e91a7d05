"""Writes locales/messages.pot from the texts, merges it into each messages.po, and writes the leaders into CODEOWNERS.

Every file is written in one layout (`po_bytes`), which Poedit and Weblate keep, so that a catalogue saved by any editor
differs from the former one in its messages alone. Header fields that editors fill in are reset, because they cause
conflicts between translators and publish names and addresses. `translators` in locale.toml names the translators who
wish to be named.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import NamedTuple

from babel.messages.plurals import get_plural
from babel.messages.pofile import escape

from ivr.call.language_tags import cldr_locale
from ivr.check.locale_settings import ACCOUNT
from ivr.content.catalogue import PLACEHOLDER, Catalogue, MessageId, duplicate_faults, po_path, read_catalogue
from ivr.content.files import CHECKOUT, read_text, read_toml
from ivr.content.layer import Stack, stack_of
from ivr.content.load import order_of_work, published_languages
from ivr.content.messages import SourceMessage, all_messages, page_messages
from ivr.content.po import PoEntry
from ivr.content.templates import load_templates
from ivr.errors import BadLocale, Fault, OperationFailed
from ivr.line.compiler import compile_line
from ivr.line.options import DEFAULT_OPTIONS, Options
from ivr.translate.merge import Change, merge
from ivr.translate.notes import notes_of

PROJECT = "The information line"
BEGIN = "# From here on `ivr locale update` writes: the `leaders` of each locale.toml.\n"
"""A row of CODEOWNERS (https://docs.github.com/articles/about-code-owners). The rows of languages stand at the end,
behind it: if several rows are for one file, the last one counts."""
MAX_ROWS = 10
"""Changed messages that an update lists for each language."""
HEADER = {
    "Project-Id-Version": "information-line",
    "POT-Creation-Date": "2026-11-24 00:00+0000",
    "PO-Revision-Date": "2026-11-24 00:00+0000",
    "Last-Translator": "nobody yet",
    "Language-Team": "none",
    "Language": "",
    "MIME-Version": "1.0",
    "Content-Type": "text/plain; charset=UTF-8",
    "Content-Transfer-Encoding": "8bit",
    "Plural-Forms": "nplurals=2; plural=(n != 1);",
}
"""The fields of every header. The dates are fixed: a catalogue changes only with its messages."""


class Update(NamedTuple):
    """The files that changed, the changes by language, and the faults of the catalogues that were left as they are."""

    written: tuple[Path, ...]
    changes: Mapping[str, tuple[Change, ...]]
    faults: tuple[Fault, ...]


def source_messages(root: Path, options: Options = DEFAULT_OPTIONS) -> list[PoEntry]:
    """The messages of the texts in the order of work, then of the web pages. Raises BadContent."""
    line = compile_line(root, options)
    texts, notes = line.content.prompts.templates, notes_of(line)
    messages = all_messages({name: texts[name] for name in order_of_work(line.flow) if name in texts})
    folders = (*line.content.stack.folders, CHECKOUT)
    return [_entry(folders, message, notes) for message in [*messages, *page_messages()]]


def _entry(folders: Iterable[Path], message: SourceMessage, notes: Mapping[MessageId, tuple[str, ...]]) -> PoEntry:
    """A message; its file is given as the shortest path below one of `folders`."""
    above = (folder for folder in folders if message.path.is_relative_to(folder))
    file = min((str(message.path.relative_to(folder)) for folder in above), key=len)
    of_the_text = (" ".join(note.removeprefix("TRANSLATORS:").split()) for note in message.notes)
    return PoEntry(*message.id, "", notes=(*of_the_text, *notes.get(message.id, ())), file=file)


def update(
    root: Path,
    tags: Iterable[str],
    same_meaning: Collection[str] = (),
    today: date | None = None,
    options: Options = DEFAULT_OPTIONS,
) -> Update:
    """Write locales/messages.pot and merge it into the catalogue of each language; write the leaders into CODEOWNERS.

    In the contexts `same_meaning` ("tea") a change of the English keeps the translation. With `today`, the messages of
    published languages that begin to wait for their translator get a note with this day. Raises BadContent where the
    texts or flow.toml cannot be used: then no file is written. A catalogue that cannot be read is left as it is. The
    catalogues of a layer have only the messages that the release does not have, and none is made for a language without
    such a message; a layer has no messages.pot.
    """
    source, published, stack = source_messages(root, options), published_languages(root), stack_of(root)
    _require_contexts(source, same_meaning)
    pot_title = f"{PROJECT}: the words to translate. Made by `ivr locale update`; do not edit."
    pot = {root / "locales" / "messages.pot": po_bytes(pot_title, HEADER, source)}
    files = {} if stack.layer else pot
    changes, faults = dict[str, tuple[Change, ...]](), list[Fault]()
    for tag in tags:
        try:
            day, messages = today if tag in published else None, _messages_for_catalogue(stack, tag, source)
            merged = merge(_existing(po_path(root, tag)), messages, same_meaning, day)
        except BadLocale as error:
            faults.extend(error.faults)
            continue
        changes[tag] = merged.changes
        if merged.entries or po_path(root, tag).exists():
            files[po_path(root, tag)] = po_bytes(f"{PROJECT}: {tag}", header(tag), merged.entries)
    try:
        files |= {owners_path(root): owners_text(root).encode()} if owners_path(root).exists() else {}
    except BadLocale as error:
        faults.extend(error.faults)
    return Update(tuple(path for path, content in files.items() if _write(path, content)), changes, tuple(faults))


def _messages_for_catalogue(stack: Stack, tag: str, source: list[PoEntry]) -> list[PoEntry]:
    """The messages of `source` that the catalogue of a language needs: a layer needs those that its release lacks."""
    if stack.layer is None or not po_path(stack.base, tag).exists():
        return source
    messages = [*all_messages(load_templates(stack.base / "prompts")), *page_messages()]
    in_release = {message.id for message in messages}
    return [entry for entry in source if entry.id not in in_release]


def _require_contexts(source: Sequence[PoEntry], contexts: Iterable[str]) -> None:
    known = {entry.context for entry in source}
    for context in contexts:
        if context not in known:
            raise OperationFailed(f"There is no text `{context}`: its name is the name of its file in prompts/.")


def header(tag: str) -> dict[str, str]:
    """The header fields of a catalogue. Tools require a plural rule: it is that of CLDR, else that of English."""
    locale = cldr_locale(tag)
    plural_rule = get_plural(locale).plural_forms if locale else HEADER["Plural-Forms"]
    return HEADER | {"Language": tag.replace("-", "_"), "Plural-Forms": plural_rule}


def _existing(path: Path) -> Catalogue:
    """The catalogue at `path`, empty if there is none. Raises BadLocale if a translation in it would be lost."""
    if not path.exists():
        return Catalogue({}, ())
    catalogue = read_catalogue(path)
    if faults := duplicate_faults(path, catalogue):
        raise BadLocale(faults.values())
    if path.stat().st_size and not (catalogue.header or catalogue.entries or catalogue.obsolete):
        remedy = "Fetch it again, or delete it to begin anew."
        raise BadLocale.at(str(path), "no message can be found in it, so it was left as it is", remedy)
    return catalogue


def _write(path: Path, content: bytes) -> bool:
    """Replace the file at once, so that it is never half written. Returns whether it has changed."""
    new = path.with_name(f".{path.name}.new")
    try:
        if path.exists() and path.read_bytes() == content:
            return False
        path.parent.mkdir(parents=True, exist_ok=True)
        new.write_bytes(content)
        new.replace(path)
    except OSError as error:
        with suppress(OSError):
            new.unlink()
        raise OperationFailed(f"{path} cannot be written ({error.strerror}): make its folder writable.") from error
    return True


def languages_to_update(root: Path) -> list[str]:
    """The languages that have a catalogue under `root`; for a layer also the published ones but the source language."""
    translated = sorted(path.parent.parent.name for path in (root / "locales").glob("*/LC_MESSAGES/messages.po"))
    published = published_languages(root)[1:] if stack_of(root).layer else ()
    return list(dict.fromkeys((*published, *translated)))


def rows(result: Update) -> Iterator[str]:
    """The result of an update, as rows to print: for each language what changed in words, then the faults."""
    if not (result.written or result.faults):
        yield "all catalogues are up to date"
    for tag, changes in result.changes.items():
        kinds = Counter(change.kind for change in changes)
        if kinds:
            yield f"{tag}: {', '.join(f'{count} {kind}' for kind, count in kinds.items())}"
        elif any(tag in path.parts for path in result.written):
            yield f"{tag}: no translation changed: layout, header or notes only"
        yield from (
            f"  [{change.message[0]}] {change.kind}: {change.message[1][:60]!r}" for change in changes[:MAX_ROWS]
        )
        if len(changes) > MAX_ROWS:
            yield f"  and {len(changes) - MAX_ROWS} more"
    yield from map(str, result.faults)


def owners_path(root: Path) -> Path:
    """The path of CODEOWNERS. Content that lies outside of the project has none."""
    return root / ".github" / "CODEOWNERS"


def owners_text(root: Path) -> str:
    """The text of CODEOWNERS with the present leaders. Raises BadLocale where a locale.toml cannot be read."""
    text = read_text(owners_path(root)).partition(BEGIN)[0] + BEGIN
    for path in sorted(root.glob("locales/*/locale.toml")):
        accounts = read_toml(path, BadLocale).get("leaders", [])
        leaders = [account for account in accounts if isinstance(account, str) and ACCOUNT.fullmatch(account)]
        if leaders:  # `ivr check` reports a leader that is not an account
            text += f"/locales/{path.parent.name}/ {' '.join(leaders)}\n"
    return text


def po_bytes(title: str, fields: Mapping[str, str], entries: Iterable[PoEntry]) -> bytes:
    """A PO file as UTF-8: the comment `title`, the header with `fields`, then the entries. No line is wrapped."""
    rows = (escape(f"{name}: {value}\n") for name, value in fields.items())
    head = "\n".join((f"# {title}", 'msgid ""', 'msgstr ""', *rows))
    blocks = (head, *("\n".join(_po_lines(entry)) for entry in entries))
    return ("\n\n".join(blocks) + "\n").encode("utf-8")


def _po_lines(entry: PoEntry) -> Iterator[str]:
    yield from (f"# {comment}".rstrip() for comment in entry.comments)
    yield from (f"#. {note}" for note in entry.notes)
    if entry.file:
        yield f"#: {entry.file}"
    flags = ["fuzzy"] * entry.fuzzy + ["python-format"] * bool(PLACEHOLDER.search(entry.english))
    if flags:
        yield f"#, {', '.join(flags)}"
    mark = "#~" if entry.obsolete else ""
    if entry.previous:
        yield f"{mark or '#'}| msgid {escape(entry.previous)}"
    fields = {"msgctxt": entry.context, "msgid": entry.english, "msgstr": entry.translation}
    for keyword, text in fields.items():
        if text is not None:
            yield f"{mark} {keyword} {escape(text)}".lstrip()
