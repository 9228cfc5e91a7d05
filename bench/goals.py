"""The goals, and what was found: each a figure of the results beside the most that it may be."""

import statistics
from collections.abc import Iterator, Mapping
from typing import Any

LINE, HELLO, LEAST = "the line", "raw ASGI hello", "raw ASGI, one signature"
Results = Mapping[str, Any]
"""What stands in bench/results.json."""


def middle(rounds: list[dict[str, float]], figure: str) -> float:
    """The median of `figure` over the rounds of one server."""
    return statistics.median(one[figure] for one in rounds)


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
    cpu = {name: middle(rounds, "cpu") for name, rounds in results["load"].items()}
    added, least = cpu[LINE] - cpu[HELLO], cpu[LEAST] - cpu[HELLO]
    yield _said("CPU µs over raw ASGI hello", added, 25)
    yield f"{'    one signature alone adds, here':<52} {least:8.1f}   the line: {added / least:.2f} times that"
    yield _said("one worker, in MB", results["memory"][LINE][0], 90)


def _of_rates(paced: Mapping[str, list[dict[str, float]]]) -> Iterator[str]:
    for rate, most in ((1000, 2), (4000, 4)):
        line, hello = (middle(paced[f"{name}, {rate}/s"], "p99") for name in (LINE, HELLO))
        yield _said(f"p99 at {rate:,} requests/s, times raw ASGI hello's", line / hello, most)


def _said(what: str, found: float, most: float) -> str:
    return f"{what:<52} {found:8.1f}   at most {most:g}: {'so' if found <= most else 'NOT SO'}"
