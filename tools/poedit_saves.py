"""Types translations into a catalogue in the real Poedit and saves it there.

Makes the files poedit-*.po in tests/translate/saves from original.po there, which show what Poedit writes; the
test that reads them needs no Poedit. Needs Debian's packages poedit, xvfb, xdotool and dbus-daemon:

    python3 tools/poedit_saves.py                     # makes the files of the tests anew
    python3 tools/poedit_saves.py FILE.po TEXT...     # types each TEXT into the next message that is not translated

Poedit runs on a display of its own, with an empty folder as HOME.
"""

import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SAVES = ROOT / "tests" / "translate" / "saves"
SETTINGS = "translator_name=Ana Example\ntranslator_email=ana@example.org\ncompile_mo=0\n"
FIELD = (266, 590)
"""Where the translation is typed in Poedit, in pixels of the display: its window is at the top left corner."""
START, PAUSE = 60.0, 0.4
"""Seconds that Poedit may take to open its window, and seconds between two actions."""


@contextmanager
def poedit(path: Path) -> Iterator[dict[str, str]]:
    """Open `path` in Poedit on a display of its own: the environment in which xdotool finds it."""
    with tempfile.TemporaryDirectory() as home:
        settings = Path(home) / ".config" / "poedit" / "config"
        settings.parent.mkdir(parents=True)
        settings.write_text(SETTINGS, "utf-8")
        reader, writer = os.pipe()
        command = ["Xvfb", "-displayfd", str(writer), "-screen", "0", "1200x900x24", "-nolisten", "tcp"]
        display = subprocess.Popen(command, pass_fds=[writer], stderr=subprocess.DEVNULL)
        environment = os.environ | {"HOME": home, "DISPLAY": f":{os.read(reader, 16).decode().strip()}"}
        editor = subprocess.Popen(
            ["dbus-run-session", "--", "poedit", str(path.resolve())],
            env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        try:
            _wait_for_the_window(environment)
            yield environment
            _xdotool(environment, "key", "ctrl+q")
            editor.wait(timeout=START)
        finally:
            editor.kill()
            display.terminate()
            display.wait(timeout=START)


def _xdotool(environment: dict[str, str], *action: str) -> str:
    done = subprocess.run(["xdotool", *action], env=environment, capture_output=True, text=True, check=False)
    time.sleep(PAUSE)
    return done.stdout


def _wait_for_the_window(environment: dict[str, str]) -> None:
    end = time.monotonic() + START
    while time.monotonic() < end:
        if window := _xdotool(environment, "search", "--onlyvisible", "--name", "Poedit").split():
            time.sleep(3)  # it fills its list
            _xdotool(environment, "windowfocus", window[0])
            return
    sys.exit("Poedit has opened no window: are poedit, xvfb, xdotool and dbus-daemon installed?")


def translate(path: Path, texts: Sequence[str]) -> None:
    """Type each text into the next message that is not translated, then save.

    If all are translated, the first text replaces the first translation.
    """
    with poedit(path) as environment:
        x, y = map(str, FIELD)
        for number, text in enumerate(texts):
            if number:
                _xdotool(environment, "key", "ctrl+Return")  # done, and on to the next one
            _xdotool(environment, "mousemove", x, y, "click", "1")
            _xdotool(environment, "key", "ctrl+a")
            _xdotool(environment, "type", "--delay", "60", text)  # faster, letters that are on no key are lost
        _xdotool(environment, "key", "ctrl+s")
        time.sleep(2)


def make_saves() -> None:
    """Make the files of the tests: a corrected sentence, also with line ends of Windows, and a language that begins."""
    spanish = (SAVES / "original.po").read_bytes()
    for name, content in {"poedit-corrected": spanish, "poedit-windows": spanish.replace(b"\n", b"\r\n")}.items():
        path = SAVES / f"{name}.po"
        path.write_bytes(content)
        translate(path, ["Manzanas. Son muy rojas."])
    path = SAVES / "poedit-begun.po"
    begun = re.sub(rb'(?m)^msgstr "[^"]+"$', b'msgstr ""', spanish)
    path.write_bytes(begun.replace(b"Language: es", b"Language: fr"))
    translate(path, ["Des pommes. Elles sont rouges.", "Nous vous mettons en relation.", "Au revoir."])


if __name__ == "__main__":
    if sys.argv[1:]:
        translate(Path(sys.argv[1]), sys.argv[2:])
    else:
        make_saves()
