"""`ivr check --against URL`: what callers would lose by a restart is named, and only that fails."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from support.content_faults import fault_named
from support.external import PUBLIC, World, app, app_host, operator, reply
from support.twilio_account import LINE_NUMBER, TOKEN

from ivr.cli.main import main
from ivr.export.export import export_line
from ivr.export.files import to_bytes
from ivr.operate.compare import health_differences
from ivr.operate.health import Health, health_of
from ivr.readiness import readiness_of

SPANISH = "locales/es/LC_MESSAGES/messages.po"
OLD = {"ready": True, "release": "0.1.0", "places": 9, "published": ["en", "es"], "faults": [], "notes": []}
"""The report of a line of release 0.1.0."""

pytestmark = pytest.mark.usefixtures("unset")


@pytest.fixture
def world(tiny: Path) -> World:
    """The toy line, whole, runs at PUBLIC."""
    return World(tiny)


@pytest.fixture
def against(world: World, copied: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    """Run `ivr check --against` on the copied line, with settings of the environment."""

    def run(**more: str) -> Result:
        environment = {
            "TWILIO_AUTH_TOKEN": TOKEN, "LINE_NUMBER": LINE_NUMBER, "PUBLIC_URL": PUBLIC, "IVR_CONTENT": str(copied),
        } | more  # fmt: skip
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        return CliRunner().invoke(main, ["check", "--against", PUBLIC], obj=world.outside())

    return run


def change(root: Path, file: str, old: str, new: str) -> None:
    text = (root / file).read_text("utf-8")
    assert old in text
    (root / file).write_text(text.replace(old, new), "utf-8")


def worse(result: Result) -> list[str]:
    return [line.removeprefix("WORSE  ") for line in result.output.splitlines() if line.startswith("WORSE")]


def test_the_same_line_gets_no_worse(against: Callable[..., Result]) -> None:
    done = against()
    assert (done.exit_code, done.output) == (0, f"Nothing would get worse than at {PUBLIC}.\n")


def test_a_cut_catalogue_is_named_and_fails(against: Callable[..., Result], copied: Path) -> None:
    path = copied / SPANISH
    whole = path.read_bytes()
    path.write_bytes(whole[: whole.index(b'msgstr "', len(whole) // 2) + 10])
    done = against()
    assert done.exit_code == 1
    (sentence,) = worse(done)
    assert sentence.startswith(f"es: callers would not be offered this language any more: {SPANISH}")


def test_a_language_that_is_not_published_any_more_fails(against: Callable[..., Result], copied: Path) -> None:
    change(copied, "prompts/flow.toml", '["en", "es"]', '["en"]')
    done = against()
    assert (done.exit_code, len(worse(done))) == (1, 1)
    assert "`published` does not name it" in done.output


@pytest.mark.parametrize("name", ["lost_placeholder", "fuzzy", "missing"])
def test_a_text_that_is_lost_is_named_and_fails(against: Callable[..., Result], copied: Path, name: str) -> None:
    fault_named("catalogue", name).plant(copied)
    done = against()
    assert done.exit_code == 1
    assert worse(done)[0].startswith("es: spoken in the source language would be 1 text (")


def test_a_text_that_the_running_line_does_not_speak_either_is_no_loss(
    against: Callable[..., Result], world: World, tmp_path: Path, copied: Path
) -> None:
    fault_named("catalogue", "lost_placeholder").plant(copied)
    world.hosts["line.example.org"] = app_host(app(operator(copied)))
    assert against().exit_code == 0


def test_changed_words_are_a_note(against: Callable[..., Result], copied: Path) -> None:
    change(copied, SPANISH, "Manzanas. Son rojas.", "Manzanas. Son verdes.")
    done = against()
    assert done.exit_code == 0
    assert "note   es: words have changed." in done.output


def test_a_line_that_would_not_serve_fails(against: Callable[..., Result], copied: Path) -> None:
    (copied / "prompts/tea.txt").write_text("1 2 3", "utf-8")
    done = against()
    assert done.exit_code == 1
    assert worse(done)[0].startswith("This line would not serve: prompts/tea.txt:1: ")


def test_another_hotline_number_fails(against: Callable[..., Result]) -> None:
    done = against(IVR_HOTLINE="+12025550199")
    assert done.exit_code == 1
    assert worse(done)[0].startswith("Key 0 would dial +12025550199; the running line dials +18883737888.")


@pytest.mark.parametrize(
    ("setting", "value", "code"),
    [("PUBLIC_URL", "https://other.example.org", 1), ("IVR_SILENCE", "goodbye", 0), ("LINE_NUMBER", "+12025550166", 0)],
)
def test_other_settings_are_named(against: Callable[..., Result], setting: str, value: str, code: int) -> None:
    done = against(**{setting: value})
    assert done.exit_code == code
    assert (f"{setting} is " in done.output) == (setting != "LINE_NUMBER"), "no telephone number is shown"


@pytest.mark.parametrize("token", ["", "try-1"])
def test_settings_for_trying_out_are_not_compared(against: Callable[..., Result], token: str) -> None:
    done = against(TWILIO_AUTH_TOKEN=token, LINE_NUMBER="", PUBLIC_URL="http://127.0.0.1:8000")
    assert done.exit_code == 0
    assert "they are not compared" in done.output


def test_a_line_of_the_first_release_is_compared_as_far_as_it_tells(
    against: Callable[..., Result], world: World, copied: Path
) -> None:
    world.hosts["line.example.org"] = lambda *_: reply(200, json.dumps(OLD).encode())
    done = against()
    assert done.exit_code == 0
    assert "Release 0.1.0 does not say which texts it speaks, which number it dials" in done.output
    (copied / SPANISH).write_text("garbage", "utf-8")
    assert worse(against())[0].startswith("es: callers would not be offered")


@pytest.mark.parametrize(
    ("answer", "said"),
    [(reply(404, b"<h1>no</h1>"), "gives no report (status 404)"), (reply(200, b'{"ready": 7}'), "gives no report")],
)
def test_an_address_without_a_report_is_a_sentence(
    against: Callable[..., Result], world: World, answer: Any, said: str
) -> None:
    world.hosts["line.example.org"] = lambda *_: answer
    done = against()
    assert done.exit_code == 1
    assert said in done.output
    world.hosts.clear()
    done = against()
    assert (done.exit_code, "has no address" in done.output) == (1, True)


def test_beside_a_line_that_sends_the_fallback_document_no_line_is_worse(tiny: Path) -> None:
    whole = readiness_of(operator(tiny))
    down, up = health_of(replace(whole, line=None)), health_of(whole)
    assert [one.worse for one in health_differences(down, up, True) if one.worse] == []
    assert [one.worse for one in health_differences(down, down, True) if one.worse] == [True]


def test_texts_that_come_and_go_are_notes() -> None:
    def line(spoken: list[str]) -> Health:
        language = {"withheld": False, "spoken": spoken, "not_spoken": [], "digest": str(spoken), "faults": []}
        return Health.model_validate(
            {**OLD, "serving": True, "languages": {"en": language}, "published": ["en"], "release": "1"}
        )

    found = list(health_differences(line(["a", "b"]), line(["b", "c"]), True))
    assert [(one.worse, one.sentence) for one in found] == [
        (False, "en: not part of this line any more: 1 text (a)."),
        (False, "en: new: 1 text (c)."),
    ]


def test_against_stands_alone(world: World) -> None:
    done = CliRunner().invoke(main, ["check", "es", "--against", PUBLIC], obj=world.outside())
    assert done.exit_code == 2
    assert "--against allows no TAG" in done.output


def test_changed_words_are_shown_where_the_line_serves_its_data(
    against: Callable[..., Result], world: World, copied: Path
) -> None:
    assert world.ready.line
    data, host = to_bytes(export_line(world.ready.line, with_twiml=False)), world.hosts["line.example.org"]
    world.hosts["line.example.org"] = lambda url, *rest: (
        reply(200, data) if url == f"{PUBLIC}/telephone.json" else host(url, *rest)
    )
    assert against().output == f"Nothing would get worse than at {PUBLIC}.\n"
    change(copied, "prompts/tea.txt", "It is hot.", "It is cold.")
    assert "note   en/tea/1: the words changed.\n" in against().output
