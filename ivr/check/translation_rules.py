"""Rules for translations that are usable but bad, in one table, `RULES`. `ivr check` fails by them; a line still runs.

A translation that would break a call is left out at load by `content/catalogue`. A rule is about one message; seconds
and reading levels of whole texts are limits (`limits.py`).
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


class Message(NamedTuple):
    """A translation (`text` of `english`), and what the rules need to know.

    `tag` is its language and `source` the language of the texts ("en"). `key_words` and `source_key_words` are the
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
    """A rule: its name, a function that describes the fault ("" without one), and the remedy.

    `pages` says that the rule is also for the messages of web pages.
    """

    name: str
    find: Callable[[Message], str]
    remedy: str
    pages: bool = False


def broken_rules(message: Message, page: bool) -> Iterator[tuple[str, str]]:
    """Each fault of a message, and its remedy. `page` says that it is a message of a web page."""
    for rule in RULES:
        found = rule.find(message) if rule.pages or not page else ""
        if found:
            yield found, rule.remedy


def _outer_space(message: Message) -> str:
    return "it begins or ends with a space" if message.text != message.text.strip() else ""


def _not_composed(message: Message) -> str:
    return (
        "its accents are written apart from their letters" if not unicodedata.is_normalized("NFC", message.text) else ""
    )


def _three_dots(message: Message) -> str:
    return "three dots" if "..." in message.text else ""


def _pauses(message: Message) -> str:
    expected, given = message.english.count("…"), message.text.count("…")
    differs = expected != given and not _three_dots(message)
    return f"pauses (…): {given}, and {expected} in the English" if differs else ""


def _quotes(message: Message) -> str:
    unpaired = [pair for pair in PAIRS if message.text.count(pair[0]) != message.text.count(pair[1])]
    unpaired += ['"'] if message.text.count('"') % 2 else []
    return f"a quote or bracket without its other half: {' '.join(unpaired)}" if unpaired else ""


def _opening_marks(message: Message) -> str:
    pairs = OPENING_MARKS.get(_language(message.tag), ())
    missing = [pair[0] for pair in pairs if message.text.count(pair[0]) != message.text.count(pair[1])]
    return f"{' and '.join(missing)} missing, or too many" if missing else ""


def _copied(message: Message) -> str:
    words = readability.words(_plain(message, message.english))
    return "it is the English, not translated" if message.foreign and words and message.text == message.english else ""


def _still_english(message: Message) -> str:
    if not message.foreign or message.text == message.english:
        return ""
    run = _shared_run(_plain(message, message.text), _plain(message, message.english), ENGLISH_RUN)
    return f"it still says “{run}”, as the English does" if run else ""


def _other_language(message: Message) -> str:
    for tag, other in message.others.items():
        if not _same_language(tag, message.tag):
            run = _shared_run(_plain(message, message.text), _plain(message, other), OTHER_RUN)
            if run and not _shared_run(run, _plain(message, message.english), OTHER_RUN):
                return f"it says “{run}”, as the translation into {tag} does"
    return ""


def _number_words(message: Message) -> str:
    """The word for a key outside a placeholder. It would be wrong as soon as the choices get other keys."""
    english = readability.words(PLACEHOLDER.sub(" ", message.english))
    if "press" not in english:
        return ""
    spoken = _words_for_keys(message.key_words, readability.words(PLACEHOLDER.sub(" ", message.text)))
    expected = _words_for_keys(message.source_key_words, english)
    return f"the word of a key, “{spoken[-1]}”" if len(spoken) > len(expected) else ""


def _words_for_keys(key_words: Sequence[str], words: Sequence[str]) -> list[str]:
    known = {word.lower() for word in key_words}
    return [word for word in words if word in known]


def _never_said(message: Message) -> str:
    said = list(message.words.never_in(PLACEHOLDER.sub(" ", message.text)))
    return f"it says “{said[0]}”" if said else ""


RULES: tuple[Rule, ...] = (
    Rule("outer space", _outer_space, "Remove the space.", pages=True),
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


def _plain(message: Message, text: str) -> str:
    """`text` with a line break in place of each placeholder and official name: it ends a run of words."""
    for name in sorted(message.names, key=len, reverse=True):
        text = re.sub(rf"(?<!\w){re.escape(name)}(?!\w)", "\n", text, flags=re.IGNORECASE)
    return PLACEHOLDER.sub("\n", text)


def _shared_run(text: str, other: str, length: int) -> str:
    """The first `length` words in a row that both texts have, "" without any."""
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
