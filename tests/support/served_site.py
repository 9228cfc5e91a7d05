"""Serves a line with its pages on a port of this machine, in a thread."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from unittest.mock import patch

import uvicorn

from ivr.errors import Fault
from ivr.line.line import Line
from ivr.readiness import Readiness
from ivr.server.app import make_app
from ivr.settings import Settings


@contextmanager
def served(
    line: Line, mute: bool = False, token: str = "try-" + "0" * 32, faults: tuple[Fault, ...] = ()
) -> Iterator[str]:
    """Serves the line on a port of this machine and yields the address; `mute`: as if no voice were installed.

    With the default `token` the line is tried out: its pages offer outcomes and draft pages. With `faults` the line
    cannot be used.
    """
    given = {"twilio_auth_token": token, "public_url": line.options.public_url}
    settings = Settings(_env_file=None, ivr_content=line.content.root, **given)
    with patch("ivr.speech.programs.shutil.which", return_value=None) if mute else nullcontext():
        app = make_app(settings, Readiness(None if faults else line, line.fallback_document, faults))
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="error", lifespan="off"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        thread.join(0.02)
    try:
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(5)
