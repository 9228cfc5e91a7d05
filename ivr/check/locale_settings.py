"""Faults of locale.toml that callers would hear. `ivr check` names them; they keep no call from being answered.

Digits in another order make the line say a wrong number for 911. Where locales/proposals.toml has the words of the
language, they are compared; elsewhere a speaker reads how the line says its numbers (`spoken_numbers`).
"""

import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path

import regex

from ivr.call.language_tags import lookup_tags
from ivr.check.translation import OFFER, language_of, mention_of
from ivr.content.characters import wrong_characters
from ivr.content.facts import HOTLINE, Facts
from ivr.content.layer import stack_of
from ivr.content.locale import Locale
from ivr.content.locale_file import DIGIT_KEYS, Proposals, ProposedWords, load_proposals, table_path
from ivr.content.neutral_page import neutral_page_fault
from ivr.content.voices import NO_VOICE, Voices, load_voices
from ivr.errors import BadLocale, Fault
from ivr.line.line import Line
from ivr.speech.timing import Unit

EMERGENCY_NAME = "emergency"
"""The name of 911 in numbers.toml."""
MAX_SPEECH_RATES: Mapping[Unit, tuple[float, float]] = {
    "words": (4.0, 8.0),
    "syllables": (7.0, 12.0),
    "characters": (16.0, 30.0),
}
"""The greatest plausible `slowest` and `fastest` of a speech rate, by unit."""
MIN_EQUAL_DIGITS = 6
"""From this number of equal words on, the digits are taken for those of another language."""
ACCOUNT = regex.compile(r"@[\w-]+(/[\w.-]+)?|[^@\s]+@[^@\s]+\.\w+", regex.ASCII)
"""An account, a team or an address in CODEOWNERS: https://docs.github.com/articles/about-code-owners."""
REVIEW_MARK = regex.compile(r"#\s*(CHECK|MISSING):\s*(.*)")


FieldFault = tuple[str, str, str]
"""A field of locale.toml, what was found in it, and the remedy. Example: `("name", "it is empty", "Write …")`."""


def setting_faults(line: Line, tag: str, today: date, published: bool) -> Iterator[Fault]:
    """The faults of the settings of a language. Review marks are faults in a `published` language only."""
    locale, path = line.content.locales[tag], line.content.stack.path(f"locales/{tag}/locale.toml")
    proposals = load_proposals(line.content.root)
    faults = [*_digit_faults(locale, proposals), *_key_faults(locale, proposals.of(tag))]
    faults += [*_language_faults(locale, line.content.root), *_name_faults(locale), *_rate_faults(locale)]
    faults += [*_review_faults(locale, today), *_leader_faults(locale), *_neutral_page_faults(locale)]
    yield from (Fault(_where(path, field), found, remedy, locale=tag) for field, found, remedy in faults)
    if published:
        remedy = "Check it with a speaker of the language, correct it, and delete the mark."
        for folder in line.content.stack.existing(f"locales/{tag}"):
            for file, number, mark in review_marks(folder):
                yield Fault(f"{folder / file}:{number}", mark.removesuffix("."), remedy, locale=tag)


def _where(path: Path, field: str) -> str:
    """The line of a field of locale.toml: "…/locale.toml:9: digits"."""
    rows = enumerate(path.read_text("utf-8").splitlines(), start=1)
    number = next((number for number, row in rows if regex.match(rf"{field}\s*=", row)), None)
    return f"{path}:{number}: {field}" if number else f"{path}: {field}"


def _digit_faults(locale: Locale, proposals: Proposals) -> Iterator[FieldFault]:
    proposed = proposals.of(locale.tag).digits
    expected, digits = _without_accents(proposed), _without_accents(locale.digits)
    moved = [index for index, word in enumerate(digits) if word in expected and expected.index(word) != index]
    if moved:
        examples = ", ".join(
            f"“{locale.digits[index]}” is the word for {expected.index(digits[index])}" for index in moved[:3]
        )
        remedy = f"Write them in the order 0 1 2 … 9: “{proposed[0]}” is first."
        yield "digits", f"they are in another order: {examples}", remedy
    elif other := _other_language(digits, expected, proposals):
        yield "digits", f"they are the digits of `{other}`", "Write the words of this language."


def _other_language(digits: Sequence[str], expected: Sequence[str], proposals: Proposals) -> str:
    """The other language whose digits these are; "" for none, or if the `expected` digits are not known."""
    alike = {tag: _count_equal(digits, _without_accents(words.digits)) for tag, words in proposals.languages.items()}
    if not expected or not alike:
        return ""
    best = max(alike, key=lambda tag: alike[tag])
    return best if alike[best] >= MIN_EQUAL_DIGITS and alike[best] > _count_equal(digits, expected) + 2 else ""


def _count_equal(words: Sequence[str], others: Sequence[str]) -> int:
    return sum(word == other for word, other in zip(words, others, strict=False))


def _without_accents(words: Sequence[str]) -> list[str]:
    """Words in small letters, without accents, which writers of some languages leave out."""
    return [regex.sub("[\u0300-\u036f\u0653-\u0655]", "", unicodedata.normalize("NFD", word)).lower() for word in words]


def _key_faults(locale: Locale, proposed: ProposedWords) -> Iterator[FieldFault]:
    star, pound = _without_accents([locale.star, locale.pound])
    expected = tuple(_without_accents([proposed.star, proposed.pound]))
    if (star, pound) != expected and (star == expected[1] or pound == expected[0]):
        found = f"“{locale.star}” and “{locale.pound}” are in each other's place"
        yield "star", found, "`star` is *, `pound` is #."


def _language_faults(locale: Locale, root: Path) -> Iterator[FieldFault]:
    """A fault if Twilio has voices for the language of the tag, and `language` is another one.

    If Twilio has none, `language` may be any, because the voice is borrowed.
    """
    voices = _voices(root)
    expected = voices.language_for(locale.tag) if voices else ""
    if voices and expected and language_of(locale.language) not in _language_names(locale.tag, voices):
        found = f"{locale.language} is not the language `{locale.tag}`"
        yield "language", found, f"Expected one like {expected}."


def _language_names(tag: str, voices: Voices) -> set[str]:
    """The names of a language at Twilio, without a region: {"zh", "cmn", "yue"} for "zh"."""
    languages = {language_of(name) for name in lookup_tags(tag)}
    return languages | {
        language_of(language) for name, language in voices.tags.items() if language_of(name) in languages
    }


def _name_faults(locale: Locale) -> Iterator[FieldFault]:
    if not locale.name.strip():
        remedy = "Write the name of the language in the language: the page links to it by this name."
        yield "name", "it is empty", remedy
    words = {"name": [locale.name], "digits": locale.digits, "star": [locale.star], "pound": [locale.pound]}
    for field, values in words.items():
        for wrong in wrong_characters(" ".join(values), locale.tag):
            found = f"a character that cannot be spoken, {wrong}"
            yield field, found, "Type it again on the keyboard of your language."


def _rate_faults(locale: Locale) -> Iterator[FieldFault]:
    rate, (slowest, fastest) = locale.speech_rate, MAX_SPEECH_RATES[locale.speech_rate.unit]
    if rate.slowest > slowest or rate.fastest > fastest:
        found = f"{rate.slowest:g} to {rate.fastest:g} {rate.unit} a second are faster than any voice"
        yield "speech_rate", found, f"`ivr listen {locale.tag}` measures a voice and proposes a rate."


def _review_faults(locale: Locale, today: date) -> Iterator[FieldFault]:
    if locale.review and not locale.review.by.strip():
        yield "reviewed", "it names nobody", "Write the name of the person who has read every text aloud."
    if locale.review and locale.review.date > today:
        yield "reviewed", f"{locale.review.date} is in the future", "Write the day of the review."


def _leader_faults(locale: Locale) -> Iterator[FieldFault]:
    for leader in locale.leaders:
        if not ACCOUNT.fullmatch(leader):
            remedy = "Write an account such as @maria, a team such as @agency/spanish, or an e-mail address."
            yield "leaders", f"{leader!r} is not an account", remedy


def _neutral_page_faults(locale: Locale) -> Iterator[FieldFault]:
    if locale.neutral_page and (fault := neutral_page_fault(locale.neutral_page)):
        remedy = "Until it is corrected, “Leave this page” opens the page of the source language."
        yield "neutral_page", f"{locale.neutral_page!r}: {fault}", remedy


def review_marks(folder: Path) -> Iterator[tuple[str, int, str]]:
    """The lines that wait for a speaker, in locale.toml and words.toml: ("locale.toml", 15, "CHECK: an estimate …")."""
    for file in ("locale.toml", "words.toml"):
        rows = (folder / file).read_text("utf-8").splitlines() if (folder / file).exists() else []
        for number, row in enumerate(rows, start=1):
            if match := REVIEW_MARK.match(row):
                yield file, number, f"{match[1]}: {match[2]}"


def spoken_numbers(locale: Locale, facts: Facts) -> Iterator[str]:
    """How the line says numbers and keys in a language, for a speaker to read: "911: nueve uno uno"."""
    for name, spoken_as in ((EMERGENCY_NAME, "911"), (HOTLINE, "the hotline")):
        if number := facts.numbers.get(name):
            yield f"{spoken_as}: {locale.digit_groups(number.groups)}"
    if locale.key_words:
        yield f"digits of numbers: {', '.join(locale.digits)}"
    yield f"keys 0 to 9: {', '.join(map(locale.key_word, DIGIT_KEYS))}; *: {locale.star}; #: {locale.pound}"


def doubts(locale: Locale, root: Path) -> Iterator[str]:
    """For a speaker to look at: digits that locales/proposals.toml writes in another way, a borrowed voice."""
    proposed_digits = load_proposals(root).of(locale.tag).digits
    path = stack_of(root).path(f"locales/{locale.tag}/locale.toml")
    for key, word, proposed in zip(DIGIT_KEYS, locale.digits, proposed_digits, strict=False):
        if not set(_without_accents([word, locale.key_word(key)])) & set(_without_accents([proposed])):
            found = f"{key} is “{word}”, in locales/proposals.toml “{proposed}”"
            yield f"{_where(path, 'digits')}: {found}: correct it if it is misspelt, else leave it"
    offers = (text for (context, _), text in (locale.messages or {}).items() if context == OFFER)
    for offer in offers:
        if mention_of(locale.name, offer) == "part":
            yield f"messages.po: {OFFER}: “{offer}”: is it {locale.name} that it offers? If so, leave it"
    voices = _voices(root)
    if locale.voice != NO_VOICE and voices and not voices.language_for(locale.tag):
        yield f"locale.toml: voice: it is a voice of {locale.language}: listen whether callers understand it"


def _voices(root: Path) -> Voices | None:
    try:
        return load_voices(table_path(root, "voices.toml"))
    except BadLocale:  # the loading has reported it
        return None
