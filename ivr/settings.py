"""The settings: the environment and `.env`, read once into a frozen value. No other file reads the environment."""

import os
import re
from contextlib import suppress
from pathlib import Path
from typing import Annotated, Literal, Self

from dotenv import dotenv_values
from pydantic import AfterValidator, Field, PrivateAttr, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from ivr.content.facts import NORTH_AMERICAN, PINNED_HOTLINE, PREMIUM
from ivr.content.files import CHECKOUT
from ivr.content.neutral_page import neutral_page_fault
from ivr.errors import BadSettings
from ivr.line.options import Options
from ivr.setting_rules import TEST_TOKEN_PREFIX, line_url, old_name_faults, token_fault, unknown_name_notes

ENV_FILE = ".env"
_ACCOUNT_SID = re.compile(r"AC[0-9a-fA-F]{32}", re.ASCII)
_DATABASE = re.compile(r"postgres(ql)?://\S+$", re.ASCII)
_LISTENING = re.compile(r"(?P<host>[0-9.]+|\[[0-9a-fA-F:]+\]|localhost):(?P<port>[0-9]{1,5})", re.ASCII)
_PATH = re.compile(r"\.{1,2}|[^\"']*/[^\"']*")
"""A folder or a file contains a slash, so a word such as "off" cannot be read as a folder."""
_PASSWORD = re.compile(r"//[^/@\s]*@")
NO_LINE_NUMBER = (
    "LINE_NUMBER is not set. With Twilio's token it must be the line's own number, such as +12025550123: "
    "otherwise a caller who withholds their own number may not be connected."
)


class Settings(BaseSettings):
    """The environment and `.env`, checked. The names are written in capitals there; an empty value counts as unset.

    `.env.example` says what each setting does.
    """

    model_config = SettingsConfigDict(
        env_file=ENV_FILE, env_file_encoding="utf-8", env_ignore_empty=True, extra="ignore", frozen=True
    )

    twilio_account_sid: str = ""
    twilio_auth_token: SecretStr = SecretStr("")
    twilio_auth_token_secondary: SecretStr = SecretStr("")
    public_url: Annotated[str, AfterValidator(line_url)] = "http://127.0.0.1:8000"
    line_number: str = ""
    port: int = 8000
    ivr_silence: Literal["connect", "goodbye"] = "connect"
    ivr_hotline: str = ""
    ivr_web_phone: Literal["on", "off"] = "on"
    ivr_readable: Literal["on", "off"] = "on"
    ivr_neutral_page: str = ""
    ivr_content: Path = Field(default=CHECKOUT)
    ivr_sounds: Path | None = None
    ivr_voices: Path | None = None
    ivr_usage: str = ""
    ivr_usage_url: SecretStr = SecretStr("")
    ivr_usage_period: Literal["month", "quarter"] = "month"
    ivr_metrics_address: str = ""
    _notes: tuple[str, ...] = PrivateAttr(())
    _source: str = PrivateAttr("the environment")

    @field_validator("port", mode="before")
    @classmethod
    def _is_a_port(cls, value: object) -> object:
        if not re.fullmatch("[0-9]{1,5}", str(value), re.ASCII) or not 0 < int(str(value)) < 65536:
            raise ValueError("expected a number from 1 to 65535")
        return value

    @field_validator("line_number", "ivr_hotline")
    @classmethod
    def _is_a_number(cls, value: str) -> str:
        if value and not NORTH_AMERICAN.fullmatch(value):
            raise ValueError("expected +1 and ten digits, such as +12025550123")
        if PREMIUM.match(value):
            raise ValueError("this number charges its callers")
        return value

    @field_validator("twilio_account_sid")
    @classmethod
    def _is_an_account(cls, value: str) -> str:
        if value and not _ACCOUNT_SID.fullmatch(value):
            raise ValueError("expected AC and 32 hexadecimal digits, as the first page of Twilio's console shows it")
        return value

    @field_validator("twilio_auth_token", "twilio_auth_token_secondary")
    @classmethod
    def _is_a_token(cls, value: SecretStr) -> SecretStr:
        if fault := token_fault(value.get_secret_value()):
            raise ValueError(fault)
        return value

    @field_validator("ivr_silence", "ivr_web_phone", "ivr_readable", "ivr_usage_period", mode="before")
    @classmethod
    def _lower_case(cls, value: object) -> object:
        return value.lower() if isinstance(value, str) else value

    @field_validator("ivr_neutral_page")
    @classmethod
    def _is_a_page_of_another_site(cls, value: str) -> str:
        if value and (fault := neutral_page_fault(value)):
            raise ValueError(fault)
        return value

    @field_validator("ivr_content", "ivr_sounds", "ivr_voices", mode="before")
    @classmethod
    def _is_a_folder(cls, value: object) -> object:
        if isinstance(value, str) and not _PATH.fullmatch(value):
            raise ValueError("expected a folder, written with a slash, such as /srv/line or ./texts")
        return value

    @field_validator("ivr_usage")
    @classmethod
    def _is_off_or_a_path(cls, value: str) -> str:
        if value.lower() in ("", "off"):
            return value.lower()
        if "://" in value or not (_PATH.fullmatch(value) or re.fullmatch(r"[^\"']+\.sqlite", value)):
            raise ValueError(
                "expected off, a folder, written with a slash (such as ./usage), or a file that ends in .sqlite"
            )
        return value

    @field_validator("ivr_usage_url")
    @classmethod
    def _is_a_database(cls, value: SecretStr) -> SecretStr:
        if value.get_secret_value() and not _DATABASE.match(value.get_secret_value()):
            raise ValueError("expected the address of a PostgreSQL database: postgresql://user:password@host/name")
        return value

    @field_validator("ivr_metrics_address")
    @classmethod
    def _is_off_or_an_address(cls, value: str) -> str:
        if value.lower() in ("", "off"):
            return ""
        address = _LISTENING.fullmatch(value)
        if not address or not 0 < int(address["port"]) < 65536:
            raise ValueError("expected off, or an address of this machine and a port, such as 127.0.0.1:9464")
        return value

    @field_validator("*", mode="before")  # pydantic calls the validators of mode "before" from the last to the first
    @classmethod
    def _has_no_quotes(cls, value: object) -> object:
        if isinstance(value, str) and re.fullmatch(r"([\"'“”‘’`]).*\1|“.*”|‘.*’", value, re.DOTALL):
            raise ValueError("it is in quotes; remove them (docker's --env-file keeps them)")
        return value

    @property
    def tokens(self) -> tuple[str, ...]:
        """The tokens that may sign a request; two during rotation."""
        both = (self.twilio_auth_token.get_secret_value(), self.twilio_auth_token_secondary.get_secret_value())
        return tuple(token for token in both if token)

    @property
    def hotline(self) -> str:
        """The number that key 0 must dial, such as "+18883737888": IVR_HOTLINE, else the number in the program."""
        return self.ivr_hotline or PINNED_HOTLINE

    @property
    def usage_file(self) -> Path | None:
        """The SQLite file in which usage is counted; None if IVR_USAGE is "off", and nothing is counted.

        If IVR_USAGE_URL names a database, usage is counted there, and the file is not used.
        """
        if self.ivr_usage == "off":
            return None
        path = Path(self.ivr_usage or CHECKOUT / "usage")
        return path if path.suffix == ".sqlite" else path / "usage.sqlite"

    @property
    def metrics(self) -> tuple[str, int] | None:
        """The host and port that serve the metrics, such as ("127.0.0.1", 9464); None if they are off."""
        address = _LISTENING.fullmatch(self.ivr_metrics_address)
        return (address["host"].strip("[]"), int(address["port"])) if address else None

    @property
    def is_test_line(self) -> bool:
        """Whether the token is a test token of `make setup`: the line is tried out and answers no call of Twilio's."""
        return bool(self.tokens) and self.tokens[0].startswith(TEST_TOKEN_PREFIX)

    def with_some_token(self) -> Self:
        """These settings, with a test token if they have none: enough to prove a line that verifies no call."""
        return self if self.tokens else self.model_copy(update={"twilio_auth_token": SecretStr(TEST_TOKEN_PREFIX)})

    @property
    def options(self) -> Options:
        """The settings that the line is compiled with."""
        return Options(self.public_url, self.line_number or None, self.ivr_silence, self.hotline)

    @property
    def notes(self) -> tuple[str, ...]:
        """Sentences about names in the environment that are not settings."""
        return self._notes

    @property
    def source(self) -> str:
        """The place that the settings were read from, for people: "the environment", "the file /opt/line/.env; …"."""
        return self._source


def read_settings() -> Settings:
    """Read the environment. Raises BadSettings with a sentence for each name that cannot be used, without a secret."""
    try:
        env_file, file_notes = _env_file()
        environment = _environment(env_file)
        settings, faults = Settings(_env_file=env_file), list[str]()
    except ValidationError as error:
        settings, faults = None, [_sentence(dict(fault)) for fault in error.errors()]
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        raise BadSettings(f".env cannot be read ({reason}): save it as UTF-8, where the line may read it.") from None
    notes = (*file_notes, *unknown_name_notes(environment, {name.upper() for name in Settings.model_fields}))
    faults += old_name_faults(environment)
    if settings and settings.tokens and not settings.is_test_line and not settings.line_number:
        faults.append(NO_LINE_NUMBER)
    if settings is None or faults:
        raise BadSettings("\n".join((*faults, *notes)))
    settings._notes = notes
    if env_file and (path := Path(env_file)).exists():
        settings._source = f"the file {path.resolve()}; a variable of the environment overrides it"
    return settings


def _env_file() -> tuple[str | None, tuple[str, ...]]:
    """The file of settings, or None and a note if it is not read.

    An unreadable file is left out where the environment has the token: under systemd and in a container the
    settings come from there, and the file was written to try the line out. Raises OSError if it is needed.
    """
    try:
        with suppress(FileNotFoundError), Path(ENV_FILE).open("rb"):
            pass
    except PermissionError:
        if not os.environ.get("TWILIO_AUTH_TOKEN"):
            raise
        return None, (f"This user has no right to read {ENV_FILE}. It is left out: the environment has the settings.",)
    return ENV_FILE, ()


def _environment(env_file: str | None) -> dict[str, str]:
    """Every name in the environment and in `env_file`, in capitals, with its value."""
    names = {**(dotenv_values(env_file, encoding="utf-8") if env_file else {}), **os.environ}
    return {name.upper(): value or "" for name, value in names.items()}


def _sentence(error: dict[str, object]) -> str:
    location, message = error["loc"], str(error["msg"]).removeprefix("Value error, ")
    name = str(location[0]).upper() if isinstance(location, tuple) else "?"
    if error["type"] == "literal_error" and isinstance(choices := error.get("ctx"), dict):
        message = f"expected {choices['expected']}".replace("'", "")
    secret = name.startswith("TWILIO") or name == "IVR_USAGE_URL"
    shown = "" if secret else f" is {_PASSWORD.sub('//…@', repr(error['input']))}"
    return f"{name}{shown}: {message}."
