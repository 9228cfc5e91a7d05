"""Recordings made: what to read aloud, a file checked and converted, what is not used any more taken away.

A recording is pinned to the words that it reads. sox decodes, measures and converts; nothing else is needed.
"""

import array
import json
import math
import re
import sys
from collections.abc import Iterator, Sequence
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

from ivr.check.recordings import Recordable, stale, to_record
from ivr.content.prompts import RenderedPrompt
from ivr.content.recordings import FILE, LIST, Recording, Sound, file_name
from ivr.errors import OperationFailed
from ivr.line.line import Line
from ivr.line.twiml import AFTER_KEY
from ivr.speech.pauses import SLOW_PAUSE, SLOW_RATE
from ivr.speech.synthesis import convert
from ivr.speech.wav import HERTZ, seconds_of, write_wav

FASTER, SLOWER = 0.6, 1.6
"""How much shorter than the fastest estimate, and longer than the slowest, speech may be: else it is another text."""
QUIETEST = -35.0
"""Decibels below the loudest a file can hold: the mean level that speech must reach."""
SILENT = -45.0
LONGEST_GAP = 3.0
"""Seconds of silence that a caller may take for the end."""
WINDOW = HERTZ // 50
END = 0.2
TRIMMED = ["silence", "1", "0.05", f"{SILENT:g}d", "reverse", "silence", "1", "0.05", f"{SILENT:g}d", "reverse"]
"""sox: without the silence at both ends."""


class Measured(NamedTuple):
    """A sound file: seconds of speech without the silence at its ends, level and longest gap, whether it is clipped."""

    seconds: float
    level: float
    gap: float
    clipped: bool


def sheet(line: Line, tag: str, every: bool = False) -> Iterator[str]:
    """What to read aloud, with the names of the files: what is not recorded as it stands now, or `every` text."""
    sounds, old = line.content.locales[tag].sounds, {row.name for row in stale(line, tag)}
    yield from (
        "Read each text aloud, calmly, as if to one person. A … is a short pause, an empty line a longer one.",
        f"One file each, WAV or MP3, with the name that stands over it. Then: ivr recordings add {tag} NAME FILE",
    )
    for reading in to_record(line, tag):
        if every or reading.spoken.text not in sounds:
            state = "recorded" if reading.spoken.text in sounds else "changed" if reading.name in old else "new"
            yield f"\n== {reading.name}.wav   {state}, about {line.schedule.longest_seconds(reading.spoken):.0f} s"
            yield reading.spoken.text


def add(line: Line, tag: str, name: str, file: Path) -> str:
    """Check and convert `file`, and pin it to the words of `name`. Returns a sentence. Raises OperationFailed."""
    if not file.is_file():
        raise OperationFailed(f"{file} is not there.")
    reading = _named(line, tag, name)
    faults = list(_faults(line, reading.spoken, measure(file)))
    if faults:
        raise OperationFailed(f"{file} was not added: {'; '.join(faults)}.")
    folder = line.content.root / "locales" / tag / "audio"
    normal, slow = (write_wav(_converted(file, rate)) for rate in (1.0, SLOW_RATE))
    folder.mkdir(parents=True, exist_ok=True)
    for whole in (normal, slow):
        (folder / file_name(whole)).write_bytes(whole)
    seconds, longer = (seconds_of(whole) for whole in (normal, slow))
    sound = Sound(file_name(normal), file_name(slow), seconds, longer)
    rows = [row for row in line.content.locales[tag].recordings.rows if row.name != name]
    _write(folder / LIST, [*rows, Recording(name, reading.spoken.text, sound)])
    return f"{name}: {seconds:.1f} s, {longer:.1f} s slowly; it reads the words that stand there now"


def _named(line: Line, tag: str, name: str) -> Recordable:
    every = {reading.name: reading for reading in to_record(line, tag, 3)}
    if name in every:
        return every[name]
    near = [one for one in every if one.startswith(f"{name}-")]
    wish = f"It has several: {', '.join(near)}." if near else f"`ivr recordings sheet {tag}` names all that are whole."
    raise OperationFailed(f"There is nothing named `{name}` to be read aloud in {tag}. {wish}")


def _faults(line: Line, spoken: RenderedPrompt, found: Measured) -> Iterator[str]:
    voice = spoken._replace(sound=None)
    least, most = line.schedule.shortest_seconds(voice) * FASTER, line.schedule.longest_seconds(voice) * SLOWER
    if not found.seconds:
        yield "nothing is to be heard in it"
    elif found.level < QUIETEST:
        yield f"it is too quiet ({found.level:.0f} dB, at least {QUIETEST:.0f}): come nearer to the microphone"
    elif not least <= found.seconds <= most:
        yield f"{found.seconds:.1f} s of speech, where this text takes {least:.0f} to {most:.0f} s: another text?"
    if found.clipped:
        yield "it is clipped, too loud for the microphone: record it again, more quietly"
    if found.gap > LONGEST_GAP:
        yield f"a silence of {found.gap:.1f} s stands in it: a caller would think that the line is dead"


def measure(file: Path) -> Measured:
    """How long and how loud the speech in `file` is. Raises OperationFailed where sox cannot read it."""
    clipped = _is_clipped(file)
    raw, _ = convert([str(file), "-t", "raw", "-r", str(HERTZ), "-e", "signed", "-b", "16", "-L", "-", "remix", "-"])
    levels = list(_levels(raw))
    loud = [number for number, level in enumerate(levels) if level > SILENT]
    if not loud:
        return Measured(0.0, -math.inf, 0.0, clipped)
    spoken = levels[loud[0] : loud[-1] + 1]
    gaps = (len(list(run)) for quiet, run in groupby(level <= SILENT for level in spoken) if quiet)
    mean = sum(10 ** (level / 10) for level in spoken if level > SILENT) / len(loud)
    window = WINDOW / HERTZ
    return Measured(len(spoken) * window, 10 * math.log10(mean), max(gaps, default=0) * window, clipped)


def _levels(raw: bytes) -> Iterator[float]:
    """The level of each fiftieth of a second, in decibels below the loudest."""
    values = array.array("h")
    values.frombytes(raw[: len(raw) // 2 * 2])
    if sys.byteorder == "big":
        values.byteswap()
    for start in range(0, len(values) - WINDOW + 1, WINDOW):
        power = sum(value * value for value in values[start : start + WINDOW]) / WINDOW / 32768**2
        yield 10 * math.log10(power) if power else -math.inf


def _is_clipped(file: Path) -> bool:
    """Whether the loudest samples stand in rows: sox calls that the flat factor."""
    _, told = convert([str(file), "-n", "remix", "-", "stats"])
    flat, peak = (re.search(rf"^{name}\s+(\S+)", told, re.MULTILINE) for name in ("Flat factor", "Pk lev dB"))
    return bool(flat and peak and float(flat[1]) > 0 and float(peak[1]) > -1)


def _converted(file: Path, rate: float) -> bytes:
    """Telephone sound: mu-law samples, even in level, a silence in front for the ear that comes back from a key."""
    paced = ["tempo", "-s", f"{rate:g}"] if rate != 1 else []
    lead = AFTER_KEY * (SLOW_PAUSE if paced else 1)
    form = ["-t", "raw", "-r", str(HERTZ), "-c", "1", "-e", "mu-law", "-D"]
    effects = ["remix", "-", *TRIMMED, *paced, "norm", "-3", "pad", f"{lead:g}", f"{END:g}"]
    return convert([str(file), *form, "-", *effects])[0]


def _write(path: Path, rows: Sequence[Recording]) -> None:
    """The list of recordings, anew. It is data: a person may read what each file says."""
    lines = ["# What each recording reads, word for word. Made by `ivr recordings add`; take nothing out by hand."]
    for row in sorted(rows):
        lines += ["", f"[{row.name}]", f"reads = {json.dumps(row.reads, ensure_ascii=False)}"]
        lines += [f'sound = "{row.sound.file}"', f'slow = "{row.sound.slow}"']
    new = path.with_suffix(".new")
    new.write_text("\n".join(lines) + "\n", "utf-8")
    new.replace(path)


def prune(line: Line, tag: str) -> list[str]:
    """Take away what no text needs any more, the only way that a sound file is ever deleted. Returns what went."""
    locale, folder = line.content.locales[tag], line.content.root / "locales" / tag / "audio"
    if locale.recordings.faults:
        raise OperationFailed(f"{locale.recordings.faults[0]} Nothing is deleted before that is mended.")
    gone = stale(line, tag)
    kept = [row for row in locale.recordings.rows if row not in gone]
    needed = {file for row in kept for file in (row.sound.file, row.sound.slow)}
    spare = [path for path in sorted(folder.glob("*.wav")) if FILE.fullmatch(path.name) and path.name not in needed]
    if gone:
        _write(folder / LIST, kept)
    for path in spare:
        path.unlink()
    return [*(f"{row.name}: its words have changed" for row in gone), *(path.name for path in spare)]
