"""The sound of the page: only what is compiled, by programs that may be missing, slow or failing."""

import asyncio
import shutil
from pathlib import Path
from typing import Any

import httpx2
import pytest
from support.page_client import BASE, app_of, ask, page_of, telephone_of
from support.recordings import record_text
from support.sound_folders import made_sounds
from support.voices import ESPEAK, add_piper_voice, install, install_all

from ivr.export.export import export_line, page_sounds
from ivr.line import twiml
from ivr.line.compiler import compile_line
from ivr.line.line import Line
from ivr.phone.parser import read_document
from ivr.phone.verbs import Gather, Say
from ivr.server.webhook import Webhook
from ivr.speech.installed_voices import InstalledVoices
from ivr.web import sounds
from ivr.web.sounds import PlayableSounds, RequestLimit

TRIED_OUT = "try-" + "0" * 32


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Stand-ins for the programs: what goes in comes out."""
    folder = tmp_path / "bin"
    folder.mkdir()
    install_all(folder)
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")
    return folder


def trying_out(line: Line, **more: Any) -> Webhook:
    return app_of(line, twilio_auth_token=TRIED_OUT, **more)


A_SOUND = "en/greeting/1"
SOUNDS_ASKED_FOR = sounds.MOST_AT_ONCE // 2  # fewer than the limit, whatever languages are published


def sounds_of(app: Webhook) -> list[str]:
    return list(telephone_of(app)["prompts"])


@pytest.mark.usefixtures("programs")
def test_only_sounds_of_prompts_are_served(line: Line) -> None:
    app = trying_out(line)
    heard = ask(app, f"/sound/{A_SOUND}.wav")
    assert heard.status_code == 200
    assert heard.headers["content-type"] == "audio/wav"
    assert heard.content[:4] == b"RIFF"
    assert b"<speak>" in heard.content
    assert ask(app, f"/sound/{A_SOUND}/slow.wav").status_code == 200
    for name in ("0" * 20, "Say%20this", "..%2f..%2fetc%2fpasswd", f"{A_SOUND}/slow/slow", "en/greeting", ""):
        assert ask(app, f"/sound/{name}.wav").status_code == 404


def test_sound_is_synthesized_once(line: Line, programs: Path) -> None:
    app = trying_out(line)
    first = ask(app, f"/sound/{A_SOUND}.wav").content
    install(programs / "espeak-ng", "#!/bin/sh\nexit 1\n")
    assert ask(app, f"/sound/{A_SOUND}.wav").content == first


@pytest.mark.parametrize("broken", ["#!/bin/sh\nexit 3\n", "#!/bin/sh\nexec sleep 20\n", "#!/nowhere\n"])
def test_failing_program_gets_503_and_the_next_request_works(
    line: Line, programs: Path, broken: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = trying_out(line)
    monkeypatch.setattr(sounds, "SYNTHESIS_TIMEOUT", 0.3)
    install(programs / "espeak-ng", broken)
    failed = ask(app, f"/sound/{A_SOUND}.wav")
    assert (failed.status_code, failed.headers["retry-after"]) == (503, "1")
    assert "captions" in failed.text
    install(programs / "espeak-ng", ESPEAK)
    assert ask(app, f"/sound/{A_SOUND}.wav").status_code == 200


@pytest.mark.parametrize("missing", ["espeak-ng", "sox"])
def test_page_offers_no_sounds_of_the_site_if_a_program_is_missing(
    line: Line, programs: Path, missing: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    (programs / missing).unlink()
    monkeypatch.setenv("PATH", str(programs))
    app = trying_out(line)
    page = page_of(ask(app, "/phone/en"))
    assert page.get_element_by_id("phone").get("data-sound-languages") == ""
    assert not page.xpath("//input")
    assert ask(app, f"/sound/{A_SOUND}.wav").status_code == 404


@pytest.mark.usefixtures("programs")
def test_page_says_that_sounds_of_the_site_tell_what_is_heard(line: Line) -> None:
    page = page_of(ask(trying_out(line), "/phone/en"))
    (box,) = page.xpath("//input[@type='checkbox' and not(@checked)]")
    assert "can then see which texts you hear" in box.getparent().text_content()
    assert page.get_element_by_id("phone").get("data-sound-languages") == "en es"


def test_sounds_beyond_the_queue_get_503(line: Line, programs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sounds, "MAX_QUEUED", 2)
    install(programs / "espeak-ng", ESPEAK.replace("\ncat\n", "\nsleep 0.2; cat\n"))
    app = trying_out(line)
    names = sounds_of(app)[:5]

    async def run() -> list[int]:
        async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app=app), base_url=BASE) as client:
            answers = await asyncio.gather(*(client.get(f"/sound/{name}.wav") for name in names))
            return sorted(answer.status_code for answer in answers)

    assert asyncio.run(run()) == [200, 200, 503, 503, 503]


@pytest.mark.usefixtures("programs")
def test_full_cache_drops_old_sounds(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sounds, "CACHE_BYTES", 400)
    app = trying_out(line)
    assert {ask(app, f"/sound/{name}.wav").status_code for name in sounds_of(app)[:9]} == {200}


def test_utterances_have_the_words_and_pauses_of_the_documents(line: Line) -> None:
    """What a voice is given is what Twilio is given; after a key the documents begin with a pause of their own."""
    utterances = (sound.utterance for sound in page_sounds(export_line(line, with_twiml=False)).values())
    uttered = {(said.language, said.pieces, said.rate) for said in utterances}
    verbs = {verb for place in line.documents for verb in read_document(twiml.document(line.documents[place]))}
    said = {say for verb in verbs for say in (verb.nested if isinstance(verb, Gather) else [verb])}
    spoken = {(say.language, say.pieces, say.rate) for say in said if isinstance(say, Say)}
    assert {one for one in spoken if isinstance(one[1][0], str)} <= uttered


@pytest.mark.skipif(shutil.which("sox") is None, reason="sox is not on this machine")
def test_recordings_are_sounds_of_the_site(copied: Path) -> None:
    record_text(copied, "apples")
    app = app_of(compile_line(copied))
    assert page_of(ask(app, "/phone/en")).xpath("//input[@type='checkbox']")
    recording = telephone_of(app)["prompts"]["es/apples/1"]["recording"]
    assert ask(app, f"/audio/{recording['normal']}").status_code == 200


def notes_of(app: Webhook) -> str:
    return " ".join(ask(app, "/health/ready").json()["notes"])


def test_each_sound_of_the_whole_line_is_a_file_and_no_program_is_needed(
    real: Line, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    contents = made_sounds(real, tmp_path / "sounds")
    monkeypatch.setenv("PATH", str(tmp_path))
    app = app_of(real, ivr_sounds=tmp_path / "sounds")
    files = PlayableSounds(export_line(real, with_twiml=False), tmp_path / "sounds", InstalledVoices()).files
    names = {name + pace for name in sounds_of(app) for pace in ("", "/slow")}
    assert names == set(contents) == set(files)
    assert all(files[name].read_bytes() == content for name, content in contents.items())
    voices = page_of(ask(app, "/phone/en")).get_element_by_id("phone").get("data-sound-languages")
    assert voices.split() == list(real.flow.offered)
    assert "IVR_SOUNDS" not in notes_of(app)

    async def run() -> None:
        async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app=app), base_url=BASE) as client:
            for name, content in list(contents.items())[:: len(contents) // SOUNDS_ASKED_FOR]:
                answer = await client.get(f"/sound/{name}.wav")
                assert (answer.status_code, answer.content) == (200, content), name
                assert (answer.headers["content-type"], answer.headers["cache-control"]) == ("audio/wav", "no-store")

    asyncio.run(run())


def test_public_line_synthesizes_nothing_for_a_visitor(line: Line, tmp_path: Path, programs: Path) -> None:
    for name in ("espeak-ng", "sox", "piper"):
        install(programs / name, f"#!/bin/sh\necho {name} >> {tmp_path}/started\n")
    app = app_of(line)
    assert {ask(app, f"/sound/{name}.wav").status_code for name in sounds_of(app)[:5]} == {404}
    assert page_of(ask(app, "/phone/en")).get_element_by_id("phone").get("data-sound-languages") == ""
    contents = made_sounds(line, tmp_path / "sounds")
    (tmp_path / "sounds" / contents[A_SOUND].decode()).unlink()
    app = app_of(line, ivr_sounds=tmp_path / "sounds")
    assert ask(app, f"/sound/{A_SOUND}.wav").status_code == 404
    assert ask(app, f"/sound/{A_SOUND}/slow.wav").status_code == 200
    assert f"1 of {len(contents)} sounds are missing" in notes_of(app)
    assert not (tmp_path / "started").exists()


@pytest.mark.usefixtures("programs")
def test_a_test_line_synthesizes_the_sounds_that_are_missing(line: Line, tmp_path: Path) -> None:
    contents = made_sounds(line, tmp_path / "sounds")
    missing = tmp_path / "sounds" / contents[A_SOUND].decode()
    missing.unlink()
    app = trying_out(line, ivr_sounds=tmp_path / "sounds")
    assert b"<speak>" in ask(app, f"/sound/{A_SOUND}.wav").content
    assert ask(app, f"/sound/{A_SOUND}/slow.wav").content == contents[f"{A_SOUND}/slow"]
    assert not missing.exists(), "what a visitor heard is not kept on disk"


def test_sound_that_is_removed_meanwhile_is_not_found(line: Line, tmp_path: Path) -> None:
    contents = made_sounds(line, tmp_path / "sounds")
    app = app_of(line, ivr_sounds=tmp_path / "sounds")
    (tmp_path / "sounds" / contents[A_SOUND].decode()).unlink()
    assert ask(app, f"/sound/{A_SOUND}.wav").status_code == 404


def test_folder_without_an_index_costs_no_page_and_is_told_to_the_operator(line: Line, tmp_path: Path) -> None:
    app = app_of(line, ivr_sounds=tmp_path / "nowhere")
    assert ask(app, "/phone/en").status_code == 200
    assert ask(app, f"/sound/{A_SOUND}.wav").status_code == 404
    assert "IVR_SOUNDS" in notes_of(app)
    assert "ivr listen --all" in notes_of(app)


def test_page_and_command_use_the_same_piper_voice(line: Line, programs: Path) -> None:
    add_piper_voice(programs / "voices", "es_MX-some-medium", "es_MX")
    app = trying_out(line, ivr_voices=programs / "voices")
    spanish, english = (ask(app, f"/sound/{tag}/greeting/1.wav").content for tag in ("es", "en"))
    assert spanish[:4] == english[:4] == b"RIFF"
    assert b"<speak>" in english
    assert b"<speak>" not in spanish
    assert "es_MX-some-medium" in (programs / "piper.log").read_text()


@pytest.mark.usefixtures("programs")
def test_voices_that_cannot_be_used_are_told_and_espeak_speaks(line: Line, tmp_path: Path) -> None:
    app = trying_out(line, ivr_voices=tmp_path / "nowhere")
    assert "IVR_VOICES is" in notes_of(app)
    assert b"<speak>" in ask(app, f"/sound/{A_SOUND}.wav").content


@pytest.mark.usefixtures("programs")
def test_too_many_requests_for_sounds_are_answered_with_a_time_to_wait(
    line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sounds, "MOST_AT_ONCE", 2)
    monkeypatch.setattr(sounds, "REQUESTS_A_SECOND", 0.001)
    app = trying_out(line)
    answers = [ask(app, f"/sound/{A_SOUND}.wav") for _ in range(4)]
    assert [answer.status_code for answer in answers] == [200, 200, 429, 429]
    assert answers[-1].headers["retry-after"] == "1"
    assert "Too many sounds" in answers[-1].text
    assert ask(app, "/phone/en").status_code == 200


def test_limit_lets_a_burst_and_then_a_rate_through() -> None:
    clock = [100.0]
    limit = RequestLimit(rate=2, burst=3, now=lambda: clock[0])

    def allowed() -> int:
        return sum(limit.allows_one_more() for _ in range(10))

    assert [allowed(), allowed()] == [3, 0]
    clock[0] += 0.5
    assert allowed() == 1
    clock[0] += 1000
    assert allowed() == 3


@pytest.mark.usefixtures("programs")
def test_other_sites_may_not_use_the_sounds(line: Line) -> None:
    app = trying_out(line)
    for site, status in {"cross-site": 403, "same-origin": 200, "none": 200}.items():
        assert ask(app, f"/sound/{A_SOUND}.wav", headers={"Sec-Fetch-Site": site}).status_code == status
