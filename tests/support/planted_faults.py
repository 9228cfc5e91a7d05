"""The program `ivr` with planted faults: a signed request whose field `Planted` names a fault triggers it.

Run as a script it is the command itself; the workers are forked from it and have the faults too.
"""

import asyncio
import gc
import json
import logging
import os
import re
import signal
import sys
import time
from pathlib import Path

from ivr import log
from ivr.call.state import Answer, Place, Ring
from ivr.cli.main import main
from ivr.line.line import Line
from ivr.server.http_limits import BoundedProtocol
from ivr.server.worker import LineWorker
from ivr.signature import Form


def _raise(error: BaseException) -> None:
    raise error


def _recurse(depth: int = 0) -> None:
    _recurse(depth + 1)


def _for_ever() -> None:
    while True:
        pass


FAULTS = {
    "an error that quotes the caller": lambda: _raise(KeyError("+19995550147")),
    "no memory": lambda: _raise(MemoryError()),
    "recursion": _recurse,
    "an endless loop": _for_ever,
    "a loop that holds the interpreter": lambda: re.match(r"(a+)+$", "a" * 60 + "b"),
    "a worker that is killed": lambda: os.kill(os.getpid(), signal.SIGKILL),
    "a worker that stops": lambda: os.kill(os.getpid(), signal.SIGSTOP),
    "a worker that aborts": os.abort,
    "a slow answer": lambda: time.sleep(0.5),
}


def resources() -> bytes:
    """The resources of this worker as JSON: process id, open files, tasks, connections, memory in bytes."""
    gc.collect()
    return json.dumps(
        {
            "pid": os.getpid(),
            "files": len(files := [str(one.readlink()) for one in Path("/proc/self/fd").iterdir() if one.is_symlink()]),
            "names": files,
            "streams": [str(Path(f"/proc/self/fd/{stream}").readlink()) for stream in range(3)],
            "tasks": len(asyncio.all_tasks()),
            "connections": max(len(one.connections) for one in gc.get_objects() if isinstance(one, BoundedProtocol)),
            "bytes": int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE"),
        }
    ).encode()


CANARY = "-yranac"
"""The word that is searched for, backwards: this file must not contain it."""


def leftovers() -> bytes:
    """The strings with the canary that are still reachable from any Python object, as JSON."""
    gc.unfreeze()
    gc.collect()
    words = CANARY[::-1], CANARY[::-1].encode()
    held = [one for holder in gc.get_objects() for one in gc.get_referents(holder)]
    found = {id(one): one for one in held if isinstance(one, str | bytes | bytearray) and _holds(one, words)}
    kept = [repr(one)[:60] for one in found.values() if one not in words]
    return json.dumps({"pid": os.getpid(), "kept": kept}).encode()


def _holds(one: str | bytes | bytearray, words: tuple[str, bytes]) -> bool:
    return words[0] in one if isinstance(one, str) else words[1] in one


def clock() -> bytes:
    """The wall clock of this worker, in seconds since 1970."""
    return str(time.time()).encode()


REPORTS = {"resources": resources, "leftovers": leftovers, "clock": clock}


def fail_starts(while_there: Path) -> None:
    """Let each worker fail at its start while a file is there."""
    begin = LineWorker.init_process

    def failing(self: LineWorker) -> None:
        if while_there.exists():
            raise MemoryError
        begin(self)

    LineWorker.init_process = failing  # type: ignore[method-assign]


def set_clock(offset: Path) -> None:
    """Let the wall clock of every process differ from the true one by the seconds in a file."""
    true_time = time.time

    def shifted() -> float:
        return true_time() + float(offset.read_text("utf-8"))

    time.time = shifted


def plant() -> None:
    """Make `Line.respond` trigger the fault that a request names, before it answers."""
    respond = Line.respond

    def planted(self: Line, address: str, form: Form) -> Answer:
        name = dict(form).get("Planted")
        if name in REPORTS:
            told = REPORTS[name]()
            return Answer(Place(self.flow.main_menu, "en"), Ring(), told)
        if name:
            FAULTS[name]()
        return respond(self, address, form)

    Line.respond = planted  # type: ignore[method-assign]
    log.COUNT_INTERVAL = 1.0


def speak_up() -> None:
    """Set every logger to the lowest level."""
    logging.getLogger().setLevel(1)
    for name in [*logging.Logger.manager.loggerDict, "asyncio", "uvicorn.error", "uvicorn.access", "multipart"]:
        logging.getLogger(name).setLevel(1)


if __name__ == "__main__":
    plant()
    if name := os.environ.get("FAIL_STARTS"):
        fail_starts(Path(name))
    if name := os.environ.get("CLOCK_OFFSET"):
        set_clock(Path(name))
    if os.environ.get("LOUD"):
        speak_up()
    sys.exit(main())
