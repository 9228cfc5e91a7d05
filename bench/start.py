"""How long the line takes from a cold start to ready, and where that time goes. Nothing is kept from start to start."""

import json
import os
import statistics
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

from bench.servers import line, running

TIMES = """
import gc, json, resource, sys, time
gc.disable()  # as `ivr serve` does
begun = time.perf_counter(); used = time.process_time()
from pathlib import Path
import ivr.server.serve
from ivr.check.proofs import prove
from ivr.line.compiler import compile_line
from ivr.line.options import Options
imported = time.perf_counter()
line = compile_line(Path(sys.argv[1]), Options("https://line.example.org", "+12025550123"))
compiled = time.perf_counter()
faults = prove(line)
proved = time.perf_counter()
form = [("AccountSid", "AC"), ("CallSid", "CA"), ("Digits", "1")]
for _ in range(2000): line.respond("/call/en/reminder", form)
looked = time.perf_counter()
for _ in range(20000): line.respond("/call/en/reminder", form)
print(json.dumps({
    "import": imported - begun, "compile": compiled - imported, "proofs": proved - compiled, "faults": len(faults),
    "places": line.stats.places, "fragments": line.stats.fragments, "bytes": line.stats.fragment_bytes,
    "languages": len(line.flow.offered), "respond": (time.perf_counter() - looked) / 20000 * 1e6,
    "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000,
}))
"""


class Start(NamedTuple):
    """A start, in seconds: until ready, as a user waits for it; of processor time; and its three parts, measured in a
    process of their own. `peak` is megabytes, `respond` microseconds that one look-up takes."""

    languages: int
    ready: float
    cpu: float
    imports: float
    compiling: float
    proofs: float
    places: int
    fragments: int
    size: int
    respond: float
    peak: float
    resident: float


def measure(content: Path, folder: Path, times: int, core: int | None) -> Start:
    """Start the line with `content` so many times; the medians. Raises SystemExit where a proof fails."""
    ready, cpu, resident = list[float](), list[float](), list[float]()
    for _ in range(times):
        with running(line(content, folder), folder, core, "/health/ready") as server:
            ready.append(server.ready_after)
            cpu.append(server.cpu())
            resident.append(server.resident())
    parts = [_parts(content) for _ in range(times)]
    middle = {name: statistics.median(part[name] for part in parts) for name in parts[0]}
    if middle["faults"]:
        raise SystemExit(f"{content}: {middle['faults']} faults: `ivr check` names them")
    whole = {name: round(middle[name]) for name in ("languages", "places", "fragments", "bytes")}
    return Start(
        whole["languages"], statistics.median(ready), statistics.median(cpu), middle["import"], middle["compile"],
        middle["proofs"], whole["places"], whole["fragments"], whole["bytes"], middle["respond"], middle["peak"],
        statistics.median(resident),
    )  # fmt: skip


def _parts(content: Path) -> dict[str, float]:
    told = subprocess.run(
        [sys.executable, "-c", TIMES, str(content)], capture_output=True, text=True, check=True,
        env={"PATH": os.environ["PATH"]}, cwd=content,
    )  # fmt: skip
    parts: dict[str, float] = json.loads(told.stdout)
    return parts
