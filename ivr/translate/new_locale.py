"""A new language: its folder, filled with what can be known of it, and plain words about what is missing.

Names and directions come from CLDR, words for digits from locales/proposals.toml, the voice from locales/voices.toml.
Whatever a machine proposes is marked for somebody who speaks the language.
"""

import json
import shutil
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

from babel import Locale, UnknownLocaleError
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from ivr.call.flow import TAG
from ivr.content.catalogue import po_path
from ivr.content.files import toml_of
from ivr.content.voices import NO_VOICE, load_voices
from ivr.errors import BadContent, BadLocale
from ivr.translate.update import update

SHIPPED = Path(__file__).resolve().parents[2] / "locales"
PAGES = Path(__file__).parent / "pages"
EAR = {"counts": "words", "slowest": 1.8, "fastest": 3.6}
EXPLAINED = "from the spell-out rules and the signs of CLDR, which count things: write what you say on a telephone."
TERMS = (
    "human trafficking", "human smuggling", "sex trafficking, labor trafficking", "forced labor",
    "force, fraud or coercion", "commercial sex act", "debt bondage", "domestic servitude", "trafficker", "survivor",
    "warning signs", "minor", "to report, a tip", "law enforcement", "hotline", "this line", "text message",
    "relay service", "T visa, U visa", "Continued Presence", "without immigration papers",
    "National Human Trafficking Hotline", "988 Lifeline", "Department of Homeland Security", "Department of Justice",
    "Department of Labor", "Department of State", "Department of Health and Human Services",
)  # fmt: skip
"""What every glossary begins with."""


class Proposal(NamedTuple):
    """What a new language begins with. `origin` says where its words come from, `missing` what nobody knows yet."""

    tag: str
    name: str
    direction: str
    language: str
    voice: str
    digits: tuple[str, ...]
    star: str
    pound: str
    ear: Mapping[str, Any]
    origin: str
    missing: tuple[str, ...]


def create_locale(root: Path, tag: str, name: str = "") -> list[Path]:
    """Make the folder of a new language; returns the files. Raises BadLocale for a tag that is none or is taken."""
    folder = root / "locales" / tag
    if not TAG.fullmatch(tag):
        raise BadLocale.at(tag, "this is not the tag of a language", "Write it as in fr, zh-Hant or es-PR.")
    if folder.exists():
        raise BadLocale.at(str(folder), "there is such a folder already", f"Go on with `ivr check {tag}`.")
    one = propose(root, tag, name)
    try:
        _fill(root, folder, one)
        update(root, [tag])
    except BadContent:  # of the English: nothing is left behind half made
        shutil.rmtree(folder)
        raise
    return [folder / "locale.toml", folder / "words.toml", folder / "STYLE.md", po_path(root, tag)]


def _fill(root: Path, folder: Path, one: Proposal) -> None:
    """Write the files; a form of a language that the line has begins with all that is written in that one."""
    _write(folder / "locale.toml", "locale.toml", one=one)
    _write(folder / "STYLE.md", "STYLE.md", name=one.name, tag=one.tag, terms=TERMS)
    _write(folder / "words.toml", "words.toml", tag=one.tag)
    if kin := _base_language(root, one.tag):
        shutil.copytree(po_path(root, kin).parent, po_path(root, one.tag).parent)
        with suppress(FileNotFoundError):
            shutil.copyfile(root / "locales" / kin / "words.toml", folder / "words.toml")


def propose(root: Path, tag: str, name: str = "") -> Proposal:
    """What can be known of a language before anybody who speaks it has looked."""
    known, missing = _cldr(tag), list[str]()
    words, origin = _words(root, tag)
    voices = load_voices(_file(root, "voices.toml"))
    language = voices.language_for(tag)
    voice = voices.languages[language][0].name if language else NO_VOICE
    if not (known or name):
        missing.append("CLDR does not have this language: write its own name for itself, and its direction.")
    if not words["digits"]:
        missing.append("nobody has told how digits and keys are said: write the ten words, and those for * and #.")
    elif not (words["star"] and words["pound"]):
        missing.append("nobody has told how the keys * and # are called.")
    if voice == NO_VOICE:
        missing.append(f"no voice of the telephone speaks it: record every text (`ivr recordings sheet {tag}`).")
    return Proposal(
        tag, name or (known.get_display_name(known) if known else "") or tag, known.text_direction if known else "ltr",
        language or tag, voice, tuple(words["digits"] or [""] * 10), words["star"], words["pound"], words["ear"],
        origin, tuple(missing),
    )  # fmt: skip


def _cldr(tag: str) -> Locale | None:
    try:
        return Locale.parse(tag, sep="-")
    except (UnknownLocaleError, ValueError):
        return None


def _words(root: Path, tag: str) -> tuple[dict[str, Any], str]:
    """The words for digits and keys, and the ear: those of the language it is a form of, else as proposed."""
    table = toml_of(_file(root, "proposals.toml"), BadLocale)
    kin, bare = _base_language(root, tag), tag.partition("-")[0]
    if kin:
        told, origin = toml_of(root / "locales" / kin / "locale.toml", BadLocale), f"as in locales/{kin}."
    else:
        told = table.get("languages", {}).get(tag) or table.get("languages", {}).get(bare) or {}
        origin = EXPLAINED if told else ""
    empty = {"digits": [], "star": "", "pound": "", "ear": table.get("ear", EAR)}
    return {name: told.get(name, value) for name, value in empty.items()}, origin


def _base_language(root: Path, tag: str) -> str:
    """The language of this line that `tag` is a regional form of: es for es-PR, "" where there is none."""
    bare = tag.partition("-")[0]
    return bare if bare != tag and po_path(root, bare).exists() else ""


def _file(root: Path, name: str) -> Path:
    own = root / "locales" / name
    return own if own.exists() else SHIPPED / name


def _write(path: Path, page: str, **values: object) -> None:
    pages = Environment(
        loader=FileSystemLoader(PAGES), undefined=StrictUndefined, trim_blocks=True, keep_trailing_newline=True,
        autoescape=False,
    )  # fmt: skip
    pages.filters["quoted"] = lambda text: json.dumps(text, ensure_ascii=False)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(pages.get_template(page).render(values), "utf-8")
