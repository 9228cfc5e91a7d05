"""Templates: blocks, paragraphs and parts, and every fault of a file at once."""

from pathlib import Path

import pytest
from support.texts import spoken, written

from ivr.content.layer import layered_templates
from ivr.content.templates import load_templates
from ivr.errors import BadContent


def faults(root: Path, source: str) -> list[str]:
    with pytest.raises(BadContent) as raised:
        load_templates(written(root, source))
    return [fault.found for fault in raised.value.faults]


def test_blank_line_separates_paragraphs_and_a_rule_separates_parts(copied: Path) -> None:
    block = '{{% trans "tea" %}}{}{{% endtrans %}}'
    source = "\n\n".join(map(block.format, ("One.", "Two."))) + "\n---\n" + block.format("Three.") + "\n"
    assert [part.paragraphs for part in spoken(copied, source)] == [("One.", "Two."), ("Three.",)]
    assert len(load_templates(written(copied, source))["tea"].parts) == 2


def test_blocks_on_neighbouring_lines_are_one_paragraph(copied: Path) -> None:
    block = '{{% trans "tea" %}}{}{{% endtrans %}}\n'
    assert spoken(copied, block.format("One.") + block.format("Two."))[0].paragraphs == ("One. Two.",)


def test_line_break_inside_a_block_is_a_space(copied: Path) -> None:
    assert spoken(copied, '{% trans "tea" %}\n  One\n  two.\n{% endtrans %}')[0].words == "One two."


def test_windows_line_ends_change_no_template(copied: Path, tiny: Path) -> None:
    source = (tiny / "prompts" / "tea.txt").read_text("utf-8")
    assert spoken(copied, source.replace("\n", "\r\n")) == spoken(copied, source)
    assert len(load_templates(written(copied, source.replace("\n", "\r\n")))["tea"].parts) == 3


def test_comment_may_contain_anything(copied: Path) -> None:
    comment = "{# TRANSLATORS: 3 <words>, &amp; no more\n---\n#}\n"
    assert spoken(copied, comment + '{% trans "tea" %}One.{% endtrans %}')[0].words == "One."
    assert len(load_templates(copied / "prompts")["tea"].parts) == 1


@pytest.mark.parametrize("key", ["press", "numbers", "hotline", "press.tea.one", '"zero"', "press.tea ~ press.fruit"])
def test_variable_must_be_a_key_or_a_number(copied: Path, key: str) -> None:
    source = f'{{% trans "tea" key={key} %}}Press {{{{ key }}}}.{{% endtrans %}}'
    assert faults(copied, source) == ["`key` is neither a key, nor a number, nor a written form"]


def test_every_fault_of_a_template_is_reported_at_once(copied: Path) -> None:
    source = 'Outside.\n{% trans "tea" %}Room 9, <b>now</b>.{% endtrans %}\n{% trans "pears" %}Tea.{% endtrans %}\n'
    assert faults(copied, source) == [
        "a digit in the text: 'Room 9, <b>now</b>.'",
        "a tag or an entity in the text: 'Room 9, <b>now</b>.'",
        "words outside a block: 'Outside.'",
        "a block has the context 'pears'",
    ]


def test_faults_of_all_templates_are_reported_at_once(copied: Path) -> None:
    written(copied, "Outside.", "apples")
    written(copied, "Outside.", "lines/short")
    with pytest.raises(BadContent) as raised:
        load_templates(copied / "prompts")
    assert [Path(fault.where.removesuffix(":1")).name for fault in raised.value.faults] == ["apples.txt", "short.txt"]


def test_all_texts_of_a_layer_that_add_to_no_text_are_reported_at_once(copied: Path, tmp_path: Path) -> None:
    for name in ("lemon", "tee"):
        written(tmp_path, f'{{% trans "{name}" %}}Tea.{{% endtrans %}}', f"added/{name}")
    with pytest.raises(BadContent) as raised:
        layered_templates(load_templates(copied / "prompts"), tmp_path / "prompts", ())
    assert [fault.text for fault in raised.value.faults] == ["lemon", "tee"]


def test_node_and_shared_text_cannot_have_the_same_name(copied: Path) -> None:
    written(copied, '{% trans "tea" %}Tea.{% endtrans %}', "lines/tea")
    with pytest.raises(BadContent, match=r"there are two texts named `tea`"):
        load_templates(copied / "prompts")
