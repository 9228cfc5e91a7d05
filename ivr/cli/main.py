"""The `ivr` command, with the commands of editors; operators' and translators' commands are in their own files."""

import sys
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import click

from ivr import __version__
from ivr.cli import FILE, FOLDER, compiled_line, echo_lines, export, operate, translate, usage
from ivr.errors import BadContent, BadSettings, OperationFailed, TwilioUnavailable
from ivr.settings import read_settings

USER_ERRORS = (BadContent, BadSettings, OperationFailed)
"""Errors that the person at the keyboard can correct: printed as sentences, without a traceback."""


class _CannotTell(click.ClickException):
    """Twilio does not answer. Exit code 1 would mean that something is wrong, 2 that the command is wrong."""

    exit_code = 3


class _Ivr(click.Group):
    """A group that prints USER_ERRORS, and each error of a file or folder, as a sentence."""

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except USER_ERRORS as error:
            raise (_CannotTell if isinstance(error, TwilioUnavailable) else click.ClickException)(str(error)) from None
        except OSError as error:
            if not error.filename:
                raise
            raise click.FileError(str(error.filename), error.strerror) from None


@click.group(cls=_Ivr, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="ivr")
def main() -> None:
    """The information line: a telephone line about human trafficking, in English and Spanish.

    Settings are read from the environment and from .env in the current folder.
    """


@main.command("serve")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on; :: for all, IPv6 and IPv4.")
@click.option("--port", type=click.IntRange(1, 65535), help="Port to listen on.  [default: $PORT, else 8000]")
@click.option("--workers", default=2, show_default=True, type=click.IntRange(1, 16), help="Processes that answer.")
def serve_(host: str, port: int | None, workers: int) -> None:
    """Start the server that answers calls."""
    from ivr.server.serve import serve

    settings = read_settings()
    serve(settings, host, port or settings.port, workers)


@main.command()
@click.argument("tag", required=False, type=translate.folder_tag)
@click.option("--today", is_flag=True, help="Also check how old numbers, sources and missing translations are.")
@click.option("--against", metavar="URL", callback=operate.http_url, help="Compare with the line that runs at URL.")
@click.pass_context
def check(ctx: click.Context, tag: str | None, today: bool, against: str | None) -> None:
    """Check every path through the line and every text.

    Exit 1 if there is a fault. With TAG, check one language, published or a draft, and report how much is translated.
    With --against, compare content and settings with a line that runs, and exit 1 if callers would lose something by a
    restart: a language, a text, the hotline's number.
    """
    if against:
        if tag or today:
            raise click.UsageError("--against allows no TAG and no --today: it compares the whole line.")
        sys.exit(operate.print_differences(against, operate.external_services(ctx)))
    if tag and today:
        raise click.UsageError("--today allows no TAG: it checks the whole line.")
    from ivr.check.report import check_all, check_language
    from ivr.script.own import changed_texts

    settings = read_settings()
    root, options = settings.ivr_content, settings.options
    report = check_language(root, options, tag) if tag else check_all(root, options, date.today() if today else None)
    echo_lines(report.rows)
    for name in changed_texts(root):
        click.echo(f"{name}: the release has changed the text that yours replaces. `ivr own` shows both.")
    sys.exit(1 if report.faults else 0)


@main.command("call")
@click.option("--press", default=None, metavar='"8 3 1 0"', help="Keys to press, with spaces between; - is silence.")
@click.option(
    "--dial",
    "outcomes",
    default="completed",
    show_default=True,
    metavar='"busy completed"',
    help="How each dialled call ends, or hangup: the caller hangs up while it rings. The last word repeats.",
)
@click.option("--url", default=None, help="Call the line that runs at this address, with signed requests.")
@click.option("--keep", type=FILE, help="Write the call into this file, as a story that tests replay.")
def call_(press: str | None, outcomes: str, url: str | None, keep: Path | None) -> None:
    """Make a call in the terminal, with keys pressed by hand or given in --press."""
    from ivr.cli.call import call

    story = call(read_settings(), url, None if press is None else press.split(), outcomes.split())
    if keep:
        keep.write_text(story, "utf-8")
        click.echo(f"wrote {keep}")


@main.command()
def fallback() -> None:
    """Print the fallback document.

    Host it at Twilio: callers hear it when this line does not answer.
    """
    line = compiled_line()
    if not line.options.line_number:
        click.echo(
            "LINE_NUMBER is not set, so this document has no callerId: the hotline would see the caller's own number, "
            "and a caller who withholds it might not be connected. Set it before you host the document.",
            err=True,
        )
    click.echo(line.fallback_document)  # bytes: a document is UTF-8, whatever the terminal is


@main.command()
@click.argument("locales", nargs=-1, metavar="[LOCALE]...", type=translate.folder_tag)
@click.option("--out", required=True, type=FOLDER, help="The folder for the pages.")
def script(locales: Sequence[str], out: Path) -> None:
    """Write all texts as pages to review.

    Writes one page for each LOCALE, published or a draft, by default for all published languages. A page has every text
    with its keys and sources, for the screen and for paper.
    """
    from ivr.script.page import write_pages

    echo_lines(f"wrote {path}" for path in write_pages(compiled_line(*locales), locales, out))


@main.command("map")
@click.option("--svg", type=FILE, help="Draw the map into this file, with Graphviz.")
@click.option(
    "--outline",
    "output",
    flag_value="outline",
    default=True,
    help="Print the map as an indented outline (the default).",
)
@click.option("--dot", "output", flag_value="dot", help="Print the map in DOT, the language of Graphviz.")
def map_(svg: Path | None, output: str) -> None:
    """Show the menus and topics, and the key that leads to each."""
    from ivr.script import map as drawing
    from ivr.script.model import script_of

    line = compiled_line()
    script = script_of(line, line.flow.source_language)
    if svg:
        svg.write_text(drawing.svg(drawing.dot(script, line.flow)), "utf-8")
        click.echo(f"wrote {svg}")
    elif output == "dot":
        click.echo(drawing.dot(script, line.flow), nl=False)
    else:
        echo_lines(drawing.outline(script, line.flow))


@main.command()
@click.argument("nodes", nargs=-1, metavar="[NODE]...")
@click.option("--live", is_flag=True, help="Only the pages that a person must still open, or calls to make.")
def sources(nodes: Sequence[str], live: bool) -> None:
    """Print each block of the texts with the facts that it speaks, and their sources.

    Prints the texts NODE, by default all, then the pages that a person must still open.
    """
    from ivr.script.model import script_of
    from ivr.script.sources import sources_of

    line = compiled_line()
    script = script_of(line, line.flow.source_language)
    echo_lines(sources_of(line, script, nodes, live))


@main.command()
@click.option("--copy", "name", metavar="NAME", help="Copy this text of the release into the layer, to edit it.")
def own(name: str | None) -> None:
    """List what your layer has of its own, and what a release changed in the texts that the layer replaces.

    --copy also keeps the release's text as it is now: run `ivr own --copy` again when you have seen a change.
    """
    from ivr.script.own import copy_text, own_rows

    if name:
        echo_lines(f"wrote {path}" for path in copy_text(read_settings().ivr_content, name))
    else:
        echo_lines(own_rows(compiled_line().content))


operate.add_to(main)
for command in (
    export.export, usage.usage, usage.cost,
    translate.status, translate.locale, translate.listen, translate.recordings,
):  # fmt: skip
    main.add_command(command)
