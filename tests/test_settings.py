"""Settings: what an operator sets is read once and checked; each fault is a sentence, and no secret is ever shown."""

import os
import traceback
from collections.abc import Iterator
from pathlib import Path

import pytest

from ivr.errors import BadSettings
from ivr.line.options import Options
from ivr.readiness import readiness_of
from ivr.server.serve import announcement
from ivr.setting_rules import RENAMED, line_url
from ivr.settings import CHECKOUT, Settings, read_settings

pytestmark = pytest.mark.usefixtures("unset")

TOKEN = "0123456789abcdef0123456789abcdef"
SECOND = "fedcba9876543210fedcba9876543210"


def refused(monkeypatch: pytest.MonkeyPatch, **environment: str) -> str:
    """The sentence about an environment that cannot be used."""
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(BadSettings) as error:
        read_settings()
    return str(error.value)


def test_without_any_setting_the_line_can_be_tried_in_the_terminal() -> None:
    settings = read_settings()
    assert settings.options == Options("http://127.0.0.1:8000", None, "connect", "+18883737888")
    assert settings.tokens == ()
    assert not settings.is_test_line
    assert settings.ivr_content == CHECKOUT


def test_everything_may_be_set(unset: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {
        "TWILIO_AUTH_TOKEN": TOKEN,
        "TWILIO_AUTH_TOKEN_SECONDARY": SECOND,
        "PUBLIC_URL": "https://line.example.org/ivr/",
        "LINE_NUMBER": "+12025550123",
        "IVR_SILENCE": "goodbye",
        "IVR_HOTLINE": "+12025550199",
        "IVR_CONTENT": str(unset),
    }.items():
        monkeypatch.setenv(name, value)
    settings = read_settings()
    assert settings.options == Options("https://line.example.org/ivr", "+12025550123", "goodbye", "+12025550199")
    assert settings.tokens == (TOKEN, SECOND)
    assert settings.ivr_content == unset


def test_a_file_named_env_is_read_and_the_environment_goes_before_it(
    unset: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (unset / ".env").write_text("IVR_SILENCE=goodbye\nPUBLIC_URL=https://file.example.org\nSOMETHING_ELSE=1\n", "utf-8")
    monkeypatch.setenv("PUBLIC_URL", "https://environment.example.org")
    settings = read_settings()
    assert (settings.ivr_silence, settings.public_url) == ("goodbye", "https://environment.example.org")


@pytest.mark.parametrize(
    "text",
    [
        "\ufeffPUBLIC_URL=https://file.example.org\n",
        "PUBLIC_URL=https://file.example.org\r\nIVR_SILENCE=goodbye\r\n",
        "export PUBLIC_URL=https://file.example.org\n",
        "PUBLIC_URL = https://file.example.org\n",
        "PUBLIC_URL='https://file.example.org'\n",
        "# a comment\n\nPUBLIC_URL=https://file.example.org # another one\n",
    ],
    ids=["BOM", "CRLF", "export", "blanks", "quotes", "comments"],
)
def test_an_env_file_is_read_as_operators_and_editors_write_it(unset: Path, text: str) -> None:
    (unset / ".env").write_bytes(text.encode())
    assert read_settings().public_url == "https://file.example.org"


def test_the_secondary_token_alone_signs_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TWILIO_AUTH_TOKEN_SECONDARY", "try-second")
    assert read_settings().tokens == ("try-second",)


def test_account_sid_may_have_capital_digits(monkeypatch: pytest.MonkeyPatch) -> None:
    """Twilio's OpenAPI description allows both: ^AC[0-9a-fA-F]{32}$."""
    monkeypatch.setenv("TWILIO_ACCOUNT_SID", "AC0123456789ABCDEF0123456789abcdef")
    assert read_settings().twilio_account_sid == "AC0123456789ABCDEF0123456789abcdef"


def test_what_was_read_does_not_change() -> None:
    settings = read_settings()
    with pytest.raises(ValueError, match="frozen"):
        settings.ivr_silence = "goodbye"


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        *(
            ("PUBLIC_URL", value, "expected the address that Twilio reaches the line at, such as https://line.example")
            for value in (
                "line.example.org",
                "ftp://line.example.org",
                "https://",
                "https:///call",
                "https://line.example.org?a=1",
                "https://line.example.org?",
                "https://line.example.org#call",
                "https://user@line.example.org",
                "https://:secret@line.example.org",
                "https://line.example.org:port",
                "https://line.example.org:99999",
                "https://line.example.org:0",
                "https://[line.example.org",
                "https://line example.org",
                "https://line.\nexample.org",
                "https://línea.example.org",
                'https://line.example.org/"call"',
            )
        ),
        *(
            (name, value, "expected +1 and ten digits, such as +12025550123")
            for name in ("LINE_NUMBER", "IVR_HOTLINE")
            for value in (
                "2025550123",
                "+1 202 555 0123",
                "+442071838750",
                "+11025550123",
                "+1202555012",
                "911",
                "+１202",
                "+1202555012３",
            )
        ),
        *(
            ("IVR_NEUTRAL_PAGE", value, "expected the address of another site that begins with https://")
            for value in (
                "http://www.weather.gov/",
                "www.weather.gov",
                "https://localhost/",
                "https://user@www.weather.gov/",
                "https://www.weather.gov/ https://es.wikipedia.org/",
                "https://www.weather.gov/<b>",
                "javascript:alert(1)",
                "/en",
                "off",
            )
        ),
        ("IVR_SILENCE", "hang up", "expected connect or goodbye"),
        ("IVR_HOTLINE", "+19005550123", "this number charges its callers"),
        *(
            (name, value, "expected on or off")
            for name in ("IVR_WEB_PHONE", "IVR_READABLE")
            for value in ("none", "false", "0", "no")
        ),
        *(
            ("IVR_USAGE", value, "expected off, a folder, written with a slash")
            for value in ("none", "false", "0", "no", "on", "usage", "postgresql://line@db/usage")
        ),
        *(("PORT", value, "expected a number from 1 to 65535") for value in ("0", "65536", "http", "-1", "80.0", "٨")),
        *(("IVR_CONTENT", value, "expected a folder, written with a slash") for value in ("none", "off", "0")),
        *((name, "off", "expected a folder, written with a slash") for name in ("IVR_SOUNDS", "IVR_VOICES")),
        *(("IVR_METRICS_ADDRESS", value, "expected off, or an address") for value in ("none", "false", "0", "9464")),
        *(
            (name, value, "it is in quotes; remove them")
            for name in ("IVR_USAGE", "IVR_CONTENT", "IVR_WEB_PHONE", "IVR_METRICS_ADDRESS", "PUBLIC_URL")
            for value in ('"off"', "'off'", '"/srv/line"')
        ),
        ("PUBLIC_URL", "https://line.example.org/call", "write https://line.example.org."),
        ("PUBLIC_URL", "https://line.example.org/ivr/call/", "write https://line.example.org/ivr."),
        ("PUBLIC_URL", "https://line.example.org:", "there is no port behind the colon; remove the colon"),
        ("PUBLIC_URL", "https://line.example.org:/ivr", "there is no port behind the colon; remove the colon"),
    ],
)
def test_a_setting_that_cannot_be_used_is_named_with_what_was_expected(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, sentence: str
) -> None:
    said = refused(monkeypatch, **{name: value})
    assert said.startswith(f"{name} is ")
    assert sentence in said
    assert said.endswith(".")
    assert "\n" not in said


def test_every_fault_is_told_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    said = refused(monkeypatch, PUBLIC_URL="nowhere", LINE_NUMBER="911", IVR_SILENCE="never")
    assert [sentence.split()[0] for sentence in said.splitlines()] == ["PUBLIC_URL", "LINE_NUMBER", "IVR_SILENCE"]


def test_with_twilio_s_token_the_line_must_know_its_own_number(monkeypatch: pytest.MonkeyPatch) -> None:
    said = refused(monkeypatch, TWILIO_AUTH_TOKEN=TOKEN)
    assert said.startswith("LINE_NUMBER is not set. With Twilio's token it must be the line's own number")
    monkeypatch.setenv("LINE_NUMBER", "+12025550123")
    assert read_settings().options.line_number == "+12025550123"


def test_a_token_for_trying_out_needs_no_number(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TWILIO_AUTH_TOKEN", "try-0123")
    assert read_settings().is_test_line


@pytest.mark.parametrize("name", ["TWILIO_AUTH_TOKEN", "TWILIO_AUTH_TOKEN_SECONDARY"])
@pytest.mark.parametrize(
    ("token", "reason"),
    [
        (f"{TOKEN} ", "it contains a blank or a line break"),
        (f" {TOKEN}", "it contains a blank or a line break"),
        (f"{TOKEN}\n", "it contains a blank or a line break"),
        (f"{TOKEN[:9]} {TOKEN[9:]}", "it contains a blank or a line break"),
        (f"\u00a0{TOKEN}", "it contains a blank or a line break"),
        (f'"{TOKEN}"', "it is in quotes; remove them"),
        (f"'{TOKEN}'", "it is in quotes; remove them"),
        (f"“{TOKEN}”", "it is in quotes; remove them"),
        (f'{TOKEN}"', "it contains a quote"),
        (f"\u200b{TOKEN}", "it contains an invisible character (U+200B, position 1)"),
        (f"{TOKEN}\ufeff", "it contains an invisible character (U+FEFF, position 33)"),
        (f"AC{TOKEN}", "it is a SID (AC…), not a token"),
        (f"SK{TOKEN}", "it is a SID (SK…), not a token"),
        ("your_auth_token", "it is a placeholder"),
        ("<token>", "it is a placeholder"),
        ("x" * 32, "it is a placeholder"),
        ("changeme", "it is a placeholder"),
        (TOKEN[:-1], "it has 31 characters, and Twilio's tokens have 32"),
        (TOKEN + "0", "it has 33 characters, and Twilio's tokens have 32"),
        (TOKEN[:-1] + "g", "it contains a character that is not a hexadecimal digit"),
        ("try-", "it contains a character that is not a hexadecimal digit"),
    ],
)
def test_a_token_that_cannot_be_twilios_is_refused_with_the_reason(
    monkeypatch: pytest.MonkeyPatch, name: str, token: str, reason: str
) -> None:
    said = refused(monkeypatch, **{name: token})
    assert said.startswith(f"{name}: {reason}")
    assert said.endswith(".")
    assert token not in said.replace(name, "")


@pytest.mark.parametrize("old", [*RENAMED, "CALLER_ID", "METRICS_NODES"])
@pytest.mark.parametrize("place", ["environment", "file"])
def test_an_old_name_is_refused_with_the_new_one(
    unset: Path, monkeypatch: pytest.MonkeyPatch, old: str, place: str
) -> None:
    if place == "file":
        (unset / ".env").write_text(f"{old}=off\n", "utf-8")
        said = refused(monkeypatch)
    else:
        said = refused(monkeypatch, **{old: "off"})
    assert said.startswith(f"{old} is ")
    assert RENAMED.get(old, "no longer a setting") in said
    assert "\n" not in said


def test_an_old_name_without_a_value_or_beside_the_new_one_is_accepted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CALLER_ID", "")
    monkeypatch.setenv("READ", "")
    monkeypatch.setenv("SILENCE", "goodbye")
    monkeypatch.setenv("IVR_SILENCE", "connect")
    assert read_settings().ivr_silence == "connect"


def test_every_old_name_has_a_new_one_that_is_a_setting() -> None:
    assert set(RENAMED.values()) <= {name.upper() for name in Settings.model_fields}


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("IVR_NONSENSE", "IVR_NONSENSE is not a setting. .env.example lists all settings."),
        ("IVR_SILENCES", "IVR_SILENCES is not a setting. Is IVR_SILENCE meant?"),
        ("IVR_READ", "IVR_READ is not a setting. Is IVR_READABLE meant?"),
        ("HOTLINE", "HOTLINE is not a setting. Is IVR_HOTLINE meant?"),
        ("TWILIO_AUTHTOKEN", "TWILIO_AUTHTOKEN is not a setting. Is TWILIO_AUTH_TOKEN meant?"),
        ("PUBLICURL", "PUBLICURL is not a setting. Is PUBLIC_URL meant?"),
        ("LINENUMBER", "LINENUMBER is not a setting. Is LINE_NUMBER meant?"),
        (
            "CALLERID",
            "CALLERID is not a setting, and CALLER_ID is no longer a setting: every transfer shows LINE_NUMBER",
        ),
    ],
)
@pytest.mark.parametrize("place", ["environment", "file"])
def test_an_unknown_name_is_named_at_start(
    unset: Path, tiny: Path, monkeypatch: pytest.MonkeyPatch, name: str, sentence: str, place: str
) -> None:
    monkeypatch.setenv("IVR_CONTENT", str(tiny))
    if place == "file":
        (unset / ".env").write_text(f"{name}=1\n", "utf-8")
    else:
        monkeypatch.setenv(name, "1")
    settings = read_settings()
    assert [note for note in settings.notes if note.startswith(sentence)]
    assert set(settings.notes) <= set(announcement(readiness_of(settings), settings))


def test_a_misspelled_name_is_named_where_its_setting_is_missed(monkeypatch: pytest.MonkeyPatch) -> None:
    said = refused(monkeypatch, TWILIO_AUTH_TOKEN=TOKEN, LINENUMBER="+12025550123")
    assert said.startswith("LINE_NUMBER is not set.")
    assert said.endswith("LINENUMBER is not a setting. Is LINE_NUMBER meant?")


def test_names_of_other_programs_are_not_named(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("READY", "LINE_SERVICE_HOST", "TWILIO_API_KEY", "PUBLIC_KEY", "PATH", "USAGE_REPORT", "LC_ALL"):
        monkeypatch.setenv(name, "1")
    assert read_settings().notes == ()


@pytest.mark.parametrize("name", [name.upper() for name in Settings.model_fields])
def test_an_empty_value_counts_as_unset(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv(name, "")
    assert read_settings() == Settings(_env_file=None)


def test_choices_may_be_written_in_capitals(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {"IVR_WEB_PHONE": "OFF", "IVR_READABLE": "Off", "IVR_USAGE": "OFF"}.items():
        monkeypatch.setenv(name, value)
    settings = read_settings()
    assert (settings.ivr_web_phone, settings.ivr_readable, settings.usage_file) == ("off", "off", None)


def test_no_token_is_ever_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = Settings(
        _env_file=None, twilio_auth_token=TOKEN, twilio_auth_token_secondary=SECOND, line_number="+12025550123"
    )
    shown = [
        f"{settings}",
        repr(settings),
        f"{settings.model_dump()}",
        settings.model_dump_json(),
        f"{settings.options}",
    ]
    monkeypatch.setenv("PUBLIC_URL", "nowhere")
    for name, token in (("TWILIO_AUTH_TOKEN", TOKEN + " "), ("TWILIO_AUTH_TOKEN_SECONDARY", SECOND + "\t")):
        monkeypatch.setenv(name, token)
    try:
        read_settings()
    except BadSettings as error:
        shown += [str(error), repr(error), "".join(traceback.format_exception(error))]
    assert len(shown) == 8
    for text in shown:
        assert TOKEN not in text
        assert SECOND not in text


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("https://line.example.org", "https://line.example.org"),
        ("https://line.example.org/", "https://line.example.org"),
        ("https://line.example.org/a/b//", "https://line.example.org/a/b"),
        ("http://127.0.0.1:8000", "http://127.0.0.1:8000"),
        ("http://[::1]:8000/ivr", "http://[::1]:8000/ivr"),
        ("https://line-1.example.org:8443/%7Eivr", "https://line-1.example.org:8443/%7Eivr"),
    ],
)
def test_a_slash_at_the_end_of_the_public_url_is_no_part_of_it(written: str, meant: str) -> None:
    assert line_url(written) == meant


def test_every_setting_is_explained_in_the_example() -> None:
    example = (CHECKOUT / ".env.example").read_text("utf-8")
    for name in Settings.model_fields:
        assert f"\n{name.upper()}=" in example or f"\n#{name.upper()}=" in example


def test_an_env_file_that_is_not_utf8_is_a_sentence_too(unset: Path) -> None:
    (unset / ".env").write_bytes(b"IVR_SILENCE=goodbye\n# \xff\n")
    with pytest.raises(BadSettings, match=r"^\.env cannot be read \(it is not UTF-8\)"):
        read_settings()


@pytest.fixture
def unreadable(unset: Path) -> Iterator[Path]:
    """A .env that this process may not read, as one that root wrote with `make setup`."""
    path = unset / ".env"
    path.write_text(f"TWILIO_AUTH_TOKEN={TOKEN}\nPUBLIC_URL=https://file.example.org\n", "utf-8")
    path.chmod(0)
    was = os.geteuid()
    if was == 0:
        os.seteuid(65534)
    yield path
    os.seteuid(was)


@pytest.mark.usefixtures("unreadable")
def test_env_file_that_may_not_be_read_is_passed_over_where_the_environment_has_the_token(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with pytest.raises(BadSettings, match=r"^\.env cannot be read \(Permission denied\)"):
        read_settings()
    monkeypatch.setenv("TWILIO_AUTH_TOKEN", "try-of-the-environment")
    settings = read_settings()
    assert settings.tokens == ("try-of-the-environment",)
    assert settings.public_url == "http://127.0.0.1:8000"
    assert any("no right to read .env" in note for note in settings.notes)


def test_place_of_the_settings_is_named(unset: Path) -> None:
    assert read_settings().source == "the environment"
    (unset / ".env").write_text("LINE_NUMBER=+12025550123\n", "utf-8")
    assert str(unset.resolve() / ".env") in read_settings().source
