"""The `ivr` command: what an editor, a translator and an operator do with the line. It decides nothing of a call."""

import os
import sys
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import click

from ivr import __version__
from ivr.errors import BadContent, BadSettings
from ivr.settings import read_settings

CLOSED = (BadContent, BadSettings)
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
@click.option("--port", default=8000, show_default=True, help="Port to listen on.")
def serve(host: str, port: int) -> None:
    """Answer calls."""
    from ivr.serving import serve as answer

    answer(read_settings(), host, port, click.echo)


@main.command()
@click.option("--today", is_flag=True, help="Judge also how old numbers and sources are.")
def check(today: bool) -> None:
    """Prove the line and hold its texts to their limits. Every fault is a sentence; exit 1 if there is one."""
    from ivr.check.report import check_all

    settings = read_settings()
    report = check_all(settings.ivr_content, settings.options, date.today() if today else None)
    for line in report.lines:
        click.echo(line)
    sys.exit(1 if report.faults else 0)


@main.command()
@click.option("--press", default=None, metavar='"8 3 1 0"', help="Keys to press; - is silence, hangup ends.")
@click.option("--dial", "outcome", default="completed", show_default=True, help="How the far end behaves when dialled.")
@click.option("--url", default=None, help="Call a running line there, with signed requests.")
@click.option("--keep", type=click.Path(dir_okay=False, path_type=Path), help="Keep the call as a story.")
def call(press: str | None, outcome: str, url: str | None, keep: Path | None) -> None:
    """Call the line: by hand, or with keys given."""
    from ivr import calling

    caller = calling.caller(read_settings(), url)
    keys = None if press is None else press.split()
    try:
        calling.talk(caller, keys, outcome, click.echo)
    except calling.Broken as error:
        raise click.ClickException(str(error)) from None
    if keep:
        keep.write_text(calling.story(caller), "utf-8")
        click.echo(f"kept as {keep}")


@main.command()
def fallback() -> None:
    """Print the last resort: the document to host elsewhere, for when this line cannot answer."""
    from ivr.line import Line

    settings = read_settings()
    click.echo(Line(settings.ivr_content, settings.options).last_resort.decode("utf-8"))


@main.group()
def locale() -> None:
    """Languages: bring their translating up to date."""


@locale.command("update")
@click.argument("tags", nargs=-1)
def locale_update(tags: Sequence[str]) -> None:
    """Write messages.pot from the texts and merge it into each language's catalogue (all, or TAGS)."""
    from ivr import translating

    root = read_settings().ivr_content
    changed = translating.update(root, tags or translating.languages(root))
    for path in changed:
        click.echo(f"updated {os.path.relpath(path)}")
    if not changed:
        click.echo("everything is up to date")
