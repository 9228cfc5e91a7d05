"""Twilio's local serverless runtime (npm `twilio-run`), which runs an exported line on this machine."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from support.processes import free_port, running

INSTALLED = Path(__file__).parent.parent.parent / "build" / "twilio" / "node_modules"
ABSENT = "Twilio's local runtime is not installed: `make runtime`"
LOOPBACK = """
const { Server } = require("node:net");
const listen = Server.prototype.listen;
Server.prototype.listen = function (port, ...rest) {
  return listen.call(this, { port, host: "127.0.0.1" }, ...rest);
};
setTimeout(() => process.exit(1), 300_000).unref();
"""
"""The runtime listens on every address of a machine; here it listens on one, and ends after five minutes."""


@contextmanager
def twilio_runtime(project: Path, folder: Path) -> Iterator[str]:
    """The address at which `project` answers, such as "http://localhost:3457". `folder` is for what it prints."""
    port = free_port()
    (folder / "loopback.cjs").write_text(LOOPBACK, "utf-8")
    (project / "node_modules").symlink_to(INSTALLED)
    command = [str(INSTALLED / ".bin" / "twilio-run"), "start", "--no-live", "--no-fork-process"]
    options = ["--cwd", str(project), "--port", str(port), "--no-logs"]
    environment = {"NODE_OPTIONS": f"--require {folder / 'loopback.cjs'}", "CI": "true"}
    with running([*command, *options], port, folder, environment):
        yield f"http://localhost:{port}"
