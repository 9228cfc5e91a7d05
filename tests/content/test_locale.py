"""A language: its words for digits and keys, its messages, its voice."""

from pathlib import Path

import pytest

from ivr.content.locale import Locale, load_locale
from ivr.content.voices import load_voices
from ivr.errors import BadLocale, Untranslated

VOICES = load_voices(Path(__file__).resolve().parents[1] / "tiny" / "locales" / "voices.toml")


@pytest.fixture
def spanish(tiny: Path) -> Locale:
    return load_locale(tiny / "locales" / "es", VOICES)


@pytest.fixture
def english(tiny: Path) -> Locale:
    return load_locale(tiny / "locales" / "en", VOICES, is_source=True)


def changed(root: Path, old: str, new: str) -> Path:
    path = root / "locales" / "es" / "locale.toml"
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new), "utf-8")
    return path.parent


def test_tag_of_a_language_is_the_name_of_its_folder(spanish: Locale) -> None:
    assert (spanish.tag, spanish.name, spanish.language) == ("es", "español", "es-US")


def test_digits_are_spoken_one_by_one_with_a_pause_between_groups(english: Locale, spanish: Locale) -> None:
    assert english.digit_groups(("1", "888")) == "one … eight eight eight"
    assert spanish.digit_groups(("911",)) == "nueve uno uno"
    assert spanish.digit_groups(("233", "733")) == "dos tres tres … siete tres tres"


@pytest.mark.parametrize(
    ("key", "word"), [("0", "cero"), ("1", "uno"), ("9", "nueve"), ("*", "estrella"), ("#", "numeral")]
)
def test_every_key_has_a_word(spanish: Locale, key: str, word: str) -> None:
    assert spanish.key_word(key) == word


def test_message_in_the_source_language_is_its_english(english: Locale) -> None:
    assert english.messages is None
    assert english.translation("tea", "Whatever stands here.") == "Whatever stands here."


def test_message_is_looked_up_by_text_and_english(spanish: Locale) -> None:
    assert spanish.translation("apples", "Apples. They are red.") == "Manzanas. Son rojas."


@pytest.mark.parametrize(
    ("context", "english"),
    [("pears", "Apples. They are red."), ("apples", "Apples. They are red"), ("", "Apples. They are red.")],
)
def test_message_without_a_translation_raises_untranslated(spanish: Locale, context: str, english: str) -> None:
    with pytest.raises(Untranslated, match="es: "):
        spanish.translation(context, english)


def test_the_source_language_needs_no_catalogue(tiny: Path) -> None:
    assert not (tiny / "locales" / "en" / "LC_MESSAGES").exists()
    assert load_locale(tiny / "locales" / "en", VOICES, is_source=True).faults == {}


def test_only_voices_of_a_kind_with_ssml_get_it(copied: Path) -> None:
    assert load_locale(copied / "locales" / "es", VOICES).takes_ssml
    assert not load_locale(changed(copied, "Polly.Lupe-Neural", "alice"), VOICES).takes_ssml


@pytest.mark.parametrize(
    ("fallback_voice", "spoken_by"),
    [
        ("Google.es-US-Standard-A", "Google.es-US-Standard-A"),
        ("Polly.Pedro-Neural", "Polly.Lupe-Neural"),
        ("Google.en-US-Standard-C", "Polly.Lupe-Neural"),
        ("Google.Nobody", "Polly.Lupe-Neural"),
        ("", "Polly.Lupe-Neural"),
        ("none", "none"),
    ],
)
def test_fallback_document_never_speaks_in_a_faulty_voice(copied: Path, fallback_voice: str, spoken_by: str) -> None:
    locale = load_locale(changed(copied, "Google.es-US-Standard-A", fallback_voice), VOICES)
    assert locale.in_fallback_voice().voice == spoken_by
    assert (locale.fallback.fault is not None) == (spoken_by == "Polly.Lupe-Neural")


def test_reviewer_and_day_are_loaded(copied: Path) -> None:
    assert load_locale(copied / "locales" / "es", VOICES).review is None
    folder = changed(copied, 'name = "español"', 'name = "español"\nreviewed = { by = "Ana", date = 2026-01-31 }')
    assert str(load_locale(folder, VOICES).review) == "Ana, 2026-01-31"


def test_direction_is_left_to_right_by_default(copied: Path) -> None:
    assert load_locale(changed(copied, 'direction = "ltr"\n', ""), VOICES).direction == "ltr"


def test_the_table_ear_of_release_0_1_0_is_the_speech_rate(copied: Path, spanish: Locale) -> None:
    locale = load_locale(changed(copied, "speech_rate = ", "ear = "), VOICES)
    assert locale.speech_rate == spanish.speech_rate


def test_every_wrong_field_is_reported_at_once(copied: Path) -> None:
    folder = changed(copied, 'voice = "Polly.Lupe-Neural"\n', "")
    changed(copied, '"syllables"', '"letters"')
    with pytest.raises(BadLocale) as raised:
        load_locale(folder, VOICES)
    assert [fault.where.rsplit(" ", 1)[1] for fault in raised.value.faults] == ["voice", "speech_rate.counts"]


def test_language_without_a_catalogue_is_refused(copied: Path) -> None:
    catalogue = copied / "locales" / "es" / "LC_MESSAGES" / "messages.po"
    catalogue.unlink()
    with pytest.raises(BadLocale, match=r"messages\.po: it cannot be read \(No such file or directory\)"):
        load_locale(copied / "locales" / "es", VOICES)


def test_key_can_have_another_word_than_its_digit_in_a_number(copied: Path) -> None:
    folder = changed(copied, '"seis"', '"media"')
    path = folder / "locale.toml"
    path.write_text(path.read_text("utf-8") + '\nkey_words = { 6 = "seis" }\n', "utf-8")
    locale = load_locale(folder, VOICES)
    assert (locale.key_word("6"), locale.digit_groups(("16",))) == ("seis", "uno media")
    assert locale.key_word("5") == "cinco"
