"""The ivr command. No other package imports it. This file has the parts that several commands use."""

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ivr.settings import read_settings

if TYPE_CHECKING:
    from ivr.line.line import Line

FILE = click.Path(dir_okay=False, path_type=Path)
FOLDER = click.Path(file_okay=False, path_type=Path)


def echo_lines(lines: Iterable[object]) -> None:
    """Print each of `lines` as soon as it is there."""
    for line in lines:
        click.echo(line)


def compiled_line(*drafts: str) -> "Line":
    """The line of the settings, with the languages `drafts` too."""
    from ivr.content.load import published_and_drafts
    from ivr.line.compiler import compile_line

    settings = read_settings()
    languages = published_and_drafts(settings.ivr_content, *drafts) if drafts else None
    return compile_line(settings.ivr_content, settings.options, languages)
