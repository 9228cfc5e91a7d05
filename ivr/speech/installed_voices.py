"""The voices of this machine: espeak-ng's, and a folder of Piper voices (IVR_VOICES), which are preferred.

A Piper voice is two files, such as en_US-joe-medium.onnx and en_US-joe-medium.onnx.json; its language is in the second.
"""

import hashlib
import json
import shutil
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from ivr.errors import OperationFailed
from ivr.speech.programs import CONVERTER, INSTALL_ADVICE, PIPER, SYNTHESIZER, espeak_voice_names

LATIN_AMERICAN_SPANISH = "es-419"
"""Its tag in espeak-ng, whose "es" is Spanish of Spain."""
SPANISH_OF_SPAIN = "es-es"
"""Its tag in Piper."""
PIPER_ADVICE = "Install it: `pipx install piper-tts`, or `pip install piper-tts` in an environment of its own."


class InstalledVoice(NamedTuple):
    """A voice: its program ("espeak-ng" or "piper") and its name there, such as "es-419" or "en_US-joe-medium".

    For Piper: `model` is the file of the voice, `language` what it speaks ("en-us"), and `length_scale` how long its
    sounds are at the normal pace.
    """

    program: str
    name: str
    language: str = ""
    model: Path | None = None
    length_scale: float = 1.0

    @property
    def identity(self) -> str:
        """Program, name and, for Piper, the beginning of a hash of the model: "piper en_US-joe-medium 1b9c0f6d2a77"."""
        return " ".join((self.program, self.name, *([_digest(self.model)] if self.model else [])))


class InstalledVoices(NamedTuple):
    """The names of espeak-ng's voices, and the Piper voices in the order of their names."""

    espeak: frozenset[str] = frozenset()
    piper: tuple[InstalledVoice, ...] = ()

    def voice_of(self, *languages: str) -> InstalledVoice | None:
        """The voice for the first of `languages` ("es-US", then "es") that has one. Piper goes before espeak-ng."""
        for find in (self._piper_voice, self._espeak_voice):
            for language in languages:
                if voice := find(language.lower().replace("_", "-")):
                    return voice
        return None

    def _piper_voice(self, language: str) -> InstalledVoice | None:
        """The voice of the same country, or of another one; for Spanish, one of America goes before one of Spain."""
        alike = [voice for voice in self.piper if voice.language.partition("-")[0] == language.partition("-")[0]]
        order = {SPANISH_OF_SPAIN: 2, language: 0}
        return min(alike, key=lambda voice: order.get(voice.language, 1), default=None)

    def _espeak_voice(self, language: str) -> InstalledVoice | None:
        """For "es-us" the first of "es-us", "es-419" and "es" that is installed; for "en-us": "en-us", then "en"."""
        bare = language.partition("-")[0]
        candidates = (language, LATIN_AMERICAN_SPANISH if bare == "es" else bare, bare)
        name = next((name for name in candidates if name in self.espeak), "")
        return InstalledVoice(SYNTHESIZER, name) if name else None


def installed_voices(folder: Path | None) -> InstalledVoices:
    """The voices of this machine, with the Piper voices in `folder`.

    Raises OperationFailed, in a sentence, if a program is missing or `folder` cannot be used. espeak-ng may be missing
    where there is a folder.
    """
    programs = (CONVERTER,) if folder else (SYNTHESIZER, CONVERTER)
    missing = [program for program in programs if shutil.which(program) is None]
    if missing:
        verb = "is" if len(missing) == 1 else "are"
        raise OperationFailed(
            f"{' and '.join(missing)} {verb} not installed, so no sound can be made. {INSTALL_ADVICE}"
        )
    return InstalledVoices(espeak_voice_names(), piper_voices(folder) if folder else ())


def piper_voices(folder: Path) -> tuple[InstalledVoice, ...]:
    """The Piper voices in `folder`, by name. Raises OperationFailed if they cannot be used, or piper is missing."""
    if not folder.is_dir():
        raise OperationFailed(f"IVR_VOICES is {folder}: there is no such folder.")
    models = sorted(folder.glob("*.onnx"))
    if not models:
        raise OperationFailed(
            f"{folder} has no voice: expected files such as en_US-joe-medium.onnx, each with a .json."
        )
    if shutil.which(PIPER) is None:
        raise OperationFailed(f"{PIPER}, which speaks with the voices in {folder}, is not installed. {PIPER_ADVICE}")
    return tuple(map(_read_voice, models))


def _read_voice(model: Path) -> InstalledVoice:
    path = model.with_name(f"{model.name}.json")
    try:
        described = json.loads(path.read_bytes())
        code, scale = described["language"]["code"], described.get("inference", {}).get("length_scale", 1)
        return InstalledVoice(PIPER, model.stem, code.lower().replace("_", "-"), model.absolute(), float(scale))
    except FileNotFoundError:
        raise OperationFailed(f"{model} has no {path.name} beside it: fetch both files of the voice.") from None
    except OSError as error:
        raise OperationFailed(f"{path} cannot be read ({error.strerror}).") from None
    except (ValueError, KeyError, TypeError, AttributeError):
        raise OperationFailed(f"{path} does not name the language of a Piper voice: fetch the file again.") from None


@lru_cache
def _digest(model: Path) -> str:
    with model.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()[:12]
