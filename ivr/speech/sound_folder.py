"""A folder of synthetic sounds. The name of a sound is a hash of all that can be heard, so each is made only once.

    en-us-0f3c….wav    a sound: the language, and 20 hexadecimal digits
    sounds.json        the voice of each language, written when the folder has every sound of a line

So the sounds can be made on one machine and used on another, which has none of the voices.
"""

import fcntl
import hashlib
import json
import os
import re
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from ivr.errors import OperationFailed
from ivr.speech.utterance import Utterance

RENDERING = 1
"""Part of each hash. Raise it when the same utterance in the same voice is to sound different."""
INDEX, FORMAT = "sounds.json", 1
_SOUND = re.compile(r"[a-z0-9-]+-[0-9a-f]{20}\.wav(\.[0-9]+\.part)?")
"""What `remove_others` may remove: sounds, and what an interrupted command left. A recording has another name."""


def sound_file_name(utterance: Utterance, voice: str) -> str:
    """The name of the file that has `utterance` in `voice` (`InstalledVoice.identity`): "en-us-0f3c….wav"."""
    determined_by = repr((RENDERING, voice, tuple(utterance)))
    return f"{utterance.language.lower()}-{hashlib.sha256(determined_by.encode()).hexdigest()[:20]}.wav"


class SoundFolder:
    """The sounds in `path`, which need not exist."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def names(self) -> frozenset[str]:
        """The names of the files in it; none where there is no such folder, or it cannot be read."""
        try:
            return frozenset(path.name for path in self.path.iterdir())
        except OSError:
            return frozenset()

    def add(self, name: str, content: bytes) -> Path:
        """Write the file `name`, whole or not at all. Raises OperationFailed."""
        path, part = self.path / name, self.path / f"{name}.{os.getpid()}.part"
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            with part.open("wb") as file:
                file.write(content)
                os.fsync(file.fileno())  # a power cut must leave no empty file under the name of a sound
            part.replace(path)
        except OSError as error:
            with suppress(OSError):
                part.unlink()
            raise _cannot_be_written(path, error) from None
        return path

    def voices(self) -> Mapping[str, str]:
        """The voice of each language, by tag: {"es": "espeak-ng es-419"}. Raises OperationFailed."""
        path = self.path / INDEX
        try:
            index = json.loads(path.read_bytes())
            if index["format"] == FORMAT and all(isinstance(voice, str) for voice in index["voices"].values()):
                return dict(index["voices"])
        except FileNotFoundError:
            raise OperationFailed(f"{path} is missing: {_MAKE.format(self.path)}") from None
        except OSError as error:
            raise OperationFailed(f"{path} cannot be read ({error.strerror}).") from None
        except (ValueError, KeyError, TypeError, AttributeError):
            pass
        raise OperationFailed(f"{path} is no index of sounds: {_MAKE.format(self.path)}")

    def write_index(self, voices: Mapping[str, str]) -> None:
        """Write the index: the folder has every sound in these voices. Raises OperationFailed."""
        self.add(INDEX, json.dumps({"format": FORMAT, "voices": voices}, indent=2).encode() + b"\n")

    def remove_others(self, needed: Collection[str]) -> int:
        """Remove the sounds whose names are not `needed`. Returns how many it removed. Raises OperationFailed."""
        others = [name for name in self.names() - set(needed) if _SOUND.fullmatch(name)]
        for name in others:
            try:
                (self.path / name).unlink()
            except OSError as error:
                raise _cannot_be_written(self.path / name, error) from None
        return len(others)

    @contextmanager
    def locked(self) -> Iterator[None]:
        """No other process may be in this block for the same folder. Raises OperationFailed if one is."""
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            descriptor = os.open(self.path, os.O_RDONLY)
        except OSError as error:
            raise _cannot_be_written(self.path, error) from None
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            yield
        except BlockingIOError:
            raise OperationFailed(
                f"Another command is making sounds in {self.path}: wait until it has ended."
            ) from None
        finally:
            os.close(descriptor)


_MAKE = "`ivr listen --all {}` makes the sounds of the line, and writes it at the end."


def _cannot_be_written(path: Path, error: OSError) -> OperationFailed:
    return OperationFailed(
        f"{path} cannot be written ({error.strerror}). Correct this and run the command again: it continues where it "
        "stopped, because the sounds that are made are kept."
    )
