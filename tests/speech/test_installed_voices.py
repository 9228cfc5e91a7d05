"""Which voice speaks a language: a Piper voice of the operator's folder, else one of espeak-ng's."""

import shutil
from pathlib import Path

import pytest
from support.voices import add_piper_voice, install_all

from ivr.errors import OperationFailed
from ivr.speech.installed_voices import InstalledVoices, installed_voices, piper_voices

ESPEAK = frozenset({"en-us", "en", "es", "es-419", "fr-fr", "fr", "cmn"})


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "bin"
    folder.mkdir()
    install_all(folder)
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")
    return folder


@pytest.fixture
def voices(tmp_path: Path, programs: Path) -> Path:
    """A folder with two Spanish voices and one that names no country that the line uses."""
    assert programs
    for name, code in (("es_ES-a-medium", "es_ES"), ("es_MX-b-medium", "es_MX"), ("pt_PT-c-low", "pt_PT")):
        add_piper_voice(tmp_path / "voices", name, code)
    return tmp_path / "voices"


@pytest.mark.parametrize(
    ("languages", "name"),
    [
        (("en-US", "en"), "en-us"),
        (("en-GB", "en"), "en"),
        (("es-US", "es"), "es-419"),
        (("es-ES", "es"), "es-419"),
        (("fr-CA", "fr"), "fr"),
        (("zh-CN", "cmn"), "cmn"),
    ],
)
def test_espeak_speaks_a_language_in_the_nearest_voice(languages: tuple[str, ...], name: str) -> None:
    voice = InstalledVoices(ESPEAK).voice_of(*languages)
    assert voice is not None
    assert (voice.program, voice.name) == ("espeak-ng", name)


def test_language_without_any_voice_has_none() -> None:
    assert InstalledVoices(ESPEAK).voice_of("so-SO", "so") is None


@pytest.mark.parametrize(
    ("language", "name"),
    [("es-US", "es_MX-b-medium"), ("es-ES", "es_ES-a-medium"), ("es-MX", "es_MX-b-medium"), ("pt-BR", "pt_PT-c-low")],
)
def test_piper_voice_is_preferred_and_spanish_of_america_before_that_of_spain(
    voices: Path, language: str, name: str
) -> None:
    voice = InstalledVoices(ESPEAK, piper_voices(voices)).voice_of(language)
    assert voice is not None
    assert (voice.program, voice.name) == ("piper", name)


def test_language_without_a_piper_voice_is_spoken_by_espeak(voices: Path) -> None:
    voice = installed_voices(voices).voice_of("en-US", "en")
    assert voice is not None
    assert voice.identity == "espeak-ng en-us"


def test_voice_file_with_other_content_is_another_voice(voices: Path) -> None:
    one = piper_voices(voices)[0]
    (voices / "other").mkdir()
    add_piper_voice(voices / "other", one.name, "es_ES")
    (voices / "other" / f"{one.name}.onnx").write_bytes(b"trained again")
    (other,) = piper_voices(voices / "other")
    assert one.name == other.name
    assert one.identity.rpartition(" ")[0] == other.identity.rpartition(" ")[0] == f"piper {one.name}"
    assert one.identity != other.identity


def test_folder_that_cannot_be_used_is_a_sentence_that_names_it(voices: Path) -> None:
    with pytest.raises(OperationFailed, match="there is no such folder"):
        piper_voices(voices / "nowhere")
    (voices / "empty").mkdir()
    with pytest.raises(OperationFailed, match=r"empty has no voice: expected files such as .*\.onnx"):
        piper_voices(voices / "empty")


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (None, "has no es_MX-b-medium.onnx.json beside it: fetch both files"),
        ("<html>", "does not name the language of a Piper voice: fetch the file again"),
        ("[]", "does not name the language"),
        ('{"language": "es"}', "does not name the language"),
        ('{"language": {"code": 3}}', "does not name the language"),
        ('{"language": {"code": "es_MX"}, "inference": []}', "does not name the language"),
    ],
)
def test_description_of_a_voice_that_cannot_be_used_is_a_sentence(
    voices: Path, content: str | None, sentence: str
) -> None:
    path = voices / "es_MX-b-medium.onnx.json"
    path.unlink()
    if content is not None:
        path.write_text(content, "utf-8")
    with pytest.raises(OperationFailed, match=sentence):
        piper_voices(voices)


def test_missing_programs_are_named_with_the_way_to_install_them(
    voices: Path, programs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(programs))
    (programs / "espeak-ng").unlink()
    with pytest.raises(OperationFailed, match=r"espeak-ng is not installed.*apt install espeak-ng sox"):
        installed_voices(None)
    assert installed_voices(voices).voice_of("es-US"), "Piper needs no espeak-ng"
    (programs / "piper").unlink()
    with pytest.raises(OperationFailed, match=r"piper, which speaks with the voices in .*, is not installed"):
        installed_voices(voices)
    monkeypatch.setattr(shutil, "which", lambda _: None)
    with pytest.raises(OperationFailed, match=r"espeak-ng and sox are not installed"):
        installed_voices(None)
