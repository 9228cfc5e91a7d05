"""Programs that a test starts on this machine; each is ended by its process id."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

IVR = str(Path(sys.executable).with_name("ivr"))
START_TIMEOUT = 60.0
TOKEN = "0123456789abcdef0123456789abcdef"


def free_port() -> int:
    """A free port of the loopback interface."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


@contextmanager
def running(
    command: Sequence[str], port: int, folder: Path, environment: Mapping[str, str]
) -> Iterator[subprocess.Popen[bytes]]:
    """Run `command` in `folder` while the block lasts, with only `environment` set; it must listen on `port`."""
    with (folder / "printed").open("wb") as printed:
        process = subprocess.Popen(
            command,
            cwd=folder,
            env={"PATH": os.environ["PATH"], "HOME": str(folder), **environment},
            stdin=subprocess.DEVNULL,
            stdout=printed,
            stderr=subprocess.STDOUT,
        )
        try:
            _wait(process, port, folder / "printed")
            yield process
        finally:
            end(process)


def end(process: subprocess.Popen[bytes]) -> int:
    """Tell `process` to stop, and kill it if it does not: the exit code."""
    if process.poll() is None:
        process.terminate()
    try:
        return process.wait(START_TIMEOUT)
    except subprocess.TimeoutExpired:
        process.kill()
        return process.wait(START_TIMEOUT)


def _wait(process: subprocess.Popen[bytes], port: int, printed: Path) -> None:
    deadline = time.monotonic() + START_TIMEOUT
    while time.monotonic() < deadline and process.poll() is None:
        with socket.socket() as one:
            one.settimeout(0.2)
            if one.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise AssertionError(f"{process.args} does not listen on {port}:\n{printed.read_text('utf-8', 'replace')}")


def line_environment(content: Path, public_url: str, usage: str = "off", **more: str) -> dict[str, str]:
    """The environment of a line that is tried out on this machine."""
    return {
        "TWILIO_AUTH_TOKEN": TOKEN, "LINE_NUMBER": "+12025550123", "PUBLIC_URL": public_url, "IVR_USAGE": usage,
        "IVR_CONTENT": str(content), "IVR_WEB_PHONE": "off", "IVR_READABLE": "off", "PYTHONDONTWRITEBYTECODE": "1",
    } | more  # fmt: skip
