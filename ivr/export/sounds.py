"""The sounds that the telephone of the web page can play: each prompt at each pace, unless it is recorded."""

from collections.abc import Mapping
from typing import NamedTuple

from ivr.export.format import ExportedLine
from ivr.speech.utterance import Utterance, utterance_of


class PageSound(NamedTuple):
    """What is said in a sound, and the tag of its language: "es"."""

    tag: str
    utterance: Utterance


def page_sounds(line: ExportedLine) -> Mapping[str, PageSound]:
    """The sounds of `line`, by the name of the prompt, with "/slow" for the slow pace: "es/partner/2/slow"."""
    sounds: dict[str, PageSound] = {}
    for name, prompt in (line.prompts or {}).items():
        if prompt.recording is None:
            tag, language = prompt.language, line.languages[prompt.language].language
            sounds[name] = PageSound(tag, utterance_of(language, prompt.paragraphs))
            sounds[f"{name}/slow"] = PageSound(tag, utterance_of(language, prompt.paragraphs, slow=True))
    return sounds
