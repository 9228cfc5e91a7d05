"""The doctor: each check passes where all is well, fails where its one thing is wrong, and says what to do."""

import json
import re
import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import requests
from click.testing import CliRunner, Result
from support.content_faults import fault_named
from support.external import BIN, NOW, PUBLIC, World, a_bin, app, app_host, certificate, operator, ready, reply
from support.layer import copy_layer
from support.twilio_account import LINE_NUMBER, SID, TOKEN, TwilioApi

from ivr import __version__
from ivr.cli.main import main
from ivr.errors import Fault, TwilioUnavailable, Unreachable
from ivr.line.compiler import compile_line
from ivr.operate.cause import EFFECTS
from ivr.operate.doctor import local, run
from ivr.operate.doctor.check import Check, Finding, Target, passes
from ivr.operate.doctor.check import fails as failing
from ivr.operate.http_client import Reply, as_twilio_signs
from ivr.phone.webhook_form import FORM
from ivr.readiness import readiness_of
from ivr.server.app import make_app
from ivr.settings import CHECKOUT, read_settings

CHECKS_OF_TOY_LINE = {name: check for name, check in run.LOCAL_CHECKS.items() if name != "ivr check"}
"""The checks of this machine but the limits, which the short texts of the toy line do not keep."""
PUBLIC_CHECKS = {name: check for name, check in run.ALL_CHECKS.items() if "address" in check.needs}


@pytest.fixture
def world(tiny: Path) -> World:
    return World(tiny)


def patient(world: World, **more: Any) -> Target:
    return replace(Target(world.settings, world.outside(), ready(world.settings)), **more)


def found(world: World, about: str, **more: Any) -> Finding:
    """What one check finds."""
    return next(run.run_checks(patient(world, **more), {about: run.ALL_CHECKS[about]})).finding


def fails(world: World, about: str, said: str, **more: Any) -> None:
    finding = found(world, about, **more)
    assert finding.verdict == "FAIL", finding
    assert said in finding.sentence
    assert finding.remedy


def cannot_tell(world: World, about: str, said: str, **more: Any) -> None:
    finding = found(world, about, **more)
    assert finding.verdict == "CANNOT TELL", finding
    assert said in finding.sentence


def spoil(world: World, tiny: Path, **settings: Any) -> None:
    """The server runs with other settings than the ones that the doctor has."""
    world.hosts["line.example.org"] = app_host(app(operator(tiny, **settings)))


# -- all is well -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("about", [about for about in run.ALL_CHECKS if about not in ("ivr check", "reviews")])
def test_every_check_passes_where_all_is_well(world: World, about: str) -> None:
    assert found(world, about).verdict == "PASS", found(world, about)


def test_a_check_that_breaks_keeps_no_other_from_being_made(world: World) -> None:
    def breaks(_: Target) -> Finding:
        raise KeyError("secret")

    def has_no_answer(_: Target) -> Finding:
        raise TwilioUnavailable("Twilio does not answer.")

    checks = {"a": Check(breaks), "b": Check(has_no_answer), "c": Check(lambda _: passes("well."))}
    results = list(run.run_checks(patient(world), checks))
    assert [result.finding.verdict for result in results] == ["CANNOT TELL", "CANNOT TELL", "PASS"]
    assert "secret" not in str(results[0])


def test_one_cause_has_one_line_that_names_the_checks_left_out(world: World) -> None:
    checks = {
        "a": Check(lambda _: failing("no address.", "Add it.", lacks=("address",))),
        "b": Check(lambda _: passes("never run."), ("line", "address")),
        "c": Check(lambda _: passes("well."), ("account",)),
    }
    assert [str(result) for result in run.run_checks(patient(world), checks)] == [
        "FAIL         a: no address. Not checked for this reason: b.",
        "PASS         c: well.",
    ]


@pytest.mark.parametrize(
    ("verdicts", "code", "before_going_live"),
    [
        (["PASS"], 0, 0),
        (["PASS", "TO DO"], 0, 1),
        (["CANNOT TELL", "PASS"], 3, 3),
        (["CANNOT TELL", "FAIL"], 1, 1),
        (["CANNOT TELL", "TO DO"], 3, 1),
    ],
)
def test_exit_code_tells_well_not_well_and_cannot_tell_apart(
    verdicts: list[Any], code: int, before_going_live: int
) -> None:
    assert run.exit_code(verdicts, go_live=False) == code
    assert run.exit_code(verdicts, go_live=True) == before_going_live


# -- without a network -------------------------------------------------------------------------------------------------


def test_what_is_not_set(tiny: Path) -> None:
    bare = World(tiny, twilio_account_sid="", twilio_auth_token="try-1", line_number="", public_url="http://127.0.0.1")
    fails(bare, "settings", "TWILIO_ACCOUNT_SID, TWILIO_AUTH_TOKEN, LINE_NUMBER, PUBLIC_URL")
    first, *others = run.run_checks(patient(bare), run.ALL_CHECKS)
    assert {"account", "number", "caller ID", "address", "debugger"} <= {*first.left_out}
    assert not [str(other) for other in others if "FAIL" in str(other) and "ivr check" not in str(other)]


def test_missing_token_is_one_fault_and_the_texts_are_checked_all_the_same(world: World, tiny: Path) -> None:
    settings = operator(tiny, twilio_auth_token="")
    results = list(run.run_checks(Target(settings, world.outside(), ready(settings)), CHECKS_OF_TOY_LINE))
    assert [result.name for result in results if result.finding.verdict == "FAIL"] == ["settings"]
    assert {"proofs", "languages", "translations", "reviews"} <= {result.name for result in results}


def test_a_toll_free_number_as_caller_id(tiny: Path) -> None:
    fails(World(tiny, line_number="+18885550123"), "caller ID", "toll-free")


def test_no_caller_id_is_not_said_to_fit(tiny: Path) -> None:
    assert "caller ID" in next(run.run_checks(patient(World(tiny, line_number="")), run.LOCAL_CHECKS)).left_out


def test_a_line_that_is_not_proved(world: World) -> None:
    faulty = replace(world.ready, faults=(Fault("main (es)", "a dead end", "Mend it."), Fault("tea", "b", "c")))
    fails(world, "proofs", "main (es): a dead end. Mend it. (and 1 more)", readiness=faulty)


def test_a_language_that_is_not_spoken_is_named(world: World, copied: Path) -> None:
    assert found(world, "languages").verdict == "PASS"
    fault_named("catalogue", "lost_placeholder").plant(copied)
    fails(World(copied), "languages", "not all of es is spoken: ")
    assert found(World(copied), "proofs").verdict == "PASS"
    assert found(World(copied), "server").verdict == "PASS", "the same fault is reported once, by `languages`"


def test_a_wrong_hotline_number_fails(copied: Path) -> None:
    fault_named("numbers", "hotline_with_one_wrong_digit").plant(copied)
    fails(World(copied), "proofs", "say and dial are +18883737889, and the hotline is +18883737888")


def test_texts_that_cannot_be_read_are_named(copied: Path) -> None:
    (copied / "prompts/tea.txt").unlink()
    fails(World(copied), "proofs", "callers get the fallback document instead of the line: ")
    results = list(run.run_checks(patient(World(copied)), run.ALL_CHECKS))
    assert [result.name for result in results if result.finding.verdict == "FAIL"] == ["proofs"]


def test_a_name_that_is_no_setting_is_named(unset: Path, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    names = {"TWILIO_AUTH_TOKEN": TOKEN, "LINE_NUMBER": LINE_NUMBER, "PUBLIC_URL": PUBLIC, "TWILIO_ACCOUNT_SID": SID}
    for name, value in {**names, "IVR_NONSENSE": "1"}.items():
        monkeypatch.setenv(name, value)
    world.settings = read_settings()
    assert "IVR_NONSENSE is not a setting." in found(world, "settings").sentence


def test_a_text_beyond_its_limits(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    class Report:
        faults: tuple[Fault, ...] = (Fault("tea (es)", "a long part", "Shorten it."),)

    monkeypatch.setattr(local, "check_all", lambda *_: Report)
    fails(world, "ivr check", "tea (es): a long part. Shorten it.")
    monkeypatch.setattr(Report, "faults", ())
    assert found(world, "ivr check").verdict == "PASS"


@pytest.mark.parametrize(
    ("days", "verdict", "said"), [(0, "PASS", "within"), (200, "PASS", "do it soon"), (400, "FAIL", "are stale")]
)
def test_how_old_numbers_and_sources_are(world: World, days: int, verdict: str, said: str) -> None:
    content = world.ready.line and world.ready.line.content
    assert content
    world.now = NOW.replace(hour=0) + timedelta(days=days)
    finding = found(world, "numbers and sources")
    assert (finding.verdict, said in finding.sentence) == (verdict, True)


def test_pages_that_no_person_has_opened_are_a_task_and_no_fault(copied: Path) -> None:
    sources = copied / "prompts/sources.toml"
    text = sources.read_text("utf-8")
    for fact in ("[NU-01]", "[HL-01]"):
        text = text.replace(fact, f'{fact}\nopen = "https://example.org/"')
    sources.write_text(text, "utf-8")
    finding = found(World(copied), "opened pages")
    assert (finding.verdict, finding.found.split()[0]) == ("TO DO", "1")


def test_a_language_that_nobody_has_reviewed_is_a_task_and_no_fault(world: World, copied: Path) -> None:
    finding = found(world, "reviews")
    assert (finding.verdict, "es" in finding.found) == ("TO DO", True)
    locale = copied / "locales/es/locale.toml"
    locale.write_text(locale.read_text("utf-8") + '\nreviewed = { by = "Ana", date = 2026-01-31 }\n', "utf-8")
    assert found(World(copied), "reviews").verdict == "PASS"


@pytest.mark.parametrize(
    ("days", "verdict", "said"), [(30, "PASS", "no text"), (31, "PASS", "soon"), (121, "FAIL", "are overdue")]
)
def test_age_of_a_text_that_waits_for_its_translator(copied: Path, days: int, verdict: str, said: str) -> None:
    path = copied / "locales/es/LC_MESSAGES/messages.po"
    text = path.read_text("utf-8")
    waits = f'#. Waits since {NOW.date() - timedelta(days=days)}\nmsgctxt "apples"'
    path.write_text(text.replace('msgctxt "apples"', waits).replace('"Manzanas. Son rojas."', '""'), "utf-8")
    world = World(copied)
    finding = found(world, "translations")
    assert (finding.verdict, said in finding.sentence) == (verdict, True)


def test_the_kept_fallback_document(world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(local, "FALLBACK_FILE", tmp_path / "fallback.xml")
    fails(world, "fallback file", "cannot be read")
    (tmp_path / "fallback.xml").write_text("<Response/>", "utf-8")
    monkeypatch.setattr(local, "CHECKOUT", world.settings.ivr_content)
    world.settings = world.settings.model_copy(update={"line_number": ""})
    fails(world, "fallback file", "is not what `ivr fallback` prints")
    (tmp_path / "fallback.xml").write_bytes(ready(world.settings).fallback_document)
    assert found(world, "fallback file").verdict == "PASS"


def test_where_usage_is_counted(tiny: Path, tmp_path: Path) -> None:
    assert found(World(tiny, ivr_usage="off"), "usage").sentence == "switched off."
    assert found(World(tiny, ivr_usage=str(tmp_path)), "usage").verdict == "PASS"
    (tmp_path / "file").write_text("", "utf-8")
    fails(World(tiny, ivr_usage=str(tmp_path / "file")), "usage", "cannot be written")


# -- through the public address ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(("days", "lifetime", "verdict"), [(6, 90, "FAIL"), (-1, 90, "FAIL"), (3, 6.7, "PASS")])
def test_a_certificate_must_last_a_week_or_a_quarter_of_its_life(
    world: World, days: float, lifetime: float, verdict: str
) -> None:
    world.certificate = certificate(days, lifetime)
    assert found(world, "address").verdict == verdict
    assert f"ends in {days} days" in found(world, "address").sentence


def test_an_address_of_ipv6_alone_is_not_said_to_be_reached(world: World) -> None:
    world.certificate = certificate(60, ipv4=False)
    cannot_tell(world, "address", "only an IPv6 address")


@pytest.mark.parametrize("reason", ["name", "refused", "timeout", "certificate", "tls", "closed", "other"])
def test_an_address_that_twilio_cannot_reach_fails_once_with_a_remedy(world: World, reason: Any) -> None:
    world.certificate = Unreachable("line.example.org:443 is away", reason)
    result = next(run.run_checks(patient(world), PUBLIC_CHECKS))
    assert result.finding.verdict == "FAIL"
    assert result.finding.remedy
    assert result.left_out == ("signed call", "server", "unsigned call", "answer time")


def test_without_a_network_here_nothing_is_said_about_the_address(world: World) -> None:
    world.certificate = Unreachable("line.example.org:443 cannot be looked up", "offline")
    cannot_tell(world, "address", "cannot be looked up")


def test_an_address_that_closes_the_connection_is_an_outage(world: World) -> None:
    del world.hosts["line.example.org"]
    fails(world, "signed call", "has no address")


def test_another_release_another_state_and_another_page(world: World) -> None:
    body = b'{"release": "%s", "ready": %s, "faults": ["main: a dead end"]}'
    told = {
        "the release of the line is 9.9 on the server": body % (b"9.9", b"true"),
        "sends the fallback document to every call: main: a dead end": body % (__version__.encode(), b"false"),
    }
    for said, answer in told.items():
        world.hosts["line.example.org"] = lambda *_, answer=answer: reply(200, answer)
        fails(world, "server", said)
    for answer in (b"<h1>404</h1>", b"[]", b"{}"):
        world.hosts["line.example.org"] = lambda *_, answer=answer: reply(404, answer)
        cannot_tell(world, "server", "status 404")


def test_language_that_only_the_server_has_is_named_with_its_faults(world: World) -> None:
    french = {"withheld": True, "spoken": [], "not_spoken": [], "digest": "", "faults": ["fr: cut off."]}
    report = {**world.ready.report(), "ready": False, "languages": {"fr": french}, "faults": ["fr: cut off."]}
    world.hosts["line.example.org"] = lambda *_: reply(200, json.dumps(report).encode())
    fails(world, "server", "on the server, the language fr is missing, or not all of it is spoken: fr: cut off.")


def behind(world: World, change: Callable[[str, Any, dict[str, str]], tuple[str, Any, dict[str, str]]]) -> None:
    """Put a proxy in front of the line that changes each request."""
    inner = world.hosts["line.example.org"]
    world.hosts["line.example.org"] = lambda url, form, headers: inner(*change(url, form, dict(headers)))


@pytest.mark.parametrize(
    "there", ["http://line.example.org/help", "https://www.line.example.org/help", "https://line.example.org"]
)
def test_another_public_url_of_the_line_is_named(world: World, tiny: Path, there: str) -> None:
    spoil(world, tiny, public_url=there)
    path = there.partition("//")[2].partition("/")[2]
    behind(world, lambda url, form, headers: (url.replace("/help/", f"/{path}/" if path else "/"), form, headers))
    fails(world, "signed call", f"PUBLIC_URL is {there} on the server, and {PUBLIC} on this machine")


def test_another_port_under_tls_is_no_fault_since_twilio_leaves_it_out(tiny: Path) -> None:
    here = World(tiny, public_url="https://line.example.org:8443")
    assert found(here, "signed call").verdict == "PASS"
    assert as_twilio_signs("https://line.example.org:8443/call") == "https://line.example.org/call"
    assert as_twilio_signs("http://line.example.org:8080/call") == "http://line.example.org:8080/call"
    assert as_twilio_signs("https://[::1]/call") == "https://[::1]/call"


def test_a_server_with_another_token(world: World, tiny: Path) -> None:
    spoil(world, tiny, twilio_auth_token="f" * 32)
    fails(world, "signed call", "TWILIO_AUTH_TOKEN on the server is not the one on this machine")
    world.settings = operator(tiny, twilio_auth_token_secondary="f" * 32)
    fails(world, "signed call", "accepts the second")


def without_signature(headers: dict[str, str]) -> dict[str, str]:
    return {name: value for name, value in headers.items() if name != "X-Twilio-Signature"}


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda url, form, headers: (url, form, without_signature(headers)), "without the header X-Twilio-Signature"),
        (lambda url, form, headers: (url, None, headers), "reaches the line as GET; it was sent as POST"),
        (lambda url, form, headers: (url, form and (), headers), "body of the request reaches the line with 0 bytes"),
        (
            lambda url, form, headers: (url, form and [(name, value[::-1]) for name, value in form], headers),
            "the body is changed on its way",
        ),
    ],
)  # fmt: skip
def test_a_request_that_a_proxy_changes_is_told_from_a_wrong_token(world: World, change: Any, said: str) -> None:
    behind(world, change)
    fails(world, "signed call", said)


def test_a_refusal_of_another_server_is_told_from_the_lines_own(world: World) -> None:
    world.hosts["line.example.org"] = lambda *_: reply(403, b"<h1>Are you a robot?</h1>")
    fails(world, "signed call", "the refusal does not come from the line")


def test_a_page_of_another_server_is_no_answer_of_the_line(world: World) -> None:
    world.hosts["line.example.org"] = lambda *_: reply(200, b"<h1>Welcome!</h1>", **{"content-type": "text/html"})
    fails(world, "signed call", "a page that is not the line's: status 200, text/html, “Welcome!”")


@pytest.mark.parametrize(
    ("status", "said"),
    [
        (301, "redirects to https://www.example.org"),
        (404, "The proxy must pass /help/call"),
        (502, "The proxy does not reach the line"),
        (401, "Another server than the line"),
        (429, "The proxy limits requests"),
        (503, "take the limit off"),
    ],
)
def test_what_stands_between(world: World, status: int, said: str) -> None:
    world.hosts["line.example.org"] = lambda *_: reply(status, location="https://www.example.org")
    fails(world, "signed call", said)


def test_a_server_that_can_only_give_the_fallback_document(world: World) -> None:
    not_ready = replace(world.ready, line=None)
    world.hosts["line.example.org"] = app_host(make_app(world.settings, not_ready))
    fails(world, "signed call", "sends the fallback document to every call")


def test_a_server_with_other_settings_or_texts(world: World, tiny: Path) -> None:
    spoil(world, tiny, ivr_silence="goodbye")
    fails(world, "signed call", "IVR_SILENCE is goodbye on the server, and connect on this machine")


def test_another_answer_is_a_fault_also_where_the_proxy_hides_the_report(world: World, tiny: Path) -> None:
    spoil(world, tiny, ivr_silence="goodbye")
    inner = world.hosts["line.example.org"]
    world.hosts["line.example.org"] = lambda url, *sent: reply(404) if "/health" in url else inner(url, *sent)
    fails(world, "signed call", "LINE_NUMBER or IVR_SILENCE")


def test_a_server_that_goes_away_during_the_diagnosis_is_one_line(world: World) -> None:
    replies = iter([reply(403)])

    def host(*_: object) -> Reply:
        for answer in replies:
            return answer
        raise Unreachable("line.example.org refuses the connection", "refused")

    world.hosts["line.example.org"] = host
    results = list(run.run_checks(patient(world), PUBLIC_CHECKS))
    assert [result.name for result in results if result.finding.verdict != "PASS"] == ["signed call"]


def test_a_server_that_accepts_whoever_asks(world: World) -> None:
    world.hosts["line.example.org"] = lambda *_: reply(200)
    fails(world, "unsigned call", "status 200")


def test_a_server_that_is_slow(world: World) -> None:
    world.hosts["line.example.org"] = lambda *_: reply(200, seconds=1.4)
    fails(world, "answer time", "takes 1.4 s")


def test_every_request_of_the_doctors_is_a_rehearsal(world: World) -> None:
    counted: list[object] = []

    class Counter:
        def count(self, *event: object) -> None:
            counted.append(event)

    counter: Any = Counter()
    world.hosts["line.example.org"] = app_host(make_app(world.settings, world.ready, counter))
    list(run.run_checks(patient(world), run.ALL_CHECKS))
    assert f"{PUBLIC}/call" in world.asked
    assert counted == []


# -- at Twilio ---------------------------------------------------------------------------------------------------------

Spoils = Callable[[TwilioApi], Any]
WRONG: list[tuple[str, str, Spoils]] = [
    ("account", "suspended", lambda t: t.account.update(status="suspended")),
    ("account", "trial account", lambda t: t.account.update(type="Trial")),
    (
        "number",
        "calls go to https://demo.twilio.com",
        lambda t: t.numbers[0].update(voice_url="https://demo.twilio.com/"),
    ),
    ("number", "calls go to no address", lambda t: t.numbers[0].update(voice_url="")),
    ("number", "by GET", lambda t: t.numbers[0].update(voice_method="GET")),
    ("number", "TwiML app", lambda t: t.numbers[0].update(voice_application_sid="AP1")),
    ("number", "SIP trunk", lambda t: t.numbers[0].update(trunk_sid="TK1")),
    ("number", "takes no voice calls", lambda t: t.numbers[0].update(capabilities={"voice": False, "sms": True})),
    ("number", "takes no voice calls", lambda t: t.numbers[0].update(voice_receive_mode="fax")),
    ("number", "to https://x.example.org/", lambda t: t.numbers[0].update(status_callback="https://x.example.org/")),
    ("number", "looks up the name", lambda t: t.numbers[0].update(voice_caller_id_lookup=True)),
    ("fallback", "none is set", lambda t: t.numbers[0].update(voice_fallback_url="")),
    ("fallback", "same host", lambda t: t.numbers[0].update(voice_fallback_url="https://line.example.org/f.xml")),
    ("recording", "records every call", lambda t: setattr(t, "recording", {"description": "all"})),
    ("countries", "the account may not dial the United States", lambda t: t.countries.pop(0)),
    (
        "countries",
        "2 more countries may be dialled: LV, SO",
        lambda t: t.countries.extend(map(t.country, ("SO", "LV"))),
    ),
    ("countries", "high-risk", lambda t: t.countries.append(t.country("PR", risky=True))),
    ("calls at once", "2 calls", lambda t: t.profiles.clear()),
    ("calls at once", "2 calls", lambda t: t.profiles[0].update(status="in-review")),
    ("calls at once", "3 calls", lambda t: t.policies.update(RN1="Primary Customer Profile of type Individual")),
    (
        "debugger",
        "error 11200 came 2 times, in the documents of the line; the last was on 2026-12-04 at 13:00",
        lambda t: t.alerts.extend(ALERTS),
    ),
]


def alert(code: str, level: str = "error", url: str = f"{PUBLIC}/call", when: str = "2026-12-04T13:00:00Z") -> Any:
    return {
        "error_code": code, "log_level": level, "request_url": url, "date_generated": when,
        "alert_text": "+12025550100",
    }  # fmt: skip


ALERTS = [
    alert("11200", url=f"{PUBLIC}/call/en/tea", when="2026-12-03T10:00:00Z"),
    alert("11200"),
    alert("13227", url=""),
]


@pytest.mark.parametrize("code", ["12200", "13214", "13223", "13321", "13511"])
def test_warnings_about_calls_fail_the_check_of_the_debugger(world: World, code: str) -> None:
    world.twilio.alerts.extend([alert(code, "warning")] * 50)
    fails(world, "debugger", f"error {code} came 50 times, in the documents of the line")


def test_a_failing_fallback_fails_the_check_of_the_debugger(world: World) -> None:
    world.twilio.alerts.append(alert("11200", url=f"{BIN}?AccountSid={SID}"))
    fails(world, "debugger", "error 11200 came 1 times, in the fallback document")


@pytest.mark.parametrize(
    "other",
    [alert("30007", url="https://other.example.org/sms"), alert("30007", url=""), alert("11200", "notice")],
)
def test_events_that_are_not_about_calls_of_this_line_do_not_fail(world: World, other: Any) -> None:
    world.twilio.alerts.append(other)
    assert found(world, "debugger").verdict == "PASS"


def test_an_old_event_is_told_and_does_not_fail_any_more(world: World) -> None:
    world.twilio.alerts.append(alert("13511", "warning", when="2026-12-01T10:00:00Z"))
    finding = found(world, "debugger")
    assert (finding.verdict, "error 13511 came 1 times" in finding.found) == ("PASS", True)


@pytest.mark.parametrize(("about", "said", "spoils"), WRONG)
def test_what_is_wrong_at_twilio(world: World, about: str, said: str, spoils: Spoils) -> None:
    spoils(world.twilio)
    fails(world, about, said)
    assert "+12025550100" not in found(world, about).sentence


def test_what_twilio_does_not_tell_is_not_told(world: World) -> None:
    world.twilio.account["owner_account_sid"] = "AC" + "7" * 32
    cannot_tell(world, "calls at once", "subaccount")
    world.twilio.account["owner_account_sid"] = SID
    world.twilio.policies["RN1"] = "Primary Customer Profile"
    cannot_tell(world, "calls at once", "of a kind unknown here")


def test_a_number_without_the_quick_retry_passes_and_is_told(world: World) -> None:
    world.twilio.numbers[0]["voice_url"] = f"{PUBLIC}/call"
    assert "without the quick retry" in found(world, "number").sentence


@pytest.mark.parametrize("about", ["number", "fallback", "recording", "countries", "calls at once", "debugger"])
@pytest.mark.parametrize("fault", [403, 429, 503, requests.exceptions.ConnectionError(), "<html>"])
def test_without_an_answer_of_twilios_nothing_is_claimed(world: World, about: str, fault: Any) -> None:
    world.twilio.fails["twilio.com"] = fault
    cannot_tell(world, about, "")


@pytest.mark.parametrize("fault", [429, 503, requests.exceptions.ConnectionError(), "<html>"])
def test_twilio_that_does_not_answer_is_said_once(world: World, fault: Any) -> None:
    world.twilio.fails["twilio.com"] = fault
    results = list(run.run_checks(patient(world), run.ALL_CHECKS))
    assert [result.name for result in results if result.finding.verdict == "CANNOT TELL"] == ["account"]


def test_a_token_that_twilio_does_not_know_fails_once(world: World) -> None:
    world.twilio.fails["twilio.com"] = 401
    results = {result.name: result for result in run.run_checks(patient(world), run.ALL_CHECKS)}
    assert results["account"].finding.verdict == "FAIL"
    assert {"number", "fallback", "debugger", "signed call"} <= {*results["account"].left_out}
    assert [name for name, result in results.items() if result.finding.verdict == "CANNOT TELL"] == []


def test_a_number_without_shaken_stir_is_a_task(world: World) -> None:
    for change in ({"status": "pending-review"}, {"policy_sid": "RN0"}):
        world.twilio.trust_products[0] |= change
        assert found(world, "attestation").verdict == "TO DO"


def test_a_number_outside_the_trust_product_is_a_task(world: World) -> None:
    world.twilio.attested.clear()
    assert found(world, "attestation").verdict == "TO DO"


def test_a_bin_of_another_account_fails(world: World) -> None:
    world.hosts["handler.twilio.com"] = lambda *_: reply(403)
    fails(world, "fallback", "belongs to another account")


def test_a_number_that_the_account_does_not_have(world: World) -> None:
    world.twilio.numbers.clear()
    fails(world, "number", f"has no number {LINE_NUMBER}")
    cannot_tell(world, "fallback", f"has no number {LINE_NUMBER}")


@pytest.mark.parametrize(
    ("host", "verdict", "said"),
    [
        (lambda *_: reply(404), "FAIL", "status 404"),
        (lambda *_: reply(403), "CANNOT TELL", "does not answer this machine"),
        (lambda *_: reply(200, b"<Response><Say>Closed.</Say></Response>"), "FAIL", "does not say the words"),
        (lambda *_: reply(200, b"We are closed"), "FAIL", "no document that a telephone understands"),
    ],
)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_fallback_that_does_not_do(world: World, method: str, host: Any, verdict: str, said: str) -> None:
    world.twilio.numbers[0] |= {
        "voice_fallback_url": "https://files.example.org/f.xml", "voice_fallback_method": method,
    }  # fmt: skip
    world.hosts["files.example.org"] = host
    finding = found(world, "fallback")
    assert (finding.verdict, said in finding.sentence) == (verdict, True), finding


def test_a_fallback_may_be_laid_out_differently(world: World) -> None:
    spread = world.ready.fallback_document.replace(b"><Dial", b">\n  <Dial").replace(b" />", b"/>")
    world.hosts["handler.twilio.com"] = a_bin(b"\n" + spread + b"\n")
    assert found(world, "fallback").verdict == "PASS"
    assert any(url.startswith(f"{BIN}?AccountSid=") for url in world.asked)


def test_a_fallback_of_an_older_line_is_found(world: World, tiny: Path) -> None:
    older = compile_line(tiny, replace(world.settings.options, line_number="+12025550177"))
    world.hosts["handler.twilio.com"] = a_bin(older.fallback_document)
    fails(world, "fallback", "does not say the words")


# -- what to do now ----------------------------------------------------------------------------------------------------


def steps(world: World, about: str, **more: Any) -> list[str]:
    """The steps of a failed check."""
    return found(world, about, **more).remedy.splitlines()


def test_errors_whose_cause_has_ended_lead_to_a_test_call_and_not_to_a_change(world: World) -> None:
    world.twilio.alerts.append(alert("13214", "warning"))
    refused = found(world, "debugger")
    over = found(world, "debugger", passed={"number", "signed call"})
    assert (refused.effect, over.effect) == ("no transfer", "perhaps over")
    assert "LINE_NUMBER" in refused.remedy
    assert "LINE_NUMBER" not in over.remedy


def test_errors_of_the_fallback_document_have_not_ended_before_its_check_passes(world: World) -> None:
    world.twilio.alerts.append(alert("13214", "warning", url=BIN))
    passed = {"number", "signed call"}
    assert found(world, "debugger", passed=set(passed)).effect == "no transfer"
    assert found(world, "debugger", passed=passed | {"fallback"}).effect == "perhaps over"


@pytest.mark.parametrize(("url", "field"), [(f"{PUBLIC}/call", "voice"), (BIN, "fallback_voice")])
def test_a_withdrawn_voice_leads_to_each_language_or_to_the_one_that_twilio_names(
    world: World, url: str, field: str
) -> None:
    world.twilio.alerts.append(alert("13511", "warning", url=url))
    files = [f"locales/{tag}/locale.toml" for tag in ("en", "es")]
    assert [
        sum(f"{file} " in step and f"`{field} = " in step for step in steps(world, "debugger")) for file in files
    ] == [1, 1]
    content = world.ready.line and world.ready.line.content
    assert content
    spanish = content.locales["es"]
    voice = spanish.voice if field == "voice" else spanish.fallback.name
    world.twilio.alerts[0]["alert_text"] = f"+12025550100 {voice}"
    finding = found(world, "debugger")
    assert [file in finding.remedy for file in files] == [False, True]
    assert f'`{field} = "{voice}"`' in finding.remedy
    assert "+12025550100" not in finding.sentence


def test_a_proposed_voice_can_be_used_at_once(copied: Path) -> None:
    shutil.copy(CHECKOUT / "locales" / "voices.toml", copied / "locales" / "voices.toml")
    world, changed = World(copied), 0
    world.twilio.alerts.append(alert("13511", "warning"))
    for step in steps(world, "debugger"):
        if change := re.search(r"the file (\S+) on the server, write `(.*?)` in place of the line `(.*?)`", step):
            path, before = copied / change[1], (copied / change[1]).read_text("utf-8")
            path.write_text(before.replace(change[3], change[2], 1), "utf-8")
            changed += path.read_text("utf-8") != before
    assert changed == 2
    assert readiness_of(world.settings).ready


def test_a_withdrawn_voice_leads_to_each_language_also_in_a_layer_without_the_table_of_voices(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = World(copy_layer(tmp_path, monkeypatch))
    world.twilio.alerts.append(alert("13511", "warning"))
    found_steps = " ".join(steps(world, "debugger"))
    assert [f"locales/{tag}/locale.toml " in found_steps for tag in ("en", "es")] == [True, True]


def test_the_setting_that_twilio_confirms_is_kept_and_the_other_one_is_changed(world: World, tiny: Path) -> None:
    spoil(world, tiny, public_url="https://www.example.org/help")
    assert "on this machine" in " ".join(steps(world, "signed call"))
    confirmed = steps(world, "signed call", passed={"number"})
    assert [step for step in confirmed if "on this machine" in step or "www" in step] == []
    spoil(world, tiny, twilio_auth_token="f" * 32)
    assert "console" in " ".join(steps(world, "signed call"))
    assert "console" not in " ".join(steps(world, "signed call", passed={"account"}))


def test_a_folder_is_copied_from_this_machine_only_if_it_has_no_fault_here(world: World, copied: Path) -> None:
    fault_named("catalogue", "lost_placeholder").plant(copied)
    world.hosts["line.example.org"] = app_host(app(operator(copied)))
    assert "locales/es" in steps(world, "server")[0]
    fault_named("catalogue", "conflict_markers").plant(copied)
    here = World(copied, ivr_silence="goodbye")
    here.hosts["line.example.org"] = world.hosts["line.example.org"]
    assert "scp" not in found(here, "server").remedy


def test_a_server_whose_layer_cannot_be_used_is_not_said_to_lack_a_language(world: World) -> None:
    report = {**world.ready.report(), "ready": False, "faults": ["layer/prompts/tea.txt: cut off."]}
    world.hosts["line.example.org"] = lambda *_: reply(200, json.dumps(report).encode())
    finding = found(world, "server")
    assert finding.found.endswith("layer/prompts/tea.txt: cut off.")
    assert "language" not in finding.found
    assert "Mend" in steps(world, "server")[0]


def test_errors_of_the_last_two_days_are_told_by_the_one_that_is_worst_for_callers(world: World) -> None:
    world.twilio.alerts.extend([alert("13214", "warning"), alert("13214", "warning"), alert("11200")])
    assert found(world, "debugger").effect == "fallback"
    assert found(world, "debugger", passed={"number", "signed call"}).effect == "fallback"
    world.twilio.alerts.append(alert("10001", when="2026-12-01T10:00:00Z"))
    assert found(world, "debugger").effect == "fallback", "an error of days ago says nothing about callers now"


def outcome(*results: tuple[str, Finding]) -> list[str]:
    return list(run.instructions([run.Result(name, finding) for name, finding in results]))


def test_instructions_begin_with_the_failed_check_that_is_the_worst_for_callers() -> None:
    menu, fallback = failing("a fault.", "Mend it.\nWait.", "none"), failing("an outage.", "Start it.", "fallback")
    lines = outcome(("usage", menu), ("reviews", passes("done.")), ("address", fallback))
    assert [line for line in lines if line.startswith("FAIL ")] == ["FAIL address: an outage.", "FAIL usage: a fault."]
    assert [line for line in lines if line[:4].strip(" 123")[:1] == "."] == [
        "  1. Start it.",
        "  1. Mend it.",
        "  2. Wait.",
    ]
    assert outcome(("reviews", passes("done."))) == [""]


def test_callers_who_get_no_menu_are_not_said_to_get_one() -> None:
    transfer, outage = failing("a.", "b.", "no transfer"), failing("c.", "d.", "fallback")
    assert EFFECTS["no transfer"] in " ".join(outcome(("countries", transfer)))
    assert EFFECTS["no transfer"] not in " ".join(outcome(("countries", transfer), ("address", outage)))


def test_the_fallback_document_is_promised_only_if_its_check_passes() -> None:
    outage = failing("c.", "d.", "fallback")
    assert EFFECTS["fallback"] in " ".join(outcome(("address", outage)))
    assert EFFECTS["fallback"] not in " ".join(outcome(("address", outage), ("fallback", passes("well."))))


# -- the command -------------------------------------------------------------------------------------------------------


@pytest.fixture
def command(unset: Path, tiny: Path, world: World, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    assert not list(unset.iterdir())
    for name, value in {
        "TWILIO_ACCOUNT_SID": SID,
        "TWILIO_AUTH_TOKEN": TOKEN,
        "PUBLIC_URL": PUBLIC,
        "LINE_NUMBER": LINE_NUMBER,
        "IVR_CONTENT": str(tiny),
        "IVR_USAGE": "off",
    }.items():
        monkeypatch.setenv(name, value)

    def run(*arguments: str) -> Result:
        done = CliRunner().invoke(main, ["doctor", *arguments], obj=world.outside())
        assert TOKEN not in done.output
        assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
        return done

    return run


@pytest.fixture
def within_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    """The toy line's texts are not held to the limits of the real ones."""

    class Report:
        faults = ()

    monkeypatch.setattr(local, "check_all", lambda *_: Report)


@pytest.mark.usefixtures("within_limits")
def test_a_line_that_is_well(command: Callable[..., Result]) -> None:
    done = command()
    lines = done.output.splitlines()
    assert done.exit_code == 0, done.output
    checks = lines[lines.index("") + 1 : lines.index("", lines.index("") + 1)]
    assert len(checks) == len(run.ALL_CHECKS)
    assert lines[-1] == f"{len(run.ALL_CHECKS) - 1} PASS, 0 FAIL, 0 CANNOT TELL, 1 TO DO."
    assert all(line.startswith("PASS         ") or ": no native speaker" in line for line in checks)


@pytest.mark.usefixtures("within_limits")
def test_a_line_whose_tasks_are_not_done_does_not_go_live(command: Callable[..., Result]) -> None:
    done = command("--go-live")
    assert done.exit_code == 1
    assert "Do not go live yet" in done.output.splitlines()[-1]


@pytest.mark.usefixtures("within_limits")
def test_a_line_that_is_not(command: Callable[..., Result], world: World) -> None:
    world.twilio.recording = {"description": "all"}
    world.twilio.fails["Countries"] = 403
    done = command()
    assert done.exit_code == 1
    assert "FAIL         recording: a default of the account records every call." in done.output
    assert "CANNOT TELL  countries: " in done.output
    assert "Failed: recording. " in done.output.splitlines()[-1]


@pytest.mark.usefixtures("within_limits")
def test_a_finding_that_could_not_be_made_exits_with_3(command: Callable[..., Result], world: World) -> None:
    world.twilio.fails["Countries"] = 503
    assert command().exit_code == 3


@pytest.mark.usefixtures("within_limits")
def test_at_home_nobody_is_asked(command: Callable[..., Result], world: World) -> None:
    world.hosts.clear()
    done = command("--local")
    assert done.exit_code == 0
    assert (world.asked, world.twilio.asked) == ([], [])
    assert sum(line.startswith(("PASS  ", "TO DO  ")) for line in done.output.splitlines()) == len(run.LOCAL_CHECKS)


@pytest.mark.parametrize("fault", [401, 403, 500, requests.exceptions.ReadTimeout(TOKEN), f"<html>{TOKEN}"])
@pytest.mark.usefixtures("within_limits")
def test_whatever_fails_no_secret_is_printed(command: Callable[..., Result], world: World, fault: Any) -> None:
    world.twilio.fails["twilio.com"] = fault
    world.hosts["line.example.org"] = lambda *_: reply(500, TOKEN.encode())
    world.hosts["handler.twilio.com"] = lambda *_: reply(500, TOKEN.encode())
    world.certificate = Unreachable("no", "other")
    assert command().exit_code == 1


def exported(world: World, base: str) -> Any:
    """The host of the line exported to Twilio's serverless runtime, as `base`; it refuses with status 400."""
    line = world.ready.line
    assert line
    public = world.settings.public_url.encode()
    opening = line.respond("/call", FORM).body.replace(public + b"/call/", f"{base}/call?at=".encode())

    def host(url: str, form: Any, headers: Any) -> Any:
        if url.endswith("/health/ready"):
            return reply(200, json.dumps(world.ready.report()).encode())
        return reply(200, opening) if "X-Twilio-Signature" in headers else reply(400)

    return host


@pytest.mark.parametrize("about", ["server", "signed call", "unsigned call", "answer time"])
def test_line_on_twilio_passes_like_one_on_a_machine(world: World, about: str) -> None:
    world.hosts["line.example.org"] = exported(world, PUBLIC)
    assert found(world, about).verdict == "PASS"


def test_exported_line_may_be_the_fallback(world: World) -> None:
    base = "https://information-line-1234-dev.twil.io"
    world.hosts["information-line-1234-dev.twil.io"] = exported(world, base)
    world.twilio.numbers[0] |= {"voice_fallback_url": f"{base}/call#rc=1", "voice_fallback_method": "POST"}
    assert found(world, "fallback").verdict == "PASS"
    world.hosts["information-line-1234-dev.twil.io"] = exported(world, "https://another.twil.io")
    fails(world, "fallback", "`ivr fallback`")
