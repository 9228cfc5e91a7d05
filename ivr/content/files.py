"""Reads the files of the content strictly: every fault is a sentence for the person who edits the file.

Reading cannot hang or fill the memory: a FIFO, a device or a file that is too large is refused unread.
"""

import errno
import re
import stat
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from ivr.errors import BadContent, Fault

CHECKOUT = Path(__file__).resolve().parents[2]
"""The folder of the release: the program in ivr/, its content in prompts/ and locales/."""
MAX_TEXT_BYTES = 1_000_000
"""The largest file so far, the Spanish catalogue, has 200,000 bytes."""
PLAIN_MESSAGES = {
    "missing": "it is missing",
    "extra_forbidden": "there is no such field",
    "union_tag_not_found": "it has no `kind`",
    "union_tag_invalid": "its kind is {tag!r}",
    "model_type": "it is not a table",
    "model_attributes_type": "it is not a table",
    "list_type": "it is not a list",
    "tuple_type": "it is not a list",
    "string_type": "it is not a text in quotes",
    "value_error": "{error}",
}
"""Pydantic's types of errors in the words of a person who edits a file; other types keep pydantic's own message."""


def read_bytes(path: Path, max_bytes: int) -> bytes:
    """The bytes of a regular file. Raises OSError, with a `strerror` to show, if it is of another kind or too large."""
    kind = path.stat().st_mode
    if not stat.S_ISREG(kind):
        found = "it is a folder" if stat.S_ISDIR(kind) else "it is not a regular file"
        raise OSError(errno.EINVAL, found, str(path))
    with path.open("rb") as stream:
        content = stream.read(max_bytes + 1)
    if len(content) > max_bytes:
        raise OSError(errno.EFBIG, f"it is larger than {max_bytes:,} bytes", str(path))
    return content


def read_text(path: Path, error_class: type[BadContent] = BadContent) -> str:
    """The text of a UTF-8 file, without its byte order mark.

    Raises `error_class` if it cannot be read or is not UTF-8.
    """
    try:
        return read_bytes(path, MAX_TEXT_BYTES).decode("utf-8-sig")
    except OSError as error:
        raise error_class.at(
            str(path), f"it cannot be read ({error.strerror})", "Put the file there and make it readable."
        ) from error
    except UnicodeDecodeError as error:
        found = f"it is not UTF-8 ({error.reason} at byte {error.start})"
        raise error_class.at(str(path), found, "Save it as UTF-8.") from error


def read_toml(path: Path, error_class: type[BadContent] = BadContent) -> dict[str, Any]:
    """The tables of a TOML file. Raises `error_class` with the line of the fault, such as a key that is given twice."""
    text = read_text(path, error_class)
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise error_class.at(str(path), f"this is not TOML: {error}", _toml_remedy(str(error), text)) from error
    except RecursionError:
        raise error_class.at(str(path), "its brackets are nested too deeply", "Close each bracket.") from None


Loaded = TypeVar("Loaded")


def attempt(load: Callable[[], Loaded], faults: list[Fault]) -> Loaded | None:
    """The result of `load`. If it raises BadContent, None, and its faults are added to `faults`."""
    try:
        return load()
    except BadContent as error:
        faults.extend(error.faults)
        return None


class Table(BaseModel):
    """A table of a TOML file. A field that the class does not have is a fault."""

    model_config = ConfigDict(frozen=True, extra="forbid")


TableClass = TypeVar("TableClass", bound=Table)


def read_table(
    path: Path, table_class: type[TableClass], remedy: str, error_class: type[BadContent] = BadContent
) -> TableClass:
    """A TOML file as one table. Raises `error_class` with a fault, and this `remedy`, for each wrong field."""
    tables = read_toml(path, error_class)
    try:
        return table_class.model_validate(tables)
    except ValidationError as error:
        raise error_class(Fault(f"{path}: {field}", found, remedy) for field, found in wrong_fields(error)) from error


def checked_row(path: Path, name: str, row: object, table_class: type[TableClass], remedy: str) -> TableClass:
    """`row`, the table [`name`] of a TOML file. Raises BadContent with a fault, and `remedy`, for each wrong field."""
    try:
        return table_class.model_validate(row)
    except ValidationError as error:
        raise BadContent(row_faults(f"{path}: [{name}]", error, remedy)) from error


def row_faults(where: str, error: ValidationError, remedy: str, leading: int = 0) -> Iterator[Fault]:
    """A fault for each wrong field of the row `where`: "choices: it is missing"; `leading` is as in `wrong_fields`."""
    for field, found in wrong_fields(error, leading):
        yield Fault(where, f"{field}: {found}" if field else found, remedy)


def _toml_remedy(error: str, text: str) -> str:
    """The remedy of a faulty line, whose number tomllib gives in words only: "Invalid value (at line 3, column 8)"."""
    number = re.search(r"at line (\d+)", error)
    row = text.splitlines()[int(number[1]) - 1].partition("#")[0] if number else ""
    if re.search("[“”„‟«»]", row):
        return 'Write straight quotes: "…".'
    if re.search(r"\d,\d", row):
        return "Write a point in a number and no comma: 1.8."
    return "Correct the line; a key can be given only once."


def wrong_fields(error: ValidationError, leading: int = 0) -> Iterator[tuple[str, str]]:
    """Each wrong field of a table and its fault: ("speech_rate.slowest", "it is missing").

    The first `leading` steps of pydantic's path to the field are left out: 1 for a node, whose path begins with its
    kind ("menu", "choices"). The field is "" for the table itself.
    """
    for details in error.errors():
        plain = PLAIN_MESSAGES.get(details["type"], "").format(**details.get("ctx", {}))
        field = ".".join(str(step) for step in details["loc"][leading:])
        yield field, plain or details["msg"][0].lower() + details["msg"][1:]
