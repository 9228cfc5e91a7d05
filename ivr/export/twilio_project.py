"""Writes a line as a project for Twilio's serverless toolkit: the line is data, and one function answers calls.

    functions/call.protected.js           the function; Twilio verifies the signature of each request
    assets/line.private.txt               the line without its texts, compressed: Twilio allows 10 MB
    assets/fallback-document.private.xml  sent by the function if it cannot use the line
    assets/fallback.xml                   the same for a fallback URL
    assets/health/ready, telephone.json   what a running line shows there; `ivr check --against` reads both
    assets/audio/                         recordings
    package.json, package-lock.json, .npmrc, README.md

https://www.twilio.com/docs/labs/serverless-toolkit, limits: https://www.twilio.com/docs/runtime/functions-assets-api
"""

import base64
import gzip
import json
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path

from ivr.export.files import TELEPHONE_FILE, to_bytes, without_prompts, without_twiml
from ivr.export.format import ExportedLine

TEMPLATE = Path(__file__).parent / "twilio"
"""The files that are the same for every line."""


def write_project(line: ExportedLine, report: Mapping[str, object], audio: Mapping[str, Path], folder: Path) -> None:
    """Write the project into `folder`, which may hold an earlier one.

    `line` has the line's own number and PUBLIC_URL_PLACEHOLDER in its TwiML. `report` is the report of
    /health/ready. `audio` has the file of each recording by its name ("0f3c….wav").
    """
    shutil.copytree(TEMPLATE, folder, ignore=shutil.ignore_patterns("node_modules", ".env"), dirs_exist_ok=True)
    assets = folder / "assets"
    for subfolder in ("health", "audio"):
        (assets / subfolder).mkdir(parents=True, exist_ok=True)
    for path, content in _assets(line, report):
        (assets / path).write_bytes(content)
    for name, file in audio.items():
        shutil.copyfile(file, assets / "audio" / name)


def _assets(line: ExportedLine, report: Mapping[str, object]) -> Iterator[tuple[str, bytes]]:
    assert line.documents, "a line without TwiML cannot answer calls"
    fallback = line.documents.fallback.encode()
    yield "line.private.txt", base64.b64encode(gzip.compress(to_bytes(without_prompts(line)), mtime=0))
    yield "fallback-document.private.xml", fallback
    yield "fallback.xml", fallback
    yield TELEPHONE_FILE, to_bytes(without_twiml(line))
    yield "health/ready", json.dumps(report, ensure_ascii=False).encode()
