"""`ivr check TAG`: which faults it lists, chosen by the fields of a fault and not by its words."""

from pathlib import Path

import polib
import pytest

from ivr.check.report import Report, check_all, check_language
from ivr.content.catalogue import po_path
from ivr.errors import BadLocale
from ivr.line.options import Options

LONG = "Muy " * 24 + "bien."


def edit(root: Path, context: str, text: str, fuzzy: bool = False) -> polib.POEntry:
    """Change the translation of the first message of a text."""
    catalogue = polib.pofile(str(po_path(root, "es")))
    entry = next(entry for entry in catalogue if entry.msgctxt == context)
    entry.msgstr = text
    if fuzzy:
        entry.flags.append("fuzzy")
    catalogue.save()
    return entry


def spanish(root: Path) -> Report:
    return check_language(root, Options(), "es")


def english(root: Path, name: str, words: str) -> None:
    """Give a text one English message."""
    path = root / "prompts" / f"{name}.txt"
    path.write_text(f'{{# facts: TOY-01 #}}\n{{% trans "{name}" %}}{words}{{% endtrans %}}\n', "utf-8")


def test_toy_line_has_no_fault_in_spanish(tiny: Path) -> None:
    report = spanish(tiny)
    assert report.faults == ()
    assert report.rows[0].startswith("es (español)")


def test_text_over_a_limit_is_listed_with_its_line_in_the_catalogue(copied: Path) -> None:
    edit(copied, "apples", LONG)
    faults = [fault for fault in spanish(copied).faults if fault.text == "apples"]
    rows = po_path(copied, "es").read_text("utf-8").splitlines()
    line = rows.index('msgctxt "apples"') + 2  # Babel counts from the msgid
    assert faults
    assert all(fault.locale == "es" and fault.where.startswith(f"{po_path(copied, 'es')}:{line}: ") for fault in faults)


def test_choices_that_begin_alike_are_listed_at_the_first_of_them(copied: Path) -> None:
    path = po_path(copied, "es")
    path.write_text(path.read_text("utf-8").replace("Para conocer las teclas", "Para la tecla"), "utf-8")
    (fault,) = spanish(copied).faults
    line = path.read_text("utf-8").splitlines().index('msgid "For fruit … press %(key)s."') + 1
    assert fault.where.startswith(f"{path}:{line}: ")
    assert all(choice in fault.found for choice in ("Para la fruta", "Para la tecla"))


def test_text_over_a_limit_in_english_is_left_to_the_check_of_all_languages(copied: Path) -> None:
    english(copied, "tea", "Tea " * 24 + "is hot.")
    assert {fault.locale for fault in check_all(copied, Options()).faults} == {"en", "es"}
    assert {fault.locale for fault in spanish(copied).faults} == {"es"}


def test_missing_message_of_a_language_waits_for_its_translator(copied: Path) -> None:
    english(copied, "tea", "Tea is hot.")
    report = spanish(copied)
    assert [row for row in report.rows if row.startswith("es: 1 text waits") and row.endswith(": tea")]
    assert "tea" not in {fault.text for fault in report.faults if fault.waits_for_translator}


def test_fuzzy_message_waits_for_its_translator_and_is_printed_with_its_english(copied: Path) -> None:
    entry = edit(copied, "apples", "Manzanas.", fuzzy=True)
    report = spanish(copied)
    assert report.faults == ()
    assert "marked fuzzy" in report.rows[0]
    assert report.rows[1] == f"    the English: {entry.msgid}"


def test_lost_placeholder_is_a_fault_and_waits_for_no_translator(copied: Path) -> None:
    edit(copied, "back", "Para volver.")
    assert [fault.waits_for_translator for fault in spanish(copied).faults] == [False]


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [("es/locale.toml", "Polly.Lupe-Neural", "none"), ("voices.toml", "longest = 3000", "longest = 30")],
)
def test_translated_text_that_no_voice_says_is_not_counted_as_heard(
    copied: Path, file: str, old: str, new: str
) -> None:
    def heard() -> int:
        (row,) = [row for row in spanish(copied).rows if row.startswith("  heard")]
        return int(row.split()[1])

    before, path = heard(), copied / "locales" / file
    path.write_text(path.read_text("utf-8").replace(old, new), "utf-8")
    assert heard() < before


def test_fault_of_the_table_of_voices_is_listed_for_every_language(copied: Path) -> None:
    (copied / "locales" / "voices.toml").unlink()
    assert [fault.locale for fault in spanish(copied).faults] == [""]


def test_language_that_does_not_exist_is_refused(tiny: Path) -> None:
    with pytest.raises(BadLocale, match="ivr locale new xx"):
        check_language(tiny, Options(), "xx")
