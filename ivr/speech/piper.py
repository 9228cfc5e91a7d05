"""Speech by Piper, a separate program: each line that it reads becomes one sound file, in the order of their names.

Piper knows no pauses, so it gets the words between them, and the pauses are added to its sounds.
"""

import io
import wave
from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from ivr.speech.installed_voices import InstalledVoice
from ivr.speech.programs import PIPER, SynthesisFailed, run_program
from ivr.speech.utterance import Utterance

BYTES_A_SAMPLE = 2


class _Samples(NamedTuple):
    """Samples of 16 bits, one channel, and how many there are in a second."""

    rate: int
    samples: bytes


def speak_with_piper(utterances: Sequence[Utterance], voice: InstalledVoice, seconds: float) -> list[bytes]:
    """A WAV file for each of `utterances`, which have one rate. Raises SynthesisFailed.

    It starts piper once for all utterances, because piper takes two seconds to load a voice.
    """
    texts = [words for utterance in utterances for words in utterance.words]
    with TemporaryDirectory() as folder:
        options = ["--model", str(voice.model), "--output_dir", folder]
        scale = f"{voice.length_scale / utterances[0].rate:.3f}"
        lines = "".join(f"{text}\n" for text in texts).encode()
        run_program(PIPER, [*options, "--length_scale", scale], lines, seconds)
        spoken = [_read(path) for path in sorted(Path(folder).glob("*.wav"), key=lambda path: int(path.stem))]
    if len(spoken) != len(texts):
        raise SynthesisFailed(f"{PIPER} made {len(spoken)} sounds of {len(texts)} texts")
    in_order = iter(spoken)
    return [_joined(utterance, in_order) for utterance in utterances]


def _read(path: Path) -> _Samples:
    try:
        with wave.open(str(path)) as file:
            if (file.getnchannels(), file.getsampwidth()) != (1, BYTES_A_SAMPLE):
                raise SynthesisFailed(f"{PIPER} made a sound that has not one channel of 16 bits")
            return _Samples(file.getframerate(), file.readframes(file.getnframes()))
    except (wave.Error, EOFError) as error:
        raise SynthesisFailed(f"{PIPER} made a file that is no sound ({error})") from None


def _joined(utterance: Utterance, spoken: Iterator[_Samples]) -> bytes:
    """The sounds of the words of `utterance`, which are the next ones of `spoken`, with its pauses between them."""
    words = [next(spoken) for _ in utterance.words]
    rate, following = words[0].rate, iter(words)
    content = io.BytesIO()
    with wave.open(content, "wb") as file:
        file.setparams((1, BYTES_A_SAMPLE, rate, 0, "NONE", ""))
        for piece in utterance.pieces:
            file.writeframes(
                bytes(round(piece * rate) * BYTES_A_SAMPLE) if isinstance(piece, float) else next(following).samples
            )
    return content.getvalue()
