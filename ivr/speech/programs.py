"""The programs that make sounds, which are run and not linked: espeak-ng, sox, and piper if it is installed."""

import shutil
import subprocess
from collections.abc import Sequence

SYNTHESIZER, CONVERTER = "espeak-ng", "sox"
PIPER = "piper"
"""The program of the package piper-tts (GPL-3): https://github.com/OHF-Voice/piper1-gpl."""
INSTALL_ADVICE = (
    "Install both: `apt install espeak-ng sox libsox-fmt-mp3` on Debian and Ubuntu, "
    "`brew install espeak-ng sox` on macOS."
)
PLAYERS = ("aplay", "paplay", "afplay", "play")
"""Programs that play a sound file; the first one that is installed is used."""
VOICES_TIMEOUT = 6.0
"""Seconds in which espeak-ng names its voices."""
_MESSAGE_LENGTH = 200


class SynthesisFailed(Exception):
    """A program is missing, slow or failing: the message says which."""


def run_program(name: str, options: Sequence[str], standard_input: bytes, seconds: float) -> bytes:
    """The output of a program. Raises SynthesisFailed where it fails, or takes more than `seconds`."""
    command = [shutil.which(name) or name, *options]
    try:
        process = subprocess.run(command, input=standard_input, capture_output=True, timeout=seconds)
    except OSError as error:
        raise SynthesisFailed(f"{name} does not start: {error.strerror}") from None
    except subprocess.TimeoutExpired:
        raise SynthesisFailed(f"{name} took more than {seconds:g} s") from None
    if process.returncode:
        raise SynthesisFailed(f"{name} ended with status {process.returncode}{_last_line(process.stderr)}")
    return process.stdout


def _last_line(messages: bytes) -> str:
    lines = messages.decode("utf-8", "replace").strip().splitlines()
    return f" ({lines[-1].strip()[:_MESSAGE_LENGTH]})" if lines else ""


def espeak_voice_names() -> frozenset[str]:
    """The names of espeak-ng's voices in lower case, such as "es-419"; empty where espeak-ng or sox is missing."""
    if shutil.which(CONVERTER) is None:
        return frozenset()
    try:
        table = run_program(SYNTHESIZER, ["--voices"], b"", VOICES_TIMEOUT)
    except SynthesisFailed:
        return frozenset()
    rows = (row.split() for row in table.decode("utf-8", "replace").splitlines()[1:])
    return frozenset(row[1].lower() for row in rows if len(row) > 1)


def player_path() -> str:
    """The path of a program that plays a sound file, "" where no such program is installed."""
    return next(filter(None, map(shutil.which, PLAYERS)), "")
