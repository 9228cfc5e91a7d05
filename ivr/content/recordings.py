"""Recordings: sound files pinned to the very words that they read, keys and numbers included.

locales/<tag>/audio/recordings.toml says what each file reads. Where the words of a text have changed since, its
recording is not played: the voice speaks. No sound is made or changed here, and none is ever deleted.
"""

import hashlib
import re
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from pydantic import BaseModel, ConfigDict, ValidationError

from ivr.content.files import bytes_of, toml_of, wrong_fields
from ivr.errors import BadLocale, Fault
from ivr.speech.wav import seconds_of

LIST = "recordings.toml"
NAME = re.compile(r"[a-z][a-z0-9_]*(-[a-z0-9]+)*")
"""What a recording is called: the text, and where it has several readings which one ("reach-2", "language-key-8")."""
FILE = re.compile(r"[0-9a-f]{20}\.wav")
MAX_RECORDING_SECONDS = 120
"""A part takes at most 38 seconds, and read slowly less than twice as long: see `ivr.check.limits`."""
MAX_RECORDING_BYTES = 1_000_000
"""Two minutes have 960,000 samples of a byte each."""
AGAIN = "Record it again: `ivr recordings add`."


class Sound(NamedTuple):
    """A recording of one text: the name of its file and the same more slowly, and how many seconds each takes."""

    file: str
    slow: str
    seconds: float
    slow_seconds: float


class Recording(NamedTuple):
    """A row of the list: what is read, word for word as the line speaks it, and the two files that hold it."""

    name: str
    reads: str
    sound: Sound


class Recordings(NamedTuple):
    """What a language has on file, and what is wrong with the rest of its list."""

    rows: tuple[Recording, ...] = ()
    faults: tuple[Fault, ...] = ()

    def reading(self) -> Mapping[str, Sound]:
        """The sound for each text that is read, by its words."""
        return {row.reads: row.sound for row in self.rows}


class _Row(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    reads: str
    sound: str
    slow: str


def load_recordings(folder: Path) -> Recordings:
    """Read `folder` (locales/<tag>/audio). What cannot be played is left out and told in `faults`."""
    path = folder / LIST
    try:
        if not path.exists():
            return Recordings()
    except OSError as error:  # the folder may not be read
        return Recordings((), (Fault(str(path), f"it cannot be read ({error.strerror})", "Make its folder readable."),))
    try:
        listed = toml_of(path, BadLocale)
    except BadLocale as error:
        return Recordings((), error.faults)
    rows, faults = list[Recording](), list[Fault]()
    for name, fields in listed.items():
        try:
            rows.append(_recording(path, name, fields))
        except BadLocale as error:
            faults.extend(error.faults)
    return Recordings(tuple(rows), tuple(faults))


def _recording(path: Path, name: str, fields: object) -> Recording:
    try:
        row = _Row.model_validate(fields)
    except ValidationError as error:
        raise BadLocale(
            Fault(f"{path}: [{name}]", found, AGAIN, text=_text_of(name)) for _, found in wrong_fields(error)
        ) from error
    try:
        sound = Sound(row.sound, row.slow, *(_seconds(path.parent, file) for file in (row.sound, row.slow)))
    except (OSError, ValueError) as error:
        raise BadLocale([Fault(f"{path}: [{name}]", _reason(error), AGAIN, text=_text_of(name))]) from error
    return Recording(name, row.reads, sound)


def _text_of(name: str) -> str:
    """The text that a recording is of: "reach" for "reach-2"."""
    return name.partition("-")[0]


def _reason(error: OSError | ValueError) -> str:
    if isinstance(error, OSError):
        return f"{Path(str(error.filename)).name} cannot be read ({error.strerror})"
    return str(error)


def _seconds(folder: Path, file: str) -> float:
    """How long a sound file is. Raises ValueError where it is not what its name says, or no telephone sound."""
    if not FILE.fullmatch(file):
        raise ValueError(f"{file!r} is no name of a sound file")
    whole = bytes_of(folder / file, MAX_RECORDING_BYTES)
    if file != file_name(whole):
        raise ValueError(f"{file} is not the file that was added: its content has changed")
    seconds = seconds_of(whole)
    if seconds > MAX_RECORDING_SECONDS:
        raise ValueError(f"{file} takes {seconds:.0f} seconds, the most is {MAX_RECORDING_SECONDS}")
    return seconds


def file_name(whole: bytes) -> str:
    """The name of a sound file: a hash of its content, so that it may be kept for ever wherever it was fetched."""
    return f"{hashlib.sha256(whole).hexdigest()[:20]}.wav"
