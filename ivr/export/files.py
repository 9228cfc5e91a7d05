"""Writes exported lines to files, and reads them.

A file is one JSON object in UTF-8. Its first member is the digest, the SHA-256 of all bytes that follow the first
comma, so that a program can check a file before it reads it:

    {"digest":"9f86d0…","format":1,"release":…}

The same line always gives the same bytes.
"""

import hashlib
import re
import shutil
from collections.abc import Mapping
from pathlib import Path

from pydantic import ValidationError

from ivr.content.files import read_bytes, wrong_fields
from ivr.errors import OperationFailed
from ivr.export.format import ExportedLine

LINE_FILE, TELEPHONE_FILE = "line.json", "telephone.json"
"""The whole line; the same without TwiML, for a telephone on a page."""
MAX_BYTES = 50_000_000
"""Twenty times the file of a line with two languages."""
_DIGEST = re.compile(rb'\{"digest":"([0-9a-f]{64})",')


def to_bytes(exported: ExportedLine) -> bytes:
    """The content of a file."""
    rest = _after_digest(exported)
    return b'{"digest":"%s",%s' % (hashlib.sha256(rest).hexdigest().encode(), rest)


def digest_of(exported: ExportedLine) -> str:
    """The digest in the content of a file."""
    return hashlib.sha256(_after_digest(exported)).hexdigest()


def _after_digest(exported: ExportedLine) -> bytes:
    """The content of a file after the first comma."""
    return exported.model_dump_json(exclude_none=True).encode()[1:]


def from_bytes(content: bytes, name: str) -> ExportedLine:
    """The line in the content of a file; `name` is the name of the file in messages.

    Raises OperationFailed if it is not the content of an export, or if it was changed or cut.
    """
    head = _DIGEST.match(content)
    if not head:
        raise OperationFailed(f"{name} is not an export of a line: expected a file that `ivr export` wrote.")
    rest = content[head.end() :]
    if hashlib.sha256(rest).hexdigest() != head[1].decode():
        raise OperationFailed(f"{name} was changed or cut after it was written: export it again.")
    try:
        return ExportedLine.model_validate_json(b"{" + rest)
    except ValidationError as error:
        field, found = next(iter(wrong_fields(error)))
        raise OperationFailed(
            f"{name}: {field}: {found}. It was written by another release: export it again."
        ) from None


def read_export(path: Path) -> ExportedLine:
    """The line in the file `path`, or in LINE_FILE of the folder `path`. Raises OperationFailed with a sentence."""
    file = path / LINE_FILE if path.is_dir() else path
    try:
        return from_bytes(read_bytes(file, MAX_BYTES), str(file))
    except OSError as error:
        raise OperationFailed(f"{file} cannot be read ({error.strerror}).") from None


def write_export(exported: ExportedLine, folder: Path) -> tuple[Path, ...]:
    """Write LINE_FILE and TELEPHONE_FILE into `folder`, which is made if it is missing. Returns both paths."""
    files = {LINE_FILE: to_bytes(exported), TELEPHONE_FILE: to_bytes(without_twiml(exported))}
    write_files(folder, files)
    return tuple(folder / name for name in files)


def write_files(folder: Path, contents: Mapping[str, bytes | Path]) -> None:
    """Write each content, or a copy of each file, to its path below `folder`."""
    for path, content in contents.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(content, Path):
            shutil.copyfile(content, target)
        else:
            target.write_bytes(content)


def without_twiml(exported: ExportedLine) -> ExportedLine:
    """`exported` for a consumer that needs the texts alone."""
    steps = tuple(step.model_copy(update={"twiml": None}) for step in exported.steps)
    return exported.model_copy(update={"documents": None, "steps": steps})


def without_prompts(exported: ExportedLine) -> ExportedLine:
    """`exported` for a consumer that needs the TwiML alone."""
    steps = tuple(step.model_copy(update={"prompts": None}) for step in exported.steps)
    return exported.model_copy(update={"prompts": None, "steps": steps})
