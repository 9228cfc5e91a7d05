"""Creates the folder of a new language, with proposals for its fields and marks for what a speaker must do.

The name and the direction come from CLDR (by babel), the words for digits and keys from locales/proposals.toml, the
voice from locales/voices.toml. `# CHECK:` marks a proposal, `# MISSING:` an empty field: `ivr check TAG` lists both.
"""

import json
import shutil
from collections.abc import Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any, NamedTuple

from babel import Locale
from babel.core import get_global
from babel.languages import get_official_languages
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from ivr.call.flow import TAG
from ivr.call.language_tags import canonical_tag, cldr_locale, lookup_tags
from ivr.content.catalogue import po_path, po_subpath, read_catalogue
from ivr.content.files import read_toml
from ivr.content.layer import Stack, stack_of
from ivr.content.load import existing_tag
from ivr.content.locale_file import ProposedWords, load_proposals, table_path
from ivr.content.voices import NO_VOICE, load_voices
from ivr.errors import BadContent, BadLocale, OperationFailed
from ivr.line.options import DEFAULT_OPTIONS, Options
from ivr.translate.update import PROJECT, header, po_bytes, update

TEMPLATES = Path(__file__).parent / "pages"
INHERITED_FIELDS = ("digits", "star", "pound", "key_words", "speech_rate", "ear")
"""The fields of locale.toml that es-PR takes from es. `ear` was the name of speech_rate in 0.1.0."""
DEFAULT_RATE = {"counts": "words", "slowest": 1.8, "fastest": 3.6}
"""The speech rate, a wide range, where locales/proposals.toml does not propose one."""
CLDR_ORIGIN = "proposed; most are CLDR's words for counting. Write the words in which a telephone number is read."
TERMS = (
    "human trafficking", "human smuggling", "sex trafficking; labor trafficking", "forced labor",
    "force, fraud or coercion", "commercial sex act", "debt bondage", "domestic servitude", "trafficker", "survivor",
    "warning signs", "minor", "to report; tip", "law enforcement", "hotline", "this line", "text message",
    "relay service", "T visa; U visa", "Continued Presence", "without immigration papers",
    "National Human Trafficking Hotline", "988 Lifeline", "Department of Homeland Security", "Department of Justice",
    "Department of Labor", "Department of State", "Department of Health and Human Services",
)  # fmt: skip
"""The terms of every glossary (STYLE.md); `;` separates several terms in a row."""


class Proposal(NamedTuple):
    """The fields of a new locale.toml. `origin` is the source of the words.

    `direction` is "ltr" or "rtl"; `language` is Twilio's name, such as "es-US"; `speech_rate` is that of locale.toml.
    `missing` has a sentence for each gap, `voice_notes` a sentence for each doubt about the voice.
    """

    tag: str
    name: str
    direction: str
    language: str
    voice: str
    fallback_voice: str
    digits: tuple[str, ...]
    star: str
    pound: str
    key_words: Mapping[str, str]
    speech_rate: Mapping[str, Any]
    origin: str
    missing: tuple[str, ...]
    voice_notes: tuple[str, ...] = ()


def create_locale(root: Path, tag: str, name: str = "", options: Options = DEFAULT_OPTIONS) -> list[Path]:
    """Create locales/`tag` under `root`; returns its files, the catalogue last.

    `name` is the language's own name, for a language that CLDR does not have. Raises BadLocale for a malformed tag, an
    existing folder, or a language of the release in a layer; BadContent where the texts or flow.toml cannot be read:
    then no folder is left.
    """
    if not TAG.fullmatch(tag):
        raise BadLocale.at(tag, "this is not the tag of a language", "Expected a tag such as fr, zh-Hant or es-PR.")
    tag = known_tag(tag, name)
    folder = root / "locales" / existing_tag(root, tag)
    if folder.exists():
        raise BadLocale.at(str(folder), "this folder exists already", f"Continue with `ivr check {tag}`.")
    if (stack_of(root).base / "locales" / folder.name).exists():
        remedy = f"`ivr locale update {folder.name}` makes the catalogue for your own texts; docs/own.md says more."
        raise BadLocale.at(str(folder), "the release has this language", remedy)
    proposal = propose(root, tag, name)
    try:
        _fill(root, folder, proposal)
        if faults := update(root, [tag], options=options).faults:
            raise BadLocale(faults)
    except (BadContent, OperationFailed, OSError):  # leave no half-made folder
        shutil.rmtree(folder, ignore_errors=True)
        raise
    return [folder / "locale.toml", folder / "words.toml", folder / "STYLE.md", po_path(root, tag)]


def known_tag(tag: str, name: str = "") -> str:
    """`tag` in the usual letters ("fr" for "FR"). Raises BadLocale if CLDR lacks the language and `name` is empty."""
    tag = canonical_tag(tag)
    language = tag.partition("-")[0]
    if name or language_name(tag):
        return tag
    nearest = nearest_language(language)
    meant = f" Did you mean {nearest} ({language_name(nearest)})?" if nearest else ""
    remedy = f'If it is right, give the language\'s own name for itself: `ivr locale new {tag} --name "…"`.{meant}'
    raise BadLocale.at(tag, "no language with this tag is known", remedy)


def language_name(tag: str) -> str:
    """The English name of the language of a tag, "French" for "fr-CA"; "" where CLDR does not know it."""
    return str(Locale("en").languages.get(tag.partition("-")[0], ""))


def nearest_language(code: str) -> str:
    """The language that is probably meant by an unknown code: its name, another code, its country, or similar letters.

    Examples: "fr" for "french" and "fra", "vi" for "vn", "ja" for "jp"; "" if there is none.
    """
    alias = get_global("language_aliases").get(code, "").partition("_")[0]
    known = Locale("en").languages
    named = next((other for other, name in known.items() if name.lower() == code), "")
    similar = get_close_matches(code, known, 1)
    return next((name for name in (named, alias, *get_official_languages(code.upper()), *similar) if name in known), "")


def _fill(root: Path, folder: Path, proposal: Proposal) -> None:
    """Write the files. A regional form (es-PR) begins with the catalogue and word lists of its base language (es)."""
    _write(folder / "locale.toml", "locale.toml", proposal=proposal)
    _write(folder / "STYLE.md", "STYLE.md", name=proposal.name, tag=proposal.tag, terms=TERMS)
    _write(folder / "words.toml", "words.toml", tag=proposal.tag, words=load_proposals(root).of(proposal.tag))
    stack = stack_of(root)
    if base := _base_language(stack, proposal.tag):
        files = stack.existing(po_subpath(base))
        entries = {entry.id: entry for file in files for entry in read_catalogue(file).entries}
        path = po_path(root, proposal.tag)
        path.parent.mkdir()
        path.write_bytes(po_bytes(f"{PROJECT}: {proposal.tag}", header(proposal.tag), entries.values()))
        for words in stack.existing(f"locales/{base}/words.toml")[:1]:
            shutil.copyfile(words, folder / "words.toml")


def propose(root: Path, tag: str, name: str = "") -> Proposal:
    """The fields that can be filled in before a speaker of the language has looked at them."""
    cldr, missing, notes = cldr_locale(tag), list[str](), list[str]()
    words, origin = _digit_words(root, tag)
    voices = load_voices(table_path(root, "voices.toml"))
    language = voices.language_for(tag)
    voice = voices.languages[language][0].name if language else NO_VOICE
    if not (cldr or name):
        missing.append("CLDR does not have this language: write its own name for itself, and its direction.")
    if not words.digits:
        missing.append("the words for the digits and for the keys * and # are not known: write the twelve words.")
    elif not (words.star and words.pound):
        missing.append("the words for the keys * and # are not known: write them.")
    if language and _region(tag) and _region(language) != _region(tag):
        notes.append(f"Twilio has no voice for {tag}; this one is for {language}.")
    if voice == NO_VOICE:
        missing.append(f"Twilio has no voice for {tag}: record every text (`ivr recordings sheet {tag}`).")
    return Proposal(
        tag, name or _own_name(tag, cldr) or tag, cldr.text_direction if cldr else "ltr",
        language or tag, voice, voices.voice_of_another_vendor(language, voice), tuple(words.digits or [""] * 10),
        words.star, words.pound, words.key_words, words.speech_rate, origin, tuple(missing), tuple(notes),
    )  # fmt: skip


def _own_name(tag: str, cldr: Locale | None) -> str:
    """The name of a language in itself, with its script and region only if the tag has them; "" where it is unknown."""
    if cldr is None:
        return ""
    return (cldr.get_display_name(cldr) if "-" in tag else cldr.get_language_name(cldr)) or ""


def _region(tag: str) -> str:
    """The region of a tag or of Twilio's language: "PR" of "es-PR", "" of "fr"."""
    return next((subtag for subtag in tag.split("-")[1:] if len(subtag) == 2), "")


def _digit_words(root: Path, tag: str) -> tuple[ProposedWords, str]:
    """The words for digits and keys, the speech rate, and their origin: the base language, else the proposals."""
    stack, proposals = stack_of(root), load_proposals(root)
    words, base = proposals.of(tag), _base_language(stack, tag)
    origin = CLDR_ORIGIN if words.digits else ""
    if base:
        files = stack.existing(f"locales/{base}/locale.toml")
        fields = {name: value for file in files for name, value in read_toml(file, BadLocale).items()}
        inherited = {name: value for name, value in fields.items() if name in INHERITED_FIELDS}
        words, origin = ProposedWords.model_validate(inherited), f"as in locales/{base}."
    rate = words.speech_rate or proposals.speech_rate or DEFAULT_RATE
    return words.model_copy(update={"speech_rate": rate}), origin


def _base_language(stack: Stack, tag: str) -> str:
    """The language of this line of which `tag` is a regional form, in the same script: "es" for "es-PR", or ""."""
    names = (name for name in lookup_tags(tag)[1:] if tag.startswith(f"{name}-"))
    return next((name for name in names if stack.existing(po_subpath(name))), "")


def _write(path: Path, template: str, **values: object) -> None:
    templates = Environment(
        loader=FileSystemLoader(TEMPLATES), undefined=StrictUndefined, trim_blocks=True, keep_trailing_newline=True,
        autoescape=False,
    )  # fmt: skip
    templates.filters["quoted"] = lambda text: json.dumps(text, ensure_ascii=False)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(templates.get_template(template).render(values), "utf-8")
