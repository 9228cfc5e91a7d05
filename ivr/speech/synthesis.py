"""Synthetic speech in the sound of a telephone: espeak-ng or Piper speaks, sox converts.

The telephone page (`ivr.web`) and the translators' commands (`ivr.translate`) use it; answering a call does not.
Piper knows no pauses, so it gets the words between them, and the pauses are added to its sounds.
"""

import html
import io
import os
import wave
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from tempfile import TemporaryDirectory

from ivr.speech.installed_voices import InstalledVoice
from ivr.speech.programs import CONVERTER, PIPER, SYNTHESIZER, SynthesisFailed, run_program
from ivr.speech.utterance import Utterance
from ivr.speech.wav import SAMPLE_RATE, write_wav

WORDS_A_MINUTE = 140
"""The speed of espeak-ng at rate 1.0."""
VOLUME = 0.9
"""The factor of the volume: Piper's sounds have full volume, which resampling would clip."""
PIPER_BYTES_A_SAMPLE = 2


def synthesize(utterances: Sequence[Utterance], voice: InstalledVoice, timeout: float) -> list[bytes]:
    """The telephone sound of each of `utterances`, which have one rate, as WAV files in the same order.

    `timeout` is the seconds for which a program may run. Raises SynthesisFailed.
    """
    speak = speak_with_piper if voice.program == PIPER else _speak_with_espeak
    return [write_wav(_telephone_samples(sound, timeout)) for sound in speak(utterances, voice, timeout)]


def _speak_with_espeak(utterances: Sequence[Utterance], voice: InstalledVoice, timeout: float) -> list[bytes]:
    def speak(utterance: Utterance) -> bytes:
        options = ["-m", "-v", voice.name, "-s", str(round(WORDS_A_MINUTE * utterance.rate)), "--stdout"]
        return run_program(SYNTHESIZER, options, _ssml(utterance).encode(), timeout)

    with ThreadPoolExecutor(os.cpu_count()) as threads:
        return list(threads.map(speak, utterances))


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


def speak_with_piper(utterances: Sequence[Utterance], voice: InstalledVoice, timeout: float) -> list[bytes]:
    """A WAV file for each of `utterances`, from one start of piper: it takes two seconds to load a voice.

    Each line that piper reads becomes one sound file, in the order of their names.
    """
    texts = [words for utterance in utterances for words in utterance.words]
    with TemporaryDirectory() as folder:
        options = ["--model", str(voice.model), "--output_dir", folder]
        scale = f"{voice.length_scale / utterances[0].rate:.3f}"
        lines = "".join(f"{text}\n" for text in texts).encode()
        run_program(PIPER, [*options, "--length_scale", scale], lines, timeout)
        sounds = [_read(path) for path in sorted(Path(folder).glob("*.wav"), key=lambda path: int(path.stem))]
    if len(sounds) != len(texts):
        raise SynthesisFailed(f"{PIPER} made {len(sounds)} sounds of {len(texts)} texts")
    sample_rate, spoken = sounds[0][0], (samples for _, samples in sounds)
    return [_joined(utterance, spoken, sample_rate) for utterance in utterances]


def _read(path: Path) -> tuple[int, bytes]:
    """Samples a second, and the samples of a sound of Piper's: 16 bits, one channel."""
    try:
        with wave.open(str(path)) as file:
            if (file.getnchannels(), file.getsampwidth()) != (1, PIPER_BYTES_A_SAMPLE):
                raise SynthesisFailed(f"{PIPER} made a sound that has not one channel of 16 bits")
            return file.getframerate(), file.readframes(file.getnframes())
    except (wave.Error, EOFError) as error:
        raise SynthesisFailed(f"{PIPER} made a file that is no sound ({error})") from None


def _joined(utterance: Utterance, spoken: Iterator[bytes], sample_rate: int) -> bytes:
    """A WAV file of `utterance`: the next ones of `spoken` for its words, and silence for its pauses."""
    content = io.BytesIO()
    with wave.open(content, "wb") as file:
        file.setparams((1, PIPER_BYTES_A_SAMPLE, sample_rate, 0, "NONE", ""))
        for piece in utterance.pieces:
            file.writeframes(
                bytes(round(piece * sample_rate) * PIPER_BYTES_A_SAMPLE) if isinstance(piece, float) else next(spoken)
            )
    return content.getvalue()


def _telephone_samples(sound: bytes, timeout: float) -> bytes:
    telephone = ["-t", "raw", "-r", str(SAMPLE_RATE), "-c", "1", "-e", "mu-law"]
    samples = run_program(CONVERTER, ["-V1", "-v", str(VOLUME), "-t", "wav", "-", *telephone, "-"], sound, timeout)
    if not samples:
        raise SynthesisFailed(f"{CONVERTER} made no sound")
    return samples
