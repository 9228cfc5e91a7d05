"""The doctor: each check passes where all is well, fails where its one thing is wrong, and says what to do."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import requests
from click.testing import CliRunner, Result
from support.content_faults import fault_named
from support.external import BIN, NOW, PUBLIC, World, a_bin, app, app_host, operator, ready, reply
from support.twilio_account import LINE_NUMBER, SID, TOKEN, TwilioApi

from ivr import __version__
from ivr.cli.main import main
from ivr.errors import Fault, OperationFailed
from ivr.line.compiler import compile_line
from ivr.operate.account import Account
from ivr.operate.doctor import local, run
from ivr.operate.doctor.check import Finding, Target, passes
from ivr.operate.doctor.refused import as_twilio_signs, candidates
from ivr.phone.webhook_form import FORM
from ivr.server.app import make_app
from ivr.settings import read_settings


@pytest.fixture
def world(tiny: Path) -> World:
    return World(tiny)


def patient(world: World, **more: Any) -> Target:
    outside, settings = world.outside(), world.settings
    account = Account.of(settings, outside.transport) if not settings.uses_test_token else None
    return replace(Target(settings, outside, ready(settings), account), **more)


def found(world: World, about: str, **more: Any) -> Finding:
    """What one check finds."""
    one = patient(world, **more)
    return dict(run.run_checks(one, {about: run.EVERYWHERE[about]}))[about]


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


@pytest.mark.parametrize("about", [about for about in run.EVERYWHERE if about != "limits"])
def test_every_check_passes_where_all_is_well(world: World, about: str) -> None:
    assert found(world, about).verdict == "PASS", found(world, about)


def test_a_check_that_breaks_keeps_no_other_from_being_made(world: World) -> None:
    def breaks(_: Target) -> Finding:
        raise KeyError("secret")

    def has_no_answer(_: Target) -> Finding:
        raise OperationFailed("Nobody answers.")

    one = patient(world)
    told = dict(run.run_checks(one, {"a": breaks, "b": has_no_answer, "c": lambda _: passes("well.")}))
    assert [finding.verdict for finding in told.values()] == ["CANNOT TELL", "CANNOT TELL", "PASS"]
    assert "secret" not in told["a"].sentence


# -- without a network -------------------------------------------------------------------------------------------------


def test_what_is_not_set(tiny: Path) -> None:
    bare = World(tiny, twilio_account_sid="", twilio_auth_token="try-1", line_number="", public_url="http://127.0.0.1")
    fails(bare, "settings", "TWILIO_ACCOUNT_SID, TWILIO_AUTH_TOKEN, LINE_NUMBER, PUBLIC_URL")
    cannot_tell(bare, "account", "TWILIO_ACCOUNT_SID and Twilio's token are needed")


def test_a_toll_free_number_as_caller_id(tiny: Path) -> None:
    fails(World(tiny, line_number="+18885550123"), "caller ID", "toll-free")


def test_no_caller_id_is_not_said_to_fit(tiny: Path) -> None:
    cannot_tell(World(tiny, line_number=""), "caller ID", "not set")


def test_a_line_that_is_not_proved(world: World) -> None:
    faulty = replace(world.ready, faults=(Fault("main (es)", "a dead end", "Mend it."), Fault("tea", "b", "c")))
    fails(world, "proofs", "main (es): a dead end. Mend it. (and 1 more)", readiness=faulty)


def test_a_language_that_is_not_spoken_is_named(world: World, copied: Path) -> None:
    assert found(world, "languages").verdict == "PASS"
    fault_named("catalogue", "lost_placeholder").plant(copied)
    fails(World(copied), "languages", "not all of es is spoken: ")
    assert found(World(copied), "proofs").verdict == "PASS"
    fails(World(copied), "server", "the server is not whole: locales/es/")


def test_a_wrong_hotline_number_fails(copied: Path) -> None:
    fault_named("numbers", "hotline_with_one_wrong_digit").plant(copied)
    fails(World(copied), "proofs", "say and dial are +18883737889, and the hotline is +18883737888")


def test_texts_that_cannot_be_read_are_named(copied: Path) -> None:
    (copied / "prompts/tea.txt").unlink()
    fails(World(copied), "proofs", "the line does not serve: ")
    cannot_tell(World(copied), "languages", "cannot be read")


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
    fails(world, "limits", "tea (es): a long part. Shorten it.")
    monkeypatch.setattr(Report, "faults", ())
    assert found(world, "limits").verdict == "PASS"


@pytest.mark.parametrize(
    ("days", "verdict", "said"), [(0, "PASS", "within"), (200, "PASS", "do it soon"), (400, "FAIL", "are stale")]
)
def test_how_old_numbers_and_sources_are(world: World, days: int, verdict: str, said: str) -> None:
    content = world.ready.line and world.ready.line.content
    assert content
    world.now = NOW.replace(hour=0) + timedelta(days=days)
    finding = found(world, "numbers and sources")
    assert (finding.verdict, said in finding.sentence) == (verdict, True)
    cannot_tell(world, "numbers and sources", "cannot be read", readiness=replace(world.ready, line=None))


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
    cannot_tell(world, "translations", "cannot be read", readiness=replace(world.ready, line=None))


def test_the_kept_fallback_document(world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(local, "FALLBACK_FILE", tmp_path / "fallback.xml")
    fails(world, "kept fallback document", "cannot be read")
    (tmp_path / "fallback.xml").write_text("<Response/>", "utf-8")
    monkeypatch.setattr(local, "CHECKOUT", world.settings.ivr_content)
    world.settings = world.settings.model_copy(update={"line_number": ""})
    fails(world, "kept fallback document", "is not what `ivr fallback` prints")
    (tmp_path / "fallback.xml").write_bytes(ready(world.settings).fallback_document)
    assert found(world, "kept fallback document").verdict == "PASS"


def test_where_usage_is_counted(tiny: Path, tmp_path: Path) -> None:
    assert found(World(tiny, ivr_usage="off"), "usage").sentence == "switched off."
    assert found(World(tiny, ivr_usage=str(tmp_path)), "usage").verdict == "PASS"
    (tmp_path / "file").write_text("", "utf-8")
    cannot_tell(World(tiny, ivr_usage=str(tmp_path / "file")), "usage", "cannot be written")


# -- through the public address ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("ends", "said"),
    [
        (NOW + timedelta(days=6), "ends in 6 days"),
        (NOW - timedelta(days=1), "ends in -1 days"),
        (
            OperationFailed("line.example.org:443 offers no certificate that Twilio would trust (self-signed)"),
            "self-signed",
        ),
    ],
)
def test_a_certificate_that_does_not_last(world: World, ends: Any, said: str) -> None:
    world.ends = ends
    fails(world, "certificate", said)


def test_an_address_without_tls(tiny: Path) -> None:
    fails(World(tiny, public_url="http://line.example.org"), "certificate", "is not https")


@pytest.mark.parametrize("about", ["server", "signed call", "unsigned call", "answer time"])
def test_an_address_that_does_not_answer(world: World, about: str) -> None:
    del world.hosts["line.example.org"]
    cannot_tell(world, about, "does not answer")


def test_another_release_another_state_and_another_page(world: World) -> None:
    body = b'{"release": "%s", "ready": %s, "faults": ["main: a dead end"]}'
    told = {
        "the server runs 9.9": body % (b"9.9", b"true"),
        "not ready: main: a dead end": body % (__version__.encode(), b"false"),
    }
    for said, answer in told.items():
        world.hosts["line.example.org"] = lambda *_, answer=answer: reply(200, answer)
        fails(world, "server", said)
    for answer in (b"<h1>404</h1>", b"[]", b"{}"):
        world.hosts["line.example.org"] = lambda *_, answer=answer: reply(404, answer)
        cannot_tell(world, "server", "status 404")


@pytest.mark.parametrize(
    ("public", "part"),
    [
        ("http://line.example.org/help", "scheme"),
        ("https://www.line.example.org/help", "host"),
        ("https://line.example.org", "path"),
        ("http://127.0.0.1:8000", "whole"),
    ],
)
def test_which_part_of_the_servers_address_differs(world: World, tiny: Path, public: str, part: str) -> None:
    spoil(world, tiny, public_url=public)
    inner = world.hosts["line.example.org"]
    path = public.partition("//")[2].partition("/")[2]
    outer = f"/{path}" if path else ""
    world.hosts["line.example.org"] = lambda url, form, headers: inner(
        url.replace("/help/", f"{outer}/"), form, headers
    )
    fails(world, "signed call", f"the {part} of PUBLIC_URL differs, it is {public} and here {PUBLIC}")
    assert "X-Forwarded-* do not matter" in found(world, "signed call").sentence


def test_which_port_differs(tiny: Path) -> None:
    here = World(tiny, public_url="http://line.example.org:8080")
    spoil(here, tiny, public_url="http://line.example.org:8000")
    fails(here, "signed call", "the port of PUBLIC_URL differs, it is http://line.example.org:8000")


def test_another_port_under_tls_is_no_fault_since_twilio_leaves_it_out(tiny: Path) -> None:
    here = World(tiny, public_url="https://line.example.org:8443")
    assert found(here, "signed call").verdict == "PASS"
    assert as_twilio_signs("https://line.example.org:8443/call") == "https://line.example.org/call"
    assert as_twilio_signs("http://line.example.org:8080/call") == "http://line.example.org:8080/call"
    assert as_twilio_signs("https://[::1]/call") == "https://[::1]/call"


def test_a_server_with_another_token(world: World, tiny: Path) -> None:
    spoil(world, tiny, twilio_auth_token="f" * 32)
    fails(world, "signed call", "TWILIO_AUTH_TOKEN is another there, or the proxy takes off the header")
    world.settings = operator(tiny, twilio_auth_token_secondary="f" * 32)
    fails(world, "signed call", "accepted with the second")


def test_a_proxy_that_takes_the_signature_off(world: World) -> None:
    inner = world.hosts["line.example.org"]
    world.hosts["line.example.org"] = lambda url, form, headers: inner(
        url, form, {name: value for name, value in headers.items() if name != "X-Twilio-Signature"}
    )
    fails(world, "signed call", "takes off the header X-Twilio-Signature")


@pytest.mark.parametrize(
    ("status", "said"),
    [
        (301, "redirects to https://www.example.org"),
        (404, "the proxy changes the path"),
        (502, "The proxy does not reach the line"),
        (401, "is not the line"),
    ],
)
def test_what_stands_between(world: World, status: int, said: str) -> None:
    world.hosts["line.example.org"] = lambda *_: reply(status, location="https://www.example.org")
    fails(world, "signed call", said)


def test_a_server_that_can_only_give_the_fallback_document(world: World) -> None:
    not_ready = replace(world.ready, line=None)
    world.hosts["line.example.org"] = app_host(make_app(world.settings, not_ready))
    fails(world, "signed call", "with the fallback document")


def test_a_server_with_other_settings_or_texts(world: World, tiny: Path) -> None:
    spoil(world, tiny, ivr_silence="goodbye")
    fails(world, "signed call", "the answer differs from the one here")


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
    list(run.run_checks(patient(world), run.EVERYWHERE))
    assert f"{PUBLIC}/call" in world.asked
    assert counted == []


def test_suspects_differ_in_one_part() -> None:
    told = list(candidates("https://www.example.org/a/b"))
    assert ("path", "https://www.example.org/a") in told
    assert ("path", "https://www.example.org/b") in told
    assert ("host", "https://example.org/a/b") in told
    assert all(url != "https://www.example.org/a/b" for _, url in told)
    assert len(told) < 30


# -- at Twilio ---------------------------------------------------------------------------------------------------------

Spoils = Callable[[TwilioApi], Any]
WRONG: list[tuple[str, str, Spoils]] = [
    ("account", "is suspended", lambda t: t.account.update(status="suspended")),
    ("account", "trial account", lambda t: t.account.update(type="Trial")),
    ("number", "asks https://demo.twilio.com", lambda t: t.numbers[0].update(voice_url="https://demo.twilio.com/")),
    ("number", "asks nobody", lambda t: t.numbers[0].update(voice_url="")),
    ("number", "by GET", lambda t: t.numbers[0].update(voice_method="GET")),
    ("number", "TwiML app", lambda t: t.numbers[0].update(voice_application_sid="AP1")),
    ("number", "SIP trunk", lambda t: t.numbers[0].update(trunk_sid="TK1")),
    ("fallback", "none is set", lambda t: t.numbers[0].update(voice_fallback_url="")),
    ("fallback", "same host", lambda t: t.numbers[0].update(voice_fallback_url="https://line.example.org/f.xml")),
    ("recording", "records every call", lambda t: setattr(t, "recording", {"description": "all"})),
    ("countries", "the US may not be dialled", lambda t: t.countries.pop(0)),
    (
        "countries",
        "2 more countries may be dialled: LV, SO",
        lambda t: t.countries.extend(map(t.country, ("SO", "LV"))),
    ),
    ("countries", "high-risk", lambda t: t.countries.append(t.country("PR", risky=True))),
    ("calls at once", "2 calls", lambda t: t.profiles.clear()),
    ("calls at once", "2 calls", lambda t: t.profiles[0].update(status="in-review")),
    ("calls at once", "3 calls", lambda t: t.policies.update(RN1="Primary Customer Profile of type Individual")),
    ("calls at once", "5 calls", lambda t: t.account.update(type="Trial")),
    ("debugger", "11200 × 2, 13227 × 1, the last on 2026-12-04", lambda t: t.alerts.extend(ALERTS)),
]
ALERTS = [
    {"error_code": code, "log_level": level, "request_url": url, "date_generated": when, "alert_text": "+12025550100"}
    for code, level, url, when in (
        ("11200", "error", f"{PUBLIC}/call/en/tea", "2026-12-03T10:00:00Z"),
        ("11200", "error", f"{PUBLIC}/call", "2026-12-04T10:00:00Z"),
        ("13227", "error", "", "2026-12-02T10:00:00Z"),
        ("11750", "warning", f"{PUBLIC}/call", "2026-12-04T10:00:00Z"),
        ("30007", "error", "https://other.example.org/sms", "2026-12-04T10:00:00Z"),
    )
]


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


@pytest.mark.parametrize(
    "about", ["account", "number", "fallback", "recording", "countries", "calls at once", "debugger"]
)
@pytest.mark.parametrize("fault", [401, 403, 429, 503, requests.exceptions.ConnectionError(), "<html>"])
def test_without_an_answer_of_twilios_nothing_is_claimed(world: World, about: str, fault: Any) -> None:
    world.twilio.fails["twilio.com"] = fault
    cannot_tell(world, about, "")


def test_a_number_that_the_account_does_not_have(world: World) -> None:
    world.twilio.numbers.clear()
    fails(world, "number", f"has no number {LINE_NUMBER}")
    cannot_tell(world, "fallback", f"has no number {LINE_NUMBER}")


@pytest.mark.parametrize(
    ("host", "verdict", "said"),
    [
        (lambda *_: reply(404), "FAIL", "status 404"),
        (lambda *_: reply(403), "CANNOT TELL", "does not show itself"),
        (lambda *_: reply(200, b"<Response><Say>Closed.</Say></Response>"), "FAIL", "says something else"),
        (lambda *_: reply(200, b"We are closed"), "FAIL", "not what a telephone understands"),
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
    fails(world, "fallback", "says something else")


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
    assert len(lines) == len(run.EVERYWHERE) + 1
    assert lines[-1] == f"{len(run.EVERYWHERE)} PASS, 0 FAIL, 0 CANNOT TELL"
    assert all(line.startswith("PASS         ") for line in lines[:-1])


@pytest.mark.usefixtures("within_limits")
def test_a_line_that_is_not(command: Callable[..., Result], world: World) -> None:
    world.twilio.recording = {"description": "all"}
    world.twilio.fails["Countries"] = 403
    done = command()
    assert done.exit_code == 1
    assert "FAIL         recording: a default of the account records every call." in done.output
    assert "CANNOT TELL  countries: " in done.output
    assert done.output.splitlines()[-1].endswith("1 FAIL, 1 CANNOT TELL")


@pytest.mark.usefixtures("within_limits")
def test_at_home_nobody_is_asked(command: Callable[..., Result], world: World) -> None:
    world.hosts.clear()
    done = command("--local")
    assert done.exit_code == 0
    assert (world.asked, world.twilio.asked) == ([], [])
    assert len(done.output.splitlines()) == len(run.LOCAL) + 1


@pytest.mark.parametrize("fault", [401, 403, 500, requests.exceptions.ReadTimeout(TOKEN), f"<html>{TOKEN}"])
@pytest.mark.usefixtures("within_limits")
def test_whatever_fails_no_secret_is_printed(command: Callable[..., Result], world: World, fault: Any) -> None:
    world.twilio.fails["twilio.com"] = fault
    world.hosts["line.example.org"] = lambda *_: reply(500, TOKEN.encode())
    world.hosts["handler.twilio.com"] = lambda *_: reply(500, TOKEN.encode())
    world.ends = OperationFailed("no")
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
