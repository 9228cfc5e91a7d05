"""`ivr export`: the compiled line as data."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ivr.errors import OperationFailed
from ivr.settings import Settings, read_settings

if TYPE_CHECKING:
    from ivr.export.format import ExportedLine

_FOLDER = click.Path(file_okay=False, path_type=Path)


@click.command()
@click.argument("folder", metavar="[DIR]", required=False, type=_FOLDER)
@click.option(
    "--diff",
    "old",
    metavar="OLD",
    type=click.Path(exists=True, path_type=Path),
    help="Compare with an earlier export, a folder or a file.",
)
def export(folder: Path | None, old: Path | None) -> None:
    """Write the compiled line as data, into the folder DIR.

    docs/export.md explains the files. A line that is not whole is not exported. With --diff, print what changed since
    OLD was exported, and exit 1 if there is a difference.
    """
    if not folder and not old:
        raise click.UsageError("Name a folder to write to, or --diff OLD.")
    line = whole_line(read_settings())
    if folder:
        _write(line, folder)
    if old:
        sys.exit(_compare(line, old))


def whole_line(settings: Settings) -> "ExportedLine":
    """The line that `settings` describe. Raises OperationFailed if callers would not get the whole of it."""
    from pydantic import SecretStr

    from ivr.export.export import compile_with_marks, export_line
    from ivr.readiness import readiness_of
    from ivr.setting_rules import TEST_TOKEN_PREFIX

    if not settings.tokens:  # an export contains no token and verifies no signature
        settings = settings.model_copy(update={"twilio_auth_token": SecretStr(TEST_TOKEN_PREFIX)})
    readiness = readiness_of(settings)
    if not readiness.ready:
        faults = [*readiness.faults, *readiness.language_faults]
        raise OperationFailed("\n".join(["The line is not whole, so it is not exported.", *map(str, faults)]))
    return export_line(compile_with_marks(settings.ivr_content, settings.options))


def _write(line: "ExportedLine", folder: Path) -> None:
    from ivr.export.files import write_export

    try:
        for path in write_export(line, folder):
            click.echo(f"wrote {path}")
    except OSError as error:
        raise click.FileError(str(error.filename or folder), error.strerror) from None


def _compare(line: "ExportedLine", old: Path) -> int:
    """Print what changed from the export `old` to `line`. The exit code: 1 if anything."""
    from ivr.export.diff import differences
    from ivr.export.files import read_export

    found = list(differences(read_export(old), line))
    for sentence in found or ["No difference."]:
        click.echo(sentence)
    return 1 if found else 0
