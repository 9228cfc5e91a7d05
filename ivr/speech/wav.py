"""WAV files of telephone sound: one channel, 8,000 samples a second, one byte a sample in G.711 mu-law.

The telephone network of North America uses this format. The standard library's `wave` cannot read mu-law.
https://www.mmsp.ece.mcgill.ca/Documents/AudioFormats/WAVE/WAVE.html
"""

import struct
from collections.abc import Iterator

SAMPLE_RATE = 8000
"""Samples a second."""
MU_LAW = 7
"""The code of G.711 mu-law in the `fmt ` chunk."""


def write_wav(samples: bytes) -> bytes:
    """A WAV file that holds `samples`, one byte each."""
    channels, bytes_a_second, bytes_a_sample, bits_a_sample, extension_bytes = 1, SAMPLE_RATE, 1, 8, 0
    sound_format = (MU_LAW, channels, SAMPLE_RATE, bytes_a_second, bytes_a_sample, bits_a_sample, extension_bytes)
    format_chunk = struct.pack("<4sIHHIIHHH", b"fmt ", 18, *sound_format)
    fact_chunk = struct.pack("<4sII", b"fact", 4, len(samples))
    data_chunk = struct.pack("<4sI", b"data", len(samples)) + samples + b"\0" * (len(samples) % 2)
    content = b"WAVE" + format_chunk + fact_chunk + data_chunk
    return struct.pack("<4sI", b"RIFF", len(content)) + content


def read_wav(file: bytes) -> bytes:
    """The samples in the content of a WAV file. Raises ValueError, in a sentence, where it is not telephone sound."""
    if file[:4] != b"RIFF" or file[8:12] != b"WAVE":
        raise ValueError("it is not a WAV file")
    chunks = dict(_chunks(file))
    if chunks.get(b"fmt ", b"")[:8] != struct.pack("<HHI", MU_LAW, 1, SAMPLE_RATE) or not chunks.get(b"data"):
        raise ValueError("it is not telephone sound: one channel of 8,000 samples a second, mu-law")
    return chunks[b"data"]


def seconds_of(file: bytes) -> float:
    """How long a WAV file plays. Raises ValueError as `read_wav` does."""
    return len(read_wav(file)) / SAMPLE_RATE


def _chunks(file: bytes) -> Iterator[tuple[bytes, bytes]]:
    """The name and the content of each chunk. A chunk of odd length is followed by a padding byte."""
    start = 12
    while start + 8 <= len(file):
        name, size = struct.unpack_from("<4sI", file, start)
        yield name, file[start + 8 : start + 8 + size]
        start += 8 + size + size % 2
