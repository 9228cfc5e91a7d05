"""The reader of PO files beside msgfmt: whatever msgfmt takes is read, with the same messages."""

from pathlib import Path

import pytest
from support.msgfmt import compiled, needs_msgfmt

from ivr.content.po import PoEntry, PoFault, read_po

TYPE = '"Content-Type: text/plain; charset=UTF-8\\n"\n'
HEADER = f'msgid ""\nmsgstr ""\n{TYPE}\n'
TEA = 'msgctxt "tea"\nmsgid "Tea is hot."\nmsgstr "El té está caliente."\n'

HEADER_FIELDS = {
    "blank date": '"PO-Revision-Date: \\n"\n',
    "day without time": '"PO-Revision-Date: 2026-01-26\\n"\n',
    "zone with colon": '"PO-Revision-Date: 2026-01-26 10:00+08:00\\n"\n',
    "ISO date": '"POT-Creation-Date: 2026-01-26T10:00:00Z\\n"\n',
    "named zone": '"PO-Revision-Date: 2026-01-26 10:00 EST\\n"\n',
    "twelve hours": '"PO-Revision-Date: 1/26/2026 10:00 PM\\n"\n',
    "date of the template": '"POT-Creation-Date: YEAR-MO-DA HO:MI+ZONE\\n"\n',
    "words for a date": '"PO-Revision-Date: yesterday\\n"\n',
    "impossible date": '"PO-Revision-Date: 2026-13-45 99:99+0000\\n"\n',
    "unfilled plural": '"Plural-Forms: nplurals=INTEGER; plural=EXPRESSION;\\n"\n',
    "six plurals": '"Plural-Forms: nplurals=6; plural=n==0 ? 0 : n==1 ? 1 : n==2 ? 2 : 3;\\n"\n',
    "plural without end": '"Plural-Forms: nplurals=2; plural=(n != 1)\\n"\n',
    "zero plurals": '"Plural-Forms: nplurals=0; plural=0;\\n"\n',
    "another language": '"Language: de_CH@euro\\n"\n',
    "no such language": '"Language: nothing at all\\n"\n',
    "empty language": '"Language: \\n"\n',
    "unknown field": '"X-Poedit-SourceCharset: UTF-8\\n"\n"X-Ünï: 東京\\n"\n',
    "field twice": '"Language: es\\n"\n"Language: fr\\n"\n',
    "line without colon": '"this is no field\\n"\n',
    "no colon space": '"Language:es\\n"\n',
    "empty field": '"Language-Team:\\n"\n',
    "folded field": '"Language-Team: Spanish "\n"<es@example.org>\\n"\n',
    "all in one line": '"Language: es\\nMIME-Version: 1.0\\nX-Generator: a\\n"\n',
    "no line end": '"Language: es"\n',
    "seven bits": '"Content-Transfer-Encoding: 7bit\\n"\n',
    "mail header": '"Report-Msgid-Bugs-To: =?utf-8?q?Jos=C3=A9?= <a@example.org>\\n"\n',
}
FILES = {
    **{f"header: {name}": f'msgid ""\nmsgstr ""\n{TYPE}{fields}\n{TEA}' for name, fields in HEADER_FIELDS.items()},
    "header: fields first": f'msgid ""\nmsgstr "Language: es\\n"\n{TYPE}\n{TEA}',
    "header: fuzzy": f"#, fuzzy\n{HEADER}{TEA}",
    "header: with comments": f"# Ana <ana@example.org>, 2026.\n#\n#, fuzzy, no-wrap\n#: a:1\n{HEADER}{TEA}",
    "header: last": f"{TEA}\n{HEADER}",
    "header: without charset": f'msgid ""\nmsgstr "Language: es\\n"\n\n{TEA}',
    "header: charset of the template": f"{HEADER.replace('UTF-8', 'CHARSET')}{TEA}",
    "header: small charset": f"{HEADER.replace('UTF-8', 'utf-8')}{TEA}",
    "comment: of every kind": f"{HEADER}# por mí\n#. de ellos\n#: tea.txt:1 b:2\n#, no-wrap\n#| msgid \"Tea.\"\n{TEA}",
    "comment: empty": f"{HEADER}#\n#.\n#:\n#,\n{TEA}",
    "comment: without blank": f"{HEADER}#por mí\n#.de ellos\n#:tea\n#,no-wrap\n{TEA}",
    "comment: indented": f"{HEADER}   # por mí\n\t#. de ellos\n{TEA}",
    "comment: at the end": f"{HEADER}{TEA}\n# the end",
    "comment: of new gettext": f"{HEADER}#= c-format\n{TEA}",
    "comment: previous over lines": f'{HEADER}#| msgctxt "tea"\n#| msgid ""\n#| "Tea "\n#| "is."\n{TEA}',
    "comment: previous plural": f'{HEADER}#| msgid "a"\n#| msgid_plural "b"\n{TEA}',
    "comment: fuzzy": f"{HEADER}#, fuzzy\n{TEA}",
    "comment: fuzzy among flags": f"{HEADER}#, no-wrap,fuzzy ,python-format\n{TEA}",
    "comment: fuzzy as a word": f"{HEADER}# , fuzzy\n#. fuzzy\n{TEA}",
    "comment: a flag like fuzzy": f"{HEADER}#, fuzzyish, no-fuzzy\n{TEA}",
    "obsolete": f'{HEADER}{TEA}\n#~ msgctxt "tea"\n#~ msgid "Tea."\n#~ msgstr "Té."\n',
    "obsolete: without blank": f'{HEADER}{TEA}\n#~msgid "Tea."\n#~msgstr "Té."\n',
    "obsolete: first": f'{HEADER}#~ msgid "Tea."\n#~ msgstr "Té."\n\n{TEA}',
    "obsolete: fuzzy with previous": f'{HEADER}{TEA}\n#, fuzzy\n#~| msgid "T"\n#~ msgid "Tea."\n#~ msgstr "Té."\n',
    "obsolete: over lines": f'{HEADER}{TEA}\n#~ msgid ""\n#~ "Te"\n#~ "a."\n#~ msgstr ""\n#~ "Té."\n',
    "obsolete: plural of another count": (
        f'{HEADER}{TEA}\n#~ msgid "%d day"\n#~ msgid_plural "%d days"\n#~ msgstr[0] "a"\n#~ msgstr[1] "b"\n'
    ),
    "layout: over lines": HEADER + 'msgctxt ""\n"te"\n"a"\nmsgid ""\n"Tea "\n"is hot."\nmsgstr ""\n"El té "\n"."\n',
    "layout: two strings in a line": HEADER + 'msgctxt "te" "a"\nmsgid "Tea " "is."\nmsgstr "El" " té."\n',
    "layout: one line": HEADER + 'msgctxt "tea" msgid "Tea." msgstr "Té."\n',
    "layout: no blanks": HEADER + 'msgctxt"tea"msgid"Tea."msgstr"Té."\n',
    "layout: strings on lines of their own": HEADER + 'msgctxt\n"tea"\nmsgid\n"Tea."\nmsgstr\n"Té."\n',
    "layout: indented": HEADER + "   " + TEA.replace("\n", "\n   "),
    "layout: tabs": HEADER + TEA.replace(" ", "\t", 3),
    "layout: form feeds": HEADER + "\f\n\v" + TEA,
    "layout: blanks at line ends": (HEADER + TEA).replace("\n", "  \n"),
    "layout: empty lines inside": HEADER + TEA.replace("\n", "\n\n"),
    "layout: no empty lines": (HEADER + TEA).replace("\n\n", "\n"),
    "layout: no last newline": (HEADER + TEA).rstrip("\n"),
    "layout: many last newlines": HEADER + TEA + "\n\n\n",
    "layout: Windows": (HEADER + TEA).replace("\n", "\r\n"),
    "layout: Windows, then Unix": HEADER.replace("\n", "\r\n") + TEA,
    "layout: a string goes on": HEADER + 'msgid "Tea \\\nis hot."\nmsgstr "El \\\nté."\n',
    "layout: a line goes on after a backslash": f"{HEADER}# one \\\n comment\n\\\n{TEA}",
    "domain": f'{HEADER}domain "messages"\n\n{TEA}',
    "domain: after an obsolete message": f'{HEADER}#~ msgid "Tea."\n#~ msgstr "Té."\n\ndomain "messages"\n\n{TEA}',
    "plural": (
        f'{HEADER[:-1]}"Plural-Forms: nplurals=1; plural=0;\\n"\n\n{TEA}\n'
        'msgid "day"\nmsgid_plural "days"\nmsgstr[0] "día"\n'
    ),
    "plural: spaced index": (
        f'{HEADER[:-1]}"Plural-Forms: nplurals=1; plural=0;\\n"\n\n'
        'msgid "day"\nmsgid_plural "days"\nmsgstr [ 0 ] "día"\n'
    ),
    "context: empty": HEADER + 'msgctxt ""\nmsgid "Tea."\nmsgstr "A"\n\nmsgid "Tea."\nmsgstr "B"\n',
    "context: no English": HEADER + 'msgctxt "tea"\nmsgid ""\nmsgstr "A"\n',
    "context: the same English": HEADER + TEA + "\n" + TEA.replace('"tea"', '"cup"'),
    "not translated": HEADER + TEA + '\nmsgid "Cup."\nmsgstr ""\n',
    **{
        f"escape: {escape}": f'{HEADER}msgid "Tea{escape}."\nmsgstr "Té{escape}."\n'
        for escape in (
            r"\"", r"\\", r"\t", r"\n", r"\r", r"\a", r"\b", r"\f", r"\v", r"\101", r"\7", r"\303\241", r"\x41",
            r"\xc3\xa1", r"\x0041", r"\x41\102\"", r"\\\"", r"\\n", r"\1011",
        )
    },
    "bytes: wide letters": HEADER + 'msgid "Tea."\nmsgstr "茶 ☕ 𐐷 ‏שתה"\n',
    "bytes: no-break and zero-width": HEADER + 'msgid "Tea."\nmsgstr "a\u00a0b\u200cc\u2028d\x85e\ufefff"\n',
}  # fmt: skip
OTHER_CHARSETS = {
    "ISO-8859-1": "té",
    "SHIFT_JIS": "表示",
    "BIG5": "功能",
    "KOI8-R": "чай",
    "GB18030": "茶",
    "CP1256": "شاي",
}


def usable(content: bytes) -> dict[str, str]:
    """The messages as `compiled` gives them, of our reader."""
    return {_key(entry): entry.translation for entry in read_po(content) if _is_used(entry)}


def _is_used(entry: PoEntry) -> bool:
    return bool(entry.translation) and not (entry.obsolete or entry.plural or entry.fuzzy or entry.is_header)


def _key(entry: PoEntry) -> str:
    return entry.english if entry.context is None else f"{entry.context}\x04{entry.english}"


@needs_msgfmt
@pytest.mark.parametrize("name", FILES)
def test_file_that_msgfmt_takes_is_read_with_the_same_messages(name: str, tmp_path: Path) -> None:
    content = FILES[name].encode("utf-8")
    theirs = compiled(content, tmp_path)
    assert theirs is not None, "a file that msgfmt refuses would prove nothing"
    assert usable(content) == {key: text for key, text in theirs.items() if key and "\x00" not in key}


@needs_msgfmt
@pytest.mark.parametrize("charset", OTHER_CHARSETS)
def test_file_in_another_character_set_is_read_as_its_header_says(charset: str, tmp_path: Path) -> None:
    text = HEADER.replace("UTF-8", charset) + f'msgid "Tea."\nmsgstr "{OTHER_CHARSETS[charset]}"\n'
    content = text.encode(charset)
    theirs = compiled(content, tmp_path)
    assert theirs is not None
    assert usable(content)["Tea."] == OTHER_CHARSETS[charset]
    assert theirs["Tea."].encode("utf-8", "surrogateescape").decode(charset) == OTHER_CHARSETS[charset]


@pytest.mark.parametrize(
    "content",
    [
        ("\ufeff" + HEADER + TEA).encode("utf-8"),
        (HEADER + TEA).replace("\n", "\r").encode("utf-8"),
        TEA.encode("utf-8"),
        (HEADER + "#| this is no message\n" + TEA).encode("utf-8"),
        (HEADER + TEA + '\nmsgid "l\'or"\nmsgstr "l\\\'or"\n').encode("utf-8"),
    ],
    ids=["byte order mark", "carriage returns", "no header", "faulty previous English", "unknown escape"],
)
def test_file_that_msgfmt_refuses_for_a_small_fault_is_read(content: bytes) -> None:
    assert usable(content)["tea\x04Tea is hot."] == "El té está caliente."


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ('msgid "a\nmsgstr "b"\n', 1),
        ('msgid "a"\n', 1),
        ('msgid "a"\nmsgstr\n', 2),
        ('msgid "a"\n\nmsgid "b"\nmsgstr "c"\n', 3),
        ('msgid "a"\nmsgstr "b"\n<<<<<<< ours\n', 3),
        ('#~ msgid "a"\nmsgstr "b"\n', 2),
        ('msgid "a"\n#~ msgstr "b"\n', 2),
        ('hello\nmsgid "a"\nmsgstr "b"\n', 1),
        ('msgid “a”\nmsgstr "b"\n', 1),
        ('msgid "a \\\nb"\nmsgid "a"\n', 3),
    ],
)
def test_file_that_is_no_po_file_is_refused_at_its_line(text: str, line: int) -> None:
    with pytest.raises(PoFault) as refused:
        read_po(text.encode("utf-8"))
    assert refused.value.line == line


@needs_msgfmt
def test_foreign_byte_in_a_comment_costs_no_message(tmp_path: Path) -> None:
    content = f"{HEADER}# caf\x00\n{TEA}".encode().replace(b"\x00", b"\xe9")
    theirs = compiled(content, tmp_path)
    assert theirs is not None
    assert usable(content)["tea\x04Tea is hot."] == theirs["tea\x04Tea is hot."]
    with pytest.raises(UnicodeDecodeError):
        read_po(content.replace(b"caliente", b"cal\xe9ente"))


def test_message_with_an_empty_plural_is_a_plural_message() -> None:
    (entry,) = read_po(b'msgid "a"\nmsgid_plural ""\nmsgstr[0] "b"\n')
    assert entry.plural


def test_message_is_fuzzy_if_one_of_its_lines_of_flags_says_so() -> None:
    (_, entry) = read_po(f"{HEADER}#, fuzzy\n#, no-wrap\n{TEA}".encode())
    assert entry.fuzzy


def test_entry_has_all_that_the_file_says_of_it() -> None:
    text = (
        '# por mí\n#. Heard: press 1.\n#: tea.txt:1\n#, fuzzy\n#| msgid ""\n#| "Tea "\n#| "is."\n'
        'msgctxt "tea"\nmsgid "Tea is hot."\nmsgstr "Té."\n'
    )
    expected = PoEntry(
        "tea", "Tea is hot.", "Té.", 9, fuzzy=True, comments=("por mí",), notes=("Heard: press 1.",),
        previous="Tea is.", file="tea.txt:1",
    )  # fmt: skip
    assert read_po(text.encode("utf-8")) == [expected]
