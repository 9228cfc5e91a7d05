"""The environment, read once into one frozen value. No other file reads it."""

import re
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from ivr.content.facts import E164
from ivr.errors import BadSettings
from ivr.line.line import Options

TRY = "try-"
"""A token that begins so was made by `make setup` for trying out; Twilio's tokens are 32 hexadecimal digits."""
PLAIN_URL = re.compile(r"https?://[A-Za-z0-9._~:/%\[\]-]+")
"""A scheme, a host, perhaps a port and a path: no user, query or fragment, and nothing that must be escaped."""
_DATABASE = re.compile(r"postgres(ql)?://\S+$", re.ASCII)
_LISTENING = re.compile(r"(?P<host>[0-9.]+|\[[0-9a-fA-F:]+\]|localhost):(?P<port>[0-9]{1,5})", re.ASCII)
_SECRET = re.compile(r"//[^/@\s]*@")
ACCOUNT = re.compile(r"AC[0-9a-f]{32}", re.ASCII)
CHECKOUT = Path(__file__).resolve().parent.parent


class Settings(BaseSettings):
    """The environment (and `.env`), checked. Names are written in capitals there."""

    model_config = SettingsConfigDict(env_file=".env", env_file_encoding="utf-8", extra="ignore", frozen=True)

    twilio_account_sid: str = ""
    twilio_auth_token: SecretStr = SecretStr("")
    twilio_auth_token_secondary: SecretStr = SecretStr("")
    public_url: str = "http://127.0.0.1:8000"
    line_number: str = ""
    silence: Literal["connect", "goodbye"] = "connect"
    caller_id: Literal["line", "caller"] = "line"
    web_phone: Literal["on", "off"] = "on"
    read: Literal["on", "off"] = "on"
    ivr_content: Path = Field(default=CHECKOUT)
    usage: str = ""
    usage_url: SecretStr = SecretStr("")
    metrics_address: str = ""
    metrics_nodes: Literal["on", "off"] = "off"

    @field_validator("public_url")
    @classmethod
    def _is_a_url(cls, value: str) -> str:
        return plain_url(value)

    @field_validator("line_number")
    @classmethod
    def _is_a_number(cls, value: str) -> str:
        if value and not E164.fullmatch(value):
            raise ValueError("expected +1 and ten digits, such as +12025550123")
        return value

    @field_validator("twilio_account_sid")
    @classmethod
    def _is_an_account(cls, value: str) -> str:
        if value and not ACCOUNT.fullmatch(value):
            raise ValueError("expected AC and 32 hexadecimal digits, as the first page of Twilio's console shows it")
        return value

    @field_validator("usage")
    @classmethod
    def _is_off_or_a_path(cls, value: str) -> str:
        if "://" in value:
            raise ValueError("expected off, a folder, or a file that ends in .sqlite")
        return value

    @field_validator("usage_url")
    @classmethod
    def _is_a_database(cls, value: SecretStr) -> SecretStr:
        if value.get_secret_value() and not _DATABASE.match(value.get_secret_value()):
            raise ValueError("expected the address of a PostgreSQL database: postgresql://user:password@host/name")
        return value

    @field_validator("metrics_address")
    @classmethod
    def _is_off_or_an_address(cls, value: str) -> str:
        if value.lower() in ("", "off"):
            return ""
        found = _LISTENING.fullmatch(value)
        if not found or not 0 < int(found["port"]) < 65536:
            raise ValueError("expected off, or an address of this machine and a port, such as 127.0.0.1:9464")
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
    def usage_file(self) -> Path | None:
        """The file in which usage is counted; None where it is not counted."""
        if self.usage.lower() == "off":
            return None
        path = Path(self.usage or CHECKOUT / "usage")
        return path if path.suffix == ".sqlite" else path / "usage.sqlite"

    @property
    def metrics(self) -> tuple[str, int] | None:
        """Host and port at which metrics may be asked for; None where they may not."""
        found = _LISTENING.fullmatch(self.metrics_address)
        return (found["host"].strip("[]"), int(found["port"])) if found else None

    @property
    def trying_out(self) -> bool:
        """Whether the token is one of `make setup` and not Twilio's."""
        return bool(self.tokens) and self.tokens[0].startswith(TRY)

    @property
    def options(self) -> Options:
        """What the line is compiled with."""
        return Options(self.public_url, self.line_number or None, self.caller_id == "caller", self.silence)


def plain_url(value: str) -> str:
    """`value` without a slash at its end. Raises ValueError, in a sentence, where it is not the address of a line."""
    try:
        whole = PLAIN_URL.fullmatch(value) and urlsplit(value).hostname and urlsplit(value).port != 0
    except ValueError:  # a port or a bracket that is none
        whole = False
    if not whole:
        raise ValueError("expected the address that Twilio reaches the line at, such as https://line.example.org")
    return value.rstrip("/")


def read_settings() -> Settings:
    """Read the environment. Raises BadSettings with a sentence for each name that is not usable; no secret is shown."""
    try:
        settings = Settings()
    except ValidationError as error:
        raise BadSettings("\n".join(_sentence(dict(one)) for one in error.errors())) from None
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        raise BadSettings(f".env cannot be read ({reason}): save it as UTF-8, where the line may read it.") from None
    if settings.tokens and not settings.trying_out and not settings.line_number:
        raise BadSettings(
            "LINE_NUMBER is not set. With Twilio's token it must be the line's own number, such as +12025550123: "
            "a caller who withholds theirs could otherwise not be connected."
        )
    return settings


def _sentence(error: dict[str, object]) -> str:
    location = error["loc"]
    name = str(location[0]).upper() if isinstance(location, tuple) else "?"
    found = (
        "" if name.startswith("TWILIO") or name == "USAGE_URL" else f" is {_SECRET.sub('//…@', repr(error['input']))}"
    )
    return f"{name}{found}: {str(error['msg']).removeprefix('Value error, ')}."
