"""The table of languages, CODEOWNERS and the glossary: what people who coordinate translations see."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from support.layer import copy_layer
from support.options import NEW_HOTLINE
from translate.storage.csvl10n import csvfile

from ivr.check.report import check_all
from ivr.content.catalogue import po_path
from ivr.errors import OperationFailed
from ivr.line.options import Options
from ivr.translate import update as updating
from ivr.translate.glossary import Term, as_csv, glossary
from ivr.translate.new_locale import create_locale
from ivr.translate.status import Status, page_with, statuses, table
from ivr.translate.update import BEGIN, owners_path, owners_text, update

CHECKOUT = Path(__file__).resolve().parents[2]
DAY = date(2026, 1, 31)
Lead = Callable[..., None]


@pytest.fixture(autouse=True)
def _only_texts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave out the words of the web pages: they are the same for every line."""
    monkeypatch.setattr(updating, "page_messages", list)


@pytest.fixture
def lead(copied: Path) -> Lead:
    """A function that names the leaders of Spanish."""

    def name(*leaders: str) -> None:
        with (copied / "locales" / "es" / "locale.toml").open("a", encoding="utf-8") as file:
            file.write(f"leaders = [{', '.join(f'{leader!r}' for leader in leaders)}]\n")

    return name


def status_of(root: Path, tag: str) -> Status:
    (one,) = (status for status in statuses(root) if status.tag == tag)
    return one


def test_whole_language_has_every_text_and_waits_for_nothing(copied: Path, lead: Lead) -> None:
    lead("@maria", "@agency/spanish")
    spanish = status_of(copied, "es")
    assert (spanish.state, spanish.whole, spanish.waiting) == ("published", spanish.texts, 0)
    assert spanish.leaders == ("@maria", "@agency/spanish")


def test_corrected_english_waits_since_its_day(copied: Path) -> None:
    path = copied / "prompts" / "apples.txt"
    path.write_text(path.read_text("utf-8").replace("red", "green"), "utf-8")
    update(copied, ["es"], today=DAY)
    spanish = status_of(copied, "es")
    assert (spanish.whole, spanish.waiting, spanish.since) == (spanish.texts - 1, 1, DAY)


def test_draft_and_unreadable_language_have_a_row(copied: Path) -> None:
    create_locale(copied, "fr")
    create_locale(copied, "it")
    po_path(copied, "it").write_text("no catalogue", "utf-8")
    french = status_of(copied, "fr")
    assert (french.state, french.whole) == ("draft", 0)
    assert french.waiting > french.texts
    assert status_of(copied, "it").state == "cannot be read"
    assert len(table(statuses(copied)).splitlines()) == 2 + len(["en", "es", "fr", "it"])


def test_languages_are_shown_with_the_new_number_of_the_hotline(renumbered: Path) -> None:
    create_locale(renumbered, "fr", options=NEW_HOTLINE)
    assert [status.tag for status in statuses(renumbered, NEW_HOTLINE)] == ["en", "es", "fr"]


def test_language_that_lacks_a_needed_text_is_withheld(copied: Path) -> None:
    path = po_path(copied, "es")
    path.write_text(path.read_text("utf-8").replace('msgctxt "reminder"', '#, fuzzy\nmsgctxt "reminder"'), "utf-8")
    assert status_of(copied, "es").state == "withheld"


def test_table_is_written_between_the_marks_of_a_page() -> None:
    readme = (CHECKOUT / "README.md").read_text("utf-8")
    written = page_with("| new |\n", readme)
    assert "\n| new |\n" in written
    assert page_with("| new |\n", written) == written
    with pytest.raises(OperationFailed):
        page_with("| new |\n", "no marks")


def test_update_writes_the_leaders_into_codeowners(copied: Path, lead: Lead) -> None:
    owners_path(copied).parent.mkdir()
    owners_path(copied).write_text("* @maintainers\n", "utf-8")
    lead("@maria", "@agency/spanish")
    for _ in range(2):
        update(copied, ["es"])
        rows = owners_path(copied).read_text("utf-8")
        assert rows == f"* @maintainers\n{BEGIN}/locales/es/ @maria @agency/spanish\n"


def test_leader_who_is_no_account_is_a_fault_and_is_not_written(copied: Path, lead: Lead) -> None:
    owners_path(copied).parent.mkdir()
    owners_path(copied).touch()
    lead("maria", "@ana")
    (fault,) = check_all(copied, Options()).faults
    assert ("leaders" in fault.where, "'maria'" in fault.found) == (True, True)
    assert owners_text(copied) == f"{BEGIN}/locales/es/ @ana\n"


def test_codeowners_of_this_project_has_the_present_leaders() -> None:
    assert owners_path(CHECKOUT).read_text("utf-8") == owners_text(CHECKOUT)


def test_glossary_of_spanish_is_read_by_translate_toolkit() -> None:
    terms = glossary(CHECKOUT, "es")
    read = csvfile.parsestring(as_csv(terms).encode())
    assert [(unit.source, unit.target) for unit in read.units] == [(term.source, term.target) for term in terms]
    assert "trafficker" in {term.source for term in terms}


@pytest.mark.parametrize("is_layer", [False, True])
def test_new_language_has_a_glossary_as_soon_as_one_term_is_translated(
    is_layer: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    layer = copy_layer(tmp_path, monkeypatch)
    root = layer if is_layer else layer.parent / "tiny"
    create_locale(root, "fr")
    with pytest.raises(OperationFailed):
        glossary(root, "fr")
    page = root / "locales" / "fr" / "STYLE.md"
    filled = page.read_text("utf-8").replace("| T visa; U visa | | |", "| T visa; U visa | visa T; visa U | loi |")
    page.write_text(filled.replace("| survivor | |", "| survivor | survivante; survivant |"), "utf-8")
    assert glossary(root, "fr") == [
        Term("survivor", "survivante; survivant", ""), Term("T visa", "visa T", "loi"), Term("U visa", "visa U", "loi"),
    ]  # fmt: skip


@pytest.mark.parametrize("fields", ["", 'translators = ["Ana"]'])
def test_glossary_of_a_layer_has_the_heading_that_the_release_names(
    fields: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    layer = copy_layer(tmp_path, monkeypatch)
    if fields:
        (layer / "locales/es/locale.toml").write_text(fields, "utf-8")
    (layer / "locales/es/STYLE.md").write_text("| English | español | |\n|---|---|---|\n| tea | té | |\n", "utf-8")
    assert glossary(layer, "es") == [Term("tea", "té", "")]
