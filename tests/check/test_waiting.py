"""Texts that wait for their translator: no fault, but for a needed text and after a long time."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from support.options import NEW_HOTLINE

from ivr.check import catalogues
from ivr.check.proofs import prove
from ivr.check.report import Report, check_all, check_language
from ivr.content.catalogue import po_path
from ivr.content.load import needed_texts
from ivr.line.compiler import compile_line
from ivr.line.line import Line
from ivr.line.options import Options
from ivr.script.page import render_page
from ivr.translate import update as updating
from ivr.translate.new_locale import create_locale
from ivr.translate.update import update

DAY = date(2026, 1, 31)


@pytest.fixture(autouse=True)
def _only_texts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave out the words of the web pages: they are the same for every line."""
    monkeypatch.setattr(updating, "page_messages", list)


@pytest.fixture
def corrected(copied: Path) -> Callable[[str, str, str], Path]:
    """A function that corrects the English of a text on DAY, and updates the catalogues."""

    def correct(name: str, old: str, new: str) -> Path:
        path = copied / "prompts" / f"{name}.txt"
        assert old in path.read_text("utf-8")
        path.write_text(path.read_text("utf-8").replace(old, new), "utf-8")
        update(copied, ["es"], today=DAY)
        return copied

    return correct


def check(root: Path, today: date | None = None) -> Report:
    return check_all(root, Options(), today)


def heard(line: Line, text: str) -> str:
    (part, *_) = line.content.prompts.parts(text, "es", {})
    return part.words


def test_corrected_english_is_heard_in_english_and_is_no_fault(corrected: Callable[..., Path]) -> None:
    root = corrected("apples", "They are red", "They are green")
    report = check(root)
    assert report.faults == ()
    (row,) = [row for row in report.rows if "waits for its translator" in row]
    assert "apples" in row
    assert str(DAY) in row
    assert heard(compile_line(root), "apples") == "Apples. They are green."


def test_waiting_text_becomes_a_fault_after_a_limit_of_days(corrected: Callable[..., Path]) -> None:
    root = corrected("apples", "They are red", "They are green")
    content = compile_line(root).content
    last = date.fromordinal(DAY.toordinal() + catalogues.FAIL_AFTER)
    assert list(catalogues.overdue_faults(content, last)) == []
    (fault,) = catalogues.overdue_faults(content, date.fromordinal(last.toordinal() + 1))
    assert (fault.locale, fault.where) == ("es", str(po_path(root, "es")))
    late = date.fromordinal(last.toordinal() + 1)
    assert [one for one in check(root, late).faults if one == fault] == [fault]


def test_message_without_a_day_is_never_overdue(corrected: Callable[..., Path]) -> None:
    root = corrected("apples", "They are red", "They are green")
    path = po_path(root, "es")
    path.write_text(path.read_text("utf-8").replace(f"#. Waits since {DAY}\n", "#. Waits since 2026-13-45\n"), "utf-8")
    assert list(catalogues.overdue_faults(compile_line(root).content, date(2036, 1, 1))) == []


@pytest.mark.parametrize("name", ["person", "danger", "language", "connect", "not_connected", "reminder"])
def test_text_that_every_caller_needs_is_always_a_fault(copied: Path, name: str) -> None:
    path = po_path(copied, "es")
    blocks = path.read_text("utf-8").split("\n\n")
    number = next(number for number, block in enumerate(blocks) if f'msgctxt "{name}"' in block)
    blocks[number] = blocks[number].replace("msgctxt", "#, fuzzy\nmsgctxt")
    path.write_text("\n\n".join(blocks), "utf-8")
    assert ("es", name) in {(fault.locale, fault.text) for fault in check(copied).faults}
    assert ("es", name) in {(fault.locale, fault.text) for fault in check_language(copied, Options(), "es").faults}


def test_unfinished_draft_is_a_row_and_no_fault(copied: Path) -> None:
    create_locale(copied, "fr")
    path = po_path(copied, "fr")
    path.write_text(
        path.read_text("utf-8").replace(
            '"Apples. They are red."\nmsgstr ""', '"Apples. They are red."\nmsgstr "Pommes."'
        ),
        "utf-8",
    )
    report = check(copied)
    assert report.faults == ()
    assert any(row.startswith("fr (draft): 1 of ") for row in report.rows)


@pytest.mark.parametrize("content", ["msgid ", "", None])
def test_draft_that_cannot_be_read_is_a_row_and_no_fault(copied: Path, content: str | None) -> None:
    create_locale(copied, "fr")
    po_path(copied, "fr").unlink() if content is None else po_path(copied, "fr").write_text(content, "utf-8")
    report = check(copied)
    assert report.faults == ()
    assert any(row.startswith(f"fr (draft): {po_path(copied, 'fr')}") for row in report.rows)


def test_drafts_are_read_with_the_new_number_of_the_hotline(renumbered: Path) -> None:
    create_locale(renumbered, "fr", options=NEW_HOTLINE)
    report = check_all(renumbered, NEW_HOTLINE)
    assert report.faults == ()
    assert any(row.startswith("fr (draft): 0 of ") for row in report.rows)


def test_no_text_that_waits_breaks_a_proof_or_the_script(copied: Path) -> None:
    path, content = po_path(copied, "es"), compile_line(copied).content
    whole = path.read_text("utf-8")
    for name in content.prompts.templates.keys() - set(needed_texts(content.flow)):
        path.write_text(whole.replace(f'msgctxt "{name}"', f'#, fuzzy\nmsgctxt "{name}"'), "utf-8")
        line = compile_line(copied)
        assert not line.content.is_whole(name, "es")
        assert prove(line) == (), name
        assert render_page(line, "en")


def test_needed_messages_of_a_new_language_are_one_fault(copied: Path) -> None:
    create_locale(copied, "fr")
    (told,) = [fault for fault in check_language(copied, Options(), "fr").faults if fault.kind == "missing"]
    assert str(po_path(copied, "fr")) in told.where
    assert all(name in told.found for name in needed_texts(compile_line(copied, Options()).flow))
