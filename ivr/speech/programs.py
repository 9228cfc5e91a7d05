"""The programs that make and read sounds, which are run and not linked: espeak-ng, sox, piper, ffmpeg, and players.

Sound files that speakers record are decoded with ffmpeg if it is installed, else with sox. Telephones record M4A, AMR
or 3GP, and messengers send Opus, which sox cannot read. Both programs get the file under a name of ours, because sox
reads brackets in a name as a pattern, and both read a leading - as an option.
"""

import re
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from ivr.errors import OperationFailed

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
DECODER = "ffmpeg"
RECORDING_TIMEOUT = 60
"""Seconds that ffmpeg or sox may take for one recording."""
CONTAINERS = "wav,w64,aiff,caf,au,flac,mp3,aac,mov,mp4,m4a,3gp,3g2,ogg,matroska,webm,amr,asf"
"""The formats that ffmpeg may read. Other formats, such as playlists, can make it open further files."""
SUFFIXES = frozenset(
    {".wav", ".mp3", ".m4a", ".mp4", ".aac", ".ogg", ".oga", ".opus", ".amr", ".3gp", ".3g2", ".flac", ".webm", ".wma"}
    | {".aif", ".aiff", ".caf"}
)
"""The suffixes of names of sound files, in small letters."""
OTHER_FORMAT_ADVICE = (
    "Install ffmpeg (`apt install ffmpeg`, `brew install ffmpeg`), which reads nearly every format; "
    "or export the recording as WAV or MP3 and add that file."
)


class SynthesisFailed(Exception):
    """A program that makes speech is missing, slow or failing: the message says which."""


def run_program(name: str, options: Sequence[str], standard_input: bytes, timeout: float) -> bytes:
    """The output of a program that makes speech. Raises SynthesisFailed if it fails or exceeds `timeout` seconds."""
    command = [shutil.which(name) or name, *options]
    try:
        process = subprocess.run(command, input=standard_input, capture_output=True, timeout=timeout)
    except OSError as error:
        raise SynthesisFailed(f"{name} does not start: {error.strerror}") from None
    except subprocess.TimeoutExpired:
        raise SynthesisFailed(f"{name} took more than {timeout:g} s") from None
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


@contextmanager
def file_for_sox(file: Path) -> Iterator[Path]:
    """The path of a file that sox can read, inside the block. Raises OperationFailed where it is no sound file."""
    suffix = file.suffix if re.fullmatch(r"\.\w{1,5}", file.suffix, re.ASCII) else ""
    with TemporaryDirectory() as folder:
        source, sound = Path(folder) / f"source{suffix}", Path(folder) / "sound.wav"
        source.symlink_to(file.absolute())
        decoder = shutil.which(DECODER)
        if decoder is None:
            yield source
            return
        options = ["-nostdin", "-v", "error", "-protocol_whitelist", "file", "-format_whitelist", CONTAINERS]
        process = _run_on_recording([decoder, *options, "-i", str(source), "-vn", "-c:a", "pcm_s16le", str(sound)])
        if process.returncode or not sound.exists():
            raise OperationFailed(f"{file} is not a sound file that {DECODER} can read. Export it as WAV or MP3.")
        yield sound


def run_sox(arguments: Sequence[str]) -> tuple[bytes, str]:
    """Run sox with `arguments`, on a recording. Returns its output and its messages. Raises OperationFailed.

    Example: `run_sox(["in.wav", "-n", "stats"])` returns `(b"", "Pk lev dB …")`.
    """
    program = shutil.which(CONVERTER)
    if program is None:
        raise OperationFailed(f"{CONVERTER}, which reads and converts recordings, is not installed. {INSTALL_ADVICE}")
    process = _run_on_recording([program, "-V1", *arguments])
    messages = process.stderr.decode("utf-8", "replace").strip()
    if process.returncode:
        reason = messages.splitlines()[-1].partition("FAIL ")[2] if messages else ""
        raise OperationFailed(
            f"{CONVERTER} cannot read this file ({reason or 'it gives no reason'}). {OTHER_FORMAT_ADVICE}"
        )
    return process.stdout, messages


def _run_on_recording(command: Sequence[str]) -> "subprocess.CompletedProcess[bytes]":
    try:
        return subprocess.run(command, capture_output=True, timeout=RECORDING_TIMEOUT, check=False)
    except subprocess.TimeoutExpired:
        name = Path(command[0]).name
        raise OperationFailed(f"{name} did not finish within {RECORDING_TIMEOUT} seconds.") from None
