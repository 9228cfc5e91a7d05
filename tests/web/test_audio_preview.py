"""The sound of the page: only what is compiled, by programs that may be missing, slow or failing."""

import asyncio
import shutil
import stat
from pathlib import Path

import httpx2
import pytest
from support.page_client import BASE, app_of, ask, page_of, telephone_of
from support.recordings import record_text

from ivr.export.export import export_line
from ivr.line import twiml
from ivr.line.compiler import compile_line
from ivr.line.line import Line
from ivr.phone.parser import read_document
from ivr.phone.verbs import Gather, Say
from ivr.server.webhook import Webhook
from ivr.speech import synthesis
from ivr.web import audio_preview
from ivr.web.audio_preview import utterance_of

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


A_SOUND = "en/greeting/1"


def sounds_of(app: Webhook) -> list[str]:
    return list(telephone_of(app)["prompts"])


@pytest.mark.usefixtures("programs")
def test_only_sounds_of_prompts_are_served(line: Line) -> None:
    app = app_of(line)
    heard = ask(app, f"/sound/{A_SOUND}.wav")
    assert heard.status_code == 200
    assert heard.headers["content-type"] == "audio/wav"
    assert heard.content[:4] == b"RIFF"
    assert b"<speak>" in heard.content
    assert ask(app, f"/sound/{A_SOUND}/slow.wav").status_code == 200
    for name in ("0" * 20, "Say%20this", "..%2f..%2fetc%2fpasswd", f"{A_SOUND}/slow/slow", "en/greeting", ""):
        assert ask(app, f"/sound/{name}.wav").status_code == 404


def test_sound_is_synthesized_once(line: Line, programs: Path) -> None:
    app = app_of(line)
    first = ask(app, f"/sound/{A_SOUND}.wav").content
    install(programs / "espeak-ng", "#!/bin/sh\nexit 1\n")
    assert ask(app, f"/sound/{A_SOUND}.wav").content == first


@pytest.mark.parametrize("broken", ["#!/bin/sh\nexit 3\n", "#!/bin/sh\nexec sleep 20\n", "#!/nowhere\n"])
def test_failing_program_gets_503_and_the_next_request_works(
    line: Line, programs: Path, broken: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = app_of(line)
    monkeypatch.setattr(synthesis, "SYNTHESIS_TIMEOUT", 0.3)
    install(programs / "espeak-ng", broken)
    assert ask(app, f"/sound/{A_SOUND}.wav").status_code == 503
    install(programs / "espeak-ng", SPEAKS)
    assert ask(app, f"/sound/{A_SOUND}.wav").status_code == 200


@pytest.mark.parametrize("missing", ["espeak-ng", "sox"])
def test_page_offers_no_sounds_of_the_site_if_a_program_is_missing(
    line: Line, programs: Path, missing: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    (programs / missing).unlink()
    monkeypatch.setenv("PATH", str(programs))
    app = app_of(line)
    page = page_of(ask(app, "/phone/en"))
    assert page.get_element_by_id("phone").get("data-site-voices") == ""
    assert not page.xpath("//input")
    assert ask(app, f"/sound/{A_SOUND}.wav").status_code == 404


@pytest.mark.usefixtures("programs")
def test_page_says_that_sounds_of_the_site_tell_what_is_heard(line: Line) -> None:
    page = page_of(ask(app_of(line), "/phone/en"))
    (box,) = page.xpath("//input[@type='checkbox' and not(@checked)]")
    assert "can then see which texts you hear" in box.getparent().text_content()
    assert page.get_element_by_id("phone").get("data-site-voices") == "en es"


def test_sounds_beyond_the_queue_get_503(line: Line, programs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audio_preview, "MAX_QUEUED", 2)
    install(programs / "espeak-ng", SPEAKS.replace("\ncat\n", "\nsleep 0.2; cat\n"))
    app = app_of(line)
    names = sounds_of(app)[:5]

    async def run() -> list[int]:
        async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app=app), base_url=BASE) as client:
            answers = await asyncio.gather(*(client.get(f"/sound/{name}.wav") for name in names))
            return sorted(answer.status_code for answer in answers)

    assert asyncio.run(run()) == [200, 200, 503, 503, 503]


@pytest.mark.usefixtures("programs")
def test_full_cache_drops_old_sounds(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audio_preview, "CACHE_BYTES", 400)
    app = app_of(line)
    assert {ask(app, f"/sound/{name}.wav").status_code for name in sounds_of(app)[:9]} == {200}


def test_utterances_have_the_words_and_pauses_of_the_documents(line: Line) -> None:
    """What espeak-ng is given is what Twilio is given; after a key the documents begin with a pause of their own."""
    exported = export_line(line, with_twiml=False)
    prompts = (exported.prompts or {}).values()
    uttered = {
        (utterance.language, utterance.pieces, utterance.rate)
        for prompt in prompts
        for pace in ("normal", "slow")
        for utterance in [utterance_of(prompt, exported.languages[prompt.language], exported.voices, pace)]
    }
    verbs = {verb for place in line.documents for verb in read_document(twiml.document(line.documents[place]))}
    said = {say for verb in verbs for say in (verb.spoken if isinstance(verb, Gather) else [verb])}
    spoken = {(say.language, say.pieces, say.rate) for say in said if isinstance(say, Say)}
    assert {one for one in spoken if isinstance(one[1][0], str)} <= uttered


@pytest.mark.skipif(shutil.which("sox") is None, reason="sox is not on this machine")
def test_recordings_are_sounds_of_the_site(copied: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    record_text(copied, "apples")
    monkeypatch.setattr("ivr.speech.synthesis.installed_voices", lambda: frozenset())
    app = app_of(compile_line(copied))
    assert page_of(ask(app, "/phone/en")).xpath("//input[@type='checkbox']")
    recording = telephone_of(app)["prompts"]["es/apples/1"]["recording"]
    assert ask(app, f"/audio/{recording['normal']}").status_code == 200
