"""Languages: added with a folder and one word, left out message by message, withheld whole; the line still answers.

A fault in a translation has three outcomes and no others: `ivr check` reports it, its text is spoken in English by the
English voice, or the language is withheld and its addresses answer in English.
"""

import shutil
from collections.abc import Callable
from pathlib import Path

import polib
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from support.options import OPTIONS
from support.third_language import add_lulu

from ivr.call.state import Place
from ivr.call.transitions import Ask
from ivr.call.urls import key_address_of
from ivr.check.catalogues import catalogue_faults
from ivr.check.proofs import prove
from ivr.check.report import check_all
from ivr.content.load import load_content
from ivr.errors import BadContent
from ivr.line.compiler import compile_line
from ivr.line.line import Line
from ivr.translate.update import po_path

ENGLISH_VOICE, SPANISH_VOICE = b"Polly.Joanna-Neural", b"Polly.Lupe-Neural"
OFFERS = {
    "person": ("Para hablar con una persona … oprima %(key)s.", "Para hablar con una persona … oprima cero."),
    "danger": ("¿En peligro? Cuelgue y marque %(emergency)s.", "¿En peligro? Cuelgue y marque 911."),
    "language": ("Para español … oprima %(key)s.", "Para español … oprima %(tecla)s."),
    "connect": ("Le comunico ahora.", ""),
    "not_connected": ("Nadie contestó. Para intentar otra vez … oprima %(key)s.", "Nadie contestó, 100 %."),
    "reminder": ("Cuelgue y marque %(emergency)s en este teléfono.", "Cuelgue y <b>marque</b> %(emergency)s."),
}
"""A translation of each text without which a language is not offered, and what a bad day makes of it."""


def spanish(root: Path, context: str, old: str, new: str) -> None:
    """Put `new` in the place of the translation `old` of the text `context`."""
    catalogue = polib.pofile(str(po_path(root, "es")))
    entry = next(one for one in catalogue if (one.msgctxt, one.msgstr) == (context, old))
    entry.msgstr = new
    catalogue.save()


def english(root: Path, name: str, old: str, new: str) -> None:
    path = root / "prompts" / name
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new), "utf-8")


def said(line: Line, address: str, key: str = "") -> bytes:
    return line.respond(address, [("Digits", key)] if key else []).body


def pressed(line: Line, place: Place, key: str) -> bytes:
    return said(line, key_address_of(line.flow, place), key)


def first_gather(body: bytes) -> bytes:
    return body[: body.index(b"</Gather>")]


# A message that is left out


def test_text_with_a_faulty_message_is_spoken_in_english_by_the_english_voice(copied: Path) -> None:
    spanish(copied, "tea", "Viene en tazas.", "Viene en 2 tazas.")
    line = compile_line(copied, OPTIONS)
    tea = first_gather(pressed(line, Place("main", "es"), "1"))
    assert ENGLISH_VOICE in tea
    assert SPANISH_VOICE not in tea
    assert b"Tea. It is hot." in tea
    for part in (1, 2, 3):
        (spoken,) = line.schedule.prompts(Ask(Place("tea", "es", part), "part"))
        assert spoken.locale == "en", "the parts around the bad message are English too"


def test_faulty_message_changes_no_other_text(copied: Path, tiny: Path) -> None:
    spanish(copied, "tea", "Viene en tazas.", "Viene en 2 tazas.")
    line, whole = compile_line(copied, OPTIONS), compile_line(tiny, OPTIONS)
    assert line.flow.offered == ("en", "es")
    assert SPANISH_VOICE in first_gather(pressed(line, Place("fruit", "es"), "1"))
    assert ENGLISH_VOICE not in first_gather(pressed(line, Place("fruit", "es"), "1"))
    assert line.paths == whole.paths
    for place in line.paths:
        if place.locale == "en":
            assert line.documents[place] == whole.documents[place]


def test_faulty_message_is_reported_and_fails_no_proof(copied: Path) -> None:
    spanish(copied, "tea", "Viene en tazas.", "Viene en 2 tazas.")
    line = compile_line(copied, OPTIONS)
    assert prove(line) == ()
    assert [fault.found for fault in line.content.faults] == ["a digit"]
    assert [fault.found for fault in check_all(copied, OPTIONS).faults] == ["a digit"]


# A language that is withheld


def spoil(name: str) -> Callable[[Path], None]:
    return lambda root: spanish(root, name, *OFFERS[name])


def write(place: str, whole: bytes) -> Callable[[Path], None]:
    def written(root: Path) -> None:
        (root / "locales" / "es" / place).write_bytes(whole)

    return written


def lose(root: Path) -> None:
    po_path(root, "es").unlink()


WITHHOLDING: dict[str, Callable[[Path], None]] = {
    **{f"a bad {name}": spoil(name) for name in OFFERS},
    "no catalogue": lose,
    "an empty catalogue": write("LC_MESSAGES/messages.po", b""),
    "a catalogue of noise": write("LC_MESSAGES/messages.po", bytes(range(256))),
    "a merge half done": write("LC_MESSAGES/messages.po", b'<<<<<<< ours\nmsgid "a"\nmsgstr "b"\n'),
    "a table of noise": write("locale.toml", bytes(range(256))),
    "an empty table": write("locale.toml", b""),
}


@pytest.fixture(scope="module", params=WITHHOLDING)
def withheld(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, tiny: Path) -> Line:
    """A line whose Spanish cannot be offered."""
    root = Path(shutil.copytree(tiny, tmp_path_factory.mktemp("withheld") / "tiny"))
    WITHHOLDING[request.param](root)
    return compile_line(root, OPTIONS)


def test_language_that_cannot_be_offered_is_withheld(withheld: Line) -> None:
    assert withheld.content.configured == ("en", "es")
    assert withheld.flow.offered == ("en",)
    assert all(place.locale == "en" for place in withheld.paths)


def test_withheld_language_is_in_no_document(withheld: Line) -> None:
    bodies = [b"".join(fragments) for fragments in withheld.documents.values()]
    assert not any(SPANISH_VOICE in body or b"es-US" in body for body in [*bodies, withheld.fallback_document])


@pytest.mark.parametrize("address", ["/call/es/main", "/call/es/tea/part-2", "/call/es/opening/slow/misses-1"])
def test_addresses_of_a_withheld_language_answer_in_english(withheld: Line, address: str) -> None:
    for key in ("0", "1", "8", "9", ""):
        answer = withheld.respond(address, [("Digits", key)])
        assert answer.place.locale == "en"
        assert ENGLISH_VOICE in answer.body
    assert withheld.respond("/call/es/main", [("Digits", "0")]).place.node == "connect", (
        "0 is a person, whatever happens"
    )


def test_line_without_the_withheld_language_passes_every_proof(withheld: Line) -> None:
    assert prove(withheld) == ()


def test_reason_for_withholding_is_reported(withheld: Line) -> None:
    told = [*withheld.content.faults, *catalogue_faults(withheld.content)]
    assert told
    assert all(fault.where.startswith(str(withheld.content.root / "locales" / "es")) for fault in told)


@pytest.mark.parametrize("name", OFFERS)
def test_texts_that_withhold_a_language_are_named(copied: Path, name: str) -> None:
    spanish(copied, name, *OFFERS[name])
    sentence = f"the language is withheld, because these texts are not whole in it: {name}"
    assert sentence in [fault.found for fault in compile_line(copied, OPTIONS).content.faults]


def test_check_continues_with_broken_word_lists_of_a_withheld_language(copied: Path) -> None:
    spanish(copied, "connect", *OFFERS["connect"])
    (copied / "locales" / "es" / "words.toml").write_text("nevr = []", "utf-8")
    found = [fault.found for fault in check_all(copied, OPTIONS).faults]
    assert "there is no such field" in found
    assert "the language is withheld, because these texts are not whole in it: connect" in found


def test_published_language_without_a_folder_is_left_out(copied: Path) -> None:
    english(copied, "flow.toml", '["en", "es"]', '["en", "fr", "es"]')
    line = compile_line(copied, OPTIONS)
    assert line.flow.offered == ("en", "es")
    assert [fault.found for fault in line.content.faults] == ["`fr` has no folder in locales/"]


# Every catalogue leaves the line able to answer


@pytest.fixture(scope="module")
def scratch(tmp_path_factory: pytest.TempPathFactory, tiny: Path) -> Path:
    """A copy of the toy line whose catalogue is written again and again."""
    return Path(shutil.copytree(tiny, tmp_path_factory.mktemp("scratch") / "tiny"))


@given(st.text(st.characters(codec="utf-8"), min_size=1))
@example(" ")
@example("\n---\n")
@example("Uno.\n\nDos.")
@example("{{ press.person }} {% if %}")
@example("\ue000\ue001")
@example("]]>")
@example("%(key)s")
@example("%%")
@example("Son rojas. " * 5000)
@settings(max_examples=25, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_translation_stops_the_line(scratch: Path, tiny: Path, translated: str) -> None:
    catalogue = polib.pofile(str(po_path(tiny, "es")))
    next(one for one in catalogue if one.msgctxt == "apples").msgstr = translated
    po_path(scratch, "es").write_text(str(catalogue), "utf-8", newline="")
    line = compile_line(scratch, OPTIONS)
    assert prove(line) == ()
    assert line.flow.offered in (("en",), ("en", "es"))


# English: the language of the texts costs readiness


def test_faults_of_the_source_language_are_all_reported_at_once(copied: Path) -> None:
    english(copied, "apples.txt", "They are red.", "They are 2.")
    english(copied, "lines/person.txt", "press.person", '"zero"')
    english(copied, "numbers.toml", '"911"', '"9111"')
    english(copied, "flow.toml", '["apples", "pears"]', '["apples"]')
    english(copied, "sources.toml", '"own"', '"sure"')
    with pytest.raises(BadContent) as raised:
        load_content(copied)
    assert [Path(fault.where.split(":")[0]).name for fault in raised.value.faults] == [
        "flow.toml",
        "sources.toml",
        "numbers.toml",
        "apples.txt",
        "person.txt",
    ]


def test_disagreements_of_flow_numbers_and_texts_are_reported_at_once(copied: Path) -> None:
    english(copied, "flow.toml", 'number = "hotline"', 'number = "emergency"')
    english(copied, "tea.txt", '{% trans "tea" %}It comes', '{% trans "tea" key=press.nobody %}{{ key }} comes')
    (copied / "prompts" / "pears.txt").rename(copied / "prompts" / "plums.txt")
    english(copied, "plums.txt", '"pears"', '"plums"')
    english(copied, "main.txt", "\n\n", "\n---\n")
    with pytest.raises(BadContent) as raised:
        compile_line(copied, OPTIONS)
    assert [fault.found for fault in raised.value.faults] == [
        "it dials `emergency`, which has no `dial` in numbers.toml",
        "there is no text `pears`",
        "a menu in 3 parts",
        "no node of flow.toml has this name",
        "there is no `press.nobody` here",
    ]


def test_fault_of_the_source_locale_file_is_reported_with_the_others(copied: Path) -> None:
    (copied / "locales" / "en" / "locale.toml").unlink()
    english(copied, "apples.txt", "They are red.", "They are 2.")
    with pytest.raises(BadContent) as raised:
        load_content(copied)
    assert [Path(fault.where.split(":")[0]).name for fault in raised.value.faults] == ["apples.txt", "locale.toml"]


# Added: a folder and one word


@pytest.fixture
def trilingual(copied: Path) -> Line:
    """The toy line in a third language: a folder, and one word in `published`."""
    add_lulu(copied)
    return compile_line(copied, OPTIONS)


def test_language_is_added_with_a_folder_and_one_word(trilingual: Line) -> None:
    assert trilingual.flow.offered == ("en", "es", "art-lulu")
    assert prove(trilingual) == ()
    assert not list(catalogue_faults(trilingual.content))


def test_added_language_is_spoken_by_its_own_voice(trilingual: Line) -> None:
    tea = first_gather(pressed(trilingual, Place("main", "art-lulu"), "1"))
    assert b"lu. lu lu lu." in tea.lower()
    assert b'language="art-lulu"' in tea
    assert ENGLISH_VOICE not in tea


def test_key_8_offers_every_language_in_its_own_words(trilingual: Line) -> None:
    offers = said(trilingual, "/call", "")
    assert b"oprima ocho" in offers
    languages = trilingual.respond("/call/en/main", [("Digits", "8")])
    assert languages.place.node == "languages"
    assert b"oprima uno" in languages.body
    address = key_address_of(trilingual.flow, languages.place)
    assert trilingual.respond(address, [("Digits", "2")]).place == Place("opening", "art-lulu")
