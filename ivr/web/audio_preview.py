"""The sound of the telephone page: prompts read by espeak-ng and converted by sox (`ivr.speech.synthesis`).

A browser names a prompt and a pace, so the server never reads free text aloud. At most MAX_CONCURRENT sounds are
synthesized at a time. Where a program is missing, slow or failing, the page goes on with captions.
"""

import asyncio
import re
from collections import OrderedDict
from collections.abc import Iterator, Mapping

from ivr.call.state import Pace
from ivr.export.format import ExportedLanguage, ExportedLine, ExportedPrompt, VoiceTiming
from ivr.speech.synthesis import SynthesisFailed, Utterance, installed_voices, synthesize, voice_for

MAX_CONCURRENT, MAX_QUEUED = 2, 12
"""Sounds that are synthesized at the same time, and sounds that are queued or being synthesized."""
CACHE_BYTES = 24_000_000
"""Bytes of sound that are kept in memory."""
_SLOW = "/slow"


class Sounds:
    """The sounds of the prompts of `line`, each synthesized when it is first requested; none unless `enabled`.

    The name of a sound is that of its prompt, with "/slow" for the slow pace: "es/partner/2/slow".
    """

    def __init__(self, line: ExportedLine, enabled: bool = True) -> None:
        self._languages, self._voices, self._prompts = line.languages, line.voices, line.prompts or {}
        installed = installed_voices() if enabled else frozenset()
        named = {tag: voice_for(language.language, installed) for tag, language in line.languages.items()}
        self.voices: Mapping[str, str] = {tag: voice for tag, voice in named.items() if voice}
        """The installed voice of each language that has one: {"es": "es-419"}."""
        self._cache: OrderedDict[str, bytes] = OrderedDict()
        self._in_progress: dict[str, asyncio.Task[bytes]] = {}
        self._slots = asyncio.Semaphore(MAX_CONCURRENT)

    async def wav(self, name: str) -> bytes:
        """The sound of that name, as a WAV file. Raises KeyError for a name without a sound, SynthesisFailed."""
        prompt = self._prompts[name.removesuffix(_SLOW)]
        voice = self.voices[prompt.language]
        if name in self._cache:
            self._cache.move_to_end(name)
            return self._cache[name]
        if name not in self._in_progress:
            if len(self._in_progress) >= MAX_QUEUED:
                raise SynthesisFailed("too many sounds are queued")
            utterance = utterance_of(prompt, self._languages[prompt.language], self._voices, _pace(name))
            self._in_progress[name] = asyncio.create_task(self._synthesize(name, utterance, voice))
        return await asyncio.shield(self._in_progress[name])

    async def _synthesize(self, name: str, utterance: Utterance, voice: str) -> bytes:
        try:
            async with self._slots:
                sound = await synthesize(utterance, voice)
            self._keep(name, sound)
            return sound
        finally:
            del self._in_progress[name]

    def _keep(self, name: str, sound: bytes) -> None:
        self._cache[name] = sound
        while sum(map(len, self._cache.values())) > CACHE_BYTES:
            self._cache.popitem(last=False)


def _pace(name: str) -> Pace:
    return "slow" if name.endswith(_SLOW) else "normal"


def utterance_of(prompt: ExportedPrompt, language: ExportedLanguage, voices: VoiceTiming, pace: Pace) -> Utterance:
    """The words and the pauses of `prompt`, in the order in which they are spoken."""
    factor, rate = (voices.slow_pause, voices.slow_rate) if pace == "slow" else (1.0, 1.0)
    pauses = {"…": voices.short_pause * factor, "\n": voices.paragraph_pause * factor}
    return Utterance(language.language, tuple(_pieces("\n".join(prompt.paragraphs), pauses)), rate)


def _pieces(text: str, pauses: Mapping[str, float]) -> Iterator[str | float]:
    for piece in re.split("([…\n])", text):
        if piece in pauses:
            yield pauses[piece]
        elif piece.strip():
            yield piece.strip()
