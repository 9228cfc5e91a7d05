"""What a language's writers have agreed on, as lists: words never to say, official names, small words of a choice.

The lists stand in locales/<tag>/words.toml, so a translator's rule is kept without a line of code.
"""

import re
from collections.abc import Iterator
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from ivr.content.files import toml_of, wrong_fields
from ivr.errors import BadLocale, Fault
from ivr.speech import readability


class Words(BaseModel):
    """`never`: words and phrases that no text says; `names`: official names, not counted in a reading level;
    `small`: words in front of the noun of a choice ("For", "the")."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    never: list[str] = []
    names: list[str] = []
    small: list[str] = []

    def never_in(self, text: str) -> Iterator[str]:
        """The words of `never` that `text` says, whole words only, in any case; a trailing * stands for any ending."""
        for word in self.never:
            pattern = re.escape(word.removesuffix("*")) + (r"\w*" if word.endswith("*") else "")
            if re.search(rf"(?<!\w){pattern}(?!\w)", text, re.IGNORECASE):
                yield word

    def without_names(self, text: str) -> str:
        """`text` with every official name taken out, the longest first; a short word keeps the sentence whole."""
        for name in sorted(self.names, key=len, reverse=True):
            text = re.sub(rf"(?<!\w){re.escape(name)}(?!\w)", "it", text)
        return text

    def first_noun(self, choice: str) -> str:
        """The first word of a choice that is not a small one."""
        return next((word for word in readability.words(choice) if word not in self.small), "")


def load_words(folder: Path) -> Words:
    """Read `folder`/words.toml; a language without one has no rules of its own. Raises BadLocale for a faulty one."""
    path = folder / "words.toml"
    if not path.exists():
        return Words()
    try:
        return Words.model_validate(toml_of(path, BadLocale))
    except ValidationError as error:
        raise BadLocale(
            Fault(f"{path}: {field}", found, "It holds three lists of words: never, names, small.")
            for field, found in wrong_fields(error)
        ) from error
