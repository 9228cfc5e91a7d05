"""Metrics for Prometheus: totals since the start, over all workers, without callers and nodes.

A language appears only as the label of a state ("Spanish is withheld"), and no count has it as a label.

prometheus_client keeps the counts in files, in a folder in shared memory: each worker writes to its own files, and the
worker that Prometheus asks reads all files. This module adds three things:

- A worker's files are named by its slot, not by its process id. A new worker continues the files of the worker that it
  replaces, so that totals do not fall and the folder does not grow.
- The files have their full size from the start. If a file grew while the shared memory is full, the worker that writes
  to the file would be killed (SIGBUS).
- The library is imported only if metrics are on: the import takes a sixth of a second.

The metrics have their own socket; PUBLIC_URL does not show them.
"""

import errno
import os
import socket
import stat
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Literal, get_args

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route, Router
from starlette.types import ASGIApp

from ivr import __version__, log
from ivr.call.state import CallEnded, DialEnded, DialOutcome, Event, Key, NoKey, Outdated, Ring
from ivr.readiness import Readiness

if TYPE_CHECKING:
    from prometheus_client.metrics_core import Metric

BUCKETS = (0.001, 0.01, 0.1, 1.0)
"""Seconds: the limits of the histogram of answer times."""
FILE_BYTES = 1 << 16
"""Size of a new file of prometheus_client. All our metrics take a tenth of it."""
MASTER_SLOT = 0
"""The slot of the master. A slot is the number of a worker among the living ones, from 1."""
EVENT_NAMES: Mapping[type[Event], log.Counted] = {
    Ring: "ring", Key: "key", NoKey: "silence", CallEnded: "ended", Outdated: "outdated",
}  # fmt: skip
"""The name of each event in the metrics and in the log. The end of a dial is counted by its outcome.

"silence" is a request without a key. A caller who presses no key sends no request, and is not counted.
"""

REQUESTS = ("ivr_requests", "Signed requests answered, by event; test calls left out.")
TRANSFERS = ("ivr_transfers", "Transfers to the hotline that ended, by outcome; test calls left out.")
ANSWER_SECONDS = ("ivr_answer_seconds", "How long the line took to find an answer.")
"""The names of three metrics, and their descriptions on Prometheus' page."""
Total = Literal[
    "ivr_test_calls", "ivr_refused", "ivr_refused_signed", "ivr_fallback", "ivr_workers_started", "ivr_usage_failures",
]  # fmt: skip
TOTALS: Mapping[Total, str] = {
    "ivr_test_calls": "Signed requests of ivr probe, ivr doctor and ivr call.",
    "ivr_refused": "Requests refused because their signature is missing or not valid; test calls left out.",
    "ivr_refused_signed": "Refused requests with a signature: PUBLIC_URL or the token is wrong, or a forged signature.",
    "ivr_fallback": "Signed requests answered with the fallback document.",
    "ivr_workers_started": "Workers that began to answer.",
    "ivr_usage_failures": "Writes of usage that failed; the counts wait in memory.",
}
"""The counters without labels: the name, to which prometheus_client adds "_total", and the description."""


class Metrics:
    """The metrics of one line and all its workers. Make it in the master, before the workers are forked.

    `folder` is that of `prepare_metrics_folder`. The environment variable PROMETHEUS_MULTIPROC_DIR must name it.
    """

    def __init__(self, folder: Path, readiness: Readiness) -> None:
        from prometheus_client import CollectorRegistry, Counter, Histogram, values
        from prometheus_client.multiprocess import MultiProcessCollector

        self._slot = MASTER_SLOT
        values.ValueClass = values.MultiProcessValue(lambda: self._slot)  # type: ignore[no-untyped-call]
        requests = Counter(*REQUESTS, ["event"], registry=None)
        transfers = Counter(*TRANSFERS, ["outcome"], registry=None)
        names = {**EVENT_NAMES, DialEnded: "outcome"}
        self._requests = {kind: requests.labels(name) for kind, name in names.items()}
        self._transfers = {outcome: transfers.labels(outcome) for outcome in get_args(DialOutcome)}
        self._totals = {name: Counter(name, about, registry=None) for name, about in TOTALS.items()}
        self._seconds = Histogram(*ANSWER_SECONDS, buckets=BUCKETS, registry=None)
        self.registry = CollectorRegistry()
        MultiProcessCollector(self.registry, str(folder))  # type: ignore[no-untyped-call]
        self.registry.register(_LineMetrics(readiness))

    def worker_started(self, slot: int) -> None:
        """Count the start of this worker. From now on this process writes its counts into the files of `slot`.

        Slots are numbered from 1. Call it before the worker answers.
        """
        self._slot = slot
        self.add("ivr_workers_started")

    def answered(self, event: Event, seconds: float, test_call: bool) -> None:
        """Count a signed request that was answered: its event, and the `seconds` until the answer was found."""
        with suppress(Exception):  # a metric that cannot be counted costs no call
            self._seconds.observe(seconds)
            if not test_call:
                self._requests[type(event)].inc()
                if isinstance(event, DialEnded):
                    self._transfers[event.outcome].inc()
        if test_call:
            self.add("ivr_test_calls")

    def add(self, name: Total) -> None:
        """Count one more of `name`."""
        with suppress(Exception):
            self._totals[name].inc()


class _LineMetrics:
    """The constant metrics: whether the line is ready, which languages it speaks, and its release."""

    def __init__(self, readiness: Readiness) -> None:
        self._readiness = readiness

    def collect(self) -> Iterator["Metric"]:
        """Called by prometheus_client for each page."""
        from prometheus_client.core import GaugeMetricFamily

        ready, serving = int(self._readiness.ready), int(self._readiness.serving)
        yield GaugeMetricFamily("ivr_ready", "Whether callers get the whole line, in every language.", value=ready)
        yield GaugeMetricFamily("ivr_serving", "Whether callers get the menu.", value=serving)
        withheld = GaugeMetricFamily(
            "ivr_language_withheld", "Whether a published language is not offered to callers.", labels=["locale"]
        )
        faults = GaugeMetricFamily(
            "ivr_language_faults", "Faults that keep texts of a language from being spoken in it.", labels=["locale"]
        )
        for language in self._readiness.languages:
            withheld.add_metric([language.tag], int(language.withheld))
            faults.add_metric([language.tag], len(language.faults))
        yield from (withheld, faults)
        release = GaugeMetricFamily("ivr_release", "The release that answers.", labels=["release"])
        release.add_metric([__version__], 1)
        yield release


@dataclass(frozen=True)
class MetricsEndpoint:
    """The listening socket at which Prometheus asks for the metrics, their folder, and the state of the line."""

    socket: socket.socket
    folder: Path
    readiness: Readiness

    @cached_property
    def metrics(self) -> Metrics:
        """Made when the master loads the application: PROMETHEUS_MULTIPROC_DIR is set, and no worker runs."""
        return Metrics(self.folder, self.readiness)


def prepare_metrics_folder(parent: Path, host: str, port: int, workers: int) -> Path:
    """Make the folder of the metrics served at `host`:`port`, below `parent`, with files for each worker.

    Files of an earlier line are removed: the calling function listens there, so no other line uses the folder.
    Returns its path: /dev/shm/ivr-metrics-127.0.0.1-9464. Raises OSError if the folder cannot be written or belongs to
    another user.
    """
    folder = parent / f"ivr-metrics-{host}-{port}"
    with suppress(FileExistsError):
        folder.mkdir(mode=0o700)
    status = folder.lstat()
    if not stat.S_ISDIR(status.st_mode) or status.st_uid != os.geteuid():
        raise PermissionError(errno.EPERM, "it belongs to another user", str(folder))
    for file in folder.iterdir():
        file.unlink()
    for slot in range(workers + 1):
        for kind in ("counter", "histogram"):
            (folder / f"{kind}_{slot}.db").write_bytes(bytes(FILE_BYTES))
    return folder


def metrics_app(metrics: Metrics) -> ASGIApp:
    """The ASGI application of the metrics address: it answers `GET /metrics`."""
    from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

    async def page(_: Request) -> Response:
        return Response(generate_latest(metrics.registry), headers={"content-type": CONTENT_TYPE_LATEST})

    return Router([Route("/metrics", page)], redirect_slashes=False)
