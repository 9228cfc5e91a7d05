"""The number at Twilio: shown, changed in one request, read back, undone; and whatever Twilio does, one sentence."""

import shlex
from collections.abc import Callable
from pathlib import Path

import pytest
import requests
from click.testing import CliRunner, Result
from support.twilio_account import LINE_NUMBER, SID, TOKEN, WIRING, TwilioApi, a_number

from ivr.cli.main import main
from ivr.operate import http_client
from ivr.operate.number import OVERRIDES
from ivr.operate.outside import External

PUBLIC = "https://line.example.org/help"
BIN = "https://handler.twilio.com/twiml/EH" + "1" * 32
Run = Callable[..., Result]


def no_network(*_: object) -> http_client.Reply:
    raise AssertionError("a command about the number asks nobody but Twilio")


@pytest.fixture
def twilio() -> TwilioApi:
    return TwilioApi()


@pytest.fixture
def ivr(unset: Path, tiny: Path, monkeypatch: pytest.MonkeyPatch, twilio: TwilioApi) -> Run:
    """The command, in the environment of an operator; whatever it prints must not hold the token."""
    assert not list(unset.iterdir())
    for name, value in {
        "TWILIO_ACCOUNT_SID": SID,
        "TWILIO_AUTH_TOKEN": TOKEN,
        "PUBLIC_URL": PUBLIC,
        "LINE_NUMBER": LINE_NUMBER,
        "IVR_CONTENT": str(tiny),
    }.items():
        monkeypatch.setenv(name, value)

    def run(*arguments: str, answer: str | None = None) -> Result:
        outside = External(fetch=no_network, transport=lambda: twilio)
        found = CliRunner().invoke(main, list(arguments), obj=outside, input=answer)
        assert TOKEN not in found.output
        assert found.exception is None or isinstance(found.exception, SystemExit), found.exception
        return found

    return run


def wiring(twilio: TwilioApi) -> dict[str, str]:
    return {name: twilio.numbers[0][name] for name in WIRING}


# -- shown -------------------------------------------------------------------------------------------------------------


def test_a_number_is_shown_with_what_is_wrong_with_it(ivr: Run) -> None:
    shown = ivr("number", "show")
    assert shown.exit_code == 0
    assert f"{LINE_NUMBER} (PN{'1' * 32})" in shown.output
    assert "voice URL        GET https://demo.twilio.com/welcome/voice/" in shown.output
    assert "There is no fallback" in shown.output


def test_without_a_token_or_a_number_nothing_is_asked(
    ivr: Run, twilio: TwilioApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LINE_NUMBER", "")
    assert "LINE_NUMBER is not set" in ivr("number", "show").output
    monkeypatch.setenv("TWILIO_AUTH_TOKEN", "")
    assert "TWILIO_AUTH_TOKEN must both be set" in ivr("number", "show").output
    assert twilio.asked == []


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("voice_application_sid", "AP1", "A TwiML app is set on this number"),
        ("trunk_sid", "TK1", "A SIP trunk is set on this number"),
        ("phone_number", "+18885550123", "This number is toll-free"),
    ],
)
def test_what_makes_a_number_useless_is_said(ivr: Run, twilio: TwilioApi, field: str, value: str, said: str) -> None:
    twilio.numbers[0][field] = value
    assert said in ivr("number", "show", "PN" + "1" * 32).output


def test_a_number_that_is_not_the_lines_is_said(ivr: Run, twilio: TwilioApi) -> None:
    twilio.numbers.append(a_number("+12025550124", "PN" + "2" * 32))
    assert f"LINE_NUMBER is {LINE_NUMBER}: set it to +12025550124" in ivr("number", "show", "+12025550124").output


# -- set ---------------------------------------------------------------------------------------------------------------


def test_set_shows_asks_changes_once_and_reads_back(ivr: Run, twilio: TwilioApi) -> None:
    done = ivr("number", "set", "--fallback-url", BIN, answer="y\n")
    assert done.exit_code == 0, done.output
    assert wiring(twilio) == {
        "voice_url": f"{PUBLIC}/call{OVERRIDES}",
        "voice_method": "POST",
        "voice_fallback_url": BIN,
        "voice_fallback_method": "POST",
        "status_callback": "",
        "status_callback_method": "POST",
    }
    assert twilio.changes == 1
    assert f"voice URL: https://demo.twilio.com/welcome/voice/ → {PUBLIC}/call#" in done.output
    assert "voice method: GET → POST" in done.output
    assert "Changed, and read back." in done.output


def test_set_twice_changes_nothing_the_second_time(ivr: Run, twilio: TwilioApi) -> None:
    ivr("number", "set", "--yes", "--fallback-url", BIN)
    again = ivr("number", "set", "--yes", "--fallback-url", BIN)
    assert "nothing changes" in again.output
    assert twilio.changes == 1


def test_the_printed_undo_undoes(ivr: Run, twilio: TwilioApi) -> None:
    twilio.numbers[0] |= {"voice_fallback_url": "https://old.example.org/a'b?c=d e", "voice_fallback_method": "GET"}
    before = wiring(twilio)
    done = ivr("number", "set", "--yes", "--fallback-url", BIN)
    assert wiring(twilio) != before
    undo = shlex.split(done.output.strip().splitlines()[-1])
    assert undo[0] == "ivr"
    assert ivr(*undo[1:]).exit_code == 0
    assert wiring(twilio) == before


def test_without_a_fallback_the_document_to_host_is_printed(ivr: Run) -> None:
    done = ivr("number", "set", "--dry-run")
    assert "There is no fallback" in done.output
    assert "<Dial" in done.output
    assert "<Response>" in done.output


def test_a_fallback_that_is_set_stays_and_a_file_is_asked_for_by_get(ivr: Run, twilio: TwilioApi) -> None:
    ivr("number", "set", "--yes", "--fallback-url", "https://files.example.org/fallback.xml")
    ivr("number", "set", "--yes")
    assert wiring(twilio)["voice_fallback_url"] == "https://files.example.org/fallback.xml"
    assert wiring(twilio)["voice_fallback_method"] == "GET"
    ivr("number", "set", "--yes", "--fallback-url", "https://files.example.org/x.xml", "--fallback-method", "POST")
    assert wiring(twilio)["voice_fallback_method"] == "POST"


@pytest.mark.parametrize("arguments", [("--dry-run",), ("--dry-run", "--yes")])
def test_a_dry_run_changes_nothing(ivr: Run, twilio: TwilioApi, arguments: tuple[str, ...]) -> None:
    before = wiring(twilio)
    assert ivr("number", "set", *arguments).exit_code == 0
    assert (wiring(twilio), twilio.changes) == (before, 0)


def test_a_no_changes_nothing(ivr: Run, twilio: TwilioApi) -> None:
    assert ivr("number", "set", answer="n\n").exit_code == 1
    assert twilio.changes == 0


def test_a_password_in_an_old_address_is_not_shown_and_not_set_as_stars(ivr: Run, twilio: TwilioApi) -> None:
    twilio.numbers[0]["voice_url"] = "https://line:hunter2@old.example.org/voice"
    done = ivr("number", "set", "--yes")
    assert "hunter2" not in done.output
    undo = shlex.split(done.output.strip().splitlines()[-1])
    refused = ivr(*undo[1:])
    assert refused.exit_code == 1
    assert "write the password itself" in refused.output


# -- what can go wrong -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        (401, "do not belong together"),
        (403, "no permission"),
        (404, "no such thing"),
        (429, "wait a minute"),
        (500, "a fault on Twilio's side (status 500)"),
        (503, "a fault on Twilio's side (status 503)"),
        (418, "status 418"),
        (requests.exceptions.ReadTimeout(), "did not answer within 10 seconds"),
        (requests.exceptions.ConnectTimeout(), "did not answer within 10 seconds"),
        (requests.exceptions.ConnectionError(TOKEN), "cannot be reached from here"),
        ("<html>Sign in to this hotel</html>", "not Twilio's"),
        ("{}", "is not Twilio's"),
        ("[]", "is not Twilio's"),
    ],
)
@pytest.mark.parametrize("command", ["show", "set"])
def test_whatever_twilio_does_is_one_sentence_and_nothing_changes(
    ivr: Run, twilio: TwilioApi, command: str, fault: int | Exception | str, said: str
) -> None:
    before = wiring(twilio)
    twilio.fails["IncomingPhoneNumbers"] = fault
    failed = ivr("number", command, *(["--yes"] if command == "set" else []))
    assert failed.exit_code == 1
    assert said in failed.output
    assert len(failed.output.strip().splitlines()) == 1
    assert (wiring(twilio), twilio.changes) == (before, 0)


@pytest.mark.parametrize("fault", [403, 429, 500, requests.exceptions.ReadTimeout()])
def test_a_change_that_fails_is_whole_or_not_at_all_and_says_where_to_look(
    ivr: Run, twilio: TwilioApi, fault: int | Exception
) -> None:
    before = wiring(twilio)
    twilio.fails["/IncomingPhoneNumbers/PN"] = fault
    failed = ivr("number", "set", "--yes")
    assert failed.exit_code == 1
    assert f"`ivr number show {LINE_NUMBER}` tells how the number stands" in failed.output
    assert wiring(twilio) == before


def test_a_change_that_does_not_show_afterwards_is_no_change(ivr: Run, twilio: TwilioApi) -> None:
    twilio.frozen = True
    failed = ivr("number", "set", "--yes")
    assert failed.exit_code == 1
    assert "shows something else: voice URL: https://demo.twilio.com" in failed.output


def test_a_number_that_is_not_ours_and_one_of_several(ivr: Run, twilio: TwilioApi) -> None:
    assert "has no number +12025550199" in ivr("number", "set", "+12025550199").output
    twilio.numbers.append(a_number(LINE_NUMBER, "PN" + "2" * 32))
    several = ivr("number", "set", "--yes")
    assert several.exit_code == 1
    assert "matches several numbers" in several.output
    assert ivr("number", "set", "PN" + "2" * 32, "--yes").exit_code == 0
    assert twilio.numbers[0]["voice_method"] == "GET"


def test_another_account_or_token_is_told_apart_from_a_missing_one(ivr: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TWILIO_ACCOUNT_SID", "AC" + "6" * 32)
    assert "do not belong together" in ivr("number", "show").output
    monkeypatch.setenv("TWILIO_AUTH_TOKEN", "try-made-up")
    assert "Twilio does not know it" in ivr("number", "show").output
    monkeypatch.setenv("TWILIO_ACCOUNT_SID", TOKEN)
    wrong = ivr("number", "show")
    assert wrong.exit_code == 1
    assert "expected AC and 32 hexadecimal digits" in wrong.output


@pytest.mark.parametrize("public", ["http://line.example.org", "https://localhost:8000", "https://127.0.0.1"])
def test_a_line_that_twilio_cannot_reach_is_not_wired(ivr: Run, monkeypatch: pytest.MonkeyPatch, public: str) -> None:
    monkeypatch.setenv("PUBLIC_URL", public)
    failed = ivr("number", "set", "--yes")
    assert failed.exit_code == 1
    assert f"Twilio cannot call {public}" in failed.output


@pytest.mark.parametrize(
    "arguments",
    [
        ("number", "show", "5550123"),
        ("number", "set", "+1202555012"),
        ("number", "set", "--voice-method", "PUT"),
        ("number",),
        ("probe",),
        ("probe", "ftp://line.example.org"),
        ("usage", "--month", "2026-13"),
    ],
)
def test_a_command_used_wrongly_exits_with_2(ivr: Run, twilio: TwilioApi, arguments: tuple[str, ...]) -> None:
    assert ivr(*arguments).exit_code == 2
    assert twilio.asked == []


@pytest.mark.usefixtures("ivr")
def test_no_secret_is_in_the_text_of_an_account(twilio: TwilioApi) -> None:
    from ivr.operate.account import Account
    from ivr.settings import read_settings

    account = Account.of(read_settings(), lambda: twilio)
    assert TOKEN not in repr(account) + str(account) + repr(read_settings())
