"""The exported function in Node: how long its first reading of the line takes, and one look-up."""

import json
import shutil
import statistics
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

from bench.request import FORM, PATH, PUBLIC_URL, TOKEN
from bench.servers import CHECKOUT

TIMES = """
const { readFileSync } = require("node:fs");
const [project, address, fields] = process.argv.slice(1);
const form = JSON.parse(fields);
const { answer, readLine } = require(`${project}/functions/call.protected.js`);
const begun = performance.now();
const line = readLine(readFileSync(`${project}/assets/line.private.txt`, "utf8"), "https://line.example.org");
const read = performance.now() - begun;
const took = Array.from({ length: 20_000 }, () => {
  const asked = performance.now();
  answer(line, address, form);
  return performance.now() - asked;
});
const [p50, p99] = [0.5, 0.99].map((share) => took.sort((a, b) => a - b)[Math.floor(share * took.length)]);
console.log(JSON.stringify({ read, lookup: p50, p99 }));
"""


class Function(NamedTuple):
    """Milliseconds: the first reading in a new process, a look-up (p50), and its p99."""

    read: float
    lookup: float
    p99: float


def measure(folder: Path, times: int) -> Function | None:
    """The medians of so many processes, each new. None where Node is not installed."""
    node, project = shutil.which("node"), folder / "twilio"
    if node is None:
        return None
    ivr = str(Path(sys.executable).with_name("ivr"))
    settings = {"TWILIO_AUTH_TOKEN": TOKEN, "PUBLIC_URL": PUBLIC_URL, "LINE_NUMBER": "+12025550123"}
    subprocess.run(
        [ivr, "export", "--twilio", str(project)], env=settings, cwd=CHECKOUT, capture_output=True, check=True
    )
    command = [node, "-e", TIMES, str(project), PATH, json.dumps(FORM)]
    said = [json.loads(subprocess.run(command, capture_output=True, check=True).stdout) for _ in range(times)]
    return Function(*(statistics.median(one[figure] for one in said) for figure in Function._fields))
