"""Recordings, handed out: every sound file under locales/, whether or not a text of this release still needs it.

A call that began on the last release goes on hearing what it was promised. A name is the hash of what is in the file,
so a copy may be kept for ever. Who fetches one is not noted.
"""

from pathlib import Path

from fastapi import FastAPI, Request, Response
from fastapi.responses import FileResponse

from ivr.call.urls import AUDIO
from ivr.content.recordings import FILE

HEADERS = {"Cache-Control": "public, max-age=31536000, immutable", "X-Content-Type-Options": "nosniff"}
"""Twilio keeps what may be kept: https://www.twilio.com/docs/voice/twiml/play."""


def add_audio(app: FastAPI, root: Path) -> None:
    """Add the recordings of the content under `root` to `app`."""
    files = {path.name: path for path in root.glob("locales/*/audio/*.wav") if FILE.fullmatch(path.name)}

    @app.api_route(AUDIO + "/{name}", methods=["GET", "HEAD"])
    async def audio(request: Request) -> Response:
        path = files.get(request.path_params["name"])
        if path is None or not path.is_file():
            return Response(status_code=404, headers={"Cache-Control": "no-store"})
        return FileResponse(path, media_type="audio/wav", headers=HEADERS)
