"""WAV files of telephone sound: written, read back, and refused."""

import struct

import pytest

from ivr.speech.wav import SAMPLE_RATE, read_wav, seconds_of, write_wav


@pytest.mark.parametrize("samples", [b"\xff" * SAMPLE_RATE, b"\x00\x7f\xff"])
def test_written_samples_are_read_back(samples: bytes) -> None:
    assert read_wav(write_wav(samples)) == samples
    assert seconds_of(write_wav(samples)) == len(samples) / 8000


def test_chunks_that_other_programs_add_are_skipped() -> None:
    file = write_wav(b"\xff\x7f")
    note = struct.pack("<4sI", b"LIST", 3) + b"abc\0"
    assert read_wav(file[:12] + note + file[12:]) == b"\xff\x7f"


@pytest.mark.parametrize(
    ("file", "reason"),
    [
        (b"", "not a WAV file"),
        (b"ID3" + bytes(40), "not a WAV file"),
        (write_wav(b""), "not telephone sound"),
        (
            write_wav(b"\xff").replace(struct.pack("<I", SAMPLE_RATE), struct.pack("<I", 44_100), 1),
            "8,000 samples a second",
        ),
        (write_wav(b"\xff").replace(struct.pack("<HH", 7, 1), struct.pack("<HH", 1, 1), 1), "mu-law"),
        (write_wav(b"\xff")[:30], "not telephone sound"),
    ],
)
def test_other_file_is_refused_with_the_reason(file: bytes, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        read_wav(file)
