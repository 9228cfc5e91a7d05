"""GNU msgfmt as a second reader of PO files: the messages that it compiles."""

import shutil
import struct
import subprocess
from pathlib import Path

import pytest

needs_msgfmt = pytest.mark.skipif(shutil.which("msgfmt") is None, reason="msgfmt (gettext) is not on this machine")


def compiled(content: bytes, folder: Path) -> dict[str, str] | None:
    """The messages of a PO file by their key ("context\\x04english"); None if msgfmt refuses it.

    With --check, msgfmt refuses more files.
    """
    (folder / "file.po").write_bytes(content)
    if subprocess.run(["msgfmt", "file.po"], cwd=folder, capture_output=True, check=False).returncode:
        return None
    mo = (folder / "messages.mo").read_bytes()
    _, _, count, keys, values = struct.unpack("<5I", mo[:20])
    return {_string(mo, keys, number): _string(mo, values, number) for number in range(count)}


def _string(mo: bytes, table: int, number: int) -> str:
    length, offset = struct.unpack_from("<2I", mo, table + 8 * number)
    return mo[offset : offset + length].decode("utf-8", "surrogateescape")
