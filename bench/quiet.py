"""Whether a round was quiet: how much of the processors' time went to anything but the server and its client."""

import os
import time
from pathlib import Path
from typing import NamedTuple

from bench.servers import TICK, Server

MOST_OTHERS = 0.1
"""Cores that others may take in a round. A round in which they take more is disturbed."""


class Moment(NamedTuple):
    """Seconds, each since some start: the clock, the processors' time of all, and that of the server and of us."""

    clock: float
    all: float
    ours: float


def moment(server: Server) -> Moment:
    """Now. Our time is that of `server`, of this process, and of the clients that have ended."""
    return Moment(time.perf_counter(), _busy(), sum(os.times()[:4]) + server.cpu())


def others(since: Moment, server: Server) -> float:
    """Cores that other processes, and other machines of the same host, took since then: 0.5 is half a core."""
    now = moment(server)
    return (now.all - since.all - (now.ours - since.ours)) / (now.clock - since.clock)


def _busy() -> float:
    """Seconds of user, nice, system and stolen time; interrupts are the traffic of the loopback interface.

    https://docs.kernel.org/filesystems/proc.html#miscellaneous-kernel-statistics-in-proc-stat
    """
    ticks = [int(word) for word in Path("/proc/stat").read_text("utf-8").splitlines()[0].split()[1:9]]
    return (sum(ticks[:3]) + ticks[7]) / TICK
