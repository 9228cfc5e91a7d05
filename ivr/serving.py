"""Serving: the door on a port. What is answered there, the door decides."""

from collections.abc import Callable

import uvicorn

from ivr import journal
from ivr.app import make_app
from ivr.readiness import Readiness, get_ready
from ivr.settings import Settings


def serve(settings: Settings, host: str, port: int, say: Callable[[str], None]) -> None:
    """Compile, prove, and answer on `host`:`port` until the process is ended."""
    readiness = get_ready(settings)
    for line in announcement(readiness, settings):
        say(line)
    listener = journal.open_journal()
    try:
        uvicorn.run(
            make_app(settings, readiness),
            host=host,
            port=port,
            access_log=False,
            server_header=False,
            log_level="warning",
            timeout_keep_alive=75,
        )
    finally:
        listener.stop()


def announcement(readiness: Readiness, settings: Settings) -> list[str]:
    """What an operator reads at start."""
    built = (
        f"compiled: {readiness.line.built}"
        if readiness.line
        else "the line could not be used: every call gets the last resort"
    )
    state = "ready" if readiness.ready else "NOT READY"
    faults = [f"  {fault}" for fault in readiness.faults]
    return [built, *readiness.notes, *faults, f"{state}: {settings.public_url}/call"]
