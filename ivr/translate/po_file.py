"""Writes PO files in one layout, which Poedit and Weblate keep: no line is wrapped, one newline at the end."""

from collections.abc import Iterable, Iterator, Mapping

from babel.messages.pofile import escape

from ivr.content.catalogue import PLACEHOLDER
from ivr.content.po import PoEntry


def po_bytes(title: str, fields: Mapping[str, str], entries: Iterable[PoEntry]) -> bytes:
    """A PO file as UTF-8: the comment `title`, the header with `fields`, then the entries."""
    rows = (escape(f"{name}: {value}\n") for name, value in fields.items())
    header = "\n".join((f"# {title}", 'msgid ""', 'msgstr ""', *rows))
    blocks = (header, *("\n".join(_rows(entry)) for entry in entries))
    return ("\n\n".join(blocks) + "\n").encode("utf-8")


def _rows(entry: PoEntry) -> Iterator[str]:
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
