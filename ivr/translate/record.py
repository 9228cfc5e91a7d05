"""Recordings by a person: the list of texts to read aloud, adding a checked file, and deleting unused files.

A recording belongs to the exact words that it reads. sox decodes, measures and converts the files.
"""

import array
import json
import math
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

from ivr.check.recordings import LANGUAGES_FOR_EVERY_KEY, TextPart, outdated_recordings, parts_to_record
from ivr.content.prompts import RenderedPrompt
from ivr.content.recordings import FILE_NAME, RECORDINGS_FILE, Recording, Sound, file_name, load_recordings
from ivr.errors import OperationFailed
from ivr.line.line import Line
from ivr.line.twiml import PAUSE_AFTER_KEY
from ivr.speech.pauses import SLOW_PAUSE_FACTOR, SLOW_RATE
from ivr.speech.programs import SUFFIXES, file_for_sox, run_sox
from ivr.speech.wav import SAMPLE_RATE, seconds_of, write_wav

MIN_DURATION_FACTOR, MAX_DURATION_FACTOR = 0.6, 1.6
"""A recording takes at least the shortest estimate times the first, and at most the longest estimate times the second.
Otherwise it probably reads another text."""
MIN_LEVEL = -35.0
"""The mean level of speech must reach this, in decibels relative to full scale (dBFS)."""
SILENCE_LEVEL = -45.0
"""Below this level (dBFS) a window is silent."""
MAX_GAP = 3.0
"""Seconds: after a longer silence a caller may think that the line is dead."""
WINDOW = SAMPLE_RATE // 50
"""Samples in which the level is measured: a fiftieth of a second."""
TRAILING_SILENCE = 0.2
"""Seconds of silence at the end of a recording."""
TRIM = ["silence", "1", "0.05", f"{SILENCE_LEVEL:g}d", "reverse"] * 2
"""Effects of sox that cut off the silence at both ends."""


class Measurement(NamedTuple):
    """A sound file: seconds of speech between the silent ends, mean level in dBFS, seconds of the longest silence."""

    seconds: float
    level: float
    gap: float
    clipped: bool


def add_folder(line: Line, tag: str, folder: Path) -> Iterator[tuple[str, bool]]:
    """Add every sound file of `folder` as the recording that its name says ("reach-1.m4a").

    Yields a sentence about each file and whether it was added. A file that is refused does not stop the others.
    """
    for file in sorted(folder.iterdir()):
        if file.suffix.lower() in SUFFIXES and not file.name.startswith("."):
            try:
                yield add(line, tag, file.stem, file), True
            except OperationFailed as error:
                yield f"{file.name}: {error}", False


def add(line: Line, tag: str, name: str, file: Path) -> str:
    """Check and convert `file`, and add it as the recording of the text or part `name`; returns a sentence.

    Raises OperationFailed, and writes no file, where the name is unknown or callers could not follow the recording.
    """
    if not file.is_file():
        raise OperationFailed(f"{file} does not exist.")
    part = _part_to_record(line, tag, name)
    with file_for_sox(file) as sound_file:
        faults = list(_faults(line, part.spoken, measure(sound_file)))
        if faults:
            raise OperationFailed(f"{file} was not added: {'; '.join(faults)}.")
        normal, slow = (write_wav(_converted(sound_file, rate)) for rate in (1.0, SLOW_RATE))
    sound = Sound(file_name(normal), file_name(slow), seconds_of(normal), seconds_of(slow))
    folder = line.content.root / "locales" / tag / "audio"
    try:
        _store(folder, {sound.file: normal, sound.slow: slow}, Recording(name, part.spoken.words, sound))
    except OSError as error:
        raise OperationFailed(f"{folder} cannot be written ({error.strerror}). Make it writable.") from None
    lasts = f"{sound.seconds:.1f} s, {sound.slow_seconds:.1f} s at the slow pace"
    return f"added {name}: {lasts}. Hear it: `ivr listen {tag} {name}`"


def _store(folder: Path, files: Mapping[str, bytes], recording: Recording) -> None:
    """Write the sound files, then the list of recordings, in which `recording` replaces the one of the same name."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (folder / name).write_bytes(content)
    rows = [row for row in load_recordings(folder).rows if row.name != recording.name]
    _write(folder / RECORDINGS_FILE, [*rows, recording])


def _part_to_record(line: Line, tag: str, name: str) -> TextPart:
    parts = {part.name: part for part in parts_to_record(line, tag, LANGUAGES_FOR_EVERY_KEY)}
    if name in parts:
        return parts[name]
    numbered = [part_name for part_name in parts if part_name.startswith(f"{name}-")]
    remedy = f"It has parts: {', '.join(numbered)}." if numbered else f"`ivr recordings sheet {tag}` lists the names."
    raise OperationFailed(f"There is no text `{name}` to read aloud in {tag}. {remedy}")


def _faults(line: Line, spoken: RenderedPrompt, measured: Measurement) -> Iterator[str]:
    words = spoken.without_sound
    least = line.schedule.shortest_seconds(words) * MIN_DURATION_FACTOR
    most = line.schedule.longest_seconds(words) * MAX_DURATION_FACTOR
    if not measured.seconds:
        yield "it holds no speech"
    elif measured.level < MIN_LEVEL:
        yield f"it is too quiet ({measured.level:.0f} dB, at least {MIN_LEVEL:.0f}): speak closer to the microphone"
    elif not least <= measured.seconds <= most:
        yield f"{measured.seconds:.1f} s of speech, but this text takes {least:.0f} to {most:.0f} s: another text?"
    if measured.clipped:
        yield "it is clipped, too loud for the microphone: record it again, more quietly"
    if measured.gap > MAX_GAP:
        yield f"it has a silence of {measured.gap:.1f} s: a caller would think that the line is dead"


def measure(file: Path) -> Measurement:
    """The length and the level of the speech in `file`. Raises OperationFailed where sox cannot read it."""
    clipped = _is_clipped(file)
    raw, _ = run_sox(
        [str(file), "-t", "raw", "-r", str(SAMPLE_RATE), "-e", "signed", "-b", "16", "-L", "-", "remix", "-"]
    )
    levels = list(_levels(raw))
    loud = [number for number, level in enumerate(levels) if level > SILENCE_LEVEL]
    if not loud:
        return Measurement(0.0, -math.inf, 0.0, clipped)
    spoken = levels[loud[0] : loud[-1] + 1]
    gaps = (len(list(run)) for quiet, run in groupby(level <= SILENCE_LEVEL for level in spoken) if quiet)
    mean = sum(10 ** (level / 10) for level in spoken if level > SILENCE_LEVEL) / len(loud)
    window = WINDOW / SAMPLE_RATE
    return Measurement(len(spoken) * window, 10 * math.log10(mean), max(gaps, default=0) * window, clipped)


def _levels(raw: bytes) -> Iterator[float]:
    """The level of each window in dBFS. `raw` holds signed 16-bit samples, little-endian."""
    values = array.array("h")
    values.frombytes(raw[: len(raw) // 2 * 2])
    if sys.byteorder == "big":
        values.byteswap()
    for start in range(0, len(values) - WINDOW + 1, WINDOW):
        power = sum(value * value for value in values[start : start + WINDOW]) / WINDOW / 32768**2
        yield 10 * math.log10(power) if power else -math.inf


def _is_clipped(file: Path) -> bool:
    """Whether runs of samples have the peak level, which sox reports as the flat factor."""
    _, stats = run_sox([str(file), "-n", "remix", "-", "stats"])
    flat, peak = (re.search(rf"^{name}\s+(\S+)", stats, re.MULTILINE) for name in ("Flat factor", "Pk lev dB"))
    return bool(flat and peak and float(flat[1]) > 0 and float(peak[1]) > -1)


def _converted(file: Path, rate: float) -> bytes:
    """The samples of `file` as telephone sound at a rate, at an even level, after the pause that follows a key."""
    tempo = ["tempo", "-s", f"{rate:g}"] if rate != 1 else []
    lead = PAUSE_AFTER_KEY * (SLOW_PAUSE_FACTOR if tempo else 1)
    output_format = ["-t", "raw", "-r", str(SAMPLE_RATE), "-c", "1", "-e", "mu-law", "-D"]
    effects = ["remix", "-", *TRIM, *tempo, "norm", "-3", "pad", f"{lead:g}", f"{TRAILING_SILENCE:g}"]
    return run_sox([str(file), *output_format, "-", *effects])[0]


def _write(path: Path, rows: Sequence[Recording]) -> None:
    """Write the list of recordings, by way of a new file, so that a failure leaves the old one."""
    lines = ["# The words of each recording. Written by `ivr recordings add`; do not edit by hand."]
    for row in sorted(rows):
        lines += ["", f"[{row.name}]", f"reads = {json.dumps(row.reads, ensure_ascii=False)}"]
        lines += [f'sound = "{row.sound.file}"', f'slow = "{row.sound.slow}"']
    new = path.with_suffix(".new")
    new.write_text("\n".join(lines) + "\n", "utf-8")
    new.replace(path)


def prune(line: Line, tag: str) -> list[str]:
    """Delete the recordings whose words have changed and the files without a recording; returns a line for each.

    No other command deletes a sound file. Raises OperationFailed while the list of recordings is faulty.
    """
    locale, folder = line.content.locales[tag], line.content.root / "locales" / tag / "audio"
    if locale.recordings.faults:
        raise OperationFailed(f"{locale.recordings.faults[0]} Correct this first; no file was deleted.")
    rows = load_recordings(folder).rows  # of a layer alone: those of its release stay
    outdated = [row for row in outdated_recordings(line, tag) if row in rows]
    kept = [row for row in rows if row not in outdated]
    needed = {file for row in kept for file in (row.sound.file, row.sound.slow)}
    unused = [
        path for path in sorted(folder.glob("*.wav")) if FILE_NAME.fullmatch(path.name) and path.name not in needed
    ]
    if outdated:
        _write(folder / RECORDINGS_FILE, kept)
    for path in unused:
        path.unlink()
    return [*(f"{row.name}: its words have changed" for row in outdated), *(path.name for path in unused)]


def recording_sheet(line: Line, tag: str, every: bool = False) -> Iterator[str]:
    """Lines of plain text. Unless `every`, only the texts without a recording; texts with the same words are one."""
    by_words = dict[str, tuple[TextPart, list[str]]]()  # of parts with the same words the first, and all names
    for part in parts_to_record(line, tag):
        by_words.setdefault(part.spoken.words, (part, []))[1].append(part.name)
    sounds, changed = line.content.locales[tag].sounds, {row.name for row in outdated_recordings(line, tag)}
    to_read = [(part, names) for part, names in by_words.values() if every or part.spoken.words not in sounds]
    source_parts = parts_to_record(line, line.flow.source_language, LANGUAGES_FOR_EVERY_KEY)
    english = {part.name: part.spoken.words for part in source_parts}
    total = sum(line.schedule.longest_seconds(part.spoken.without_sound) for part, _ in to_read)
    yield f"{len(to_read)} texts, about {total / 60:.0f} minutes."
    yield from HEAD.format(tag=tag).splitlines()
    for part, names in to_read:
        state = "recorded" if part.spoken.words in sounds else "changed" if part.name in changed else "new"
        files, seconds = ", ".join(f"{name}.wav" for name in names), line.schedule.longest_seconds(part.spoken)
        yield f"\n== {files}   {state}, about {seconds:.0f} s"
        yield part.spoken.words
        if words := english.get(part.name):
            yield "    " + words.replace("\n\n", "\n    ")


HEAD = """\
Run `ivr check {tag}` first: it names each text that is too long, before it is read. Read each text aloud, calmly, as if
to one person. A … is a short pause, an empty line a longer one. Below each text is the English: do not read that aloud.
Save each text as a file with the name above it, in any format of a telephone (WAV, MP3, M4A, Opus …), in one folder:
ivr recordings add {tag} FOLDER"""
