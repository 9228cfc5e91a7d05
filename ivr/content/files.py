"""Reads the files of the content. Every fault is a sentence for the person who edits the file.

A read never waits and never fills the memory: a FIFO, a device and a file that is too large are refused.
"""

import errno
import os
import stat
import tomllib
import unicodedata
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from ivr.errors import BadContent

MAX_TEXT_BYTES = 1_000_000
"""Bytes of one file of texts. The largest so far, the Spanish catalogue, has two hundred thousand."""
FIELD_FAULTS = {
    "missing": "it is missing",
    "extra_forbidden": "there is no such field",
    "union_tag_not_found": "it has no `kind`",
    "union_tag_invalid": "its kind is {tag!r}",
    "model_type": "it is not a table",
    "model_attributes_type": "it is not a table",
    "list_type": "it is not a list",
    "string_type": "it is not a text in quotes",
}
"""A sentence for each type of error that pydantic reports; for any other type, pydantic's own message is used."""


def bytes_of(path: Path, max_bytes: int) -> bytes:
    """The bytes of a regular file. Raises OSError, with a `strerror` to show, if it is of another kind or too large."""
    file = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)  # O_NONBLOCK: a FIFO is opened without a writer
    try:
        status = os.fstat(file)
        if stat.S_ISDIR(status.st_mode):
            raise IsADirectoryError(errno.EISDIR, "it is a folder", str(path))
        if not stat.S_ISREG(status.st_mode):
            raise OSError(errno.EINVAL, "it is not a regular file", str(path))
        with os.fdopen(file, "rb", closefd=False) as stream:
            content = stream.read(max_bytes + 1)
    finally:
        os.close(file)
    if len(content) > max_bytes:
        raise OSError(errno.EFBIG, f"it is larger than {max_bytes:,} bytes", str(path))
    return content


def text_of(path: Path, kind: type[BadContent]) -> str:
    """The text of a UTF-8 file. Raises `kind` if it cannot be read, is not UTF-8, or begins with a BOM."""
    try:
        text = bytes_of(path, MAX_TEXT_BYTES).decode("utf-8")
    except OSError as error:
        raise kind.at(
            str(path), f"it cannot be read ({error.strerror})", "Put the file there and make it readable."
        ) from error
    except UnicodeDecodeError as error:
        found = f"it is not UTF-8 ({error.reason} at byte {error.start})"
        raise kind.at(str(path), found, "Save it as UTF-8 without BOM.") from error
    if text.startswith("\ufeff"):
        raise kind.at(str(path), "it begins with a byte order mark", "Save it as UTF-8 without BOM.")
    return text


def toml_of(path: Path, kind: type[BadContent]) -> dict[str, Any]:
    """The tables of a TOML file. Raises `kind`, with the line of the fault, if it is not TOML."""
    text = text_of(path, kind)
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise kind.at(str(path), f"this is not TOML: {error}", "Mend the line; a key may stand only once.") from error
    except RecursionError:
        raise kind.at(str(path), "its brackets are nested too deeply", "Close each bracket.") from None


@cache
def not_spoken(character: str) -> bool:
    """Whether texts may not have a character: a control character, a line break, a surrogate, one for private use."""
    return unicodedata.category(character) in ("Cc", "Co", "Cs") or character in "\ufffe\uffff"


def wrong_fields(error: ValidationError, leading: int = 0) -> Iterator[tuple[str, str]]:
    """The fields of a table with a fault, each with a sentence: ("speech_rate.slowest", "it is missing").

    The first `leading` steps to a field are left out of its name; "" names the table itself.
    """
    for fault in error.errors():
        sentence = FIELD_FAULTS.get(fault["type"], "").format(**fault.get("ctx", {}))
        field = ".".join(str(step) for step in fault["loc"][leading:])
        yield field, sentence or fault["msg"][0].lower() + fault["msg"][1:]
