"""The master: the process that loads the compiled line, forks the workers, watches them and replaces them.

gunicorn does this work, with the settings of `gunicorn_settings`. `Master` differs from gunicorn in five ways, each of
which saves calls:

- Signals that reload or restart are ignored (`ivr.server.process`).
- If a worker cannot be forked or ends at its start, a new worker is started after RESTART_DELAY. gunicorn would end the
  whole line, although the other workers can answer.
- A worker without a heartbeat is killed at once. gunicorn would send SIGABRT first and wait another second.
- A stop is timed on the monotonic clock. gunicorn would use the wall clock: a clock that is set forward ends the stop.
- gunicorn's log is not written. If the pipe behind it is full, a write would block the master.
"""

import shutil
import signal
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from gunicorn.arbiter import Arbiter
from gunicorn.config import Config
from gunicorn.glogging import Logger

from ivr.server.metrics import MetricsEndpoint
from ivr.server.process import print_lines
from ivr.server.worker import HEARTBEAT_TIMEOUT, GunicornApplication, LineWorker

KEEP_ALIVE = 75
"""Seconds that a connection waits for its next request."""
GRACEFUL_TIMEOUT = 2
"""Seconds in which the workers finish after SIGTERM: an answer takes milliseconds."""
RESTART_DELAY = 1.0
"""Seconds between a failed start of a worker and the next try. A worker that ends within this time after its fork has
failed at its start: on a busy machine the failure itself takes a part of a second."""
STOP_POLL = 0.02
"""Seconds between two checks whether the workers have ended."""
UNUSED_STATUS = -1
"""No process exits with this status. gunicorn's arbiter ends when a worker exits with WORKER_BOOT_ERROR or
APP_LOAD_ERROR: with this value for both, the arbiter does not end."""


class SilentLog(Logger):
    """gunicorn's log, dropped."""

    def setup(self, cfg: Config) -> None:
        """Drop all records; `cfg` is ignored."""
        self.cfg = cfg
        self.error_log.disabled = self.access_log.disabled = True


def gunicorn_settings(
    workers: int, bind: Sequence[str], folder: Path, endpoint: MetricsEndpoint | None = None
) -> Mapping[str, object]:
    """gunicorn's settings by name (https://gunicorn.org/reference/settings/): {"workers": 2, …}.

    `bind` are addresses to listen on ("fd://3"), empty for systemd's sockets. The files of the heartbeat are in
    `folder`.
    """
    return {
        "bind": list(bind),
        "workers": workers,
        "worker_class": LineWorker,
        "worker_tmp_dir": str(folder),
        "preload_app": True,
        "timeout": HEARTBEAT_TIMEOUT,
        "graceful_timeout": GRACEFUL_TIMEOUT,
        "keepalive": KEEP_ALIVE,
        "control_socket_disable": True,
        "logger_class": SilentLog,
        "raw_env": [f"PROMETHEUS_MULTIPROC_DIR={endpoint.folder}"] if endpoint else [],
        "pre_fork": _assign_slot,
        "child_exit": _worker_ended,
        "on_exit": _remove_metrics,
    }


def _assign_slot(master: Arbiter, worker: LineWorker) -> None:
    """Called by the master before a fork: gives the worker the lowest slot, from 1, that no living worker has."""
    taken = {living.slot for living in master.WORKERS.values() if isinstance(living, LineWorker)}
    worker.slot = min(set(range(1, len(taken) + 2)) - taken)


def _remove_metrics(master: Arbiter) -> None:
    """Called by the master at its end: removes the files of the metrics."""
    if isinstance(master.app, GunicornApplication) and master.app.endpoint:
        shutil.rmtree(master.app.endpoint.folder, ignore_errors=True)


def _worker_ended(master: "Master", worker: LineWorker) -> None:
    """Called by the master when a worker has ended: reports it; if it failed at its start, delays the next one."""
    if master.LISTENERS:  # there is none while the line stops
        print_lines([f"worker {worker.pid} has ended: a new worker takes its place"])
    if time.monotonic() - worker.started_at < RESTART_DELAY:
        master.delay_next_start()


class Master(Arbiter):
    """gunicorn's arbiter, with the differences that the top of this file names."""

    SIGNALS = [signal.SIGTERM, signal.SIGINT, signal.SIGQUIT]  # noqa: RUF012  the type is gunicorn's
    WORKER_BOOT_ERROR = APP_LOAD_ERROR = UNUSED_STATUS
    handle_int = handle_quit = Arbiter.handle_term
    _start_after = 0.0

    def delay_next_start(self) -> None:
        """Start no worker for RESTART_DELAY."""
        self._start_after = time.monotonic() + RESTART_DELAY

    def spawn_workers(self) -> None:
        """Start the workers that are missing. If a start fails, the other workers continue."""
        if time.monotonic() < self._start_after:
            return
        try:
            super().spawn_workers()
        except Exception as error:  # no process, file or memory is available; only the master gets here
            print_lines([f"a worker could not be started ({error!r}): the next try is in {RESTART_DELAY:.0f} s"])
            self.delay_next_start()

    def murder_workers(self) -> None:
        """Kill each worker whose heartbeat has stopped."""
        for pid, worker in list(self.WORKERS.items()):
            if time.monotonic() - worker.tmp.last_update() > self.timeout:
                print_lines([f"worker {pid} has had no heartbeat for {self.timeout} s: it is killed"])
                self.kill_worker(pid, signal.SIGKILL)

    def stop(self, graceful: bool = True) -> None:  # noqa: ARG002  every stop is graceful
        """Let the workers finish, for GRACEFUL_TIMEOUT at most."""
        while self.LISTENERS:
            self.LISTENERS.pop().close()
        deadline = time.monotonic() + self.cfg.graceful_timeout
        self.kill_workers(signal.SIGTERM)
        while self.WORKERS and time.monotonic() < deadline:
            self.reap_workers()
            time.sleep(STOP_POLL)
        self.kill_workers(signal.SIGKILL)
        self.reap_workers()
