"""A catalogue that any tool has saved lands as it is, and an update leaves the corrected sentence as its only change.

The tools are those of translators: gettext, polib, Babel, translate-toolkit (which writes for Weblate), and files that
the real Poedit has saved (`tools/poedit_saves.py` makes them). Crowdin, Transifex, Lokalize and OmegaT are imitated by
their headers, their widths and their line ends.
"""

import io
import shutil
import subprocess
from collections.abc import Callable
from datetime import date
from pathlib import Path

import polib
import pytest
from babel.messages.pofile import read_po, write_po
from support.options import OPTIONS
from support.paths import TESTS
from translate.storage.pypo import pofile

from ivr.check.report import check_all
from ivr.content.catalogue import load_messages, po_path, read_catalogue
from ivr.translate import update as updating
from ivr.translate.merge import merge
from ivr.translate.update import PROJECT, header, po_bytes, update

OLD, NEW = "Manzanas. Son rojas.", "Manzanas. Son muy rojas."
APPLES = ("apples", "Apples. They are red.")
SAVES = TESTS / "translate" / "saves"
PEOPLE = {"Last-Translator": "Ana Example <ana@example.org>", "PO-Revision-Date": "2026-11-29 10:00+0100"}
Save = Callable[[Path], None]


@pytest.fixture(autouse=True)
def _only_texts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave out the words of the web pages: they are the same for every line."""
    monkeypatch.setattr(updating, "page_messages", list)


def by_polib(width: int, comment: str = "", **fields: str) -> Save:
    def save(path: Path) -> None:
        catalogue = polib.pofile(str(path), wrapwidth=width)
        catalogue.metadata |= PEOPLE | {name.replace("_", "-"): value for name, value in fields.items()}
        catalogue.header += comment
        next(entry for entry in catalogue if entry.msgstr == OLD).msgstr = NEW
        catalogue.save()

    return save


def by_translate_toolkit(width: int) -> Save:
    def save(path: Path) -> None:
        catalogue = pofile.parsefile(str(path))
        catalogue.wrapper.width = width
        next(unit for unit in catalogue.units if unit.target == OLD).target = NEW
        catalogue.updateheader(
            add=True, X_Generator="Weblate 5.14.3", Language_Team="Spanish <https://example.org/es/>"
        )
        catalogue.updateheader(**{name.replace("-", "_"): value for name, value in PEOPLE.items()})
        catalogue.savefile(str(path))

    return save


def by_babel(path: Path) -> None:
    catalogue = read_po(io.BytesIO(path.read_bytes()))
    next(message for message in catalogue if message.string == OLD).string = NEW
    with path.open("wb") as file:
        write_po(file, catalogue, include_previous=True)


def by_gettext(*command: str) -> Save:
    def save(path: Path) -> None:
        if shutil.which("msgcat") is None:
            pytest.skip("gettext is not on this machine")
        by_hand(path)
        template = path.parents[2] / "messages.pot"
        files = [path, template] if command[0] == "msgmerge" else [path]
        saved = subprocess.run([*command, *files], capture_output=True, check=True).stdout
        path.write_bytes(saved)

    return save


def by_hand(path: Path) -> None:
    path.write_text(path.read_text("utf-8").replace(OLD, NEW), "utf-8")


def by_a_program(change: Callable[[str], str]) -> Save:
    def save(path: Path) -> None:
        by_hand(path)
        path.write_bytes(change(path.read_text("utf-8")).encode("utf-8"))

    return save


TOOLS: dict[str, Save] = {
    "Weblate": by_translate_toolkit(65535),
    "Weblate, no wrapping": by_translate_toolkit(-1),
    "Weblate, default wrapping": by_translate_toolkit(77),
    "Lokalize": by_polib(80, X_Generator="Lokalize 22.12.3", Language_Team="Spanish <kde-i18n-es@example.org>"),
    "Crowdin": by_polib(78, X_Crowdin_Project="line", X_Crowdin_Language="es-ES", Language="es_ES"),
    "Transifex": by_polib(
        78, "\nTranslators:\nAna Example <ana@example.org>, 2026\n", Language_Team="Spanish (https://example.org/es/)",
        Plural_Forms="nplurals=3; plural=n == 1 ? 0 : n != 0 && n % 1000000 == 0 ? 1 : 2;",
    ),
    "OmegaT": by_a_program(lambda text: text.replace("\n\n", "\n\n\n").replace("\n", "\r\n").rstrip()),
    "polib": by_polib(78),
    "polib, no wrapping": by_polib(0),
    "Babel": by_babel,
    "the web editor of a forge": by_a_program(lambda text: text + "\n"),
    "Notepad": by_a_program(lambda text: "\ufeff" + text.replace("\n", "\r\n")),
    "msgmerge": by_gettext("msgmerge", "--quiet", "--previous", "--output-file=-"),
    **{
        f"msgcat {' '.join(options)}": by_gettext("msgcat", *options)
        for options in (
            [], ["--no-wrap"], ["--indent"], ["--strict"], ["--sort-output"], ["--width=40"], ["--no-location"],
            ["--escape", "--to-code=UTF-8"],
        )
    },
}  # fmt: skip


@pytest.mark.parametrize("tool", TOOLS)
def test_catalogue_saved_by_a_tool_has_the_same_messages_and_no_fault(copied: Path, tool: str) -> None:
    before, _ = load_messages([po_path(copied, "es")])
    TOOLS[tool](po_path(copied, "es"))
    messages, faults = load_messages([po_path(copied, "es")])
    assert messages == before | {APPLES: NEW}
    assert not faults


@pytest.mark.parametrize("tool", TOOLS)
def test_catalogue_saved_by_a_tool_passes_the_check_and_an_update_leaves_one_change(copied: Path, tool: str) -> None:
    path = po_path(copied, "es")
    expected = path.read_text("utf-8").replace(OLD, NEW).encode("utf-8")
    TOOLS[tool](path)
    assert check_all(copied, OPTIONS).faults == ()
    result = update(copied, ["es"], today=date(2026, 11, 29))
    assert (result.changes["es"], result.faults) == ((), ())
    assert path.read_bytes() == expected
    assert update(copied, ["es"]).written == ()


# Files that the real Poedit has saved, made from original.po


@pytest.mark.parametrize("name", ["poedit-corrected", "poedit-windows"])
def test_catalogue_saved_by_poedit_differs_in_the_corrected_sentence_alone(name: str) -> None:
    original, saved = read_catalogue(SAVES / "original.po"), read_catalogue(SAVES / f"{name}.po")
    assert "Poedit" in saved.header["X-Generator"]
    messages = {entry.id: entry.translation for entry in original.entries}
    assert {entry.id: entry.translation for entry in saved.entries} == messages | {APPLES: NEW}
    merged = merge(saved, [entry._replace(translation="") for entry in original.entries])
    assert merged.changes == ()
    written = po_bytes(f"{PROJECT}: es", header("es"), merged.entries)
    assert written == (SAVES / "original.po").read_text("utf-8").replace(OLD, NEW).encode("utf-8")


def test_language_begun_in_poedit_has_its_first_sentences() -> None:
    messages, faults = load_messages([SAVES / "poedit-begun.po"])
    assert (len(messages), faults) == (3, {})
    assert messages[APPLES] == "Des pommes. Elles sont rouges."
