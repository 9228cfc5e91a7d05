"""`make bench`: every figure of docs/speed.md, as a table, and as bench/results.json."""

import argparse
import datetime
import json
import os
import platform
import shutil
import statistics
import sys
import tempfile
from contextlib import AbstractContextManager, ExitStack
from pathlib import Path
from typing import Any

from bench import function, pseudo
from bench.goals import RATES, is_quiet, least, middle, sentences
from bench.load import Flood, Paced, flood, paced
from bench.request import PATH
from bench.servers import CHECKOUT, HELLO, LINE, PEERS, Kind, Server, kinds, line, pin, running
from bench.start import Start, measure

PARTS = ["start", "load", "growth", "function"]
GROWTH = (3, 12, 40)
RESULTS = CHECKOUT / "bench" / "results.json"


def main() -> None:
    """Measure, print, and keep the figures."""
    asked = _asked()
    for program, where in (("wrk", shutil.which("wrk")), ("the peers", PEERS.exists() or None)):
        if where is None:
            raise SystemExit(f"{program} is not here: wrk comes with `apt-get install wrk`, the peers by `make bench`.")
    servers_core, own_core = (0, 1) if (os.cpu_count() or 1) > 1 else (None, None)
    pin(own_core)
    results: dict[str, Any] = {"machine": _machine()}
    print("\n".join(f"{name}: {value}" for name, value in _machine().items()), flush=True)
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        if "start" in asked.parts:
            results["start"] = _start(folder, asked.rounds, servers_core)
        if "load" in asked.parts:
            results |= _load(folder, asked.rounds, asked.seconds, servers_core, own_core)
        if "growth" in asked.parts:
            results["growth"] = _growth(folder, asked.seconds, servers_core, own_core)
        if "function" in asked.parts and (exported := function.measure(folder, asked.rounds)):
            results["function"] = exported._asdict()
            print(
                f"\nThe exported function: {exported.read:.0f} ms to read the line, a look-up {exported.lookup:.3f} ms"
            )
    print("\nGoals")
    print("\n".join(sentences(results)))
    RESULTS.write_text(json.dumps(results, indent=2) + "\n", "utf-8")
    print(f"kept in {RESULTS.relative_to(CHECKOUT)}")


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("parts", nargs="*", default=PARTS, help=f"{', '.join(PARTS)}; all")
    parser.add_argument("--rounds", type=int, default=7, help="how often each server is measured, in turn")
    parser.add_argument("--seconds", type=int, default=3, help="how long, each time")
    return parser.parse_args()


def _machine() -> dict[str, str]:
    model = next(
        (row.partition(":")[2].strip() for row in Path("/proc/cpuinfo").read_text("utf-8").splitlines()
         if row.startswith("model name")), platform.processor(),
    )  # fmt: skip
    return {
        "date": f"{datetime.datetime.now(datetime.UTC):%Y-%m-%d %H:%M} UTC",
        "machine": f"{os.cpu_count()} cores, {model}, {platform.system()} {platform.release()}",
        "Python": sys.version.split()[0],
    }


def _start(folder: Path, rounds: int, core: int | None) -> dict[str, object]:
    one = measure(CHECKOUT, folder, rounds, core)
    print(f"\nFrom a cold start to ready: {_sentence(one)}")
    return one._asdict()


def _sentence(one: Start) -> str:
    return (
        f"{one.ready:.2f} s ({one.cpu:.2f} s of CPU); import {one.imports:.2f}, compile {one.compiling:.2f}, "
        f"proofs {one.proofs:.2f}; {one.languages} languages, {one.places} places, {one.fragments} fragments, "
        f"{one.size / 1e6:.1f} MB of TwiML; {one.resident:.0f} MB resident"
    )


def _load(folder: Path, rounds: int, seconds: int, core: int | None, own: int | None) -> dict[str, object]:
    floods: dict[str, list[Flood]] = {}
    at_rates: dict[tuple[str, int], list[Paced]] = {}
    with ExitStack() as stack:
        servers = [stack.enter_context(_up(kind, folder, core)) for kind in kinds(folder, _answer_size())]
        for turn in range(rounds):
            for server in servers[turn % len(servers) :] + servers[: turn % len(servers)]:
                floods.setdefault(server.kind.name, []).append(flood(server, folder, seconds, own))
            for rate in RATES:
                for server in servers[:2] if turn % 2 else servers[1::-1]:
                    at_rates.setdefault((server.kind.name, rate), []).append(paced(server, rate, seconds))
        memory = {server.kind.name: server.resident() for server in servers}
    load = {name: [one._asdict() for one in all_] for name, all_ in floods.items()}
    at = {f"{name}, {rate}/s": [one._asdict() for one in all_] for (name, rate), all_ in at_rates.items()}
    _print_load(load, memory)
    _print_paced(at)
    _say_which_were_disturbed([*load.values(), *at.values()])
    return {"load": load, "paced": at, "memory": memory}


def _up(kind: Kind, folder: Path, core: int | None) -> AbstractContextManager[Server]:
    own = folder / kind.name.replace(" ", "_").replace(",", "")
    own.mkdir()
    return running(kind, own, core)


def _answer_size() -> int:
    """Bytes of the document that the line answers with: the others answer with as many."""
    from ivr.line.compiler import compile_line
    from ivr.line.options import Options

    return len(compile_line(CHECKOUT, Options("https://line.example.org")).respond(PATH, [("Digits", "1")]).body)


def _print_load(load: dict[str, list[dict[str, float]]], memory: dict[str, float]) -> None:
    cpu = {name: middle(rounds, "cpu") for name, rounds in load.items()}
    print("\n| as much load as it takes | CPU µs | least | × hello | × the line | requests/s | p50 ms | p99 ms | MB |")
    print("| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |")
    for name, rounds in sorted(load.items(), key=lambda one: cpu[one[0]]):
        print(
            f"| {name} | {cpu[name]:.1f} | {least(rounds, 'cpu'):.1f} | {cpu[name] / cpu[HELLO]:.2f} "
            f"| {cpu[name] / cpu[LINE]:.2f} | {middle(rounds, 'rate'):,.0f} | {middle(rounds, 'p50'):.2f} "
            f"| {middle(rounds, 'p99'):.2f} | {memory[name]:.0f} |"
        )


def _print_paced(paced: dict[str, list[dict[str, float]]]) -> None:
    print("\n| at a fixed rate | p50 ms | p99 ms | least | failed |\n| --- | ---: | ---: | ---: | ---: |")
    for name, rounds in paced.items():
        failed, p99 = sum(one["failed"] for one in rounds), middle(rounds, "p99")
        print(f"| {name} | {middle(rounds, 'p50'):.2f} | {p99:.2f} | {least(rounds, 'p99'):.2f} | {failed:.0f} |")


def _growth(folder: Path, seconds: int, core: int | None, own: int | None) -> list[dict[str, object]]:
    print("\n| languages | places | fragments | MB of TwiML | ready s | import | compile | proofs | MB ", end="")
    print("| look-up µs | CPU µs |")
    print("| ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |")
    rows = []
    for count in GROWTH:
        content = pseudo.write(CHECKOUT, folder / f"in-{count}", count)
        one = measure(content, folder, 1, core)
        with _up(line(content, folder, f"in {count} languages"), folder, core) as server:
            cpu = statistics.median(flood(server, folder, seconds, own).cpu for _ in range(3))
        rows.append(one._asdict() | {"request": cpu})
        print(
            f"| {one.languages} | {one.places:,} | {one.fragments:,} | {one.size / 1e6:.1f} | {one.ready:.1f} "
            f"| {one.imports:.1f} | {one.compiling:.1f} | {one.proofs:.1f} | {one.resident:.0f} | {one.respond:.1f} "
            f"| {cpu:.1f} |",
            flush=True,
        )
    return rows


def _say_which_were_disturbed(servers: list[list[dict[str, float]]]) -> None:
    rounds, undisturbed = sum(map(len, servers)), [sum(map(is_quiet, one)) for one in servers]
    print(f"\nOf {rounds} rounds, {rounds - sum(undisturbed)} were disturbed by other programs and are left out.")
    if not all(undisturbed):
        print("A server without a quiet round shows its disturbed ones: leave the machine idle, and repeat.")


if __name__ == "__main__":
    main()
