"""The sound of the telephone page: compiled captions read by espeak-ng and cut to what a telephone lets through.

Two separate programs do it (espeak-ng speaks, sox makes the 8 kHz of a telephone), a few at a time and not for long.
A browser names a sound by its hash; what is not compiled has none, so no free text is ever read. The page goes on with
captions where a program is missing, slow or failing.
"""

import asyncio
import hashlib
import html
import shutil
import struct
import subprocess
from collections import OrderedDict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TypeVar

from ivr.line import twiml
from ivr.line.line import Line
from ivr.phone.parser import read
from ivr.phone.verbs import Gather, Say
from ivr.speech import timing

SPEAKER, CONVERTER = "espeak-ng", "sox"
PATIENCE = 6.0
"""Seconds that one program may run."""
AT_ONCE, MOST_WAITING = 2, 12
CACHE = 24_000_000
"""Bytes of sound that are kept in memory."""
WORDS_A_MINUTE = 140
LATIN_AMERICA = "es-419"
HERTZ = 8000
MU_LAW = 7
"""The code of G.711 mu-law in a WAV file: what a telephone carries in North America."""


Heard = TypeVar("Heard", bound=object)


class NoSound(Exception):
    """This sound cannot be had now. The page goes on without it."""


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
        return sound_of(say) if voice_for(say.language, self._voices) else ""

    async def wav(self, name: str) -> bytes:
        """The sound of that name, a WAV file. Raises KeyError where nothing compiled has it, NoSound if it fails."""
        say = (await self._sayings())[name]
        if name in self._cache:
            self._cache.move_to_end(name)
            return self._cache[name]
        if name not in self._rendering:
            if len(self._rendering) >= MOST_WAITING:
                raise NoSound("enough sounds are waiting")
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
                sound = await telephone_sound(say, voice_for(say.language, self._voices))
            self._keep(name, sound)
            return sound
        finally:
            del self._rendering[name]

    def _keep(self, name: str, sound: bytes) -> None:
        self._cache[name] = sound
        while sum(map(len, self._cache.values())) > CACHE:
            self._cache.popitem(last=False)


def sound_of(say: Say) -> str:
    """The name of its sound: a hash of voice, pace, words and pauses."""
    heard = repr((say.language, say.voice, say.rate, say.pieces))
    return hashlib.sha256(heard.encode()).hexdigest()[:20]


def compiled(line: Line) -> Mapping[str, Say]:
    """Everything that the line can say, by the name of its sound."""
    fragments = {fragment for document in line.documents.values() for fragment in document}
    return {sound_of(say): say for say in {say for fragment in fragments for say in _says(fragment)}}


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
            pieces = (*before.pieces, timing.SHORT_PAUSE, *one.pieces)
            sayings[-1] = (replace(before, text=f"{before.text} {one.text}", pieces=pieces), many + 1)
        else:
            sayings.append((one, 1))
    return sayings


def _goes_on(before: Say, say: Say) -> bool:
    unpaused = all(isinstance(piece, str) for piece in say.pieces)
    return unpaused and (before.voice, before.language, before.rate) == (say.voice, say.language, say.rate)


def installed_voices() -> frozenset[str]:
    """The languages that the installed programs speak, in lower case; none where one of the programs is missing."""
    speaker = shutil.which(SPEAKER)
    if speaker is None or shutil.which(CONVERTER) is None:
        return frozenset()
    try:
        listed = subprocess.run([speaker, "--voices"], capture_output=True, timeout=PATIENCE, check=True).stdout
    except (OSError, subprocess.SubprocessError):
        return frozenset()
    rows = (row.split() for row in listed.decode("utf-8", "replace").splitlines()[1:])
    return frozenset(row[1].lower() for row in rows if len(row) > 1)


def voice_for(language: str, voices: frozenset[str]) -> str:
    """The installed voice for a language: its own, for Spanish that of Latin America, that of the bare language, ""."""
    bare = language.lower().partition("-")[0]
    wanted = (language.lower(), LATIN_AMERICA if bare == "es" else bare, bare)
    return next((voice for voice in wanted if voice in voices), "")


async def telephone_sound(say: Say, voice: str) -> bytes:
    """What a telephone would carry of `say`, as a WAV file. Raises NoSound."""
    pace = str(round(WORDS_A_MINUTE * say.rate))
    spoken = await _run(SPEAKER, ["-m", "-v", voice, "-s", pace, "--stdout"], _marked(say).encode())
    raw = ["-t", "raw", "-r", str(HERTZ), "-c", "1", "-e", "mu-law"]
    return wav(await _run(CONVERTER, ["-V1", "-t", "wav", "-", *raw, "-"], spoken))


def _marked(say: Say) -> str:
    pieces = [f'<break time="{one:.1f}s"/>' if isinstance(one, float) else html.escape(one) for one in say.pieces]
    return f"<speak>{' '.join(pieces)}</speak>"


async def _run(name: str, options: Sequence[str], given: bytes) -> bytes:
    pipe, path = asyncio.subprocess.PIPE, shutil.which(name) or name
    try:
        program = await asyncio.create_subprocess_exec(
            path, *options, stdin=pipe, stdout=pipe, stderr=subprocess.DEVNULL
        )
    except OSError as error:
        raise NoSound(f"{name} does not start: {error.strerror}") from None
    try:
        output, _ = await asyncio.wait_for(program.communicate(given), PATIENCE)
    except TimeoutError:
        program.kill()
        await program.wait()
        raise NoSound(f"{name} took more than {PATIENCE:g} s") from None
    if program.returncode or not output:
        raise NoSound(f"{name} ended with {program.returncode}")
    return output


def wav(mu_law: bytes) -> bytes:
    """`mu_law`, samples of 8 kHz, as a WAV file: https://www.mmsp.ece.mcgill.ca/Documents/AudioFormats/WAVE/WAVE.html"""
    form = struct.pack("<4sIHHIIHHH", b"fmt ", 18, MU_LAW, 1, HERTZ, HERTZ, 1, 8, 0)
    fact = struct.pack("<4sII", b"fact", 4, len(mu_law))
    data = struct.pack("<4sI", b"data", len(mu_law)) + mu_law + b"\0" * (len(mu_law) % 2)
    rest = b"WAVE" + form + fact + data
    return struct.pack("<4sI", b"RIFF", len(rest)) + rest
