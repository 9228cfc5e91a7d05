"""Files of content, read strictly: each thing that can be wrong with one is a sentence for whoever keeps it."""

import tomllib
import unicodedata
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from ivr.errors import BadContent

PLAINLY = {
    "missing": "it is missing",
    "extra_forbidden": "there is no such field",
    "union_tag_not_found": "it has no `kind`",
    "union_tag_invalid": "its kind is {tag!r}",
    "model_type": "it is not a table",
    "model_attributes_type": "it is not a table",
    "list_type": "it is not a list",
    "string_type": "it is not a text in quotes",
}
"""What pydantic finds, in the words of somebody who edits a file; anything else is said in pydantic's own."""


def text_of(path: Path, kind: type[BadContent]) -> str:
    """The text of a UTF-8 file. Raises `kind` where it cannot be read, is not UTF-8, or begins with a BOM."""
    try:
        text = path.read_bytes().decode("utf-8")
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
    """The tables of a TOML file. Raises `kind` with the place of the fault; TOML refuses a key given twice."""
    try:
        return tomllib.loads(text_of(path, kind))
    except tomllib.TOMLDecodeError as error:
        raise kind.at(str(path), f"this is not TOML: {error}", "Mend the line; a key may stand only once.") from error


@cache
def not_spoken(character: str) -> bool:
    """Whether a character can stand in no text: a control character, a line break, or one without a meaning."""
    return unicodedata.category(character) in ("Cc", "Co", "Cs") or character in "\ufffe\uffff"


def wrong_fields(error: ValidationError, leading: int = 0) -> Iterator[tuple[str, str]]:
    """Each field of a table that is wrong, and what is wrong with it: ("ear.slowest", "it is missing").

    The first `leading` steps to a field are left out; its name is "" for the table itself.
    """
    for one in error.errors():
        plainly = PLAINLY.get(one["type"], "").format(**one.get("ctx", {}))
        field = ".".join(str(step) for step in one["loc"][leading:])
        yield field, plainly or one["msg"][0].lower() + one["msg"][1:]
