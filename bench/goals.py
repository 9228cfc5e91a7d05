"""The goals, and what was found: each a figure of the results beside the most that it may be.

Ratios compare servers of one run. The median is that of the quiet rounds; "least" is the round with the least.
"""

import statistics
from collections.abc import Iterator, Mapping
from typing import Any

from bench.quiet import MOST_OTHERS
from bench.servers import FLOOR, HELLO, LINE, NODE

RATES = {1000: 2, 4000: 4}
"""Requests a second, and the most that p99 may be there, times hello's."""
Rounds = list[dict[str, float]]
Results = Mapping[str, Any]
"""The content of bench/results.json."""


def is_quiet(one: Mapping[str, float]) -> bool:
    """Whether a round was not disturbed."""
    return one["others"] <= MOST_OTHERS


def middle(rounds: Rounds, figure: str) -> float:
    """The median of `figure` over the quiet rounds of one server, over all of them if none was quiet."""
    return statistics.median(one[figure] for one in list(filter(is_quiet, rounds)) or rounds)


def least(rounds: Rounds, figure: str) -> float:
    """The least of `figure` over the rounds of one server: others can only add to it."""
    return min(one[figure] for one in rounds)


def sentences(results: Results) -> Iterator[str]:
    """One line a goal, for as many of them as were measured."""
    if "load" in results:
        yield from _of_load(results)
    if "start" in results:
        start = results["start"]
        yield _said("compile and proofs, in seconds", start["compiling"] + start["proofs"], 0.4)
    if "growth" in results:
        largest = results["growth"][-1]
        languages = f"in {largest['languages']} languages"
        yield _said(f"compile and proofs {languages}, in seconds", largest["compiling"] + largest["proofs"], 5)
        yield _said(f"one worker {languages}, in MB", largest["resident"], 260)
    if "function" in results:
        yield _said("the exported function: a look-up, p50 in ms", results["function"]["lookup"], 0.05)
        yield _said("the exported function: the first reading, in ms", results["function"]["read"], 80)


def _of_load(results: Results) -> Iterator[str]:
    load = results["load"]
    for name, most in ((FLOOR, 1.3), (NODE, 1.0)):
        if name in load:
            found, quietest = (of(load[LINE], "cpu") / of(load[name], "cpu") for of in (middle, least))
            yield _said(f"CPU of a request, times that of {name}", found, most, quietest)
    for rate, most in RATES.items():
        line, hello = (results["paced"][f"{name}, {rate}/s"] for name in (LINE, HELLO))
        found, quietest = (of(line, "p99") / of(hello, "p99") for of in (middle, least))
        yield _said(f"p99 at {rate:,} requests/s, times hello's", found, most, quietest)
    yield _said("one worker, in MB", results["memory"][LINE], 80)


def _said(what: str, found: float, most: float, quietest: float | None = None) -> str:
    judged = "reached" if found <= most else "NOT REACHED"
    least_rounds = f"; least rounds {quietest:.2f}" if quietest else ""
    return f"{what:<60} {found:8.2f}   at most {most:g}: {judged}{least_rounds}"
