"""Synthetic speech in the sound of a telephone: espeak-ng or Piper speaks, sox converts.

The telephone page (`ivr.web`) and the translators' commands (`ivr.translate`) use it; answering a call does not.
"""

import html
import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from ivr.speech.installed_voices import InstalledVoice
from ivr.speech.piper import speak_with_piper
from ivr.speech.programs import CONVERTER, PIPER, SYNTHESIZER, SynthesisFailed, run_program
from ivr.speech.utterance import Utterance
from ivr.speech.wav import SAMPLE_RATE, write_wav

WORDS_A_MINUTE = 140
"""The speed of espeak-ng at rate 1.0."""
VOLUME = 0.9
"""The factor of the volume: Piper's sounds have full volume, which resampling would clip."""


def synthesize(utterances: Sequence[Utterance], voice: InstalledVoice, seconds: float) -> list[bytes]:
    """The telephone sound of each of `utterances`, which have one rate, as WAV files in the same order.

    A program may run for `seconds`. Raises SynthesisFailed.
    """
    speak = speak_with_piper if voice.program == PIPER else _speak_with_espeak
    return [write_wav(_telephone_samples(sound, seconds)) for sound in speak(utterances, voice, seconds)]


def _speak_with_espeak(utterances: Sequence[Utterance], voice: InstalledVoice, seconds: float) -> list[bytes]:
    def speak(utterance: Utterance) -> bytes:
        options = ["-m", "-v", voice.name, "-s", str(round(WORDS_A_MINUTE * utterance.rate)), "--stdout"]
        return run_program(SYNTHESIZER, options, _ssml(utterance).encode(), seconds)

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


def _telephone_samples(sound: bytes, seconds: float) -> bytes:
    telephone = ["-t", "raw", "-r", str(SAMPLE_RATE), "-c", "1", "-e", "mu-law"]
    samples = run_program(CONVERTER, ["-V1", "-v", str(VOLUME), "-t", "wav", "-", *telephone, "-"], sound, seconds)
    if not samples:
        raise SynthesisFailed(f"{CONVERTER} made no sound")
    return samples
