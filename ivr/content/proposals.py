"""The table of words that `ivr locale new` proposes, locales/proposals.toml; `ivr check` compares languages with it."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import AliasChoices, BaseModel, ConfigDict, Field, ValidationError

from ivr.call.language_tags import lookup_tags
from ivr.content.files import read_toml, wrong_fields
from ivr.errors import BadLocale, Fault

SHIPPED_LOCALES = Path(__file__).resolve().parents[2] / "locales"


RATE_FIELD: Any = Field(default={}, validation_alias=AliasChoices("speech_rate", "ear"))  # `ear` was its name in 0.1.0


class _Table(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class ProposedWords(_Table):
    """The words of a language, as locale.toml and words.toml have them; an empty value is not known."""

    digits: list[str] = []
    star: str = ""
    pound: str = ""
    key_words: Mapping[str, str] = {}
    speech_rate: Mapping[str, Any] = RATE_FIELD
    press: list[str] = []
    keys: list[str] = []
    not_keys: list[str] = []
    small: list[str] = []


class Proposals(_Table):
    """The proposals by tag. `speech_rate` is the rate of every language that has no own one."""

    speech_rate: Mapping[str, Any] = RATE_FIELD
    languages: Mapping[str, ProposedWords]

    def of(self, tag: str) -> ProposedWords:
        """The words of `tag`, those of the nearest of its `lookup_tags`; an unknown language has empty words."""
        return next((self.languages[name] for name in lookup_tags(tag) if name in self.languages), ProposedWords())


def load_proposals(root: Path) -> Proposals:
    """Read the table of the line under `root`, else the one of the program. Raises BadLocale if it cannot be used."""
    path = table_path(root, "proposals.toml")
    try:
        return Proposals.model_validate(read_toml(path, BadLocale))
    except ValidationError as error:
        remedy = "The comment at the head of the file explains its fields."
        raise BadLocale(Fault(f"{path}: {field}", found, remedy) for field, found in wrong_fields(error)) from error


def table_path(root: Path, name: str) -> Path:
    """A table of locales/: the one of this line, else the one that is shipped with the program."""
    own = root / "locales" / name
    return own if own.exists() else SHIPPED_LOCALES / name
