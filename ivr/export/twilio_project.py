"""Writes a line as a project for Twilio's serverless toolkit: the line is data, and one function answers calls.

    functions/call.protected.js           the function; Twilio verifies the signature of each request
    assets/line.private.txt               the line with its TwiML, without `prompts`, compressed: at most 10 MB
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
from collections.abc import Mapping
from pathlib import Path

from ivr.export.files import TELEPHONE_FILE, to_bytes, without_prompts, without_twiml, write_files
from ivr.export.format import ExportedLine

TEMPLATE = Path(__file__).parent / "twilio"
"""The files that are the same for every line."""


def write_project(line: ExportedLine, report: Mapping[str, object], audio: Mapping[str, Path], folder: Path) -> None:
    """Write the project into `folder`, which may hold an earlier one.

    `line` has the line's own number and PUBLIC_URL_PLACEHOLDER in its TwiML. `report` is the report of
    /health/ready. `audio` has the file of each recording by its name ("0f3c….wav").
    """
    shutil.copytree(TEMPLATE, folder, ignore=shutil.ignore_patterns("node_modules", ".env"), dirs_exist_ok=True)
    assert line.documents, "a line without TwiML cannot answer calls"
    fallback = line.documents.fallback.encode()
    assets = {
        "line.private.txt": base64.b64encode(gzip.compress(to_bytes(without_prompts(line)), mtime=0)),
        "fallback-document.private.xml": fallback,
        "fallback.xml": fallback,
        TELEPHONE_FILE: to_bytes(without_twiml(line)),
        "health/ready": json.dumps(report, ensure_ascii=False).encode(),
    }
    write_files(folder / "assets", assets | {f"audio/{name}": file for name, file in audio.items()})
