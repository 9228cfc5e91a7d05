"""A third language for the toy line: "lulu", whose only word is lu."""

import re
from pathlib import Path

import polib

from ivr.translate.update import po_path, update

TAG = "art-lulu"
LOCALE = """
name = "lulu"
language = "art-lulu"
voice = "Polly.Lulu"
digits = ["lo", "la", "le", "li", "lu", "loa", "lea", "lia", "lua", "lau"]
star = "loi"
pound = "lui"
ear = { counts = "syllables", slowest = 4.0, fastest = 7.8 }
"""


def in_lulu(english: str) -> str:
    """A text in lulu; placeholders and punctuation stay: "For tea … press %(key)s." ↔ "lu lu … lu %(key)s."."""
    return re.sub(r"%\(\w+\)s|[^\W\d_]+", lambda word: word[0] if word[0].startswith("%") else "lu", english)


def add_lulu(root: Path) -> None:
    """Add lulu to the line under `root`: a folder, a translated catalogue, and the tag in `published`."""
    folder = root / "locales" / TAG
    folder.mkdir()
    (folder / "locale.toml").write_text(LOCALE, "utf-8")
    update(root, [TAG])
    catalogue = polib.pofile(str(po_path(root, TAG)))
    for entry in catalogue:
        entry.msgstr = in_lulu(entry.msgid)
    catalogue.save()
    flow = root / "prompts" / "flow.toml"
    flow.write_text(flow.read_text("utf-8").replace('["en", "es"]', f'["en", "es", "{TAG}"]'), "utf-8")
