"""The table of words that `ivr locale new` proposes, locales/proposals.toml; `ivr check` compares languages with it."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import Field

from ivr.call.language_tags import lookup_tags
from ivr.content.files import CHECKOUT, RATE_NAMES, Table, read_table
from ivr.errors import BadLocale

RATE_FIELD: Any = Field(default={}, validation_alias=RATE_NAMES)


class ProposedWords(Table):
    """The words of a language, as locale.toml and words.toml have them; an empty value is not known."""

    digits: tuple[str, ...] = ()
    star: str = ""
    pound: str = ""
    key_words: Mapping[str, str] = {}
    speech_rate: Mapping[str, Any] = RATE_FIELD
    press: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()
    not_keys: tuple[str, ...] = ()
    small: tuple[str, ...] = ()


class Proposals(Table):
    """The proposals by tag. `speech_rate` is the rate of every language without one in its row."""

    speech_rate: Mapping[str, Any] = RATE_FIELD
    languages: Mapping[str, ProposedWords]

    def of(self, tag: str) -> ProposedWords:
        """The words of `tag`, those of the nearest of its `lookup_tags`; an unknown language has empty words."""
        return next((self.languages[name] for name in lookup_tags(tag) if name in self.languages), ProposedWords())


def load_proposals(root: Path) -> Proposals:
    """Read the table of the line under `root`, or that of the program. Raises BadLocale if it cannot be used."""
    path = table_path(root, "proposals.toml")
    return read_table(path, Proposals, "The comment at the head of the file explains its fields.", BadLocale)


def table_path(root: Path, name: str) -> Path:
    """The path of a table in locales/ of this line, or, if it has none, of the program."""
    own = root / "locales" / name
    return own if own.exists() else CHECKOUT / "locales" / name
