"""Serves the recordings: every sound file under locales/, whether or not a text of this release still uses it.

So a call that began on the last release still gets the recordings that its documents name. The name of a file is the
hash of its content, so it may be cached without an expiry date. Requests for recordings are not logged.
"""

from pathlib import Path

from fastapi import FastAPI, Request, Response
from fastapi.responses import FileResponse

from ivr.call.urls import AUDIO
from ivr.content.layer import recording_files

HEADERS = {"Cache-Control": "public, max-age=31536000, immutable", "X-Content-Type-Options": "nosniff"}
"""Twilio caches recordings by these headers: https://www.twilio.com/docs/voice/twiml/play."""


def add_audio_files(app: FastAPI, root: Path) -> None:
    """Add the recordings of the content at `root` to `app`, as `/audio/<name>.wav`."""
    files = recording_files(root)

    @app.api_route(AUDIO + "/{name}", methods=["GET", "HEAD"])
    async def audio_file(request: Request) -> Response:
        path = files.get(request.path_params["name"])
        if path is None or not path.is_file():
            return Response(status_code=404, headers={"Cache-Control": "no-store"})
        return FileResponse(path, media_type="audio/wav", headers=HEADERS)
