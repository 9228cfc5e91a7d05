"""Recordings of the toy line: sound files that pass the checks, added to a language."""

import array
import math
import wave
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from support.options import OPTIONS

from ivr.call.state import Place
from ivr.line.line import Line
from ivr.phone.parser import read_document
from ivr.phone.verbs import Gather, Play, Say
from ivr.translate import record
from ivr.translate.listen import compile_with_draft
from ivr.translate.update import po_path

BASE = "https://line.example.org"


APPLES = "Manzanas. Son rojas."


def spoken_file(path: Path, seconds: float, loud: float = 0.3, hertz: int = 22050, gap: float = 0.0) -> Path:
    """A file that sounds like speech to a meter: a tone that swells four times a second, with a silence in it."""
    before, after = int(seconds / 2 * hertz), int(seconds * hertz) - int(seconds / 2 * hertz)
    one = _tone(loud, hertz)
    values = _long(one, before) + array.array("h", [0]) * int(gap * hertz) + _long(one, after)
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, hertz, 0, "NONE", ""))
        file.writeframes(values.tobytes())
    return path


@cache
def _tone(loud: float, hertz: int) -> "array.array[int]":
    """Four swells, a second long: it begins and ends in silence."""
    at = [number / hertz for number in range(hertz)]
    heard = [loud * (0.6 - 0.4 * math.cos(8 * math.pi * one)) * math.sin(446 * math.pi * one) for one in at]
    return array.array("h", [int(32767 * max(-1.0, min(1.0, value))) for value in heard])


def _long(tone: "array.array[int]", length: int) -> "array.array[int]":
    return (tone * (length // len(tone) + 1))[:length]


def add(root: Path, name: str, file: Path, tag: str = "es") -> str:
    return record.add(compile_with_draft(root, OPTIONS, tag), tag, name, file)


def long_enough(root: Path, name: str, tag: str = "es") -> float:
    """Seconds in which a calm person reads it."""
    line = compile_with_draft(root, OPTIONS, tag)
    spoken = next(one.spoken for one in record.parts_to_record(line, tag, 3) if one.name == name)._replace(sound=None)
    return (line.schedule.longest_seconds(spoken) + line.schedule.shortest_seconds(spoken)) / 2


def record_text(root: Path, name: str, tag: str = "es") -> None:
    seconds = long_enough(root, name, tag)
    add(root, name, spoken_file(root / f"{name}.wav", seconds), tag)


def record_all(root: Path, tag: str, languages: int) -> None:
    for one in list(record.parts_to_record(compile_with_draft(root, OPTIONS, tag), tag, languages)):
        record_text(root, one.name, tag)


def say_otherwise(root: Path, old: str, new: str, tag: str = "es") -> None:
    path = po_path(root, tag)
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new), "utf-8")


def heard_at(line: Line, place: Place) -> Sequence[Say | Play]:
    first = read_document(
        b'<?xml version="1.0" encoding="UTF-8"?><Response>' + line.documents[place][0] + b"</Response>"
    )[0]
    assert isinstance(first, Gather)
    return first.nested
