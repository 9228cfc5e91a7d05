"""The table of voices: which voice speaks a language, and that the shipped one holds together."""

from pathlib import Path

import pytest

from ivr.content.locale import load_locale
from ivr.content.voices import MAX_ENCODED, Voices, load_voices
from ivr.errors import BadLocale
from ivr.line.compiler import compile_line
from ivr.line.options import Options

CHECKOUT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def shipped() -> Voices:
    return load_voices(CHECKOUT / "locales" / "voices.toml")


@pytest.mark.parametrize(
    ("tag", "language"),
    [
        ("es", "es-US"),
        ("es-MX", "es-MX"),
        ("es-PR", "es-US"),
        ("fr-CA", "fr-CA"),
        ("fr-HT", "fr-FR"),
        ("zh", "cmn-CN"),
        ("zh-TW", "cmn-TW"),
        ("zh-HK", "yue-HK"),
        ("zh-Hant-HK", "yue-HK"),
        ("zh-Hans-HK", "cmn-CN"),
        ("zh-MO", "cmn-TW"),
        ("ZH-hant", "cmn-TW"),
        ("sr", "sr-RS"),
        ("sr-Latn", ""),
        ("pa-PK", ""),
        ("tl", "fil-PH"),
        ("uk", "uk-UA"),
        ("so", ""),
        ("hmn", ""),
        ("ht", ""),
    ],
)
def test_tag_leads_to_a_language_of_twilio(shipped: Voices, tag: str, language: str) -> None:
    assert shipped.language_for(tag) == language


def test_language_of_every_tag_has_voices(shipped: Voices) -> None:
    assert all(shipped.languages[language] for language in shipped.tags.values())


def test_voice_is_listed_once_under_the_language_of_its_name(shipped: Voices) -> None:
    for language, voices in shipped.languages.items():
        names = [voice.name for voice in voices]
        assert len(names) == len(set(names)), language
        for voice in voices:
            if voice.name.startswith("Google."):
                assert voice.name.lower().startswith(f"google.{language.lower()}-")
            assert voice.kind.startswith(voice.name.split(".")[0].lower())


def test_voice_may_speak_two_languages(shipped: Voices) -> None:
    assert {voice.language for voice in shipped.named("Polly.Kajal-Neural")} == {"en-IN", "hi-IN"}
    assert shipped.named("Polly.Nobody") == ()


@pytest.mark.parametrize(
    ("language", "voice", "other"),
    [
        ("es-US", "Polly.Lupe-Neural", "Google.es-US-Neural2-A"),
        ("es-US", "Google.es-US-Neural2-A", "Polly.Lupe-Neural"),
        ("es-MX", "Polly.Mia-Neural", "none"),
        ("", "none", "none"),
    ],
)
def test_fallback_voice_is_proposed_of_another_vendor(shipped: Voices, language: str, voice: str, other: str) -> None:
    assert shipped.voice_of_another_vendor(language, voice) == other


def test_length_of_a_say_is_counted_percent_encoded(shipped: Voices) -> None:
    (lupe,) = shipped.named("Polly.Lupe-Neural")
    assert lupe.can_say("a" * 3000)
    assert not lupe.can_say("a" * 3001)
    assert lupe.can_say("語" * (MAX_ENCODED // 9))
    assert not lupe.can_say("語" * (MAX_ENCODED // 9 + 1))


def test_without_the_table_of_voices_the_line_has_no_pauses(copied: Path) -> None:
    (copied / "locales" / "voices.toml").unlink()
    line = compile_line(copied, Options())
    assert line.flow.offered == ("en", "es")
    assert not line.content.locales["es"].takes_ssml
    assert b"<break" not in b"".join(b"".join(fragments) for fragments in line.documents.values())
    assert [fault.where for fault in line.content.faults] == [str(copied / "locales" / "voices.toml")]


def test_source_language_must_have_a_voice(copied: Path) -> None:
    path = copied / "locales" / "en" / "locale.toml"
    path.write_text(path.read_text("utf-8").replace("Polly.Joanna-Neural", "none"), "utf-8")
    with pytest.raises(BadLocale, match="the source language has no voice"):
        load_locale(copied / "locales" / "en", None, is_source=True)
