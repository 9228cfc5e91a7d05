"""Rules for translations, in one table, `RULES`. A translation that breaks a rule is spoken, and fails `ivr check`.

`content/catalogue` leaves out a translation that would break a call. A rule is about one message; seconds and reading
levels of whole texts are limits (`limits.py`).
"""

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import NamedTuple

from ivr.content.catalogue import PLACEHOLDER
from ivr.content.wordlists import Words
from ivr.speech import readability

ENGLISH_RUN, OTHER_RUN = 3, 4
"""A translation must not have so many words in a row in common with the English, or with another translation."""
PAIRS = ("“”", "«»", "‹›", "()", "[]", "「」", "『』")
OPENING_MARKS = {"es": ("¿?", "¡!")}
"""The marks that open and close a question and an exclamation, by language."""


class Translation(NamedTuple):
    """A translation, `text` for the message `english`, with the data that the rules need.

    `tag` is its language and `source` the source language ("en"). `key_words` and `source_key_words` are the
    words for the keys in both ("uno", "dos", …). `words` are the word lists of its language, `names` the official names
    of both. `others` are the translations of the same message into other languages, by tag.
    """

    english: str
    text: str
    tag: str
    source: str
    key_words: tuple[str, ...]
    source_key_words: tuple[str, ...]
    words: Words
    names: tuple[str, ...]
    others: Mapping[str, str]

    @property
    def foreign(self) -> bool:
        """Whether it is in another language than the texts; a regional form ("en-GB") is the same language."""
        return not _same_language(self.tag, self.source)


class Rule(NamedTuple):
    """A rule of translations.

    `describe` returns the fault of a translation as a phrase ("three dots"), "" if there is none. `pages` says that the
    rule applies to the messages of web pages too.
    """

    name: str
    describe: Callable[[Translation], str]
    remedy: str
    pages: bool = False


def broken_rules(translation: Translation, page: bool) -> Iterator[tuple[str, str]]:
    """Each fault of a message, and its remedy. `page` says that it is a message of a web page."""
    for rule in RULES:
        found = rule.describe(translation) if rule.pages or not page else ""
        if found:
            yield found, rule.remedy


def _space_at_an_end(translation: Translation) -> str:
    return "it begins or ends with a space" if translation.text != translation.text.strip() else ""


def _not_composed(translation: Translation) -> str:
    return (
        "its accents are written apart from their letters"
        if not unicodedata.is_normalized("NFC", translation.text)
        else ""
    )


def _three_dots(translation: Translation) -> str:
    return "three dots" if "..." in translation.text else ""


def _pauses(translation: Translation) -> str:
    expected, given = translation.english.count("…"), translation.text.count("…")
    differs = expected != given and not _three_dots(translation)
    return f"pauses (…): {given}, and {expected} in the English" if differs else ""


def _quotes(translation: Translation) -> str:
    unpaired = [pair for pair in PAIRS if translation.text.count(pair[0]) != translation.text.count(pair[1])]
    unpaired += ['"'] if translation.text.count('"') % 2 else []
    return f"a quote or bracket without its other half: {' '.join(unpaired)}" if unpaired else ""


def _opening_marks(translation: Translation) -> str:
    pairs = OPENING_MARKS.get(_language(translation.tag), ())
    missing = [pair[0] for pair in pairs if translation.text.count(pair[0]) != translation.text.count(pair[1])]
    return f"{' and '.join(missing)} missing, or too many" if missing else ""


def _copied(translation: Translation) -> str:
    words = readability.words(_plain(translation, translation.english))
    return (
        "it is the English, not translated"
        if translation.foreign and words and translation.text == translation.english
        else ""
    )


def _still_english(translation: Translation) -> str:
    if not translation.foreign or translation.text == translation.english:
        return ""
    run = _shared_run(_plain(translation, translation.text), _plain(translation, translation.english), ENGLISH_RUN)
    return f"it still says “{run}”, as the English does" if run else ""


def _other_language(translation: Translation) -> str:
    for tag, other in translation.others.items():
        if not _same_language(tag, translation.tag):
            run = _shared_run(_plain(translation, translation.text), _plain(translation, other), OTHER_RUN)
            if run and not _shared_run(run, _plain(translation, translation.english), OTHER_RUN):
                return f"it says “{run}”, as the translation into {tag} does"
    return ""


def _number_words(translation: Translation) -> str:
    """The word for a key outside a placeholder. It would be wrong as soon as the choices get other keys."""
    english = readability.words(PLACEHOLDER.sub(" ", translation.english))
    if "press" not in english:
        return ""
    spoken = _words_for_keys(translation.key_words, readability.words(PLACEHOLDER.sub(" ", translation.text)))
    expected = _words_for_keys(translation.source_key_words, english)
    return f"the word of a key, “{spoken[-1]}”" if len(spoken) > len(expected) else ""


def _words_for_keys(key_words: Sequence[str], words: Sequence[str]) -> list[str]:
    known = {word.lower() for word in key_words}
    return [word for word in words if word in known]


def _never_said(translation: Translation) -> str:
    said = list(translation.words.avoided_words_in(PLACEHOLDER.sub(" ", translation.text)))
    return f"it says “{said[0]}”" if said else ""


RULES: tuple[Rule, ...] = (
    Rule("space at an end", _space_at_an_end, "Remove the space.", pages=True),
    Rule("not composed", _not_composed, "Save it as NFC, which editors call normalized or composed.", pages=True),
    Rule("three dots", _three_dots, "A pause is one sign, …: copy it from the English."),
    Rule("pauses", _pauses, "Each … is a pause: write as many, where they are heard best."),
    Rule("quotes", _quotes, "Close it, or remove it.", pages=True),
    Rule("opening marks", _opening_marks, "Each ? is opened by ¿ and each ! by ¡.", pages=True),
    Rule("copied", _copied, "Translate it, or leave it empty; list an official name in words.toml, under `names`."),
    Rule("still English", _still_english, "Translate it; list an official name in words.toml, under `names`."),
    Rule("another language", _other_language, "It may have been pasted into the wrong catalogue: translate it."),
    Rule("number word", _number_words, "Keys come from placeholders: write that sentence without a number."),
    Rule("never said", _never_said, "words.toml lists it under `never`: use other words."),
)


def _plain(translation: Translation, text: str) -> str:
    """`text` with a line break in place of each placeholder and official name: it ends a run of words."""
    for name in sorted(translation.names, key=len, reverse=True):
        text = re.sub(rf"(?<!\w){re.escape(name)}(?!\w)", "\n", text, flags=re.IGNORECASE)
    return PLACEHOLDER.sub("\n", text)


def _shared_run(text: str, other: str, length: int) -> str:
    """The first `length` words in a row that both texts have; "" if they have no such words."""
    known = set(_runs(other, length))
    return next((" ".join(run) for run in _runs(text, length) if run in known), "")


def _runs(text: str, length: int) -> Iterator[tuple[str, ...]]:
    for stretch in text.split("\n"):
        words: Sequence[str] = readability.words(stretch)
        yield from zip(*(words[start:] for start in range(length)), strict=False)


def _language(tag: str) -> str:
    """The language of a tag without its region: "es" for "es-MX"."""
    return tag.partition("-")[0]


def _same_language(tag: str, other: str) -> bool:
    return _language(tag) == _language(other)
