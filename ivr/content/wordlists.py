"""The word lists of a language, locales/<tag>/words.toml: words to avoid, official names, how a key is pressed.

Words are found in every script. Chinese, Thai and others write no spaces between words, and Korean joins endings: there
a word is found inside a longer one. In Arabic and Hebrew, it is found with small words ("and", "the") joined in front.
"""

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Annotated

import regex
from pydantic import AfterValidator

from ivr.content.files import Table, read_table
from ivr.errors import BadLocale
from ivr.speech import readability

NO_SPACES = regex.compile(r"[\p{Line_Break=Complex_Context}\p{Han}\p{Hiragana}\p{Katakana}\p{Hangul}\p{Tibetan}]")
"""A letter of a script that does not part words with spaces, or that joins endings to them."""
JOINED = {"Arabic": "[وف]?(?:[بك]?ال|لل|[بلك])?", "Hebrew": "[והבלמשכ]{0,3}"}
"""Small words that are joined to the front of a word, by script."""
START, END = r"(?<![\w\p{M}])", r"(?![\w\p{M}])"
FIRST_LETTERS = 2
"""Letters that count as the first word of a choice in a script without spaces: most Chinese words have two."""


def _with_a_letter(phrase: str) -> str:
    if not regex.search(r"[\p{L}\p{N}]", phrase):
        raise ValueError("it has an entry without a word")
    return phrase


Phrase = Annotated[str, AfterValidator(_with_a_letter)]


class WordLists(Table):
    """The lists of words.toml.

    - `never`: words and phrases that a text must not say; a trailing * is any ending ("victim*").
    - `names`: official names, which are left out of the reading level.
    - `small`: words before the noun of a choice ("for", "the").
    - `press`: how a key is pressed or a number dialled. The key follows, or is where the … is, which
      is no pause here ("press", "… basın").
    - `keys`: other forms of the words for keys ("dörde" for "dört").
    - `not_keys`: phrases with the word of a key that are not keys ("一下").
    """

    never: tuple[Phrase, ...] = ()
    names: tuple[Phrase, ...] = ()
    small: tuple[Phrase, ...] = ()
    press: tuple[Phrase, ...] = ()
    keys: tuple[Phrase, ...] = ()
    not_keys: tuple[Phrase, ...] = ()

    def avoided_words_in(self, text: str) -> Iterator[str]:
        """The words of `never` that `text` says: whole words, in upper or lower case."""
        plain = plain_words(text)
        return (word for word in self.never if phrase_pattern(word).search(plain))

    def without_names(self, text: str) -> str:
        """`text` with each official name, the longest first, replaced by "it", which keeps the sentence whole."""
        for name in sorted(self.names, key=len, reverse=True):
            text = regex.sub(START + regex.escape(name, special_only=True) + END, "it", text)
        return text

    def first_noun(self, choice: str) -> str:
        """The first word of a choice that is not in `small`: "police" for "For the police … press two."."""
        small = {word.lower() for word in self.small}
        words = (self._without_small(word) for word in readability.words(choice))
        return next((word for word in words if word and word not in small), "")

    def _without_small(self, word: str) -> str:
        """A word; of a run of words without spaces, the first letters that are not in `small`."""
        if not NO_SPACES.match(word):
            return word
        while prefix := next((small for small in self.small if word.startswith(small)), ""):
            word = word.removeprefix(prefix)
        return "".join(regex.findall(r"\X", word)[:FIRST_LETTERS])


def plain_words(text: str) -> str:
    """`text` without invisible characters, and with one space for each pause and each run of spaces."""
    return regex.sub(r"[\s…]+", " ", regex.sub(r"\p{Default_Ignorable_Code_Point}", "", text))


@cache
def phrase_pattern(phrase: str) -> "regex.Pattern[str]":
    """Finds a phrase in `plain_words`: whole words, in upper or lower case. A trailing * is any ending."""
    words = plain_words(phrase).removesuffix("*").strip()
    end = r"[\w\p{M}]*" if phrase.endswith("*") else "" if NO_SPACES.match(words[-1]) else END
    return regex.compile(word_start(words) + regex.escape(words, special_only=True) + end, regex.IGNORECASE)


def word_start(words: str) -> str:
    """The pattern in front of a word: empty in a script without spaces; joined small words in Arabic and Hebrew."""
    if NO_SPACES.match(words):
        return ""
    joined = next((small for script, small in JOINED.items() if regex.match(rf"\p{{{script}}}", words)), "")
    return START + (f"(?:{joined})" if joined else "")


def load_words(*folders: Path) -> WordLists:
    """The lists of the files words.toml in `folders` together. Raises BadLocale for a faulty file."""
    names = WordLists.model_fields
    remedy = f"The file has lists of words: {', '.join(names)}."
    paths = [folder / "words.toml" for folder in folders if (folder / "words.toml").exists()]
    tables = [read_table(path, WordLists, remedy, BadLocale) for path in paths]
    return WordLists(**{name: [word for table in tables for word in getattr(table, name)] for name in names})
