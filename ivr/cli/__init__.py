"""The ivr command. No other package imports it. This file has the parts that several commands use."""

from collections.abc import Iterable
from pathlib import Path

import click

FILE = click.Path(dir_okay=False, path_type=Path)
FOLDER = click.Path(file_okay=False, path_type=Path)
EXISTING_FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)


def echo_lines(lines: Iterable[object]) -> None:
    """Print each of `lines` as soon as it is there."""
    for line in lines:
        click.echo(line)
