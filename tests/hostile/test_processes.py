"""The processes of a running line: started, watched, replaced and ended under faults of processes and of the clock."""

import os
import random
import resource
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

import pytest
from hostile.restarts import is_ready
from support.fake_twilio import caller, gather, hung_up, is_safe, random_call
from support.line_server import Server, children, eventually, served
from support.processes import IVR, end, free_port, line_environment

from ivr.phone.webhook_form import FORM
from ivr.server.worker import HEARTBEAT_TIMEOUT

WORKER_RESTARTS = int(os.environ.get("WORKER_RESTARTS", "10"))
MOST_GROWTH = 20_000_000
"""Bytes by which all processes together may grow while workers are replaced."""
STOP_TIMEOUT = 12.0
"""Seconds in which a line ends after SIGTERM, also during its start."""


def is_answered(server: Server) -> bool:
    status, body = server.ask()
    return status == 200 and gather(body) is not None


# -- workers that cannot be started ------------------------------------------------------------------------------------


def test_a_worker_that_fails_at_its_start_ends_no_other_and_is_tried_again(tiny: Path, tmp_path: Path) -> None:
    fails = tmp_path / "starts fail"
    with served(tiny, tmp_path / "run", faulty=True, environment={"FAIL_STARTS": str(fails)}) as server:
        first, second = sorted(server.resources())  # both have started: each has answered
        fails.touch()
        os.kill(first, signal.SIGKILL)
        eventually(lambda: server.workers == [second])
        until = time.monotonic() + 3
        while time.monotonic() < until:
            assert is_answered(server)
        assert second in server.workers
        fails.unlink()
        eventually(lambda: len(server.workers) == 2)
        assert all(is_answered(server) for _ in range(10))


def test_a_worker_that_cannot_be_forked_ends_no_other_and_is_tried_again(tiny: Path, tmp_path: Path) -> None:
    with served(tiny, tmp_path / "run", faulty=True) as server:
        first, second = server.workers
        master = server.process.pid
        before = resource.prlimit(master, resource.RLIMIT_NOFILE)
        resource.prlimit(master, resource.RLIMIT_NOFILE, (3, before[1]))
        os.kill(first, signal.SIGKILL)
        eventually(lambda: "a worker could not be started" in server.printed)
        assert server.workers == [second]
        assert is_answered(server)
        resource.prlimit(master, resource.RLIMIT_NOFILE, before)
        eventually(lambda: len(server.workers) == 2)
        assert server.process.poll() is None


# -- the start and the end ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("delay", [0.02, 0.1, 0.3, 0.6, 1.0, 1.4, 1.8, 2.2, 3.0])
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT], ids=lambda number: number.name)
def test_a_line_that_is_told_to_stop_while_it_starts_ends(
    tiny: Path, tmp_path: Path, delay: float, number: signal.Signals
) -> None:
    port = free_port()
    process = start(tiny, tmp_path, port)
    try:
        time.sleep(delay)
        process.send_signal(number)
        process.wait(STOP_TIMEOUT)
    finally:
        end(process)
    with socket.create_server(("127.0.0.1", port)):
        pass  # no worker is left that listens


def test_systemd_is_notified_when_the_line_listens(tiny: Path, tmp_path: Path) -> None:
    """deploy/line.service has Type=notify: without this message a start would fail."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as notified:
        notified.bind(str(tmp_path / "notify"))
        notified.settimeout(30)
        with served(tiny, tmp_path / "run", environment={"NOTIFY_SOCKET": str(tmp_path / "notify")}) as server:
            assert notified.recv(4096).startswith(b"READY=1")
            assert is_answered(server)


def test_signals_that_do_nothing_do_nothing_while_the_line_starts(tiny: Path, tmp_path: Path) -> None:
    port = free_port()
    process = start(tiny, tmp_path, port)
    try:
        eventually(lambda: ignores_sighup(process.pid))  # the first statement of ours has run
        while not is_ready(port):
            process.send_signal(random.choice([signal.SIGHUP, signal.SIGUSR1, signal.SIGUSR2]))
            assert process.poll() is None
            time.sleep(0.02)
        eventually(lambda: len(children(process.pid)) == 2)
    finally:
        assert end(process) == 0


def default_signals() -> None:
    """A shell starts a background job with SIGINT ignored, nohup with SIGHUP ignored; a child would inherit that."""
    for number in (signal.SIGINT, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)


def ignores_sighup(pid: int) -> bool:
    status = Path(f"/proc/{pid}/status").read_text("utf-8")
    ignored = next(line.split()[1] for line in status.splitlines() if line.startswith("SigIgn:"))
    return bool(int(ignored, 16) & 1 << signal.SIGHUP - 1)


def start(content: Path, folder: Path, port: int) -> "subprocess.Popen[bytes]":
    """A line that is starting, with its output in the file `printed` of `folder`."""
    with (folder / "printed").open("wb") as printed:
        return subprocess.Popen(
            [IVR, "serve", "--port", str(port), "--workers", "2"], cwd=folder, stdin=subprocess.DEVNULL,
            stdout=printed, stderr=printed, preexec_fn=default_signals,
            env={"PATH": os.environ["PATH"], **line_environment(content, f"http://127.0.0.1:{port}")},
        )  # fmt: skip


def test_a_running_line_writes_into_no_folder(tiny: Path, tmp_path: Path) -> None:
    home, folder = tmp_path / "home", tmp_path / "run"
    home.mkdir()
    environment = {"HOME": str(home), "XDG_RUNTIME_DIR": str(home), "TMPDIR": str(home)}
    with served(tiny, folder, environment=environment) as server:
        assert is_answered(server)
        assert [path.name for path in folder.iterdir()] == ["printed"]
        assert list(home.iterdir()) == []


def test_the_library_of_the_metrics_is_loaded_only_where_they_are_on() -> None:
    program = "import sys; import ivr.server.serve; sys.exit('prometheus_client' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], timeout=60).returncode == 0


# -- a store of usage that fails ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("store", ["a folder that cannot be made", "a database that is gone"])
def test_a_store_of_usage_that_is_gone_keeps_no_line_from_starting(tiny: Path, tmp_path: Path, store: str) -> None:
    (tmp_path / "file").touch()
    usage: Mapping[str, str] = {"IVR_USAGE": str(tmp_path / "file" / "usage")}
    if store == "a database that is gone":
        usage = {"IVR_USAGE": "", "IVR_USAGE_URL": f"postgresql://line:secret@127.0.0.1:{free_port()}/line"}
    with served(tiny, tmp_path / "run", environment=usage) as server:
        assert is_answered(server)
        eventually(lambda: '"logger": "ivr.usage"' in server.printed)
        assert "secret" not in server.printed
        assert is_answered(server)


# -- the clock ---------------------------------------------------------------------------------------------------------


def test_a_clock_that_is_set_an_hour_back_or_forward_costs_no_call_and_no_worker(tiny: Path, tmp_path: Path) -> None:
    offset = tmp_path / "offset"
    offset.write_text("0")
    with served(tiny, tmp_path / "run", faulty=True, environment={"CLOCK_OFFSET": str(offset)}) as server:
        workers = server.workers
        for number, jump in enumerate([-3600, 3600, -86400, 0]):
            offset.write_text(str(jump))
            assert abs(time.time() + jump - clock_of(server)) < 60, "else the clock has not been set"
            until = time.monotonic() + HEARTBEAT_TIMEOUT + 1.5
            while time.monotonic() < until:
                twilio = server.twilio(number)
                person = caller(twilio)
                for _ in random_call(person, twilio.chance):
                    pass
                assert not twilio.failures
                assert is_safe(person) or hung_up(person)
                twilio.connection.close()
        assert server.workers == workers


def test_a_clock_that_is_set_while_the_line_stops_loses_no_request(tiny: Path, tmp_path: Path) -> None:
    offset = tmp_path / "offset"
    offset.write_text("0")
    with served(tiny, tmp_path / "run", faulty=True, environment={"CLOCK_OFFSET": str(offset)}) as server:
        twilio = server.twilio()
        request = twilio.request("/call", twilio.fields(FORM))
        twilio.connection._sent(request[:50])
        assert is_answered(server)
        server.process.terminate()
        time.sleep(0.2)
        offset.write_text("3600")
        time.sleep(0.2)
        twilio.connection._socket.sendall(request[50:])  # type: ignore[union-attr]
        assert twilio.connection._answer(twilio.connection._socket)[0] == 200  # type: ignore[arg-type]
        assert end(server.process) == 0


def clock_of(server: Server) -> float:
    """The wall clock of a worker, in seconds since 1970."""
    return float(server.ask(planted="clock")[1])


# -- memory ------------------------------------------------------------------------------------------------------------


@pytest.mark.root  # only root may read the memory of a process that made itself undumpable
def test_replaced_workers_leave_no_memory_behind(tiny: Path, tmp_path: Path) -> None:
    environment = {"IVR_METRICS_ADDRESS": f"127.0.0.1:{free_port()}"}
    with served(tiny, tmp_path / "run", faulty=True, environment=environment) as server:
        for _ in range(20):
            assert is_answered(server)
        before = memory(server)
        for _ in range(WORKER_RESTARTS):
            pids = server.workers
            os.kill(random.choice(pids), signal.SIGKILL)
            eventually(lambda: len(server.workers) == 2 and set(server.workers) != set(pids))  # noqa: B023
            time.sleep(0.25)  # one that ends at once would be started a second later
        server.resources()
        for _ in range(20):
            assert is_answered(server)
        after = memory(server)
    print(f"{WORKER_RESTARTS} restarts of workers: {before / 1e6:.1f} MB, then {after / 1e6:.1f} MB")
    assert after - before < MOST_GROWTH


def memory(server: Server) -> int:
    """Bytes of all processes of a line, what they share counted once (PSS)."""
    pids = [server.process.pid, *server.workers]
    rows = [line.split() for pid in pids for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()]
    return sum(int(row[1]) * 1024 for row in rows if row[0] == "Pss:")
