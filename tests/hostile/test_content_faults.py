"""Every content file, broken as disks, editors and merges break files: calls are answered all the same.

MUTATIONS=all breaks each file in every way; without it each file is broken in two ways.
"""

import os
import shutil
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
from support.asgi_client import PUBLIC, TOKEN, Asked
from support.content_faults import ContentFault, reported
from support.fake_twilio import check_document, is_safe
from support.layer import TINY_LAYER, copy_layer, layer_faults

from ivr.content.catalogue import po_subpath
from ivr.phone.caller import Caller
from ivr.phone.parser import read_document
from ivr.phone.verbs import Gather
from ivr.phone.webhook_form import FORM
from ivr.readiness import Readiness, readiness_of
from ivr.server.app import make_app
from ivr.settings import Settings

TINY = Path(__file__).resolve().parent.parent / "tiny"

Break = Callable[[bytes], bytes]
BREAKS: dict[str, Break] = {
    "cut in half": lambda held: held[: len(held) // 2],
    "cut in a letter": lambda held: held[: len(held) // 3] + b"\xc3",
    "empty": lambda held: b"",
    "zeros from the middle on": lambda held: held[: len(held) // 2] + bytes(len(held) // 2),
    "another encoding": lambda held: held.decode("utf-8").encode("utf-16"),
    "a byte order mark": lambda held: b"\xef\xbb\xbf" + held,
    "carriage returns": lambda held: held.replace(b"\n", b"\r\n"),
    "conflict markers": lambda held: b"<<<<<<< ours\n" + held + b"=======\n" + held + b">>>>>>> theirs\n",
    "twice": lambda held: held + held,
    "quotes lost": lambda held: held.replace(b'"', b""),
    "lines reversed": lambda held: b"\n".join(reversed(held.split(b"\n"))),
    "a control character": lambda held: held.replace(b" ", b" \x0b", 3),
    "tags": lambda held: held.replace(b" ", b" <Dial>900</Dial> ", 1),
    "letters changed": lambda held: bytes(byte ^ (1 if number % 17 == 0 else 0) for number, byte in enumerate(held)),
}
FILES = sorted(str(path.relative_to(TINY)) for path in TINY.rglob("*") if path.is_file())
LAYER_FILES = sorted(str(path.relative_to(TINY_LAYER)) for path in TINY_LAYER.rglob("*") if path.is_file())


def breaks(file: str) -> list[str]:
    """The breaks for `file`: two, which differ from file to file and are the same in every run."""
    if os.environ.get("MUTATIONS") == "all":
        return ["missing", "a folder", *BREAKS]
    ways = ["missing", "a folder", *BREAKS]
    first = zlib.crc32(file.encode()) % len(ways)
    return [ways[first], ways[(first + 5) % len(ways)]]


@pytest.mark.parametrize(("file", "how"), [(file, how) for file in FILES for how in breaks(file)])
def test_broken_content_file_costs_no_call(copied: Path, file: str, how: str) -> None:
    break_file(copied / file, how)
    ready = readiness_of(_settings(copied))
    assert "cannot be used (" not in str(ready.faults), "an unexpected exception"
    assert ready.ready or ready.faults or ready.language_faults
    if file.startswith("locales/es"):
        assert ready.serving, "a translation costs no call"
    calls_are_answered(_settings(copied), ready)


@pytest.mark.parametrize(("file", "how"), [(file, how) for file in LAYER_FILES for how in breaks(file)])
def test_broken_file_of_a_layer_costs_no_call_and_nothing_of_the_release(
    file: str, how: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    layer = copy_layer(tmp_path, monkeypatch)
    break_file(layer / file, how)
    ready = readiness_of(_settings(layer))
    assert "cannot be used (" not in str(ready.layer_faults), "an unexpected exception"
    assert ready.serving
    assert [language.tag for language in ready.languages if not language.withheld] == ["en", "es"]
    calls_are_answered(_settings(layer), ready)


@pytest.mark.parametrize("fault", layer_faults(), ids=lambda fault: fault.name)
def test_layer_that_cannot_be_used_leaves_the_release_and_is_not_ready(
    fault: ContentFault, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    layer = copy_layer(tmp_path, monkeypatch)
    fault.plant(layer)
    ready = readiness_of(_settings(layer))
    assert ready.serving
    assert ready.line
    if ready.layer_faults:
        assert not ready.ready
        assert ready.line.content.root == layer.parent / "tiny"
        assert set(map(str, ready.layer_faults)) <= set(reported(layer))
        assert ready.report()["faults"]
    else:
        assert ready.line.content.root == layer, "a fault that changes no word of the release"
    calls_are_answered(_settings(layer), ready)


def test_layer_that_would_take_a_language_away_leaves_the_release(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    layer = copy_layer(tmp_path, monkeypatch)
    text = (TINY / "prompts/connect.txt").read_text("utf-8")
    (layer / "prompts/connect.txt").write_text(text.replace("{% endtrans %}", " Really.{% endtrans %}", 1), "utf-8")
    ready = readiness_of(_settings(layer))
    assert [fault.locale for fault in ready.layer_faults] == ["es"]
    assert ready.serving
    assert not ready.ready
    assert ready.line
    assert ready.line.flow.offered == ("en", "es")


def test_layer_is_kept_where_the_release_alone_would_not_offer_the_language_either(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    layer = copy_layer(tmp_path, monkeypatch)
    (layer.parent / "tiny" / po_subpath("es")).write_text("<<<<<<< ours\n", "utf-8")
    ready = readiness_of(_settings(layer))
    assert ready.layer_faults == ()
    assert [fault.locale for fault in ready.language_faults] == ["es"]
    assert not ready.ready
    assert ready.line
    assert ready.line.content.root == layer


def break_file(path: Path, how: str) -> None:
    """Break a file in one of the ways of `breaks`."""
    held = path.read_bytes()
    path.unlink()
    if how == "a folder":
        path.mkdir()
    elif how != "missing":
        path.write_bytes(BREAKS[how](held))


def calls_are_answered(settings: Settings, ready: Readiness) -> None:
    """Every address gets a document, and a silent call ends safely."""
    asked = Asked(make_app(settings, ready))
    try:
        for address in ("/call", "/call/es/main", "/call/en/tea/part-2", "/call/es/connect/outcome"):
            answer = asked.post(PUBLIC + address, [*FORM, ("Digits", "1"), ("DialCallStatus", "busy")])
            assert answer.status == 200
            check_document(answer.body)
        caller = Caller(asked.document, f"{PUBLIC}/call")
        caller.rings()
        while caller.state != "ended":
            caller.waits()
        assert is_safe(caller)
    finally:
        asked.close()


def test_untranslated_language_is_spoken_in_english_by_the_english_voice(copied: Path) -> None:
    """Row 33: no text is spoken by the voice of another language."""
    shutil.copy(copied / "locales/messages.pot", copied / "locales/es/LC_MESSAGES/messages.po")
    settings = Settings(
        _env_file=None, twilio_auth_token=TOKEN, public_url=PUBLIC, line_number="+12025550123", ivr_content=copied,
    )  # fmt: skip
    ready = readiness_of(settings)
    assert ready.serving
    assert not ready.ready, "Spanish is withheld"
    asked = Asked(make_app(settings, ready))
    verbs = read_document(asked.post(f"{PUBLIC}/call/es/main", [*FORM, ("Digits", "1")]).body)
    asked.close()
    says = [say for verb in verbs if isinstance(verb, Gather) for say in verb.nested]
    assert {getattr(say, "language", "") for say in says} == {"en-US"}


@pytest.mark.parametrize(
    "place", ["ivr.line.compiler.load_content", "ivr.line.compiler.FragmentWriter.fragments_of", "ivr.readiness.prove"]
)
def test_exception_in_the_compiler_costs_readiness_and_no_call(
    tiny: Path, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    settings = _settings(tiny)
    monkeypatch.setattr(place, _breaks)
    ready = readiness_of(settings)
    assert not ready.ready
    assert len(ready.faults) == 1
    asked = Asked(make_app(settings, ready))
    caller = Caller(asked.document, f"{PUBLIC}/call")
    caller.rings()
    asked.close()
    assert is_safe(caller)


def test_exception_in_the_pages_costs_no_call(tiny: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = _settings(tiny)
    ready = readiness_of(settings)
    monkeypatch.setattr("ivr.server.app.add_pages", _breaks)
    asked = Asked(make_app(settings, ready))
    caller = Caller(asked.document, f"{PUBLIC}/call")
    caller.rings()
    health = asked.ask("GET", b"/health/ready")
    asked.close()
    assert caller.gather
    assert health.status == 200
    assert b"the pages could not be made" in health.body


def _settings(content: Path) -> Settings:
    return Settings(
        _env_file=None, twilio_auth_token=TOKEN, public_url=PUBLIC, line_number="+12025550123", ivr_content=content,
        ivr_usage="off",
    )  # fmt: skip


def _breaks(*_: object, **__: object) -> None:
    raise KeyError("an unexpected exception")
