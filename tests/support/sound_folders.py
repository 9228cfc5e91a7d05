"""A folder of sounds as `ivr listen --all` leaves it, without the hours that the voices need."""

from pathlib import Path

from ivr.export.export import export_line, page_sounds
from ivr.line.line import Line
from ivr.speech.sound_folder import SoundFolder, sound_file_name


def made_sounds(line: Line, folder: Path) -> dict[str, bytes]:
    """A folder with a sound of each prompt, as `ivr listen --all` leaves it: the content of each by name."""
    contents, voices = dict[str, bytes](), {tag: f"piper {tag} 0123456789ab" for tag in line.flow.offered}
    SoundFolder(folder).write_index(voices)
    for name, sound in page_sounds(export_line(line, with_twiml=False)).items():
        file = sound_file_name(sound.utterance, voices[sound.tag])
        contents[name] = file.encode()
        (folder / file).write_bytes(contents[name])
    return contents
