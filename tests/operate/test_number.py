"""`ivr number`: shows webhooks, sets them in one request, reads back, undoes; each fault of Twilio is one sentence."""

import shlex
from collections.abc import Callable
from pathlib import Path

import pytest
import requests
from click.testing import CliRunner, Result
from support.external import World, reply
from support.twilio_account import LINE_NUMBER, SID, TOKEN, WIRING, TwilioApi, a_number

from ivr.call.urls import OVERRIDES
from ivr.cli.main import main
from ivr.operate.http_client import ExternalServices

PUBLIC = "https://line.example.org/help"
BIN = "https://handler.twilio.com/twiml/EH" + "1" * 32
Run = Callable[..., Result]


@pytest.fixture
def twilio() -> TwilioApi:
    return TwilioApi()


@pytest.fixture
def world(tiny: Path) -> World:
    """The line that the number shall lead to, and the hosts around it."""
    return World(tiny)


@pytest.fixture
def ivr(unset: Path, tiny: Path, monkeypatch: pytest.MonkeyPatch, twilio: TwilioApi, world: World) -> Run:
    """The `ivr` command in an operator's environment; no output may hold the token."""
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
        external = ExternalServices(fetch=world.fetch, transport=twilio)
        result = CliRunner().invoke(main, list(arguments), obj=external, input=answer)
        assert TOKEN not in result.output
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
        return result

    return run


def webhooks(twilio: TwilioApi) -> dict[str, str]:
    return {name: twilio.numbers[0][name] for name in WIRING}


# -- ivr number show ---------------------------------------------------------------------------------------------------


def test_show_prints_webhooks_and_warnings(ivr: Run) -> None:
    shown = ivr("number", "show")
    assert shown.exit_code == 1
    assert f"{LINE_NUMBER} (PN{'1' * 32})" in shown.output
    assert "voice URL        GET https://demo.twilio.com/welcome/voice/" in shown.output
    assert "There is no fallback" in shown.output


def test_show_without_token_or_number_sends_no_request(
    ivr: Run, twilio: TwilioApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LINE_NUMBER", "")
    assert "LINE_NUMBER is not set" in ivr("number", "show").output
    monkeypatch.setenv("TWILIO_AUTH_TOKEN", "")
    assert "TWILIO_AUTH_TOKEN must both be set" in ivr("number", "show").output
    assert twilio.asked == []


@pytest.mark.parametrize(
    ("field", "value", "warning"),
    [
        ("voice_application_sid", "AP1", "A TwiML app is set on the number"),
        ("trunk_sid", "TK1", "A SIP trunk is set on the number"),
        ("phone_number", "+18885550123", "The number is toll-free"),
    ],
)
def test_show_warns_of_a_number_that_cannot_take_calls(
    ivr: Run, twilio: TwilioApi, field: str, value: str, warning: str
) -> None:
    twilio.numbers[0][field] = value
    assert warning in ivr("number", "show", "PN" + "1" * 32).output


def test_show_warns_of_a_number_that_is_not_line_number(ivr: Run, twilio: TwilioApi) -> None:
    twilio.numbers.append(a_number("+12025550124", "PN" + "2" * 32))
    assert f"LINE_NUMBER is {LINE_NUMBER}. Set it to +12025550124" in ivr("number", "show", "+12025550124").output


# -- ivr number set ----------------------------------------------------------------------------------------------------


def test_set_shows_changes_asks_changes_once_and_reads_back(ivr: Run, twilio: TwilioApi) -> None:
    done = ivr("number", "set", "--fallback-url", BIN, answer="y\n")
    assert done.exit_code == 0, done.output
    assert webhooks(twilio) == {
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


def test_second_set_makes_no_change(ivr: Run, twilio: TwilioApi) -> None:
    ivr("number", "set", "--yes", "--fallback-url", BIN)
    again = ivr("number", "set", "--yes", "--fallback-url", BIN)
    assert "no changes" in again.output
    assert twilio.changes == 1


def test_printed_undo_command_restores_the_webhooks(ivr: Run, twilio: TwilioApi) -> None:
    twilio.numbers[0] |= {"voice_fallback_url": "https://old.example.org/a'b?c=d e", "voice_fallback_method": "GET"}
    before = webhooks(twilio)
    done = ivr("number", "set", "--yes", "--fallback-url", BIN)
    assert webhooks(twilio) != before
    undo = shlex.split(done.output.strip().splitlines()[-1])
    assert undo[0] == "ivr"
    assert ivr(*undo[1:]).exit_code == 0
    assert webhooks(twilio) == before


def test_set_prints_the_fallback_document_if_no_fallback_is_set(ivr: Run) -> None:
    done = ivr("number", "set", "--dry-run")
    assert "There is no fallback" in done.output
    assert "<Dial" in done.output
    assert "<Response>" in done.output


def test_set_keeps_the_fallback_and_uses_get_for_an_xml_file(ivr: Run, twilio: TwilioApi) -> None:
    ivr("number", "set", "--yes", "--fallback-url", "https://files.example.org/fallback.xml")
    ivr("number", "set", "--yes")
    assert webhooks(twilio)["voice_fallback_url"] == "https://files.example.org/fallback.xml"
    assert webhooks(twilio)["voice_fallback_method"] == "GET"
    ivr("number", "set", "--yes", "--fallback-url", "https://files.example.org/x.xml", "--fallback-method", "POST")
    assert webhooks(twilio)["voice_fallback_method"] == "POST"


@pytest.mark.parametrize("arguments", [("--dry-run",), ("--dry-run", "--yes")])
def test_dry_run_makes_no_change(ivr: Run, twilio: TwilioApi, arguments: tuple[str, ...]) -> None:
    before = webhooks(twilio)
    assert ivr("number", "set", *arguments).exit_code == 0
    assert (webhooks(twilio), twilio.changes) == (before, 0)


def test_answer_no_makes_no_change(ivr: Run, twilio: TwilioApi) -> None:
    assert ivr("number", "set", answer="n\n").exit_code == 1
    assert twilio.changes == 0


@pytest.mark.parametrize("field", ["voice_application_sid", "trunk_sid"])
def test_set_changes_nothing_where_a_trunk_or_an_app_makes_it_void(ivr: Run, twilio: TwilioApi, field: str) -> None:
    twilio.numbers[0][field] = "TK1"
    failed = ivr("number", "set", "--yes", "--fallback-url", BIN)
    assert (failed.exit_code, twilio.changes) == (1, 0)
    assert "these webhooks have no effect" in failed.output
    assert "Changed" not in failed.output


def test_set_sends_the_fields_alone_that_differ(ivr: Run, twilio: TwilioApi) -> None:
    ivr("number", "set", "--yes", "--fallback-url", BIN)
    twilio.numbers[0]["voice_method"] = "GET"
    ivr("number", "set", "--yes")
    assert twilio.sent == {"VoiceMethod": "POST"}


def test_set_asks_the_line_first_and_changes_nothing_if_it_does_not_answer(
    ivr: Run, twilio: TwilioApi, world: World
) -> None:
    world.hosts["line.example.org"] = lambda *_: reply(502)
    failed = ivr("number", "set", "--yes", "--fallback-url", BIN)
    assert (failed.exit_code, twilio.changes) == (1, 0)
    assert f"DOWN {PUBLIC}" in failed.output
    assert "Nothing was changed" in failed.output


def test_an_undo_and_a_bypass_do_not_ask_the_line(ivr: Run, twilio: TwilioApi, world: World) -> None:
    world.hosts.clear()
    assert ivr("number", "set", "--yes", "--voice-url", BIN).exit_code == 0
    assert webhooks(twilio)["voice_url"] == BIN


def test_set_refuses_a_fallback_on_the_host_of_the_line(ivr: Run, twilio: TwilioApi) -> None:
    failed = ivr("number", "set", "--yes", "--fallback-url", "https://line.example.org/fallback.xml")
    assert (failed.exit_code, twilio.changes) == (1, 0)
    assert "it would fail together with the line" in failed.output


def test_password_in_an_old_address_is_not_shown_and_stars_are_refused(ivr: Run, twilio: TwilioApi) -> None:
    twilio.numbers[0]["voice_url"] = "https://line:hunter2@old.example.org/voice"
    done = ivr("number", "set", "--yes")
    assert "hunter2" not in done.output
    undo = shlex.split(done.output.strip().splitlines()[-1])
    refused = ivr(*undo[1:])
    assert refused.exit_code == 1
    assert "write the password itself" in refused.output


# -- faults ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fault", "sentence"),
    [
        (401, "does not know this pair of TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN"),
        (403, "no permission"),
        (404, "does not have it"),
        (429, "wait a minute"),
        (500, "met a fault (status 500)"),
        (503, "met a fault (status 503)"),
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
def test_each_fault_of_twilio_is_one_sentence_and_no_change(
    ivr: Run, twilio: TwilioApi, command: str, fault: int | Exception | str, sentence: str
) -> None:
    before = webhooks(twilio)
    twilio.fails["IncomingPhoneNumbers"] = fault
    failed = ivr("number", command, *(["--yes"] if command == "set" else []))
    assert failed.exit_code == (1 if fault in (401, 403, 404, 418) else 3), "3 where Twilio does not answer"
    assert sentence in failed.output
    assert len(failed.output.strip().splitlines()) == 1
    assert (webhooks(twilio), twilio.changes) == (before, 0)


@pytest.mark.parametrize("fault", [403, 429, 500, requests.exceptions.ReadTimeout()])
def test_failed_change_leaves_the_webhooks_and_says_how_to_see_them(
    ivr: Run, twilio: TwilioApi, fault: int | Exception
) -> None:
    before = webhooks(twilio)
    twilio.fails["/IncomingPhoneNumbers/PN"] = fault
    failed = ivr("number", "set", "--yes")
    assert failed.exit_code in (1, 3)
    assert f"`ivr number show {LINE_NUMBER}` shows what is set now" in failed.output
    assert webhooks(twilio) == before


def test_change_that_is_not_read_back_is_a_fault(ivr: Run, twilio: TwilioApi) -> None:
    twilio.frozen = True
    failed = ivr("number", "set", "--yes")
    assert failed.exit_code == 1
    assert "still shows other values: voice URL: https://demo.twilio.com" in failed.output


def test_unknown_number_and_ambiguous_number_are_refused(ivr: Run, twilio: TwilioApi) -> None:
    assert "has no number +12025550199" in ivr("number", "set", "+12025550199").output
    twilio.numbers.append(a_number(LINE_NUMBER, "PN" + "2" * 32))
    several = ivr("number", "set", "--yes")
    assert several.exit_code == 1
    assert "matches several numbers" in several.output
    assert ivr("number", "set", "PN" + "2" * 32, "--yes").exit_code == 0
    assert twilio.numbers[0]["voice_method"] == "GET"


def test_wrong_account_made_up_token_and_malformed_sid_have_their_own_sentences(
    ivr: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TWILIO_ACCOUNT_SID", "AC" + "6" * 32)
    assert "does not know this pair" in ivr("number", "show").output
    monkeypatch.setenv("TWILIO_AUTH_TOKEN", "try-made-up")
    assert "Twilio does not know it" in ivr("number", "show").output
    monkeypatch.setenv("TWILIO_ACCOUNT_SID", TOKEN)
    wrong = ivr("number", "show")
    assert wrong.exit_code == 1
    assert "expected AC and 32 hexadecimal digits" in wrong.output


@pytest.mark.parametrize("public", ["http://line.example.org", "https://localhost:8000", "https://127.0.0.1"])
def test_set_refuses_a_public_url_that_twilio_cannot_reach(
    ivr: Run, monkeypatch: pytest.MonkeyPatch, public: str
) -> None:
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
        ("number", "set", "--fallback-url", "EH" + "1" * 32),
        ("number", "set", "--fallback-url", "http://x y"),
        ("number", "set", "--fallback-url", "handler.twilio.com/twiml/EH" + "1" * 32),
        ("number", "set", "--fallback-url", "https://handler.twilio.com/x"),
        ("number", "set", "--voice-url", "https://localhost"),
        ("number",),
        ("probe",),
        ("probe", "ftp://line.example.org"),
        ("usage", "--month", "2026-13"),
    ],
)
def test_wrong_arguments_exit_with_2(ivr: Run, twilio: TwilioApi, arguments: tuple[str, ...]) -> None:
    assert ivr(*arguments).exit_code == 2
    assert twilio.asked == []


@pytest.mark.usefixtures("ivr")
def test_account_and_settings_do_not_print_the_token(twilio: TwilioApi) -> None:
    from ivr.operate.account import Account
    from ivr.settings import read_settings

    account = Account(read_settings(), twilio)
    assert TOKEN not in repr(account) + str(account) + repr(read_settings())
