"""Files of content, read strictly: each thing that can be wrong with one is a sentence for whoever keeps it."""

import tomllib
from pathlib import Path
from typing import Any

from ivr.errors import BadContent


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
