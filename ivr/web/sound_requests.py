"""Answers requests for recordings, /audio/0f3c….wav, and for the sounds of the telephone page, /sound/es/partner/2.wav.

Every recording under locales/ is served, whether or not a text of this release still uses it: so a call that began on
the last release still gets the recordings that its documents name. Requests for recordings are not logged.
"""

import time
from collections.abc import Callable
from pathlib import Path

from fastapi import FastAPI, Request, Response
from fastapi.responses import FileResponse, PlainTextResponse

from ivr.call.urls import AUDIO
from ivr.content.layer import recording_files
from ivr.speech.programs import SynthesisFailed
from ivr.web.security_headers import NO_STORE
from ivr.web.sounds import SynthesizedFiles, Synthesizer

RECORDING_HEADERS = {"Cache-Control": "public, max-age=31536000, immutable", "X-Content-Type-Options": "nosniff"}
"""Twilio caches recordings by these headers (https://www.twilio.com/docs/voice/twiml/play). The name of a recording is
the hash of its content."""
REQUESTS_A_SECOND, MOST_AT_ONCE = 40, 80
"""Requests for sounds that one worker answers. A visitor who listens makes one request in about ten seconds."""
RETRY_AFTER = 1
"""Seconds after which a browser may ask again."""
_RETRY_SENTENCE = f"Ask again after {RETRY_AFTER} second. The page continues with captions until then.\n"


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


def add_audio_files(app: FastAPI, root: Path) -> None:
    """Add the recordings of the content at `root` to `app`."""
    files = recording_files(root)

    @app.api_route(AUDIO + "/{name}", methods=["GET", "HEAD"])
    async def audio_file(request: Request) -> Response:
        path = files.get(request.path_params["name"])
        if path is None or not path.is_file():
            return Response(status_code=404, headers={"Cache-Control": "no-store"})
        return FileResponse(path, media_type="audio/wav", headers=RECORDING_HEADERS)


def add_sounds(app: FastAPI, files: SynthesizedFiles, synthesizer: Synthesizer) -> None:
    """Add the sounds to `app`: those of `files`, else those that `synthesizer` can make."""
    limit = RequestLimit(REQUESTS_A_SECOND, MOST_AT_ONCE)

    @app.get("/sound/{name:path}.wav")
    async def sound(request: Request) -> Response:
        if request.headers.get("sec-fetch-site") == "cross-site":
            return _refusal(403, "Other sites may not use the sounds of this page.\n")
        if not limit.allows_one_more():
            return _refusal(429, f"Too many sounds are asked for. {_RETRY_SENTENCE}")
        name = request.path_params["name"]
        path = files.paths.get(name)
        if path and path.is_file():
            return FileResponse(path, media_type="audio/wav", headers=NO_STORE)
        return await _synthesized(synthesizer, name)


async def _synthesized(synthesizer: Synthesizer, name: str) -> Response:
    try:
        return Response(await synthesizer.wav(name), media_type="audio/wav", headers=NO_STORE)
    except KeyError:
        return _refusal(404, "There is no such sound.\n")
    except SynthesisFailed:
        return _refusal(503, f"This sound cannot be made now. {_RETRY_SENTENCE}")


def _refusal(status: int, sentence: str) -> Response:
    retry = {"Retry-After": str(RETRY_AFTER)} if status in (429, 503) else {}
    return PlainTextResponse(sentence, status, {**NO_STORE, **retry})
