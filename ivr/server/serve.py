"""`ivr serve`: compiles and proves the line once; then gunicorn's workers answer with it until the process ends.

Content and settings are read at the start alone: new texts and new settings need a new start.
"""

import gc
import socket
import tempfile
from contextlib import suppress
from functools import partial
from pathlib import Path

from gunicorn.systemd import listen_fds

from ivr.errors import OperationFailed
from ivr.readiness import Readiness, readiness_of
from ivr.server.app import make_app
from ivr.server.http_limits import raise_file_limit
from ivr.server.master import Master, gunicorn_settings
from ivr.server.metrics import MetricsEndpoint, prepare_metrics_folder
from ivr.server.process import disable_core_dumps, ignore_signals, open_standard_streams, print_lines
from ivr.server.webhook import Webhook
from ivr.server.worker import GunicornApplication
from ivr.settings import Settings
from ivr.usage.counter import UsageCounter
from ivr.usage.store import store_of

BACKLOG = 2048
"""Connections that wait in the kernel to be accepted."""
EVERY_ADDRESS = "::"
"""The host that means every address of this machine, of IPv6 and IPv4 (`_listen`)."""
SHARED_MEMORY = Path("/dev/shm")
"""A file system in memory (Linux). On a disk that is slow or full, the heartbeat would stop."""


def serve(settings: Settings, host: str, port: int, workers: int) -> None:
    """Answer on `host`:`port`, or on the sockets that systemd passes, until the process ends.

    Raises OperationFailed if the port is taken or there is no temporary folder.
    """
    gc.disable()  # until the line is compiled: each collection would go through all of it
    ignore_signals()
    disable_core_dumps()
    open_standard_streams()
    raise_file_limit()
    readiness = readiness_of(settings)
    gc.collect()  # the proofs leave about 4 MB of garbage for each language
    bind = [] if listen_fds(unset_environment=False) else [f"fd://{_listen(host, port).detach()}"]
    print_lines(announcement(readiness, settings))
    memory = memory_folder()
    endpoint = _metrics_endpoint(settings, memory, workers, readiness)
    application = GunicornApplication(
        partial(_load, settings, readiness, endpoint), gunicorn_settings(workers, bind, memory, endpoint), endpoint
    )
    master = Master(application)  # loads the application, with `_load`
    gc.freeze()  # the workers share this memory: a collection in one of them would copy it
    gc.enable()
    master.run()


def _load(settings: Settings, readiness: Readiness, endpoint: MetricsEndpoint | None) -> Webhook:
    """The application, with everything loaded that a worker needs. Prints the notes about its pages."""
    usage = store_of(settings)
    metrics = endpoint.metrics if endpoint else None
    on_failure = partial(metrics.add, "ivr_usage_failures") if metrics else None
    counter = UsageCounter(usage, on_failure=on_failure, period_length=settings.ivr_usage_period) if usage else None
    application = make_app(settings, readiness, counter, metrics)
    print_lines(note for note in application.notes if note not in readiness.notes)  # the others are printed already
    return application


def _metrics_endpoint(settings: Settings, parent: Path, workers: int, readiness: Readiness) -> MetricsEndpoint | None:
    """The endpoint of the metrics; None if they are off or cannot be served, which must not stop the line."""
    if settings.metrics is None:
        return None
    try:
        listening = _listen(*settings.metrics)
        return MetricsEndpoint(listening, prepare_metrics_folder(parent, *settings.metrics, workers), readiness)
    except (OSError, OperationFailed) as error:
        print_lines([f"The line runs without metrics: {error}"])
        return None


def memory_folder() -> Path:
    """A folder in shared memory, or a temporary one if the system has no shared memory. Raises OperationFailed."""
    for folder in (SHARED_MEMORY, None):  # None is the temporary folder
        with suppress(OSError):
            tempfile.TemporaryFile(dir=folder).close()
            return folder or Path(tempfile.gettempdir())
    raise OperationFailed(
        f"No folder can be written for the workers' heartbeat: expected {SHARED_MEMORY} or a temporary folder."
    )


def _listen(host: str, port: int) -> socket.socket:
    """A listening socket at `host`:`port`. On a machine without IPv6, EVERY_ADDRESS means every IPv4 address.

    https://docs.python.org/3/library/socket.html#socket.create_server
    """
    both = host == EVERY_ADDRESS and socket.has_dualstack_ipv6()
    address = "0.0.0.0" if host == EVERY_ADDRESS and not both else host
    try:
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        return socket.create_server((address, port), family=family, backlog=BACKLOG, dualstack_ipv6=both)
    except OSError as error:
        raise OperationFailed(
            f"{host} port {port} cannot be listened on ({error.strerror}). Is the line running?"
        ) from None


def announcement(readiness: Readiness, settings: Settings) -> list[str]:
    """The lines that an operator reads at start."""
    first_row = (
        f"compiled: {readiness.line.stats}"
        if readiness.line
        else "the line cannot be used: every call gets the fallback document"
    )
    state = "ready" if readiness.ready else "SERVING, NOT READY" if readiness.serving else "NOT READY"
    faults = [f"  {fault}" for fault in (*readiness.faults, *readiness.layer_faults, *readiness.language_faults)]
    addresses = [f"page: {settings.public_url}/", f"{state}: {settings.public_url}/call"]
    return [first_row, *readiness.notes, *faults, *addresses]
