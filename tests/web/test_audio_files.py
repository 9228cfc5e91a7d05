"""Recordings at /audio: served with their content type, cacheable, and no other file."""

import asyncio
import shutil
from pathlib import Path

import httpx2
import pytest
from support.options import OPTIONS
from support.recordings import APPLES, BASE, record_text, say_otherwise

from ivr.content.recordings import load_recordings
from ivr.line.compiler import compile_line
from ivr.line.line import Line
from ivr.readiness import Readiness
from ivr.server.app import make_app
from ivr.settings import Settings

pytestmark = pytest.mark.skipif(shutil.which("sox") is None, reason="sox is not on this machine")


def fetch(root: Path, path: str, method: str = "GET", line: Line | None = None, **headers: str) -> httpx2.Response:
    settings = Settings(_env_file=None, ivr_content=root, public_url=BASE, ivr_usage="off")
    line = line or compile_line(root, OPTIONS)
    app = make_app(settings, Readiness(line, line.fallback_document))

    async def asked() -> httpx2.Response:
        async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app=app), base_url=BASE) as client:
            return await client.request(method, path, headers=headers)

    return asyncio.run(asked())


def test_recording_is_served_and_may_be_cached(copied: Path) -> None:
    record_text(copied, "apples")
    folder = copied / "locales" / "es" / "audio"
    (row,) = load_recordings(folder).rows
    answer = fetch(copied, f"/audio/{row.sound.file}")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "audio/wav")
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert answer.content == (folder / row.sound.file).read_bytes()
    assert fetch(copied, f"/audio/{row.sound.file}", "HEAD").status_code == 200
    assert fetch(copied, f"/audio/{row.sound.file}", range="bytes=0-9").content == answer.content[:10]


def test_recording_of_the_last_release_is_still_served(copied: Path) -> None:
    record_text(copied, "apples")
    (row,) = load_recordings(copied / "locales" / "es" / "audio").rows
    say_otherwise(copied, APPLES, "Manzanas. Son muy rojas.")
    (copied / "locales" / "es" / "audio" / "recordings.toml").unlink()
    assert fetch(copied, f"/audio/{row.sound.file}").status_code == 200


@pytest.mark.parametrize("name", ["0123456789abcdef0123.wav", "recordings.toml", "..%2f..%2flocale.toml", ""])
def test_other_files_are_not_served(copied: Path, name: str) -> None:
    record_text(copied, "apples")
    assert fetch(copied, f"/audio/{name}").status_code == 404
