"""The exported line in Twilio's local runtime answers as the line does, and our own commands reach it."""

import http.client
import random
from collections.abc import Iterator
from hashlib import sha256
from urllib.parse import urldefrag, urlencode

import pytest
from click.testing import CliRunner
from support.export_cases import cases, query_of
from support.options import OPTIONS
from support.paths import CHECKOUT
from support.twilio_runtime import ABSENT, INSTALLED, twilio_runtime

from ivr.cli.main import main
from ivr.line.line import Line
from ivr.phone.caller import Caller
from ivr.signature import Form
from ivr.simulator import in_process

pytestmark = pytest.mark.skipif(not INSTALLED.exists(), reason=ABSENT)

REQUESTS = 2_000


class Runtime:
    """The line of this release in the runtime, and one connection to it."""

    def __init__(self, base: str) -> None:
        self.base = base
        self.connection = http.client.HTTPConnection(base.removeprefix("http://"), timeout=30)

    def post_url(self, url: str, form: Form) -> bytes:
        return self.post(urldefrag(url).url.removeprefix(self.base), form)

    def post(self, address: str, form: Form) -> bytes:
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        self.connection.request("POST", address, urlencode(list(form)), headers)
        response = self.connection.getresponse()
        assert response.status == 200
        assert response.headers["Content-Type"] == "text/xml; charset=utf-8"
        return response.read()


@pytest.fixture(scope="module")
def runtime(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Runtime]:
    folder = tmp_path_factory.mktemp("runtime")
    result = CliRunner().invoke(
        main, ["export", "--twilio", str(folder / "project")], env=environment("http://localhost")
    )
    assert result.exit_code == 0, result.output
    with twilio_runtime(folder / "project", folder) as base:
        found = Runtime(base)
        yield found
        found.connection.close()


def environment(public_url: str) -> dict[str, str]:
    return {
        "IVR_CONTENT": str(CHECKOUT), "LINE_NUMBER": str(OPTIONS.line_number), "PUBLIC_URL": public_url,
        "TWILIO_AUTH_TOKEN": "try-0123456789abcdef", "IVR_HOTLINE": "", "IVR_SILENCE": "",
    }  # fmt: skip


def ivr(runtime: Runtime, *words: str) -> str:
    result = CliRunner().invoke(main, words, env=environment(runtime.base))
    assert result.exit_code == 0, result.output
    return result.output


def test_runtime_answers_as_the_line(runtime: Runtime, real: Line) -> None:
    every = list(cases(real, runtime.base))
    for address, form, digest in every[:: len(every) // REQUESTS]:
        assert sha256(runtime.post(query_of(address), form)).hexdigest() == digest, (address, form)


def test_probe_passes(runtime: Runtime) -> None:
    assert ivr(runtime, "probe", runtime.base).startswith(f"OK {runtime.base}: ")


def test_sample_call_of_the_readme_is_the_same(runtime: Runtime) -> None:
    keys = ("--press", "8 4 2 0", "--dial", "busy")
    assert f'--press "{keys[1]}" --dial {keys[3]}' in (CHECKOUT / "README.md").read_text("utf-8")
    heard = ivr(runtime, "call", "--url", runtime.base, *keys).replace("/call?at=", "/call/")
    assert heard == ivr(runtime, "call", *keys)
    assert "the line dials +18883737888: busy" in heard


def test_random_calls_of_the_virtual_telephone_hear_the_same(runtime: Runtime, real: Line) -> None:
    chance = random.Random(18)
    for _ in range(20):
        acts = [chance.choice(["0", "8", "-", "1", "2", "3", "*", "#", "7"]) for _ in range(8)]
        there = call(Caller(runtime.post_url, f"{runtime.base}/call"), acts)
        here = call(Caller(in_process(real), f"{real.options.public_url}/call"), acts)
        assert (there.heard, there.dialled, there.clock) == (here.heard, here.dialled, here.clock)


def call(caller: Caller, acts: list[str]) -> Caller:
    """One call: keys, silence (-), and a busy hotline."""
    caller.rings()
    for act in acts:
        if caller.state == "dialling":
            caller.dial_ends("busy")
        elif caller.state == "listening":
            caller.presses(act) if act != "-" else caller.waits()
    return caller


def test_comparison_with_the_texts_here_finds_nothing_worse(runtime: Runtime) -> None:
    assert "Nothing would get worse" in ivr(runtime, "check", "--against", runtime.base)
