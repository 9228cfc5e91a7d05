"""Figures for whoever is on call: right over all workers, nothing that could point to a caller, rules that work."""

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
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from deploy.test_deploy import _children, ask
from ruamel.yaml import YAML
from server.test_webhook import BASE, settings_for
from starlette.testclient import TestClient
from support.processes import IVR, TOKEN, end, free_port, line_environment, running
from support.toy_line import MAIN
from usage.test_counter import REAL, Memory, _post

from ivr.call.state import Key, Outcome, Place, Ring
from ivr.errors import BadSettings
from ivr.operate import http_client
from ivr.operate.probe import probe
from ivr.readiness import get_ready
from ivr.server.app import make_app
from ivr.server.metrics import METRICS, SLOTS, Figures, Name, Watched
from ivr.server.metrics_endpoint import MOST_CONNECTIONS
from ivr.settings import CHECKOUT, Settings, read_settings
from ivr.usage.counter import UsageCounter, UsageKey

MONITORING = CHECKOUT / "deploy" / "monitoring"
TEA = Place("tea", "es")


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


def test_all_workers_add_up_whichever_is_asked_and_a_killed_one_takes_nothing_with_it(
    tiny: Path, tmp_path: Path
) -> None:
    port, figures = free_port(), free_port()
    public = f"http://127.0.0.1:{port}"
    environment = line_environment(tiny, public, IVR_METRICS_ADDRESS=f"127.0.0.1:{figures}")
    with running([IVR, "serve", "--port", str(port), "--workers", "3"], port, tmp_path, environment) as process:
        assert wait_for(figures, "ivr_workers_started_total", 3)["ivr_ready"] == 1
        for _ in range(90):
            assert ask(port, public, f"/call/en/main/{MAIN}", [("Digits", "1")]).status == 200
        for _ in range(30):
            assert ask(port, public, "/call/en/connect/outcome", [("DialCallStatus", "busy")]).status == 200
        settings = Settings(_env_file=None, twilio_auth_token=TOKEN, public_url=public, ivr_content=tiny)
        assert probe(settings, public, http_client.fetch).well
        assert http_client.fetch(f"{public}/call", [("a", "b")], {}).status == 403
        pages = [asked(figures) for _ in range(12)]
        assert all(page == pages[0] for page in pages)
        assert pages[0]['ivr_requests_total{event="key"}'] == 90
        assert pages[0]['ivr_transfers_total{outcome="busy"}'] == 30
        assert (pages[0]["ivr_rehearsals_total"], pages[0]["ivr_refused_total"]) == (2, 1)
        assert pages[0]["ivr_answer_seconds_count"] == pages[0]['ivr_answer_seconds_bucket{le="+Inf"}'] == 122
        assert not any("node=" in name for name in pages[0])
        os.kill(_children(process.pid)[0], signal.SIGKILL)
        after = wait_for(figures, "ivr_workers_started_total", 4)
        assert after["ivr_workers_started_total"] == 4
        assert after['ivr_requests_total{event="key"}'] == 90
        os.kill(process.pid, signal.SIGHUP)
        renewed = wait_for(figures, "ivr_workers_started_total", 7)
        assert renewed["ivr_workers_started_total"] == 7
        assert renewed['ivr_requests_total{event="key"}'] == 90
        assert end(process) == 0


def _count(figures: Figures, times: int) -> None:
    figures.claim()
    for _ in range(times):
        figures.answered(TEA, Key("1"), 0.002, rehearsal=False)


def test_workers_that_count_at_once_lose_nothing_and_more_than_there_is_room_for_are_left_out() -> None:
    figures, processes = Figures(), multiprocessing.get_context("fork")
    workers = [processes.Process(target=_count, args=(figures, 5000)) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(60)
    assert [worker.exitcode for worker in workers] == [0] * 4
    assert figures.total(Name("ivr_requests_total", 'event="key"')) == 20_000
    assert figures.total(Name("ivr_workers_started_total")) == 4
    figures.answered(TEA, Key("1"), 0.002, rehearsal=False)  # this process has claimed nothing
    assert figures.total(Name("ivr_requests_total", 'event="key"')) == 20_000
    assert SLOTS >= 3 * 16


# -- what is shown, and what is not ------------------------------------------------------------------------------------


def test_the_page_is_one_that_prometheus_reads() -> None:
    figures = Figures()
    figures.claim()
    figures.answered(TEA, Ring(), 0.0005, rehearsal=False)
    figures.answered(TEA, Outcome("connected"), 0.05, rehearsal=False)
    page = figures.text(ready=False, release="1.2.3").decode()
    found = series(page)
    assert (found["ivr_ready"], found['ivr_release{release="1.2.3"}']) == (0, 1)
    assert [found[f'ivr_answer_seconds_bucket{{le="{limit}"}}'] for limit in (0.001, 0.01, 0.1, 1.0)] == [1, 1, 2, 2]
    assert found["ivr_answer_seconds_sum"] == pytest.approx(0.0505)
    if promtool := shutil.which("promtool"):
        done = subprocess.run([promtool, "check", "metrics"], input=page, capture_output=True, text=True, timeout=60)
        assert (done.returncode, done.stderr) == (0, ""), done.stdout + done.stderr


def test_nodes_and_languages_are_told_apart_only_where_that_is_switched_on() -> None:
    figures = Figures([("tea", "es"), ("tea", "en")])
    figures.claim()
    figures.answered(TEA, Key("1"), 0.0005, rehearsal=False)
    figures.answered(Place("new", "es"), Key("1"), 0.0005, rehearsal=False)
    figures.answered(TEA, Key("1"), 0.0005, rehearsal=True)
    found = series(figures.text(ready=True, release="1").decode())
    assert {name: value for name, value in found.items() if "node=" in name} == {
        'ivr_reached_total{node="tea",locale="es"}': 1,
        'ivr_reached_total{node="tea",locale="en"}': 0,
        'ivr_reached_total{node="other",locale="other"}': 1,
    }
    assert "node=" not in Figures().text(ready=True, release="1").decode()


def test_the_door_counts_answers_refusals_and_last_resorts(tiny: Path) -> None:
    figures, ready = Figures(), get_ready(settings_for(tiny))
    figures.claim()
    with TestClient(make_app(settings_for(tiny), ready, figures=figures), base_url=BASE) as client:
        _post(client, "/call")
        _post(client, f"/call/es/main/{MAIN}", [("Digits", "1")], REAL)
        assert client.post("/call", content="a=b").status_code == 403
        assert client.get("/metrics").status_code == 404, "the public address shows no figures"
    broken = get_ready(settings_for(tiny / "prompts"))
    assert not broken.ready
    with TestClient(make_app(settings_for(tiny), broken, figures=figures), base_url=BASE) as client:
        _post(client, "/call")
    found = series(figures.text(ready=True, release="1").decode())
    assert (found['ivr_requests_total{event="ring"}'], found['ivr_requests_total{event="key"}']) == (1, 1)
    assert (found["ivr_refused_total"], found["ivr_last_resort_total"]) == (1, 1)


def test_writings_of_usage_that_fail_show() -> None:
    store, figures = Memory(), Figures()
    figures.claim()
    counts = UsageCounter(Watched(store, figures))
    store.fault = OSError(28, "No space left on device")
    counts.count(TEA, Key("1"))
    assert not counts.write()
    store.fault = None
    assert counts.write()
    assert figures.total(Name("ivr_usage_failures_total")) == 1
    assert {key.node for key in store.counts} == {"tea"}
    assert all(isinstance(key, UsageKey) for key in store.counts)


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


def test_a_port_that_is_taken_is_a_sentence_at_start(tiny: Path, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        environment = line_environment(tiny, "http://127.0.0.1:1", IVR_METRICS_ADDRESS=f"127.0.0.1:{port}")
        done = subprocess.run(
            [IVR, "serve", "--port", str(free_port())], cwd=tmp_path, capture_output=True, text=True, timeout=60,
            env={"PATH": os.environ["PATH"], **environment},
        )  # fmt: skip
    assert done.returncode == 1
    assert f"127.0.0.1 port {port} cannot be listened on" in done.stderr


@pytest.mark.parametrize(
    ("request_", "answer"),
    [
        (b"GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n", b"HTTP/1.1 200"),
        (b"POST /metrics HTTP/1.1\r\nHost: x\r\n\r\n", b"HTTP/1.1 405"),
        (b"GET /call HTTP/1.1\r\nHost: x\r\n\r\n", b"HTTP/1.1 404"),
        (b"nonsense\r\n\r\n", b"HTTP/1.1 404"),
        (b"GET /metrics HTTP/1.1\r\nX: " + b"y" * 100_000 + b"\r\n\r\n", b""),
    ],
)
def test_whatever_is_asked_the_door_of_the_figures_goes_on(door: int, request_: bytes, answer: bytes) -> None:
    with socket.create_connection(("127.0.0.1", door), timeout=10) as one:
        got = b""
        try:
            one.sendall(request_)
            while chunk := one.recv(65536):
                got += chunk
        except ConnectionError:
            pass
    assert got.startswith(answer)
    assert bool(got) == bool(answer)
    assert asked(door)["ivr_ready"] == 1


def test_whoever_holds_its_connections_costs_the_figures_and_no_file_that_a_call_needs(door: int) -> None:
    silent = [socket.create_connection(("127.0.0.1", door), timeout=10) for _ in range(MOST_CONNECTIONS)]
    with socket.create_connection(("127.0.0.1", door), timeout=3) as one, suppress(ConnectionError):
        assert one.recv(1) == b"", "one too many is closed at once"
    for other in silent:
        other.close()
    deadline = time.monotonic() + 10
    while not is_open(door) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert asked(door)["ivr_ready"] == 1


def is_open(port: int) -> bool:
    with suppress(ConnectionError), socket.create_connection(("127.0.0.1", port), timeout=10) as one:
        one.sendall(b"GET /metrics HTTP/1.1\r\n\r\n")
        return one.recv(1) != b""
    return False


@pytest.fixture(scope="module")
def door(tiny: Path, tmp_path_factory: pytest.TempPathFactory) -> Any:
    port, figures = free_port(), free_port()
    environment = line_environment(tiny, f"http://127.0.0.1:{port}", IVR_METRICS_ADDRESS=f"127.0.0.1:{figures}")
    folder = tmp_path_factory.mktemp("door")
    with running([IVR, "serve", "--port", str(port), "--workers", "1"], port, folder, environment):
        wait_for(figures, "ivr_workers_started_total", 1)
        yield figures


# -- the rules and the board -------------------------------------------------------------------------------------------


def _expressions() -> Mapping[str, str]:
    rules = YAML(typ="safe").load(MONITORING / "rules.yaml")
    alerts = {rule["alert"]: rule["expr"] for group in rules["groups"] for rule in group["rules"]}
    board = json.loads((MONITORING / "board.json").read_text("utf-8"))
    shown = {panel["title"]: target["expr"] for panel in board["panels"] for target in panel["targets"]}
    return alerts | shown


def test_every_figure_that_rules_and_board_name_exists_and_none_is_forgotten() -> None:
    shown = series(Figures([("tea", "es")]).text(ready=True, release="1").decode())
    have = {name.partition("{")[0] for name in shown}
    named = {name for expr in _expressions().values() for name in re.findall(r"\bivr_\w+", expr)}
    assert named <= have
    assert set(METRICS) - {name.removesuffix("_bucket") for name in named} <= {"ivr_reached_total"}
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
