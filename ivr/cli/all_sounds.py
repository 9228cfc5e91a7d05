"""`ivr listen --all`: makes the sounds of the web page beforehand."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from ivr.settings import Settings

if TYPE_CHECKING:
    from ivr.speech.sound_folder import SoundFolder
    from ivr.translate.listen import LanguageSounds


def make_all_sounds(settings: Settings, path: Path) -> bool:
    """Make the sounds of every published language in the folder `path`, and print the progress.

    Returns whether each language has a voice. Raises OperationFailed.
    """
    from ivr.export.export import export_line
    from ivr.line.compiler import compile_line
    from ivr.speech.installed_voices import installed_voices
    from ivr.speech.sound_folder import SoundFolder
    from ivr.translate.listen import finish_folder, sounds_by_language

    line = export_line(compile_line(settings.ivr_content, settings.options), with_twiml=False)
    languages, mute = sounds_by_language(line, installed_voices(settings.ivr_voices))
    for tag in mute:
        click.echo(f"{tag}: no voice of this machine speaks it, so the page shows its captions alone.")
    folder = SoundFolder(path)
    with folder.locked():
        made = sum(_make(folder, sounds) for sounds in languages)
        removed = finish_folder(folder, languages)
    names = [name for sounds in languages for name in sounds.utterances]
    megabytes = sum((folder.path / name).stat().st_size for name in names) / 1_000_000
    click.echo(f"{len(names)} sounds, {megabytes:.0f} MB: {made} made now, {removed} removed that no text needs.")
    click.echo(f"The line uses them when it starts with IVR_SOUNDS={path.resolve()}")
    return not mute


def _make(folder: "SoundFolder", sounds: "LanguageSounds") -> int:
    """Make the missing sounds of one language. Returns how many."""
    from ivr.translate.listen import make_missing, missing_in

    missing, made = len(missing_in(folder, sounds)), 0
    label = f"{sounds.tag}: {len(sounds.utterances)} sounds in the voice {sounds.voice.name}, {missing} to make"
    with click.progressbar(length=missing, label=label) as bar:
        for number in make_missing(folder, sounds):
            made += number
            bar.update(number)
    return made
