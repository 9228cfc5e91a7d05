"""The commands of translators: `ivr status`, `ivr locale`, `ivr listen`, `ivr recordings`."""

import os
import sys
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ivr.cli import FOLDER, echo_lines
from ivr.cli.all_sounds import make_all_sounds
from ivr.settings import read_settings

if TYPE_CHECKING:
    from ivr.line.line import Line


def folder_tag(tag: str) -> str:
    """The tag of a language as an argument, in any case, as its folder is named: "zh-Hant" for "ZH-hant"."""
    from ivr.content.load import existing_tag

    return existing_tag(read_settings().ivr_content, tag)


@click.command()
@click.option(
    "--into",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Write the table into this page, between its marks.",
)
def status(into: Path | None) -> None:
    """Show each language: what is spoken, waits, is recorded and reviewed.

    The table is Markdown. It lists published languages and drafts, with the day since which the oldest message waits.
    """
    from ivr.translate.status import page_with, statuses, table

    settings = read_settings()
    markdown = table(statuses(settings.ivr_content, settings.options))
    click.echo(markdown, nl=False)
    if into:
        into.write_text(page_with(markdown, into.read_text("utf-8")), "utf-8")
        click.echo(f"wrote {into}")


@click.group()
def locale() -> None:
    """Begin a language, update the catalogues, export a glossary."""


@locale.command("new")
@click.argument("tag")
@click.option("--name", default="", help="The language's own name, where CLDR does not have it.")
def locale_new(tag: str, name: str) -> None:
    """Create the folder of a language.

    TAG is such as fr, zh-Hant or es-PR; an unknown one needs --name. Fields are filled with proposals and marked for a
    speaker of the language.
    """
    from ivr.check.locale_settings import review_marks
    from ivr.translate.new_locale import create_locale

    settings = read_settings()
    paths = create_locale(settings.ivr_content, tag, name, settings.options)
    tag = paths[0].parent.name
    echo_lines(f"created {os.path.relpath(path)}" for path in paths)
    for file, number, mark in review_marks(paths[0].parent):
        click.echo(f"  {file}:{number}: {mark}")
    click.echo(
        f"Next: translate {os.path.relpath(paths[-1])}. Run `ivr check {tag}` and `ivr listen {tag}` at any time."
    )


@locale.command("update")
@click.argument("tags", nargs=-1, type=folder_tag)
@click.option(
    "--same-meaning",
    multiple=True,
    metavar="CONTEXT",
    help="Keep the translations of this text although its English has changed, as for a comma.",
)
def locale_update(tags: Sequence[str], same_meaning: Sequence[str]) -> None:
    """Update the catalogues from the texts.

    Writes messages.pot and merges it into the catalogues of TAGS, by default of all languages. A catalogue that any PO
    editor has saved gets the layout of the others again. Exit 1 if a catalogue cannot be read: it is left as it is.
    """
    from ivr.translate import update

    settings = read_settings()
    tags = tags or update.languages_to_update(settings.ivr_content)
    result = update.update(settings.ivr_content, tags, same_meaning, date.today(), settings.options)
    echo_lines(f"updated {os.path.relpath(path)}" for path in result.written)
    echo_lines(update.rows(result))
    sys.exit(1 if result.faults else 0)


@locale.command("glossary")
@click.argument("tag", type=folder_tag)
def locale_glossary(tag: str) -> None:
    """Print the glossary of a language as CSV.

    Its terms are those of the tables in the STYLE.md of the language TAG. Weblate and other translation tools read it.
    """
    from ivr.translate.glossary import as_csv, glossary

    click.echo(as_csv(glossary(read_settings().ivr_content, tag)), nl=False)


@click.command()
@click.argument("tag", type=folder_tag, required=False)
@click.argument("nodes", nargs=-1, metavar="[NODE]...")
@click.option(
    "--all", "all_sounds", metavar="DIR", type=FOLDER, help="Make every sound of the web page in DIR, for IVR_SOUNDS."
)
@click.option("--slow", is_flag=True, help="At the slow pace, as after key 7.")
@click.option("--out", type=FOLDER, help="Copy the sounds into this folder, named after the texts.")
def listen(tag: str | None, nodes: Sequence[str], all_sounds: Path | None, slow: bool, out: Path | None) -> None:
    """Listen to the texts of a language.

    Makes the sounds of the language TAG, published or a draft. The texts NODE are also played; without NODE, the sounds
    of all texts are made. A recording is used where there is one, else a voice of IVR_VOICES or espeak-ng.

    With --all DIR, makes the sounds of every published language at both paces. The command can be interrupted and
    started again: a sound is made once, and a sound that no text needs any more is removed.
    """
    if all_sounds:
        if tag or slow or out:
            raise click.UsageError("--all allows no TAG, --slow and --out: it makes every sound at both paces.")
        sys.exit(0 if make_all_sounds(read_settings(), all_sounds) else 1)
    if not tag:
        raise click.UsageError("Name a language, such as `ivr listen es`, or --all DIR.")
    _listen(tag, nodes, slow, out)


def _listen(tag: str, nodes: Sequence[str], slow: bool, out: Path | None) -> None:
    from ivr.translate import listen

    line = _line_with(tag)
    for name in listen.left_out(line, tag, nodes):
        click.echo(f"{name}: not fully translated into {tag}; `ivr check {tag}` says what is missing")
    sounds = listen.text_sounds(line, tag, nodes, "slow" if slow else "normal", read_settings().ivr_voices)
    heard = list[listen.TextSound]()
    for sound in listen.copy_to(out, sounds):
        heard.append(sound)
        path = sound.path if out else os.path.relpath(sound.path)
        click.echo(f"{sound.name}  {sound.seconds:.1f} s  {path}")
        if nodes:
            click.echo(f"    {sound.words}".replace("\n\n", "\n    "))
        if nodes and not out and not listen.play(sound.path):
            click.echo("    (it could not be played on this machine: open the file)")
    click.echo(f"The seconds are measured on these sounds; `ivr check {tag}` estimates more, for a slow voice.")
    if not slow and (row := listen.rate_row(line.content.locales[tag], heard)):
        click.echo(f"{tag}: {row}")


@click.group()
def recordings() -> None:
    """Add and delete recordings by a person."""


@recordings.command("sheet")
@click.argument("tag", type=folder_tag)
@click.option("--all", "every", is_flag=True, help="Also the texts that have a recording.")
def recordings_sheet(tag: str, every: bool) -> None:
    """Print the texts to read aloud beside the English, with file names."""
    from ivr.translate.record import recording_sheet

    echo_lines(recording_sheet(_line_with(tag), tag, every))


@recordings.command("add")
@click.argument("tag", type=folder_tag)
@click.argument("name")
@click.argument("file", type=click.Path(path_type=Path), required=False)
def recordings_add(tag: str, name: str, file: Path | None) -> None:
    """Add recordings: NAME FILE for one text, or a folder in place of NAME.

    In a folder, each sound file has the name of its text ("reach-1.m4a"), as `ivr recordings sheet` prints it. Each
    file is checked and converted; with ffmpeg every format is read, without it WAV and MP3. The line plays a recording
    as long as the words of its text stay the same. Exit 1 if a file is refused; the others are added.
    """
    from ivr.translate import record

    if file:
        click.echo(record.add(_line_with(tag), tag, name, file))
        return
    if not Path(name).is_dir():
        raise click.UsageError(f"{name} is no folder. Give NAME FILE, or a folder of files.")
    results = list(record.add_folder(_line_with(tag), tag, Path(name)))
    echo_lines(sentence for sentence, _ in results)
    added = sum(is_added for _, is_added in results)
    click.echo(f"{added} of {len(results)} sound files added")
    sys.exit(0 if results and added == len(results) else 1)


@recordings.command("prune")
@click.argument("tag", type=folder_tag)
def recordings_prune(tag: str) -> None:
    """Delete the recordings that no text uses any more.

    A call that began on the previous release may still play them: run this a day after the next release.
    """
    from ivr.translate import record

    echo_lines(record.prune(_line_with(tag), tag) or ["no file to delete"])


def _line_with(tag: str) -> "Line":
    """The line of the settings with the language `tag` in it, published or a draft."""
    from ivr.translate.listen import compile_with_draft

    settings = read_settings()
    return compile_with_draft(settings.ivr_content, settings.options, tag)
