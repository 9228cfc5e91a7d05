"""The files of a release: the notes are its part of the changelog, the archives depend on their contents alone."""

import tarfile
from pathlib import Path

import pytest
from support.paths import CHECKOUT

from ivr import __version__

CHANGELOG = """# Changelog

## [Unreleased]

- Later.

## [0.2.0] - 2026-11-29

- New.

## [0.1.0] - 2026-11-24

- First.
"""


@pytest.fixture(autouse=True)
def _tools(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(CHECKOUT / "tools"))


def test_notes_are_the_part_of_the_changelog_about_the_release() -> None:
    import release

    assert release.notes(CHANGELOG, "0.2.0") == "- New.\n"
    assert release.notes(CHANGELOG, "0.1.0") == "- First.\n"
    assert release.notes(CHANGELOG, "0.3.0") == ""
    assert release.notes(CHANGELOG.replace(" - 2026-11-29", ""), "0.2.0") == "", "without a date it is no release"


def test_changelog_has_a_part_for_what_comes_after_this_release() -> None:
    import release

    changelog = (CHECKOUT / "CHANGELOG.md").read_text("utf-8")
    assert release.notes(changelog)
    assert changelog.index("## [Unreleased]") < changelog.index(f"## [{__version__}] - ")


def test_archive_depends_on_names_and_contents_alone(tmp_path: Path) -> None:
    import release

    for number, folder in enumerate((tmp_path / "a" / "line", tmp_path / "b" / "line")):
        (folder / "es").mkdir(parents=True, mode=0o700 + 5 * number)
        names = ["es/page.html", "line.json"][:: 1 - 2 * number]
        for name in names:
            (folder / name).write_text(name, "utf-8")
        release.pack(folder, folder.parent / "line.tar.gz", 1_764_374_400)
    assert (tmp_path / "a" / "line.tar.gz").read_bytes() == (tmp_path / "b" / "line.tar.gz").read_bytes()
    with tarfile.open(tmp_path / "a" / "line.tar.gz") as archive:
        assert archive.getnames() == ["line/es/page.html", "line/line.json"]
