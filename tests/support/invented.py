"""An invented language, which no test names as published: English, accented and a third longer.

As a script it publishes the language in a checkout, `python -m support.invented FOLDER` (`make invented`): then tests
run on a line in three languages.
"""

import re
import sys
import tomllib
from pathlib import Path

import polib

from ivr.content.catalogue import po_path
from ivr.translate.new_locale import create_locale
from ivr.translate.update import update

INVENTED = "qaa"
ACCENTED = str.maketrans("aeiounscyAEIOUNSCY", "áéíóúñšçýÁÉÍÓÚÑŠÇÝ")
PUBLISHED = re.compile(r"^published = \[(.*?)\]", re.MULTILINE)
FIELDS = {
    'language = "qaa"': 'language = "fr-FR"',
    'voice = "none"': 'voice = "Polly.Lea-Neural"',
    'digits = ["", "", "", "", "", "", "", "", "", ""]': (
        'digits = ["žéro", "óñe", "twó", "thréé", "fóúr", "fívé", "šíx", "šévéñ", "éíght", "ñíñé"]'
    ),
    'star = ""': 'star = "štáár"',
    'pound = ""': 'pound = "póúñd"',
    'counts = "words", slowest = 1.8, fastest = 3.6': 'counts = "characters", slowest = 14.0, fastest = 21.0',
}
"""The fields that a speaker fills in. The language is spoken a third faster than English and is a third longer."""


def pseudo(english: str) -> str:
    """The same, accented and about 30 % longer; placeholders, pauses and punctuation stay."""
    return re.sub(
        r"%\(\w+\)s|[^\W\d_]+",
        lambda found: found[0] if found[0][0] == "%" else _longer(found[0]),
        english,
    )


def _longer(word: str) -> str:
    places = sorted(range(len(word)), key=lambda place: word[place].lower() not in "aeiou")
    doubled = places[: max(1, round(len(word) * 0.3))]
    return "".join(letter * (1 + (place in doubled)) for place, letter in enumerate(word)).translate(ACCENTED)


def publish_invented(root: Path) -> None:
    """Begin, fill and publish the invented language in the content under `root`."""
    create_locale(root, INVENTED, pseudo("English"))
    path = root / "locales" / INVENTED / "locale.toml"
    filled = path.read_text("utf-8")
    for empty, told in FIELDS.items():
        assert empty in filled
        filled = filled.replace(empty, told)
    path.write_text(re.sub(r"(?m)^# (MISSING|CHECK): .*\n", "", filled), "utf-8")
    (path.parent / "words.toml").write_text(_words(root), "utf-8")
    catalogue = polib.pofile(str(po_path(root, INVENTED)))
    for entry in catalogue:
        entry.msgstr = pseudo(entry.msgid)
    catalogue.save()
    update(root, [INVENTED])
    flow = root / "prompts" / "flow.toml"
    flow.write_text(PUBLISHED.sub(rf'published = [\1, "{INVENTED}"]', flow.read_text("utf-8"), count=1), "utf-8")


def _words(root: Path) -> str:
    """The English lists, in the invented language."""
    english = tomllib.loads((root / "locales" / "en" / "words.toml").read_text("utf-8"))
    names, small = ([f'"{pseudo(word)}"' for word in english[name]] for name in ("names", "small"))
    return f"names = [{', '.join(names)}]\nsmall = [{', '.join(small)}]\n"


if __name__ == "__main__":
    publish_invented(Path(sys.argv[1]))
