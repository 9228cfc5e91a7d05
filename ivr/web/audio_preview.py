"""The sound of the telephone page: compiled captions, read by espeak-ng and converted by sox (`ivr.speech.synthesis`).

A browser names a sound by its hash. Only compiled captions have one, so the server never reads free text aloud. At most
MAX_CONCURRENT sounds are synthesized at a time. Where a program is missing, slow or failing, the page goes on
with captions.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import TypeVar

from ivr.line import twiml
from ivr.line.line import Line
from ivr.phone.parser import read_document
from ivr.phone.verbs import Gather, Say
from ivr.speech.pauses import SHORT_PAUSE
from ivr.speech.synthesis import SynthesisFailed, Utterance, installed_voices, synthesize, voice_for

MAX_CONCURRENT, MAX_QUEUED = 2, 12
"""Sounds that are synthesized at the same time, and sounds that are queued or being synthesized."""
CACHE_BYTES = 24_000_000
"""Bytes of sound that are kept in memory."""

Spoken = TypeVar("Spoken", bound=object)


class Sounds:
    """The sounds of `line`, each synthesized when it is first requested; no sounds unless `enabled`."""

    def __init__(self, line: Line, enabled: bool = True) -> None:
        self._voices = installed_voices() if enabled else frozenset()
        self.available = bool(self._voices)
        self._line = line
        self._collecting: asyncio.Task[Mapping[str, Say]] | None = None
        self._cache: OrderedDict[str, bytes] = OrderedDict()
        self._in_progress: dict[str, asyncio.Task[bytes]] = {}
        self._slots = asyncio.Semaphore(MAX_CONCURRENT)

    def name(self, say: Say) -> str:
        """The name of the sound of `say`, "" if no installed voice speaks its language."""
        return utterance_of(say).sound_name if voice_for(say.language, self._voices) else ""

    async def wav(self, name: str) -> bytes:
        """The sound of that name, as a WAV file. Raises KeyError for a name of no compiled caption, SynthesisFailed."""
        say = (await self._speakable())[name]
        if name in self._cache:
            self._cache.move_to_end(name)
            return self._cache[name]
        if name not in self._in_progress:
            if len(self._in_progress) >= MAX_QUEUED:
                raise SynthesisFailed("too many sounds are queued")
            self._in_progress[name] = asyncio.create_task(self._synthesize(name, say))
        return await asyncio.shield(self._in_progress[name])

    async def _speakable(self) -> Mapping[str, Say]:
        """All that can be synthesized, by name; collected in a thread when the first sound is requested."""
        if not self.available:
            return {}
        if self._collecting is None:
            self._collecting = asyncio.create_task(asyncio.to_thread(self._collect_says))
        return await asyncio.shield(self._collecting)

    def _collect_says(self) -> Mapping[str, Say]:
        return {name: say for name, say in compiled_says(self._line).items() if self.name(say)}

    async def _synthesize(self, name: str, say: Say) -> bytes:
        try:
            async with self._slots:
                sound = await synthesize(utterance_of(say), voice_for(say.language, self._voices))
            self._keep(name, sound)
            return sound
        finally:
            del self._in_progress[name]

    def _keep(self, name: str, sound: bytes) -> None:
        self._cache[name] = sound
        while sum(map(len, self._cache.values())) > CACHE_BYTES:
            self._cache.popitem(last=False)


def utterance_of(say: Say) -> Utterance:
    """The sound of `say` in the preview, in which each language has one voice."""
    return Utterance(say.language, say.pieces, say.rate)


def compiled_says(line: Line) -> Mapping[str, Say]:
    """Every caption that `line` can say, by the name of its sound."""
    fragments = {fragment for document in line.documents.values() for fragment in document}
    return {
        utterance_of(say).sound_name: say for say in {say for fragment in fragments for say in _captions_of(fragment)}
    }


def _captions_of(fragment: bytes) -> Iterator[Say]:
    verbs = read_document.__wrapped__(twiml.document([fragment]))  # not through its cache: each fragment is read once
    for spoken in (verbs, *(verb.spoken for verb in verbs if isinstance(verb, Gather))):
        yield from (part for part, _ in join_says(spoken) if isinstance(part, Say))


def join_says(spoken: Iterable[Spoken]) -> list[tuple[Spoken, int]]:
    """`spoken` with each text as one Say, and the number of verbs that it was.

    For a voice that takes no pauses, the line writes a text as several Says, one for each piece between two pauses.
    """
    joined = list[tuple[Spoken, int]]()
    for verb in spoken:
        last, verbs = joined[-1] if joined else (None, 0)
        if isinstance(last, Say) and isinstance(verb, Say) and _continues(last, verb):
            pieces = (*last.pieces, SHORT_PAUSE, *verb.pieces)
            joined[-1] = (replace(last, text=f"{last.text} {verb.text}", pieces=pieces), verbs + 1)
        else:
            joined.append((verb, 1))
    return joined


def _continues(last: Say, say: Say) -> bool:
    has_no_pauses = all(isinstance(piece, str) for piece in say.pieces)
    return has_no_pauses and (last.voice, last.language, last.rate) == (say.voice, say.language, say.rate)
