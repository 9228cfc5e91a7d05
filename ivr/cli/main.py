"""The `ivr` command: what an editor, a translator and an operator do with the line. It decides nothing of a call."""

import sys
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ivr import __version__
from ivr.cli import operate
from ivr.cli import translate as room
from ivr.errors import BadContent, BadSettings, OperationFailed
from ivr.server.garbage import nothing_collected
from ivr.settings import read_settings

if TYPE_CHECKING:
    from ivr.line.line import Line

CLOSED = (BadContent, BadSettings, OperationFailed)
"""What a person at the keyboard can put right: shown as sentences, without a trace."""


class _Ivr(click.Group):
    """Commands whose faults are sentences."""

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except CLOSED as error:
            raise click.ClickException(str(error)) from None


@click.group(cls=_Ivr, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="ivr")
def main() -> None:
    """The information line: what human trafficking is, its warning signs, and who can help."""


@main.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535), help="Port to listen on.")
@click.option("--workers", default=2, show_default=True, type=click.IntRange(1, 16), help="Processes that answer.")
def serve(host: str, port: int, workers: int) -> None:
    """Answer calls."""
    with nothing_collected():
        from ivr.server.serve import serve as answer

    answer(read_settings(), host, port, click.echo, workers)


@main.command()
@click.argument("tag", required=False)
@click.option("--today", is_flag=True, help="Judge also how old numbers and sources are.")
def check(tag: str | None, today: bool) -> None:
    """Prove the line and hold its texts to their limits. Every fault is a sentence; exit 1 if there is one.

    With TAG, all about one language, published or a draft, and how far it is.
    """
    from ivr.check.report import check_all, check_language

    settings, day = read_settings(), date.today() if today else None
    root, options = settings.ivr_content, settings.options
    report = check_language(root, options, tag) if tag else check_all(root, options, day)
    for line in report.lines:
        click.echo(line)
    sys.exit(1 if report.faults else 0)


@main.command("call")
@click.option("--press", default=None, metavar='"8 3 1 0"', help="Keys to press; - is silence, hangup ends.")
@click.option("--dial", "outcome", default="completed", show_default=True, help="How the far end behaves when dialled.")
@click.option("--url", default=None, help="Call a running line there, with signed requests.")
@click.option("--keep", type=click.Path(dir_okay=False, path_type=Path), help="Keep the call as a story.")
def call_(press: str | None, outcome: str, url: str | None, keep: Path | None) -> None:
    """Call the line: by hand, or with keys given."""
    from ivr.cli.call import call

    story = call(read_settings(), url, None if press is None else press.split(), outcome)
    if keep:
        _keep(keep, story)


def _keep(path: Path, text: str, how: str = "kept") -> None:
    try:
        path.write_text(text, "utf-8")
    except OSError as error:
        raise click.FileError(str(path), error.strerror) from None
    click.echo(f"{how} as {path}")


@main.command()
def fallback() -> None:
    """Print the last resort: the document to host elsewhere, for when this line cannot answer."""
    click.echo(_line().fallback_document.decode("utf-8"))


@main.command()
@click.argument("locales", nargs=-1, metavar="[LOCALE]...")
@click.option("--out", required=True, type=click.Path(file_okay=False, path_type=Path), help="Folder for the pages.")
def script(locales: Sequence[str], out: Path) -> None:
    """Write the book of the line: a page for each language (all, or LOCALEs, drafts too), for the screen or paper."""
    from ivr.script import page as pages

    try:
        for path in pages.write(_line(*locales), locales, out):
            click.echo(f"wrote {path}")
    except OSError as error:
        raise click.FileError(str(error.filename or out), error.strerror) from None


@main.command("map")
@click.option(
    "--svg", type=click.Path(dir_okay=False, path_type=Path), help="Draw the map into this file, by Graphviz."
)
@click.option(
    "--outline", "form", flag_value="outline", default=True, help="Print it as a nested outline (the default)."
)
@click.option("--dot", "form", flag_value="dot", help="Print it in the language of Graphviz.")
def map_(svg: Path | None, form: str) -> None:
    """Show which key leads where."""
    from ivr.script import map as drawing
    from ivr.script.model import read

    line = _line()
    book = read(line, line.flow.published[0])
    if svg:
        _keep(svg, drawing.svg(drawing.dot(book, line.flow)), "drawn")
    elif form == "dot":
        click.echo(drawing.dot(book, line.flow), nl=False)
    else:
        click.echo("\n".join(drawing.outline(book, line.flow)))


@main.command()
@click.argument("nodes", nargs=-1, metavar="[NODE]...")
@click.option("--live", is_flag=True, help="Only what a person must still open or call.")
def sources(nodes: Sequence[str], live: bool) -> None:
    """Print each block of the texts (all, or NODEs) with its facts, and what a person must still open live."""
    from ivr.script.model import read
    from ivr.script.sources import sources_of

    line = _line()
    book, content = read(line, line.flow.published[0]), line.content
    click.echo("\n".join(sources_of(book, line.flow, content.facts, content.prompts.templates, nodes, live)))


def _line(*drafts: str) -> "Line":
    from ivr.content.load import with_drafts
    from ivr.line.compiler import compile_line

    settings = read_settings()
    published = with_drafts(settings.ivr_content, *drafts) if drafts else None
    return compile_line(settings.ivr_content, settings.options, published)


operate.add_to(main)
room.add_to(main)
