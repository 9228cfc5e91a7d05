"""What a call costs: computed from the texts, and what docs/operate.md says is still about right."""

import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from ivr.cli.main import main
from ivr.line.line import Line
from ivr.operate.cost import CALLS, IN_A_MINUTE, OUT_A_MINUTE, SPEECH, TALK, Cost, as_text, costs
from ivr.settings import CHECKOUT

ROW = re.compile(
    r"^ *(?P<call>[a-z ,]+?) +(?P<locale>[a-z]{2}) +(?P<characters>\d+) +\d+ +\d+ +(?P<dollars>\d\.\d\d)$", re.M
)


def test_a_call_costs_its_characters_and_the_minutes_of_both_legs(line: Line) -> None:
    found = {(one.call, one.locale): one for one in costs(line)}
    assert {call for call, _ in found} == set(CALLS)
    assert {locale for _, locale in found} == {"en", "es"}
    one = found["a person at once", "en"]
    assert one.minutes_out == TALK / 60
    assert one.minutes_in == one.minutes_out + 1
    least = one.characters / 100 * SPEECH["Neural"]
    rest = one.minutes_in * IN_A_MINUTE + one.minutes_out * OUT_A_MINUTE
    assert rest + least <= one.dollars < rest + 3 * least
    assert found["a person at once", "es"].characters > one.characters


def test_silence_is_heard_to_its_end_and_connected(line: Line) -> None:
    silent = next(one for one in costs(line) if one.call == "silent to the end")
    assert silent.minutes_in >= 12
    assert silent.minutes_out == 10


def test_the_table_says_what_it_rests_on() -> None:
    told = as_text([Cost("a call", "en", 100, 1, 1, 0.126)])
    assert "0.13" in told
    assert "not confirmed by Twilio" in told


@pytest.mark.usefixtures("unset")
def test_the_command_and_the_handbook_are_about_the_same() -> None:
    """The texts may change by a sentence or two before the handbook must be renewed."""
    printed = CliRunner().invoke(main, ["cost"])
    assert printed.exit_code == 0, printed.output
    now, then = (
        {(row["call"], row["locale"]): row for row in ROW.finditer(told)}
        for told in (printed.output, (CHECKOUT / "docs" / "operate.md").read_text("utf-8"))
    )
    assert {key for key in now if key[1] == "en"} == {key for key in then if key[1] == "en"}
    for key in now.keys() & then.keys():
        assert float(now[key]["dollars"]) == pytest.approx(float(then[key]["dollars"]), rel=0.2)
        assert int(now[key]["characters"]) == pytest.approx(int(then[key]["characters"]), rel=0.4)


@pytest.mark.parametrize("page", ["operate.md", "own.md", "privacy.md"])
def test_a_page_names_only_commands_files_and_settings_that_there_are(page: str) -> None:
    from ivr.settings import Settings

    told = (CHECKOUT / "docs" / page).read_text("utf-8")
    commands = {command.split()[0] for command in re.findall(r"`(?:\.venv/bin/)?ivr ([a-z]+[^`]*)`", told)}
    assert commands <= set(main.commands), commands - set(main.commands)
    settings = set(re.findall(r"`([A-Z][A-Z_]+[A-Z])(?:=[^`]*)?`", told)) - {"LINE_HOST"}
    assert settings <= {name.upper() for name in Settings.model_fields}
    for file in re.findall(r"`((?:deploy|prompts)/[\w./]*)`", told):
        assert (CHECKOUT / file).exists(), file
    for link in re.findall(r"\]\((?!http)([^)#]+)", told):
        assert (CHECKOUT / "docs" / link).exists() or Path(link).name == "TRANSLATING.md", link
