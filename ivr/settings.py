"""The environment, read once into one frozen value. No other file reads it."""

import re
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from ivr.errors import BadSettings
from ivr.facts import E164
from ivr.line import Options

TRY = "try-"
"""A token that begins so was made by `make setup` for trying out; Twilio's tokens are 32 hexadecimal digits."""
CHECKOUT = Path(__file__).resolve().parent.parent


class Settings(BaseSettings):
    """The environment (and `.env`), checked. Names are written in capitals there."""

    model_config = SettingsConfigDict(env_file=".env", env_file_encoding="utf-8", extra="ignore", frozen=True)

    twilio_auth_token: SecretStr = SecretStr("")
    twilio_auth_token_secondary: SecretStr = SecretStr("")
    public_url: str = "http://127.0.0.1:8000"
    line_number: str = ""
    silence: Literal["connect", "goodbye"] = "connect"
    caller_id: Literal["line", "caller"] = "line"
    ivr_content: Path = Field(default=CHECKOUT)

    @field_validator("public_url")
    @classmethod
    def _is_a_url(cls, value: str) -> str:
        parts = urlsplit(value)
        if (
            parts.scheme not in ("http", "https")
            or not parts.hostname
            or parts.query
            or parts.fragment
            or parts.username
        ):
            raise ValueError("expected the address that Twilio reaches the line at, such as https://line.example.org")
        return value.rstrip("/")

    @field_validator("line_number")
    @classmethod
    def _is_a_number(cls, value: str) -> str:
        if value and not E164.fullmatch(value):
            raise ValueError("expected +1 and ten digits, such as +12025550123")
        return value

    @field_validator("twilio_auth_token", "twilio_auth_token_secondary")
    @classmethod
    def _has_no_blanks(cls, value: SecretStr) -> SecretStr:
        if re.search(r"\s", value.get_secret_value()):
            raise ValueError("a blank or line break stands in it; copy the token again")
        return value

    @property
    def tokens(self) -> tuple[str, ...]:
        """The tokens that may sign a request; two during rotation."""
        both = (
            self.twilio_auth_token.get_secret_value(),
            self.twilio_auth_token_secondary.get_secret_value(),
        )
        return tuple(token for token in both if token)

    @property
    def trying_out(self) -> bool:
        """Whether the token is one of `make setup` and not Twilio's."""
        return bool(self.tokens) and self.tokens[0].startswith(TRY)

    @property
    def options(self) -> Options:
        """What the line is compiled with."""
        return Options(self.public_url, self.line_number or None, self.caller_id == "caller", self.silence)


def read_settings() -> Settings:
    """Read the environment. Raises BadSettings with a sentence for each name that is not usable; no secret is shown."""
    try:
        settings = Settings()
    except ValidationError as error:
        raise BadSettings("\n".join(_sentence(dict(one)) for one in error.errors())) from None
    if settings.tokens and not settings.trying_out and not settings.line_number:
        raise BadSettings(
            "LINE_NUMBER is not set. With Twilio's token it must be the line's own number, such as +12025550123: "
            "a caller who withholds theirs could otherwise not be connected."
        )
    return settings


def _sentence(error: dict[str, object]) -> str:
    location = error["loc"]
    name = str(location[0]).upper() if isinstance(location, tuple) else "?"
    found = "" if "TOKEN" in name else f" is {error['input']!r}"
    return f"{name}{found}: {str(error['msg']).removeprefix('Value error, ')}."
