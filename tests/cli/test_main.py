"""The command: what it prints, what it keeps, and that its faults are sentences."""

import errno
import os
import shutil
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import click
import pytest
import uvicorn
from click.testing import CliRunner, Result
from support.processes import IVR
from support.stories import parse, replay

from ivr import __version__
from ivr.cli.call import story_of
from ivr.cli.main import main
from ivr.line.line import Line
from ivr.phone.caller import Caller
from ivr.phone.parser import read_document
from ivr.phone.verbs import Dial, Hangup, Say
from ivr.readiness import readiness_of
from ivr.server.app import make_app
from ivr.settings import Settings
from ivr.simulator import in_process

pytestmark = pytest.mark.usefixtures("content")

TOKEN = "try-0123456789abcdef"
RING = "https://line.example.org/call"


@pytest.fixture
def content(unset: Path, tiny: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine on which an operator tries the toy line out: its root, which a test may spoil."""
    root = Path(shutil.copytree(tiny, unset / "tiny"))
    for name, value in {
        "IVR_CONTENT": str(root),
        "PUBLIC_URL": RING.removesuffix("/call"),
        "TWILIO_AUTH_TOKEN": TOKEN,
        "LINE_NUMBER": "+12025550123",
    }.items():
        monkeypatch.setenv(name, value)
    return root


def ivr(*words: str, typed: str | None = None) -> Result:
    result = CliRunner().invoke(main, words, input=typed)
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exc_info
    assert "Traceback" not in result.output
    return result


def fault(*words: str) -> str:
    """The sentence that the command ends with."""
    result = ivr(*words)
    assert result.exit_code == 1
    assert result.stderr.startswith("Error: ")
    return result.stderr.removeprefix("Error: ").rstrip()


# -- check -------------------------------------------------------------------------------------------------------------


def test_check_of_a_language_refuses_today() -> None:
    result = CliRunner().invoke(main, ["check", "es", "--today"])
    assert result.exit_code == 2
    assert "--today allows no TAG" in result.output


def test_check_without_faults_counts_the_documents() -> None:
    result = ivr("check")
    assert result.exit_code == 0, result.output
    assert result.output.rstrip().endswith("documents walked, 0 faults")


def test_check_prints_a_fault_with_its_place(content: Path) -> None:
    text = content / "prompts" / "tea.txt"
    text.write_text(text.read_text("utf-8").replace("It is hot.", "It is 90 degrees hot."), "utf-8")
    result = ivr("check")
    assert result.exit_code == 1
    assert "tea.txt:2: a digit in the text" in result.output


def test_check_without_content_is_a_sentence(content: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IVR_CONTENT", str(content / "nowhere"))
    result = ivr("check")
    assert result.exit_code == 1
    assert "neither own.toml, as a layer, nor prompts/flow.toml" in result.output


# -- call --------------------------------------------------------------------------------------------------------------


def test_call_prints_words_and_acts_with_seconds() -> None:
    lines = ivr("call", "--press", "8 3 1 0", "--dial", "busy").output.splitlines()
    assert lines[0] == "   0.0 s  caller rings"
    assert lines[1].startswith("   0.0 s  en-US  «")
    seconds = [float(line.split(" s  ")[0]) for line in lines]
    assert seconds == sorted(seconds)
    said = [line.split(" s  ")[1] for line in lines]
    acts = [line for line in said if line.startswith(("caller", "the line", "no more"))]
    assert acts == [
        "caller rings",
        "caller presses 8",
        "caller presses 3",
        "caller presses 1",
        "caller presses 0",
        "the line dials +18883737888: busy",
        "no more keys; the line listens at /call/es/not_connected/tries-1",
    ]
    assert any(line.startswith("es-US  «Le comunico ahora.»") for line in said)


def test_call_accepts_silence_and_hangup() -> None:
    output = ivr("call", "--press", "1 - hangup").output
    assert "caller stays silent" in output
    assert output.rstrip().endswith("caller hangs up")


def test_call_by_hand_ends_with_hanging_up() -> None:
    output = ivr("call", typed="8\n1\n\n0\nbusy\nh\n").output
    assert "key (0-9 * #), enter = stay silent, h = hang up:" in output
    assert "the line dials +18883737888: busy" in output
    assert output.rstrip().endswith("caller hangs up")


def test_closed_terminal_hangs_up() -> None:
    assert ivr("call", typed="").output.rstrip().endswith("caller hangs up")


def test_kept_call_can_be_replayed(line: Line) -> None:
    result = ivr("call", "--press", "8 3 1 0 -", "--dial", "busy", "--keep", "kept.txt")
    assert result.output.rstrip().endswith("wrote kept.txt")
    kept = Path("kept.txt").read_text("utf-8")
    caller = Caller(in_process(line), RING)
    replay(parse(kept), caller)
    assert story_of(caller) == kept


def test_call_that_cannot_be_written_is_a_sentence() -> None:
    assert "No such file or directory" in fault("call", "--press", "1", "--keep", "nowhere/kept.txt")


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("--press", "83"), "«83» is not a key: expected 0-9 * # - (silence) or hangup"),
        (("--press", "x"), "«x» is not a key"),
        (("--press", "0", "--dial", "asleep"), "«asleep» is not an outcome of a dialled call"),
        (("--url", "nowhere"), "nowhere: expected an address such as http://127.0.0.1:8000."),
        (("--url", "ftp://127.0.0.1"), "ftp://127.0.0.1: expected an address"),
        (("--url", "http://127.0.0.1:port"), "http://127.0.0.1:port: expected an address"),
        (("--url", "http://[127"), "http://[127: expected an address"),
        (("--url", "http://a b"), "http://a b: expected an address"),
    ],
)
def test_impossible_call_is_a_sentence(words: tuple[str, ...], sentence: str) -> None:
    assert sentence in fault("call", *words)


def test_folder_that_cannot_be_written_is_a_sentence(content: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(path: Path, *args: object, **options: object) -> None:
        raise PermissionError(errno.EACCES, "Permission denied", str(path))

    monkeypatch.setattr(Path, "mkdir", refuse)
    for words in (("locale", "new", "fr"), ("listen", "es", "tea")):
        assert "Permission denied" in fault(*words)
    assert not (content / "locales" / "fr").exists()


def test_faulty_content_is_a_sentence_for_every_command(content: Path) -> None:
    (content / "prompts" / "flow.toml").write_text("published = [", "utf-8")
    for words in (("call", "--press", "1"), ("fallback",)):
        assert "flow.toml: this is not TOML" in fault(*words)


def test_faulty_setting_is_a_sentence_for_every_command(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LINE_NUMBER", "911")
    for words in (("check",), ("call", "--press", "1"), ("fallback",), ("serve",)):
        assert fault(*words) == "LINE_NUMBER is '911': expected +1 and ten digits, such as +12025550123."


# -- a running line ----------------------------------------------------------------------------------------------------


class Running(NamedTuple):
    """A line that answers on this machine: where, and with which token."""

    url: str
    token: str


@pytest.fixture
def running() -> Iterator[Running]:
    """The toy line on a loopback port, in a thread that ends with the test."""
    settings = Settings(_env_file=None)
    listening = socket.create_server(("127.0.0.1", 0))
    app = make_app(settings, readiness_of(settings))
    server = uvicorn.Server(uvicorn.Config(app, lifespan="off", ws="none", log_level="critical", access_log=False))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    until = time.monotonic() + 10
    while not server.started and time.monotonic() < until:
        time.sleep(0.01)
    assert server.started
    yield Running(f"http://127.0.0.1:{listening.getsockname()[1]}", TOKEN)
    server.should_exit = True
    thread.join(10)
    listening.close()
    assert not thread.is_alive()


def test_call_to_a_running_line_prints_the_same(running: Running) -> None:
    near = ivr("call", "--press", "8 3 1 0", "--dial", "busy")
    far = ivr("call", "--press", "8 3 1 0", "--dial", "busy", "--url", f"{running.url}/")
    assert far.exit_code == 0, far.output
    assert far.output == near.output


def test_running_line_with_another_token_or_address_is_a_sentence(
    running: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TWILIO_AUTH_TOKEN", "try-another-token")
    assert "on the server is not the one on this machine" in fault("call", "--press", "1", "--url", running.url)
    monkeypatch.setenv("TWILIO_AUTH_TOKEN", running.token)
    monkeypatch.setenv("PUBLIC_URL", "https://other.example.org")
    assert "PUBLIC_URL" in fault("call", "--press", "1", "--url", running.url)


def test_call_to_a_running_line_needs_a_token(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TWILIO_AUTH_TOKEN")
    assert "TWILIO_AUTH_TOKEN is not set" in fault("call", "--press", "1", "--url", "http://127.0.0.1:8000")


def test_line_that_does_not_answer_is_a_sentence() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        url = f"http://127.0.0.1:{listening.getsockname()[1]}"
    said = fault("call", "--press", "1", "--url", url)
    assert said.startswith(f"{url}/call refuses the connection")
    assert said.endswith("Is the line running? Start it with `make run`.")


def test_server_without_http_is_a_sentence() -> None:
    """Something listens there that speaks no HTTP."""
    listening = socket.create_server(("127.0.0.1", 0))

    def mumble() -> None:
        connection, _ = listening.accept()
        with connection:
            connection.recv(65_536)
            connection.sendall(b"hello\r\n\r\n")

    thread = threading.Thread(target=mumble, daemon=True)
    thread.start()
    url = f"http://127.0.0.1:{listening.getsockname()[1]}"
    assert fault("call", "--press", "1", "--url", url).startswith(f"{url}/call gives an answer that is not HTTP")
    thread.join(10)
    listening.close()


# -- fallback and the rest ---------------------------------------------------------------------------------------------


def test_fallback_document_without_a_number_of_the_line_says_what_that_costs(monkeypatch: pytest.MonkeyPatch) -> None:
    numbered = ivr("fallback")
    assert (numbered.stderr, numbered.stdout.count('callerId="+12025550123"')) == ("", 2)
    monkeypatch.delenv("LINE_NUMBER")
    bare = ivr("fallback")
    assert "LINE_NUMBER" in bare.stderr
    assert "callerId" not in bare.stdout


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "utf-16"])
def test_fallback_document_is_utf_8_whatever_the_terminal_is(line: Line, encoding: str) -> None:
    environment = os.environ | {"PYTHONIOENCODING": encoding}
    printed = subprocess.run([IVR, "fallback"], env=environment, capture_output=True, check=True)
    assert printed.stdout.rstrip() == line.fallback_document


def test_fallback_document_dials_twice(line: Line) -> None:
    printed = ivr("fallback").stdout
    assert printed.encode().rstrip() == line.fallback_document
    verbs = read_document(printed.encode().strip())
    assert [verb.number for verb in verbs if isinstance(verb, Dial)] == ["+18883737888"] * 2
    assert {verb.language for verb in verbs if isinstance(verb, Say)} == {"en-US", "es-US"}
    caller = Caller(lambda *_: printed.encode().strip(), RING)
    caller.rings()
    assert "eight eight eight" in " ".join(heard.text for heard in caller.heard), "the number comes before the dial"
    for outcome in ("busy", "no-answer"):
        assert caller.state == "dialling"
        caller.dial_ends(outcome)
    assert caller.state == "ended"
    assert not any(isinstance(verb, Hangup) for verb in verbs[:-1])


def test_ivr_prints_its_version_and_its_commands() -> None:
    assert ivr("--version").output == f"ivr, version {__version__}\n"
    listed = ivr("--help").output
    for name in ("call", "check", "fallback", "locale", "serve"):
        assert f"\n  {name} " in listed


def test_every_command_has_help() -> None:
    def explained(command: click.Command, words: tuple[str, ...]) -> None:
        assert command.help, words
        assert ivr(*words, "--help").exit_code == 0
        if isinstance(command, click.Group):
            for name, one in command.commands.items():
                explained(one, (*words, name))

    explained(main, ())


@pytest.mark.parametrize("command", [[IVR], [sys.executable, "-m", "ivr"]])
def test_python_m_ivr_is_the_command(command: list[str]) -> None:
    told = subprocess.run([*command, "--version"], capture_output=True, text=True, check=True, timeout=60)
    assert told.stdout == f"ivr, version {__version__}\n"


def test_tests_do_not_read_settings_of_this_machine() -> None:
    set_here = {name.upper() for name in Settings.model_fields} & set(os.environ)
    assert set_here == {"IVR_CONTENT", "LINE_NUMBER", "PUBLIC_URL", "TWILIO_AUTH_TOKEN"}
    assert not Path(".env").exists()


# -- export ------------------------------------------------------------------------------------------------------------


def test_export_writes_the_line_and_compares_it(content: Path, tmp_path: Path) -> None:
    assert ivr("export", "out").exit_code == 0
    assert sorted(path.name for path in Path("out").iterdir()) == ["line.json", "telephone.json"]
    same = ivr("export", "--diff", "out")
    assert (same.exit_code, same.output) == (0, "No difference.\n")
    text = content / "prompts" / "tea.txt"
    text.write_text(text.read_text("utf-8").replace("It is hot.", "It is cold."), "utf-8")
    changed = ivr("export", "--diff", "out/line.json")
    assert changed.exit_code == 1
    assert changed.output.startswith("en/tea/1: the words changed.\n")


def test_export_needs_no_token(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TWILIO_AUTH_TOKEN")
    assert ivr("export", "out").exit_code == 0


def test_line_that_is_not_whole_is_not_exported(content: Path) -> None:
    catalogue = content / "locales" / "es" / "LC_MESSAGES" / "messages.po"
    catalogue.write_text("no catalogue", "utf-8")
    assert fault("export", "out").startswith("The line is not whole, so it is not exported.\n")
    assert not Path("out").exists()


def test_export_without_a_folder_says_what_is_missing() -> None:
    result = ivr("export")
    assert result.exit_code == 2
    assert "Name a folder" in result.stderr
