"""Serving: the door on a port, by workers forked from one compiled line. What is answered there, the door decides."""

import asyncio
import ctypes
import gc
import os
import resource
import select
import socket
import sys
from collections.abc import Callable, Iterable
from contextlib import suppress
from functools import partial

import uvicorn

from ivr import __version__, log
from ivr.errors import LineError, OperationFailed
from ivr.readiness import Readiness, get_ready
from ivr.server.app import make_app
from ivr.server.garbage import nothing_collected
from ivr.server.http_limits import BoundedProtocol
from ivr.server.metrics import Figures, Watched
from ivr.server.metrics_endpoint import Watching, open_metrics
from ivr.server.supervisor import FINISHING, SIGN, Work, Workers, show_life
from ivr.server.webhook import Webhook
from ivr.settings import Settings, read_settings
from ivr.usage.counter import UsageCounter
from ivr.usage.store import store_of

WORKERS = 2
"""One answers while the other is replaced."""
KEPT_OPEN = 75
"""Seconds that a connection waits for its next request."""
TAKING_IN = 0.5
"""Seconds at most in which connections that wait are taken in, when the line is told to stop: the rest are reset."""
_PR_SET_DUMPABLE = 4


def serve(settings: Settings, host: str, port: int, say: Callable[[str], None], workers: int = WORKERS) -> None:
    """Compile, prove, and answer on `host`:`port` until the process ends. Raises OperationFailed: port taken."""
    _leave_nothing_behind()
    readiness = get_ready(settings)
    _tell(say, announcement(readiness, settings))
    with _listening(host, port) as listening:
        watching = _watching(settings)
        work = _work(listening, settings, readiness, watching)
        Workers(work, workers, partial(_renewed, listening, say, watching)).run(stopping=listening.close)


def _leave_nothing_behind() -> None:
    """No memory of a call goes to the disk when a process dies, and no log into a file that is none."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    with suppress(
        OSError, AttributeError, ValueError
    ):  # Linux alone: https://man7.org/linux/man-pages/man2/prctl.2.html
        ctypes.CDLL(None).prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)
    for stream in range(3):  # where one is closed, the next file to be opened would take its place
        try:
            os.fstat(stream)
        except OSError:
            os.open(os.devnull, os.O_RDWR)


def _listening(host: str, port: int) -> socket.socket:
    try:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        return socket.create_server((host, port), family=family, backlog=2048)
    except OSError as error:
        raise OperationFailed(
            f"{host} port {port} cannot be listened on ({error.strerror}). Is the line running?"
        ) from None


def _watching(settings: Settings) -> Watching | None:
    """The metrics, where an operator wants them."""
    if settings.metrics is None:
        return None
    return Watching(Figures(), _listening(*settings.metrics))


def _work(listening: socket.socket, settings: Settings, readiness: Readiness, watching: Watching | None = None) -> Work:
    """What one worker does, with everything loaded that it needs: it shares it with its parent, and opens no file."""
    usage = store_of(settings)
    figures = watching.figures if watching else None
    counts = UsageCounter(Watched(usage, figures) if figures else usage) if usage else None
    with nothing_collected():
        config = configuration(make_app(settings, readiness, counts, figures))
        config.load()
        config.get_loop_factory()
    return partial(_answer, listening, config, watching, readiness.ready)


def _answer(
    listening: socket.socket, config: uvicorn.Config, watching: Watching | None, ready: bool, signs: int
) -> None:
    """Answer until told to stop."""
    listener = log.open_journal(every_logger=True)
    try:
        _Server(config, signs, watching, ready).run([listening])
    finally:
        listener.stop()


def configuration(door: Webhook) -> uvicorn.Config:
    """How uvicorn is used: the strict parser, bounded; no log of its own."""
    return uvicorn.Config(
        door,
        http=BoundedProtocol,
        ws="none",
        loop="auto",  # uvloop where it is installed
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_keep_alive=KEPT_OPEN,
        timeout_graceful_shutdown=FINISHING,
    )


class _Server(uvicorn.Server):
    """uvicorn's server, which shows that its event loop lives, and the figures to whoever may see them."""

    def __init__(self, config: uvicorn.Config, signs: int, watching: Watching | None, ready: bool) -> None:
        super().__init__(config)
        self._signs, self._watching, self._ready = signs, watching, ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Listen, and show signs of life from now to the end."""
        await super().startup(sockets)
        with suppress(OSError):  # figures that cannot be shown cost no call
            await self._show_figures()
        self._life = asyncio.create_task(self._live())

    async def _show_figures(self) -> None:
        if self._watching:
            figures, listening = self._watching
            figures.claim()
            self._figures = await open_metrics(listening, partial(figures.text, self._ready, __version__))

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Told to stop: take in whoever has come already, and none after them."""
        with suppress(TimeoutError):
            async with asyncio.timeout(TAKING_IN):
                while select.select(sockets or [], [], [], 0)[0]:
                    await asyncio.sleep(0.001)
        await super().shutdown(sockets)

    async def _live(self) -> None:
        while True:
            show_life(self._signs)
            await asyncio.sleep(SIGN)

    def handle_exit(self, *_: object) -> None:
        """Told to stop: the worker ends by itself when all is answered, not by the signal."""
        self.should_exit = True


def _renewed(listening: socket.socket, say: Callable[[str], None], watching: Watching | None) -> Work | None:
    """Work with settings and content as they are now; None, with the reasons said, where they cannot be used."""
    gc.unfreeze()
    gc.collect()  # the work before this one
    try:
        settings = read_settings()
        readiness = get_ready(settings)
    except LineError as error:
        told, work = ["NOT RENEWED:", str(error)], None
    else:
        told = announcement(readiness, settings)
        work = _work(listening, settings, readiness, watching) if readiness.ready else None
    _tell(say, [*told, *([] if work else ["the line goes on as it was"])])
    return work


def _tell(say: Callable[[str], None], lines: Iterable[str]) -> None:
    """Say it where it is read: a full disk or a pipe that nobody empties keeps no line from starting."""
    for line in lines:
        with suppress(OSError, ValueError):
            if sys.stdout and select.select([], [sys.stdout], [], 0)[1]:
                say(line)


def announcement(readiness: Readiness, settings: Settings) -> list[str]:
    """What an operator reads at start."""
    built = (
        f"compiled: {readiness.line.stats}"
        if readiness.line
        else "the line could not be used: every call gets the last resort"
    )
    state = "ready" if readiness.ready else "NOT READY"
    faults = [f"  {fault}" for fault in readiness.faults]
    return [built, *readiness.notes, *faults, f"{state}: {settings.public_url}/call"]
