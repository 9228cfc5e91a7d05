"""Reads PO files as GNU gettext's msgfmt does: the same tokens, grammar, escapes and character sets.

Babel and polib refuse files that msgfmt accepts, over a date in the header, a plural count or the layout. Here the
header is an entry like the others, and no fault of the header loses a translation. tests/content/test_po.py compares
the entries with the messages that msgfmt compiles. One difference is intended: if a message has several `#,` lines,
msgfmt obeys the last line; here the message is fuzzy if any of the lines says so. The format:
https://www.gnu.org/software/gettext/manual/html_node/PO-Files.html
"""

import re
from collections.abc import Iterator
from contextlib import suppress
from typing import NamedTuple

_TOKEN = re.compile(
    r"(?P<blank>(?:[ \t\r\f\v]|\\\n)+)|(?P<newline>\n)|(?P<obsolete>#~(?!\|))|(?P<comment>#(?:\\\n|[^\n])*)"
    r"|(?P<keyword>[A-Za-z_]+)"
    r'|(?P<string>"(?:[^"\\\n]|\\.)*")|(?P<index>\[\s*[0-9]+\s*\])',
    re.DOTALL,
)
_ESCAPE = re.compile(r"(?P<codes>(?:\\(?:[0-7]{1,3}|x[0-9A-Fa-f]+))+)|\\(?P<letter>.)", re.DOTALL)
_CODE = re.compile(r"\\(?:x([0-9A-Fa-f]+)|([0-7]+))")
_LETTERS = {"n": "\n", "t": "\t", "b": "\b", "r": "\r", "f": "\f", "v": "\v", "a": "\a", "\\": "\\", '"': '"', "\n": ""}
"""The character for the letter after a backslash; a line that ends in a backslash continues in the next line."""
_PREVIOUS_ID = re.compile(r'\bmsgid\s+((?:"(?:[^"\\]|\\.)*"\s*)+)')
_SUN_REFERENCE = re.compile(r" File: .*, line: -?\d+\s*")
"""Where a message is used, as `msgcat --strict` writes it: a comment in place of `#: prompts/tea.txt:3`."""
_CHARSET = re.compile(rb"charset=([\w-]+)")
_FOREIGN_BYTE = re.compile("[\udc80-\udcff]")
_PORTABLE_CHARSET = re.compile(r"(iso-8859|cp|windows|koi8|gb|euc|big5|johab|shift|tis)[-_\w]*", re.IGNORECASE)
"""The character sets that gettext's manual names as portable, without UTF-8. Python does not have all of them."""


class PoFault(Exception):
    """A file is not a PO file. `line` is the number of the line, `found` a phrase ("a quote is not closed")."""

    def __init__(self, line: int, found: str) -> None:
        super().__init__(f"{line}: {found}")
        self.line, self.found = line, found


class PoEntry(NamedTuple):
    """One message of a PO file. `english` is its msgid, `translation` its msgstr or msgstr[0], "" if it has none.

    - `context`: its msgctxt; None without one. `line`: the line number of its msgid.
    - `plural`: it has a msgid_plural. `obsolete`: it is marked with `#~`. `fuzzy`: it is marked `#, fuzzy`.
    - `comments`: the comments of translators, without their `#`. `notes`: the extracted comments, without their `#.`.
    - `file`: the file that uses it, or several with spaces between, from `#:` ("prompts/tea.txt").
    - `previous`: the English that the translation was made for, from `#| msgid`; "" without it.
    """

    context: str | None
    english: str
    translation: str
    line: int = 0
    plural: bool = False
    obsolete: bool = False
    fuzzy: bool = False
    comments: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    previous: str = ""
    file: str = ""

    @property
    def id(self) -> tuple[str, str]:
        """The context, "" without one, and the English."""
        return self.context or "", self.english

    @property
    def is_header(self) -> bool:
        """Whether it is the header of the file: its translation has a field in each line."""
        return self.context is None and not self.english and not self.obsolete


class _Token(NamedTuple):
    kind: str
    text: str
    line: int
    obsolete: bool


def read_po(content: bytes) -> list[PoEntry]:
    """The entries of a PO file, the header and the obsolete ones too. Raises PoFault, or UnicodeDecodeError.

    A byte of another character set is refused in a message and accepted in a comment, as in msgfmt.
    """
    text, charset = _decode(content)
    outside_comments = re.sub(r"(?m)^\s*#.*$", "", text)
    if _FOREIGN_BYTE.search(outside_comments):
        content.decode("utf-8-sig")  # raises
    return list(_Parser(list(_tokens(with_line_feeds(text))), charset).entries())


def with_line_feeds(text: str) -> str:
    """`text` with a line feed after each line: old Mac programs write a carriage return in its place."""
    return text if "\n" in text else text.replace("\r", "\n")


def _decode(content: bytes) -> tuple[str, str]:
    """The text and its character set: UTF-8, with or without BOM, else the one that the header names.

    A byte that is not UTF-8 becomes a surrogate if the header names no other character set.
    """
    with suppress(UnicodeDecodeError):
        return content.decode("utf-8-sig"), "utf-8"
    named = _CHARSET.search(content)
    charset = named[1].decode() if named else ""
    if _PORTABLE_CHARSET.fullmatch(charset):
        with suppress(LookupError):  # Python does not know the name
            return content.decode(charset), charset
    return content.decode("utf-8-sig", "surrogateescape"), "utf-8"


def _tokens(text: str) -> Iterator[_Token]:
    """The tokens of the text. `#~` at the beginning of a line makes its tokens obsolete."""
    position, line, obsolete = 0, 1, False
    while position < len(text):
        match = _TOKEN.match(text, position)
        if match is None:
            at = text[position]
            what = "a quote is not closed" if at == '"' else f"{at!r} is neither a keyword nor a text in quotes"
            raise PoFault(line, what)
        position, kind = match.end(), str(match.lastgroup)
        if kind not in ("newline", "obsolete", "blank"):
            yield _Token(kind, match[0], line, obsolete)
        line += match[0].count("\n")
        obsolete = kind != "newline" and (obsolete or kind == "obsolete")


def _translators_comments(comments: list[str]) -> Iterator[str]:
    """The comments of translators: no blank ones, and no `_SUN_REFERENCE`."""
    for comment in comments:
        if comment.strip() and comment[0] not in ".:,|~=" and not _SUN_REFERENCE.fullmatch(comment):
            yield comment.strip()


class _Parser:
    """Reads the entries of a file: comments, then msgctxt, msgid, msgid_plural and msgstr, each with its strings."""

    def __init__(self, tokens: list[_Token], charset: str) -> None:
        end = _Token("end", "", tokens[-1].line if tokens else 1, obsolete=False)
        self._tokens, self._charset, self._next = [*tokens, end], charset, 0
        self._obsolete = False

    @property
    def _token(self) -> _Token:
        """The next token that is not read yet."""
        return self._tokens[self._next]

    def entries(self) -> Iterator[PoEntry]:
        """Every entry, in the order of the file."""
        while True:
            comments = list(self._read_comments())
            if self._token.kind == "end":
                return
            self._obsolete = self._token.obsolete
            if self._token.text == "domain":  # msgfmt writes one file for each domain; a catalogue here has one
                self._read_strings("domain")
            else:
                yield self._read_entry(comments)

    def _read_comments(self) -> Iterator[str]:
        while self._token.kind == "comment":
            yield self._token.text[1:].removeprefix("~")
            self._next += 1

    def _read_entry(self, comments: list[str]) -> PoEntry:
        def marked(mark: str) -> list[str]:
            return [comment[1:].strip() for comment in comments if comment.startswith(mark)]

        context = self._read_strings("msgctxt") if self._token.text == "msgctxt" else None
        line = self._token.line
        english = self._read_strings("msgid")
        plural = self._token.text == "msgid_plural"
        if plural:
            self._read_strings("msgid_plural")
        translations = [self._read_strings("msgstr")]
        while self._token.text == "msgstr":
            translations.append(self._read_strings("msgstr"))
        return PoEntry(
            context,
            english,
            translations[0],
            line,
            plural=plural or len(translations) > 1,
            obsolete=self._obsolete,
            fuzzy="fuzzy" in re.split(r"[\s,]+", ",".join(marked(","))),
            comments=tuple(_translators_comments(comments)),
            notes=tuple(marked(".")),
            previous=self._previous("\n".join(marked("|"))),
            file=" ".join(marked(":")),
        )

    def _previous(self, rows: str) -> str:
        """The English in `rows`, the previous fields of a message (msgctxt "tea", msgid "Tea is hot.")."""
        match = _PREVIOUS_ID.search(rows)
        strings = re.findall(r'"((?:[^"\\]|\\.)*)"', match[1]) if match else ()
        return "".join(map(self._unescape, strings))

    def _read_strings(self, keyword: str) -> str:
        """Read a keyword and the strings that follow it. Raises PoFault if another token is there."""
        if self._token.text != keyword:
            before = f" before {self._token.text[:20]!r}" if self._token.text else ""
            raise PoFault(self._token.line, f"{keyword} is missing{before}")
        line = self._read_token().line
        if keyword == "msgstr" and self._token.kind == "index":
            self._next += 1
        strings = list[str]()
        while self._token.kind == "string":
            strings.append(self._unescape(self._read_token().text[1:-1]))
        if not strings:
            raise PoFault(line, f"{keyword} has no text in quotes")
        return "".join(strings)

    def _read_token(self) -> _Token:
        """Read the next token. Raises PoFault if only a part of its message is marked as obsolete."""
        token = self._token
        if token.obsolete != self._obsolete:
            raise PoFault(token.line, "only a part of the message is marked with #~")
        self._next += 1
        return token

    def _unescape(self, string: str) -> str:
        """The characters of a string. Octal and hexadecimal codes are bytes in the character set of the file.

        A backslash before any other letter is kept: msgfmt refuses the file, and `ivr check` reports the message.
        """

        def unescaped(match: re.Match[str]) -> str:
            return self._decoded(match["codes"]) if match["codes"] else _LETTERS.get(match["letter"], match[0])

        return _ESCAPE.sub(unescaped, string)

    def _decoded(self, codes: str) -> str:
        """The characters of escaped bytes: "é" for r"\303\251" and r"\xc3\xa9" in a UTF-8 file."""
        numbers = (int(hexa, 16) if hexa else int(octal, 8) for hexa, octal in _CODE.findall(codes))
        return bytes(number & 0xFF for number in numbers).decode(self._charset, "replace")
