"""The sheet of a person who records: the texts to read aloud beside the English, with the names of the files."""

from collections.abc import Iterator

from ivr.check.recordings import LANGUAGES_FOR_EVERY_KEY, RecordablePart, outdated_recordings, parts_to_record
from ivr.line.line import Line


def recording_sheet(line: Line, tag: str, every: bool = False) -> Iterator[str]:
    """Lines of plain text. Unless `every`, only the texts without a recording; texts with the same words are one."""
    parts = _parts_by_words(line, tag)
    to_read = [(part, names) for part, names in parts if every or not _is_recorded(line, tag, part)]
    english = {
        part.name: part.spoken.words
        for part in parts_to_record(line, line.flow.source_language, LANGUAGES_FOR_EVERY_KEY)
    }
    seconds = sum(line.schedule.longest_seconds(part.spoken.without_sound) for part, _ in to_read)
    yield f"{len(to_read)} texts, about {seconds / 60:.0f} minutes."
    yield from HEAD.format(tag=tag).splitlines()
    for part, names in to_read:
        yield f"\n== {', '.join(f'{name}.wav' for name in names)}   {_state(line, tag, part)}"
        yield part.spoken.words
        if words := english.get(part.name):
            yield "    " + words.replace("\n\n", "\n    ")


HEAD = """\
Run `ivr check {tag}` first: it names each text that is too long, before it is read. Read each text aloud, calmly, as if
to one person. A … is a short pause, an empty line a longer one. Below each text is the English: do not read that aloud.
Save each text as a file with the name above it, in any format of a telephone (WAV, MP3, M4A, Opus …), in one folder:
ivr recordings add {tag} FOLDER"""


def _parts_by_words(line: Line, tag: str) -> list[tuple[RecordablePart, list[str]]]:
    """The parts to read aloud: of parts with the same words the first, with the names of all of them."""
    by_words = dict[str, tuple[RecordablePart, list[str]]]()
    for part in parts_to_record(line, tag):
        by_words.setdefault(part.spoken.words, (part, []))[1].append(part.name)
    return list(by_words.values())


def _is_recorded(line: Line, tag: str, part: RecordablePart) -> bool:
    return part.spoken.words in line.content.locales[tag].sounds


def _state(line: Line, tag: str, part: RecordablePart) -> str:
    """Whether a part is recorded, and its seconds: "changed, about 12 s"."""
    changed = part.name in {row.name for row in outdated_recordings(line, tag)}
    state = "recorded" if _is_recorded(line, tag, part) else "changed" if changed else "new"
    return f"{state}, about {line.schedule.longest_seconds(part.spoken):.0f} s"
