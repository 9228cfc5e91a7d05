"""The goals, and what was found: each a figure of the results beside the most that it may be.

On a machine that is shared, some rounds are slower by half for reasons that are nobody's here: beside the median stands
what the quietest round of each server says.
"""

import statistics
from collections.abc import Iterator, Mapping
from typing import Any

LINE, HELLO, FLOOR = "the line", "raw ASGI hello", "raw ASGI, one signature"
Results = Mapping[str, Any]
"""What stands in bench/results.json."""


def middle(rounds: list[dict[str, float]], figure: str) -> float:
    """The median of `figure` over the rounds of one server."""
    return statistics.median(one[figure] for one in rounds)


def least(rounds: list[dict[str, float]], figure: str) -> float:
    """The least of `figure` over the rounds of one server: a neighbour can only add to it."""
    return min(one[figure] for one in rounds)


def sentences(results: Results) -> Iterator[str]:
    """One line a goal, for as many of them as were measured."""
    if "load" in results:
        yield from _of_load(results)
    if "paced" in results:
        yield from _of_rates(results["paced"])
    if "start" in results:
        yield _said("start to ready, in seconds", results["start"]["ready"], 1.5)
    if "growth" in results:
        largest = results["growth"][-1]
        yield _said(f"start to ready in {largest['languages']} languages, in seconds", largest["ready"], 15)
        yield _said(f"one worker in {largest['languages']} languages, in MB", largest["resident"], 300)


def _of_load(results: Results) -> Iterator[str]:
    load = results["load"]
    (line, quiet), (floor, quiet_floor) = (_over_hello(load, name) for name in (LINE, FLOOR))
    yield _said("CPU µs over raw ASGI hello", line, 25, quiet)
    yield f"{'    one signature alone adds, here':<52} {floor:8.1f}   quietest rounds {quiet_floor:.1f}"
    yield _said("one worker, in MB", results["memory"][LINE][0], 90)


def _over_hello(load: Mapping[str, list[dict[str, float]]], name: str) -> tuple[float, float]:
    one, hello = load[name], load[HELLO]
    return middle(one, "cpu") - middle(hello, "cpu"), least(one, "cpu") - least(hello, "cpu")


def _of_rates(paced: Mapping[str, list[dict[str, float]]]) -> Iterator[str]:
    for rate, most in ((1000, 2), (4000, 4)):
        line, hello = (paced[f"{name}, {rate}/s"] for name in (LINE, HELLO))
        found, quiet = (of(line, "p99") / of(hello, "p99") for of in (middle, least))
        yield _said(f"p99 at {rate:,} requests/s, times raw ASGI hello's", found, most, quiet)


def _said(what: str, found: float, most: float, quiet: float | None = None) -> str:
    judged = "so" if found <= most else "NOT SO"
    return f"{what:<52} {found:8.1f}   at most {most:g}: {judged}" + (f"; quietest rounds {quiet:.1f}" if quiet else "")
