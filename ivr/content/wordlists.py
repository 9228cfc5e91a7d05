"""The word lists of a language, locales/<tag>/words.toml: words to avoid, official names, small words of a choice."""

import re
from collections.abc import Iterator
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from ivr.content.files import read_toml, wrong_fields
from ivr.errors import BadLocale, Fault
from ivr.speech import readability


class Words(BaseModel):
    """The three lists of words.toml.

    `never` are words and phrases that a text must not say; a trailing * is any ending ("victim*"). `names` are official
    names, which are left out of the reading level. `small` are words before the noun of a choice ("for", "the").
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    never: list[str] = []
    names: list[str] = []
    small: list[str] = []

    def avoided_words_in(self, text: str) -> Iterator[str]:
        """The words of `never` that `text` says: whole words, in upper or lower case."""
        for word in self.never:
            pattern = re.escape(word.removesuffix("*")) + (r"\w*" if word.endswith("*") else "")
            if re.search(rf"(?<!\w){pattern}(?!\w)", text, re.IGNORECASE):
                yield word

    def without_names(self, text: str) -> str:
        """`text` with each official name, the longest first, replaced by "it", which keeps the sentence whole."""
        for name in sorted(self.names, key=len, reverse=True):
            text = re.sub(rf"(?<!\w){re.escape(name)}(?!\w)", "it", text)
        return text

    def first_noun(self, choice: str) -> str:
        """The first word of a choice that is not in `small`: "police" for "For the police … press two."."""
        return next((word for word in readability.words(choice) if word not in self.small), "")


def load_words(folder: Path) -> Words:
    """Read `folder`/words.toml; without the file the lists are empty. Raises BadLocale for a faulty file."""
    path = folder / "words.toml"
    if not path.exists():
        return Words()
    try:
        return Words.model_validate(read_toml(path, BadLocale))
    except ValidationError as error:
        raise BadLocale(
            Fault(f"{path}: {field}", found, "The file has three lists of words: never, names, small.")
            for field, found in wrong_fields(error)
        ) from error
