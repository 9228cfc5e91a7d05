"""The application that gunicorn loads, and one worker: a process that it forks, and that answers with uvicorn.

The heartbeat is a task of the event loop, so it stops where the loop hangs. Every HEARTBEAT_INTERVAL it

- sets the time of the worker's file, which the master checks (`ivr.server.master`), by the monotonic clock: uvicorn's
  own notification uses the wall clock and would pause for an hour when that clock is set back by an hour;
- sets an alarm of the kernel, which ends the process if no heartbeat follows, even if the master was killed;
- checks that the master is still the parent process, and stops the worker if it is not.
"""

import asyncio
import logging
import os
import select
import signal
import socket
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import partial
from typing import Any

import uvicorn
from gunicorn.app.base import BaseApplication
from uvicorn_worker import UvicornWorker

from ivr import log
from ivr.server.http_limits import BoundedProtocol
from ivr.server.metrics import MetricsEndpoint, metrics_app
from ivr.server.process import ignore_signals, set_signal_at_death_of_parent

HEARTBEAT_INTERVAL = 0.5
"""Seconds between two heartbeats."""
HEARTBEAT_TIMEOUT = 4
"""Seconds without a heartbeat after which a worker is killed. The master looks once a second, so the worker is replaced
within five."""
ACCEPT_DRAIN = 0.5
"""Seconds, at most, for which a worker that stops still accepts the connections that wait in the kernel. Connections
after that are reset, or, with systemd's socket, wait for the next start."""
ANSWER_TIMEOUT = 1.2
"""Seconds in which a worker that stops answers the requests that have begun to arrive."""
ORPHAN_TIMEOUT = 3.0
"""Seconds after which a worker whose master has ended is killed by the kernel."""
MAX_METRICS_CONNECTIONS = 8
"""Connections to the metrics address at once, so that enough remain for calls."""


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
"""uvicorn's settings that gunicorn's do not set: https://uvicorn.dev/settings/."""


class GunicornApplication(BaseApplication):
    """The ASGI application that `load` returns, and gunicorn's `settings` for it, by name.

    `endpoint` is the metrics endpoint of the workers; None if metrics are off.
    """

    def __init__(
        self, load: Callable[[], Any], settings: Mapping[str, object], endpoint: MetricsEndpoint | None = None
    ) -> None:
        self._load, self._settings, self.endpoint = load, settings, endpoint
        super().__init__()

    def load_config(self) -> None:
        """Take the given settings only: gunicorn reads no file and no command line."""
        for name, value in self._settings.items():
            self.cfg.set(name, value)

    def load(self) -> Any:
        """Called once by gunicorn, in the master: the workers are forked with the application that it returns."""
        return self._load()


class LineWorker(UvicornWorker):
    """gunicorn's worker. The master makes it before the fork with all that it needs, so that it opens no file later."""

    CONFIG_KWARGS = UVICORN_SETTINGS
    app: GunicornApplication
    slot = 0
    """The number of this worker among the living ones, from 1. A new worker gets the slot of one that has ended."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.started_at = time.monotonic()
        self.config.app = self.app.wsgi()
        self.config.load()
        self.config.get_loop_factory()  # imports the event loop
        self.notify()  # a first heartbeat from the master: a worker that hangs before its own is killed too

    def init_signals(self) -> None:
        """Stop on SIGTERM; ignore the signals that the master ignores too."""
        super().init_signals()
        ignore_signals()

    def run(self) -> None:
        """Answer until SIGTERM, then end the process at once, without the exit handlers, which are the master's."""
        # When the master ends, a suspended worker must resume, so that its alarm can end it.
        set_signal_at_death_of_parent(signal.SIGCONT)
        log_writer, exit_status = log.open_log(every_logger=True), 1
        try:
            super().run()
            exit_status = 0
        except BaseException:
            logging.getLogger("ivr").exception("")
        finally:
            log_writer.stop()
            os._exit(exit_status)

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
        endpoint.metrics.worker_started(self._worker.slot)
        config = uvicorn.Config(metrics_app(endpoint.metrics), **UVICORN_SETTINGS)
        config.load()
        connected = partial(MetricsProtocol, config, self.server_state, {})
        return await asyncio.get_running_loop().create_server(connected, sock=endpoint.socket)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Accept the waiting connections, then stop accepting; answer the requests that have arrived."""
        with suppress(TimeoutError):
            async with asyncio.timeout(ACCEPT_DRAIN):
                while select.select(sockets or [], [], [], 0)[0]:
                    await asyncio.sleep(0.001)
        await super().shutdown(sockets)

    def handle_exit(self, *_: object) -> None:
        """Stop when every request is answered. uvicorn's own handler would raise the signal again at the end."""
        self.should_exit = True

    async def _beat(self) -> None:
        while os.getppid() == self._worker.ppid:
            self._worker.notify()
            signal.setitimer(signal.ITIMER_REAL, HEARTBEAT_TIMEOUT)
            await asyncio.sleep(HEARTBEAT_INTERVAL)
        self.should_exit = True
        signal.setitimer(signal.ITIMER_REAL, ORPHAN_TIMEOUT)


class MetricsProtocol(BoundedProtocol):
    """HTTP on the metrics address: the same limits, and at most MAX_METRICS_CONNECTIONS."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        if sum(isinstance(connection, MetricsProtocol) for connection in self.connections) > MAX_METRICS_CONNECTIONS:
            transport.abort()
