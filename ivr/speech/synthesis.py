"""Synthetic speech for previews: espeak-ng synthesizes, sox converts to telephone sound.

Both are separate programs, which are run and not linked. The telephone page (`ivr.web.audio_preview`) and the
translators' commands (`ivr.translate`) use them; answering a call does not.
"""

import asyncio
import hashlib
import html
import shutil
import subprocess
from collections.abc import Sequence
from typing import NamedTuple

from ivr.errors import OperationFailed
from ivr.speech.wav import SAMPLE_RATE, write_wav

SYNTHESIZER, CONVERTER = "espeak-ng", "sox"
INSTALL_ADVICE = (
    "Install both: `apt install espeak-ng sox libsox-fmt-mp3` on Debian and Ubuntu, "
    "`brew install espeak-ng sox` on macOS."
)
SYNTHESIS_TIMEOUT = 6.0
"""Seconds that each program may run for one sound."""
WORDS_A_MINUTE = 140
"""The speed of espeak-ng at rate 1.0."""
LATIN_AMERICAN_SPANISH = "es-419"
"""espeak-ng's voice for Spanish of America: "es" alone is that of Spain."""
PLAYERS = ("aplay", "paplay", "afplay", "play")
"""Programs that play a sound file; the first one that is installed is used."""


class Utterance(NamedTuple):
    """Words and pauses (seconds) in the order in which they are spoken, in a language as Twilio names it.

    Example: `Utterance("en-US", ("To talk now", 0.4, "press zero."))`. `rate` 1.0 is the normal pace.
    """

    language: str
    pieces: tuple[str | float, ...]
    rate: float = 1.0

    @property
    def sound_name(self) -> str:
        """The name of its sound: a hash of all that can be heard, 20 hexadecimal digits."""
        return hashlib.sha256(repr(tuple(self)).encode()).hexdigest()[:20]


class SynthesisFailed(Exception):
    """A program is missing, slow or failing: the message says which."""


def installed_voices() -> frozenset[str]:
    """The names of espeak-ng's voices in lower case, such as "es-419"; empty where a program is missing."""
    synthesizer = shutil.which(SYNTHESIZER)
    if synthesizer is None or shutil.which(CONVERTER) is None:
        return frozenset()
    try:
        process = subprocess.run([synthesizer, "--voices"], capture_output=True, timeout=SYNTHESIS_TIMEOUT, check=True)
    except (OSError, subprocess.SubprocessError):
        return frozenset()
    rows = (row.split() for row in process.stdout.decode("utf-8", "replace").splitlines()[1:])
    return frozenset(row[1].lower() for row in rows if len(row) > 1)


def required_voices() -> frozenset[str]:
    """The same as `installed_voices`, but raises OperationFailed if a program is missing."""
    missing = [program for program in (SYNTHESIZER, CONVERTER) if shutil.which(program) is None]
    if missing:
        verb = "is" if len(missing) == 1 else "are"
        raise OperationFailed(
            f"{' and '.join(missing)} {verb} not installed, so no sound can be made. {INSTALL_ADVICE}"
        )
    return installed_voices()


def voice_for(language: str, voices: frozenset[str]) -> str:
    """The voice of `voices` for a language as Twilio names it, "" without one.

    The first of these that is installed, for "es-US": "es-us", then "es-419" (Latin America), then "es"; for "en-US":
    "en-us", then "en".
    """
    bare = language.lower().partition("-")[0]
    candidates = (language.lower(), LATIN_AMERICAN_SPANISH if bare == "es" else bare, bare)
    return next((voice for voice in candidates if voice in voices), "")


async def synthesize(utterance: Utterance, voice: str) -> bytes:
    """The sound of `utterance` in an installed `voice`, as a WAV file. Raises SynthesisFailed."""
    speed = str(round(WORDS_A_MINUTE * utterance.rate))
    sound = await _run(SYNTHESIZER, ["-m", "-v", voice, "-s", speed, "--stdout"], _ssml(utterance).encode())
    telephone = ["-t", "raw", "-r", str(SAMPLE_RATE), "-c", "1", "-e", "mu-law"]
    return write_wav(await _run(CONVERTER, ["-V1", "-t", "wav", "-", *telephone, "-"], sound))


def _ssml(utterance: Utterance) -> str:
    """The utterance in the SSML of espeak-ng, which ignores a time in seconds such as "0.6s".

    Without `strength` it also drops a break in front of the first word:
    https://github.com/espeak-ng/espeak-ng/issues/1232
    """
    pieces = (
        f'<break strength="none" time="{piece * 1000:.0f}ms"/>' if isinstance(piece, float) else html.escape(piece)
        for piece in utterance.pieces
    )
    return f"<speak>{' '.join(pieces)}</speak>"


async def _run(name: str, options: Sequence[str], standard_input: bytes) -> bytes:
    """The output of a program. Raises SynthesisFailed."""
    pipe, path = asyncio.subprocess.PIPE, shutil.which(name) or name
    try:
        program = await asyncio.create_subprocess_exec(
            path, *options, stdin=pipe, stdout=pipe, stderr=subprocess.DEVNULL
        )
    except OSError as error:
        raise SynthesisFailed(f"{name} does not start: {error.strerror}") from None
    try:
        output, _ = await asyncio.wait_for(program.communicate(standard_input), SYNTHESIS_TIMEOUT)
    except TimeoutError:
        program.kill()
        await program.wait()
        raise SynthesisFailed(f"{name} took more than {SYNTHESIS_TIMEOUT:g} s") from None
    if program.returncode or not output:
        raise SynthesisFailed(f"{name} ended with status {program.returncode}")
    return output


def player_path() -> str:
    """The path of a program that plays a sound file, "" where no such program is installed."""
    return next(filter(None, map(shutil.which, PLAYERS)), "")
