"""One worker: a process that gunicorn forks from the compiled line, and that answers with uvicorn.

The heartbeat is a task of the event loop, so it stops where the loop hangs. Every HEARTBEAT_INTERVAL it

- sets the time of the worker's file, which the master looks at (`ivr.server.master`), on the monotonic clock: uvicorn's
  own notification compares wall-clock times and stays away for an hour when the clock is set back by one;
- sets an alarm of the kernel, which ends the process if no heartbeat follows: a worker that hangs does not outlive a
  master that was killed;
- looks whether the master is still the parent, and stops the worker where it is not.
"""

import asyncio
import ctypes
import logging
import os
import select
import signal
import socket
import time
from contextlib import suppress
from typing import Any

import uvicorn
from uvicorn_worker import UvicornWorker

from ivr import log
from ivr.server.application import Application
from ivr.server.http_limits import BoundedProtocol
from ivr.server.metrics import MetricsEndpoint, metrics_app
from ivr.server.signals import ignore_signals

HEARTBEAT_INTERVAL = 0.5
"""Seconds between two heartbeats."""
HEARTBEAT_TIMEOUT = 4
"""Seconds without a heartbeat after which a worker is killed. The master looks once a second: it is replaced within
five."""
ACCEPT_DRAIN = 0.5
"""Seconds at most in which a worker that stops accepts waiting connections. Later ones are reset; with systemd's socket
they wait for the next start."""
ANSWER_TIMEOUT = 1.2
"""Seconds in which a worker that stops answers the requests that have begun to arrive."""
ORPHAN_TIMEOUT = 3.0
"""Seconds after which a worker whose master has ended is killed by the kernel."""
MAX_METRICS_CONNECTIONS = 8
"""Connections to the metrics address at once, so that enough remain for calls."""
_PR_SET_PDEATHSIG = 1


UVICORN_SETTINGS: dict[str, Any] = {
    "http": BoundedProtocol,
    "ws": "none",
    "loop": "auto",  # uvloop where it is installed
    "log_config": None,
    "access_log": False,
    "server_header": False,
    "proxy_headers": False,
    "timeout_graceful_shutdown": ANSWER_TIMEOUT,
    "callback_notify": None,
}
"""How uvicorn is used, beside what gunicorn's settings say: https://uvicorn.dev/settings/."""


class LineWorker(UvicornWorker):
    """gunicorn's worker. The master makes it, and loads all that it needs before the fork: it opens no file."""

    CONFIG_KWARGS = UVICORN_SETTINGS
    app: Application
    slot = 0
    """The number among the living workers, from 1: a worker that replaces another one gets its slot."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.born = time.monotonic()
        self.config.app = self.app.wsgi()
        self.config.load()
        self.config.get_loop_factory()
        self.notify()  # the first heartbeat: a worker that hangs before its own first one is killed too

    def init_signals(self) -> None:
        """Stop on SIGTERM; ignore the signals that the master ignores too."""
        super().init_signals()
        ignore_signals()

    def run(self) -> None:
        """Answer until SIGTERM, then end the process at once: its exit handlers are those of the master."""
        _wake_when_the_master_dies()
        writer, status = log.open_log(every_logger=True), 1
        try:
            super().run()
            status = 0
        except BaseException:
            logging.getLogger("ivr").exception("")
        finally:
            writer.stop()
            os._exit(status)

    async def _serve(self) -> None:
        await LineServer(self).serve(self.sockets)


class LineServer(uvicorn.Server):
    """uvicorn's server with the heartbeat, and with a stop that loses no request."""

    def __init__(self, worker: LineWorker) -> None:
        super().__init__(worker.config)
        self._worker = worker

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Listen. The heartbeat begins before the application does."""
        self._heartbeat = asyncio.create_task(self._beat())
        await super().startup(sockets)
        if endpoint := self._worker.app.endpoint:
            with suppress(OSError):  # metrics that cannot be served cost no call
                self.servers.append(await self._serve_metrics(endpoint))

    async def _serve_metrics(self, endpoint: MetricsEndpoint) -> asyncio.Server:
        """Answer on the metrics address."""
        endpoint.metrics.use_slot(self._worker.slot)
        config = uvicorn.Config(metrics_app(endpoint.metrics), **UVICORN_SETTINGS)
        config.load()

        def connected() -> MetricsProtocol:
            return MetricsProtocol(config, self.server_state, {})

        return await asyncio.get_running_loop().create_server(connected, sock=endpoint.listening)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Accept the waiting connections, then stop accepting; answer the requests that have arrived."""
        with suppress(TimeoutError):
            async with asyncio.timeout(ACCEPT_DRAIN):
                while select.select(sockets or [], [], [], 0)[0]:
                    await asyncio.sleep(0.001)
        await super().shutdown(sockets)

    def handle_exit(self, *_: object) -> None:
        """Stop when all is answered. uvicorn would raise the signal again afterwards, which ends the process."""
        self.should_exit = True

    async def _beat(self) -> None:
        while os.getppid() == self._worker.ppid:
            self._worker.notify()
            signal.setitimer(signal.ITIMER_REAL, HEARTBEAT_TIMEOUT)
            await asyncio.sleep(HEARTBEAT_INTERVAL)
        self.should_exit = True
        signal.setitimer(signal.ITIMER_REAL, ORPHAN_TIMEOUT)


class MetricsProtocol(BoundedProtocol):
    """HTTP on the metrics address: the bounds of a call's requests, and few connections."""

    _connections = 0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """A connection: one too many is closed."""
        super().connection_made(transport)
        MetricsProtocol._connections += 1
        if MetricsProtocol._connections > MAX_METRICS_CONNECTIONS:
            transport.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        """The connection is closed."""
        MetricsProtocol._connections -= 1
        super().connection_lost(exc)


def _wake_when_the_master_dies() -> None:
    """Resume a stopped worker when its master dies, so that its alarm can end it. Linux only.

    https://man7.org/linux/man-pages/man2/pr_set_pdeathsig.2const.html
    """
    with suppress(OSError, AttributeError, ValueError):
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGCONT, 0, 0, 0)
