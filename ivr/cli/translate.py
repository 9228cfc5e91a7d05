"""What a translator types: `ivr locale`, `ivr listen`, `ivr recordings`."""

import os
from collections.abc import Sequence
from pathlib import Path

import click

from ivr.settings import read_settings


def add_to(main: click.Group) -> None:
    """Put these commands into the `ivr` command."""
    for command in (locale, listen, recordings):
        main.add_command(command)


@click.group()
def locale() -> None:
    """Languages: begin one, and bring their translating up to date."""


@locale.command("new")
@click.argument("tag")
@click.option("--name", default="", help="The language's own name for itself, where CLDR does not know it.")
def locale_new(tag: str, name: str) -> None:
    """Begin the language TAG (fr, zh-Hant, es-PR): its folder, with all that can be known before anybody has looked."""
    from ivr.check.language import marks
    from ivr.translate.new_locale import create_locale

    paths = create_locale(read_settings().ivr_content, tag, name)
    for path in paths:
        click.echo(f"made {os.path.relpath(path)}")
    for mark in marks(paths[0]):
        click.echo(f"  {mark}")
    click.echo(f"Next: translate {os.path.relpath(paths[-1])}; `ivr check {tag}` and `ivr listen {tag}` at any time.")


@locale.command("update")
@click.argument("tags", nargs=-1)
def locale_update(tags: Sequence[str]) -> None:
    """Write messages.pot from the texts and merge it into each language's catalogue (all, or TAGS)."""
    from ivr.translate import update

    root = read_settings().ivr_content
    changed = update.update(root, tags or update.languages(root))
    for path in changed:
        click.echo(f"updated {os.path.relpath(path)}")
    if not changed:
        click.echo("everything is up to date")


@click.command()
@click.argument("tag")
@click.argument("nodes", nargs=-1, metavar="[NODE]...")
@click.option("--slow", is_flag=True, help="As after key 7.")
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), help="Copy the sounds there, by name.")
def listen(tag: str, nodes: Sequence[str], slow: bool, out: Path | None) -> None:
    """Hear the language TAG, published or a draft: every text, or NODEs. A recording where there is one."""
    from ivr.translate import listen

    settings = read_settings()
    line = listen.drafted(settings.ivr_content, settings.options, tag)
    for name in listen.absent(line, tag, nodes):
        click.echo(f"{name} is not whole in {tag} yet: `ivr check {tag}` says what is missing")
    sounds = listen.sound(line, tag, nodes, "slow" if slow else "normal")
    for one in listen.keep(sounds, out):
        click.echo(f"{one.name}  {one.seconds:.1f} s  {os.path.relpath(one.path)}")
        if nodes:
            click.echo(f"    {one.text}".replace("\n\n", "\n    "))
        if nodes and not out and not listen.play(one.path):
            click.echo("    (no program here plays sound: open the file)")


@click.group()
def recordings() -> None:
    """Recordings by a person, in place of the voice."""


@recordings.command("sheet")
@click.argument("tag")
@click.option("--all", "every", is_flag=True, help="Also what is recorded already.")
def recordings_sheet(tag: str, every: bool) -> None:
    """Print what is to be read aloud in the language TAG, with the names of the files."""
    from ivr.translate import listen, record

    settings = read_settings()
    for text in record.sheet(listen.drafted(settings.ivr_content, settings.options, tag), tag, every):
        click.echo(text)


@recordings.command("add")
@click.argument("tag")
@click.argument("name")
@click.argument("file", type=click.Path(path_type=Path))
def recordings_add(tag: str, name: str, file: Path) -> None:
    """Check FILE (WAV or MP3), convert it, and pin it to the words of NAME as they stand now."""
    from ivr.translate import listen, record

    settings = read_settings()
    click.echo(record.add(listen.drafted(settings.ivr_content, settings.options, tag), tag, name, file))


@recordings.command("prune")
@click.argument("tag")
def recordings_prune(tag: str) -> None:
    """Delete the sounds that no text needs any more; calls that began on the last release may still play them."""
    from ivr.translate import listen, record

    settings = read_settings()
    gone = record.prune(listen.drafted(settings.ivr_content, settings.options, tag), tag)
    for one in gone or ["nothing to delete"]:
        click.echo(one)
