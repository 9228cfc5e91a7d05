"""A layer: what an agency has of its own, loaded over the release."""

import shutil
from pathlib import Path

import pytest
from support.content_faults import ContentFault, reported
from support.layer import copy_layer, layer_faults
from support.options import OPTIONS
from support.paths import CHECKOUT
from support.recordings import record_text

from ivr.call.playlist import named_keys
from ivr.call.state import Key, Place, Ring
from ivr.call.transitions import next_place
from ivr.check.catalogues import waiting_messages
from ivr.content.catalogue import po_path
from ivr.content.facts import Number
from ivr.content.layer import recording_files
from ivr.export.captions import number_span
from ivr.line.compiler import compile_line
from ivr.line.line import Line
from ivr.phone.caller import Caller
from ivr.simulator import in_process
from ivr.translate.update import languages_to_update, update


@pytest.fixture
def layer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The layer over the toy line, both copied."""
    return copy_layer(tmp_path, monkeypatch)


def words(line: Line, name: str, tag: str = "en") -> str:
    """All words of a text."""
    parts = line.content.prompts.parts(name, tag, named_keys(line.flow, name))
    return "\n".join(part.words for part in parts)


def test_layer_and_release_are_one_line_without_a_fault(layer: Path) -> None:
    assert reported(layer) == []
    line, release = compile_line(layer, OPTIONS), compile_line(layer.parent / "tiny", OPTIONS)
    assert line.flow.choices("fruit") == ("apples", "plums")
    assert line.content.prompts.templates.keys() == release.content.prompts.templates.keys() ^ {"pears", "plums"}
    for tag in ("en", "es"):
        changed = {name for name in release.content.prompts.templates if name != "pears"} - {"greeting", "tea", "fruit"}
        assert all(words(line, name, tag) == words(release, name, tag) for name in changed)
        assert words(line, "tea", tag).startswith(words(release, "tea", tag)), "a part is added"
        assert words(line, "greeting", tag) != words(release, "greeting", tag)
        assert line.content.is_whole("fruit", tag)


def test_call_at_a_topic_that_is_left_out_goes_on_in_its_menu(layer: Path) -> None:
    line = compile_line(layer, OPTIONS)
    assert line.respond("/call/es/pears", []).place == Place("fruit", "es")


def test_next_release_arrives_without_a_change_of_the_layer(layer: Path) -> None:
    release = layer.parent / "tiny/prompts"
    for file, old, new in (
        ("numbers.toml", '"911"', '"988"'),
        ("apples.txt", "endtrans %}", "endtrans %}\n---\n{% trans 'apples' %}They are new.{% endtrans %}"),
        ("lines/greeting.txt", "This is", "You hear"),
    ):
        text = (release / file).read_text("utf-8")
        (release / file).write_text(text.replace(old, new, 1), "utf-8")
    line = compile_line(layer, OPTIONS)
    assert line.content.facts.numbers["emergency"].say == "988"
    assert "They are new." in words(line, "apples")
    assert words(line, "greeting") == "This is our toy line."


def test_without_own_toml_a_folder_is_no_layer(layer: Path) -> None:
    (layer / "own.toml").unlink()
    assert [sentence for sentence in reported(layer) if "neither own.toml" in sentence]


@pytest.mark.parametrize("fault", layer_faults(), ids=lambda fault: fault.name)
def test_check_says_whose_the_planted_fault_is(fault: ContentFault, layer: Path) -> None:
    fault.plant(layer)
    assert fault.sentences(layer) == reported(layer)


def test_added_topic_is_reached_by_the_last_key_of_its_menu(layer: Path) -> None:
    flow = compile_line(layer, OPTIONS).flow
    place = next_place(flow, Place("main", "en"), Ring())
    for key in ("2", "2"):
        place = next_place(flow, place, Key(key))
    assert place.node == "plums"


def test_example_of_the_documentation_is_whole_and_plays_its_own_number() -> None:
    example = CHECKOUT / "deploy/example-agency"
    assert reported(example) == []
    line = compile_line(example, OPTIONS)
    for keys, tag in (("35", "en"), ("835", "es")):
        caller = Caller(in_process(line), OPTIONS.public_url + "/call")
        caller.rings()
        for key in keys:
            caller.presses(key)
        digits = line.content.locales[tag].digit_groups(("202", "555", "0143"))
        assert caller.gather is not None
        assert digits.replace(" … ", " ") in " ".join(str(caller.gather.nested).replace("…", "").split())


def test_layer_changes_single_fields_of_a_language(layer: Path) -> None:
    before = compile_line(layer, OPTIONS).content
    avoided = before.word_lists("es").never
    (layer / "locales/es/locale.toml").write_text('star = "tecla estrella"\n', "utf-8")
    (layer / "locales/es/words.toml").write_text('never = ["ciruela*"]\n', "utf-8")
    content = compile_line(layer, OPTIONS).content
    assert content.locales["es"]._replace(star="") == before.locales["es"]._replace(star="")
    assert content.locales["es"].star == "tecla estrella" != before.locales["es"].star
    assert content.word_lists("es").never == (*avoided, "ciruela*")


def test_message_that_waits_is_located_in_the_catalogue_that_has_it(layer: Path) -> None:
    catalogue = po_path(layer.parent / "tiny", "es")
    catalogue.write_text(catalogue.read_text("utf-8").replace('"Manzanas. Son rojas."', '""'), "utf-8")
    (apples,) = waiting_messages(compile_line(layer, OPTIONS).content, "es")
    file, _, number = apples.fault.where.rpartition(":")
    assert (file, apples.fault.text) == (str(catalogue), "apples")
    assert catalogue.read_text("utf-8").splitlines()[int(number) - 1].startswith("msg")


def test_layer_without_words_of_its_own_is_loaded_after_an_update_of_its_catalogues(layer: Path) -> None:
    shutil.rmtree(layer)
    layer.mkdir()
    (layer / "own.toml").write_text('leave_out = ["pears"]\n', "utf-8")
    update(layer, languages_to_update(layer))
    assert not po_path(layer, "es").exists()
    assert reported(layer) == []


def test_catalogue_of_a_layer_without_messages_withholds_no_language(layer: Path) -> None:
    catalogue = po_path(layer, "es")
    catalogue.write_bytes(catalogue.read_bytes().partition(b"\n\n")[0] + b"\n")
    content = compile_line(layer, OPTIONS).content
    assert "es" in content.locales
    assert content.is_whole("apples", "es")


def test_review_mark_in_a_file_that_the_layer_alone_has_is_a_fault(layer: Path) -> None:
    (layer / "locales/es/words.toml").write_text("# CHECK: words of the agency\n", "utf-8")
    (sentence,) = reported(layer)
    assert sentence.startswith(f"{layer}/locales/es/words.toml:1: CHECK: words of the agency.")


def test_recording_of_a_layer_is_played_and_found(layer: Path) -> None:
    record_text(layer, "greeting")
    content = compile_line(layer, OPTIONS).content
    sound = content.shared_text("greeting", "es").sound
    assert sound
    assert recording_files(layer)[sound.file].is_relative_to(layer)


def test_local_number_is_a_link_that_dials_from_everywhere() -> None:
    assert number_span(Number(say="202-555-0143", fact="MY-01")).link == "tel:+12025550143"
