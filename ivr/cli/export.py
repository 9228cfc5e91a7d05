"""`ivr export`: the compiled line as data."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ivr.cli import FOLDER, echo_lines
from ivr.errors import OperationFailed
from ivr.settings import Settings, read_settings

if TYPE_CHECKING:
    from ivr.export.format import ExportedLine
    from ivr.readiness import Readiness

_NO_NUMBER = (
    "LINE_NUMBER is not set: every dial shows this number. Set it to the number of the line. To try the line out only, "
    "use the .env that `make setup` writes if there is none."
)
_TRYING_OUT = (
    "This export is for trying out, do not deploy it: TWILIO_AUTH_TOKEN is not Twilio's token. To deploy, set it and "
    "LINE_NUMBER, and export again."
)


@click.command()
@click.argument("folder", metavar="[DIR]", required=False, type=FOLDER)
@click.option("--twilio", metavar="DIR", type=FOLDER, help="Write a project for Twilio's serverless runtime.")
@click.option("--site", metavar="DIR", type=FOLDER, help="Write the web pages as static files.")
@click.option(
    "--sounds",
    metavar="SOUNDS",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="With --site: also the sounds in this folder, which `ivr listen --all` made.",
)
@click.option(
    "--diff",
    "old",
    metavar="OLD",
    type=click.Path(exists=True, path_type=Path),
    help="Compare with an earlier export, a folder or a file.",
)
def export(folder: Path | None, twilio: Path | None, site: Path | None, sounds: Path | None, old: Path | None) -> None:
    """Write the compiled line as data, into the folder DIR.

    docs/export.md explains the files, docs/run.md how to run the line on Twilio. A line that is not whole is not
    exported. With --diff, print what changed since OLD was exported, and exit 1 if there is a difference.
    """
    if not (folder or twilio or site or old):
        raise click.UsageError("Name a folder to write to, or --diff OLD.")
    if sounds and not site:
        raise click.UsageError("--sounds needs --site DIR: only the web pages play these sounds.")
    settings = read_settings()
    readiness = require_ready(settings)
    if folder:
        from ivr.export.files import write_export

        echo_lines(f"wrote {path}" for path in write_export(_exported(settings), folder))
    if twilio:
        _write_project(settings, readiness, twilio)
    if site:
        _write_site(settings, readiness, site, sounds)
    if old:
        sys.exit(_print_differences(_exported(settings), old))


def require_ready(settings: Settings) -> "Readiness":
    """The readiness of the line that `settings` describe. Raises OperationFailed if callers would not get all of it."""
    from ivr.readiness import readiness_of

    readiness = readiness_of(settings.with_some_token())
    if not readiness.ready:
        faults = [*readiness.faults, *readiness.layer_faults, *readiness.language_faults]
        raise OperationFailed("\n".join(["The line is not whole, so it is not exported.", *map(str, faults)]))
    return readiness


def _exported(settings: Settings, own_number: bool = False) -> "ExportedLine":
    from ivr.export.export import compile_with_placeholders, export_line

    return export_line(compile_with_placeholders(settings.ivr_content, settings.options, own_number))


def _write_project(settings: Settings, readiness: "Readiness", folder: Path) -> None:
    """Write the project for Twilio. Raises OperationFailed if neither a token nor LINE_NUMBER is set.

    With Twilio's token `read_settings` requires LINE_NUMBER, and a project with a test token is only to try out.
    """
    from ivr.content.layer import recording_files
    from ivr.export.twilio_project import write_project

    if not settings.line_number and not settings.is_test_line:
        raise OperationFailed(_NO_NUMBER)
    # PUBLIC_URL is known after the first deployment, so the report of a project leaves the settings out.
    report = {name: value for name, value in readiness.report().items() if name != "settings"}
    write_project(_exported(settings, own_number=True), report, recording_files(settings.ivr_content), folder)
    click.echo(f"wrote {folder}; its README.md says how to try it out and how to deploy it")
    if not settings.tokens or settings.is_test_line:
        click.echo(_TRYING_OUT)


def _write_site(settings: Settings, readiness: "Readiness", folder: Path, sounds: Path | None) -> None:
    from ivr.content.layer import recording_files
    from ivr.web.static_site import PUBLIC, write_site

    assert readiness.line, "a line that is ready can be used"
    echo_lines(write_site(readiness.line, settings, recording_files(settings.ivr_content), folder, sounds))
    click.echo(f"wrote {folder}; its README.md says how to publish {folder / PUBLIC}")


def _print_differences(line: "ExportedLine", old: Path) -> int:
    """Print what changed from the export `old` to `line`. Returns the exit code: 1 if there is a difference."""
    from ivr.export.diff import differences
    from ivr.export.files import read_export

    found = list(differences(read_export(old), line))
    echo_lines(found or ["No difference."])
    return 1 if found else 0
