"""The sound of the page: only what is compiled, by programs that may be missing, slow or failing."""

import asyncio
import json
import stat
from pathlib import Path

import httpx2
import pytest
from support.page_client import BASE, act, app_of, ask, page_of

from ivr.content.recordings import file_name
from ivr.export.number_links import without_pauses
from ivr.line.compiler import compile_line
from ivr.line.line import Line
from ivr.phone.verbs import Play, Say
from ivr.server.webhook import Webhook
from ivr.speech import synthesis
from ivr.speech.pauses import SHORT_PAUSE
from ivr.speech.wav import write_wav
from ivr.web import audio_preview
from ivr.web.audio_preview import compiled_says, join_says

SPEAKS = """#!/bin/sh
if [ "$1" = --voices ]; then printf 'Pty Language\\n 5 en-us x\\n 5 es-419 x\\n'; exit; fi
cat
"""
CONVERTS = "#!/bin/sh\ncat\n"


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Stand-ins for the two programs: what goes in comes out."""
    for name, text in (("espeak-ng", SPEAKS), ("sox", CONVERTS)):
        install(tmp_path / name, text)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    return tmp_path


def install(path: Path, text: str) -> None:
    path.write_text(text, "utf-8")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)


def a_sound(app: Webhook) -> str:
    return str(act(app)[0]["captions"][0]["sound"])


@pytest.mark.usefixtures("programs")
def test_only_sounds_of_compiled_captions_are_served(line: Line) -> None:
    app = app_of(line)
    heard = ask(app, f"/sound/{a_sound(app)}.wav")
    assert heard.status_code == 200
    assert heard.headers["content-type"] == "audio/wav"
    assert heard.content[:4] == b"RIFF"
    assert b"<speak>" in heard.content
    for name in ("0" * 20, "Say%20this", "..%2f..%2fetc%2fpasswd"):
        assert ask(app, f"/sound/{name}.wav").status_code == 404


def test_sound_is_synthesized_once(line: Line, programs: Path) -> None:
    app = app_of(line)
    name = a_sound(app)
    first = ask(app, f"/sound/{name}.wav").content
    install(programs / "espeak-ng", "#!/bin/sh\nexit 1\n")
    assert ask(app, f"/sound/{name}.wav").content == first


@pytest.mark.parametrize("broken", ["#!/bin/sh\nexit 3\n", "#!/bin/sh\nexec sleep 20\n", "#!/nowhere\n"])
def test_failing_program_gets_503_and_the_next_request_works(
    line: Line, programs: Path, broken: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = app_of(line)
    name = a_sound(app)
    monkeypatch.setattr(synthesis, "SYNTHESIS_TIMEOUT", 0.3)
    install(programs / "espeak-ng", broken)
    assert ask(app, f"/sound/{name}.wav").status_code == 503
    install(programs / "espeak-ng", SPEAKS)
    assert ask(app, f"/sound/{name}.wav").status_code == 200


@pytest.mark.parametrize("missing", ["espeak-ng", "sox"])
def test_page_says_that_no_voice_is_available_if_a_program_is_missing(
    line: Line, programs: Path, missing: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    (programs / missing).unlink()
    monkeypatch.setenv("PATH", str(programs))
    app = app_of(line)
    page = page_of(ask(app, "/"))
    assert not page.xpath("//@data-speaks")
    assert page.xpath("//span[@data-voices='none' and not(@hidden)]")
    assert ask(app, f"/sound/{a_sound(app)}.wav").status_code == 404


def test_sounds_beyond_the_queue_get_503(line: Line, programs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audio_preview, "MAX_QUEUED", 2)
    install(programs / "espeak-ng", SPEAKS.replace("\ncat\n", "\nsleep 0.2; cat\n"))
    app = app_of(line)
    names = list(compiled_says(line))[:5]

    async def run() -> list[int]:
        async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app=app), base_url=BASE) as client:
            answers = await asyncio.gather(*(client.get(f"/sound/{name}.wav") for name in names))
            return sorted(answer.status_code for answer in answers)

    assert asyncio.run(run()) == [200, 200, 503, 503, 503]


@pytest.mark.usefixtures("programs")
def test_full_cache_drops_old_sounds(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audio_preview, "CACHE_BYTES", 400)
    app = app_of(line)
    assert {ask(app, f"/sound/{name}.wav").status_code for name in list(compiled_says(line))[:9]} == {200}


def test_text_in_several_says_is_one_caption() -> None:
    def say(*pieces: str | float, language: str = "en-US") -> Say:
        return Say(" ".join(one for one in pieces if isinstance(one, str)), language, "alice", pieces)

    cut = [say("To talk now"), say("press zero."), say("Para español", language="es-US"), Play("/audio/0.wav")]
    (first, many), *others = join_says(cut)
    assert isinstance(first, Say)
    assert (first.text, first.pieces, many) == (
        "To talk now press zero.",
        ("To talk now", SHORT_PAUSE, "press zero."),
        2,
    )
    assert others == [(cut[2], 1), (cut[3], 1)]
    paused = [say("One."), say(0.6, "Two.")]
    assert [many for _, many in join_says(paused)] == [1, 1]


def test_recording_is_played_instead_of_the_voice(copied: Path) -> None:
    sound = write_wav(b"\xff" * 8000)
    folder = copied / "locales" / "en" / "audio"
    folder.mkdir()
    (folder / file_name(sound)).write_bytes(sound)
    greeting = compile_line(copied).content.prompts.parts("greeting", "en", {})[0].text
    row = f"[greeting]\nreads = {json.dumps(greeting)}\nsound = '{file_name(sound)}'\nslow = '{file_name(sound)}'\n"
    (folder / "recordings.toml").write_text(row, "utf-8")
    caption = act(app_of(compile_line(copied)))[0]["captions"][0]
    assert caption["recorded"]
    assert (caption["text"], caption["lang"], caption["seconds"]) == (without_pauses(greeting), "en-US", 1.0)
    assert f"{caption['sound']}.wav" == file_name(sound)
