"""Recordings: sound files of texts that a person read aloud.

locales/<tag>/audio/recordings.toml has the exact words that each file reads, with the words for keys and numbers. A
recording is played only where the text has the same words; elsewhere the voice speaks.
"""

import hashlib
import re
from pathlib import Path
from typing import NamedTuple

from ivr.content.files import Table, checked_row, read_bytes, read_toml
from ivr.errors import BadContent, Fault
from ivr.speech.wav import seconds_of

RECORDINGS_FILE = "recordings.toml"
NAME = re.compile(r"[a-z][a-z0-9_]*(-[a-z0-9]+)*")
"""The name of a recording: its text, and the part or the key if there are several ("reach-2", "language-key-8")."""
FILE_NAME = re.compile(r"[0-9a-f]{20}\.wav")
MAX_RECORDING_SECONDS = 120
"""A part takes at most 38 seconds (`check/rendered_texts`), and less than twice as long at the slow pace."""
MAX_RECORDING_BYTES = 1_000_000
"""Two minutes are 960,000 samples of one byte."""
RECORD_AGAIN = "Unpack the archive of the sounds again, or record it again: `ivr recordings add`."


class Sound(NamedTuple):
    """The two files of a recording, at the normal and the slow pace, and the seconds of each.

    `file` and `slow` are names in the audio folder: "0f3c….wav".
    """

    file: str
    slow: str
    seconds: float
    slow_seconds: float


class Recording(NamedTuple):
    """A row of recordings.toml: `reads` are the words, exactly as the line speaks them."""

    name: str
    reads: str
    sound: Sound


class Recordings(NamedTuple):
    """The usable recordings of a language, and the faults of the others."""

    rows: tuple[Recording, ...] = ()
    faults: tuple[Fault, ...] = ()


class _Row(Table, strict=True):
    """A table of recordings.toml. `sound` and `slow` are the names of the two files of a `Sound`."""

    reads: str
    sound: str
    slow: str


def merged_recordings(release: Recordings, layer: Recordings) -> Recordings:
    """The recordings of the release and of a layer. Of two with the same name, that of the layer is used."""
    names = {row.name for row in layer.rows}
    kept = (row for row in release.rows if row.name not in names)
    return Recordings((*kept, *layer.rows), (*release.faults, *layer.faults))


def load_recordings(folder: Path) -> Recordings:
    """Read `folder` (locales/<tag>/audio). A recording that cannot be played is left out and is in `faults`."""
    path = folder / RECORDINGS_FILE
    try:
        tables = read_toml(path) if path.exists() else {}
    except OSError as error:  # Path.exists raises it if the permission to read the folder is missing
        return Recordings((), (Fault(str(path), f"it cannot be read ({error.strerror})", "Make its folder readable."),))
    except BadContent as error:
        return Recordings((), error.faults)
    rows, faults = list[Recording](), list[Fault]()
    for name, fields in tables.items():
        try:
            rows.append(_recording(path, name, fields))
        except BadContent as error:
            text = name.partition("-")[0]  # "reach" for "reach-2"
            faults.extend(fault._replace(text=text) for fault in error.faults)
    return Recordings(tuple(rows), tuple(faults))


def _recording(path: Path, name: str, fields: object) -> Recording:
    row = checked_row(path, name, fields, _Row, RECORD_AGAIN)
    try:
        seconds, slow_seconds = (_seconds(path.parent, file) for file in (row.sound, row.slow))
        return Recording(name, row.reads, Sound(row.sound, row.slow, seconds, slow_seconds))
    except OSError as error:
        found = f"{Path(str(error.filename)).name} cannot be read ({error.strerror})"
    except ValueError as error:
        found = str(error)
    raise BadContent.at(f"{path}: [{name}]", found, RECORD_AGAIN)


def _seconds(folder: Path, file: str) -> float:
    """Seconds of a sound file. Raises ValueError if its content does not match its name or is not telephone sound."""
    if not FILE_NAME.fullmatch(file):
        raise ValueError(f"{file!r} is not the name of a sound file")
    content = read_bytes(folder / file, MAX_RECORDING_BYTES)
    if file != file_name(content):
        raise ValueError(f"{file} is not the file that was added: its content has changed")
    seconds = seconds_of(content)
    if seconds > MAX_RECORDING_SECONDS:
        raise ValueError(f"{file} takes {seconds:.0f} seconds, the most is {MAX_RECORDING_SECONDS}")
    return seconds


def file_name(content: bytes) -> str:
    """The name of a sound file: a hash of its content, so that caches may keep it without a limit of time."""
    return f"{hashlib.sha256(content).hexdigest()[:20]}.wav"
