"""Figures for whoever is on call, in Prometheus' text form: totals since the start, over all workers; no caller.

The workers share a piece of memory, each with a slot of its own in which nobody else writes: no lock is on the way of
a call, and none is left behind by a worker that was killed. Whichever worker is asked reads all slots. A worker that
replaces another goes on in its slot, so no total ever falls. What is kept for months stands in counts; this is not.
"""

import fcntl
import mmap
import os
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple, get_args

from ivr.call.state import Event, Key, Lost, Outcome, Place, Reached, Ring, Silence
from ivr.usage.counter import Store, UsageKey, WriterUptime

SLOTS = 64
"""Workers that can count at once: the most that serve, and as many that take over from them, and room."""
BUCKETS = (0.001, 0.01, 0.1, 1.0)
"""Seconds: the same buckets as in the journal."""
CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
_KINDS: dict[type, str] = {Ring: "ring", Key: "key", Silence: "silence", Outcome: "outcome", Lost: "lost"}
_OTHER = ("other", "other")


class Name(NamedTuple):
    """One figure: what is counted, and its labels as they are written, "" for none."""

    metric: str
    labels: str = ""


class Metric(NamedTuple):
    """What Prometheus shows beside a figure: its type and a sentence."""

    kind: str
    about: str


METRICS: Mapping[str, Metric] = {
    "ivr_requests_total": Metric("counter", "Signed requests answered, by what had happened; rehearsals left out."),
    "ivr_transfers_total": Metric("counter", "Transfers to the hotline that ended, by how; rehearsals left out."),
    "ivr_rehearsals_total": Metric("counter", "Signed requests of ivr probe, ivr doctor and ivr call."),
    "ivr_refused_total": Metric("counter", "Requests refused because their signature does not hold."),
    "ivr_last_resort_total": Metric("counter", "Signed requests answered with the last resort."),
    "ivr_answer_seconds": Metric("histogram", "How long the line took to find an answer."),
    "ivr_workers_started_total": Metric("counter", "Workers that began to serve."),
    "ivr_usage_failures_total": Metric("counter", "Writings of usage that failed; the counts wait in memory."),
    "ivr_reached_total": Metric("counter", "Where keys and outcomes led, by node and language (METRICS_NODES=on)."),
}
_SECONDS = "ivr_answer_seconds"
_SUM = Name(f"{_SECONDS}_sum")  # kept in nanoseconds
_COUNT = Name(f"{_SECONDS}_count")
_BY_BUCKET = [Name(f"{_SECONDS}_bucket", f'le="{limit}"') for limit in (*BUCKETS, "+Inf")]


class Figures:
    """The figures of one line and all its workers: made before they are forked, claimed in each of them.

    `places` are the nodes and languages to tell apart; none unless an operator has switched that on.
    """

    def __init__(self, places: Iterable[tuple[str, str]] = ()) -> None:
        self._reached = {one: Name("ivr_reached_total", f'node="{one[0]}",locale="{one[1]}"') for one in places}
        if self._reached:
            self._reached[_OTHER] = Name("ivr_reached_total", 'node="other",locale="other"')
        self._at = {name: number for number, name in enumerate(_names(self._reached.values()))}
        self._file = _memory(SLOTS * len(self._at) * 8)
        self._all = memoryview(mmap.mmap(self._file, SLOTS * len(self._at) * 8)).cast("Q")
        self._slot: int | None = None

    def claim(self) -> None:
        """Take a slot that no living worker has: the system frees it when this process ends, however it ends."""
        for slot in range(SLOTS):
            try:
                fcntl.lockf(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, slot)
            except OSError:
                continue
            self._slot = slot * len(self._at)
            self._add(Name("ivr_workers_started_total"))
            return

    def answered(self, place: Place, event: Event, seconds: float, rehearsal: bool) -> None:
        """A signed request was answered: `event` led to `place`, found in `seconds`."""
        self._time(seconds)
        if rehearsal:
            self._add(Name("ivr_rehearsals_total"))
            return
        self._add(_request(_KINDS[type(event)]))
        if isinstance(event, Outcome):
            self._add(_transfer(event.reached))
        if self._reached:
            self._add(self._reached.get((place.node, place.locale), self._reached[_OTHER]))

    def refused(self) -> None:
        """A request was refused: its signature does not hold."""
        self._add(Name("ivr_refused_total"))

    def sent_fallback(self) -> None:
        """A signed request was answered with the last resort."""
        self._add(Name("ivr_last_resort_total"))

    def not_counted(self) -> None:
        """What was counted could not be written."""
        self._add(Name("ivr_usage_failures_total"))

    def total(self, name: Name) -> int:
        """The sum over all workers, dead ones too."""
        return sum(self._all[slot * len(self._at) + self._at[name]] for slot in range(SLOTS))

    def text(self, ready: bool, release: str) -> bytes:
        """Everything, as Prometheus reads it: https://prometheus.io/docs/instrumenting/exposition_formats/."""
        lines = [*_gauge("ivr_ready", "Whether callers get the whole line.", "", int(ready))]
        lines += _gauge("ivr_release", "The release that answers.", f'{{release="{release}"}}', 1)
        for metric, (kind, about) in METRICS.items():
            own = [name for name in self._at if name.metric.startswith(metric)]
            if own:
                lines += [f"# HELP {metric} {about}", f"# TYPE {metric} {kind}", *map(self._line, own)]
        return "\n".join([*lines, ""]).encode()

    def _line(self, name: Name) -> str:
        total = self.total(name)
        return f"{name.metric}{{{name.labels}}} {total}" if name.labels else f"{name.metric} {_shown(name, total)}"

    def _time(self, seconds: float) -> None:
        for limit, name in zip((*BUCKETS, float("inf")), _BY_BUCKET, strict=True):
            if seconds <= limit:
                self._add(name)
        self._add(_SUM, round(seconds * 1e9))
        self._add(_COUNT)

    def _add(self, name: Name, more: int = 1) -> None:
        if self._slot is not None:
            self._all[self._slot + self._at[name]] += more


class Watched:
    """A store whose failures show in the figures, and go on to whoever writes."""

    def __init__(self, store: Store, figures: Figures) -> None:
        self._store, self._figures = store, figures

    def write(self, counts: Mapping[UsageKey, int], uptime: WriterUptime, late_months: Sequence[str]) -> None:
        """As the store itself does."""
        try:
            self._store.write(counts, uptime, late_months)
        except BaseException:
            self._figures.not_counted()
            raise


def _memory(size: int) -> int:
    """A file that stands on no disk where the system has such, and has no name in any case."""
    if hasattr(os, "memfd_create"):
        file = os.memfd_create("figures")
    else:
        with tempfile.TemporaryFile() as made:
            file = os.dup(made.fileno())
    os.ftruncate(file, size)
    return file


def _names(reached: Iterable[Name]) -> Iterator[Name]:
    yield from map(_request, _KINDS.values())
    yield from map(_transfer, get_args(Reached))
    for metric in ("rehearsals", "refused", "last_resort", "workers_started", "usage_failures"):
        yield Name(f"ivr_{metric}_total")
    yield from (*_BY_BUCKET, _SUM, _COUNT)
    yield from reached


def _request(kind: str) -> Name:
    return Name("ivr_requests_total", f'event="{kind}"')


def _transfer(reached: str) -> Name:
    return Name("ivr_transfers_total", f'outcome="{reached}"')


def _shown(name: Name, total: int) -> str:
    return f"{total / 1e9:.9f}" if name == _SUM else str(total)


def _gauge(metric: str, about: str, labels: str, value: int) -> list[str]:
    return [f"# HELP {metric} {about}", f"# TYPE {metric} gauge", f"{metric}{labels} {value}"]
