"""Stand-ins for the programs that make sounds, and folders of Piper voices."""

import json
import stat
import sys
from pathlib import Path

ESPEAK = """#!/bin/sh
if [ "$1" = --voices ]; then printf 'Pty Language\\n 5 en-us x\\n 5 es-419 x\\n'; exit; fi
cat
"""
"""Knows two voices. Its sound is what it is given to say."""
SOX = "#!/bin/sh\ncat\n"
"""Its output is its input."""
PIPER = f"""#!{sys.executable}
import argparse, sys, wave
from pathlib import Path

parser = argparse.ArgumentParser()
for name in ("--model", "--output_dir", "--length_scale"):
    parser.add_argument(name, required=True)
given = parser.parse_args()
assert Path(given.model).is_file() and Path(given.model + ".json").is_file()
with open(Path(__file__).with_name("piper.log"), "a") as log:
    print(Path(given.model).stem, given.length_scale, file=log)
lines = [line.strip() for line in sys.stdin.buffer.read().decode().splitlines() if line.strip()]
for number, line in enumerate(lines):
    with wave.open(f"{{given.output_dir}}/{{9 + number}}.wav", "wb") as file:
        file.setparams((1, 2, 22050, 0, "NONE", ""))
        file.writeframes(bytes(2 * round(22050 * 0.1 * len(line) * float(given.length_scale))))
"""
"""Takes the options and the lines that piper takes; a letter takes 0.1 s. Names: 9.wav, 10.wav, as if by a clock."""


def install(path: Path, program: str) -> None:
    """Write `program`, a script, to `path`, and make it executable."""
    path.write_text(program, "utf-8")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)


def install_all(folder: Path) -> None:
    """Install a stand-in for each program in `folder`."""
    for name, program in (("espeak-ng", ESPEAK), ("sox", SOX), ("piper", PIPER)):
        install(folder / name, program)


def add_piper_voice(folder: Path, name: str, code: str, length_scale: float = 1.0) -> None:
    """Write the two files of a voice, such as "en_US-joe-medium" with the code "en_US"."""
    folder.mkdir(exist_ok=True)
    (folder / f"{name}.onnx").write_bytes(name.encode())
    described = {"language": {"code": code}, "inference": {"length_scale": length_scale}}
    (folder / f"{name}.onnx.json").write_text(json.dumps(described), "utf-8")
