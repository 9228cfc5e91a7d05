"""An exported line holds all that the compiled line holds."""

import gzip
import json
import runpy
import shutil
from itertools import product
from pathlib import Path

import jsonschema
import pytest
from support.recordings import record_text
from support.texts import spoken

from ivr.call.flow import Menu
from ivr.call.state import KEYS
from ivr.call.transitions import Ask, Dial, End
from ivr.call.urls import address_of
from ivr.errors import OperationFailed
from ivr.export import files
from ivr.export.captions import CaptionLine, caption_lines, paragraph_lines
from ivr.export.export import compile_with_placeholders, export_line
from ivr.export.format import LINE_NUMBER_PLACEHOLDER, PUBLIC_URL_PLACEHOLDER, RecordingFiles
from ivr.line import twiml
from ivr.line.compiler import compile_line
from ivr.line.line import Line
from ivr.line.options import Options

CHECKOUT = Path(__file__).parent.parent.parent
SCHEMA = CHECKOUT / "docs" / "export.schema.json"
KINDS = {Ask: "ask", Dial: "dial", End: "end"}


@pytest.fixture(params=["line", "line_goodbye", "real"])
def compiled(request: pytest.FixtureRequest) -> Line:
    return request.getfixturevalue(request.param)


def test_every_place_has_its_keys_and_its_document(compiled: Line) -> None:
    exported = export_line(compiled)
    assert len(exported.places) == len(compiled.documents)
    documents = exported.documents
    assert documents
    for place, fragments in compiled.documents.items():
        row = exported.places[address_of(place)]
        assert row.keys == tuple(address_of(compiled.transitions[place][key]) for key in (*KEYS, ""))
        written = "".join((documents.head, *(exported.steps[step].twiml or "" for step in row.steps), documents.tail))
        assert written.encode() == twiml.document(fragments)


def test_every_step_has_its_words_and_its_wait(compiled: Line) -> None:
    exported = export_line(compiled)
    assert exported.prompts
    for place in compiled.documents:
        row = exported.places[address_of(place)]
        for step, number in zip(compiled.steps(place), row.steps, strict=True):
            written = exported.steps[number]
            spoken = [exported.prompts[name] for name in written.prompts or ()]
            assert written.kind == KINDS[type(step)]
            assert [(prompt.language, prompt.paragraphs) for prompt in spoken] == [
                (prompt.locale, prompt.paragraphs) for prompt in compiled.schedule.prompts(step)
            ]
            assert (written.place, written.pace) == (address_of(step.place), step.place.pace)
            assert written.wait == (compiled.schedule.wait(step) if isinstance(step, Ask) else None)


def test_every_place_of_the_data_is_in_the_data(compiled: Line) -> None:
    exported = export_line(compiled)
    named = {exported.ring, *(step.place for step in exported.steps)}
    for language in exported.languages.values():
        named |= {language.main_menu, language.transfer, language.opening}
        assert exported.places[language.transfer].outcomes
    for place in exported.places.values():
        named |= {*place.keys, place.silence, *(place.outcomes or {}).values()}
    assert named <= set(exported.places)


def test_captions_write_telephone_numbers_as_links(real: Line) -> None:
    prompts = export_line(real).prompts or {}
    links = {piece[1] for prompt in prompts.values() for line in prompt.lines for piece in line if len(piece) > 1}
    assert {"tel:911", "tel:+18883737888", "sms:233733"} <= links


@pytest.mark.parametrize(
    ("paragraph", "lines"),
    [
        ("For tea … press one. … For fruit … press two.", ["For tea … press one.", "For fruit … press two."]),
        ("The number is … one … nine …. Again", ["The number is … one … nine. Again"]),
        ("茶请按一。… 水果请按二。", ["茶请按一。", "水果请按二。"]),
        ("…", []),
    ],
)
def test_pause_at_the_end_of_a_sentence_begins_a_line(paragraph: str, lines: list[str]) -> None:
    assert list(paragraph_lines(paragraph)) == lines


def test_line_that_says_the_only_key_of_its_paragraph_offers_it(copied: Path) -> None:
    source = (
        '{% trans "tea" key=press.tea %}One cup. …  To go on …\n press {{ key }}. … Or wait one day.{% endtrans %}\n\n'
        '{% trans "tea" key=press.tea, other=press.fruit %}Press {{ key }} or {{ other }}.{% endtrans %}\n\n'
        '{% trans "tea" key=press.fruit %}{{ key }} … is for fruit.{% endtrans %}\n'
    )
    (prompt,) = spoken(copied, source)
    assert list(caption_lines(prompt)) == [
        CaptionLine("One cup."),
        CaptionLine("To go on … press one.", "1"),
        CaptionLine("Or wait one day."),
        CaptionLine("Press one or two."),
        CaptionLine("two … is for fruit.", "2"),
    ]


def test_every_choice_that_is_spoken_is_offered_by_a_line(real: Line) -> None:
    prompts = export_line(real, with_twiml=False).prompts or {}
    menus = {place.node for place in real.documents if isinstance(real.flow.nodes[place.node], Menu)}
    for tag, menu in product(real.flow.offered, menus):
        keys = prompts[f"{tag}/{menu}/{real.flow.part_count(menu)}"].keys or ()
        assert list(filter(None, keys)) == [str(key) for key, _ in enumerate(real.flow.choices(menu), start=1)]


# -- the files ---------------------------------------------------------------------------------------------------------


def test_schema_in_docs_is_the_schema_of_the_format() -> None:
    """Where this fails, run tools/export_schema.py."""
    tool = runpy.run_path(str(CHECKOUT / "tools" / "export_schema.py"))
    assert json.loads(SCHEMA.read_text("utf-8")) == tool["json_schema"]()


def test_files_follow_the_schema(line: Line, tmp_path: Path) -> None:
    validator = jsonschema.Draft202012Validator(json.loads(SCHEMA.read_text("utf-8")))
    for path in files.write_export(export_line(line), tmp_path / "new" / "folder"):
        assert [error.message for error in validator.iter_errors(json.loads(path.read_bytes()))] == []
    assert not validator.is_valid({"format": 2})


def test_export_is_the_same_for_every_address_and_number(tiny: Path) -> None:
    one = compile_with_placeholders(tiny, Options("https://line.example.org", "+12025550123"))
    other = compile_with_placeholders(tiny, Options("http://127.0.0.1:8000", "+12025550199"))
    content = files.to_bytes(export_line(one))
    assert content == files.to_bytes(export_line(other))
    assert PUBLIC_URL_PLACEHOLDER.encode() in content
    assert LINE_NUMBER_PLACEHOLDER.encode() in content
    assert b"example.org" not in content
    assert b"2025550" not in content


def test_line_without_a_number_has_no_mark_for_one(tiny: Path) -> None:
    assert LINE_NUMBER_PLACEHOLDER.encode() not in files.to_bytes(
        export_line(compile_with_placeholders(tiny, Options()))
    )


def test_file_is_read_back(line: Line, tmp_path: Path) -> None:
    exported = export_line(line)
    files.write_export(exported, tmp_path)
    assert files.read_export(tmp_path) == files.read_export(tmp_path / "line.json") == exported
    assert files.read_export(tmp_path / "telephone.json") == files.without_twiml(exported)
    assert files.without_twiml(exported) == export_line(line, with_twiml=False)


def test_data_of_the_telephone_are_small(real: Line) -> None:
    content = files.to_bytes(export_line(real, with_twiml=False))
    assert len(gzip.compress(content, 9)) <= 250_000
    assert b"<Say" not in content


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        (lambda content: content[:-1], "was changed or cut"),
        (lambda content: content.replace(b"+18883737888", b"+18883737889", 1), "was changed or cut"),
        (lambda content: content + b"\n", "was changed or cut"),
        (lambda content: b"", "is not an export"),
        (lambda content: b'{"places": {}}', "is not an export"),
    ],
)
def test_changed_file_is_refused(line: Line, tmp_path: Path, spoil: object, reason: str) -> None:
    assert callable(spoil)
    path = tmp_path / "line.json"
    path.write_bytes(spoil(files.to_bytes(export_line(line))))
    with pytest.raises(OperationFailed, match=reason):
        files.read_export(path)


def test_file_of_another_format_is_refused(line: Line, tmp_path: Path) -> None:
    later = export_line(line).model_copy(update={"format": 2})
    (tmp_path / "line.json").write_bytes(files.to_bytes(later))
    with pytest.raises(OperationFailed, match="format"):
        files.read_export(tmp_path)


def test_file_that_is_missing_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(OperationFailed, match="cannot be read"):
        files.read_export(tmp_path)


@pytest.mark.skipif(shutil.which("sox") is None, reason="sox is not on this machine")
def test_recording_is_named_for_both_paces(copied: Path) -> None:
    record_text(copied, "apples")
    compiled = compile_line(copied)
    (row,) = compiled.content.locales["es"].recordings.rows
    prompt = (export_line(compiled).prompts or {})["es/apples/1"]
    assert prompt.recording == RecordingFiles(normal=row.sound.file, slow=row.sound.slow)
    assert prompt.seconds == (round(row.sound.seconds, 1), round(row.sound.slow_seconds, 1))
