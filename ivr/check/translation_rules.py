"""Rules for translations, in one table, `RULES`. A translation that breaks a rule is spoken, and fails `ivr check`.

`content/catalogue` leaves out a translation that would break a call. A rule is about one message; seconds and reading
levels of whole texts are limits (`limits.py`).
"""

import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

import regex

from ivr.check.handwritten_keys import KeyWords, key_by_hand, number_by_hand
from ivr.check.translation import OFFER, Translation, language_of, mention_of, same_language
from ivr.content.catalogue import PLACEHOLDER
from ivr.content.characters import Kind, wrong_characters
from ivr.speech import readability

ENGLISH_RUN, OTHER_RUN = 3, 4
"""A run is a number of words in a row. A translation that has a run of this length in common with the English, or with
another translation, is copied."""
SHORT_RUN, SHORT_ENGLISH = 2, 5
"""SHORT_RUN applies in the place of ENGLISH_RUN if the English has at most SHORT_ENGLISH words."""
ENGLISH_WORDS = frozenset(
    ["the", "and", "you", "your", "with", "this", "that", "from", "they", "their", "there", "when", "which"]
)
"""English words that callers' other languages do not have."""

FAR_SHORTER, SHORTER = 0.4, 0.85
"""The least length of a translation relative to its English, as a part of the usual one of this language
(`relative_length`): FAR_SHORTER always, SHORTER only if the translation has fewer sentences than the English."""
MIN_COMPARED_WORDS = 6
"""The least number of English words of a message to which FAR_SHORTER applies."""
NOTE = regex.compile(r"\b(?:TODO|FIXME|TBD|XXX+)\b|\?\?+")
ADDRESS = regex.compile(r"\bwww\b|\p{L}{2,}\.\p{L}{2,}")
CAPITALS, LETTERS = regex.compile(r"(?:\b\p{Lu}{2,}\b[ ,.!]*){3,}"), regex.compile(r"(?:\b\p{Lu}\b[ ,.!]*){3,}")
"""Three words in capitals, and three single letters in capitals, which spell a word. If the English spells a word, its
translation may too."""
PAIRS = ("“”", "«»", "‹›", "()", "[]", "「」", "『』")
OPENING_MARKS = {"es": ("¿?", "¡!")}
"""The marks that open and close a question and an exclamation, by language."""


class Rule(NamedTuple):
    """A rule. `describe` returns a fault as a phrase, "" if there is none; with `pages` it is for web pages too."""

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


def _copied(translation: Translation) -> str:
    """The whole translation is the English."""
    words = readability.words(_without_names(translation, translation.english))
    is_copy = translation.foreign and words and translation.translated == translation.english
    return "it is the English, not translated" if is_copy else ""


def _still_english(translation: Translation) -> str:
    """Some words of the translation are English."""
    if not translation.foreign or translation.translated == translation.english:
        return ""
    text, english = (_without_names(translation, words) for words in (translation.translated, translation.english))
    length = SHORT_RUN if len(readability.words(english)) <= SHORT_ENGLISH else ENGLISH_RUN
    run = _shared_run(text, english, length) or _english_word(translation, text)
    return f"it still says “{run}”, as the English does" if run else ""


def _english_word(translation: Translation, text: str) -> str:
    """The first word of ENGLISH_WORDS in a text; "" for none, or if the source language is not English."""
    words = readability.words(text) if translation.source.tag == "en" else []
    return next((word for word in words if word in ENGLISH_WORDS), "")


def _other_language(translation: Translation) -> str:
    """Some words of the translation are also in the translation into another language, and not in the English."""
    text, english = (_without_names(translation, words) for words in (translation.translated, translation.english))
    for tag, other in translation.others.items():
        run = _shared_run(text, _without_names(translation, other), OTHER_RUN)
        if run and not same_language(tag, translation.tag) and not _shared_run(run, english, OTHER_RUN):
            return f"it says “{run}”, as the translation into {tag} does"
    return ""


def _without_names(translation: Translation, text: str) -> str:
    """`text` with a line break, which ends a run of words, in place of each placeholder and official name."""
    for name in sorted(translation.names, key=len, reverse=True):
        text = re.sub(rf"(?<!\w){re.escape(name)}(?!\w)", "\n", text, flags=re.IGNORECASE)
    return PLACEHOLDER.sub("\n", text)


def _shared_run(text: str, other: str, length: int) -> str:
    """The first `length` words in a row that both texts have; "" if they have none in common."""
    other_runs = set(_runs(other, length))
    return next((" ".join(run) for run in _runs(text, length) if run in other_runs), "")


def _runs(text: str, length: int) -> Iterator[tuple[str, ...]]:
    """Each `length` words in a row in a line of `text`: ("a", "b"), ("b", "c") for "a b c" and 2."""
    for segment in text.split("\n"):
        words: Sequence[str] = readability.words(segment)
        yield from zip(*(words[start:] for start in range(length)), strict=False)


def _space_at_an_end(translation: Translation) -> str:
    return "it begins or ends with a space" if translation.translated != translation.translated.strip() else ""


def _not_composed(translation: Translation) -> str:
    is_composed = unicodedata.is_normalized("NFC", translation.translated)
    return "" if is_composed else "its accents are written apart from their letters"


def _three_dots(translation: Translation) -> str:
    return "three dots" if "..." in translation.translated else ""


def _pauses(translation: Translation) -> str:
    expected, given = translation.english.count("…"), translation.translated.count("…")
    differs = expected != given and not _three_dots(translation)
    return f"pauses (…): {given}, and {expected} in the English" if differs else ""


def _quotes(translation: Translation) -> str:
    text = translation.translated
    unpaired = [pair for pair in PAIRS if text.count(pair[0]) != text.count(pair[1])]
    unpaired += ['"'] if text.count('"') % 2 else []
    return f"a quote or bracket without its other half: {' '.join(unpaired)}" if unpaired else ""


def _opening_marks(translation: Translation) -> str:
    text, pairs = translation.translated, OPENING_MARKS.get(language_of(translation.tag), ())
    missing = [pair[0] for pair in pairs if text.count(pair[0]) != text.count(pair[1])]
    return f"{' and '.join(missing)} missing, or too many" if missing else ""


def _wrong_character(kind: Kind, words: str) -> Callable[[Translation], str]:
    """Returns a function that finds a character of `kind`, which `words` describe: "a damaged character"."""

    def describe(translation: Translation) -> str:
        characters = wrong_characters(PLACEHOLDER.sub(" ", translation.translated), translation.tag)
        return next((f"{words}, {character}" for character in characters if character.kind == kind), "")

    return describe


def _key_by_hand(translation: Translation) -> str:
    key = key_by_hand(translation.without_placeholders, _key_words(translation), translation.word_lists)
    return f"a key that is written by hand, “{key}”" if key else ""


def _number_by_hand(translation: Translation) -> str:
    number = number_by_hand(translation.without_placeholders, _key_words(translation), translation.word_lists)
    return f"a number that is written by hand, “{number}”" if number else ""


def _key_words(translation: Translation) -> KeyWords:
    locale = translation.locale
    digits = (*locale.digits, *locale.key_words.values())
    return KeyWords(digits, (*digits, locale.star, locale.pound, *translation.word_lists.keys))


def _lost_text(translation: Translation) -> str:
    """A fault if the translation is far shorter than usual, or is shorter and has fewer sentences than the English."""
    texts = (translation.translated, translation.english)
    given, expected = (len(readability.sentences(PLACEHOLDER.sub("x", text))) for text in texts)
    length, usual = translation.relative_length, translation.usual_length
    lacks_a_sentence = given < expected and (translation.needed or length < SHORTER * usual)
    is_long = len(readability.words(translation.english)) >= MIN_COMPARED_WORDS
    if not lacks_a_sentence and not (is_long and length < FAR_SHORTER * usual):
        return ""
    return f"text may be lost: {length:.0%} of the seconds of the English, {given} of {expected} sentences"


def _note(translation: Translation) -> str:
    match = NOTE.search(translation.without_placeholders)
    return f"a note to yourself, “{match[0]}”" if match else ""


def _address(translation: Translation) -> str:
    match = ADDRESS.search(translation.without_placeholders)
    return f"a full stop without a space, or an address, “{match[0]}”" if match else ""


def _capitals(translation: Translation) -> str:
    match = CAPITALS.search(translation.without_placeholders)
    return f"words in capitals, “{match[0].strip()}”" if match and not LETTERS.search(translation.english) else ""


def _never_said(translation: Translation) -> str:
    avoided_words = list(translation.word_lists.avoided_words_in(translation.without_placeholders))
    return f"it says “{avoided_words[0]}”" if avoided_words else ""


def _offer(translation: Translation) -> str:
    if translation.text != OFFER or mention_of(translation.locale.name, translation.without_placeholders) != "none":
        return ""
    return f"it does not name the language, “{translation.locale.name}”"


BY_PLACEHOLDER = "Keys and numbers come from placeholders: write that sentence without one."

_invisible = _wrong_character("invisible", "an invisible character")
_damaged = _wrong_character("damaged", "a damaged character")
_other_script = _wrong_character("script", "a letter of another script")
_sign = _wrong_character("sign", "a sign that is not spoken")
_OR_LIST_NAME = "list an official name in words.toml, under `names`."

RULES: tuple[Rule, ...] = (
    Rule("invisible", _invisible, "Delete it; if you cannot see it, type the words again.", pages=True),
    Rule("damaged", _damaged, "Type the letter again, and save the file as UTF-8.", pages=True),
    Rule("script", _other_script, "Type it on the keyboard of your language: it looks like another.", pages=True),
    Rule("sign", _sign, "A voice does not read it as you mean it: write the words."),
    Rule("space at an end", _space_at_an_end, "Remove the space.", pages=True),
    Rule("not composed", _not_composed, "Save it as NFC, which editors call normalized or composed.", pages=True),
    Rule("three dots", _three_dots, "A pause is one sign, …: copy it from the English."),
    Rule("pauses", _pauses, "Each … is a pause: write as many, where they are heard best."),
    Rule("quotes", _quotes, "Close it, or remove it.", pages=True),
    Rule("opening marks", _opening_marks, "Each ? is opened by ¿ and each ! by ¡.", pages=True),
    Rule("copied", _copied, f"Translate it, or leave it empty; {_OR_LIST_NAME}"),
    Rule("still English", _still_english, f"Translate it; {_OR_LIST_NAME}"),
    Rule("another language", _other_language, "It may have been pasted into the wrong catalogue: translate it."),
    Rule("key by hand", _key_by_hand, f"{BY_PLACEHOLDER} If it is no key, list the phrase under `not_keys`."),
    Rule("number by hand", _number_by_hand, f"{BY_PLACEHOLDER} If it is no number, list it under `not_keys`."),
    Rule("lost text", _lost_text, "Translate all of the English, and keep its sentences."),
    Rule("note", _note, "A voice would read it: delete it, or write it as a comment."),
    Rule("address", _address, "Add the space; say an address in words."),
    Rule("capitals", _capitals, "Use small letters: a voice may spell capitals."),
    Rule("offer", _offer, "Offer your language, not English, by the `name` that is in locale.toml."),
    Rule("never said", _never_said, "words.toml lists it under `never`: use other words."),
)
