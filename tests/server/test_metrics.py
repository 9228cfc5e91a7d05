"""The metrics: exact over all workers, on an address of their own, and without a caller, a node or a language."""

import json
import multiprocessing
import os
import re
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Mapping
from contextlib import ExitStack, suppress
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from prometheus_client import generate_latest
from ruamel.yaml import YAML
from starlette.testclient import TestClient
from support.line_server import children
from support.processes import IVR, TOKEN, end, free_port, line_environment, running
from support.signed_calls import BASE, CALL, PROBE_CALL, post_to_app, post_to_port, settings_for, signed
from support.toy_line import MAIN
from support.usage import MemoryStore

from ivr import __version__
from ivr.call.state import DialEnded, Key, Place, Ring
from ivr.errors import BadSettings
from ivr.operate import http_client
from ivr.operate.probe import probe
from ivr.readiness import readiness_of
from ivr.server.app import make_app
from ivr.server.metrics import ANSWER_SECONDS, FILE_BYTES, REQUESTS, TOTALS, TRANSFERS, Metrics, prepare_metrics_folder
from ivr.server.serve import memory_folder
from ivr.server.worker import MAX_METRICS_CONNECTIONS
from ivr.settings import CHECKOUT, Settings, read_settings
from ivr.usage.counter import UsageCounter, UsageKey

MONITORING = CHECKOUT / "deploy" / "monitoring"
TEA = Place("tea", "es")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of metrics that are made in this process."""
    made = prepare_metrics_folder(tmp_path, "127.0.0.1", 9464, workers=4)
    monkeypatch.setenv("PROMETHEUS_MULTIPROC_DIR", str(made))
    return made


@pytest.fixture
def metrics(folder: Path, tiny: Path) -> Metrics:
    return Metrics(folder, readiness_of(settings_for(tiny)))


def page_of(metrics: Metrics) -> str:
    return generate_latest(metrics.registry).decode()


def asked(port: int) -> dict[str, float]:
    """What Prometheus reads there: each series and its value."""
    page = http_client.fetch(f"http://127.0.0.1:{port}/metrics", None, {}).body.decode()
    return series(page)


def series(page: str) -> dict[str, float]:
    lines = [line for line in page.splitlines() if line and not line.startswith("#")]
    return {name: float(value) for name, value in (line.rsplit(" ", 1) for line in lines)}


def wait_for(port: int, name: str, value: float) -> dict[str, float]:
    deadline = time.monotonic() + 10
    while (found := asked(port)).get(name) != value and time.monotonic() < deadline:
        time.sleep(0.05)
    return found


# -- over several workers ----------------------------------------------------------------------------------------------


def test_all_workers_add_up_and_a_killed_one_loses_no_count(tiny: Path, tmp_path: Path) -> None:
    port, address = free_port(), free_port()
    public = f"http://127.0.0.1:{port}"
    environment = line_environment(tiny, public, IVR_METRICS_ADDRESS=f"127.0.0.1:{address}")
    folder = memory_folder() / f"ivr-metrics-127.0.0.1-{address}"
    with running([IVR, "serve", "--port", str(port), "--workers", "3"], port, tmp_path, environment) as process:
        assert wait_for(address, "ivr_workers_started_total", 3)["ivr_ready"] == 1
        for _ in range(90):
            assert post_to_port(port, public, f"/call/en/main/{MAIN}", [("Digits", "1")]).status == 200
        for _ in range(30):
            assert post_to_port(port, public, "/call/en/connect/outcome", [("DialCallStatus", "busy")]).status == 200
        settings = Settings(_env_file=None, twilio_auth_token=TOKEN, public_url=public, ivr_content=tiny)
        assert probe(settings, public, http_client.fetch).state == "OK"
        assert http_client.fetch(f"{public}/call", [("a", "b")], {}).status == 403
        pages = [asked(address) for _ in range(12)]
        assert all(page == pages[0] for page in pages), "whichever worker is asked"
        assert pages[0]['ivr_requests_total{event="key"}'] == 90
        assert pages[0]['ivr_transfers_total{outcome="busy"}'] == 30
        assert (pages[0]["ivr_test_calls_total"], pages[0]["ivr_refused_total"]) == (3, 1)
        assert pages[0]["ivr_answer_seconds_count"] == pages[0]['ivr_answer_seconds_bucket{le="+Inf"}'] == 123
        files = sorted(folder.iterdir())
        os.kill(children(process.pid)[0], signal.SIGKILL)
        after = wait_for(address, "ivr_workers_started_total", 4)
        assert after["ivr_workers_started_total"] == 4
        assert after['ivr_requests_total{event="key"}'] == 90
        assert sorted(folder.iterdir()) == files, "the new worker goes on in the files of the one that it replaces"
        assert {file.stat().st_size for file in files} == {FILE_BYTES}
        assert http_client.fetch(f"{public}/metrics", None, {}).status == 404, "the public address never shows metrics"
        assert end(process) == 0
    assert not folder.exists()


def _count(metrics: Metrics, slot: int, times: int) -> None:
    metrics.worker_started(slot)
    for _ in range(times):
        metrics.answered(Key("1"), 0.002, test_call=False)


def test_workers_that_count_at_once_lose_no_count(metrics: Metrics) -> None:
    processes = multiprocessing.get_context("fork")
    workers = [processes.Process(target=_count, args=(metrics, slot, 5000)) for slot in range(1, 5)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(60)
    assert [worker.exitcode for worker in workers] == [0] * 4
    shown = series(page_of(metrics))
    assert shown['ivr_requests_total{event="key"}'] == 20_000
    assert shown["ivr_workers_started_total"] == 4


# -- what is shown, and what is not ------------------------------------------------------------------------------------


def test_the_page_is_one_that_prometheus_reads(metrics: Metrics) -> None:
    metrics.worker_started(1)
    metrics.answered(Ring(), 0.0005, test_call=False)
    metrics.answered(DialEnded("connected"), 0.05, test_call=False)
    page = page_of(metrics)
    found = series(page)
    assert found["ivr_ready"] == 1
    assert found[f'ivr_release{{release="{__version__}"}}'] == 1
    assert [found[f'ivr_answer_seconds_bucket{{le="{limit}"}}'] for limit in (0.001, 0.01, 0.1, 1.0)] == [1, 1, 2, 2]
    assert found["ivr_answer_seconds_sum"] == pytest.approx(0.0505)
    if promtool := shutil.which("promtool"):
        done = subprocess.run([promtool, "check", "metrics"], input=page, capture_output=True, text=True, timeout=60)
        assert (done.returncode, done.stderr) == (0, ""), done.stdout + done.stderr


def test_metrics_hold_no_node_and_no_language(metrics: Metrics, tiny: Path) -> None:
    ready = readiness_of(settings_for(tiny))
    with TestClient(make_app(settings_for(tiny), ready, metrics=metrics), base_url=BASE) as client:
        post_to_app(client, f"/call/es/main/{MAIN}", [("Digits", "1")])
    page = page_of(metrics)
    assert ready.line
    assert series(page)['ivr_requests_total{event="key"}'] == 1
    counts = "".join(line for line in page.splitlines(keepends=True) if not line.startswith("ivr_language_"))
    labels = set(re.findall(r'(\w+)="', counts))
    assert labels == {"event", "outcome", "le", "release"}
    assert not re.findall(r'"(tea|es|en)"', counts)


def test_a_language_that_is_not_spoken_shows(folder: Path, copied: Path) -> None:
    (copied / "locales/es/LC_MESSAGES/messages.po").write_text("garbage", "utf-8")
    shown = series(page_of(Metrics(folder, readiness_of(settings_for(copied)))))
    assert (shown["ivr_ready"], shown["ivr_serving"]) == (0, 1)
    assert shown['ivr_language_withheld{locale="en"}'] == 0
    assert shown['ivr_language_withheld{locale="es"}'] == 1
    assert shown['ivr_language_faults{locale="es"}'] == 1


def test_the_webhook_counts_answers_refusals_and_fallback_documents(
    metrics: Metrics, tiny: Path, tmp_path: Path
) -> None:
    ready = readiness_of(settings_for(tiny))
    with TestClient(make_app(settings_for(tiny), ready, metrics=metrics), base_url=BASE) as client:
        post_to_app(client, "/call")
        post_to_app(client, f"/call/es/main/{MAIN}", [("Digits", "1")])
        assert client.post("/call", content="a=b").status_code == 403
        assert client.post("/call", **signed("/call", token="another", call=CALL)).status_code == 403
        assert client.post("/call", **signed("/call", token="another", call=PROBE_CALL)).status_code == 403
        assert client.get("/metrics").status_code == 404
    (tmp_path / "cut" / "prompts").mkdir(parents=True)
    (tmp_path / "cut" / "prompts" / "flow.toml").write_text("cut = ")
    broken = readiness_of(settings_for(tmp_path / "cut"))
    assert not broken.ready
    with TestClient(make_app(settings_for(tiny), broken, metrics=metrics), base_url=BASE) as client:
        post_to_app(client, "/call")
    found = series(page_of(metrics))
    assert (found['ivr_requests_total{event="ring"}'], found['ivr_requests_total{event="key"}']) == (1, 1)
    assert (found["ivr_refused_total"], found["ivr_refused_signed_total"]) == (2, 1), "test calls are left out"
    assert found["ivr_fallback_total"] == 1


def test_a_metric_that_cannot_be_counted_costs_no_call(metrics: Metrics, folder: Path, tiny: Path) -> None:
    shutil.rmtree(folder)
    metrics.worker_started(9)  # its files cannot be made
    app = make_app(settings_for(tiny), readiness_of(settings_for(tiny)), metrics=metrics)
    with TestClient(app, base_url=BASE) as client:
        assert post_to_app(client, "/call").endswith(b"</Response>")
        assert client.post("/call", content="a=b").status_code == 403


def test_failed_writes_of_usage_are_counted(metrics: Metrics) -> None:
    store = MemoryStore()
    counts = UsageCounter(store, on_failure=partial(metrics.add, "ivr_usage_failures"))
    store.fault = OSError(28, "No space left on device")
    counts.count(TEA, Key("1"))
    assert not counts.write()
    store.fault = None
    assert counts.write()
    assert series(page_of(metrics))["ivr_usage_failures_total"] == 1
    assert {cell.node for cell in store.counts} == {"tea"}
    assert all(isinstance(cell, UsageKey) for cell in store.counts)


def test_the_folder_of_metrics_is_emptied_at_start(tmp_path: Path) -> None:
    folder = prepare_metrics_folder(tmp_path, "127.0.0.1", 9464, workers=2)
    (folder / "counter_1.db").write_bytes(b"of the line before")
    (folder / "counter_7.db").write_bytes(b"of the line before")
    assert prepare_metrics_folder(tmp_path, "127.0.0.1", 9464, workers=2) == folder
    assert len(list(folder.iterdir())) == 6
    assert {file.read_bytes() for file in folder.iterdir()} == {bytes(FILE_BYTES)}
    assert folder.stat().st_mode & 0o777 == 0o700


def test_a_folder_of_metrics_that_is_a_link_is_not_followed(tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "kept").touch()
    (tmp_path / "ivr-metrics-127.0.0.1-9464").symlink_to(elsewhere)
    with pytest.raises(PermissionError):
        prepare_metrics_folder(tmp_path, "127.0.0.1", 9464, workers=2)
    assert (elsewhere / "kept").exists()


# -- the address -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "meant"),
    [("", None), ("off", None), ("127.0.0.1:9464", ("127.0.0.1", 9464)), ("[::1]:9464", ("::1", 9464)),
     ("0.0.0.0:9464", ("0.0.0.0", 9464))],
)  # fmt: skip
def test_an_address(value: str, meant: object) -> None:
    assert Settings(_env_file=None, ivr_metrics_address=value).metrics == meant


@pytest.mark.usefixtures("unset")
@pytest.mark.parametrize(
    "value", ["9464", ":9464", "127.0.0.1", "127.0.0.1:0", "127.0.0.1:99999", "http://127.0.0.1:1"]
)
def test_an_address_that_is_none_is_a_sentence(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv("IVR_METRICS_ADDRESS", value)
    with pytest.raises(BadSettings, match=r"IVR_METRICS_ADDRESS is '.*': expected off, or an address"):
        read_settings()


@pytest.mark.parametrize("fault", ["address taken", "folder taken"])
def test_metrics_that_cannot_be_served_keep_no_line_from_starting(tiny: Path, tmp_path: Path, fault: str) -> None:
    port = free_port()
    public = f"http://127.0.0.1:{port}"
    with socket.create_server(("127.0.0.1", 0)) as taken, ExitStack() as stack:
        address = taken.getsockname()[1]
        if fault == "folder taken":
            taken.close()
            file = memory_folder() / f"ivr-metrics-127.0.0.1-{address}"
            file.touch()
            stack.callback(file.unlink)
        environment = line_environment(tiny, public, IVR_METRICS_ADDRESS=f"127.0.0.1:{address}")
        with running([IVR, "serve", "--port", str(port)], port, tmp_path, environment):
            assert post_to_port(port, public).status == 200
    printed = (tmp_path / "printed").read_text("utf-8")
    assert "The line runs without metrics: " in printed
    assert str(address) in printed


@pytest.mark.parametrize(
    ("request_", "answer"),
    [
        (b"GET /metrics HTTP/1.1\r\nHost: x\r\n", b"HTTP/1.1 200"),
        (b"POST /metrics HTTP/1.1\r\nHost: x\r\n", b"HTTP/1.1 405"),
        (b"GET /call HTTP/1.1\r\nHost: x\r\n", b"HTTP/1.1 404"),
        (b"GET /health/live HTTP/1.1\r\nHost: x\r\n", b"HTTP/1.1 404"),
        (b"nonsense\r\n", b"HTTP/1.1 400"),
        (b"GET /metrics HTTP/1.1\r\nHost: x\r\nX: " + b"y" * 200_000 + b"\r\n", b""),
    ],
)
def test_the_metrics_address_answers_one_page_and_goes_on(served_metrics: int, request_: bytes, answer: bytes) -> None:
    with socket.create_connection(("127.0.0.1", served_metrics), timeout=10) as connection:
        got = b""
        try:
            connection.sendall(request_ + b"Connection: close\r\n\r\n")
            while chunk := connection.recv(65536):
                got += chunk
        except ConnectionError:
            pass
    assert got.startswith(answer)
    assert bool(got) == bool(answer)
    assert asked(served_metrics)["ivr_ready"] == 1


def test_connections_that_are_held_at_the_metrics_address_are_few(served_metrics: int) -> None:
    silent = [
        socket.create_connection(("127.0.0.1", served_metrics), timeout=10) for _ in range(MAX_METRICS_CONNECTIONS)
    ]
    with socket.create_connection(("127.0.0.1", served_metrics), timeout=3) as one, suppress(ConnectionError):
        assert one.recv(1) == b"", "one too many is closed at once"
    for other in silent:
        other.close()
    deadline = time.monotonic() + 10
    while not is_open(served_metrics) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert asked(served_metrics)["ivr_ready"] == 1


def is_open(port: int) -> bool:
    with suppress(ConnectionError), socket.create_connection(("127.0.0.1", port), timeout=10) as one:
        one.sendall(b"GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n")
        return one.recv(1) != b""
    return False


@pytest.fixture(scope="module")
def served_metrics(tiny: Path, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """The port of the metrics of a line that runs."""
    port, address = free_port(), free_port()
    environment = line_environment(tiny, f"http://127.0.0.1:{port}", IVR_METRICS_ADDRESS=f"127.0.0.1:{address}")
    folder = tmp_path_factory.mktemp("line")
    with running([IVR, "serve", "--port", str(port), "--workers", "1"], port, folder, environment):
        wait_for(address, "ivr_workers_started_total", 1)
        yield address


# -- the rules and the board -------------------------------------------------------------------------------------------


def _expressions() -> Mapping[str, str]:
    rules = YAML(typ="safe").load(MONITORING / "rules.yaml")
    alerts = {rule["alert"]: rule["expr"] for group in rules["groups"] for rule in group["rules"]}
    board = json.loads((MONITORING / "board.json").read_text("utf-8"))
    shown = {panel["title"]: target["expr"] for panel in board["panels"] for target in panel["targets"]}
    return alerts | shown


def test_every_metric_that_rules_and_board_name_exists_and_none_is_left_out(metrics: Metrics) -> None:
    shown = series(page_of(metrics))
    have = {name.partition("{")[0] for name in shown}
    named = {name for expr in _expressions().values() for name in re.findall(r"\bivr_\w+", expr)}
    assert named <= have
    counters = {f"{name}_total" for name in (REQUESTS[0], TRANSFERS[0], *TOTALS)}
    assert counters | {ANSWER_SECONDS[0]} <= {name.removesuffix("_bucket") for name in named}
    values = {value for expr in _expressions().values() for value in re.findall(r'(?:event|outcome)="([^"]*)"', expr)}
    assert values
    assert all(any(f'"{value}"' in name for name in shown) for value in values)


def test_every_alert_says_what_to_do() -> None:
    rules = YAML(typ="safe").load(MONITORING / "rules.yaml")
    for group in rules["groups"]:
        for rule in group["rules"]:
            assert rule["labels"]["severity"] in ("page", "ticket")
            assert len(rule["annotations"]["summary"]) > 20
            assert len(rule["annotations"]["do"]) > 20


def test_promtool_accepts_the_rules_and_they_fire_as_meant(tmp_path: Path) -> None:
    promtool = shutil.which("promtool")
    if not promtool:
        if os.environ.get("CI") == "true":
            pytest.fail("promtool is not on this machine: .ci/run installs Debian's package prometheus")
        pytest.skip("promtool is not on this machine (Debian's package prometheus)")
    for words in (["check", "rules", "rules.yaml"], ["test", "rules", "rules.test.yaml"]):
        done = subprocess.run([promtool, *words], cwd=MONITORING, capture_output=True, text=True, timeout=120)
        assert done.returncode == 0, done.stdout + done.stderr
    wrong = tmp_path / "rules.yaml"
    wrong.write_text((MONITORING / "rules.yaml").read_text("utf-8").replace("sum(", "sum((", 1), "utf-8")
    assert subprocess.run([promtool, "check", "rules", str(wrong)], capture_output=True, timeout=60).returncode == 1


def test_every_query_of_the_board_is_one_that_prometheus_understands(tmp_path: Path) -> None:
    promtool = shutil.which("promtool")
    if not promtool:
        pytest.skip("promtool is not on this machine (Debian's package prometheus)")
    queries = [
        {"record": f"board:{number}", "expr": expr.replace("$__rate_interval", "5m")}
        for number, expr in enumerate(_expressions().values())
    ]
    (tmp_path / "board.yaml").write_text(json.dumps({"groups": [{"name": "board", "rules": queries}]}), "utf-8")
    done = subprocess.run([promtool, "check", "rules", "board.yaml"], cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
