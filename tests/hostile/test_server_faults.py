"""Faults of the machine and of processes, on a running line: no call is lost."""

import os
import random
import resource
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from support.fake_twilio import (
    HOTLINE,
    AnswerRefused,
    FakeTwilio,
    HttpConnection,
    caller,
    gather,
    hung_up,
    is_at_most_two_keys_from_a_person,
    is_safe,
)
from support.fake_twilio import random_call as live
from support.line_server import Server, children, eventually, listens, served
from support.processes import end
from support.toy_line import MAIN

from ivr.phone.caller import Caller
from ivr.phone.parser import read_document
from ivr.phone.verbs import Dial
from ivr.phone.webhook_form import FORM
from ivr.server.process import IGNORED_SIGNALS
from ivr.server.worker import HEARTBEAT_TIMEOUT

MIN_SLACK = 3.0
"""Seconds that a busy machine may take longer than promised."""


@pytest.fixture
def server(tiny: Path, tmp_path: Path) -> Iterator[Server]:
    with served(tiny, tmp_path / "run", faulty=True) as running:
        yield running


def lived(server: Server, calls: int, between: Callable[[int], object] = str) -> list[FakeTwilio]:
    """Random calls, one after the other, with a fault `between` them. Fails if a call is lost."""
    twilios = []
    for number in range(calls):
        twilio = server.twilio(number)
        one = caller(twilio)
        for act, _ in enumerate(live(one, twilio.chance)):
            if act % 3 == 1:
                between(number)
        assert is_safe(one) or hung_up(one), one.acts
        twilio.connection.close()
        twilios.append(twilio)
    return twilios


def test_calls_by_chance_reach_a_person_from_every_state(server: Server) -> None:
    pids = server.workers
    for twilio in lived(server, 40):
        assert not twilio.failures
    for number in range(40):
        twilio, chance = server.twilio(number), random.Random(number)
        one = caller(twilio)
        acts = live(one, chance, hangs_up=0)
        for _ in range(chance.randrange(2, 10)):
            next(acts, None)
        is_at_most_two_keys_from_a_person(one)
        twilio.connection.close()
    assert server.workers == pids
    assert server.get("/health/ready")[0] == 200


def test_a_caller_may_hang_up_at_any_instant_of_a_request(server: Server) -> None:
    twilio = server.twilio()
    request = twilio.request("/call/en/main", twilio.fields([*FORM, ("Digits", "1")]))
    before = server.at_rest()
    for after in range(0, len(request) + 1, 7):
        twilio.connection.cut(request, after)
    assert caller_is_answered(server)
    eventually(lambda: all(seen["connections"] <= 1 for seen in server.resources().values()))
    assert {pid: seen["tasks"] for pid, seen in server.at_rest().items()} == {p: s["tasks"] for p, s in before.items()}


def caller_is_answered(server: Server) -> bool:
    status, body = server.ask()
    return status == 200 and gather(body) is not None


def test_no_call_is_lost_when_workers_are_killed_in_the_middle(server: Server) -> None:
    chance = random.Random(1)

    def kills(number: int) -> None:
        if number % 4 == 0 and server.workers:
            os.kill(chance.choice(server.workers), signal.SIGKILL)

    twilios = lived(server, 24, kills)
    assert sum(len(twilio.fallbacks) for twilio in twilios) <= 24, "a second try finds another worker, as a rule"
    eventually(lambda: len(server.workers) == 2)
    assert caller_is_answered(server)


@pytest.mark.parametrize("fault", ["a worker that stops", "an endless loop", "a loop that holds the interpreter"])
def test_a_worker_that_hangs_is_replaced_and_the_fallback_carries_its_call(server: Server, fault: str) -> None:
    before = server.workers
    twilio = server.twilio(timeout=1.0)
    one = caller(twilio)
    one.rings()
    twilio.planted = fault
    since = time.monotonic()
    one.presses("1")
    assert twilio.fallbacks == [] or twilio.fallbacks[0]["ErrorCode"] in ("11200", "11205")
    assert one.state in ("listening", "dialling"), "the second try found the other worker, or the fallback dials"
    eventually(lambda: len(set(before) - set(server.workers)) == 1, HEARTBEAT_TIMEOUT + 1 + MIN_SLACK)
    eventually(lambda: len(server.workers) == 2)
    assert time.monotonic() - since < 5 + MIN_SLACK
    assert all(caller_is_answered(server) for _ in range(10))


def test_a_worker_that_hangs_with_its_call_leaves_it_to_the_fallback(tiny: Path, tmp_path: Path) -> None:
    with served(tiny, tmp_path / "run", faulty=True, workers=1) as server:
        twilio = server.twilio(timeout=1.0)
        one = caller(twilio)
        one.rings()
        os.kill(server.workers[0], signal.SIGSTOP)
        one.presses("1")
        (fallback,) = twilio.fallbacks
        assert fallback["ErrorCode"] == "11205"
        assert fallback["ErrorUrl"].startswith(f"{server.line.public}/call/en/opening/")
        assert one.dial, "the fallback has spoken the number and dials"
        assert one.dial.number == HOTLINE
        assert is_safe(one)


def test_stopping_with_two_hundred_calls_in_flight_answers_them_all(server: Server) -> None:
    callers: list[tuple[HttpConnection, bytes, int]] = []
    for number in range(200):
        twilio = server.twilio(number)
        caller(twilio).rings()
        request = twilio.request("/call/en/main", twilio.fields([*FORM, ("Digits", "1")]))
        sent = twilio.chance.randrange(1, len(request) - 1)
        twilio.connection._sent(request[:sent])
        callers.append((twilio.connection, request, sent))
    server.process.terminate()
    eventually(lambda: not listens(server.line.port), 5)
    for connection, request, sent in callers:
        connection._socket.sendall(request[sent:])  # type: ignore[union-attr]
    answers = [connection._answer(connection._socket) for connection, _, _ in callers]  # type: ignore[arg-type]
    assert {status for status, _, _ in answers} == {200}
    assert len({body for _, _, body in answers}) == 1
    for connection, _, _ in callers:
        connection.close()
    twilio = server.twilio(timeout=1)
    one = caller(twilio)
    one.rings()
    assert one.dial, "the line is gone: the fallback dials"
    assert end(server.process) == 0


def test_files_that_change_while_the_line_runs_change_no_answer(copied: Path, tmp_path: Path) -> None:
    text = copied / "prompts" / "tea.txt"

    def hears(server: Server) -> bytes:
        return server.ask(f"/call/en/main/{MAIN}", [("Digits", "1")])[1]

    def replace_workers(server: Server) -> None:
        for pid in (before := server.workers):
            os.kill(pid, signal.SIGKILL)
        eventually(lambda: len(server.workers) == 2 and not set(before) & set(server.workers))

    with served(copied, tmp_path / "run", faulty=True) as server:
        first = hears(server)
        assert b"Tea" in first
        text.write_text(text.read_text("utf-8").replace("Tea", "Good tea"), "utf-8")
        server.process.send_signal(signal.SIGHUP)
        replace_workers(server)
        assert {hears(server) for _ in range(20)} == {first}, "new texts are a new start"
        shutil.rmtree(copied)
        replace_workers(server)
        assert {hears(server) for _ in range(20)} == {first}, "the whole folder is gone"


@pytest.mark.parametrize("file", ["prompts/flow.toml", "prompts/main.txt", "locales/en/locale.toml"])
def test_with_broken_content_every_call_gets_the_fallback_document(copied: Path, tmp_path: Path, file: str) -> None:
    fallback = b"<?xml version='1.0'?><Response/>"
    (copied / file).write_bytes((copied / file).read_bytes()[:-40] + b"\xff{{")
    with served(copied, tmp_path / "run", fallback=fallback) as server:
        one = caller(server.twilio())
        one.rings()
        assert one.dial
        assert is_safe(one)
        assert server.get("/health/live")[0] == 200
        status, told = server.get("/health/ready")
        assert status == 503
        assert Path(file).name in told.decode()


@pytest.mark.parametrize("worker", ["answers", "hangs", "is stopped"])
def test_after_a_kill_of_the_master_no_process_is_left_and_the_port_is_free(
    tiny: Path, tmp_path: Path, worker: str
) -> None:
    with served(tiny, tmp_path / "run", faulty=True) as server:
        server.ask()
        workers = server.workers
        if worker == "is stopped":
            os.kill(workers[0], signal.SIGSTOP)
        if worker == "hangs":
            twilio = server.twilio(timeout=1)
            twilio.planted = "a loop that holds the interpreter"
            with pytest.raises(AnswerRefused):
                twilio.connection.ask(twilio.request("/call", twilio.fields(FORM)))
        server.process.kill()
        server.process.wait()
        eventually(lambda: not any(Path(f"/proc/{pid}").exists() for pid in workers), 5 + MIN_SLACK)
        with socket.create_server(("127.0.0.1", server.line.port)):
            pass


def test_a_request_that_has_begun_when_the_master_is_killed_is_answered(tiny: Path, tmp_path: Path) -> None:
    with served(tiny, tmp_path / "run") as server:
        twilio = server.twilio()
        request = twilio.request("/call", twilio.fields(FORM))
        twilio.connection._sent(request[:50])
        server.process.kill()
        server.process.wait()
        twilio.connection._socket.sendall(request[50:])  # type: ignore[union-attr]
        assert twilio.connection._answer(twilio.connection._socket)[0] == 200  # type: ignore[arg-type]


@pytest.mark.parametrize("number", IGNORED_SIGNALS, ids=lambda number: number.name)
def test_signals_that_would_reload_do_nothing(server: Server, number: signal.Signals) -> None:
    workers = server.workers
    for pid in [server.process.pid, *workers]:
        os.kill(pid, number)
    assert all(caller_is_answered(server) for _ in range(10))
    time.sleep(1.2)  # the master looks at its signals once a second
    assert server.workers == workers
    assert caller_is_answered(server)


# -- what the machine runs out of --------------------------------------------------------------------------------------


def shell(line: str, *words: str) -> list[str]:
    return ["bash", "-c", f'{line}; exec "$@"', "bash", *words]


def test_where_no_file_can_grow_calls_are_answered(tiny: Path, tmp_path: Path) -> None:
    usage = str(tmp_path / "usage")
    with served(tiny, tmp_path / "run", before=shell("ulimit -f 0"), usage=usage) as server:
        assert all(not twilio.failures for twilio in lived(server, 10))
        assert server.get("/health/ready")[0] == 200
        assert end(server.process) in (0, 120), "120 is Python's word for output that could not be written"
    assert (tmp_path / "usage" / "usage.sqlite").stat().st_size == 0


@pytest.mark.root  # a disk is mounted
def test_on_a_disk_that_is_full_calls_are_answered(tiny: Path, tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = ["mount", "-t", "tmpfs", "-o", "size=32k", "tmpfs", str(disk)]
    if subprocess.run(mounted, capture_output=True).returncode:
        pytest.skip("no disk can be mounted here")
    try:
        with pytest.raises(OSError, match="No space left"):
            (disk / "filler").write_bytes(b"x" * 100_000)
        with served(tiny, tmp_path / "run", usage=str(disk / "usage")) as server:
            assert all(not twilio.failures for twilio in lived(server, 10))
            assert end(server.process) == 0
    finally:
        subprocess.run(["umount", "-l", str(disk)], check=True)


def test_without_a_file_to_spare_a_caller_still_gets_through(tiny: Path, tmp_path: Path) -> None:
    with served(tiny, tmp_path / "run", faulty=True, before=shell("ulimit -n 64"), workers=1) as server:
        idle = []
        for _ in range(200):
            idle.append(socket.create_connection(("127.0.0.1", server.line.port)))
        assert all(caller_is_answered(server) for _ in range(5)), "the connection that waits longest made room"
        assert server.resources()[server.workers[0]]["files"] <= 64
        for one in idle:
            one.close()
        lived(server, 5)
        assert len(server.workers) == 1


def test_with_little_memory_a_large_request_costs_no_worker(tiny: Path, tmp_path: Path) -> None:
    with served(tiny, tmp_path / "run", faulty=True) as server:
        workers = list(server.resources())  # they have begun: the threads they need are there
        for pid in workers:
            resource.prlimit(pid, resource.RLIMIT_AS, (_address_space(pid) + 8_000_000,) * 2)
        for _ in range(20):
            twilio = server.twilio()
            request = twilio.request("/call", twilio.fields([*FORM, ("Filler", "x" * 50_000)]))
            assert twilio.connection.ask(request)[0] == 200
            twilio.connection.close()
        assert server.ask(planted="no memory") == (200, server.line.fallback)
        assert sorted(server.workers) == sorted(workers)


def _address_space(pid: int) -> int:
    return int(Path(f"/proc/{pid}/statm").read_text().split()[0]) * os.sysconf("SC_PAGE_SIZE")


# -- what a log goes to ------------------------------------------------------------------------------------------------


@pytest.fixture
def without_output(tiny: Path, tmp_path: Path) -> Iterator[Server]:
    """A line that was started with standard input, output and error closed."""
    before, usage = shell("exec >&- 2>&- <&-"), str(tmp_path / "usage")
    with served(tiny, tmp_path / "run", faulty=True, before=before, usage=usage) as server:
        yield server


def test_with_closed_output_calls_are_answered(without_output: Server) -> None:
    lived(without_output, 10)
    for holds in without_output.resources().values():
        assert holds["streams"] == ["/dev/null"] * 3, "else the next file to be opened would be written into"
    assert without_output.ask(planted="an error that quotes the caller")[1] == without_output.line.fallback


@pytest.mark.root  # the process is not dumpable, so only root can read its files
def test_with_closed_output_the_master_writes_to_dev_null(without_output: Server) -> None:
    files = Path(f"/proc/{without_output.process.pid}/fd")
    assert {str((files / str(stream)).readlink()) for stream in range(3)} == {"/dev/null"}


def test_a_log_that_nobody_reads_keeps_no_caller_waiting(tiny: Path, tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    held = os.open(pipe, os.O_RDWR)
    with served(tiny, tmp_path / "run", before=shell(f'exec >"{pipe}" 2>&1')) as server:
        workers, twilio = server.workers, server.twilio()
        request = twilio.request("/call", twilio.fields(FORM))
        unsigned = request.replace(b"X-Twilio-Signature", b"X-Nobody")
        for number in range(2500):
            assert twilio.connection.ask(request)[0] == 200
            if number % 5 == 0:
                _send_garbage(server.line.port)
            assert twilio.connection.ask(unsigned)[0] == 403
        assert server.workers == workers
        os.close(held)  # now it is closed as well
        assert all(caller_is_answered(server) for _ in range(50))
        assert server.workers == workers
        assert end(server.process) == 0, "it does not wait for the pipe either"


def _send_garbage(port: int) -> None:
    """Bytes that are no HTTP: a server would like to say so."""
    with socket.create_connection(("127.0.0.1", port), 5) as one:
        one.sendall(b"\x00\xff\r\n\r\n")
        while one.recv(4096):
            pass


# -- the network -------------------------------------------------------------------------------------------------------

OFFLINE = """
import fcntl, socket, struct, sys
from pathlib import Path
with socket.socket() as one:  # the loopback interface alone, and it must be brought up
    fcntl.ioctl(one, 0x8914, struct.pack("16sh", b"lo", 1))
from support.line_server import served
from support.fake_twilio import caller, is_safe, random_call
with served(Path(sys.argv[1]), Path(sys.argv[2])) as server:
    for number in range(10):
        twilio = server.twilio(number)
        one = caller(twilio)
        list(random_call(one, twilio.chance, hangs_up=0))
        assert is_safe(one) and not twilio.failures
print("all answered")
"""


def test_without_any_network_calls_are_answered(tiny: Path, tmp_path: Path) -> None:
    alone = ["unshare", "--net"] if os.geteuid() == 0 else ["unshare", "--map-root-user", "--net"]
    if subprocess.run([*alone, "true"], capture_output=True).returncode:
        pytest.skip("no network namespace can be made here")
    paths = os.pathsep.join(map(str, (Path(__file__).parent.parent,)))
    done = subprocess.run(
        [*alone, sys.executable, "-c", OFFLINE, str(tiny), str(tmp_path / "run")],
        env={**os.environ, "PYTHONPATH": paths}, capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    assert done.stdout.strip() == "all answered", done.stderr


# -- what is left behind -----------------------------------------------------------------------------------------------


def test_a_worker_that_dies_leaves_no_memory_on_the_disk(server: Server) -> None:
    for pid in [server.process.pid, *server.workers]:
        limits = Path(f"/proc/{pid}/limits").read_text("utf-8")
        assert [line.split()[-3:-1] for line in limits.splitlines() if line.startswith("Max core")] == [["0", "0"]]
    with pytest.raises(AnswerRefused):
        server.ask(planted="a worker that aborts")
    eventually(lambda: len(server.workers) == 2)
    assert not [path for path in server.folder.rglob("*") if "core" in path.name]
    assert children(server.process.pid)


def test_the_last_answer_that_holds_a_dial_carries_a_call_without_any_server(server: Server) -> None:
    """Row 12: the line ends while the hotline rings, so Twilio plays the fallback document after the dial."""
    twilio = server.twilio(timeout=1)
    one: Caller = caller(twilio)
    one.rings()
    one.presses("0")
    end(server.process)
    one.dial_ends("busy")
    assert one.dial, "the fallback dials again"
    assert len(one.dialled) == 2
    assert twilio.fallbacks[0]["ErrorUrl"].endswith("/outcome")
    assert [verb.number for verb in read_document(twilio.line.fallback) if isinstance(verb, Dial)] == [HOTLINE] * 2
