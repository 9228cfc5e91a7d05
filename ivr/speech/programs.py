"""The separate programs that make and change sound, and how to get them. They are run, never linked."""

import shutil
import subprocess
from collections.abc import Sequence

from ivr.errors import OperationFailed
from ivr.web.audio_preview import CONVERTER, SPEAKER, installed_voices

INSTALL = (
    "Install both: `apt install espeak-ng sox libsox-fmt-mp3` on Debian and Ubuntu, "
    "`brew install espeak-ng sox` on macOS."
)
PATIENCE = 60
"""Seconds that the converter may take for one file."""
PLAYERS = ("aplay", "paplay", "afplay", "play")
"""Programs that play a sound file, the first that is installed is taken."""


def voices() -> frozenset[str]:
    """The languages that espeak-ng speaks here. Raises OperationFailed if it or sox is missing."""
    missing = [program for program in (SPEAKER, CONVERTER) if shutil.which(program) is None]
    if missing:
        raise OperationFailed(f"{' and '.join(missing)} is not on this machine, so nothing can be heard. {INSTALL}")
    return installed_voices()


def convert(arguments: Sequence[str]) -> tuple[bytes, str]:
    """What sox writes: its output and what it says beside it. Raises OperationFailed in a sentence."""
    program = shutil.which(CONVERTER)
    if program is None:
        raise OperationFailed(f"{CONVERTER}, which reads and converts recordings, is not on this machine. {INSTALL}")
    try:
        done = subprocess.run([program, "-V1", *arguments], capture_output=True, timeout=PATIENCE, check=False)
    except subprocess.TimeoutExpired:
        raise OperationFailed(f"{CONVERTER} did not finish within {PATIENCE} seconds.") from None
    told = done.stderr.decode("utf-8", "replace").strip()
    if done.returncode:
        reason = told.splitlines()[-1].partition("FAIL ")[2] if told else ""
        raise OperationFailed(
            f"{CONVERTER} cannot read this ({reason or 'no reason given'}). For MP3 it needs libsox-fmt-mp3."
        )
    return done.stdout, told


def player() -> str:
    """The program that plays a sound file here, "" where there is none."""
    return next(filter(None, map(shutil.which, PLAYERS)), "")
