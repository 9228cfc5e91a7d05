"""What is wrong with a translation although a call would survive it: one table, `RULES`, of named faults.

They keep a language from landing (`ivr check`), and never a line from speaking. What would break a call is dropped at
load, and stands in `ivr.content.catalogue`. A rule is about one message; seconds and reading levels are limits.
"""

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import NamedTuple

from ivr.content.catalogue import PLACEHOLDER
from ivr.content.wordlists import Words
from ivr.speech import readability

ENGLISH_RUN, OTHER_RUN = 3, 4
"""How many words in a row a translation may not share with the English, or with another language's translation."""
PAIRS = ("“”", "«»", "‹›", "()", "[]", "「」", "『』")
OPENED = {"es": ("¿?", "¡!")}
"""Languages that open a question or an exclamation with a mark of its own."""


class Message(NamedTuple):
    """A translation, and what it is judged by.

    `tag` is its language and `first` that of the texts; `digits` and `first_digits` are how both say keys; `words` are
    its lists, `names` the official names of both; `others` are the translations of the same into other languages.
    """

    english: str
    text: str
    tag: str
    first: str
    digits: tuple[str, ...]
    first_digits: tuple[str, ...]
    words: Words
    names: tuple[str, ...]
    others: Mapping[str, str]

    @property
    def foreign(self) -> bool:
        """Whether it is in another language than the texts, and not in a regional form of it."""
        return not _alike(self.tag, self.first)


class Rule(NamedTuple):
    """A fault: its name, how it is found ("" where it is not), what to do; whether words of a web page have it too."""

    name: str
    find: Callable[[Message], str]
    remedy: str
    pages: bool = False


def broken_rules(message: Message, page: bool) -> Iterator[tuple[str, str]]:
    """What is wrong with a message, each fault with its remedy. `page`: it is a word of a web page."""
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


def _breaths(message: Message) -> str:
    wanted, given = message.english.count("…"), message.text.count("…")
    differs = wanted != given and not _three_dots(message)
    return f"pauses (…): {given}, and {wanted} in the English" if differs else ""


def _quotes(message: Message) -> str:
    open_ones = [pair for pair in PAIRS if message.text.count(pair[0]) != message.text.count(pair[1])]
    straight = ['"'] if message.text.count('"') % 2 else []
    return (
        f"a quote or bracket without its other half: {' '.join((*open_ones, *straight))}"
        if open_ones or straight
        else ""
    )


def _opening_marks(message: Message) -> str:
    pairs = OPENED.get(_bare(message.tag), ())
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
        if not _alike(tag, message.tag):
            run = _shared_run(_plain(message, message.text), _plain(message, other), OTHER_RUN)
            if run and not _shared_run(run, _plain(message, message.english), OTHER_RUN):
                return f"it says “{run}”, as the translation into {tag} does"
    return ""


def _number_words(message: Message) -> str:
    """A key is a placeholder: a digit's word beside it would stay when the menu is numbered anew."""
    english = readability.words(PLACEHOLDER.sub(" ", message.english))
    if "press" not in english:
        return ""
    said = _said(message.digits, readability.words(PLACEHOLDER.sub(" ", message.text)))
    return f"the word of a key, “{said[-1]}”" if len(said) > len(_said(message.first_digits, english)) else ""


def _said(digits: Sequence[str], words: Sequence[str]) -> list[str]:
    known = {digit.lower() for digit in digits}
    return [word for word in words if word in known]


def _never_said(message: Message) -> str:
    said = list(message.words.never_in(PLACEHOLDER.sub(" ", message.text)))
    return f"it says “{said[0]}”" if said else ""


RULES: tuple[Rule, ...] = (
    Rule("outer space", _outer_space, "Take the space out.", pages=True),
    Rule("not composed", _not_composed, "Save it as NFC: your editor calls it normalized or composed.", pages=True),
    Rule("three dots", _three_dots, "A pause is one sign, …: copy it from the English."),
    Rule("breaths", _breaths, "Each … is a pause: put as many where they are heard best."),
    Rule("quotes", _quotes, "Close it, or take it out.", pages=True),
    Rule("opening marks", _opening_marks, "Each ? is opened by ¿ and each ! by ¡.", pages=True),
    Rule("copied", _copied, "Translate it, or leave it empty; an official name stands in words.toml, under `names`."),
    Rule("still English", _still_english, "Translate it; an official name stands in words.toml, under `names`."),
    Rule("another language", _other_language, "It may have been pasted into the wrong catalogue: translate it."),
    Rule("number word", _number_words, "Keys come from placeholders: write that sentence without a number."),
    Rule("never said", _never_said, "words.toml lists it under `never`: say it otherwise."),
)


def _plain(message: Message, text: str) -> str:
    """`text` without placeholders and official names: each leaves a break that no run of words goes over."""
    for name in sorted(message.names, key=len, reverse=True):
        text = re.sub(rf"(?<!\w){re.escape(name)}(?!\w)", "\n", text, flags=re.IGNORECASE)
    return PLACEHOLDER.sub("\n", text)


def _shared_run(text: str, other: str, length: int) -> str:
    """The first `length` words in a row that both have, "" where they have none."""
    known = set(_runs(other, length))
    return next((" ".join(run) for run in _runs(text, length) if run in known), "")


def _runs(text: str, length: int) -> Iterator[tuple[str, ...]]:
    for stretch in text.split("\n"):
        words: Sequence[str] = readability.words(stretch)
        yield from zip(*(words[start:] for start in range(length)), strict=False)


def _bare(tag: str) -> str:
    return tag.partition("-")[0]


def _alike(one: str, other: str) -> bool:
    return _bare(one) == _bare(other)
