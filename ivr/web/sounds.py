"""Serves recordings, /audio/0f3c….wav, and the sounds of the telephone page, /sound/es/partner/2/slow.wav.

Every recording under locales/ is served, whether or not a text of this release still uses it: so a call that began on
the last release still gets the recordings that its documents name. Requests for recordings are not logged.

For a sound, a browser names a prompt and a pace, so the server never reads free text aloud. The sounds are files that
`ivr listen --all` made (IVR_SOUNDS). Only on a test line a missing sound is made when it is requested: a visitor of the
page must take no time from a machine that answers calls. If a sound is missing or fails, the page continues with a
voice of the device or with captions.
"""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from pathlib import Path

from fastapi import FastAPI, Request, Response
from fastapi.responses import FileResponse, PlainTextResponse

from ivr.call.urls import AUDIO
from ivr.content.layer import recording_files
from ivr.errors import OperationFailed
from ivr.export.export import PageSound, page_sounds
from ivr.export.format import ExportedLine
from ivr.speech.installed_voices import InstalledVoice, InstalledVoices, piper_voices
from ivr.speech.programs import SynthesisFailed, espeak_voice_names
from ivr.speech.sound_folder import SoundFolder, sound_file_name
from ivr.speech.synthesis import synthesize
from ivr.web.security_headers import PAGE_HEADERS

MAX_CONCURRENT, MAX_QUEUED = 2, 12
"""Sounds that are synthesized at the same time, and sounds that are queued or being synthesized."""
SYNTHESIS_TIMEOUT = 30.0
"""Seconds that a program may run for one sound, with the seconds in which it loads a Piper voice."""
CACHE_BYTES = 24_000_000
"""Bytes of synthesized sound that are kept in memory."""
RECORDING_HEADERS = {"Cache-Control": "public, max-age=31536000, immutable", "X-Content-Type-Options": "nosniff"}
"""Twilio caches recordings by these headers (https://www.twilio.com/docs/voice/twiml/play). The name of a recording is
the hash of its content."""
REQUESTS_A_SECOND, MOST_AT_ONCE = 40, 80
"""Requests for sounds that one worker answers. A visitor who listens makes one request in about ten seconds."""
RETRY_AFTER = 1
"""Seconds after which a browser may ask again."""
_RETRY_SENTENCE = f"Ask again after {RETRY_AFTER} second. The page continues with captions until then.\n"


class PlayableSounds:
    """The sounds that the telephone page of `line` can play.

    `files` are those in `folder`, by name, such as "es/partner/2/slow". The voices `installed` synthesize the sounds
    that it lacks. `languages` are the tags of the languages that have a sound. `notes` are sentences for the operator
    about missing sounds; there are none without a folder.
    """

    def __init__(self, line: ExportedLine, folder: Path | None, installed: InstalledVoices) -> None:
        self._sounds = page_sounds(line)
        self.files: Mapping[str, Path] = {}
        self.notes: list[str] = []
        if folder:
            try:
                self.files = _existing(self._sounds, SoundFolder(folder))
                if missing := len(self._sounds) - len(self.files):
                    note = f"{missing} of {len(self._sounds)} sounds are missing. Run `ivr listen --all` again."
                    self.notes.append(f"IVR_SOUNDS: {note}")
            except OperationFailed as error:
                self.notes.append(f"IVR_SOUNDS: {error}")
        voices = {tag: installed.voice_of(language.language, tag) for tag, language in line.languages.items()}
        self._voices = {tag: voice for tag, voice in voices.items() if voice}
        with_sounds = {self._sounds[name].tag for name in self.files} | self._voices.keys()
        self.languages = [tag for tag in line.languages if tag in with_sounds]
        self._cache: OrderedDict[str, bytes] = OrderedDict()
        self._in_progress: dict[str, asyncio.Task[bytes]] = {}
        self._slots = asyncio.Semaphore(MAX_CONCURRENT)

    async def wav(self, name: str) -> bytes:
        """The sound `name`, synthesized, as WAV. Raises KeyError if there is none or no voice, SynthesisFailed."""
        sound = self._sounds[name]
        voice = self._voices[sound.tag]
        if name in self._cache:
            self._cache.move_to_end(name)
            return self._cache[name]
        if name not in self._in_progress:
            if len(self._in_progress) >= MAX_QUEUED:
                raise SynthesisFailed("too many sounds are queued")
            self._in_progress[name] = asyncio.create_task(self._synthesize(name, sound, voice))
        return await asyncio.shield(self._in_progress[name])

    async def _synthesize(self, name: str, sound: PageSound, voice: InstalledVoice) -> bytes:
        try:
            async with self._slots:
                (wav,) = await asyncio.to_thread(synthesize, [sound.utterance], voice, SYNTHESIS_TIMEOUT)
            self._keep(name, wav)
            return wav
        finally:
            del self._in_progress[name]

    def _keep(self, name: str, sound: bytes) -> None:
        self._cache[name] = sound
        while sum(map(len, self._cache.values())) > CACHE_BYTES:
            self._cache.popitem(last=False)


def _existing(sounds: Mapping[str, PageSound], folder: SoundFolder) -> Mapping[str, Path]:
    """The file of each of `sounds` that `folder` has, in the voice of its language. Raises OperationFailed."""
    voices, existing = folder.voices(), folder.names()
    names = {
        name: sound_file_name(sound.utterance, voices[sound.tag])
        for name, sound in sounds.items()
        if sound.tag in voices
    }
    return {name: folder.path / file for name, file in names.items() if file in existing}


def voices_of_test_line(folder: Path | None) -> tuple[InstalledVoices, list[str]]:
    """The voices of this machine, with the Piper voices in `folder`, and sentences about voices that cannot be used."""
    try:
        return InstalledVoices(espeak_voice_names(), piper_voices(folder) if folder else ()), []
    except OperationFailed as error:
        return InstalledVoices(espeak_voice_names()), [str(error)]


class RequestLimit:
    """At most `rate` requests a second on average, and `burst` at once. It does not know who asks.

    `now` returns seconds of a clock that is never set back.
    """

    def __init__(self, rate: float, burst: float, now: Callable[[], float] = time.monotonic) -> None:
        self._rate, self._burst, self._now = rate, burst, now
        self._left, self._counted_at = burst, now()

    def allows_one_more(self) -> bool:
        """Count a request. Returns False, and does not count it, if it is over the limit."""
        now = self._now()
        self._left = min(self._burst, self._left + (now - self._counted_at) * self._rate)
        self._counted_at = now
        if self._left < 1:
            return False
        self._left -= 1
        return True


def add_recordings(app: FastAPI, root: Path) -> None:
    """Add the recordings of the content at `root` to `app`."""
    files = recording_files(root)

    @app.api_route(AUDIO + "/{name}", methods=["GET", "HEAD"])
    async def recording(request: Request) -> Response:
        path = files.get(request.path_params["name"])
        if path is None or not path.is_file():
            return Response(status_code=404, headers={"Cache-Control": "no-store"})
        return FileResponse(path, media_type="audio/wav", headers=RECORDING_HEADERS)


def add_sounds(app: FastAPI, sounds: PlayableSounds) -> None:
    """Add `sounds` to `app`: their files, else those that can be synthesized."""
    limit = RequestLimit(REQUESTS_A_SECOND, MOST_AT_ONCE)

    @app.get("/sound/{name:path}.wav")
    async def sound(request: Request) -> Response:
        if request.headers.get("sec-fetch-site") == "cross-site":
            return _refusal(403, "Other sites may not use the sounds of this page.\n")
        if not limit.allows_one_more():
            return _refusal(429, f"Too many sounds are asked for. {_RETRY_SENTENCE}")
        name = request.path_params["name"]
        path = sounds.files.get(name)
        if path and path.is_file():
            return FileResponse(path, media_type="audio/wav", headers=PAGE_HEADERS)
        return await _synthesized(sounds, name)


async def _synthesized(sounds: PlayableSounds, name: str) -> Response:
    try:
        return Response(await sounds.wav(name), media_type="audio/wav", headers=PAGE_HEADERS)
    except KeyError:
        return _refusal(404, "There is no such sound.\n")
    except SynthesisFailed:
        return _refusal(503, f"This sound cannot be made now. {_RETRY_SENTENCE}")


def _refusal(status: int, sentence: str) -> Response:
    retry = {"Retry-After": str(RETRY_AFTER)} if status in (429, 503) else {}
    return PlainTextResponse(sentence, status, {**PAGE_HEADERS, **retry})
