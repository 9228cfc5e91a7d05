"""The sound of the telephone page: compiled captions, read by espeak-ng and converted by sox (`ivr.speech.synthesis`).

A browser names a sound by its hash. Only compiled captions have one, so the server never reads free text aloud. At most
AT_ONCE sounds are made at a time and MOST_WAITING wait. Where a program is missing, slow or failing, the page goes on
with captions.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import TypeVar

from ivr.line import twiml
from ivr.line.line import Line
from ivr.phone.parser import read
from ivr.phone.verbs import Gather, Say
from ivr.speech.pauses import SHORT_PAUSE
from ivr.speech.synthesis import SynthesisFailed, Utterance, installed_voices, synthesize, voice_for

AT_ONCE, MOST_WAITING = 2, 12
CACHE = 24_000_000
"""Bytes of sound that are kept in memory."""

Heard = TypeVar("Heard", bound=object)


class Sounds:
    """Every sound that `line` can make, rendered when it is first asked for; none where they are not `wanted`."""

    def __init__(self, line: Line, wanted: bool = True) -> None:
        self._voices = installed_voices() if wanted else frozenset()
        self.available = bool(self._voices)
        self._line = line
        self._found: asyncio.Task[Mapping[str, Say]] | None = None
        self._cache: OrderedDict[str, bytes] = OrderedDict()
        self._rendering: dict[str, asyncio.Task[bytes]] = {}
        self._gate = asyncio.Semaphore(AT_ONCE)

    def name(self, say: Say) -> str:
        """The name of the sound of `say`, empty where there is no voice for it."""
        return utterance_of(say).sound_name if voice_for(say.language, self._voices) else ""

    async def wav(self, name: str) -> bytes:
        """The sound of that name, as a WAV file. Raises KeyError for a name of no compiled caption, SynthesisFailed."""
        say = (await self._sayings())[name]
        if name in self._cache:
            self._cache.move_to_end(name)
            return self._cache[name]
        if name not in self._rendering:
            if len(self._rendering) >= MOST_WAITING:
                raise SynthesisFailed("enough sounds are waiting")
            self._rendering[name] = asyncio.create_task(self._render(name, say))
        return await asyncio.shield(self._rendering[name])

    async def _sayings(self) -> Mapping[str, Say]:
        """What can be said, by name: read off the whole line when the first sound is asked for, beside the calls."""
        if not self.available:
            return {}
        if self._found is None:
            self._found = asyncio.create_task(asyncio.to_thread(self._voiced))
        return await asyncio.shield(self._found)

    def _voiced(self) -> Mapping[str, Say]:
        return {name: say for name, say in compiled(self._line).items() if self.name(say)}

    async def _render(self, name: str, say: Say) -> bytes:
        try:
            async with self._gate:
                sound = await synthesize(utterance_of(say), voice_for(say.language, self._voices))
            self._keep(name, sound)
            return sound
        finally:
            del self._rendering[name]

    def _keep(self, name: str, sound: bytes) -> None:
        self._cache[name] = sound
        while sum(map(len, self._cache.values())) > CACHE:
            self._cache.popitem(last=False)


def utterance_of(say: Say) -> Utterance:
    """What is heard of `say` in the preview, in which each language has one voice."""
    return Utterance(say.language, say.pieces, say.rate)


def compiled(line: Line) -> Mapping[str, Say]:
    """Everything that the line can say, by the name of its sound."""
    fragments = {fragment for document in line.documents.values() for fragment in document}
    return {utterance_of(say).sound_name: say for say in {say for fragment in fragments for say in _says(fragment)}}


def _says(fragment: bytes) -> Iterator[Say]:
    verbs = read.__wrapped__(twiml.document([fragment]))  # past the cache: each is read once
    for spoken in (verbs, *(verb.spoken for verb in verbs if isinstance(verb, Gather))):
        yield from (one for one, _ in joined(spoken) if isinstance(one, Say))


def joined(spoken: Iterable[Heard]) -> list[tuple[Heard, int]]:
    """What is said, and how many verbs each saying was: for a voice that takes no pauses, a text is cut up at them."""
    sayings = list[tuple[Heard, int]]()
    for one in spoken:
        before, many = sayings[-1] if sayings else (None, 0)
        if isinstance(before, Say) and isinstance(one, Say) and _goes_on(before, one):
            pieces = (*before.pieces, SHORT_PAUSE, *one.pieces)
            sayings[-1] = (replace(before, text=f"{before.text} {one.text}", pieces=pieces), many + 1)
        else:
            sayings.append((one, 1))
    return sayings


def _goes_on(before: Say, say: Say) -> bool:
    unpaused = all(isinstance(piece, str) for piece in say.pieces)
    return unpaused and (before.voice, before.language, before.rate) == (say.voice, say.language, say.rate)
