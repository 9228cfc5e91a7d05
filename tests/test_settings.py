"""Settings: what an operator sets is read once and checked; each fault is a sentence, and no secret is ever shown."""

import traceback
from pathlib import Path

import pytest

from ivr.errors import BadSettings
from ivr.line.line import Options
from ivr.settings import CHECKOUT, Settings, plain_url, read_settings

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
    assert settings.options == Options("http://127.0.0.1:8000", None, False, "connect")
    assert settings.tokens == ()
    assert not settings.trying_out
    assert settings.ivr_content == CHECKOUT


def test_everything_may_be_set(unset: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {
        "TWILIO_AUTH_TOKEN": TOKEN,
        "TWILIO_AUTH_TOKEN_SECONDARY": SECOND,
        "PUBLIC_URL": "https://line.example.org/ivr/",
        "LINE_NUMBER": "+12025550123",
        "SILENCE": "goodbye",
        "CALLER_ID": "caller",
        "IVR_CONTENT": str(unset),
    }.items():
        monkeypatch.setenv(name, value)
    settings = read_settings()
    assert settings.options == Options("https://line.example.org/ivr", "+12025550123", True, "goodbye")
    assert settings.options.caller_id is None
    assert settings.tokens == (TOKEN, SECOND)
    assert settings.ivr_content == unset


def test_a_file_named_env_is_read_and_the_environment_goes_before_it(
    unset: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (unset / ".env").write_text("SILENCE=goodbye\nPUBLIC_URL=https://file.example.org\nSOMETHING_ELSE=1\n", "utf-8")
    monkeypatch.setenv("PUBLIC_URL", "https://environment.example.org")
    settings = read_settings()
    assert (settings.silence, settings.public_url) == ("goodbye", "https://environment.example.org")


def test_the_secondary_token_alone_signs_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TWILIO_AUTH_TOKEN_SECONDARY", "try-second")
    assert read_settings().tokens == ("try-second",)


def test_what_was_read_does_not_change() -> None:
    settings = read_settings()
    with pytest.raises(ValueError, match="frozen"):
        settings.silence = "goodbye"


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        *(
            ("PUBLIC_URL", value, "expected the address that Twilio reaches the line at, such as https://line.example")
            for value in (
                "",
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
            ("LINE_NUMBER", value, "expected +1 and ten digits, such as +12025550123")
            for value in (
                "2025550123",
                "+1 202 555 0123",
                "+442071838750",
                "+11025550123",
                "+1202555012",
                "911",
                "+１202",
            )
        ),
        ("SILENCE", "hang up", "'connect' or 'goodbye'"),
        ("CALLER_ID", "mine", "'line' or 'caller'"),
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
    said = refused(monkeypatch, PUBLIC_URL="nowhere", LINE_NUMBER="911", SILENCE="never")
    assert [sentence.split()[0] for sentence in said.splitlines()] == ["PUBLIC_URL", "LINE_NUMBER", "SILENCE"]


def test_with_twilio_s_token_the_line_must_know_its_own_number(monkeypatch: pytest.MonkeyPatch) -> None:
    said = refused(monkeypatch, TWILIO_AUTH_TOKEN=TOKEN)
    assert said.startswith("LINE_NUMBER is not set. With Twilio's token it must be the line's own number")
    monkeypatch.setenv("LINE_NUMBER", "+12025550123")
    assert read_settings().options.line_number == "+12025550123"


def test_a_token_for_trying_out_needs_no_number(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TWILIO_AUTH_TOKEN", "try-0123")
    assert read_settings().trying_out


@pytest.mark.parametrize("name", ["TWILIO_AUTH_TOKEN", "TWILIO_AUTH_TOKEN_SECONDARY"])
@pytest.mark.parametrize("token", [f"{TOKEN} ", f" {TOKEN}", f"{TOKEN}\n", f"{TOKEN[:9]} {TOKEN[9:]}"])
def test_a_token_with_a_blank_in_it_was_copied_wrongly(monkeypatch: pytest.MonkeyPatch, name: str, token: str) -> None:
    said = refused(monkeypatch, **{name: token})
    assert said == f"{name}: a blank or line break stands in it; copy the token again."


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
    assert plain_url(written) == meant


def test_every_setting_is_explained_in_the_example() -> None:
    example = (CHECKOUT / ".env.example").read_text("utf-8")
    for name in Settings.model_fields:
        assert f"\n{name.upper()}=" in example or f"\n#{name.upper()}=" in example


def test_an_env_file_that_is_not_utf8_is_a_sentence_too(unset: Path) -> None:
    (unset / ".env").write_bytes(b"SILENCE=goodbye\n# \xff\n")
    with pytest.raises(BadSettings, match=r"^\.env cannot be read \(it is not UTF-8\)"):
        read_settings()
