"""New languages: one is created, filled in and published without code, and its catalogue cannot break a call.

An invented language and one written from right to left are created on every run, in a copy of the real content.
"""

import random
import re
import shutil
import subprocess
import tomllib
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from time import perf_counter

import polib
import pytest
from support.invented import INVENTED, publish_invented
from support.layer import copy_layer
from support.options import OPTIONS

from ivr.call.playlist import named_keys
from ivr.check.locale_settings import review_marks
from ivr.check.proofs import prove
from ivr.check.report import check_all, check_language
from ivr.content.catalogue import load_messages, message_fault
from ivr.content.load import Content, existing_tag, published_and_drafts
from ivr.content.locale import load_locale
from ivr.content.prompts import Prompts
from ivr.content.voices import load_voices
from ivr.errors import BadContent, BadLocale
from ivr.line.compiler import compile_line
from ivr.line.line import Line
from ivr.script import page
from ivr.translate.new_locale import create_locale
from ivr.translate.update import languages_to_update, po_path, update

CHECKOUT = Path(__file__).resolve().parents[2]
VOICES = load_voices(CHECKOUT / "locales" / "voices.toml")
RIGHT_TO_LEFT = "ar"
KNOWN = ("fr", "zh", "vi", "zh-Hant", "es-PR", "pt", "tl")
RECORDED = "ht"
UNKNOWN = ("so", "hmn")
"""Languages that no telephone voice speaks; the last is not in CLDR either."""

needs_msgfmt = pytest.mark.skipif(shutil.which("msgfmt") is None, reason="gettext is not on this machine")
needs_pofilter = pytest.mark.skipif(shutil.which("pofilter") is None, reason="pofilter is not on this machine")


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the content of the checkout, without the languages that are begun here, if it has them by now."""
    root = tmp_path_factory.mktemp("room")
    for folder in ("prompts", "locales"):
        shutil.copytree(CHECKOUT / folder, root / folder)
    for tag in (*KNOWN, *UNKNOWN, RECORDED, RIGHT_TO_LEFT, INVENTED):
        shutil.rmtree(root / "locales" / tag, ignore_errors=True)
    return root


@pytest.fixture(scope="module")
def begun(whole: Path) -> Path:
    """The same with many languages begun."""
    for tag in (*KNOWN, *UNKNOWN, RECORDED, RIGHT_TO_LEFT):
        create_locale(whole, tag)
    return whole


def table(root: Path, tag: str) -> dict[str, object]:
    return tomllib.loads((root / "locales" / tag / "locale.toml").read_text("utf-8"))


# Begun


@pytest.mark.parametrize(
    ("tag", "name", "language", "voice"),
    [
        ("fr", "français", "fr-FR", "Polly.Lea-Neural"),
        ("zh", "中文", "cmn-CN", "Polly.Zhiyu-Neural"),
        ("vi", "Tiếng Việt", "vi-VN", "Google.vi-VN-Neural2-A"),
        ("es-PR", "español (Puerto Rico)", "es-US", "Polly.Lupe-Neural"),
        ("ar", "العربية", "ar-XA", "Google.ar-XA-Wavenet-A"),
        ("tl", "Filipino", "fil-PH", "Google.fil-ph-Neural2-A"),
        ("zh-Hant", "中文 (繁體)", "cmn-TW", "Google.cmn-TW-Wavenet-A"),
        ("ht", "Kreyòl Ayisyen", "ht", "none"),
        ("hmn", "hmn", "hmn", "none"),
    ],
)
def test_new_language_has_name_language_voice_and_direction(
    begun: Path, tag: str, name: str, language: str, voice: str
) -> None:
    told = table(begun, tag)
    assert (told["name"], told["language"], told["voice"]) == (name, language, voice)
    assert told["direction"] == ("rtl" if tag == "ar" else "ltr")
    folder = begun / "locales" / tag
    assert {path.name for path in folder.iterdir()} == {"locale.toml", "words.toml", "STYLE.md", "LC_MESSAGES"}


@pytest.mark.parametrize("tag", [tag for tag in (*KNOWN, RIGHT_TO_LEFT) if tag not in ("zh-Hant", "tl")])
def test_new_language_with_a_voice_can_be_loaded(begun: Path, tag: str) -> None:
    locale = load_locale(begun / "locales" / tag, VOICES)
    assert locale.takes_ssml
    assert locale.review is None
    assert len({*locale.digits, locale.star, locale.pound}) == 12


def test_proposed_words_are_marked_for_a_speaker(begun: Path) -> None:
    marked = [(file, mark) for file, _, mark in review_marks(begun / "locales" / "fr")]
    assert [file for file, _ in marked] == ["locale.toml", "locale.toml", "words.toml", "words.toml", "words.toml"]
    assert all(mark.startswith("CHECK: ") for _, mark in marked)


@pytest.mark.parametrize("tag", [*UNKNOWN, RECORDED])
def test_missing_fields_are_listed_with_a_remedy(begun: Path, tag: str) -> None:
    missing = [mark for _, _, mark in review_marks(begun / "locales" / tag) if mark.startswith("MISSING")]
    assert any("ivr recordings sheet" in mark for mark in missing)
    assert any("are not known: write" in mark for mark in missing) == (tag in UNKNOWN)
    assert any("CLDR" in mark for mark in missing) == (tag == "hmn")


@pytest.mark.parametrize("tag", UNKNOWN)
def test_language_without_words_for_digits_is_withheld(begun: Path, tag: str) -> None:
    (fault,) = check_language(begun, OPTIONS, tag).faults
    assert fault.where.endswith(f"locales/{tag}/locale.toml: digits, star, pound")


def test_regional_form_begins_with_the_base_language(begun: Path) -> None:
    spanish, puerto_rican = table(begun, "es"), table(begun, "es-PR")
    for field in ("digits", "star", "pound", "speech_rate"):
        assert puerto_rican[field] == spanish[field]
    assert load_messages([po_path(begun, "es-PR")])[0] == load_messages([po_path(begun, "es")])[0]
    assert polib.pofile(str(po_path(begun, "es-PR"))).metadata["Language"] == "es_PR"


@pytest.mark.parametrize("tag", ["", "français", "fr_FR", "../fr", "f"])
def test_malformed_tag_raises(whole: Path, tag: str) -> None:
    with pytest.raises(BadLocale, match="not the tag of a language"):
        create_locale(whole, tag)


@pytest.mark.parametrize("tag", ["fr", "FR", "ZH-hant"])
def test_existing_language_raises(begun: Path, tag: str) -> None:
    with pytest.raises(BadLocale, match="this folder exists already"):
        create_locale(begun, tag)


@pytest.mark.parametrize(
    ("tag", "meant"),
    [("vn", "vi (Vietnamese)"), ("jp", "ja (Japanese)"), ("cn", "zh (Chinese)"), ("fra", "fr (French)"),
     ("english", "en (English)"), ("xx", "")],
)  # fmt: skip
def test_unknown_tag_is_refused_without_a_name_and_the_nearest_is_named(copied: Path, tag: str, meant: str) -> None:
    with pytest.raises(BadLocale, match="--name") as refused:
        create_locale(copied, tag)
    assert f"Did you mean {meant}" in str(refused.value)
    assert not (copied / "locales" / tag).exists()


def test_unknown_tag_with_a_name_is_a_language(copied: Path) -> None:
    assert create_locale(copied, "mam", "Qyool")[0] == copied / "locales" / "mam" / "locale.toml"
    assert table(copied, "mam")["name"] == "Qyool"


def test_tag_is_written_in_its_usual_letters(copied: Path) -> None:
    assert create_locale(copied, "ZH-hANT-tw")[0].parent.parent.name == "locales"
    assert existing_tag(copied, "zh-hant-tw") == "zh-Hant-TW"


@pytest.mark.parametrize(("tag", "base"), [("zh-Hant", "zh"), ("sr-Latn", "sr"), ("pa-PK", "pa")])
def test_language_in_another_script_begins_with_nothing_of_the_other(copied: Path, tag: str, base: str) -> None:
    shutil.copytree(copied / "locales" / "es", copied / "locales" / base)
    create_locale(copied, tag)
    assert not load_messages([po_path(copied, tag)])[0]
    assert table(copied, tag)["digits"] != table(copied, base)["digits"]


def test_filipino_has_the_same_digits_under_both_of_its_codes(begun: Path, copied: Path) -> None:
    create_locale(copied, "fil")
    assert table(begun, "tl")["digits"] == table(copied, "fil")["digits"]


def test_voice_of_another_region_is_marked_for_a_speaker(begun: Path) -> None:
    told = [mark for _, _, mark in review_marks(begun / "locales" / "es-PR")]
    assert any("es-PR" in mark and "es-US" in mark for mark in told)
    assert not any("Twilio" in mark for _, _, mark in review_marks(begun / "locales" / "zh-Hant"))


def test_faulty_text_leaves_no_folder(copied: Path) -> None:
    path = copied / "prompts" / "tea.txt"
    path.write_text(path.read_text("utf-8").replace("{% endtrans %}", "", 1), "utf-8")
    with pytest.raises(BadContent):
        create_locale(copied, "fr")
    assert not (copied / "locales" / "fr").exists()


def test_regional_form_in_a_layer_begins_with_the_base_language_of_release_and_layer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    layer = copy_layer(tmp_path, monkeypatch)
    create_locale(layer, "es-PR")
    spanish, puerto_rican = table(layer.parent / "tiny", "es"), table(layer, "es-PR")
    assert [puerto_rican[field] for field in ("digits", "star")] == [spanish[field] for field in ("digits", "star")]
    parts = compile_line(layer, OPTIONS, ["en", "es-PR"]).content.parts
    assert {part.locale for text in ("tea", "plums") for part in parts(text, "es-PR")} == {"es-PR"}


def test_language_of_a_layer_is_updated_with_the_others_before_it_is_published(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    layer = copy_layer(tmp_path, monkeypatch)
    assert languages_to_update(layer) == ["es"]
    create_locale(layer, "fr")
    assert languages_to_update(layer) == ["es", "fr"]


def test_language_of_the_release_is_refused_in_a_layer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    layer = copy_layer(tmp_path, monkeypatch)
    shutil.rmtree(layer / "locales" / "es")
    with pytest.raises(BadLocale, match="the release has this language") as refused:
        create_locale(layer, "ES")
    assert "`ivr locale update es`" in str(refused.value)
    assert not (layer / "locales" / "es").exists()


def test_check_of_an_unknown_language_raises(whole: Path) -> None:
    with pytest.raises(BadLocale, match="ivr locale new xx"):
        check_language(whole, OPTIONS, "xx")


# An invented language, from the empty folder to callers


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the real content, in which an invented language was begun, filled and published."""
    root = tmp_path_factory.mktemp("published")
    for folder in ("prompts", "locales"):
        shutil.copytree(CHECKOUT / folder, root / folder)
    publish_invented(root)
    return root


def test_invented_language_passes_every_proof(published: Path) -> None:
    report = check_all(published, OPTIONS)
    assert report.faults == ()
    assert f"{INVENTED}: not reviewed by a native speaker" in "\n".join(report.rows)
    line = compile_line(published, OPTIONS)
    assert line.flow.offered[-1] == INVENTED
    assert prove(line) == ()
    assert prove(compile_line(published, replace(OPTIONS, silence="goodbye"))) == ()


def test_invented_language_speaks_every_text_with_the_same_keys_and_numbers(published: Path) -> None:
    line = compile_line(published, OPTIONS)
    prompts = line.content.prompts
    for name in prompts.templates:
        press = named_keys(line.flow, name)
        for ours, english in zip(prompts.parts(name, INVENTED, press), prompts.parts(name, "en", press), strict=True):
            assert ours.locale == INVENTED
            assert (ours.keys, ours.numbers) == (english.keys, english.numbers)
            assert len(ours.words) > len(english.words)


def test_complete_language_has_no_missing_message(published: Path) -> None:
    report = check_language(published, OPTIONS, INVENTED)
    assert report.faults == ()
    told = "\n".join(report.rows)
    assert "0 fuzzy, 0 faulty, 0 missing" in told
    assert "published   yes" in told


def test_update_of_a_complete_language_changes_no_file(published: Path) -> None:
    assert update(published, [INVENTED]).written == ()


# Written from right to left


def test_right_to_left_language_has_its_direction_on_the_script_page(begun: Path, tmp_path: Path) -> None:
    catalogue = polib.pofile(str(po_path(begun, RIGHT_TO_LEFT)))
    entry = next(entry for entry in catalogue if entry.msgctxt == "person")
    entry.msgstr = "للتحدث مع شخص الآن … اضغط %(key)s."
    catalogue.save()
    line = compile_line(begun, OPTIONS, published_and_drafts(begun, RIGHT_TO_LEFT))
    (path,) = page.write_pages(line, [RIGHT_TO_LEFT], tmp_path)
    html = path.read_text("utf-8")
    assert f'lang="{RIGHT_TO_LEFT}" dir="rtl"' in html
    assert "للتحدث مع شخص الآن" in html


# Many languages


@pytest.mark.parametrize("count", [3, 7, 12])
def test_line_in_many_languages_passes_every_proof(copied: Path, count: int) -> None:
    tags = ["en", "es", *(f"q{letter}" for letter in "bcdefghijk")][:count]
    for tag in tags[2:]:
        shutil.copytree(copied / "locales" / "es", copied / "locales" / tag)
    line = compile_line(copied, OPTIONS, tags)
    assert line.flow.offered == tuple(tags)
    assert prove(line) == ()
    parts = {place.part for place in line.paths if place.node == "languages"}
    assert parts == set(range(1, -(-(count - 1) // 5) + 1))


# The catalogues are everybody's


def catalogues(root: Path) -> list[Path]:
    return [po_path(root, tag) for tag in languages_to_update(root)]


@needs_msgfmt
def test_msgfmt_accepts_every_catalogue(begun: Path, tiny: Path) -> None:
    for path in [*catalogues(CHECKOUT), *catalogues(begun), *catalogues(tiny)]:
        done = subprocess.run(
            ["msgfmt", "--check", "--output-file=/dev/null", str(path)], capture_output=True, text=True
        )
        assert (done.returncode, done.stderr) == (0, ""), path


@needs_pofilter
def test_pofilter_finds_no_broken_placeholder_tag_or_space(tmp_path: Path) -> None:
    tests = ("printf", "variables", "xmltags", "tabs", "newlines", "escapes", "unchanged")
    for path in catalogues(CHECKOUT):
        out = tmp_path / "found.po"
        subprocess.run(["pofilter", *(f"--test={test}" for test in tests), str(path), str(out)], check=True)
        found = polib.pofile(str(out)) if out.exists() else []
        assert not [entry.msgid for entry in found if entry.msgid], path


def test_comment_says_where_a_message_is_heard_and_explains_placeholders(tiny: Path) -> None:
    notes = {(entry.msgctxt, entry.msgid): entry.comment for entry in polib.pofile(str(po_path(tiny, "es")))}
    assert notes["apples", "Apples. They are red."] == "Heard: “For apples”; about 2 s in English."
    assert notes["fruit", "For pears … press %(key)s."] == (
        "Heard: “For fruit”, part 2 of 2; about 2 s in English.\n"
        "%(key)s is the word for the key that leads to “For pears”."
    )
    assert (
        "is the number 911, said digit by digit: “nine one one”."
        in notes["danger", "In danger? Hang up and dial %(emergency)s."]
    )


# A catalogue with any content leaves the line running

TOKENS = (
    "%", "%%", "%(key)s", "%(key)d", "%(", "{{", "{%", "<b>", "&amp;", "\x00", "\x1b", "\ue000", "\ufeff", "\u202e",
    '"', "\\", "\n", "\r", '\nmsgid ""\n', "\nmsgstr ", '\nmsgid_plural "x"\n', "<<<<<<< ours\n", "=======\n", "#~ ",
    "#, fuzzy\n", "…", "...", "7", "٣", "nplurals=9999;", "plural=n**99999;", "charset=utf-7", "x" * 5000, "é",
)  # fmt: skip
CASES, EVERY, LONGEST = 2_000, 80, 5.0
"""How many files are tried, each how-manieth is compiled whole and proved, and how many seconds one may take."""


def mutated(right: bytes, chance: random.Random) -> bytes:
    """A PO file as accidents make them, or bytes without any sense."""
    if chance.random() < 0.1:
        return chance.randbytes(chance.randrange(4_000))
    whole = bytearray(right)
    for _ in range(chance.randrange(1, 6)):
        at, to = sorted(chance.randrange(len(whole) + 1) for _ in range(2))
        end = min(to, at + chance.choice((1, 8, 80, 800, 8_000)))
        piece = bytes(whole[at:end])
        match chance.randrange(5):
            case 0:
                whole[at:at] = chance.choice(TOKENS).encode("utf-8")
            case 1:
                del whole[at:end]
            case 2:
                whole[end:end] = piece
            case 3:
                whole[at:end] = piece[::-1]
            case _:
                whole[at : at + 1] = chance.randbytes(1)
    return bytes(whole)


def spoken_or_withheld(root: Path, content: Content) -> str:
    """Load the Spanish of `root` and speak every text in it, as far as it goes: what became of it."""
    try:
        locale = load_locale(root / "locales" / "es", VOICES)
    except BadLocale:
        return "withheld"
    prompts = Prompts(content.prompts.templates, content.locales | {"es": locale}, content.facts, "en")
    spoken = [prompts.parts(name, "es", named_keys(content.flow, name)) for name in prompts.templates]
    return "whole" if all(part.locale == "es" for parts in spoken for part in parts) else "in part"


def test_mutated_catalogue_never_breaks_or_hangs_the_line(copied: Path) -> None:
    chance, path = random.Random(11), po_path(copied, "es")
    right, content, outcomes = path.read_bytes(), compile_line(copied, OPTIONS).content, Counter[str]()
    for number in range(CASES):
        path.write_bytes(mutated(right, chance))
        started = perf_counter()
        outcomes[spoken_or_withheld(copied, content)] += 1
        assert perf_counter() - started < LONGEST, number
        if number % EVERY == 0:
            assert prove(compile_line(copied, OPTIONS)) == ()
    assert all(outcomes[one] > CASES / 50 for one in ("withheld", "in part", "whole")), outcomes


def spoken_words(line: Line, tag: str) -> Iterator[Sequence[str]]:
    for name in line.content.prompts.templates:
        for part in line.content.prompts.parts(name, tag, named_keys(line.flow, name)):
            yield part.keys


def test_translation_changes_no_key_and_no_number(published: Path) -> None:
    line = compile_line(published, OPTIONS)
    assert list(spoken_words(line, INVENTED)) == list(spoken_words(line, "en"))
    dialled = {tag: re.findall(rb"<Number>([^<]*)", b"".join(documents_in(line, tag))) for tag in line.flow.offered}
    assert len({frozenset(numbers) for numbers in dialled.values()}) == 1


def documents_in(line: Line, tag: str) -> Iterator[bytes]:
    for place, fragments in line.documents.items():
        if place.locale == tag:
            yield b"".join(fragments)


def test_pseudo_translation_is_longer_accented_and_valid(published: Path) -> None:
    written = [(entry.msgid, entry.msgstr) for entry in polib.pofile(str(po_path(published, INVENTED)))]
    assert all(message_fault(english, told) is None for english, told in written)
    assert all(unicodedata.is_normalized("NFC", told) and not told.isascii() for _, told in written)
    assert 1.2 < sum(len(told) for _, told in written) / sum(len(english) for english, _ in written) < 1.35
